"""Rules about the ways in: what goes together, what Azure reserves, and what is open to the Internet.

Source: learn.microsoft.com, "About Bastion configuration settings", "Azure VPN Gateway FAQ" (BGP, shared
keys, point-to-site), "About cryptographic requirements and Azure VPN gateways", "ExpressRoute FAQ",
"Configure ExpressRoute and site-to-site coexisting connections", "About ExpressRoute FastPath".
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final, TypeVar

import msgspec

from octoha_templates.config.model import (
    Bastion,
    ExpressRoute,
    JumpBox,
    NewCircuit,
    NewDomain,
    NewNetwork,
    NoAccess,
    VpnConnection,
    VpnGateway,
)
from octoha_templates.config.model.network import NoOutbound
from octoha_templates.config.plan.access import jump_box_clients
from octoha_templates.config.rules.network import (
    address_from_text,
    is_public,
    network_from_text,
    networks,
)
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic

_Kind = TypeVar("_Kind", bound=msgspec.Struct)

_DEFAULT_ASN: Final = 65515
_RESERVED_ASNS: Final = (
    *(range(number, number + 1) for number in (8074, 8075, 12076, 23456, 65515)),
    range(64496, 64512),
    range(65517, 65521),
    range(65535, 65552),
)
"""Of Azure (8074, 8075, 12076, 65515, 65517 to 65520) and of IANA (the rest)."""

_APIPA: Final = (IPv4Network("169.254.21.0/24"), IPv4Network("169.254.22.0/24"))
_FAST_PATH_UNITS: Final = 10
_TIERS: Final = ("Basic", "Standard", "Premium")


def of_kind(site: Site, kind: type[_Kind]) -> Iterator[tuple[str, _Kind]]:
    """Yield the ways in of one kind, each with its path."""
    for index, access in enumerate(site.stack.network.access):
        if isinstance(access, kind):
            yield f"network.access.{index}", access


@reads("network.access")
def one_of_each_access(site: Site) -> Iterator[Diagnostic]:
    """There is at most one way in of each kind."""
    kinds: set[type] = set()
    for index, access in enumerate(site.stack.network.access):
        if type(access) in kinds:
            yield site.error(
                "OCT146",
                "`network.access` has two entries of the same kind",
                site.at(f"network.access.{index}"),
                "delete one",
            )
        kinds.add(type(access))


@reads("network.access")
def none_alone(site: Site) -> Iterator[Diagnostic]:
    """No access beside access says two things."""
    for path, _ in of_kind(site, NoAccess):
        if len({type(access) for access in site.stack.network.access}) > 1:
            yield site.error(
                "OCT685",
                "`network.access` says none and names ways in",
                site.at(path),
                "delete the entry with kind: none, or all others",
            )


@reads("network.access")
def bastion_features(site: Site) -> Iterator[Diagnostic]:
    """A Bastion is not asked for what only a larger SKU has."""
    for path, bastion in of_kind(site, Bastion):
        index = path.rsplit(".", 1)[-1]
        wanted = [
            (word, sku)
            for word, asked, sku in (
                ("native_client", bastion.native_client, "Standard"),
                ("scale_units above 2", bastion.scale_units != 2, "Standard"),
                ("private_only", bastion.private_only, "Premium"),
                ("session_recording", bastion.session_recording, "Premium"),
            )
            if asked and _TIERS.index(bastion.sku) < _TIERS.index(sku)
        ]
        if not wanted:
            continue
        needed = max((sku for _, sku in wanted), key=_TIERS.index)
        cheaper = "write native_client: false and leave out scale_units, or "
        yield site.error(
            "OCT147",
            f"`network.access[{index}]` is a {bastion.sku} Bastion, which has no "
            f"{joined([word for word, _ in wanted])}",
            site.at(f"{path}.sku", path),
            f"{cheaper if needed == 'Standard' else ''}take sku: {needed}",
        )


@reads("network.access", "network.kind", "domain")
def kerberos(site: Site) -> Iterator[Diagnostic]:
    """Kerberos needs a controller to ask for tickets, and Bastion asks in its own network only."""
    if isinstance(site.stack.domain, NewDomain):
        return
    is_new = isinstance(site.stack.network, NewNetwork)
    for path, bastion in of_kind(site, Bastion):
        if bastion.kerberos and not site.stack.domain.joined:
            yield site.warning(
                "OCT697",
                "Azure Bastion is to let people sign in with Kerberos, but the machines are in no "
                "domain",
                site.at(f"{path}.kerberos"),
                "leave kerberos out, or give the stack a domain",
            )
        elif bastion.kerberos and is_new:
            yield site.warning(
                "OCT697",
                "Azure Bastion is to let people sign in with Kerberos, but the domain controllers are "
                "not in the network of Bastion",
                site.at(f"{path}.kerberos"),
                "leave kerberos out, or take domain.kind: new",
            )


@reads("network.access")
def open_to_the_internet(site: Site) -> Iterator[Diagnostic]:
    """Public addresses that no security group stands before are named, so that nobody is surprised."""
    for path, vpn in of_kind(site, VpnGateway):
        count = len(vpn.public_addresses)
        yield site.note(
            "OCT686",
            f"the VPN gateway has {count} public address{'es' if count > 1 else ''}; it answers "
            "tunnels with the right key, and clients that sign in",
            site.at(path),
            "with ExpressRoute alone there is no such address",
        )
    for path, route in of_kind(site, ExpressRoute):
        if route.own_public_address:
            yield site.note(
                "OCT686",
                "the ExpressRoute gateway has a public address of the stack's, for the control plane "
                "of Azure only",
                site.at(f"{path}.own_public_address"),
                "leave own_public_address out where Azure keeps the address itself",
            )


@reads("network.access")
def vpn_connects_something(site: Site) -> Iterator[Diagnostic]:
    """A gateway without tunnels costs money and does nothing."""
    for path, vpn in of_kind(site, VpnGateway):
        if not vpn.connections and not vpn.point_to_site:
            yield site.error(
                "OCT687",
                "the VPN gateway connects nothing: it has neither connections nor point_to_site",
                site.at(path),
                "add connections, or point_to_site: {kind: entra}",
            )


@reads("network.access")
def vpn_connections(site: Site) -> Iterator[Diagnostic]:
    """Every connection says where the other end is and what is behind it."""
    for path, vpn in of_kind(site, VpnGateway):
        for index, connection in enumerate(vpn.connections):
            yield from _connection(site, f"{path}.connections.{index}", connection, vpn)


def _connection(
    site: Site, path: str, connection: VpnConnection, vpn: VpnGateway
) -> Iterator[Diagnostic]:
    name = f"the VPN connection {connection.name}"
    if (connection.gateway_address is None) == (connection.gateway_fqdn is None):
        yield site.error(
            "OCT688",
            f"{name} has {'two' if connection.gateway_address else 'no'} addresses of its device",
            site.at(path),
            "give gateway_address or gateway_fqdn, one of them",
        )
    if connection.bgp is None and not connection.address_prefixes:
        yield site.error(
            "OCT688",
            f"{name} does not say what is behind it",
            site.at(path),
            "give address_prefixes, or bgp",
        )
    if connection.bgp is not None and vpn.bgp is None:
        yield site.error(
            "OCT688",
            f"{name} has bgp, but the gateway has not",
            site.at(f"{path}.bgp", path),
            "add bgp: {} to the gateway, or give the connection address_prefixes",
        )
    if connection.gateway_address and address_from_text(connection.gateway_address) is None:
        yield _no_address(site, f"{path}.gateway_address", connection.gateway_address)
    if connection.bgp and address_from_text(connection.bgp.peering_address) is None:
        yield _no_address(site, f"{path}.bgp.peering_address", connection.bgp.peering_address)


@reads("network.access")
def vpn_connection_names(site: Site) -> Iterator[Diagnostic]:
    """No two connections have one name, with or without hyphens."""
    for path, vpn in of_kind(site, VpnGateway):
        seen: dict[str, str] = {}
        for index, connection in enumerate(vpn.connections):
            symbol = connection.symbol.lower()
            if symbol in seen:
                yield site.error(
                    "OCT692",
                    f"the VPN connections {seen[symbol]} and {connection.name} have one name, "
                    "hyphens aside",
                    site.at(f"{path}.connections.{index}.name"),
                    "give each a name of its own",
                )
            seen[symbol] = connection.name


@reads("network.access")
def vpn_ipsec_policies(site: Site) -> Iterator[Diagnostic]:
    """With GCM, encryption and integrity of phase 2 are one algorithm."""
    for path, vpn in of_kind(site, VpnGateway):
        for index, connection in enumerate(vpn.connections):
            policy = connection.ipsec_policy
            with_gcm = "GCM" in policy.ipsec_encryption or "GCM" in policy.ipsec_integrity
            if with_gcm and policy.ipsec_encryption != policy.ipsec_integrity:
                here = f"{path}.connections.{index}.ipsec_policy"
                yield site.error(
                    "OCT693",
                    f"the VPN connection {connection.name} encrypts with {policy.ipsec_encryption} "
                    f"and checks with {policy.ipsec_integrity}; with GCM both are the same",
                    site.at(f"{here}.ipsec_integrity", f"{here}.ipsec_encryption", here),
                    f"take ipsec_integrity: {policy.ipsec_encryption}"
                    if "GCM" in policy.ipsec_encryption
                    else "take ipsec_integrity: SHA256",
                )


@reads("network.access")
def autonomous_systems(site: Site) -> Iterator[Diagnostic]:
    """No end of BGP has a number that is reserved, or that the other end has."""
    for path, vpn in of_kind(site, VpnGateway):
        own = vpn.bgp.asn if vpn.bgp else _DEFAULT_ASN
        if own != _DEFAULT_ASN:
            yield from _reserved(site, f"{path}.bgp.asn", own)
        for index, connection in enumerate(vpn.connections):
            if connection.bgp is None:
                continue
            here = f"{path}.connections.{index}.bgp.asn"
            found = list(_reserved(site, here, connection.bgp.asn))
            yield from found
            if not found and connection.bgp.asn == own:
                yield site.error(
                    "OCT689",
                    f"the VPN connection {connection.name} has the autonomous system number of the "
                    f"gateway, {own}",
                    site.at(here),
                    "each end has a number of its own; private ones are 64512 to 65514",
                )
    for path, route in of_kind(site, ExpressRoute):
        if route.private_peering:
            here = f"{path}.private_peering.peer_asn"
            yield from _reserved(site, here, route.private_peering.peer_asn)


def _reserved(site: Site, path: str, asn: int) -> Iterator[Diagnostic]:
    if any(asn in numbers for numbers in _RESERVED_ASNS):
        yield site.error(
            "OCT689",
            f"{asn} is an autonomous system number that is reserved",
            site.at(path),
            "private ones are 64512 to 65514",
        )


@reads("network.access")
def asn_beside_expressroute(site: Site) -> Iterator[Diagnostic]:
    """Both gateways tell each other routes only when the VPN gateway keeps Azure's number."""
    if not any(of_kind(site, ExpressRoute)):
        return
    for path, vpn in of_kind(site, VpnGateway):
        if vpn.bgp and vpn.bgp.asn != _DEFAULT_ASN:
            yield site.error(
                "OCT689",
                f"the VPN gateway stands beside an ExpressRoute gateway, and its autonomous system "
                f"number is {vpn.bgp.asn}",
                site.at(f"{path}.bgp.asn"),
                f"leave it at {_DEFAULT_ASN}",
            )


