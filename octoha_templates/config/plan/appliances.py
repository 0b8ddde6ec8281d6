"""What the load balancer appliances add: their interfaces and their own protocols.

Source: F5 BIG-IP, "Overview of port lockdown behavior" and "Ports used for high availability";
LoadMaster HA for Azure, "Network Security Groups".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import F5BigIp, KempLoadMaster, Stack
from octoha_templates.config.plan.parts import (
    ANYONE,
    CLIENTS,
    INTERNET,
    LOAD_BALANCER_PROBE,
    NODES,
    VIRTUAL_NETWORK,
    Contribution,
    Peer,
    Rule,
    Subnet,
    subnet,
)

EXTERNAL: Final = subnet("appliance_external", "load balancer appliances")
INTERNAL: Final = subnet("appliance_internal", "load balancer appliances, towards the nodes")
MANAGEMENT: Final = subnet("appliance_management", "management of the load balancer appliances")

_BASTION: Final = subnet("bastion", "Azure Bastion")


def contribution(stack: Stack) -> Contribution:
    """Say what the load balancer appliances add to the plan."""
    balancer = stack.load_balancer
    if isinstance(balancer, F5BigIp):
        return Contribution(
            tuple(_f5_subnets(balancer)),
            tuple(_f5(balancer)),
            closed_outbound=("appliance_management", "appliance_external", "appliance_internal"),
        )
    if isinstance(balancer, KempLoadMaster):
        return Contribution(
            tuple(_kemp_subnets(balancer)),
            tuple(_kemp(balancer)),
            closed_outbound=("appliance_external",),
        )
    return Contribution()


def _front_end(balancer: F5BigIp | KempLoadMaster) -> Iterator[Subnet]:
    if balancer.exposure == "internal":
        yield Subnet(
            "load_balancer",
            "the front end of the load balancer",
            note="The rules of the appliances' subnet decide on balanced traffic; this group "
            "closes the subnet to anything else put there.",
        )


def _f5_subnets(balancer: F5BigIp) -> Iterator[Subnet]:
    yield from _front_end(balancer)
    yield Subnet(
        "appliance_management",
        "the management of the load balancer appliances",
        outbound=True,
        note="Closed to everybody but operators inside the network: who administers a load "
        "balancer reads everything that goes through it.",
    )
    # Two addresses of the units' own and two of the portal.
    yield Subnet("appliance_external", "the load balancer appliances", smallest=28)
    if balancer.interfaces == 3:
        yield Subnet("appliance_internal", "the load balancer appliances, towards the nodes")


def _f5(balancer: F5BigIp) -> Iterator[Rule]:
    yield from _portal(balancer, INTERNAL if balancer.interfaces == 3 else EXTERNAL)
    # The way from the jump box to this subnet is part of the jump box.
    yield from _management("appliance_management", MANAGEMENT)
    yield Rule(
        "appliance_management", "AllowPeerInbound", 200, MANAGEMENT, MANAGEMENT, ("443",),
        "The units make each other trusted.",
    )  # fmt: skip
    yield Rule(
        "appliance_management", "AllowPeerOutbound", 100, MANAGEMENT, MANAGEMENT, ("443",),
        "The units make each other trusted.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "appliance_management", "AllowTimeOutbound", 120, MANAGEMENT, ANYONE, ("123",),
        "Time servers: the units must agree on the time.", "Outbound", protocol="Udp",
    )  # fmt: skip
    if balancer.license == "byol":
        yield Rule(
            "appliance_management", "AllowLicensingOutbound", 130, MANAGEMENT, INTERNET, ("443",),
            "Activation of the licence.", "Outbound",
        )  # fmt: skip
    for direction in ("Inbound", "Outbound"):
        yield Rule(
            "appliance_external", f"AllowSync{direction}", 200, EXTERNAL, EXTERNAL, ("4353",),
            "Configuration from one unit to the other.", direction,
        )  # fmt: skip
        yield Rule(
            "appliance_external", f"AllowHeartbeat{direction}", 210, EXTERNAL, EXTERNAL, ("1026",),
            "Heartbeat of the failover pair.", direction, protocol="Udp",
        )  # fmt: skip


def _kemp_subnets(balancer: KempLoadMaster) -> Iterator[Subnet]:
    yield from _front_end(balancer)
    yield Subnet(
        "appliance_external",
        "the load balancer appliances",
        outbound=True,
        note="Management is open to operators inside the network only: who administers a load "
        "balancer reads everything that goes through it.",
    )


def _kemp(balancer: KempLoadMaster) -> Iterator[Rule]:
    yield from _portal(balancer, EXTERNAL)
    yield from _management("appliance_external", EXTERNAL)
    # The way from the jump box to this subnet is part of the jump box.
    for direction in ("Inbound", "Outbound"):
        yield Rule(
            "appliance_external", f"AllowSync{direction}", 200, EXTERNAL, EXTERNAL,
            ("6973", "8443", "8444"),
            "Configuration and health of the other unit.", direction,
        )  # fmt: skip
    yield Rule(
        "appliance_external", "AllowDnsOutbound", 220, EXTERNAL, VIRTUAL_NETWORK, ("53",),
        "Name servers of the network.", "Outbound", protocol="*",
    )  # fmt: skip
    yield Rule(
        "appliance_external", "AllowTimeOutbound", 230, EXTERNAL, ANYONE, ("123",),
        "Time servers: the units must agree on the time.", "Outbound", protocol="Udp",
    )  # fmt: skip
    yield Rule(
        "appliance_external", "AllowLicensingOutbound", 240, EXTERNAL, INTERNET, ("443",),
        "Activation of the licence, and its daily check.", "Outbound",
    )  # fmt: skip


def _portal(balancer: F5BigIp | KempLoadMaster, inside: Peer) -> Iterator[Rule]:
    """From the clients to the appliances, and from there to the nodes; nobody else opens the portal."""
    yield Rule(
        "appliance_external", "AllowPortalInbound", 100, CLIENTS, EXTERNAL, ("443",),
        "Portal and API over HTTPS.",
    )  # fmt: skip
    if balancer.open_to_internet:
        yield Rule(
            "appliance_external", "AllowInternetPortalInbound", 105, INTERNET, EXTERNAL, ("443",),
            "Portal and API for everyone, because the config opens them to the Internet.",
        )  # fmt: skip
    yield Rule(
        "appliance_external", "AllowNodesInbound", 107, NODES, EXTERNAL, ("443",),
        "Steps that run on a node call the API.",
    )  # fmt: skip
    yield Rule(
        "appliance_external", "AllowHealthProbeInbound", 110, LOAD_BALANCER_PROBE, EXTERNAL,
        (str(balancer.probe_port),), "Health probe that finds the active unit.",
    )  # fmt: skip
    yield Rule(
        inside.subnet, "AllowNodesOutbound", 100, inside, NODES, ("443",),
        "Portal and health check of the nodes.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowAppliancesInbound", 100, inside, NODES, ("443",),
        "Portal and API over HTTPS, from the appliances only.",
    )  # fmt: skip


def _management(key: str, to: Peer) -> Iterator[Rule]:
    """Bastion brings operators to a shell; what configures the appliances runs on the jump box."""
    yield Rule(
        key, "AllowBastionInbound", 150, _BASTION, to, ("22",),
        "Operators, through Azure Bastion only.",
    )  # fmt: skip
