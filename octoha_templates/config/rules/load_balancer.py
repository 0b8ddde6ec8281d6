"""Rules about what stands in front of the nodes: addresses, ports, openings to the Internet, limits.

Source: octopus.com/docs, "Load balancers" and "Polling Tentacles with HA"; learn.microsoft.com, "Load
Balancer limits", "Application Gateway infrastructure configuration", "Private Application Gateway
deployment", "Web Application Firewall managed ruleset support policy".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from octoha_templates.config.model import (
    ApplicationGateway,
    AzureLoadBalancer,
    ExistingLoadBalancer,
    F5BigIp,
    FrontDoor,
    KempLoadMaster,
    PollingBalancer,
    SelfSignedCertificate,
    TrafficManager,
)
from octoha_templates.config.rules.network import (
    PLAN_READS,
    RESERVED_BY_AZURE,
    WIDEST_PREFIX,
    address_from_text,
    network_from_text,
    networks,
    no_address,
    no_range,
)
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic

_LAST_FRONT_END_PORT: Final = 65534
_LABELS_OF_A_HOST: Final = 3
_RECOMMENDED_FOR_A_GATEWAY: Final = 24
_PORTS_OF_HTTP: Final = (80, 443)
_LISTS_RULE_SETS: Final[dict[type, str]] = {
    ApplicationGateway: "application-gateway waf-config list-dynamic-rule-sets shows what a region "
    "has",
    FrontDoor: "front-door waf-policy managed-rule-definition list shows what there is",
}
_INSIDE: Final = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_PREFIXES: Final = ("network.client_prefixes", "network.polling_prefixes")


@dataclass(frozen=True, slots=True)
class _Opening:
    """A public front end of the stack, and who may use it.

    Attributes:
        path: The part of the config that makes it.
        what: What is behind it.
        is_public: Whether it has an address on the Internet.
        flag: The key that opens it to everyone.
        is_open: Whether that key does.
        code: The finding about everyone being let in.
        prefixes: The key of the network that names who may come in otherwise.
        allowed: What that key says.
    """

    path: str
    what: str
    is_public: bool
    flag: str
    is_open: bool
    code: str
    prefixes: str
    allowed: tuple[str, ...]


def _openings(site: Site) -> Iterator[_Opening]:
    """List where clients and polling Tentacles come in."""
    balancer, network = site.stack.load_balancer, site.stack.network
    clients = ("network.client_prefixes", network.client_prefixes)
    tentacles = ("network.polling_prefixes", network.polling_prefixes)
    if isinstance(balancer, AzureLoadBalancer | TrafficManager):
        is_public = balancer.exposure == "public"
        yield _Opening(
            "load_balancer", "the portal", is_public, "open_to_internet",
            balancer.open_to_internet, "OCT660", *clients,
        )  # fmt: skip
        yield _Opening(
            "load_balancer", "the polling ports", is_public, "open_polling_to_internet",
            balancer.open_polling_to_internet, "OCT661", *tentacles,
        )  # fmt: skip
    if isinstance(balancer, ApplicationGateway | F5BigIp | KempLoadMaster):
        yield _Opening(
            "load_balancer", "the portal", balancer.has_public_front_end, "open_to_internet",
            balancer.open_to_internet, "OCT660", *clients,
        )  # fmt: skip
    if isinstance(balancer, FrontDoor):
        from_outside = tuple(text for text in network.client_prefixes if not is_inside(text))
        yield _Opening(
            "load_balancer", "the portal", True, "open_to_internet", balancer.open_to_internet,
            "OCT660", "network.client_prefixes", from_outside,
        )  # fmt: skip
    polling = _beside(site)
    if polling:
        yield _Opening(
            "load_balancer.polling", "the polling ports", polling.exposure == "public",
            "open_to_internet", polling.open_to_internet, "OCT661", *tentacles,
        )  # fmt: skip


@reads("load_balancer", *_PREFIXES)
def open_to_internet(site: Site) -> Iterator[Diagnostic]:
    """Everything that is opened to the Internet is said again, so that nobody misses it."""
    for opening in _openings(site):
        if opening.is_open and opening.is_public:
            yield site.warning(
                opening.code,
                f"{opening.what} can be reached by everyone on the Internet",
                site.at(f"{opening.path}.{opening.flag}"),
                f"leave {opening.flag} out and name who may come in with {opening.prefixes}",
            )
        elif opening.is_public and opening.allowed:
            yield site.note(
                "OCT664",
                f"{opening.what} can be reached from the Internet, by "
                f"{joined(opening.allowed, 'and')}",
                site.at(opening.prefixes, f"{opening.path}.exposure"),
            )


@reads("load_balancer", *_PREFIXES)
def public_for_nobody(site: Site) -> Iterator[Diagnostic]:
    """A public front end is for somebody."""
    openings = tuple(_openings(site))
    for path in dict.fromkeys(opening.path for opening in openings):
        mine = [opening for opening in openings if opening.path == path]
        if all(one.is_public and not one.is_open and not one.allowed for one in mine):
            yield site.error(
                "OCT662",
                f"{joined((one.what for one in mine), 'and')} would have a public address that "
                "nobody may reach",
                site.at(f"{path}.exposure", path),
                f"name who may come in with {joined(one.prefixes for one in mine)}, or take "
                f"{_private_form(site)}",
            )


def _private_form(site: Site) -> str:
    """Say what has no public address; Traffic Manager and Front Door are public by their nature."""
    if isinstance(site.stack.load_balancer, TrafficManager):
        return "a load balancer that stays inside, such as azure-load-balancer"
    if isinstance(site.stack.load_balancer, FrontDoor):
        return "kind: application-gateway, whose front end is internal"
    return "exposure: internal"


@reads("load_balancer", *_PREFIXES)
def internet_as_prefix(site: Site) -> Iterator[Diagnostic]:
    """Who wants to let everyone in says so, instead of listing half the Internet."""
    for opening in _openings(site):
        listed = getattr(site.stack.network, opening.prefixes.rpartition(".")[2])
        for text in opening.allowed if opening.is_public else ():
            prefix = network_from_text(text)
            if prefix is not None and prefix.prefixlen < WIDEST_PREFIX:
                yield site.error(
                    "OCT668",
                    f"{text} lets everyone on the Internet reach {opening.what}",
                    site.at(f"{opening.prefixes}.{listed.index(text)}"),
                    f"write {opening.path}.{opening.flag}: true when that is meant",
                )


@reads("load_balancer")
def front_end_keys(site: Site) -> Iterator[Diagnostic]:
    """Keys of a public front end are not given for a private one, and the other way round."""
    openings = {(one.path, one.flag): one for one in _openings(site)}
    for (path, flag), opening in openings.items():
        if opening.is_open and not opening.is_public:
            yield _without_effect(site, f"{path}.{flag}", "exposure: public")
    for path, private, label, has_private, has_public in _front_ends(site):
        if private is not None and not has_private:
            yield _without_effect(site, f"{path}.private_ip_address", "exposure: internal")
        if label is not None and not has_public:
            yield _without_effect(site, f"{path}.dns_label", "exposure: public")


def _front_ends(site: Site) -> Iterator[tuple[str, str | None, str | None, bool, bool]]:
    """Yield path, fixed private address, DNS label, and which front ends there are."""
    balancer = site.stack.load_balancer
    if isinstance(balancer, ApplicationGateway | F5BigIp | KempLoadMaster):
        yield (
            "load_balancer",
            balancer.private_ip_address,
            balancer.dns_label,
            balancer.has_private_front_end,
            balancer.has_public_front_end,
        )
    for path, layer_4 in _layer_4(site):
        is_public = layer_4.exposure == "public"
        yield path, layer_4.private_ip_address, layer_4.dns_label, not is_public, is_public


def _without_effect(site: Site, path: str, wanted: str) -> Diagnostic:
    return site.error(
        "OCT663",
        f"`{path}` has no effect without `{wanted}`",
        site.at(path),
        f"delete it, or take {wanted}",
    )


@reads("network.subnets", *PLAN_READS)
def front_end_address(site: Site) -> Iterator[Diagnostic]:
    """A fixed front-end address is a free one of its subnet."""
    for where, text, _label, has_private, _has_public in _front_ends(site):
        if text is None or not has_private:
            continue
        is_gateway = where == "load_balancer" and isinstance(
            site.stack.load_balancer, ApplicationGateway
        )
        key = "application_gateway" if is_gateway else "load_balancer"
        path = f"{where}.private_ip_address"
        address, subnet = address_from_text(text), networks(site).get(key)
        if address is None:
            yield no_address(site, path, text)
        elif subnet and address not in subnet:
            yield site.error(
                "OCT145",
                f"`{path}` is {text}, which is not inside the {_owner(key)}'s subnet {subnet}",
                site.at(path),
                f"take one from {subnet[4]} to {subnet[-2]}" if subnet.num_addresses > 5 else "",
            )
        elif subnet and address in (*(subnet[index] for index in range(4)), subnet[-1]):
            yield site.error(
                "OCT145",
                f"`{path}` is {text}, one of the five addresses that Azure keeps in {subnet}",
                site.at(path),
                f"take one from {subnet[4]} to {subnet[-2]}",
            )


def _owner(key: str) -> str:
    return "gateway" if key == "application_gateway" else "load balancer"


@reads("load_balancer", "nodes.count", "octopus.grpc_port")
def ports_of_front_end(site: Site) -> Iterator[Diagnostic]:
    """The polling ports of the nodes are free on the front end of the load balancer."""
    count = site.stack.nodes.count
    for path, balancer in _layer_4(site):
        first, last = balancer.first_polling_port, balancer.first_polling_port + count - 1
        at = site.at(f"{path}.first_polling_port", "nodes.count", "octopus.grpc_port")
        taken = {site.stack.octopus.grpc_port: "gRPC"} if balancer.grpc else {}
        if isinstance(balancer, AzureLoadBalancer | FrontDoor | TrafficManager):
            taken[443] = "the portal"
        for port, owner in sorted(taken.items()):
            if first <= port <= last:
                yield site.error(
                    "OCT181",
                    f"the {count} nodes poll on ports {first} to {last} of the load balancer, but "
                    f"{port} is {owner}'s",
                    at,
                    f"move {path}.first_polling_port",
                )
        if last > _LAST_FRONT_END_PORT:
            yield site.error(
                "OCT181",
                f"the {count} nodes poll on ports {first} to {last} of the load balancer, which "
                f"ends at {_LAST_FRONT_END_PORT}",
                at,
                f"lower {path}.first_polling_port",
            )


def _layer_4(
    site: Site,
) -> Iterator[tuple[str, AzureLoadBalancer | FrontDoor | TrafficManager | PollingBalancer]]:
    """Yield the balancer that has a port per node, with its path."""
    balancer, polling = site.stack.load_balancer, _beside(site)
    if isinstance(balancer, AzureLoadBalancer | FrontDoor | TrafficManager):
        yield "load_balancer", balancer
    if polling:
        yield "load_balancer.polling", polling


def _beside(site: Site) -> PollingBalancer | None:
    """Give the balancer for polling Tentacles beside a layer-7 one."""
    polling: PollingBalancer | None = getattr(site.stack.load_balancer, "polling", None)
    return polling


@reads("octopus.host_name", "load_balancer")
def portal_zone(site: Site) -> Iterator[Diagnostic]:
    """The private zone of the portal's name does not hide a whole domain."""
    host_name = site.stack.octopus.host_name
    has_zone = getattr(site.stack.load_balancer, "has_portal_zone", False)
    if has_zone and host_name.count(".") < _LABELS_OF_A_HOST - 1:
        yield site.warning(
            "OCT184",
            f"the private DNS zone {host_name} hides all public names of that domain "
            "in the network",
            site.at("octopus.host_name"),
            f"take a name below it, octopus.{host_name}, or write portal_dns_zone: false",
        )


