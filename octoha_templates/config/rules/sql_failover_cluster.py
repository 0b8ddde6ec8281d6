"""Rules about a failover cluster instance of SQL Server: its domain, its names, its storage.

Source: learn.microsoft.com, "Prepare virtual machines for an FCI", "Create an FCI with Azure shared
disks", "Create an FCI with a premium file share", "Share an Azure managed disk", "Editions and
supported features of SQL Server".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    PremiumFileShare,
    SharedDisks,
    SqlVmFailoverCluster,
)
from octoha_templates.config.rules.nodes import vcpus_of_size
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_MACHINES: Final = 2
_MEMORY_OPTIMISED: Final = "Standard_E4ds_v5"
# Version 6 and later have NVMe controllers only; the script knows the shared disks by their SCSI LUN.
_NEWEST_WITH_SCSI: Final = 5
_SIZE = re.compile(r"^Standard_[A-Z]+[0-9]+(?:-[0-9]+)?([a-z]*)(?:_[A-Z]+[0-9]*)?(?:_v([0-9]+))?$")
# What Octopus asks for by total task cap: up to so many tasks, vCPUs.
_SIZING: Final = ((10, 2), (20, 2), (40, 4), (80, 8), (160, 16))
# The database files, the log, tempdb and the backups of the default size fit into that.
_SMALL_SHARE_GIB: Final = 512


@reads("database", "domain")
def in_a_domain(site: Site) -> Iterator[Diagnostic]:
    """A failover cluster instance lives in a domain."""
    if isinstance(site.stack.database, SqlVmFailoverCluster) and not site.stack.domain.joined:
        yield site.error(
            "OCT622",
            "`database.kind` is sql-vm-failover-cluster, which needs a domain, but the stack is in "
            "none",
            site.at("database.kind", "database"),
            "say which one with domain: {kind: existing, ...}, or let the stack make one with "
            "{kind: new, ...}",
        )


@reads("database.zones", "database.storage", "database.witness_redundancy")
def storage_where_the_machines_are(site: Site) -> Iterator[Diagnostic]:
    """Both machines reach the storage, and one zone does not take both with it."""
    database = site.stack.database
    if not isinstance(database, SqlVmFailoverCluster):
        return
    zones = set(database.zones)
    disks = database.storage
    if isinstance(disks, SharedDisks) and disks.redundancy == "local" and len(zones) > 1:
        yield site.error(
            "OCT623",
            "`database.storage.redundancy` is local, but the machines are in zones "
            f"{' and '.join(map(str, database.zones))}, and a locally redundant disk is in one",
            site.at("database.storage.redundancy", "database.zones"),
            "write redundancy: zone, or zones with one zone",
        )
    elif disks.redundancy == "zone" and len(zones) < _MACHINES:
        yield site.warning(
            "OCT623",
            "`database.storage.redundancy` is zone, but both machines are in "
            f"{f'zone {database.zones[0]}' if zones else 'no zone'}, which takes them down together",
            site.at("database.zones"),
            "write zones: [1, 2], or redundancy: local, which is faster",
        )
    if len(zones) > 1 and database.witness_redundancy == "local":
        yield site.warning(
            "OCT623",
            "`database.witness_redundancy` is local, so one zone can take a machine and the witness "
            "with it, and the other machine stops",
            site.at("database.witness_redundancy"),
            "write witness_redundancy: zone",
        )


@reads("name", "nodes.names", "nodes.count", "database")
def names_in_the_domain(site: Site) -> Iterator[Diagnostic]:
    """Every name in the domain is one thing's."""
    database = site.stack.database
    if not isinstance(database, SqlVmFailoverCluster):
        return
    if database.names and len(database.names) != _MACHINES:
        yield site.error(
            "OCT624",
            "`database.names` has one name, but the cluster has two machines",
            site.at("database.names"),
            "write two names, or leave names out",
        )
        return
    names = database.names_for(site.stack.name)
    taken = {node.lower(): "a node" for node in site.stack.node_names}
    for path, name, what in (
        *(("database.names", machine, "a SQL Server machine") for machine in names.machines),
        ("database.cluster_name", names.cluster, "the cluster"),
        ("database.instance_name", names.instance, "the instance"),
        ("database.client_name", names.client, "the name for clients"),
    ):
        if name.lower() in taken:
            yield site.error(
                "OCT624",
                f"{name} is {taken[name.lower()]} and {what}, but a domain knows every name once",
                site.at(path, "nodes.names", "name"),
                f"write another name in {path}",
            )
        taken.setdefault(name.lower(), what)


