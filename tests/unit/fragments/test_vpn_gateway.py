"""The VPN gateway: addresses, tunnels, clients."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Compiled, Component

VPN = "access/vpn-gateway"
GATEWAY = "Microsoft.Network/virtualNetworkGateways"
ADDRESSES = "Microsoft.Network/publicIPAddresses"
CONNECTIONS = "Microsoft.Network/connections"
SITES = "Microsoft.Network/localNetworkGateways"
ENTRA = "point_to_site: {kind: entra}"
LONDON = "{name: london-1, gateway_address: 203.0.113.10, address_prefixes: [10.60.0.0/16]}"
PARIS = (
    "{name: paris, gateway_fqdn: vpn.example.com, bgp: {asn: 65020, peering_address: 10.61.0.1}}"
)
COMPANY = "{name: company, public_data: MII%s}" % ("A" * 117)


def access(text: str) -> str:
    """Write the setting for one VPN gateway."""
    return f"network.access=[{{kind: vpn-gateway, {text}}}]"


def gateway(compiled: Compiled) -> dict[str, Any]:
    """Give the properties of the gateway."""
    properties: dict[str, Any] = compiled.only(GATEWAY)["properties"]
    return properties


def configurations(compiled: Compiled) -> list[str]:
    """Name the IP configurations of the gateway."""
    return [each["name"] for each in gateway(compiled)["ipConfigurations"]]


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (f"active_active: false, {ENTRA}", ["first"]),
        (f"active_active: false, connections: [{LONDON}]", ["first"]),
        (f"connections: [{LONDON}]", ["first", "second"]),
        (f"connections: [{LONDON}], {ENTRA}", ["first", "second", "clients"]),
    ],
)
def test_each_instance_has_an_address_and_clients_of_two_instances_a_third(
    component: Component, settings: str, wanted: list[str]
) -> None:
    compiled = component(VPN, access(settings))

    assert configurations(compiled) == wanted
    assert gateway(compiled)["activeActive"] is (len(wanted) > 1)
    assert len(compiled.all(ADDRESSES)) == len(wanted)


def test_addresses_are_standard_static_and_span_all_zones(component: Component) -> None:
    """Azure refuses a zone-redundant gateway with an address of one zone."""
    for address in component(VPN).all(ADDRESSES):
        assert address["sku"] == {"name": "Standard", "tier": "Regional"}
        assert address["properties"]["publicIPAllocationMethod"] == "Static"
        assert address["zones"] == (
            "[if(empty(parameters('zones')), null(), createArray('1', '2', '3'))]"
        )


def test_gateway_is_route_based_and_its_generation_follows_its_size(component: Component) -> None:
    compiled = component(VPN)
    properties = gateway(compiled)

    assert (properties["gatewayType"], properties["vpnType"]) == ("Vpn", "RouteBased")
    assert properties["vpnGatewayGeneration"] == "[variables('generation')]"
    assert compiled.template["variables"]["generation"] == (
        "[if(equals(parameters('skuName'), 'VpnGw1AZ'), 'Generation1', 'Generation2')]"
    )
    assert all(size.endswith("AZ") for size in compiled.parameters["skuName"]["allowedValues"])


def test_people_sign_in_with_entra_by_the_names_of_the_cloud(component: Component) -> None:
    compiled = component(VPN, access(ENTRA))
    clients = gateway(compiled)["vpnClientConfiguration"]

    assert clients["vpnClientProtocols"] == ["OpenVPN"]
    assert clients["vpnAuthenticationTypes"] == ["AAD"]
    assert "environment().authentication.loginEndpoint" in clients["aadTenant"]
    assert clients["aadIssuer"].startswith("[format('{0}{1}/', ")
    variables = compiled.template["variables"]
    clouds = {"AzureCloud", "AzureUSGovernment", "AzureChinaCloud"}
    assert set(variables["vpnClientAudiences"]) == set(variables["tokenIssuers"]) == clouds
    assert len(set(variables["vpnClientAudiences"].values())) == 3
    assert all(issuer.endswith("/") for issuer in variables["tokenIssuers"].values())


def test_tenant_and_audience_of_ones_own_come_first(component: Component) -> None:
    guid = "11111111-2222-3333-4444-555555555555"
    compiled = component(
        VPN, access(f"point_to_site: {{kind: entra, tenant_id: {guid}, audience: {guid}}}")
    )

    assert compiled.parameters["entraTenantId"]["defaultValue"] == guid
    assert compiled.parameters["entraAudience"]["defaultValue"] == guid
    assert gateway(compiled)["vpnClientConfiguration"]["aadAudience"].startswith(
        "[if(empty(parameters('entraAudience')), "
    )


def test_machines_sign_in_with_certificates_of_the_authorities(component: Component) -> None:
    compiled = component(
        VPN, access(f"point_to_site: {{kind: certificate, root_certificates: [{COMPANY}]}}")
    )
    clients = gateway(compiled)["vpnClientConfiguration"]

    assert clients["vpnAuthenticationTypes"] == ["Certificate"]
    assert {each["name"] for each in clients["copy"]} == {
        "vpnClientRootCertificates",
        "vpnClientRevokedCertificates",
    }
    (authority,) = compiled.parameters["rootCertificates"]["defaultValue"]
    assert authority["name"] == "company"
    assert not {"aadTenant", "aadAudience", "aadIssuer"} & set(clients)


def test_every_tunnel_has_a_strong_policy_and_a_key_that_no_file_has(component: Component) -> None:
    compiled = component(VPN, access(f"bgp: {{}}, connections: [{LONDON}, {PARIS}]"))

    for connection in compiled.all(CONNECTIONS):
        properties = connection["properties"]
        (policy,) = properties["ipsecPolicies"]
        weak = {"DES", "DES3", "MD5", "SHA1", "DHGroup1", "DHGroup2", "PFS1", "PFS2", "None"}
        assert not weak & {value for value in policy.values() if isinstance(value, str)}
        assert policy["ipsecEncryption"] == policy["ipsecIntegrity"] == "GCMAES256"
        assert properties["connectionProtocol"] == "IKEv2"
        key = properties["sharedKey"].removeprefix("[parameters('").removesuffix("')]")
        assert compiled.parameters[key]["type"] == "securestring"
        assert "defaultValue" not in compiled.parameters[key]
        assert compiled.parameters[key]["minLength"] >= 24


def test_tunnels_are_made_one_after_the_other(component: Component) -> None:
    compiled = component(VPN, access(f"bgp: {{}}, connections: [{LONDON}, {PARIS}]"))
    first, second = compiled.all(CONNECTIONS)

    assert not [each for each in first["dependsOn"] if CONNECTIONS in each]
    assert [each for each in second["dependsOn"] if CONNECTIONS in each and "london-1" in each]


def test_a_site_is_an_address_with_ranges_or_a_name_with_bgp(component: Component) -> None:
    compiled = component(VPN, access(f"bgp: {{}}, connections: [{LONDON}, {PARIS}]"))
    london, paris = (site["properties"] for site in compiled.all(SITES))

    assert london["gatewayIpAddress"] == "[parameters('connectionLondon1Gateway')]"
    assert "fqdn" not in london
    assert "bgpSettings" not in london
    assert paris["fqdn"] == "[parameters('connectionParisGateway')]"
    assert paris["bgpSettings"] == {
        "asn": "[parameters('connectionParisBgpAsn')]",
        "bgpPeeringAddress": "[parameters('connectionParisBgpPeeringAddress')]",
    }
    flags = [each["properties"]["enableBgp"] for each in compiled.all(CONNECTIONS)]
    assert flags == [False, True]


def test_each_instance_peers_from_its_own_address_where_the_device_wants_one(
    component: Component,
) -> None:
    bgp = "bgp: {asn: 65010, apipa_addresses: [169.254.21.2, 169.254.22.2]}"
    settings = gateway(component(VPN, access(f"{bgp}, connections: [{PARIS}]")))["bgpSettings"]

    peers = settings["bgpPeeringAddresses"]
    assert [each["customBgpIpAddresses"] for each in peers] == [["169.254.21.2"], ["169.254.22.2"]]
    assert ["'first'" in peers[0]["ipconfigurationId"], "'second'" in peers[1]["ipconfigurationId"]]


def test_without_bgp_the_gateway_says_so(component: Component) -> None:
    compiled = component(VPN, access(f"connections: [{LONDON}]"))

    assert gateway(compiled)["enableBgp"] is False
    assert "bgpSettings" not in gateway(compiled)
    assert "bgpAsn" not in compiled.outputs
    assert len(compiled.outputs["publicIpAddresses"]) == 2


def test_gateway_lies_in_the_subnet_from_outside_and_is_logged(component: Component) -> None:
    compiled = component(VPN)

    assert "defaultValue" not in compiled.parameters["gatewaySubnetResourceId"]
    scopes = [each["scope"] for each in compiled.all("Microsoft.Insights/diagnosticSettings")]
    assert [scope for scope in scopes if GATEWAY in scope]