@reads("load_balancer")
def gateway_capacity(site: Site) -> Iterator[Diagnostic]:
    """A gateway may grow to at least what it starts with."""
    gateway = site.stack.load_balancer
    if isinstance(gateway, ApplicationGateway) and gateway.max_capacity < gateway.min_capacity:
        yield site.error(
            "OCT665",
            f"`load_balancer.min_capacity` is {gateway.min_capacity}, more than max_capacity, "
            f"which is {gateway.max_capacity}",
            site.at("load_balancer.max_capacity", "load_balancer.min_capacity"),
            f"write max_capacity: {gateway.min_capacity} or more",
        )


@reads("network.subnets", *PLAN_READS)
def gateway_subnet(site: Site) -> Iterator[Diagnostic]:
    """The subnet of a gateway has an address for every instance, and room for upgrades."""
    gateway, subnet = site.stack.load_balancer, networks(site).get("application_gateway")
    if not isinstance(gateway, ApplicationGateway) or subnet is None:
        return
    path = "network.subnets.application_gateway"
    needed = gateway.max_capacity + int(gateway.has_private_front_end) + RESERVED_BY_AZURE
    if subnet.num_addresses < needed:
        yield site.error(
            "OCT666",
            f"`{path}` has {subnet.num_addresses} addresses, but {gateway.max_capacity} instances, "
            f"the front end and the {RESERVED_BY_AZURE} that Azure keeps need {needed}",
            site.at(path, "load_balancer.max_capacity"),
            "enlarge the subnet, or lower load_balancer.max_capacity",
        )
    elif subnet.prefixlen > _RECOMMENDED_FOR_A_GATEWAY:
        yield site.note(
            "OCT667",
            f"`{path}` is a /{subnet.prefixlen}; a /{_RECOMMENDED_FOR_A_GATEWAY} leaves a gateway "
            "room to grow and to be upgraded by Azure",
            site.at(path),
        )