@reads("network.access")
def apipa_addresses(site: Site) -> Iterator[Diagnostic]:
    """Peering addresses beside Azure's own: one per instance, from the range Azure takes."""
    for path, vpn in of_kind(site, VpnGateway):
        if not vpn.bgp or not vpn.bgp.apipa_addresses:
            continue
        here = f"{path}.bgp.apipa_addresses"
        instances = 2 if vpn.active_active else 1
        if len(set(vpn.bgp.apipa_addresses)) != instances:
            yield site.error(
                "OCT688",
                f"`apipa_addresses` has {len(set(vpn.bgp.apipa_addresses))} different addresses for "
                f"{instances} instance{'s' if instances > 1 else ''} of the VPN gateway",
                site.at(here),
                "give each instance one",
            )
        for index, text in enumerate(vpn.bgp.apipa_addresses):
            address = address_from_text(text)
            if address is None or not any(address in each for each in _APIPA):
                yield site.error(
                    "OCT688",
                    f"{text} is no address that a VPN gateway can peer from",
                    site.at(f"{here}.{index}"),
                    "take one from 169.254.21.0 to 169.254.22.255",
                )


@reads("network.access", "network.kind", "network.address_space")
def ranges_apart(site: Site) -> Iterator[Diagnostic]:
    """What is behind a way in, and what its clients get, overlaps neither the network nor each other."""
    known = list(_ranges(site))
    ranges: list[tuple[str, str, IPv4Network]] = []
    for path, title, text in known:
        found = network_from_text(text)
        if found is None:
            yield site.error(
                "OCT140",
                f"{text} is not an IPv4 range, or not the start of one",
                site.at(path),
                "four numbers up to 255, a slash, and a number up to 32",
            )
        else:
            ranges.append((path, title, found))
    for (_, first, one), (path, second, other) in combinations(ranges, 2):
        if one.overlaps(other) and not path.startswith("network.subnets"):
            yield site.error(
                "OCT690",
                f"{second} ({other}) overlaps {first} ({one})",
                site.at(path),
                "packets would not know where to go; take another range",
            )


