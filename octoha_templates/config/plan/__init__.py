"""The network plan: which subnets a stack needs, and who may reach whom on which port.

The security groups, the checks of the address ranges and the port and flow matrix of the runbook all
come from here, so that they cannot differ. A module per role says what that role adds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from octoha_templates.config.model import Stack
from octoha_templates.config.plan import (
    access,
    appliances,
    database,
    domain,
    load_balancer,
    nodes,
    storage,
)
from octoha_templates.config.plan.parts import (
    ANYONE,
    INTERNET,
    VIRTUAL_NETWORK,
    Contribution,
    Peer,
    PrefixList,
    Rule,
    Subnet,
    Zone,
)

_LAST: Final = 4096

# The order of the subnets in the network, and of the rules with equal priority in the matrix.
_PARTS: Final[tuple[Callable[[Stack], Contribution], ...]] = (
    nodes.contribution,
    load_balancer.contribution,
    appliances.contribution,
    domain.contribution,
    database.contribution,
    storage.contribution,
    access.contribution,
)


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The subnets and the rules of one stack.

    Attributes:
        subnets: In the order in which they are made.
        rules: Of all security groups, without the ones that deny the rest.
        zones: The private DNS zones.
        closed_outbound: The keys of subnets that nothing else may leave.
        lists: The lists of prefixes that rules of one part read.
    """

    subnets: tuple[Subnet, ...]
    rules: tuple[Rule, ...]
    zones: tuple[Zone, ...]
    closed_outbound: tuple[str, ...]
    lists: tuple[PrefixList, ...] = ()

    def has_subnet(self, key: str) -> bool:
        """Say whether the stack has a subnet, by its key."""
        return any(subnet.key == key for subnet in self.subnets)

    def has_zone(self, key: str) -> bool:
        """Say whether the stack needs a private DNS zone, by its key."""
        return any(zone.key == key for zone in self.zones)

    def rules_of(self, key: str) -> tuple[Rule, ...]:
        """List the rules of the security group of a subnet: inbound, then outbound, by priority.

        The last one of a direction denies what no other lets through.
        """
        mine = [rule for rule in self.rules if rule.subnet == key]
        closing = [_deny_rest(key, "Inbound")]
        if key in self.closed_outbound:
            closing.append(_deny_rest(key, "Outbound"))
        return tuple(
            sorted((*mine, *closing), key=lambda rule: (rule.direction != "Inbound", rule.priority))
        )

    def parameter_of(self, key: str) -> str:
        """Name the parameter with the range of a subnet, by its key."""
        return next(subnet.parameter for subnet in self.subnets if subnet.key == key)

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that rules read, apart from the ranges of subnets."""
        return self.parameters_for(tuple(subnet.key for subnet in self.subnets))

    def parameters_for(self, keys: Sequence[str]) -> frozenset[str]:
        """Name the parameters that the rules of some security groups read, by the subnets' keys."""
        rules = [rule for rule in self.rules if rule.subnet in keys]
        listed = {peer.parameter for rule in rules for peer in (rule.source, rule.destination)}
        ports = {port for rule in rules for port in rule.ports if port[0].isalpha()}
        return frozenset((listed | ports) - {""})

    def lists_for(self, keys: Sequence[str]) -> tuple[PrefixList, ...]:
        """Give the lists of prefixes that the rules of some security groups read."""
        wanted = self.parameters_for(keys)
        return tuple(each for each in self.lists if each.parameter in wanted)

    def prefixes_for(self, keys: Sequence[str]) -> frozenset[str]:
        """Name the subnets whose ranges some subnets and their security groups read, by key."""
        rules = [rule for rule in self.rules if rule.subnet in keys]
        ends = {peer.subnet for rule in rules for peer in (rule.source, rule.destination)}
        mine = {subnet.key for subnet in self.subnets if subnet.key in keys}
        return frozenset((ends | mine) - {""})

    @property
    def subnets_with_security_group(self) -> tuple[Subnet, ...]:
        """The subnets that have a security group."""
        return tuple(subnet for subnet in self.subnets if subnet.has_security_group)


