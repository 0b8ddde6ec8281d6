"""What the network security groups of a deployment let through, by Azure's own order of rules.

Source: learn.microsoft.com, "Network security groups" (processing, default rules).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tests.unit.deployment.engine import Deployed

_SUBNETS: Final = "Microsoft.Network/virtualNetworks"
_GROUPS: Final = "Microsoft.Network/networkSecurityGroups"


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection that somebody wants to open.

    Attributes:
        source: Address.
        target: Address.
        port: Of the target.
        protocol: Tcp, Udp or Icmp.
    """

    source: str
    target: str
    port: int
    protocol: str


def rules_of(made: Deployed, identifier: str) -> list[dict[str, Any]]:
    """Give the rules of a security group, the one that decides first at the front."""
    group = made.resources[identifier.casefold()]
    own = [
        each.body["properties"]
        for each in made.of_type(f"{_GROUPS}/securityRules")
        if each.id.casefold().startswith(f"{identifier}/".casefold())
    ]
    inline = [each["properties"] for each in group.body["properties"].get("securityRules", [])]
    return sorted([*own, *inline], key=lambda rule: rule["priority"])


def subnets(made: Deployed) -> dict[str, tuple[ipaddress.IPv4Network, str]]:
    """Give the range and the security group of every subnet that has one, by its name."""
    found = {}
    entries = [
        (each["name"], each["properties"])
        for network in made.of_type(_SUBNETS)
        for each in network.body["properties"].get("subnets", [])
    ]
    entries += [
        (each.name.rpartition("/")[2], each.body["properties"])
        for each in made.of_type(f"{_SUBNETS}/subnets")
    ]
    for name, properties in entries:
        group = (properties.get("networkSecurityGroup") or {}).get("id", "")
        prefix = properties.get("addressPrefix") or properties["addressPrefixes"][0]
        if group.casefold() in made.resources:
            found[name] = (ipaddress.IPv4Network(prefix), group)
    return found


def prefixes(rule: dict[str, Any], side: str) -> list[str]:
    """Give the addresses of one side of a rule: `source` or `destination`."""
    one = rule.get(f"{side}AddressPrefix")
    return [one] if one else list(rule.get(f"{side}AddressPrefixes") or [])


def ports(rule: dict[str, Any]) -> list[str]:
    """Give the target ports of a rule."""
    one = rule.get("destinationPortRange")
    return [one] if one else list(rule.get("destinationPortRanges") or [])


def is_let_through(rules: Iterable[dict[str, Any]], direction: str, flow: Flow) -> bool:
    """Say whether a security group lets a flow inside the network through."""
    for rule in rules:
        fits = (
            rule["direction"] == direction
            and rule["protocol"].casefold() in ("*", flow.protocol.casefold())
            and any(_holds(each, flow.source) for each in prefixes(rule, "source"))
            and any(_holds(each, flow.target) for each in prefixes(rule, "destination"))
            and any(_has_port(each, flow.port) for each in ports(rule))
        )
        if fits:
            return bool(rule["access"] == "Allow")
    # AllowVnetInBound and AllowVnetOutBound.
    return True


def _holds(prefix: str, address: str) -> bool:
    if prefix in ("*", "VirtualNetwork"):
        return True
    if not prefix[0].isdigit():
        return False
    return ipaddress.ip_address(address) in ipaddress.ip_network(prefix)


def _has_port(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return ports == "*" or int(first) <= port <= int(last or first)