def _ranges(site: Site) -> Iterator[tuple[str, str, str]]:
    """List path, title and text of all ranges that must not overlap."""
    space = getattr(site.stack.network, "address_space", None)
    if space and network_from_text(space) is not None:
        yield "network.address_space", "the network", space
    if space is None:  # of a network that exists, only the subnets are known
        for key, subnet in networks(site).items():
            yield f"network.subnets.{key}", f"the subnet `{key}`", str(subnet)
    for path, vpn in of_kind(site, VpnGateway):
        if vpn.point_to_site:
            here = f"{path}.point_to_site.address_pool"
            yield here, "the address pool of the VPN clients", vpn.point_to_site.address_pool
        for number, connection in enumerate(vpn.connections):
            for index, text in enumerate(connection.address_prefixes):
                here = f"{path}.connections.{number}.address_prefixes.{index}"
                yield here, f"a range of the VPN connection {connection.name}", text
    for path, route in of_kind(site, ExpressRoute):
        if route.private_peering:
            for link in ("primary", "secondary"):
                text = getattr(route.private_peering, f"{link}_prefix")
                here = f"{path}.private_peering.{link}_prefix"
                yield here, f"the {link} link of the private peering", text


@reads("network.access", "network.client_prefixes")
def vpn_clients_and_the_portal(site: Site) -> Iterator[Diagnostic]:
    """Whoever comes in over the VPN can open the portal, unless that is not what it is for."""
    allowed = [network_from_text(text) for text in site.stack.network.client_prefixes]
    if not allowed:
        return
    for path, vpn in of_kind(site, VpnGateway):
        pool = network_from_text(vpn.point_to_site.address_pool) if vpn.point_to_site else None
        if pool and not any(each and pool.subnet_of(each) for each in allowed):
            yield site.note(
                "OCT731",
                f"VPN clients have addresses of {pool}, and `network.client_prefixes` does not let "
                "those open the portal",
                site.at(f"{path}.point_to_site.address_pool", f"{path}.point_to_site", path),
                f"add {pool} to network.client_prefixes, if they are to",
            )


