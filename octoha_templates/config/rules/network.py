"""Rules about addresses: ranges that are ranges, subnets that fit and are large enough.

Source: learn.microsoft.com, "Azure Virtual Network FAQ" (reserved addresses, ranges not to use),
"Azure Bastion configuration settings" (/26), "Azure subscription and service limits".
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from itertools import combinations
from typing import Final

from octoha_templates.config.model import NewNetwork
from octoha_templates.config.places import dotted
from octoha_templates.config.plan import network_plan
from octoha_templates.config.rules.rule import Rule, Site, as_path, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic

PLAN_READS: Final = ("network.access", "domain", "database", "storage", "load_balancer")
"""What decides which subnets there are."""

RESERVED_BY_AZURE: Final = 5
"""Addresses of every subnet that Azure keeps: the first four and the last."""

WIDEST_PREFIX: Final = 8
"""A prefix that is shorter than this names no network of anybody's but half the Internet."""

PRIVATE_ENDPOINTS: Final = 3
"""Key Vault, database, storage."""

_NOT_FOR_NETWORKS: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "224.0.0.0/3",
    )
)


_DOCUMENTATION: Final = tuple(
    IPv4Network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
)


@reads("network.address_space")
def address_space(site: Site) -> Iterator[Diagnostic]:
    """The address space is a range that a virtual network can have."""
    if not isinstance(site.stack.network, NewNetwork):
        return
    text = site.stack.network.address_space
    at = site.at("network.address_space")
    network = network_from_text(text)
    if network is None:
        yield no_range(site, "network.address_space", text)
    elif not 8 <= network.prefixlen <= 29:
        yield site.error(
            "OCT141",
            f"`network.address_space` is a /{network.prefixlen}, but a virtual network has /8 to "
            "/29",
            at,
        )
    elif any(network.overlaps(other) for other in _NOT_FOR_NETWORKS):
        yield site.error(
            "OCT141",
            f"`network.address_space` is {text}, a range that a virtual network cannot have",
            at,
            "take a private range: from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        )


@reads("network.subnets", *PLAN_READS)
def subnet_ranges(site: Site) -> Iterator[Diagnostic]:
    """Every subnet is a range."""
    for name, text in used_subnets(site).items():
        if network_from_text(text) is None:
            yield no_range(site, f"network.subnets.{name}", text)


@reads("network.client_prefixes", "network.polling_prefixes")
def prefixes(site: Site) -> Iterator[Diagnostic]:
    """Every prefix of a network security rule is a range, and none is given twice."""
    network = site.stack.network
    for name, listed in (
        ("client_prefixes", network.client_prefixes),
        ("polling_prefixes", network.polling_prefixes),
    ):
        for index, text in enumerate(listed):
            path = f"network.{name}.{index}"
            if network_from_text(text) is None:
                yield no_range(site, path, text)
            elif text in listed[:index]:
                yield site.error(
                    "OCT148",
                    f"`network.{name}` has {text} twice",
                    site.at(path),
                    "delete one",
                )


@reads("network.dns_servers")
def dns_servers(site: Site) -> Iterator[Diagnostic]:
    """Every DNS server is an address."""
    for index, text in enumerate(site.stack.network.dns_servers):
        if address_from_text(text) is None:
            yield no_address(site, f"network.dns_servers.{index}", text)


@reads("network.address_space", "network.subnets", *PLAN_READS)
def subnets_inside(site: Site) -> Iterator[Diagnostic]:
    """Every subnet lies inside the address space; when none does, that is what is wrong."""
    if not isinstance(site.stack.network, NewNetwork):
        return
    space = network_from_text(site.stack.network.address_space)
    if space is None or any(address_space.apply(site)):
        return
    subnets = networks(site)
    outside = {name: subnet for name, subnet in subnets.items() if not subnet.subnet_of(space)}
    if len(outside) == len(subnets) > 1:
        yield site.error(
            "OCT142",
            f"none of the subnets ({joined(map(str, subnets.values()), 'and')}) is inside the "
            f"address space {space}",
            site.at("network.address_space", "network.subnets"),
            "move the subnets along with the address space",
        )
        return
    for name, subnet in outside.items():
        path = f"network.subnets.{name}"
        yield site.error(
            "OCT142",
            f"`{path}` is {subnet}, which is not inside the address space {space}",
            site.at(path, "network.address_space"),
            "move the subnet, or enlarge network.address_space",
        )


@reads("network.subnets", *PLAN_READS)
def subnets_apart(site: Site) -> Iterator[Diagnostic]:
    """No two subnets overlap."""
    for (first, one), (second, other) in combinations(networks(site).items(), 2):
        if one.overlaps(other):
            yield site.error(
                "OCT143",
                f"`network.subnets.{second}` ({other}) overlaps `network.subnets.{first}` ({one})",
                site.at(f"network.subnets.{second}", f"network.subnets.{first}"),
                "give every subnet a range of its own",
            )


@reads("network.subnets", *PLAN_READS)
def subnet_sizes(site: Site) -> Iterator[Diagnostic]:
    """Every subnet is as large as what goes in it asks for."""
    smallest_of = {subnet.key: subnet.smallest for subnet in network_plan(site.stack).subnets}
    for name, subnet in networks(site).items():
        smallest = smallest_of[name]
        if subnet.prefixlen > smallest:
            path = f"network.subnets.{name}"
            yield site.error(
                "OCT144",
                f"`{path}` is a /{subnet.prefixlen}, but has to be a /{smallest} or larger",
                site.at(path),
                f"{RESERVED_BY_AZURE} addresses of every subnet are Azure's",
            )


@reads("network.subnets", *PLAN_READS, "nodes.count")
def room_for_nodes(site: Site) -> Iterator[Diagnostic]:
    """The subnet of the nodes has an address for each of them."""
    subnet = networks(site).get("nodes")
    needed = site.stack.nodes.count + RESERVED_BY_AZURE
    if subnet and RESERVED_BY_AZURE < subnet.num_addresses < needed:
        yield site.error(
            "OCT144",
            f"`network.subnets.nodes` has {subnet.num_addresses} addresses, but "
            f"{site.stack.nodes.count} nodes and the {RESERVED_BY_AZURE} that Azure keeps need "
            f"{needed}",
            site.at("network.subnets.nodes", "nodes.count"),
            "enlarge the subnet; a /27 has 32 addresses",
        )


def used_subnets(site: Site) -> dict[str, str]:
    """List the ranges of the subnets that the stack gets, by key."""
    network = site.stack.network
    return {
        subnet.key: prefix
        for subnet in network_plan(site.stack).subnets
        if (prefix := network.prefix_of(subnet.key))
    }


def networks(site: Site) -> dict[str, IPv4Network]:
    """List the subnets whose text is a range."""
    found = {name: network_from_text(text) for name, text in used_subnets(site).items()}
    return {name: network for name, network in found.items() if network is not None}


def network_from_text(text: str) -> IPv4Network | None:
    """Read a range; None when it is none, or when it has host bits set."""
    try:
        return IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def address_from_text(text: str) -> IPv4Address | None:
    """Read an address; None when it is none."""
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def is_public(address: IPv4Address) -> bool:
    """Say whether the Internet reaches an address; those set aside for documentation stand for such."""
    return address.is_global or any(address in network for network in _DOCUMENTATION)


def no_range(site: Site, path: str, text: str) -> Diagnostic:
    """The text is in the form of a range and still is none."""
    name = dotted(as_path(path))
    try:
        meant = str(IPv4Network(text, strict=False))
    except ValueError:
        return site.error(
            "OCT140",
            f"`{name}` is {text}, which is not an IPv4 range",
            site.at(path),
            "four numbers up to 255, a slash, and a number up to 32",
        )
    return site.error(
        "OCT140",
        f"`{name}` is {text}, an address inside a range and not its start",
        site.at(path),
        f"did you mean {meant}?",
    )


def no_address(site: Site, path: str, text: str) -> Diagnostic:
    """The text is in the form of an address and still is none."""
    return site.error(
        "OCT140",
        f"`{dotted(as_path(path))}` is {text}, which is not an IPv4 address",
        site.at(path),
        "four numbers up to 255, without leading zeros",
    )


NETWORK_RULES: tuple[Rule, ...] = (
    address_space,
    subnet_ranges,
    prefixes,
    dns_servers,
    subnets_inside,
    subnets_apart,
    subnet_sizes,
    room_for_nodes,
)
