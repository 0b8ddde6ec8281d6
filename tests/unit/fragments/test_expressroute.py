"""ExpressRoute: gateway, circuit in two phases, connection, and the VPN beside it."""

from __future__ import annotations

from octoha_templates.config.load import load
from octoha_templates.pipeline import build

from .conftest import Component

ROUTE = "access/expressroute"
GATEWAY = "Microsoft.Network/virtualNetworkGateways"
CIRCUIT = "Microsoft.Network/expressRouteCircuits"
PEERING = f"{CIRCUIT}/peerings"
CONNECTION = "Microsoft.Network/connections"
NEW = "circuit: {kind: new, provider: Equinix, peering_location: Amsterdam%s}"
EXISTING = (
    "circuit: {kind: existing, circuit_id: /subscriptions/00000000-0000-0000-0000-000000000000"
    "/resourceGroups/hub/providers/Microsoft.Network/expressRouteCircuits/company%s}"
)
LINKS = (
    "private_peering: {peer_asn: 65020, vlan_id: 100, primary_prefix: 192.168.100.0/30, "
    "secondary_prefix: 192.168.100.4/30}"
)


def access(text: str) -> str:
    """Write the setting for one ExpressRoute gateway."""
    return f"network.access=[{{kind: expressroute, {text}}}]"


def test_gateway_has_no_public_address_of_its_own_unless_asked_for(component: Component) -> None:
    closed = component(ROUTE)
    (configuration,) = closed.only(GATEWAY)["properties"]["ipConfigurations"]
    assert closed.all("Microsoft.Network/publicIPAddresses") == []
    assert "publicIPAddress" not in configuration["properties"]

    own = component(ROUTE, access("own_public_address: true, " + NEW % ""))
    (configuration,) = own.only(GATEWAY)["properties"]["ipConfigurations"]
    assert len(own.all("Microsoft.Network/publicIPAddresses")) == 1
    assert "publicIPAddress" in configuration["properties"]


def test_gateway_is_zone_redundant_and_only_the_scalable_one_scales(component: Component) -> None:
    compiled = component(ROUTE)
    properties = compiled.only(GATEWAY)["properties"]

    assert properties["gatewayType"] == "ExpressRoute"
    sizes = compiled.parameters["skuName"]["allowedValues"]
    assert sizes == ["ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale"]
    assert properties["autoScaleConfiguration"].startswith(
        "[if(equals(parameters('skuName'), 'ErGwScale'), "
    )


def test_a_new_circuit_is_made_first_and_left_alone_once_the_provider_is_done(
    component: Component,
) -> None:
    """Its provider writes into the same resource; making it again could undo that."""
    compiled = component(ROUTE, access(f"{NEW % ''}, {LINKS}"))

    assert compiled.only(CIRCUIT)["condition"] == "[not(parameters('circuitProvisioned'))]"
    for later in (PEERING, CONNECTION):
        assert compiled.only(later)["condition"] == "[parameters('circuitProvisioned')]"
    assert compiled.parameters["circuitProvisioned"]["defaultValue"] is False
    assert any(PEERING in each for each in compiled.only(CONNECTION)["dependsOn"])
    assert not any("serviceKey" in str(value) for value in compiled.outputs.values())


def test_circuit_says_tier_and_family_in_its_name_and_no_classic(component: Component) -> None:
    circuit = component(ROUTE).only(CIRCUIT)

    assert circuit["sku"]["name"] == (
        "[format('{0}_{1}', parameters('circuitTier'), parameters('circuitFamily'))]"
    )
    assert circuit["properties"]["allowClassicOperations"] is False


def test_provider_makes_the_peering_when_no_links_are_given(component: Component) -> None:
    compiled = component(ROUTE)

    assert compiled.all(PEERING) == []
    assert not {"peerAsn", "vlanId"} & set(compiled.parameters)


def test_an_existing_circuit_is_connected_and_nothing_of_it_is_changed(
    component: Component,
) -> None:
    compiled = component(ROUTE, access(EXISTING % ""))

    assert compiled.all(CIRCUIT) == compiled.all(PEERING) == []
    connection = compiled.only(CONNECTION)
    assert "condition" not in connection
    assert connection["properties"]["peer"]["id"] == "[parameters('circuitResourceId')]"
    assert "authorizationKey" not in compiled.parameters


def test_a_circuit_of_somebody_else_takes_a_key_that_no_file_has(component: Component) -> None:
    compiled = component(ROUTE, access(EXISTING % ", needs_authorization: true"))

    key = compiled.parameters["authorizationKey"]
    assert key["type"] == "securestring"
    assert "defaultValue" not in key
    properties = compiled.only(CONNECTION)["properties"]
    assert properties["authorizationKey"] == "[parameters('authorizationKey')]"


def test_two_gateways_are_made_one_after_the_other_in_one_subnet() -> None:
    """GatewaySubnet takes one change at a time."""
    vpn = "{kind: vpn-gateway, point_to_site: {kind: entra}}"
    template = build(
        load(None, settings=(f"network.access=[{{kind: expressroute, {NEW % ''}}}, {vpn}]",))
    ).template
    by_name = {each["name"]: each for each in template["resources"]}
    (route,) = (each for name, each in by_name.items() if "-expressroute" in name)

    assert any("-vpn-gateway" in each for each in route["dependsOn"])
    (network,) = (each for name, each in by_name.items() if "-network'" in name)
    subnets = [
        subnet
        for resource in network["properties"]["template"]["resources"]
        if resource["type"] == "Microsoft.Network/virtualNetworks"
        for subnet in resource["properties"]["subnets"]
    ]
    (shared,) = (each for each in subnets if "gateway" in str(each["name"]).lower())
    assert not {"networkSecurityGroup", "routeTable", "natGateway"} & set(shared["properties"])
