"""Rules about the domain: its names, its DNS, its controllers and its accounts.

Source: learn.microsoft.com, "Naming conventions in Active Directory for computers, domains, sites, and
OUs", "Deploy AD DS in an Azure virtual network", "Forest and domain functional levels".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    Bastion,
    DfsReplication,
    ExistingDomain,
    JumpBox,
    LocalSystem,
    NewDomain,
    NewNetwork,
    Stack,
)
from octoha_templates.config.rules.nodes import RESERVED_USERS
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_CONTROLLERS: Final = 2
# Names that Windows keeps for itself.
_RESERVED_NAMES: Final = frozenset(
    {
        "anonymous", "batch", "builtin", "dialup", "domain", "enterprise", "interactive", "internet",
        "local", "network", "null", "proxy", "restricted", "self", "server", "service", "system",
        "users", "world",
    }
)  # fmt: skip


@reads("domain", "octopus.host_name")
def name_of_the_domain(site: Site) -> Iterator[Diagnostic]:
    """The DNS name of a new domain takes no other name away."""
    domain, host_name = site.stack.domain, site.stack.octopus.host_name
    if not isinstance(domain, NewDomain):
        return
    at = site.at("domain.fqdn")
    if domain.fqdn.endswith(".local"):
        yield site.warning(
            "OCT600",
            f"`domain.fqdn` is {domain.fqdn}, but names in .local belong to multicast DNS, and no "
            "authority issues certificates for them",
            at,
            "take a name below a domain that you own, such as ad.example.com",
        )
    if host_name == domain.fqdn or host_name.endswith(f".{domain.fqdn}"):
        yield site.warning(
            "OCT601",
            f"the portal is {host_name}, inside the domain {domain.fqdn}, whose controllers answer "
            "for all names in it and do not know that one",
            at,
            "take a name beside it, such as ad."
            f"{host_name.partition('.')[2]}, or add the record on a controller, see DEPLOY.md",
        )


@reads("domain", "name", "nodes.names", "nodes.count", "database", "storage")
def net_bios_name(site: Site) -> Iterator[Diagnostic]:
    """The NetBIOS name is one that Windows takes."""
    domain = site.stack.domain
    name = getattr(domain, "net_bios_name", "")
    if not name:
        return
    at = site.at("domain.net_bios_name")
    if name.isdigit() or name.lower() in _RESERVED_NAMES:
        yield site.error(
            "OCT602",
            f"`domain.net_bios_name` is {name}, which Windows does not take for a domain",
            at,
            "take the first label of the DNS name, such as CORP",
        )
    elif name.lower() in {machine.lower() for machine in _machines(site.stack)}:
        yield site.error(
            "OCT602",
            f"{name} is the NetBIOS name of the domain and the name of a machine",
            at,
            "write another name in domain.net_bios_name",
        )


@reads("domain", "network")
def dns_of_an_existing_domain(site: Site) -> Iterator[Diagnostic]:
    """Machines find a domain by asking its DNS."""
    stack = site.stack
    if (
        isinstance(stack.domain, ExistingDomain)
        and isinstance(stack.network, NewNetwork)
        and not stack.network.dns_servers
    ):
        yield site.error(
            "OCT603",
            f"the machines join {stack.domain.fqdn}, but `network.dns_servers` is empty, and Azure's "
            "own DNS does not know the domain",
            site.at("network.dns_servers", "domain"),
            "write the addresses of its controllers in network.dns_servers",
        )


@reads("domain", "network")
def dns_of_a_new_domain(site: Site) -> Iterator[Diagnostic]:
    """The controllers are the DNS servers of the network."""
    stack = site.stack
    if not isinstance(stack.domain, NewDomain):
        return
    if isinstance(stack.network, NewNetwork):
        if stack.network.dns_servers:
            yield site.warning(
                "OCT604",
                "`network.dns_servers` has no effect: the controllers of the stack's own domain are "
                "the DNS servers of the network",
                site.at("network.dns_servers"),
                "delete dns_servers; have the controllers forward what others know, see DEPLOY.md",
            )
    else:
        yield site.warning(
            "OCT604",
            "the machines find the new domain only when the DNS servers of the existing network are "
            "its controllers, and the stack does not change that network",
            site.at("domain.kind", "domain"),
            "set them to the first two addresses that Azure gives out in the subnet of the controllers, "
            "before the nodes are made",
        )


@reads("domain", "database", "storage", "octopus.service_account", "network.access")
def somebody_uses_the_domain(site: Site) -> Iterator[Diagnostic]:
    """A domain that nothing signs in with is work for nothing."""
    stack = site.stack
    if not stack.domain.joined or uses_the_domain(stack):
        return
    yield site.note(
        "OCT605",
        "the machines join a domain, but database, shared folders, service account and ways in do "
        "not use it",
        site.at("domain.kind", "domain"),
        "leave domain out, or use it: database.authentication: windows, or a service account",
    )


@reads("domain", "name", "nodes.names", "nodes.count", "database", "storage")
def controllers_apart(site: Site) -> Iterator[Diagnostic]:
    """Two controllers with names of their own, in two zones."""
    domain = site.stack.domain
    if not isinstance(domain, NewDomain):
        return
    if len(set(domain.zones)) < _CONTROLLERS:
        where = f"zone {domain.zones[0]}" if domain.zones else "no zone"
        yield site.warning(
            "OCT606",
            f"both domain controllers are in {where}, and with them goes the DNS of the network",
            site.at("domain.zones"),
            "write zones: [1, 2] where the region has zones",
        )
    if len(domain.names) == 1:
        yield site.error(
            "OCT606",
            "`domain.names` has one name, but there are two controllers",
            site.at("domain.names"),
            "write two names, or leave names out",
        )
        return
    seen = {name.lower() for name in _machines(site.stack, controllers=False)}
    for name in domain.names_for(site.stack.name):
        if name.lower() in seen:
            yield site.error(
                "OCT606",
                f"{name} is the name of two machines, and a domain knows every name once",
                site.at("domain.names", "nodes.names", "name"),
                "write other names in domain.names",
            )
        seen.add(name.lower())


@reads("domain", "database", "storage", "octopus.service_account")
def accounts_of_a_new_domain(site: Site) -> Iterator[Diagnostic]:
    """Each account does one thing, and its name is free."""
    domain = site.stack.domain
    if not isinstance(domain, NewDomain):
        return
    if domain.administrator_username.lower() in RESERVED_USERS:
        yield site.error(
            "OCT607",
            f"`domain.administrator_username` is {domain.administrator_username}, a name that Azure "
            "refuses",
            site.at("domain.administrator_username"),
            "take one that nobody guesses, such as octodomain",
        )
    taken = {domain.administrator_username.lower(): "the administrator of the domain"}
    for path, what in (
        ("domain.join_user", "the account that joins machines"),
        ("database.cluster_account", "the cluster account"),
        ("database.sql_service_account", "the account of SQL Server"),
        ("storage.file_service_account", "the file service account"),
        ("octopus.service_account", "the account of the service"),
    ):
        part, key = path.split(".")
        value = getattr(getattr(site.stack, part), key, "")
        name = getattr(value, "name", value).rpartition("\\")[2]
        if name and name.lower() in taken:
            yield site.error(
                "OCT607",
                f"{name} is {taken[name.lower()]} and {what}, so it could do what only one of them "
                "needs",
                site.at(path, "domain"),
                f"write another name in {path}",
            )
        taken.setdefault(name.lower(), what)


@reads("domain")
def functional_level(site: Site) -> Iterator[Diagnostic]:
    """The controllers run a version of Windows that has the functional level."""
    domain = site.stack.domain
    if (
        isinstance(domain, NewDomain)
        and domain.functional_level == "Win2025"
        and "2025" not in domain.image.sku
    ):
        yield site.error(
            "OCT608",
            f"`domain.functional_level` is Win2025, but the image is {domain.image.sku}",
            site.at("domain.functional_level", "domain.image.sku"),
            "write image: {sku: 2025-datacenter-azure-edition}, or leave functional_level out",
        )


@reads("domain")
def unit_of_the_domain(site: Site) -> Iterator[Diagnostic]:
    """The organizational unit is one of the domain that the machines join."""
    domain = site.stack.domain
    if not isinstance(domain, ExistingDomain) or domain.ou_path is None:
        return
    wanted = ",".join(f"DC={label}" for label in domain.fqdn.split("."))
    found = domain.ou_path[domain.ou_path.upper().index("DC=") :]
    if found.lower() != wanted.lower():
        yield site.error(
            "OCT609",
            f"`domain.ou_path` ends with {found}, but {domain.fqdn} is {wanted}",
            site.at("domain.ou_path", "domain.fqdn"),
            f"end it with {wanted}",
        )


def uses_the_domain(stack: Stack) -> bool:
    """Say whether a part of the stack signs in with accounts of a domain."""
    return (
        stack.database.authentication == "windows"
        or hasattr(stack.database, "cluster_account")
        or stack.storage.credential == "domain"
        or getattr(stack.storage, "access", "") == "ad-ds"
        or not isinstance(stack.octopus.service_account, LocalSystem)
        or any(
            (isinstance(access, JumpBox) and access.sign_in == "domain")
            or (isinstance(access, Bastion) and access.kerberos)
            for access in stack.network.access
        )
    )


def _machines(stack: Stack, *, controllers: bool = True) -> tuple[str, ...]:
    """Name the machines of a stack that join its domain or hold it."""
    names = stack.node_names
    if hasattr(stack.database, "names_for"):
        names += stack.database.names_for(stack.name).machines
    if isinstance(stack.storage, DfsReplication):
        names += stack.storage.names_for(stack.name)
    if controllers and isinstance(stack.domain, NewDomain):
        names += stack.domain.names_for(stack.name)
    return names


DOMAIN_RULES: tuple[Rule, ...] = (
    name_of_the_domain,
    net_bios_name,
    dns_of_an_existing_domain,
    dns_of_a_new_domain,
    somebody_uses_the_domain,
    controllers_apart,
    accounts_of_a_new_domain,
    functional_level,
    unit_of_the_domain,
)