@reads("load_balancer", "octopus.certificate")
def gateway_trusts_the_nodes(site: Site) -> Iterator[Diagnostic]:
    """A gateway believes a certificate of the nodes that nobody signed only when it is told to."""
    gateway = site.stack.load_balancer
    if (
        isinstance(gateway, ApplicationGateway)
        and isinstance(site.stack.octopus.certificate, SelfSignedCertificate)
        and not gateway.backend_root_certificates
    ):
        yield site.error(
            "OCT684",
            "the certificate is self-signed, so the gateway would take every node for unhealthy",
            site.at("load_balancer.backend_root_certificates", "octopus.certificate"),
            "give the certificate itself, DER in base64, as load_balancer.backend_root_certificates",
        )


@reads("load_balancer", "cloud")
def firewall(site: Site) -> Iterator[Diagnostic]:
    """A firewall that blocks nothing, or whose rules a cloud may not have, is pointed out."""
    gateway, cloud = site.stack.load_balancer, site.stack.cloud
    if not isinstance(gateway, ApplicationGateway | FrontDoor):
        return
    if gateway.waf.mode == "Detection":
        yield site.note(
            "OCT669",
            "the web application firewall only writes attacks to its log and blocks none",
            site.at("load_balancer.waf.mode"),
            "write mode: Prevention when the log shows nothing of Octopus's own any more",
        )
    if gateway.waf.rule_set_version != "2.1" and cloud != "AzureCloud":
        yield site.note(
            "OCT670",
            f"rule set {gateway.waf.rule_set_version} may not have come to {cloud} yet",
            site.at("load_balancer.waf.rule_set_version", "load_balancer"),
            f"az network {_LISTS_RULE_SETS[type(gateway)]}; "
            'otherwise write rule_set_version: "2.1"',
        )


