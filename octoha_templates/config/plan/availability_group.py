"""What an availability group adds: a subnet per machine, and how the machines talk to each other.

Source: Azure documentation, "Configure network for SQL Server on Azure VMs"; Windows Server
documentation, "Service overview and network port requirements".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import SqlVmAvailabilityGroup
from octoha_templates.config.plan.parts import (
    BLOB_ZONE,
    LOAD_BALANCER_PROBE,
    NODES,
    PRIVATE_ENDPOINTS,
    VIRTUAL_NETWORK,
    Contribution,
    Peer,
    Rule,
    Subnet,
    subnet,
)

SQL_PORT: Final = "1433"
LISTENER_PROBE: Final = "59999"
# Name resolution, remote procedure calls, file sharing, the cluster itself, the mirroring endpoint.
_BETWEEN: Final = (SQL_PORT, "5022", "135", "137-139", "445", "3343", "49152-65535")
_TITLES: Final = {
    "database": "the first SQL Server machine",
    "database_2": "the second SQL Server machine",
    "database_3": "the third SQL Server machine",
}


def availability_group(database: SqlVmAvailabilityGroup) -> Contribution:
    """Say what an availability group adds to the plan."""
    keys = database.subnets
    titles = _TITLES if database.is_multi_subnet else {"database": "the SQL Server machines"}
    subnets = tuple(Subnet(key, titles[key], outbound=True) for key in keys)
    return Contribution(subnets, tuple(_rules(keys, titles, database)), (BLOB_ZONE,))


def _rules(
    keys: tuple[str, ...], titles: dict[str, str], database: SqlVmAvailabilityGroup
) -> Iterator[Rule]:
    machines = {key: subnet(key, titles[key]) for key in keys}
    for index, key in enumerate(keys):
        me = machines[key]
        yield from _into(key, me, machines)
        if not database.is_multi_subnet:
            yield Rule(
                key, "AllowListenerProbeInbound", 330, LOAD_BALANCER_PROBE, me, (LISTENER_PROBE,),
                "The load balancer asks which machine has the listener.",
            )  # fmt: skip
        yield Rule(
            "nodes", f"AllowDatabase{index + 1}Outbound", 300 + index, NODES, me, (SQL_PORT,),
            "Octopus opens its database.", "Outbound",
        )  # fmt: skip
        yield Rule(
            "private_endpoints", f"AllowDatabase{index + 1}Inbound", 300 + index, me,
            PRIVATE_ENDPOINTS, ("443",), "Cloud witness and backups.",
        )  # fmt: skip
        yield Rule(
            key, "DenyHopOutbound", 110, me, VIRTUAL_NETWORK, ("3389",),
            "A database is no stepping stone to the desktops of other machines.", "Outbound", "Deny",
        )  # fmt: skip


def _into(key: str, me: Peer, machines: dict[str, Peer]) -> Iterator[Rule]:
    yield Rule(key, "AllowSqlInbound", 300, NODES, me, (SQL_PORT,), "Octopus opens its database.")
    for index, other in enumerate(machines.values()):
        yield Rule(
            key, f"AllowReplica{index + 1}Inbound", 310 + index, other, me, _BETWEEN,
            "Cluster heartbeat, replication and administration among the machines.", protocol="*",
        )  # fmt: skip
        yield Rule(
            key, f"AllowPing{index + 1}Inbound", 320 + index, other, me, ("*",),
            "Cluster validation asks whether the machines see each other.", protocol="Icmp",
        )  # fmt: skip
