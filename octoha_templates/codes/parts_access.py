"""685 to 699, and 745: the ways in."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_ACCESS = "network:\n  access:\n    - kind: "
_VPN = _ACCESS + "vpn-gateway\n      "
_TUNNEL = _VPN + "connections:\n        - name: london\n          "
_ROUTE = _ACCESS + "expressroute\n      "
_CIRCUIT = (
    "circuit: {kind: new, provider: Equinix, peering_location: Amsterdam, bandwidth_mbps: 50%s}"
)
_JUMP = _ACCESS + "bastion\n    - kind: jump-box\n      "

_BASTION_DOCS = "learn.microsoft.com, About Bastion configuration settings"
_KERBEROS = "learn.microsoft.com, Configure Bastion for Kerberos authentication"
_VPN_FAQ = "learn.microsoft.com, Azure VPN Gateway FAQ"
_IPSEC = "learn.microsoft.com, About cryptographic requirements and Azure VPN gateways"
_ROUTE_DOCS = "learn.microsoft.com, Azure ExpressRoute FAQ"
_FAST_PATH = "learn.microsoft.com, About ExpressRoute FastPath"
_COEXIST = "learn.microsoft.com, Configure ExpressRoute and site-to-site coexisting connections"
_JIT = "learn.microsoft.com, Enable just-in-time access on VMs"
_ENTRA_LOGIN = (
    "learn.microsoft.com, Sign in to a Windows virtual machine in Azure by using Entra ID"
)

ACCESS_CODES: tuple[Code, ...] = (
    Code(
        "OCT685",
        "No access, and access",
        "`kind: none` says that the stack has no way in of its own, so nothing stands beside it.",
        example=_ACCESS + "none\n    - kind: bastion",
        instead=_ACCESS + "none",
    ),
    Code(
        "OCT686",
        "Gateways with public addresses",
        "A VPN gateway answers whoever knows its addresses, and no security group stands before it. "
        "It lets in tunnels with the right key and clients that sign in; the note only says it aloud. "
        "An ExpressRoute gateway has one only where own_public_address asks for it.",
        example=_VPN + "point_to_site: {kind: entra}",
        sources=(_VPN_FAQ,),
    ),
    Code(
        "OCT687",
        "A VPN gateway that connects nothing",
        "A gateway needs tunnels to other sites, clients, or both.",
        example=_VPN + "sku: VpnGw2AZ",
        instead=_VPN + "point_to_site: {kind: entra}",
    ),
    Code(
        "OCT688",
        "A VPN connection that cannot come up",
        "A tunnel needs one public address or name of the device, the ranges behind it or BGP, and "
        "with BGP a gateway that speaks it, from addresses that Azure takes.",
        example=_TUNNEL + "gateway_address: 203.0.113.10",
        instead=_TUNNEL + "gateway_address: 203.0.113.10\n          "
        "address_prefixes: [10.60.0.0/16]",
        sources=(_VPN_FAQ,),
    ),
    Code(
        "OCT689",
        "An autonomous system number that cannot be",
        "Azure and IANA reserve some numbers, both ends of a tunnel cannot have one, and beside "
        "ExpressRoute the VPN gateway keeps 65515.",
        example=_VPN + "bgp: {asn: 65517}\n      point_to_site: {kind: entra}",
        instead=_VPN + "bgp: {asn: 65010}\n      point_to_site: {kind: entra}",
        sources=(_VPN_FAQ, _COEXIST),
    ),
    Code(
        "OCT690",
        "Ranges overlap across a way in",
        "What is behind a tunnel or a circuit, and what VPN clients get, cannot share addresses "
        "with the network or with each other.",
        example=_VPN + "point_to_site: {kind: entra, address_pool: 10.20.3.0/24}",
        instead=_VPN + "point_to_site: {kind: entra, address_pool: 172.16.201.0/24}",
        sources=(_VPN_FAQ,),
    ),
    Code(
        "OCT691",
        "An address pool without room",
        "Each instance of the gateway takes a part of the pool: /28 or larger when both are active, "
        "/29 otherwise.",
        example=_VPN + "point_to_site: {kind: entra, address_pool: 172.16.201.0/29}",
        sources=(_VPN_FAQ,),
    ),
    Code(
        "OCT692",
        "Two VPN connections with one name",
        "Names of connections are parts of names in the template, where hyphens do not count.",
        example=_TUNNEL + "gateway_address: 203.0.113.10\n          address_prefixes: "
        "[10.60.0.0/16]\n        - name: london\n          gateway_address: 203.0.113.11\n"
        "          address_prefixes: [10.61.0.0/16]",
    ),
    Code(
        "OCT693",
        "An IPsec policy that Azure refuses",
        "GCM encrypts and checks in one step, so encryption and integrity of phase 2 are the same.",
        example=_TUNNEL + "gateway_address: 203.0.113.10\n          address_prefixes: "
        "[10.60.0.0/16]\n          ipsec_policy: {ipsec_integrity: SHA256}",
        sources=(_IPSEC,),
    ),
    Code(
        "OCT694",
        "ExpressRoute settings that do not go together",
        "FastPath needs a large gateway, a Local circuit unlimited data and 1 Gbit/s, a peering "
        "link a /30, and a circuit that exists keeps its own peering.",
        example=_ROUTE + "fast_path: true\n      " + _CIRCUIT % "",
        instead=_ROUTE + "fast_path: true\n      sku: ErGw3AZ\n      " + _CIRCUIT % "",
        sources=(_ROUTE_DOCS, _FAST_PATH),
    ),
    Code(
        "OCT695",
        "A circuit is charged from its first day",
        "Azure charges for a circuit from the moment it exists. It connects nothing until the "
        "provider has taken its service key and done its part; then it is deployed once more.",
        example=_ROUTE + _CIRCUIT % "",
        instead=_ROUTE + _CIRCUIT % ", provisioned: true",
        sources=(_ROUTE_DOCS,),
    ),
    Code(
        "OCT696",
        "Two gateways in a /27",
        "A VPN and an ExpressRoute gateway share GatewaySubnet. A /27 is enough for both; a /26 is "
        "what many circuits ask for, and the subnet cannot grow while gateways are in it.",
        example=_VPN
        + "point_to_site: {kind: entra}\n    - kind: expressroute\n      "
        + _CIRCUIT % "",
        instead="network:\n  subnets:\n    gateway: 10.20.3.0/26",
        sources=(_COEXIST,),
    ),
    Code(
        "OCT697",
        "Kerberos without a controller beside it",
        "Azure Bastion asks a domain controller for tickets, so the machines have to be in a domain, and "
        "Azure wants its controllers in the virtual network that Bastion is in.",
        example=_ACCESS + "bastion\n      kerberos: true",
        sources=(_BASTION_DOCS, _KERBEROS),
    ),
    Code(
        "OCT698",
        "A way in that nobody reaches",
        "A Bastion without public address and a jump box are reached over a network: a VPN, "
        "ExpressRoute, a peering, or, for the jump box, Bastion.",
        example=_ACCESS + "jump-box",
        instead=_ACCESS + "bastion\n    - kind: jump-box",
        sources=(_BASTION_DOCS, _JIT),
    ),
    Code(
        "OCT699",
        "A jump box that is not as it is meant",
        "People cannot sign in the way it says, or it is turned off when it should be patched.",
        example=_JUMP + "sign_in: domain",
        instead=_JUMP + "sign_in: entra",
        sources=(_ENTRA_LOGIN,),
    ),
    Code(
        "OCT731",
        "VPN clients that cannot open the portal",
        "`network.client_prefixes` names who opens the portal, and the addresses of the VPN clients are "
        "not among them. That is right when the VPN is for operators only.",
        example="network:\n  client_prefixes: [10.60.0.0/16]\n  access:\n    - kind: vpn-gateway\n"
        "      point_to_site: {kind: entra}",
        instead="network:\n  client_prefixes: [10.60.0.0/16, 172.16.201.0/24]\n  access:\n"
        "    - kind: vpn-gateway\n      point_to_site: {kind: entra}",
    ),
)
