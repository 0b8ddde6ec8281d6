"""The network: closed except for what the nodes need, with one way out and private names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.diagnostics import Severity
from octoha_templates.pipeline import build

from .conftest import Compiled, Component

NETWORK = "network/new"
NSG = "Microsoft.Network/networkSecurityGroups"
PUBLIC_IP = "Microsoft.Network/publicIPAddresses"
ZONES = "Microsoft.Network/privateDnsZones"
LINKS = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
VNET = "Microsoft.Network/virtualNetworks"

Rule = dict[str, Any]


def _subnets(compiled: Compiled) -> dict[str, dict[str, Any]]:
    """Give the properties of the subnets by the end of their names."""
    subnets = compiled.only(VNET)["properties"]["subnets"]
    return {
        subnet["name"].removeprefix("[variables('").removesuffix("')]"): subnet["properties"]
        for subnet in subnets
    }


def _rules(compiled: Compiled, group: str) -> dict[str, Rule]:
    found = compiled.find(NSG, f"'nsg-{{0}}-{group}'")["properties"]["securityRules"]
    return {rule["name"]: rule["properties"] for rule in found}


def _ports(rule: Rule) -> list[str]:
    return (
        [rule["destinationPortRange"]]
        if "destinationPortRange" in rule
        else (rule["destinationPortRanges"])
    )


def _every_rule(compiled: Compiled) -> list[tuple[str, str, Rule]]:
    return [
        (group["name"], rule["name"], rule["properties"])
        for group in compiled.all(NSG)
        for rule in group["properties"]["securityRules"]
    ]


def test_every_subnet_has_a_security_group_of_its_own(component: Component) -> None:
    subnets = _subnets(component(NETWORK))

    assert list(subnets) == [
        "nodesSubnetName",
        "privateEndpointsSubnetName",
        "loadBalancerSubnetName",
        "bastionSubnetName",
    ]
    groups = [properties["networkSecurityGroup"]["id"] for properties in subnets.values()]
    assert len(set(groups)) == len(subnets)


def test_no_subnet_has_the_way_out_that_azure_gives_by_default(component: Component) -> None:
    subnets = _subnets(component(NETWORK))
    # Azure Bastion has its public address, and its subnet cannot be made private.
    bastion = subnets.pop("bastionSubnetName")

    assert all(properties["defaultOutboundAccess"] is False for properties in subnets.values())
    assert "defaultOutboundAccess" not in bastion


def test_only_the_nodes_go_out_and_through_the_nat_gateway(component: Component) -> None:
    subnets = _subnets(component(NETWORK))

    assert [name for name, properties in subnets.items() if "natGateway" in properties] == [
        "nodesSubnetName"
    ]


def test_rules_count_for_private_endpoints_too(component: Component) -> None:
    subnet = _subnets(component(NETWORK))["privateEndpointsSubnetName"]

    assert subnet["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"


def test_subnets_are_part_of_the_network(component: Component) -> None:
    """Subnets on their own are removed, or collide, when the network is deployed again."""
    assert not component(NETWORK).all("Microsoft.Network/virtualNetworks/subnets")


def test_every_security_group_ends_by_denying_everything_inbound(component: Component) -> None:
    for group in component(NETWORK).all(NSG):
        (last,) = [
            rule["properties"]
            for rule in group["properties"]["securityRules"]
            if rule["name"] == "DenyAllInbound"
        ]
        assert last["priority"] == 4096
        assert (last["direction"], last["access"], last["protocol"]) == ("Inbound", "Deny", "*")
        assert last["sourceAddressPrefix"] == last["destinationAddressPrefix"] == "*"
        assert last["destinationPortRange"] == "*"


def test_priorities_are_unique_per_group_and_direction(component: Component) -> None:
    for grpc in ("false", "true"):
        compiled = component(NETWORK, f"load_balancer.grpc={grpc}")
        for group in compiled.all(NSG):
            taken = [
                (rule["properties"]["direction"], rule["properties"]["priority"])
                for rule in group["properties"]["securityRules"]
            ]
            assert len(set(taken)) == len(taken), group["name"]


def test_from_the_internet_only_bastion_is_reached(component: Component) -> None:
    open_rules = [
        (name, rule["destinationPortRange"])
        for _, name, rule in _every_rule(component(NETWORK))
        if rule["direction"] == "Inbound"
        and rule["access"] == "Allow"
        and rule.get("sourceAddressPrefix") in ("Internet", "*", "0.0.0.0/0")
    ]

    assert open_rules == [("AllowHttpsInbound", "443")]


def test_desktops_of_the_nodes_are_reached_from_the_bastion_subnet_only(
    component: Component,
) -> None:
    rules = _rules(component(NETWORK), "nodes")
    desktop = [
        rule for rule in rules.values() if rule["access"] == "Allow" and "3389" in _ports(rule)
    ]

    assert [rule["sourceAddressPrefix"] for rule in desktop] == [
        "[parameters('bastionSubnetPrefix')]"
    ]


def test_without_bastion_no_desktop_is_reached_and_its_subnet_is_gone(
    component: Component,
) -> None:
    compiled = component(NETWORK, "network.access=[]")

    assert "AllowBastionInbound" not in _rules(compiled, "nodes")
    assert "AzureBastionSubnet" not in _subnets(compiled)
    assert "bastionSubnetPrefix" not in compiled.parameters
    assert "bastionSubnetResourceId" not in compiled.outputs
    assert len(compiled.all(NSG)) == 3


def test_nodes_take_portal_probe_and_tentacles_and_nothing_else(component: Component) -> None:
    rules = _rules(component(NETWORK), "nodes")
    inbound = {
        name: _ports(rule)
        for name, rule in rules.items()
        if rule["direction"] == "Inbound" and rule["access"] == "Allow"
    }

    assert inbound == {
        "AllowPortalInbound": ["443"],
        "AllowNodesInbound": ["443"],
        "AllowHealthProbeInbound": ["443"],
        "AllowPollingTentaclesInbound": ["[string(parameters('pollingPort'))]"],
        "AllowBastionInbound": ["3389"],
    }
    assert rules["AllowHealthProbeInbound"]["sourceAddressPrefix"] == "AzureLoadBalancer"


@pytest.mark.parametrize(
    ("rule", "parameter"),
    [
        ("AllowPortalInbound", "clientPrefixes"),
        ("AllowPollingTentaclesInbound", "pollingPrefixes"),
    ],
)
def test_whoever_is_named_replaces_the_virtual_network_as_source(
    component: Component, rule: str, parameter: str
) -> None:
    """One of the two forms is null: Azure takes a single prefix or a list, never both."""
    found = _rules(component(NETWORK), "nodes")[rule]

    assert found["sourceAddressPrefix"] == (
        f"[if(empty(parameters('{parameter}')), 'VirtualNetwork', null())]"
    )
    assert found["sourceAddressPrefixes"] == (
        f"[if(empty(parameters('{parameter}')), null(), parameters('{parameter}'))]"
    )


def test_grpc_port_is_open_only_where_it_is_asked_for(component: Component) -> None:
    without = component(NETWORK)
    with_grpc = component(NETWORK, "load_balancer.grpc=true")

    assert "grpcPort" not in without.parameters
    assert "AllowGrpcInbound" not in _rules(without, "nodes")
    rule = _rules(with_grpc, "nodes")["AllowGrpcInbound"]
    assert rule["destinationPortRange"] == "[string(parameters('grpcPort'))]"


def test_nodes_may_reach_what_azure_needs_them_to_reach(component: Component) -> None:
    """No rule denies the Internet, AzureCloud or 168.63.129.16: activation, agents, sign-in, time."""
    denied = {
        name: (rule["destinationAddressPrefix"], _ports(rule))
        for name, rule in _rules(component(NETWORK), "nodes").items()
        if rule["direction"] == "Outbound" and rule["access"] == "Deny"
    }

    assert denied == {
        "DenyHopOutbound": ("VirtualNetwork", ["3389"]),
        "DenySmbToInternetOutbound": ("Internet", ["139", "445"]),
    }


def test_private_endpoints_answer_the_nodes_only(component: Component) -> None:
    rules = _rules(component(NETWORK), "private-endpoints")

    assert list(rules) == ["AllowNodesInbound", "DenyAllInbound"]
    allowed = rules["AllowNodesInbound"]
    assert allowed["sourceAddressPrefix"] == "[parameters('nodesSubnetPrefix')]"
    assert allowed["destinationPortRanges"] == ["443", "445", "1433"]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        (
            "Inbound",
            [
                (100, "Allow", "Tcp", "Internet", "*", ["443"]),
                (110, "Allow", "Tcp", "GatewayManager", "*", ["443"]),
                (120, "Allow", "Tcp", "AzureLoadBalancer", "*", ["443"]),
                (130, "Allow", "*", "VirtualNetwork", "VirtualNetwork", ["8080", "5701"]),
                (4096, "Deny", "*", "*", "*", ["*"]),
            ],
        ),
        (
            "Outbound",
            [
                (100, "Allow", "*", "*", "VirtualNetwork", ["22", "3389"]),
                (110, "Allow", "Tcp", "*", "AzureCloud", ["443"]),
                (120, "Allow", "*", "VirtualNetwork", "VirtualNetwork", ["8080", "5701"]),
                (130, "Allow", "*", "*", "Internet", ["80"]),
                (4096, "Deny", "*", "*", "*", ["*"]),
            ],
        ),
    ],
)
def test_bastion_has_exactly_the_rules_that_azure_insists_on(
    component: Component, direction: str, expected: list[tuple[object, ...]]
) -> None:
    """Source: Azure documentation, "Working with NSG access and Azure Bastion"."""
    rules = _rules(component(NETWORK), "bastion").values()
    found = [
        (
            rule["priority"],
            rule["access"],
            rule["protocol"],
            rule["sourceAddressPrefix"],
            rule["destinationAddressPrefix"],
            _ports(rule),
        )
        for rule in rules
        if rule["direction"] == direction
    ]

    assert found == expected


def test_nat_gateway_and_its_address_are_of_one_tier(component: Component) -> None:
    """Azure refuses to join Standard and StandardV2."""
    compiled = component(NETWORK)
    gateway = compiled.only("Microsoft.Network/natGateways")
    address = compiled.only(PUBLIC_IP)

    assert gateway["sku"]["name"] == address["sku"]["name"] == "[parameters('natGatewaySku')]"
    assert compiled.parameters["natGatewaySku"]["allowedValues"] == ["Standard", "StandardV2"]
    assert address["properties"]["publicIPAllocationMethod"] == "Static"


def test_names_of_private_zones_follow_the_cloud(component: Component) -> None:
    compiled = component(NETWORK)
    names = [zone["name"] for zone in compiled.all(ZONES)]

    assert names == [
        "[variables('keyVaultDnsZoneNames')[environment().name]]",
        "[format('privatelink{0}', environment().suffixes.sqlServerHostname)]",
        "[format('privatelink.file.{0}', environment().suffixes.storage)]",
    ]
    assert compiled.template["variables"]["keyVaultDnsZoneNames"] == {
        "AzureCloud": "privatelink.vaultcore.azure.net",
        "AzureUSGovernment": "privatelink.vaultcore.usgovcloudapi.net",
        "AzureChinaCloud": "privatelink.vaultcore.azure.cn",
    }


def test_every_private_zone_is_linked_to_the_network_and_registers_nobody(
    component: Component,
) -> None:
    compiled = component(NETWORK)
    links = compiled.all(LINKS)

    assert len(links) == len(compiled.all(ZONES)) == 3
    for link in links:
        assert link["location"] == "global"
        assert link["properties"]["registrationEnabled"] is False
        assert "parameters('virtualNetworkName')" in link["properties"]["virtualNetwork"]["id"]


def test_network_logs_what_its_groups_and_its_address_see(component: Component) -> None:
    compiled = component(NETWORK)
    settings = compiled.all("Microsoft.Insights/diagnosticSettings")

    assert len(settings) == 1 + len(compiled.all(NSG)) + len(compiled.all(PUBLIC_IP))
    assert {setting["condition"] for setting in settings} == {
        "[not(empty(parameters('workspaceResourceId')))]"
    }


@pytest.mark.parametrize("gateway", [False, True], ids=["nothing-added", "gateway-subnet-added"])
def test_existing_network_takes_in_only_what_it_uses(gateway: bool) -> None:
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub"
    subnets: dict[str, Any] = {
        "nodes": {"name": "snet-nodes", "address_prefix": "10.40.0.0/26"},
        "private_endpoints": {"name": "snet-endpoints", "address_prefix": "10.40.0.64/26"},
        "load_balancer": {"name": "snet-balancer", "address_prefix": "10.40.0.128/28"},
    }
    access = []
    if gateway:
        name = {"name": "GatewaySubnet", "address_prefix": "10.40.0.192/27", "create": True}
        subnets["gateway"] = name
        access = [{"kind": "vpn-gateway", "point_to_site": {"kind": "entra"}}]
    network = {
        "kind": "existing",
        "virtual_network_id": f"{group}/providers/Microsoft.Network/virtualNetworks/vnet",
        "subnets": subnets,
        "private_dns_zones": dict.fromkeys(("key_vault", "sql", "file"), group),
        "access": access,
    }

    bundle = build(load(settings=[f"network={json.dumps(network)}"]))

    assert [each for each in bundle.findings if each.severity is not Severity.INFO] == []
    assert ("modules/network-subnets.bicep" in bundle.files) is gateway