@reads("network.access", "network.peerings")
def one_gateway_of_all(site: Site) -> Iterator[Diagnostic]:
    """A network with a gateway of its own cannot use the gateway of a peered one."""
    own = any(of_kind(site, VpnGateway)) or any(of_kind(site, ExpressRoute))
    peerings = getattr(site.stack.network, "peerings", ())
    for index, peering in enumerate(peerings):
        if own and peering.use_remote_gateways:
            yield site.error(
                "OCT723",
                f"the peering {peering.name} uses the gateway of the other network, and the network "
                "has one of its own",
                site.at(f"network.peerings.{index}.use_remote_gateways"),
                "write use_remote_gateways: false, or leave the gateway to the other network",
            )


@reads("network.access")
def pool_sizes(site: Site) -> Iterator[Diagnostic]:
    """Each instance of the gateway takes a part of the pool for its clients."""
    for path, vpn in of_kind(site, VpnGateway):
        if vpn.point_to_site is None:
            continue
        pool = network_from_text(vpn.point_to_site.address_pool)
        smallest = 28 if vpn.active_active else 29
        if pool and pool.prefixlen > smallest:
            yield site.error(
                "OCT691",
                f"the address pool of the VPN clients is a /{pool.prefixlen}, but has to be a "
                f"/{smallest} or larger",
                site.at(f"{path}.point_to_site.address_pool"),
                "each instance of the gateway takes a part of it",
            )