def network_plan(stack: Stack) -> NetworkPlan:
    """Say which subnets and rules a stack needs.

    Args:
        stack: A checked stack.

    Returns:
        The plan. Rules from or to a subnet that the stack does not have are left out.
    """
    parts = [part(stack) for part in _PARTS]
    subnets = tuple({each.key: each for part in parts for each in part.subnets}.values())
    keys = {subnet.key for subnet in subnets}
    rules = tuple(
        rule
        for part in parts
        for rule in part.rules
        if rule.subnet in keys
        and _is_there(rule.source, keys)
        and _is_there(rule.destination, keys)
    )
    zones = tuple({zone.key: zone for part in parts for zone in part.zones}.values())
    closed = tuple(key for part in parts for key in part.closed_outbound)
    lists = tuple(each for part in parts for each in part.lists)
    return NetworkPlan(subnets, rules, zones, closed, lists)


@dataclass(frozen=True, slots=True)
class Flow:
    """A row of the port and flow matrix: what a rule lets through or stops, for people.

    Attributes:
        subnet: Whose security group it is in.
        direction: Inbound or Outbound, seen from there; a rule that stops something says so.
        source: Where it comes from.
        destination: Where it goes to.
        protocol: Tcp, Udp, Icmp or `*`.
        ports: The ports, with the numbers that parameters have in the config.
        why: What it is for.
    """

    subnet: str
    direction: str
    source: str
    destination: str
    protocol: str
    ports: str
    why: str


def flow_matrix(stack: Stack) -> tuple[Flow, ...]:
    """List what the security groups of a stack let through, group by group.

    Args:
        stack: A checked stack.

    Returns:
        A row per rule; the last one of each group denies the rest and is left out.
    """
    plan = network_plan(stack)
    numbers = {"pollingPort": stack.octopus.polling_port, "grpcPort": stack.octopus.grpc_port}
    return tuple(
        Flow(
            subnet.title,
            rule.direction if rule.access == "Allow" else f"{rule.direction}, denied",
            _end(rule.source, stack, plan),
            _end(rule.destination, stack, plan),
            rule.protocol,
            ", ".join(str(numbers.get(port, port)) for port in rule.ports),
            rule.why,
        )
        for subnet in plan.subnets_with_security_group
        for rule in plan.rules_of(subnet.key)
        if rule.priority < _LAST
    )


def _end(peer: Peer, stack: Stack, plan: NetworkPlan) -> str:
    """Name one end of a flow with its addresses."""
    listed = {
        "clientPrefixes": stack.network.client_prefixes,
        "pollingPrefixes": stack.network.polling_prefixes,
        **{each.parameter: each.prefixes for each in plan.lists},
    }
    if peer.subnet:
        return f"{peer.title} ({stack.network.prefix_of(peer.subnet)})"
    if peer.parameter:
        prefixes = listed.get(peer.parameter) or (VIRTUAL_NETWORK.title,)
        return f"{peer.title} ({', '.join(prefixes)})"
    # Whoever writes the rules by hand needs the service tag; the plain ones say themselves what they are.
    is_plain = peer in (ANYONE, INTERNET, VIRTUAL_NETWORK) or peer.title == peer.tag
    return peer.title if is_plain else f"{peer.title} ({peer.tag})"


def _is_there(peer: Peer, keys: set[str]) -> bool:
    return not peer.subnet or peer.subnet in keys


def _deny_rest(key: str, direction: str) -> Rule:
    inbound = direction == "Inbound"
    return Rule(
        subnet=key,
        name="DenyAllInbound" if inbound else "DenyAllOutbound",
        priority=_LAST,
        source=ANYONE,
        destination=ANYONE,
        ports=("*",),
        why="Closes what Azure would open to the whole virtual network."
        if inbound
        else "Closes the rest.",
        direction="Inbound" if inbound else "Outbound",
        access="Deny",
        protocol="*",
    )
