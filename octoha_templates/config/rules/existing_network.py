"""Rules about networks that exist: what the stack uses of them is there, or is added by name.

Source: learn.microsoft.com, "Azure Virtual Network FAQ", "Virtual network peering", "Integrate Azure
Firewall with Azure Standard Load Balancer" (asymmetric routing).
"""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.model import (
    ApplicationGateway,
    Bastion,
    ExistingNetwork,
    F5BigIp,
    Firewall,
    NewNetwork,
)
from octoha_templates.config.plan import network_plan
from octoha_templates.config.plan.access import BASTION_CLIENTS
from octoha_templates.config.plan.load_balancer import OPENED_BY_KEY
from octoha_templates.config.rules.network import (
    PLAN_READS,
    WIDEST_PREFIX,
    address_from_text,
    network_from_text,
    networks,
)
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic


@reads("network.subnets", *PLAN_READS)
def subnets_named(site: Site) -> Iterator[Diagnostic]:
    """Every subnet that the stack puts something in is named."""
    network = site.stack.network
    if not isinstance(network, ExistingNetwork):
        return
    for subnet in network_plan(site.stack).subnets:
        if network.find_subnet(subnet.key) is None:
            yield site.error(
                "OCT720",
                f"`network.subnets.{subnet.key}` is missing: the stack needs a subnet for "
                f"{subnet.title}",
                site.at("network.subnets", "network"),
                f"name it: {subnet.key}: {{name: ..., address_prefix: .../{subnet.smallest}}}, "
                "with create: true to have it added",
            )


@reads("network.subnets", *PLAN_READS)
def reserved_names(site: Site) -> Iterator[Diagnostic]:
    """A subnet whose name Azure fixes has that name."""
    network = site.stack.network
    if not isinstance(network, ExistingNetwork):
        return
    for subnet in network_plan(site.stack).subnets:
        name = network.subnet_name(subnet.key)
        if subnet.reserved_name and name and name != subnet.reserved_name:
            yield site.error(
                "OCT721",
                f"`network.subnets.{subnet.key}.name` is {name}, but Azure wants "
                f"{subnet.reserved_name}",
                site.at(f"network.subnets.{subnet.key}.name"),
                f"write name: {subnet.reserved_name}",
            )


@reads("network.outbound", "network.subnets", *PLAN_READS)
def firewall_elsewhere(site: Site) -> Iterator[Diagnostic]:
    """A firewall is an address outside the stack's own subnets."""
    network = site.stack.network
    if not isinstance(network, NewNetwork) or not isinstance(network.outbound, Firewall):
        return
    path = "network.outbound.next_hop"
    address = address_from_text(network.outbound.next_hop)
    if address is None:
        yield site.error(
            "OCT722",
            f"`{path}` is {network.outbound.next_hop}, which is not an IPv4 address",
            site.at(path),
            "write the private address of the firewall",
        )
        return
    for key, subnet in networks(site).items():
        if address in subnet:
            yield site.error(
                "OCT722",
                f"`{path}` is {address}, which is inside `network.subnets.{key}` ({subnet})",
                site.at(path),
                "write the private address of the firewall in the hub",
            )


@reads("network.outbound", "load_balancer")
def answers_go_back(site: Site) -> Iterator[Diagnostic]:
    """What comes in by a public load balancer is answered by the way it came."""
    if not isinstance(getattr(site.stack.network, "outbound", None), Firewall):
        return
    balancer = site.stack.load_balancer
    polling = getattr(balancer, "polling", None)
    parts = (
        # An application gateway and a BIG-IP answer from subnets of their own without that route.
        ("load_balancer", balancer, isinstance(balancer, ApplicationGateway | F5BigIp)),
        ("load_balancer.polling", polling, False),
    )
    for path, part, has_own_way in parts:
        if getattr(part, "exposure", "internal") != "internal" and not has_own_way:
            yield site.error(
                "OCT726",
                f"`{path}` has a public address, but the machines behind it send everything for the "
                "Internet to the firewall, which drops answers to connections that it has not seen",
                site.at(f"{path}.exposure", f"{path}.kind", path, "network.outbound"),
                "take exposure: internal and let the firewall lead there, or outbound: {kind: nat-gateway}",
            )


@reads("network.peerings")
def one_gateway(site: Site) -> Iterator[Diagnostic]:
    """At most one peering lends its gateway, and no network is peered twice."""
    network = site.stack.network
    if not isinstance(network, NewNetwork):
        return
    lending = [index for index, each in enumerate(network.peerings) if each.use_remote_gateways]
    for index in lending[1:]:
        yield site.error(
            "OCT723",
            "two peerings use the gateway of the other network, but Azure allows one",
            site.at(f"network.peerings.{index}"),
            "write use_remote_gateways: false at one of them",
        )
    seen: set[str] = set()
    for index, peering in enumerate(network.peerings):
        for what in (peering.name.lower(), peering.virtual_network_id.lower()):
            if what in seen:
                yield site.error(
                    "OCT724",
                    "two peerings have the same name or lead to the same network",
                    site.at(f"network.peerings.{index}"),
                    "delete one",
                )
                break
            seen.add(what)


@reads("network", *PLAN_READS)
def opened_to_the_internet(site: Site) -> Iterator[Diagnostic]:
    """Whatever the Internet can reach is said aloud."""
    named = _bastion_clients(site)
    for rule in network_plan(site.stack).rules:
        is_open = rule.source.tag == "Internet" or rule.source.parameter in _open(site)
        if rule.name in OPENED_BY_KEY:
            # OCT660 and OCT661 name the key.
            continue
        who = "the Internet" if is_open else named.get(rule.source.parameter, "")
        if rule.direction == "Inbound" and rule.access == "Allow" and who:
            yield site.note(
                "OCT725",
                f"{who} can reach port {', '.join(rule.ports)} of the subnet `{rule.subnet}`: {rule.why}",
                site.at(_way_in(site, rule.subnet), "network"),
                "leave it out, or take its private form, to keep the stack closed",
            )


def _bastion_clients(site: Site) -> dict[str, str]:
    """Say who comes from the Internet to a Bastion with a public address, by the parameter that lists them."""
    for access in site.stack.network.access:
        if isinstance(access, Bastion) and access.allowed_prefixes and not access.private_only:
            whom = joined(access.allowed_prefixes, "and")
            return {BASTION_CLIENTS.parameter: f"the Internet, from {whom},"}
    return {}


def _way_in(site: Site, subnet: str) -> str:
    """Say where the way in that has this subnet is asked for."""
    kinds = [type(each).__struct_config__.tag for each in site.stack.network.access]
    way_in = subnet.replace("_", "-")
    return f"network.access.{kinds.index(way_in)}" if way_in in kinds else "network"


def _open(site: Site) -> tuple[str, ...]:
    """Name the parameters that list the whole Internet, or so much of it that it makes no difference."""
    network = site.stack.network
    listed = {
        "clientPrefixes": network.client_prefixes,
        "pollingPrefixes": network.polling_prefixes,
        **{each.parameter: each.prefixes for each in network_plan(site.stack).lists},
    }
    return tuple(name for name, prefixes in listed.items() if any(map(_is_wide, prefixes)))


def _is_wide(text: str) -> bool:
    prefix = network_from_text(text)
    return prefix is not None and prefix.prefixlen < WIDEST_PREFIX


EXISTING_NETWORK_RULES: tuple[Rule, ...] = (
    subnets_named,
    reserved_names,
    firewall_elsewhere,
    answers_go_back,
    one_gateway,
    opened_to_the_internet,
)
