"""Rules about choices that work, and leave the stack weaker than the rest of it: notes, not errors.

Source: learn.microsoft.com, reliability pages of the services; octopus.com/docs, "High
availability".
"""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.model import AzureSql, NatGateway, NoBackup
from octoha_templates.config.regions import region_of
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic


@reads("nodes.zones", "nodes.count", "location", "regions")
def nodes_in_one_zone(site: Site) -> Iterator[Diagnostic]:
    """All nodes in one zone, or in one data centre, go down together."""
    zones, count = site.stack.nodes.zones, site.stack.nodes.count
    if count < 2 or len(zones) > 1:
        return
    region = region_of(site.stack, site.stack.location)
    if zones:
        yield site.warning(
            "OCT190",
            f"all {count} nodes are in availability zone {zones[0]}, so one failure can take them all",
            site.at("nodes.zones"),
            "write zones: [1, 2, 3] where the region has zones",
        )
    elif region is not None and region.zones is False:
        yield site.note(
            "OCT190",
            f"all {count} nodes are in one data centre, kept apart by an availability set: "
            f"{site.stack.location} has no zones",
            site.at("nodes.zones", "location"),
            "take a region with zones, or have a second region to go to",
        )
    else:
        yield site.warning(
            "OCT190",
            f"all {count} nodes are in one data centre, kept apart by an availability set only",
            site.at("nodes.zones"),
            "write zones: [1, 2, 3] where the region has zones",
        )


@reads("nodes.zones", "database.redundancy", "storage.redundancy", "network.outbound")
def one_zone_for_all(site: Site) -> Iterator[Diagnostic]:
    """What all nodes depend on lives in one zone, though the nodes do not."""
    stack = site.stack
    outbound = getattr(stack.network, "outbound", None)
    if len(stack.nodes.zones) < 2:
        return
    for path, is_local, what in (
        (
            "database.redundancy",
            getattr(stack.database, "redundancy", "") == "local",
            "the database",
        ),
        (
            "storage.redundancy",
            getattr(stack.storage, "redundancy", "") == "local",
            "the file share",
        ),
        (
            "network.outbound.sku",
            isinstance(outbound, NatGateway) and outbound.sku == "Standard",
            "the NAT gateway",
        ),
    ):
        if is_local:
            yield site.note(
                "OCT191",
                f"the nodes are in {len(stack.nodes.zones)} zones, but {what} is in one, which "
                "all of them need",
                site.at(path),
                "take the zone-redundant one where the region has it",
            )


@reads("backup")
def no_backup(site: Site) -> Iterator[Diagnostic]:
    """Nothing of the stack's own backs up the nodes and the share."""
    if isinstance(site.stack.backup, NoBackup):
        yield site.note(
            "OCT192",
            "the stack backs up neither the nodes nor the file share",
            site.at("backup.kind", "backup"),
            "protect them with a vault of your own",
        )


@reads("database")
def backups_in_one_zone(site: Site) -> Iterator[Diagnostic]:
    """A zone-redundant database keeps its backups in one zone."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    if database.is_zone_redundant and database.backup_redundancy == "Local":
        yield site.note(
            "OCT193",
            "the database is zone-redundant, but its backups are kept in one zone",
            site.at("database.backup_redundancy"),
            "write backup_redundancy: Zone, or Geo for another region",
        )


@reads("network.access")
def no_way_in(site: Site) -> Iterator[Diagnostic]:
    """Operators have no way to the nodes that the stack knows of."""
    if not site.stack.network.access:
        yield site.note(
            "OCT194",
            "`network.access` is empty: the stack has no way in for operators",
            site.at("network.access"),
            "peer the network with one that has a VPN or a Bastion",
        )


@reads("monitoring.alert_emails")
def nobody_is_told(site: Site) -> Iterator[Diagnostic]:
    """Alerts go to nobody."""
    if not site.stack.monitoring.alert_emails:
        yield site.note(
            "OCT195",
            "`monitoring.alert_emails` is empty: alerts show in the portal and go to nobody",
            site.at("monitoring.alert_emails"),
            "name a mailbox that is read",
        )


RESILIENCE_RULES: tuple[Rule, ...] = (
    nodes_in_one_zone,
    one_zone_for_all,
    no_backup,
    backups_in_one_zone,
    no_way_in,
    nobody_is_told,
)