@reads("load_balancer")
def polling_has_a_way(site: Site) -> Iterator[Diagnostic]:
    """Polling Tentacles reach the nodes at all."""
    balancer = site.stack.load_balancer
    given = balancer.polling_endpoints if isinstance(balancer, ExistingLoadBalancer) else ()
    if not given and not any(_layer_4(site)):
        yield site.note(
            "OCT671",
            "polling Tentacles cannot reach the nodes: no HTTP layer carries their port",
            site.at("load_balancer.polling", "load_balancer"),
            "write polling: {} for a balancer of their own",
        )


@reads("load_balancer", "nodes.count", "nodes.names", "name")
def polling_endpoints(site: Site) -> Iterator[Diagnostic]:
    """Every node has one polling endpoint of its own, which is not the portal's."""
    balancer = site.stack.load_balancer
    if not isinstance(balancer, ExistingLoadBalancer) or not balancer.polling_endpoints:
        return
    path = "load_balancer.polling_endpoints"
    if balancer.polling:
        yield site.error(
            "OCT672",
            f"`{path}` and `load_balancer.polling` both say how Tentacles reach the nodes",
            site.at(path),
            "delete one",
        )
    named = [endpoint.node for endpoint in balancer.polling_endpoints]
    names = site.stack.node_names
    for index, endpoint in enumerate(balancer.polling_endpoints):
        at = site.at(f"{path}.{index}.node")
        if endpoint.node not in names:
            yield site.error(
                "OCT672",
                f"`{path}[{index}]` is for {endpoint.node}, which is none of the nodes",
                at,
                f"the nodes are {joined(names, 'and')}",
            )
        elif endpoint.node in named[:index]:
            yield site.error("OCT672", f"`{path}` has {endpoint.node} twice", at, "delete one")
        if int(endpoint.address.rsplit(":", 1)[1]) in _PORTS_OF_HTTP:
            yield site.error(
                "OCT672",
                f"`{path}[{index}]` is a port of HTTP, which cannot carry polling Tentacles",
                site.at(f"{path}.{index}.address"),
                "they want a port that passes TLS through to one node, such as 10943",
            )
    missing = [name for name in names if name not in named]
    if missing:
        yield site.error(
            "OCT672",
            f"`{path}` has none for {joined(missing, 'and')}, but a Tentacle polls every node",
            site.at(path),
            "add one per node",
        )


