"""What domain controllers add: a subnet that the machines of the domain reach on its ports.

Source: learn.microsoft.com, "Service overview and network port requirements for Windows" and "Configure
firewall for Active Directory domains and trusts".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import NewDomain, Stack
from octoha_templates.config.plan.parts import (
    NODES,
    VIRTUAL_NETWORK,
    Contribution,
    Rule,
    Subnet,
    subnet,
)

CONTROLLERS: Final = subnet("domain_controllers", "domain controllers")

# Kerberos, RPC, LDAP and its forms, SMB, password changes, global catalogue; then what RPC hands out.
_TCP: Final = ("53", "88", "135", "389", "445", "464", "636", "3268-3269", "49152-65535")
# DNS, Kerberos, time, LDAP ping, password changes.
_UDP: Final = ("53", "88", "123", "389", "464")
# Web services, for the other controller only: people come by a way in, see there.
_WEB_SERVICES: Final = "9389"
_MEMBERS: Final = (
    (NODES, "Node"),
    (subnet("file_servers", "file servers"), "FileServer"),
    (subnet("database", "SQL Server machines"), "Database"),
    (subnet("database_2", "second SQL Server machine"), "Database2"),
    (subnet("database_3", "third SQL Server machine"), "Database3"),
)


def contribution(stack: Stack) -> Contribution:
    """Say what a domain of the stack's own adds to the plan."""
    if not isinstance(stack.domain, NewDomain):
        return Contribution()
    controllers = Subnet(
        "domain_controllers",
        "the domain controllers",
        outbound=True,
        note="Members of the domain reach it on its own ports; everybody in the network may ask for names.",
    )
    return Contribution((controllers,), tuple(_rules()))


def _rules() -> Iterator[Rule]:
    yield Rule(
        "domain_controllers", "AllowDnsInbound", 250, VIRTUAL_NETWORK, CONTROLLERS, ("53",),
        "The controllers are the DNS servers of the network.", protocol="*",
    )  # fmt: skip
    yield Rule(
        "domain_controllers", "AllowControllersTcpInbound", 252, CONTROLLERS, CONTROLLERS,
        (*_TCP, _WEB_SERVICES),
        "Replication of directory and SYSVOL between the controllers.",
    )  # fmt: skip
    yield Rule(
        "domain_controllers", "AllowControllersUdpInbound", 253, CONTROLLERS, CONTROLLERS, _UDP,
        "Each controller is a client of the other one.", protocol="Udp",
    )  # fmt: skip
    for index, (member, name) in enumerate(_MEMBERS):
        yield Rule(
            "domain_controllers", f"Allow{name}TcpInbound", 260 + 2 * index, member, CONTROLLERS, _TCP,
            "Sign-in, group policy and look-ups of members of the domain.",
        )  # fmt: skip
        yield Rule(
            "domain_controllers", f"Allow{name}UdpInbound", 261 + 2 * index, member, CONTROLLERS, _UDP,
            "Names, tickets and time for members of the domain.", protocol="Udp",
        )  # fmt: skip
    yield Rule(
        "domain_controllers", "DenyHopOutbound", 250, CONTROLLERS, VIRTUAL_NETWORK, ("3389",),
        "A controller is no stepping stone to the desktops of other machines.", "Outbound", "Deny",
    )  # fmt: skip
