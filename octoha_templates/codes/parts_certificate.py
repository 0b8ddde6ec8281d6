"""700 to 719: the portal's certificate, the account of the service, vaults that exist already."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_HTTPS = "octopus.com/docs, Expose the Octopus web portal over HTTPS"
_ACCOUNT = "octopus.com/docs, Permissions for the Octopus Windows service"
_VAULT_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-secrets/providers/"
    "Microsoft.KeyVault/vaults/kv-secrets"
)
_USER = "octopus:\n  service_account:\n    kind: user\n    name: CONTOSO\\svc-octopus"

CERTIFICATE_CODES: tuple[Code, ...] = (
    Code(
        "OCT700",
        "No certificate for the portal",
        "The portal is HTTPS only: passwords, API keys and scripts go through it. Get a "
        "certificate that carries octopus.host_name from the authority that your people's machines "
        "trust, as a PFX with its chain; or keep one in a Key Vault that renews it; or make a "
        "self-signed one for a trial, as DEPLOY.md shows.",
        example="octopus:\n  certificate:\n    kind: none",
        instead="octopus:\n  certificate:\n    kind: pfx",
        sources=(_HTTPS,),
    ),
    Code(
        "OCT701",
        "A self-signed certificate on the Internet",
        "Nobody can tell a self-signed certificate from one that an attacker has made, and people "
        "learn to click the warning away. Inside a network it may do for a trial.",
        example="octopus:\n  certificate:\n    kind: self-signed\nload_balancer:\n  "
        "kind: azure-load-balancer\n  exposure: public",
        instead="octopus:\n  certificate:\n    kind: pfx",
        sources=(_HTTPS,),
    ),
    Code(
        "OCT702",
        "Strict transport security without trust",
        "A browser that has seen the header shows no way past a certificate it does not trust, for "
        "as long as it remembers.",
        example="octopus:\n  hsts: true\n  certificate:\n    kind: self-signed",
        instead="octopus:\n  hsts: true\n  certificate:\n    kind: pfx",
        sources=("RFC 6797, HTTP Strict Transport Security", _HTTPS),
    ),
    Code(
        "OCT703",
        "Not a Key Vault",
        "The resource ID belongs to something else, or is not complete.",
        example="key_vault:\n  kind: existing\n  vault_id: /subscriptions/"
        "00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Storage/"
        "storageAccounts/octopus",
        instead=f"key_vault:\n  kind: existing\n  vault_id: {_VAULT_ID}",
    ),
    Code(
        "OCT704",
        "An account without its domain",
        "Octopus can run as an account of a domain on machines that are in the domain. Without "
        "one it runs as LocalSystem.",
        example=_USER,
        instead=f"{_USER}\ndomain:\n  kind: existing\n  fqdn: corp.contoso.com\n  "
        "net_bios_name: CONTOSO\n  join_user: svc-domain-join",
        sources=(_ACCOUNT,),
    ),
    Code(
        "OCT705",
        "An account of another domain",
        "The account belongs to another domain than the one the nodes join. With a trust between "
        "them that works; without, no node finds it.",
        example=f"{_USER}\ndomain:\n  kind: existing\n  fqdn: corp.fabrikam.com\n  "
        "net_bios_name: FABRIKAM\n  join_user: svc-domain-join",
    ),
    Code(
        "OCT706",
        "No ticket for this account",
        "Microsoft Entra Kerberos knows people's accounts that are synchronised to it. It gives no "
        "ticket to a computer account, which LocalSystem is on the network, nor to a group managed "
        "one.",
        example="storage:\n  kind: azure-files\n  access: entra-kerberos",
        instead=f"{_USER}\nstorage:\n  kind: azure-files\n  access: entra-kerberos",
        sources=(
            "learn.microsoft.com, Enable Microsoft Entra Kerberos authentication on Azure Files",
        ),
    ),
    Code(
        "OCT707",
        "A drive without a credential",
        "A service has no desktop, and the drive of one account is not there for another. So the "
        "drive is mapped for the whole machine, which Windows does with a stored name and password "
        "only, and not below a DFS namespace.",
        example="storage:\n  kind: azure-files\n  mount: mapped-drive\n  access: ad-ds",
        instead="storage:\n  kind: azure-files\n  mount: unc\n  access: ad-ds",
        sources=("learn.microsoft.com, New-SmbGlobalMapping",),
    ),
    Code(
        "OCT708",
        "A key that nobody can write beforehand",
        "The storage account is made by the deployment, so its key cannot be in your vault before. "
        "The deployment can write it, with the other secrets; or the share lets the nodes in by "
        "their domain and needs no key.",
        example=f"key_vault:\n  kind: existing\n  vault_id: {_VAULT_ID}",
        instead=f"key_vault:\n  kind: existing\n  vault_id: {_VAULT_ID}\n  write_secrets: true",
    ),
    Code(
        "OCT709",
        "Too many trusted proxies",
        "A trusted proxy says in X-Forwarded-For who has called, and Octopus writes it into the "
        "audit log and compares it with allowed addresses. A range as wide as this lets anybody say "
        "anything.",
        example="octopus:\n  trusted_proxies:\n    - 0.0.0.0/0",
        instead="octopus:\n  trusted_proxies:\n    - 10.20.2.0/24",
        sources=("octopus.com/docs, Auditing, IP address forwarding",),
    ),
    Code(
        "OCT710",
        "A role that somebody else assigns",
        "The stack leaves the vault's access to its owner. The nodes read their secrets while they "
        "are installed, so the role has to be there by then.",
        example=f"key_vault:\n  kind: existing\n  vault_id: {_VAULT_ID}\n  write_secrets: true\n  "
        "assign_role: false",
    ),
    Code(
        "OCT711",
        "A managed account in a domain that is not there yet",
        "The stack makes the controllers of the domain and the account of the service, if that is an "
        "ordinary one. A group managed account names the computers that may have its password, and "
        "those join later. The nodes look for the account for ten minutes and then fail.",
        example="octopus:\n  service_account:\n    kind: group-managed\n    name: CONTOSO\\gmsa-octopus$\n"
        "domain:\n  kind: new\n  fqdn: corp.contoso.com\n  net_bios_name: CONTOSO",
        instead=f"{_USER}\ndomain:\n  kind: new\n  fqdn: corp.contoso.com\n  net_bios_name: CONTOSO",
    ),
    Code(
        "OCT712",
        "A key of the stack without a vault of the stack",
        "`customer_managed_key: {}` makes a key, lets the database use it and keeps it in the vault that the "
        "stack makes. In a vault of yours the stack makes no keys: who keeps that vault makes the key and says "
        "which one it is.",
        example=f"key_vault:\n  kind: existing\n  vault_id: {_VAULT_ID}\n  write_secrets: true\n"
        "database:\n  kind: azure-sql\n  customer_managed_key: {}",
        instead="key_vault:\n  kind: new\ndatabase:\n  kind: azure-sql\n  customer_managed_key: {}",
    ),
)