@reads("load_balancer")
def existing_pools(site: Site) -> Iterator[Diagnostic]:
    """The pools that the nodes join are pools of the right kind."""
    balancer = site.stack.load_balancer
    if not isinstance(balancer, ExistingLoadBalancer):
        return
    for key, listed, resource_type in (
        ("backend_pools", balancer.backend_pools, "loadBalancers"),
        ("application_gateway_pools", balancer.application_gateway_pools, "applicationGateways"),
    ):
        for index, pool in enumerate(listed):
            parts = pool.lower().split("/")
            wanted = ["microsoft.network", resource_type.lower(), "backendaddresspools"]
            if [*parts[6:8], *parts[9:10]] != wanted or len(parts) != 11:
                yield site.error(
                    "OCT673",
                    f"`load_balancer.{key}[{index}]` is not the resource ID of a backend pool",
                    site.at(f"load_balancer.{key}.{index}"),
                    f".../Microsoft.Network/{resource_type}/<name>/backendAddressPools/<pool>",
                )


@reads("load_balancer", "network.client_prefixes")
def existing_proxies(site: Site) -> Iterator[Diagnostic]:
    """What a balancer calls the nodes from is a range, and is let in."""
    balancer, clients = site.stack.load_balancer, site.stack.network.client_prefixes
    if not isinstance(balancer, ExistingLoadBalancer):
        return
    allowed = [found for text in clients if (found := network_from_text(text))]
    for index, text in enumerate(balancer.trusted_proxies):
        path = f"load_balancer.trusted_proxies.{index}"
        proxies = network_from_text(text)
        if proxies is None:
            yield no_range(site, path, text)
        elif clients and not _is_covered(proxies, allowed):
            yield site.error(
                "OCT674",
                f"the balancer calls the nodes from {text}, which `network.client_prefixes` does "
                "not let in",
                site.at(path, "network.client_prefixes"),
                f"add {text} to network.client_prefixes",
            )


def is_inside(text: str) -> bool:
    """Say whether a prefix is one of private networks, which nobody on the Internet has."""
    prefix = network_from_text(text)
    return prefix is not None and any(prefix.subnet_of(private) for private in _INSIDE)


def _is_covered(proxies: IPv4Network, allowed: list[IPv4Network]) -> bool:
    return any(proxies.subnet_of(prefix) for prefix in allowed)


LOAD_BALANCER_RULES: tuple[Rule, ...] = (
    open_to_internet,
    public_for_nobody,
    internet_as_prefix,
    front_end_keys,
    front_end_address,
    ports_of_front_end,
    portal_zone,
    gateway_capacity,
    gateway_subnet,
    gateway_trusts_the_nodes,
    firewall,
    polling_has_a_way,
    polling_endpoints,
    existing_pools,
    existing_proxies,
)
