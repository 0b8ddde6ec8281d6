r"""Rules about the portal's certificate, the account of the service, and vaults that exist already.

Source: octopus.com/docs, "Expose the Octopus web portal over HTTPS", "Permissions for the Octopus
Windows service", "Using a managed service account"; learn.microsoft.com, "New-SmbGlobalMapping",
"Identity-based authentication for Azure Files"; RFC 6797, HTTP Strict Transport Security.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    AzureSql,
    ExistingKeyVault,
    ExistingLoadBalancer,
    GroupManagedAccount,
    KeyVaultCertificate,
    LocalSystem,
    NewDomain,
    NoCertificate,
    SelfSignedCertificate,
    Stack,
)
from octoha_templates.config.rules.network import address_from_text, is_public
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_ON_THE_INTERNET: Final = ("traffic-manager", "front-door")
_STORED: Final = ("storage-key", "vault-secret")
_SEGMENTS_OF_A_VAULT: Final = 9
# A range with more addresses than this is no row of proxies.
_WIDEST_PROXY_PREFIX: Final = 8


@reads("octopus.certificate")
def certificate_is_there(site: Site) -> Iterator[Diagnostic]:
    """The portal is HTTPS only, so there is a certificate."""
    certificate = site.stack.octopus.certificate
    if certificate is None or isinstance(certificate, NoCertificate):
        yield site.error(
            "OCT700",
            "`octopus.certificate` is none, but the portal is HTTPS only",
            site.at("octopus.certificate"),
            "write kind: pfx and get one for octopus.host_name from the authority that your "
            "people's machines trust, or kind: key-vault for one that a vault renews; for a trial "
            "there is kind: self-signed",
        )


@reads("octopus.certificate", "load_balancer")
def self_signed_stays_inside(site: Site) -> Iterator[Diagnostic]:
    """A certificate that nobody can check is not for a portal on the Internet."""
    if isinstance(site.stack.octopus.certificate, SelfSignedCertificate) and is_on_the_internet(
        site.stack
    ):
        yield site.error(
            "OCT701",
            "`octopus.certificate` is self-signed, but the load balancer is on the Internet, where "
            "anybody could show one that looks the same",
            site.at("octopus.certificate", "load_balancer"),
            "take a certificate from an authority, or keep the front end internal",
        )


@reads("octopus.certificate", "octopus.hsts")
def strict_transport_with_trust(site: Site) -> Iterator[Diagnostic]:
    """Strict transport security leaves no way past a warning about the certificate."""
    octopus = site.stack.octopus
    if octopus.hsts and isinstance(octopus.certificate, SelfSignedCertificate):
        yield site.error(
            "OCT702",
            "`octopus.hsts` is true, but the certificate is self-signed: a browser that remembers "
            "the first does not let anybody past the second",
            site.at("octopus.hsts"),
            "write hsts: false until the portal has a certificate of an authority",
        )


@reads("octopus.certificate", "key_vault")
def vaults_are_vaults(site: Site) -> Iterator[Diagnostic]:
    """The resources that secrets and certificate are read from are Key Vaults."""
    parts = (
        ("octopus.certificate.vault_id", site.stack.octopus.certificate),
        ("key_vault.vault_id", site.stack.key_vault),
    )
    for path, part in parts:
        if isinstance(part, KeyVaultCertificate | ExistingKeyVault) and not is_vault(part.vault_id):
            yield site.error(
                "OCT703",
                f"`{path}` is not the resource ID of a Key Vault",
                site.at(path),
                "az keyvault show --name NAME --query id prints it",
            )


@reads("octopus.service_account", "domain")
def account_has_a_domain(site: Site) -> Iterator[Diagnostic]:
    """An account of a domain is of use on machines of that domain."""
    account, domain = site.stack.octopus.service_account, site.stack.domain
    if isinstance(account, LocalSystem):
        return
    at = site.at("octopus.service_account.name", "octopus.service_account")
    if not domain.joined:
        yield site.error(
            "OCT704",
            f"`octopus.service_account` is {account.name}, but the nodes are in no domain",
            at,
            "say which one with `domain`, or leave service_account out: Octopus then runs as "
            "LocalSystem",
        )
        return
    if isinstance(domain, NewDomain) and isinstance(account, GroupManagedAccount):
        yield site.warning(
            "OCT711",
            f"`octopus.service_account` is {account.name}, but the domain is made by the stack, and a "
            "managed account, which needs the computer accounts of the nodes, is not",
            at,
            "write kind: user, or deploy without service_account, make the account in the new domain, "
            "then deploy with it",
        )
    own = getattr(domain, "net_bios_name", "")
    given = account.name.partition("\\")[0]
    if given.upper() != own.upper():
        yield site.warning(
            "OCT705",
            f"`octopus.service_account` is of the domain {given}, but the nodes join {own}; that "
            "takes a trust between the two",
            at,
            f"write {own}\\{account.name.partition(chr(92))[2]}, if the account is of that domain",
        )


@reads("octopus.service_account", "storage")
def account_fits_the_share(site: Site) -> Iterator[Diagnostic]:
    """Microsoft Entra Kerberos knows accounts of people, and neither machines' nor managed ones."""
    account = site.stack.octopus.service_account
    if getattr(site.stack.storage, "access", "") != "entra-kerberos":
        return
    if isinstance(account, LocalSystem | GroupManagedAccount):
        name = account.name or "LocalSystem"
        yield site.error(
            "OCT706",
            f"`storage.access` is entra-kerberos, which gives no ticket to {name}",
            site.at("storage.access", "octopus.service_account"),
            "give octopus.service_account of kind user, an account that is synchronised to "
            "Microsoft Entra, or write access: ad-ds",
        )


