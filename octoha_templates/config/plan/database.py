"""What SQL Server machines add; a database by private endpoint is with the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    PremiumFileShare,
    SqlVmAvailabilityGroup,
    SqlVmFailoverCluster,
    Stack,
)
from octoha_templates.config.plan.availability_group import availability_group
from octoha_templates.config.plan.parts import (
    BLOB_ZONE,
    FILE_ZONE,
    NODES,
    PRIVATE_ENDPOINTS,
    VIRTUAL_NETWORK,
    Contribution,
    Rule,
    Subnet,
    subnet,
)

DATABASE: Final = subnet("database", "SQL Server machines")

# Name resolution, remote procedure calls, file sharing, the cluster itself, remote management.
CLUSTER_PORTS: Final = ("135", "137-139", "445", "3343", "5985", "49152-65535")


def contribution(stack: Stack) -> Contribution:
    """Say what the database adds to the plan."""
    database = stack.database
    if isinstance(database, SqlVmAvailabilityGroup):
        return availability_group(database)
    if isinstance(database, SqlVmFailoverCluster):
        has_share = isinstance(database.storage, PremiumFileShare)
        return Contribution(
            (
                Subnet(
                    "database",
                    "the SQL Server machines",
                    outbound=True,
                    note="One subnet for both machines: clients know the instance by a distributed "
                    "name, which needs no address of its own and no load balancer.",
                ),
            ),
            tuple(_failover_cluster(database, has_share=has_share)),
            (BLOB_ZONE, FILE_ZONE) if has_share else (BLOB_ZONE,),
        )
    return Contribution()


def _failover_cluster(database: SqlVmFailoverCluster, *, has_share: bool) -> Iterator[Rule]:
    yield Rule(
        "database", "AllowSqlInbound", 100, NODES, DATABASE, (str(database.port),),
        "Octopus opens its database.",
    )  # fmt: skip
    yield Rule(
        "database", "AllowClusterInbound", 110, DATABASE, DATABASE,
        (str(database.port), *CLUSTER_PORTS),
        "Heartbeat and administration of the cluster, and the machines as clients of the instance.",
        protocol="*",
    )  # fmt: skip
    yield Rule(
        "database", "AllowClusterPingInbound", 120, DATABASE, DATABASE, ("*",),
        "Cluster validation asks whether the machines see each other.", protocol="Icmp",
    )  # fmt: skip
    yield Rule(
        "private_endpoints", "AllowDatabaseInbound", 120, DATABASE, PRIVATE_ENDPOINTS,
        ("443", "445") if has_share else ("443",),
        "Cloud witness of the cluster" + (", and the share with its files." if has_share else "."),
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowDatabaseOutbound", 105, NODES, DATABASE, (str(database.port),),
        "Octopus opens its database.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "database", "DenyHopOutbound", 110, DATABASE, VIRTUAL_NETWORK, ("3389",),
        "A database is no stepping stone to the desktops of other machines.", "Outbound", "Deny",
    )  # fmt: skip
