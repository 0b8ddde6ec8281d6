"""The load balancer: to the portal through the probe, to each node on a port of its own."""

from __future__ import annotations

from typing import Any

from octoha_templates.config.load import load
from octoha_templates.config.plan import network_plan

from .conftest import Compiled, Component

LOAD_BALANCER = "load-balancer/azure-load-balancer"
LOAD_BALANCERS = "Microsoft.Network/loadBalancers"


def _properties(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(LOAD_BALANCERS)["properties"]
    return properties


def test_load_balancer_is_standard_and_internal(component: Component) -> None:
    compiled = component(LOAD_BALANCER)
    (front_end,) = _properties(compiled)["frontendIPConfigurations"]

    assert compiled.only(LOAD_BALANCERS)["sku"] == {"name": "Standard", "tier": "Regional"}
    assert front_end["properties"]["subnet"]["id"] == "[parameters('loadBalancerSubnetResourceId')]"
    assert "publicIPAddress" not in front_end["properties"]
    assert not compiled.all("Microsoft.Network/publicIPAddresses")


def test_zones_are_left_out_where_there_are_none(component: Component) -> None:
    """An empty list is refused by Azure; null counts as not given."""
    (front_end,) = _properties(component(LOAD_BALANCER))["frontendIPConfigurations"]

    assert front_end["zones"] == "[if(empty(parameters('zones')), null(), parameters('zones'))]"
    assert component(LOAD_BALANCER, "nodes.zones=[]").parameters["zones"]["defaultValue"] == []


def test_fixed_address_makes_the_allocation_static(component: Component) -> None:
    compiled = component(LOAD_BALANCER, "load_balancer.private_ip_address=10.20.0.132")
    front_end = _properties(compiled)["frontendIPConfigurations"][0]["properties"]

    assert compiled.parameters["privateIpAddress"]["defaultValue"] == "10.20.0.132"
    assert front_end["privateIPAllocationMethod"] == (
        "[if(empty(parameters('privateIpAddress')), 'Dynamic', 'Static')]"
    )
    assert front_end["privateIPAddress"] == (
        "[if(empty(parameters('privateIpAddress')), null(), parameters('privateIpAddress'))]"
    )


def test_probe_asks_octopus_itself_over_https(component: Component) -> None:
    (probe,) = _properties(component(LOAD_BALANCER))["probes"]

    assert probe["properties"] == {
        "protocol": "Https",
        "port": 443,
        "requestPath": "/api/octopusservernodes/ping",
        "intervalInSeconds": 5,
        "probeThreshold": 2,
        "noHealthyBackendsBehavior": "AllProbedDown",
    }


def test_portal_is_balanced_without_affinity(component: Component) -> None:
    (rule,) = _properties(component(LOAD_BALANCER))["loadBalancingRules"]
    properties = rule["properties"]

    assert (properties["frontendPort"], properties["backendPort"]) == (443, 443)
    assert properties["loadDistribution"] == "Default"
    assert properties["enableTcpReset"] is True
    assert properties["disableOutboundSnat"] is True
    assert "probes" in properties["probe"]["id"]


def test_plain_http_is_not_balanced(component: Component) -> None:
    rules = _properties(component(LOAD_BALANCER, "load_balancer.grpc=true"))["loadBalancingRules"]

    assert 80 not in [rule["properties"]["frontendPort"] for rule in rules]


def test_each_node_has_a_polling_port_and_they_follow_each_other(component: Component) -> None:
    (copied,) = _properties(component(LOAD_BALANCER))["copy"]

    assert copied["name"] == "inboundNatRules"
    assert copied["count"] == "[length(parameters('nodeNames'))]"
    rule = copied["input"]
    assert (
        rule["name"]
        == "[format('polling-{0}', parameters('nodeNames')[copyIndex('inboundNatRules')])]"
    )
    assert rule["properties"]["frontendPort"] == (
        "[add(parameters('firstPollingPort'), copyIndex('inboundNatRules'))]"
    )
    assert rule["properties"]["backendPort"] == "[parameters('pollingPort')]"
    assert rule["properties"]["enableTcpReset"] is True


def test_polling_tentacles_never_go_through_a_rule_for_all_nodes(component: Component) -> None:
    """A Tentacle must reach the node that has work for it."""
    rules = _properties(component(LOAD_BALANCER))["loadBalancingRules"]

    assert "pollingPort" not in str(rules)


def test_grpc_is_balanced_only_where_it_is_asked_for(component: Component) -> None:
    compiled = component(LOAD_BALANCER, "load_balancer.grpc=true")
    _, grpc = _properties(compiled)["loadBalancingRules"]

    assert grpc["properties"]["frontendPort"] == "[parameters('grpcPort')]"
    assert grpc["properties"]["backendPort"] == "[parameters('grpcPort')]"
    assert "grpcPort" not in component(LOAD_BALANCER).parameters


def test_portal_zone_holds_the_address_of_the_front_end_and_nothing_else(
    component: Component,
) -> None:
    compiled = component(LOAD_BALANCER)

    assert compiled.only("Microsoft.Network/privateDnsZones")["name"] == (
        "[parameters('portalHostName')]"
    )
    record = compiled.only("Microsoft.Network/privateDnsZones/A")
    assert record["name"] == "[format('{0}/{1}', parameters('portalHostName'), '@')]"
    (address,) = record["properties"]["aRecords"]
    assert "frontendIPConfigurations[0].properties.privateIPAddress" in address["ipv4Address"]
    link = compiled.only("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    assert link["properties"]["registrationEnabled"] is False


def test_without_portal_zone_names_are_left_to_the_operator(component: Component) -> None:
    compiled = component(LOAD_BALANCER, "load_balancer.portal_dns_zone=false")

    assert not [
        item for item in compiled.template["resources"] if "privateDnsZones" in item["type"]
    ]
    assert "portalHostName" not in compiled.parameters
    assert "virtualNetworkResourceId" not in compiled.parameters


def test_polling_endpoints_are_told_node_by_node(component: Component) -> None:
    output = component(LOAD_BALANCER).template["outputs"]["pollingEndpoints"]

    assert output["copy"]["count"] == "[length(parameters('nodeNames'))]"
    assert output["copy"]["input"]["node"] == "[parameters('nodeNames')[copyIndex()]]"
    assert "add(parameters('firstPollingPort'), copyIndex())" in output["copy"]["input"]["address"]


PUBLIC = ("load_balancer.exposure=public", "network.client_prefixes=[203.0.113.0/26]")


def test_public_address_is_standard_spans_the_zones_and_has_a_name(component: Component) -> None:
    compiled = component(LOAD_BALANCER, *PUBLIC)
    address = compiled.only("Microsoft.Network/publicIPAddresses")
    (front_end,) = _properties(compiled)["frontendIPConfigurations"]

    assert address["sku"] == {"name": "Standard", "tier": "Regional"}
    assert address["zones"] == "[if(empty(parameters('zones')), null(), parameters('zones'))]"
    assert address["properties"]["publicIPAllocationMethod"] == "Static"
    # The zones are those of the address.
    assert "zones" not in front_end
    assert set(front_end["properties"]) == {"publicIPAddress"}


def test_name_of_a_public_address_cannot_be_taken_over(component: Component) -> None:
    compiled = component(LOAD_BALANCER, *PUBLIC, "load_balancer.dns_label=octopus-portal")
    settings = compiled.only("Microsoft.Network/publicIPAddresses")["properties"]["dnsSettings"]

    assert compiled.parameters["dnsLabel"]["defaultValue"] == "octopus-portal"
    assert settings["domainNameLabelScope"] == "TenantReuse"
    assert "uniqueString(resourceGroup().id)" in settings["domainNameLabel"]
    # Azure adds to the label, so the name is read and not put together.
    assert "dnsSettings.fqdn" in compiled.outputs["portalAddress"]
    assert compiled.outputs["portalTarget"] == "CNAME"


def test_public_portal_has_no_private_zone(component: Component) -> None:
    compiled = component(LOAD_BALANCER, *PUBLIC)

    assert not compiled.all("Microsoft.Network/privateDnsZones")
    assert "loadBalancerSubnetResourceId" not in compiled.parameters


def test_public_address_sends_its_logs(component: Component) -> None:
    scopes = [
        each["scope"]
        for each in component(LOAD_BALANCER, *PUBLIC).all("Microsoft.Insights/diagnosticSettings")
    ]

    assert len(scopes) == 2
    assert any("publicIPAddresses" in scope for scope in scopes)


def test_when_all_nodes_drain_nobody_is_let_in(component: Component) -> None:
    (probe,) = _properties(component(LOAD_BALANCER))["probes"]

    assert probe["properties"]["noHealthyBackendsBehavior"] == "AllProbedDown"


def _sources(*settings: str) -> dict[str, str]:
    plan = network_plan(load(None, settings=settings).stack)
    return {rule.name: rule.source.tag or rule.source.parameter for rule in plan.rules_of("nodes")}


def test_public_front_end_is_closed_except_for_the_prefixes_named() -> None:
    sources = _sources(*PUBLIC)

    assert sources["AllowPortalInbound"] == "clientPrefixes"
    assert sources["AllowPollingTentaclesInbound"] == "pollingPrefixes"
    assert "Internet" not in {
        source for name, source in sources.items() if not name.endswith("Outbound")
    }


def test_portal_and_polling_ports_are_opened_one_by_one() -> None:
    portal = _sources("load_balancer={exposure: public, open_to_internet: true}")
    polling = _sources("load_balancer={exposure: public, open_polling_to_internet: true}")

    assert portal["AllowInternetPortalInbound"] == "Internet"
    assert "AllowInternetPollingInbound" not in portal
    assert polling["AllowInternetPollingInbound"] == "Internet"
    assert "AllowInternetPortalInbound" not in polling


def test_public_balancer_takes_no_subnet() -> None:
    plan = network_plan(load(None, settings=PUBLIC).stack)

    assert not plan.has_subnet("load_balancer")