@reads("storage")
def drive_has_a_credential(site: Site) -> Iterator[Diagnostic]:
    """A drive of the whole machine is mapped with a credential that can be stored."""
    storage = site.stack.storage
    credential = getattr(storage, "credential", "storage-key")
    if getattr(storage, "mount", "unc") == "mapped-drive" and credential not in _STORED:
        yield site.error(
            "OCT707",
            "`storage.mount` is mapped-drive, but the share lets accounts in as who they are; "
            "Windows maps a drive for every account with a stored name and password only",
            site.at("storage.mount"),
            "write mount: unc, which is what Octopus recommends",
        )


@reads("key_vault", "storage")
def storage_key_is_written(site: Site) -> Iterator[Diagnostic]:
    """The key of an account that the stack makes cannot be in a vault before."""
    vault, storage = site.stack.key_vault, site.stack.storage
    if (
        isinstance(vault, ExistingKeyVault)
        and not vault.write_secrets
        and getattr(storage, "credential", "storage-key") == "storage-key"
    ):
        yield site.error(
            "OCT708",
            "`key_vault.write_secrets` is false, but the nodes use the share with the key of a "
            "storage account that the stack makes: nobody can put it into the vault beforehand",
            site.at("key_vault.write_secrets", "key_vault"),
            "write write_secrets: true, let the share know the domain (storage.access: ad-ds), or "
            "take key_vault of kind new",
        )


@reads("key_vault", "database")
def own_key_has_own_vault(site: Site) -> Iterator[Diagnostic]:
    """A key that the stack makes goes into the vault that the stack makes."""
    database = site.stack.database
    if (
        isinstance(site.stack.key_vault, ExistingKeyVault)
        and isinstance(database, AzureSql)
        and database.has_own_key
    ):
        yield site.error(
            "OCT712",
            "`database.customer_managed_key` makes a key in the vault of the stack, but `key_vault` is one of "
            "yours, in which this stack changes nothing but secrets of its own",
            site.at("database.customer_managed_key"),
            "make the key there yourself and name it in customer_managed_key.existing, or take key_vault of "
            "kind new",
        )


@reads("octopus.trusted_proxies")
def proxies_are_proxies(site: Site) -> Iterator[Diagnostic]:
    """Who may name the caller's address is a few machines and not half the world."""
    for index, text in enumerate(site.stack.octopus.trusted_proxies):
        at = site.at(f"octopus.trusted_proxies.{index}")
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            yield site.error(
                "OCT140",
                f"`octopus.trusted_proxies` has {text}, which is not an address or a range",
                at,
                "write an address, or a range by its first address: 10.20.2.0/24",
            )
            continue
        if network.prefixlen < _WIDEST_PROXY_PREFIX:
            yield site.error(
                "OCT709",
                f"`octopus.trusted_proxies` has {text}: whoever calls from there may claim any "
                "address in the audit log",
                at,
                "name the proxies alone",
            )


@reads("octopus.certificate", "key_vault")
def roles_by_hand(site: Site) -> Iterator[Diagnostic]:
    """A role that somebody else assigns has to be there before the nodes are."""
    parts = (
        ("octopus.certificate.assign_role", site.stack.octopus.certificate),
        ("key_vault.assign_role", site.stack.key_vault),
    )
    for path, part in parts:
        if isinstance(part, KeyVaultCertificate | ExistingKeyVault) and not part.assign_role:
            yield site.note(
                "OCT710",
                f"`{path}` is false: the nodes wait ten minutes for the vault and then fail",
                site.at(path),
                "assign Key Vault Secrets User before; DEPLOY.md has the commands",
            )


def is_vault(resource_id: str) -> bool:
    """Say whether a resource ID is one of a Key Vault."""
    segments = resource_id.lower().split("/")
    return (
        segments[6:8] == ["microsoft.keyvault", "vaults"] and len(segments) == _SEGMENTS_OF_A_VAULT
    )


def is_on_the_internet(stack: Stack) -> bool:
    """Say whether the front end has an address on the Internet."""
    balancer = stack.load_balancer
    if isinstance(balancer, ExistingLoadBalancer):
        return _is_public_address(balancer.portal_address)
    kind = str(balancer.__struct_config__.tag)
    return kind in _ON_THE_INTERNET or getattr(balancer, "exposure", "internal") != "internal"


def _is_public_address(text: str) -> bool:
    """Say whether an address is one that the Internet reaches; what a name leads to is not known here."""
    address = address_from_text(text)
    return address is not None and is_public(address)


CERTIFICATE_RULES: tuple[Rule, ...] = (
    certificate_is_there,
    self_signed_stays_inside,
    strict_transport_with_trust,
    vaults_are_vaults,
    account_has_a_domain,
    account_fits_the_share,
    drive_has_a_credential,
    storage_key_is_written,
    own_key_has_own_vault,
    proxies_are_proxies,
    roles_by_hand,
)