@reads("network.access")
def peering_links(site: Site) -> Iterator[Diagnostic]:
    """A link of a private peering is a /30, and the peering belongs to a circuit of the stack."""
    for path, route in of_kind(site, ExpressRoute):
        if route.private_peering is None:
            continue
        if not route.orders_circuit:
            yield site.error(
                "OCT694",
                "`private_peering` is given for a circuit that exists, and nothing of that is "
                "changed",
                site.at(f"{path}.private_peering"),
                "leave it out; whoever owns the circuit makes its peering",
            )
        for link in ("primary_prefix", "secondary_prefix"):
            found = network_from_text(getattr(route.private_peering, link))
            if found and found.prefixlen != 30:
                yield site.error(
                    "OCT694",
                    f"`{link}` of the private peering is a /{found.prefixlen}, but a link is a /30",
                    site.at(f"{path}.private_peering.{link}"),
                    "you have its first address, Microsoft the second",
                )


@reads("network.access")
def expressroute_settings(site: Site) -> Iterator[Diagnostic]:
    """Settings of gateway and circuit that do not go together."""
    for path, route in of_kind(site, ExpressRoute):
        if route.min_scale_units > route.max_scale_units:
            yield site.error(
                "OCT694",
                f"`min_scale_units` is {route.min_scale_units}, above max_scale_units "
                f"({route.max_scale_units})",
                site.at(f"{path}.min_scale_units", f"{path}.max_scale_units", path),
                "for a fixed size write the same number twice",
            )
        fast = route.sku == "ErGw3AZ" or (
            route.sku == "ErGwScale" and route.min_scale_units >= _FAST_PATH_UNITS
        )
        if route.fast_path and not fast:
            yield site.error(
                "OCT694",
                f"`fast_path` needs ErGw3AZ, or ErGwScale with {_FAST_PATH_UNITS} scale units or "
                f"more, and the gateway is {route.sku}",
                site.at(f"{path}.fast_path"),
                "take sku: ErGw3AZ, or leave fast_path out",
            )
        circuit = route.circuit
        if isinstance(circuit, NewCircuit) and circuit.tier == "Local":
            yield from _local_circuit(site, path, circuit)


def _local_circuit(site: Site, path: str, circuit: NewCircuit) -> Iterator[Diagnostic]:
    if circuit.family != "UnlimitedData" or circuit.bandwidth_mbps < 1000:
        yield site.error(
            "OCT694",
            "a circuit of the tier Local has unlimited data and 1000 Mbit/s or more, this one has "
            f"{circuit.family} and {circuit.bandwidth_mbps}",
            site.at(f"{path}.circuit.tier"),
            "take family: UnlimitedData and bandwidth_mbps: 1000, or tier: Standard",
        )


@reads("network.access")
def circuit_costs(site: Site) -> Iterator[Diagnostic]:
    """A circuit that is ordered costs money before anything runs over it."""
    for path, route in of_kind(site, ExpressRoute):
        circuit = route.circuit
        if isinstance(circuit, NewCircuit) and not circuit.provisioned:
            yield site.note(
                "OCT695",
                f"Azure charges for the circuit of {circuit.provider} from the first deployment on, "
                "and it connects nothing until the provider is done",
                site.at(f"{path}.circuit"),
                "give the provider the service key, then write provisioned: true and deploy again",
            )


@reads("network.access", "network.kind", "network.subnets.gateway")
def gateway_subnet(site: Site) -> Iterator[Diagnostic]:
    """Two gateways fit a /27; there is room for what comes later in a /26."""
    both = any(of_kind(site, VpnGateway)) and any(of_kind(site, ExpressRoute))
    if not both or not hasattr(site.stack.network, "subnets"):
        return
    subnet = network_from_text(site.stack.network.prefix_of("gateway"))
    if subnet and subnet.prefixlen == 27:
        yield site.note(
            "OCT696",
            "`network.subnets.gateway` is a /27, and a VPN and an ExpressRoute gateway share it",
            site.at("network.subnets.gateway", "network.access"),
            "it fits; a /26 has room for more circuits, and it cannot be enlarged while gateways "
            "are in it",
        )


