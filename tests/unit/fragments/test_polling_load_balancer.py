"""The balancer beside a layer-7 one: a port per node for polling Tentacles, and gRPC when asked for."""

from __future__ import annotations

from typing import Any

from octoha_templates.config.load import load
from octoha_templates.config.plan import network_plan

from .conftest import Compiled, Component

POLLING = "load-balancer/polling"
LOAD_BALANCERS = "Microsoft.Network/loadBalancers"
GRPC = "load_balancer={kind: application-gateway, polling: {grpc: true}}"
PUBLIC = "load_balancer={kind: application-gateway, polling: {exposure: public}}"
TENTACLES = "network.polling_prefixes=[203.0.113.64/28]"


def _properties(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(LOAD_BALANCERS)["properties"]
    return properties


def test_each_node_has_a_port_that_leads_to_it_alone(component: Component) -> None:
    (copied,) = _properties(component(POLLING))["copy"]

    assert copied["name"] == "inboundNatRules"
    assert copied["input"]["properties"]["frontendPort"] == (
        "[add(parameters('firstPollingPort'), copyIndex('inboundNatRules'))]"
    )
    assert copied["input"]["properties"]["backendPort"] == "[parameters('pollingPort')]"
    assert copied["input"]["properties"]["enableTcpReset"] is True


def test_without_grpc_nothing_is_balanced(component: Component) -> None:
    compiled = component(POLLING)

    assert not {"backendAddressPools", "probes", "loadBalancingRules"} & set(_properties(compiled))
    assert compiled.outputs["backendAddressPools"] == []


def test_grpc_is_balanced_over_the_nodes_that_take_tasks(component: Component) -> None:
    compiled = component(POLLING, GRPC)
    (rule,) = _properties(compiled)["loadBalancingRules"]
    (probe,) = _properties(compiled)["probes"]

    assert rule["properties"]["frontendPort"] == "[parameters('grpcPort')]"
    assert rule["properties"]["disableOutboundSnat"] is True
    assert probe["properties"]["requestPath"] == "/api/octopusservernodes/ping"
    assert len(compiled.outputs["backendAddressPools"]) == 1


def test_it_is_inside_unless_it_is_called_public(component: Component) -> None:
    inside, outside = component(POLLING), component(POLLING, PUBLIC, TENTACLES)

    assert not inside.all("Microsoft.Network/publicIPAddresses")
    assert outside.only("Microsoft.Network/publicIPAddresses")["sku"]["name"] == "Standard"
    assert "dnsSettings.fqdn" in str(outside.outputs["pollingEndpoints"])


def test_its_name_differs_from_the_one_of_the_portal(component: Component) -> None:
    """Both can be in one resource group."""
    portal = component("load-balancer/azure-load-balancer")

    assert (
        component(POLLING).parameters["loadBalancerName"]["defaultValue"]
        != portal.parameters["loadBalancerName"]["defaultValue"]
    )


def test_public_polling_is_closed_except_for_the_prefixes_named() -> None:
    closed = network_plan(load(None, settings=(PUBLIC, TENTACLES)).stack).rules_of("nodes")
    opened = network_plan(
        load(None, settings=(PUBLIC.replace("public}", "public, open_to_internet: true}"),)).stack
    ).rules_of("nodes")

    assert "AllowInternetPollingInbound" not in [rule.name for rule in closed]
    assert "AllowInternetPollingInbound" in [rule.name for rule in opened]
    # The portal stays behind the gateway.
    assert "AllowInternetPortalInbound" not in [rule.name for rule in opened]


def test_without_polling_the_port_is_closed() -> None:
    settings = ("load_balancer={kind: application-gateway, polling: null}",)
    plan = network_plan(load(None, settings=settings).stack)

    assert "pollingPort" not in {port for rule in plan.rules for port in rule.ports}
    assert not plan.has_subnet("load_balancer")
