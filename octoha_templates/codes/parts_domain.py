"""600 to 609: the domain that the machines join."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_NAMES = "learn.microsoft.com, Naming conventions in Active Directory"
_AZURE = "learn.microsoft.com, Deploy AD DS in an Azure virtual network"
_NEW = "domain:\n  kind: new\n  fqdn: ad.example.com\n  net_bios_name: EXAMPLE\n"
_EXISTING = "domain:\n  kind: existing\n  fqdn: corp.example.com\n  net_bios_name: CORP\n  join_user: svc-join\n"
_DNS = "network:\n  dns_servers: [10.0.0.4, 10.0.0.5]\n"

DOMAIN_CODES: tuple[Code, ...] = (
    Code(
        "OCT600",
        "A domain in .local",
        "Names in .local are looked up by multicast DNS on many systems, and no public authority "
        "issues certificates for them.",
        example="domain:\n  kind: new\n  fqdn: corp.local\n  net_bios_name: CORP",
        instead=_NEW.strip(),
        sources=(_NAMES,),
    ),
    Code(
        "OCT601",
        "A domain that hides the portal",
        "Domain controllers answer for every name in their domain, and say of those they do not know "
        "that there are none. A portal with such a name is found only when somebody adds its record "
        "on a controller.",
        example="domain:\n  kind: new\n  fqdn: example.com\n  net_bios_name: EXAMPLE",
        instead=_NEW.strip(),
        sources=(_AZURE,),
    ),
    Code(
        "OCT602",
        "A NetBIOS name that Windows does not take",
        "The NetBIOS name of a domain is not a number, not a word that Windows keeps for itself, and "
        "not the name of a machine.",
        example="domain:\n  kind: new\n  fqdn: ad.example.com\n  net_bios_name: SYSTEM",
        instead=_NEW.strip(),
        sources=(_NAMES,),
    ),
    Code(
        "OCT603",
        "A domain that nobody can find",
        "A machine finds the controllers of its domain in DNS. Azure's own does not know them, so "
        "the network's DNS servers have to be the controllers, or servers that know them.",
        example=_EXISTING.strip(),
        instead=f"{_DNS}{_EXISTING}".strip(),
        sources=(_AZURE,),
    ),
    Code(
        "OCT604",
        "DNS servers beside a domain of the stack's own",
        "The two controllers are the DNS servers of the network that the stack makes. An existing "
        "network is not changed: its DNS servers are set by hand, before the nodes join.",
        example=f"{_DNS}{_NEW}".strip(),
        instead=f"{_NEW}database:\n  kind: azure-sql",
        sources=(_AZURE,),
    ),
    Code(
        "OCT605",
        "A domain that nothing uses",
        "The machines join the domain, but the database, the shared folders, the account of the "
        "service and the ways in know nothing of it. That works, and costs two machines or the "
        "favour of the domain's owner.",
        example=_NEW.strip(),
        instead=f"{_NEW}storage:\n  kind: dfs-replication",
    ),
    Code(
        "OCT606",
        "Two controllers, two names, two zones",
        "The controllers hold sign-in and DNS of the whole network. They need two names that no "
        "other machine has, and two zones.",
        example=f"{_NEW}  zones: [1]",
        instead=f"{_NEW}  zones: [1, 3]",
        sources=(_AZURE,),
    ),
    Code(
        "OCT607",
        "An account for two things",
        "Each account of the domain has the rights for one task, and Azure refuses some names for "
        "administrators. One account for two tasks could do both wherever its password is.",
        example=f"{_NEW}  join_user: octodomain",
        instead=f"{_NEW}  join_user: svc-join",
    ),
    Code(
        "OCT608",
        "A functional level that the image does not have",
        "The functional level Win2025 needs controllers with Windows Server 2025.",
        example=f"{_NEW}  functional_level: Win2025",
        instead=f"{_NEW}  functional_level: Win2025\n  image: {{sku: 2025-datacenter-azure-edition}}",
        sources=("learn.microsoft.com, Forest and domain functional levels",),
    ),
    Code(
        "OCT609",
        "An organizational unit of another domain",
        "The distinguished name of the unit ends with the one of the domain that the machines join.",
        example=f"{_DNS}{_EXISTING}  ou_path: OU=Octopus,DC=example,DC=com",
        instead=f"{_DNS}{_EXISTING}  ou_path: OU=Octopus,DC=corp,DC=example,DC=com",
        sources=(_NAMES,),
    ),
)