@reads("network.access", "network.kind", "network.peerings", "network.client_prefixes")
def private_ways_lead_in(site: Site) -> Iterator[Diagnostic]:
    """What has no public address is reached over a network, so there has to be one."""
    joined_to = bool(getattr(site.stack.network, "peerings", ())) or not hasattr(
        site.stack.network, "address_space"
    )
    gateways = any(of_kind(site, VpnGateway)) or any(of_kind(site, ExpressRoute))
    for path, bastion in of_kind(site, Bastion):
        if bastion.private_only and not gateways and not joined_to:
            yield site.warning(
                "OCT698",
                "Azure Bastion has no public address, and the network has no VPN, ExpressRoute or "
                "peering to reach it over",
                site.at(f"{path}.private_only"),
                "add a vpn-gateway or expressroute to network.access, or network.peerings",
            )
    for path, jump_box in of_kind(site, JumpBox):
        clients = jump_box_clients(jump_box, site.stack)
        if not jump_box.just_in_time and not clients and not any(of_kind(site, Bastion)):
            yield site.error(
                "OCT698",
                "nobody can open the desktop of the jump box: there is no Bastion, no VPN client "
                "and no operator_prefixes",
                site.at(path),
                "add a bastion, or name the operators' networks in operator_prefixes",
            )


@reads("network.access", "network.outbound", "domain")
def jump_box_sign_in(site: Site) -> Iterator[Diagnostic]:
    """People can sign in to the jump box the way it says."""
    for path, jump_box in of_kind(site, JumpBox):
        if jump_box.sign_in == "domain" and not site.stack.domain.joined:
            yield site.error(
                "OCT699",
                "people are to sign in to the jump box with accounts of the domain, but the stack "
                "has none",
                site.at(f"{path}.sign_in"),
                "take sign_in: entra, or give the stack a domain",
            )
        closed = isinstance(getattr(site.stack.network, "outbound", None), NoOutbound)
        if jump_box.sign_in == "entra" and closed:
            yield site.error(
                "OCT699",
                "people are to sign in to the jump box with Entra ID, but the network has no way "
                "out to it",
                site.at(f"{path}.sign_in", path),
                "take sign_in: domain or local, or another network.outbound",
            )


@reads("network.access")
def jump_box_is_on_when_patched(site: Site) -> Iterator[Diagnostic]:
    """A machine that is turned off in its patch window is not patched."""
    for path, jump_box in of_kind(site, JumpBox):
        if jump_box.auto_shutdown is None:
            continue
        start = _minutes(jump_box.patching.start_time)
        into = (_minutes(jump_box.auto_shutdown) - start) % (24 * 60)
        if into < jump_box.patching.duration_minutes:
            yield site.error(
                "OCT699",
                f"the jump box is turned off at {jump_box.auto_shutdown}, {into} minutes into its "
                "patch window",
                site.at(f"{path}.auto_shutdown", f"{path}.patching", path),
                "move one of them",
            )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _no_address(site: Site, path: str, text: str) -> Diagnostic:
    return site.error(
        "OCT140",
        f"{text} is not an IPv4 address",
        site.at(path),
        "four numbers up to 255, without leading zeros",
    )


@reads("network.access")
def device_addresses(site: Site) -> Iterator[Diagnostic]:
    """A device at the other end of the Internet has a public address."""
    for path, vpn in of_kind(site, VpnGateway):
        for index, connection in enumerate(vpn.connections):
            address = address_from_text(connection.gateway_address or "")
            if address is not None and not is_public(address):
                yield site.error(
                    "OCT688",
                    f"the device of the VPN connection {connection.name} has the address {address}, "
                    "which nobody reaches over the Internet",
                    site.at(f"{path}.connections.{index}.gateway_address"),
                    "give the public address of the device, or of what translates for it",
                )


ACCESS_RULES: tuple[Rule, ...] = (
    one_of_each_access,
    none_alone,
    bastion_features,
    kerberos,
    open_to_the_internet,
    vpn_connects_something,
    vpn_connections,
    device_addresses,
    vpn_connection_names,
    vpn_ipsec_policies,
    autonomous_systems,
    asn_beside_expressroute,
    apipa_addresses,
    ranges_apart,
    vpn_clients_and_the_portal,
    one_gateway_of_all,
    pool_sizes,
    peering_links,
    expressroute_settings,
    circuit_costs,
    gateway_subnet,
    private_ways_lead_in,
    jump_box_sign_in,
    jump_box_is_on_when_patched,
)
