"""640 to 649: the shared folders on Azure Files, or on a share that is there already."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_BILLING = "learn.microsoft.com, Understand Azure Files billing"
_IDENTITY = "learn.microsoft.com, Overview of Azure Files identity-based authentication"
_DOMAIN = (
    "domain: {kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}\n"
    "network: {dns_servers: [10.0.0.4]}\n"
)

STORAGE_CODES: tuple[Code, ...] = (
    Code(
        "OCT640",
        "A key where keys are forbidden",
        "Many organisations forbid the keys of storage accounts by policy. Nodes in no domain have no other way "
        "into an SMB share.",
        example="storage:\n  allow_shared_key_access: false",
        instead=f"{_DOMAIN}storage:\n  access: ad-ds\n  allow_shared_key_access: false",
        sources=(_IDENTITY,),
    ),
    Code(
        "OCT641",
        "A share that is too small",
        "The first billing model of premium shares begins at 100 GiB, the second at 32.",
        example="storage:\n  quota_gib: 64",
        instead="storage:\n  billing: provisioned-v2\n  quota_gib: 64",
        sources=(_BILLING,),
    ),
    Code(
        "OCT642",
        "Performance that is not sold",
        "With the first billing model the size sets IOPS and throughput; the second sells each on its own.",
        example="storage:\n  iops: 4000",
        instead="storage:\n  billing: provisioned-v2\n  iops: 4000",
        sources=(_BILLING,),
    ),
    Code(
        "OCT643",
        "Nodes that nobody knows",
        "A share that lets accounts of a domain in, wants nodes that are in the domain.",
        example="storage:\n  access: ad-ds",
        instead=f"{_DOMAIN}storage:\n  access: ad-ds",
        sources=(_IDENTITY,),
    ),
    Code(
        "OCT644",
        "A share that a person has to open first",
        "With ad-ds a script makes the account of the storage account in the domain; with entra-kerberos an "
        "administrator agrees to its application. Octopus is installed by the deployment after that.",
        example=f"{_DOMAIN}storage:\n  access: ad-ds",
        sources=(_IDENTITY,),
    ),
    Code(
        "OCT645",
        "A way in that is not taken",
        "`active_directory` belongs to ad-ds, `consent_given` to entra-kerberos.",
        example="storage:\n  consent_given: true",
        instead="storage: {}",
    ),
    Code(
        "OCT646",
        "A server by its address",
        "Kerberos knows servers by name. By an address Windows falls back to NTLM, which many domains forbid.",
        example=f"{_DOMAIN}storage:\n  kind: existing\n  unc_path: '\\\\10.0.0.5\\octopus'",
        instead=f"{_DOMAIN}storage:\n  kind: existing\n  unc_path: '\\\\files.corp.example.com\\octopus'",
        sources=(_IDENTITY,),
    ),
    Code(
        "OCT647",
        "A path that may lead to several servers",
        "A folder of a DFS namespace can have several targets, and Windows picks one for each node. Octopus has to "
        "find on every node what another one wrote a moment ago, and DFS copies no open file.",
        example=f"{_DOMAIN}storage:\n  kind: existing\n  unc_path: '\\\\corp.example.com\\octopus'",
        instead=f"{_DOMAIN}storage:\n  kind: existing\n  unc_path: '\\\\files.corp.example.com\\octopus'",
    ),
)
