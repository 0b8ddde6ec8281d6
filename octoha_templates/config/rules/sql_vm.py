"""Rules about SQL Server machines with an availability group.

Source: learn.microsoft.com, "Editions and supported features of SQL Server 2022", "Availability group
overview for SQL Server on Azure VMs", "Sizes for virtual machines in Azure" (data disks);
octopus.com/docs, "Installation guidelines" (database size by total task cap).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import NoDomain, SqlVmAvailabilityGroup
from octoha_templates.config.rules.database import vcpus_for_tasks
from octoha_templates.config.rules.nodes import has_premium_disks, is_burstable, vcpus_of_size
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic

_NAMES: Final = ("cluster_name", "availability_group_name", "listener_name")
# The data disks that a size takes, by its vCPUs: D and E series, version 3 to 5.
_DISKS_OF_VCPUS: Final = ((2, 4), (4, 8), (8, 16))
_MOST_DISKS: Final = 32


def _group(site: Site) -> SqlVmAvailabilityGroup | None:
    database = site.stack.database
    return database if isinstance(database, SqlVmAvailabilityGroup) else None


@reads("database.edition")
def edition_with_groups(site: Site) -> Iterator[Diagnostic]:
    """The edition has availability groups, and Azure's groups of machines know it."""
    group = _group(site)
    if group and group.edition == "standard":
        yield site.error(
            "OCT610",
            "`database.edition` is standard, which has basic availability groups only: one database, two "
            "replicas, and Azure does not form them",
            site.at("database.edition"),
            "write edition: enterprise, or take kind: sql-vm-failover-cluster, for which standard is enough",
        )
    elif group and group.edition == "developer":
        yield site.warning(
            "OCT611",
            "`database.edition` is developer, whose licence is not for production",
            site.at("database.edition"),
            "write edition: enterprise for anything that people rely on",
        )


@reads("database", "domain")
def group_in_domain(site: Site) -> Iterator[Diagnostic]:
    """The machines join a domain, without which Azure forms no cluster."""
    if _group(site) and isinstance(site.stack.domain, NoDomain):
        yield site.error(
            "OCT612",
            "`database.kind` is sql-vm-availability-group, whose machines have to be in a domain, but "
            "`domain` is none",
            site.at("domain", "database"),
            "name yours with domain: {kind: existing, ...}, or write domain: {kind: new, ...}",
        )


@reads("database.names", "database.replicas")
def names_of_machines(site: Site) -> Iterator[Diagnostic]:
    """There is a name for each machine, or none."""
    group = _group(site)
    if group and group.names and len(group.names) != group.replicas:
        yield site.error(
            "OCT613",
            f"`database.names` has {len(group.names)} names, but `database.replicas` is {group.replicas}",
            site.at("database.names", "database.replicas"),
            "write one name for each machine, or leave names out",
        )


@reads("name", "database", "nodes.names", "nodes.count")
def names_in_domain(site: Site) -> Iterator[Diagnostic]:
    """Machines, cluster, listener and nodes have names of their own in the domain."""
    group = _group(site)
    if group is None:
        return
    names = group.names_for(site.stack.name)
    taken = {name.lower(): "a node" for name in site.stack.node_names}
    called = [*((name, "a SQL Server machine") for name in names.machines)]
    called += [(names.cluster, "the cluster"), (names.listener, "the listener")]
    for name, what in called:
        if name.lower() in taken:
            yield site.error(
                "OCT614",
                f"{name} is the name of {taken[name.lower()]} and of {what}, but a domain has every name once",
                site.at(*(f"database.{key}" for key in _NAMES), "database.names", "database"),
                "give one of them another name",
            )
        taken[name.lower()] = what


@reads("database.zones", "database.replicas")
def machines_apart(site: Site) -> Iterator[Diagnostic]:
    """Every machine is in a zone of its own."""
    group = _group(site)
    if group is None:
        return
    zones = len(set(group.zones))
    if group.zones and zones < group.replicas:
        yield site.warning(
            "OCT615",
            f"{group.replicas} SQL Server machines share {zones} availability zone{'s' if zones > 1 else ''}, "
            "so one failure can take two of them",
            site.at("database.zones", "database.replicas"),
            f"write zones: [{', '.join(map(str, range(1, group.replicas + 1)))}] where the region has them",
        )
    elif not group.zones:
        yield site.note(
            "OCT616",
            "without availability zones, the SQL Server machines are kept apart by an availability set",
            site.at("database.zones"),
            "an availability set promises 99.95 % instead of 99.99 %",
        )


@reads("database.size", "nodes.count", "nodes.task_cap")
def machines_large_enough(site: Site) -> Iterator[Diagnostic]:
    """Each machine is large enough for the tasks of all nodes together, because it may be alone."""
    group, nodes = _group(site), site.stack.nodes
    if group is None:
        return
    total = nodes.count * nodes.task_cap
    needed, has = vcpus_for_tasks(total), vcpus_of_size(group.size)
    if needed is not None and has < needed:
        yield site.warning(
            "OCT617",
            f"{group.size} has {has} vCPUs, but {nodes.count} nodes with {total} tasks in all want {needed}",
            site.at("database.size", "nodes.task_cap", "nodes.count"),
            "take a larger size, or lower nodes.task_cap",
        )


@reads("database.size", "database.data_disks")
def disks_of_size(site: Site) -> Iterator[Diagnostic]:
    """The size takes as many data disks."""
    group = _group(site)
    if group is None:
        return
    most = next(
        (disks for vcpus, disks in _DISKS_OF_VCPUS if vcpus_of_size(group.size) <= vcpus),
        _MOST_DISKS,
    )
    if len(group.disks) > most:
        yield site.error(
            "OCT618",
            f"{group.size} takes {most} data disks, but {group.data_disks} for data, one for logs and one for "
            f"tempdb are {len(group.disks)}",
            site.at("database.data_disks", "database.size"),
            "take a larger size, or fewer and larger disks",
        )


@reads("database.size")
def size_of_machines(site: Site) -> Iterator[Diagnostic]:
    """The size has premium disks and memory enough for SQL Server."""
    group = _group(site)
    if group is None:
        return
    lacks = [
        *(() if has_premium_disks(group.size) else ("premium disks",)),
        *(("steady processors",) if is_burstable(group.size) else ()),
    ]
    if lacks:
        yield site.error(
            "OCT619",
            f"`database.size` is {group.size}, which has no {joined(lacks)}",
            site.at("database.size"),
            "take an E size such as Standard_E4s_v5",
        )


@reads("database.free_secondary", "database.replicas")
def free_licence(site: Site) -> Iterator[Diagnostic]:
    """The free licence is for a replica that nobody reads from."""
    group = _group(site)
    if group and group.free_secondary:
        yield site.note(
            "OCT620",
            "the last SQL Server machine has the free licence of a replica for disaster recovery",
            site.at("database.free_secondary"),
            "it needs Software Assurance or pay-as-you-go for the others, and nobody may read from it",
        )


SQL_VM_RULES: tuple[Rule, ...] = (
    edition_with_groups,
    group_in_domain,
    names_of_machines,
    names_in_domain,
    machines_apart,
    machines_large_enough,
    disks_of_size,
    size_of_machines,
    free_licence,
)