@reads("database.size")
def size_for_shared_disks(site: Site) -> Iterator[Diagnostic]:
    """The machines can hold premium disks, and the script can tell the shared ones apart."""
    database = site.stack.database
    if not isinstance(database, SqlVmFailoverCluster):
        return
    match = _SIZE.match(database.size)
    features, version = (match[1], int(match[2] or 0)) if match else ("", 0)
    if "s" not in features:
        yield site.error(
            "OCT625",
            f"`database.size` is {database.size}, which has no premium storage",
            site.at("database.size"),
            f"take a size with an s in its name, such as {_MEMORY_OPTIMISED}",
        )
    elif version > _NEWEST_WITH_SCSI:
        yield site.error(
            "OCT625",
            f"`database.size` is {database.size}, whose disks are NVMe, but the disks are told apart "
            "by their SCSI number",
            site.at("database.size"),
            f"take a size of version 5, such as {_MEMORY_OPTIMISED}",
        )


@reads("database.edition")
def edition_for_production(site: Site) -> Iterator[Diagnostic]:
    """Developer edition is not licensed for production."""
    database = site.stack.database
    if isinstance(database, SqlVmFailoverCluster) and database.edition == "developer":
        yield site.warning(
            "OCT626",
            "`database.edition` is developer, which may not be used in production",
            site.at("database.edition"),
            "write edition: standard, which is enough for a cluster of two machines",
        )


@reads("database.cluster_account", "database.sql_service_account", "domain")
def accounts_apart(site: Site) -> Iterator[Diagnostic]:
    """SQL Server does not run as the account that administers its machines."""
    database, domain = site.stack.database, site.stack.domain
    if not isinstance(database, SqlVmFailoverCluster):
        return
    service = database.sql_service_account.lower()
    joins = getattr(domain, "join_user", "").lower()
    for path, other, what in (
        ("database.cluster_account", database.cluster_account.lower(), "administers the machines"),
        ("database.sql_service_account", joins, "joins machines to the domain"),
    ):
        if service == other:
            yield site.error(
                "OCT627",
                f"SQL Server runs as {database.sql_service_account}, the account that {what}; "
                "whoever gets hold of the one gets hold of the other",
                site.at("database.sql_service_account", path),
                "give SQL Server an account of its own without any rights",
            )


@reads("database.size", "nodes.count", "nodes.task_cap")
def machines_large_enough(site: Site) -> Iterator[Diagnostic]:
    """The machines are large enough for the tasks of all nodes together."""
    database, nodes = site.stack.database, site.stack.nodes
    if not isinstance(database, SqlVmFailoverCluster):
        return
    total, has = nodes.count * nodes.task_cap, vcpus_of_size(database.size)
    needed = next((vcpus for tasks, vcpus in _SIZING if total <= tasks), None)
    if needed is None:
        yield site.warning(
            "OCT174",
            f"{nodes.count} nodes run {total} tasks at a time, more than the 160 that Octopus gives "
            "sizes for",
            site.at("nodes.task_cap", "nodes.count"),
            "lower nodes.task_cap",
        )
    elif has and has < needed:
        yield site.warning(
            "OCT173",
            f"{database.size} has {has} vCPUs, but {nodes.count} nodes with {total} tasks in all "
            f"want {needed}",
            site.at("database.size", "nodes.task_cap", "nodes.count"),
            "take a larger size, or lower nodes.task_cap",
        )


@reads("database.storage")
def share_large_enough(site: Site) -> Iterator[Diagnostic]:
    """The share is fast enough, which comes with its size."""
    database = site.stack.database
    if not isinstance(database, SqlVmFailoverCluster):
        return
    share = database.storage
    if isinstance(share, PremiumFileShare) and share.quota_gib < _SMALL_SHARE_GIB:
        yield site.warning(
            "OCT628",
            f"`database.storage.quota_gib` is {share.quota_gib}; data, log, tempdb and backups share "
            "its space and its speed, which grows with the size",
            site.at("database.storage.quota_gib"),
            f"write {_SMALL_SHARE_GIB} or more",
        )


@reads("database.storage")
def backups_beside_the_data(site: Site) -> Iterator[Diagnostic]:
    """Backups on the instance's own storage are lost with it."""
    if isinstance(site.stack.database, SqlVmFailoverCluster):
        yield site.note(
            "OCT629",
            "SQL Server's own backups lie on storage of the cluster: they undo mistakes, and are lost "
            "with the storage",
            site.at("database.kind", "database"),
            "have them copied elsewhere; DEPLOY.md says where they are",
        )


SQL_FAILOVER_CLUSTER_RULES: tuple[Rule, ...] = (
    in_a_domain,
    storage_where_the_machines_are,
    names_in_the_domain,
    size_for_shared_disks,
    edition_for_production,
    accounts_apart,
    machines_large_enough,
    share_large_enough,
    backups_beside_the_data,
)
