"""Rules about file servers with DFS: one active replica, a domain, names, sizes.

Source: octopus.com/docs, "Local storage" (DFS); learn.microsoft.com, "DFS Replication FAQ" (staging
quota, files in use, NTFS), "DFS Namespaces overview".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import DfsReplication
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_SERVERS: Final = 2
_SIZE = re.compile(r"Standard_([A-Z]+)[0-9]+(?:-[0-9]+)?([a-z]*)")


@reads("storage")
def one_active_replica(site: Site) -> Iterator[Diagnostic]:
    """All nodes use the same replica."""
    storage = site.stack.storage
    if not isinstance(storage, DfsReplication) or len(storage.active_replicas) == 1:
        return
    at = site.at("storage.active_replicas", "storage")
    if storage.active_replicas:
        yield site.error(
            "OCT650",
            f"`storage.active_replicas` names {len(storage.active_replicas)} replicas, but all nodes "
            "must use one: replication comes later than the next node, copies no open file and "
            "knows no locks, so logs, artifacts and packages would be missing or overwritten",
            at,
            "write active_replicas: [1]; switch-replica.ps1 leads all nodes to the other one",
        )
    else:
        yield site.error(
            "OCT650",
            "`storage.active_replicas` names no replica, so the namespace would lead nowhere",
            at,
            "write active_replicas: [1]",
        )


@reads("storage", "domain")
def in_a_domain(site: Site) -> Iterator[Diagnostic]:
    """Namespace and replication live in a domain."""
    if isinstance(site.stack.storage, DfsReplication) and not site.stack.domain.joined:
        yield site.error(
            "OCT651",
            "`storage.kind` is dfs-replication, which needs a domain, but the stack is in none",
            site.at("storage.kind", "storage"),
            "say which one with domain: {kind: existing, ...}, or let the stack make one with "
            "{kind: new, ...}",
        )


@reads("storage")
def servers_apart(site: Site) -> Iterator[Diagnostic]:
    """One zone does not take both replicas with it."""
    storage = site.stack.storage
    if isinstance(storage, DfsReplication) and len(set(storage.zones)) < _SERVERS:
        where = f"zone {storage.zones[0]}" if storage.zones else "no zone"
        yield site.warning(
            "OCT652",
            f"both file servers are in {where}, so one failure can take both replicas",
            site.at("storage.zones"),
            "write zones: [1, 2] where the region has zones",
        )


@reads("storage", "name", "nodes.names", "nodes.count", "database")
def names_of_the_servers(site: Site) -> Iterator[Diagnostic]:
    """Two servers with names of their own."""
    storage, stack = site.stack.storage, site.stack
    if not isinstance(storage, DfsReplication):
        return
    if len(storage.names) == 1:
        yield site.error(
            "OCT653",
            "`storage.names` has one name, but there are two file servers",
            site.at("storage.names"),
            "write two names, or leave names out",
        )
        return
    seen = {name.lower() for name in stack.node_names}
    if hasattr(stack.database, "names_for"):
        seen |= {name.lower() for name in stack.database.names_for(stack.name).machines}
    for name in storage.names_for(stack.name):
        if name.lower() in seen:
            yield site.error(
                "OCT653",
                f"{name} is the name of two machines, and a domain knows every name once",
                site.at("storage.names", "nodes.names", "name"),
                "write other names in storage.names",
            )
        seen.add(name.lower())


@reads("storage")
def room_for_staging(site: Site) -> Iterator[Diagnostic]:
    """The staging folder lies on the same disk as what it stages."""
    storage = site.stack.storage
    if (
        isinstance(storage, DfsReplication)
        and storage.staging_quota_gib * 2 > storage.data_disk_size_gib
    ):
        yield site.error(
            "OCT654",
            f"`storage.staging_quota_gib` is {storage.staging_quota_gib}, more than half of the disk "
            f"of {storage.data_disk_size_gib} GiB that it shares with the folders",
            site.at("storage.staging_quota_gib", "storage.data_disk_size_gib"),
            "raise data_disk_size_gib; the 32 largest files together are enough for staging",
        )


@reads("storage")
def size_of_the_servers(site: Site) -> Iterator[Diagnostic]:
    """The size runs Windows Server on premium disks."""
    storage = site.stack.storage
    if not isinstance(storage, DfsReplication):
        return
    found = _SIZE.match(storage.size)
    if found and ("p" in found[2] or ("s" not in found[2] and not found[1].endswith("S"))):
        yield site.error(
            "OCT655",
            f"`storage.size` is {storage.size}, which has no premium disks or does not run Windows "
            "Server",
            site.at("storage.size"),
            "take an x64 size with the letter s, such as Standard_D4s_v5",
        )


@reads("storage")
def two_shares(site: Site) -> Iterator[Diagnostic]:
    """The root of the namespace and the folders are two shares of each server."""
    storage = site.stack.storage
    if (
        isinstance(storage, DfsReplication)
        and storage.share_name.lower() == storage.namespace.lower()
    ):
        yield site.error(
            "OCT656",
            f"`storage.share_name` and `storage.namespace` are both {storage.share_name}, but each "
            "server shares the root of the namespace under that name, too",
            site.at("storage.share_name", "storage.namespace"),
            "write another share_name; nobody sees it",
        )


FILE_SERVER_RULES: tuple[Rule, ...] = (
    one_active_replica,
    in_a_domain,
    servers_apart,
    names_of_the_servers,
    room_for_staging,
    size_of_the_servers,
    two_shares,
)
