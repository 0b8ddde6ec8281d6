"""One contract for everything that can stand in front of the nodes.

Whatever the kind: the other modules learn the address of the portal, the pools, the trusted proxies and
a way for polling Tentacles to each node; the health probe is Octopus's own and only 200 counts; there is
no affinity; and the polling port never goes through a rule for all nodes or an HTTP layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.model import LoadBalancer
from octoha_templates.config.plan import network_plan
from octoha_templates.pipeline import Bundle, build
from octoha_templates.rendering.components import kind_of

PING = "/api/octopusservernodes/ping"
OUTPUTS = {
    "name",
    "portalAddress",
    "portalTarget",
    "backendAddressPools",
    "applicationGatewayBackendAddressPools",
    "trustedProxies",
}
CLIENTS = ("network.client_prefixes=[203.0.113.0/26]", "network.polling_prefixes=[203.0.113.0/26]")

ENDPOINTS = ", ".join(
    f"{{node: octopus-{number}, address: '10.0.4.10:{10942 + number}'}}" for number in (1, 2, 3)
)

PROFILE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"
    "/Microsoft.Network/trafficManagerProfiles/traf"
)

# The one place that the appliances are configured from.
JUMP_BOX = "network={access: [{kind: bastion}, {kind: jump-box}]}"

VAULT_CERTIFICATE = (
    "octopus.certificate={kind: key-vault, certificate_name: octopus, vault_id: /subscriptions/"
    "00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-octopus}"
)

# Every kind, and every shape of it, with what it needs at least.
SHAPES: dict[str, tuple[str, ...]] = {
    "azure-load-balancer": ("load_balancer={kind: azure-load-balancer, grpc: true}",),
    "azure-load-balancer public": ("load_balancer={exposure: public, grpc: true}", *CLIENTS),
    "application-gateway": ("load_balancer={kind: application-gateway, polling: {grpc: true}}",),
    "application-gateway public": (
        "load_balancer={kind: application-gateway, exposure: public, polling: {exposure: public}}",
        *CLIENTS,
    ),
    "front-door": ("load_balancer={kind: front-door, grpc: true}", *CLIENTS),
    "front-door with a certificate of a vault": (
        "load_balancer={kind: front-door, certificate: key-vault, http_redirect: true}",
        VAULT_CERTIFICATE,
        *CLIENTS,
    ),
    "existing": (
        f"load_balancer={{kind: existing, portal_address: 10.0.4.10, polling_endpoints: [{ENDPOINTS}]}}",
    ),
    "existing with polling": (
        "load_balancer={kind: existing, portal_address: b.example.com, polling: {}}",
    ),
    "f5-big-ip": ("load_balancer={kind: f5-big-ip, polling: {grpc: true}}", JUMP_BOX),
    "f5-big-ip passthrough public": (
        (
            "load_balancer={kind: f5-big-ip, tls: passthrough, exposure: public, "
            "polling: {exposure: public}}"
        ),
        *CLIENTS,
        JUMP_BOX,
    ),
    "traffic-manager public": ("load_balancer={kind: traffic-manager, grpc: true}", *CLIENTS),
    "traffic-manager public, profile of another stack": (
        f"load_balancer={{kind: traffic-manager, profile: {{kind: existing, profile_id: {PROFILE}}}}}",
        "nodes.task_cap=0",
        *CLIENTS,
    ),
    "kemp-loadmaster": ("load_balancer={kind: kemp-loadmaster, polling: {grpc: true}}", JUMP_BOX),
    "kemp-loadmaster passthrough public": (
        (
            "load_balancer={kind: kemp-loadmaster, tls: passthrough, exposure: public, "
            "polling: {exposure: public}}"
        ),
        *CLIENTS,
        JUMP_BOX,
    ),
}
# Where a balancer that ends TLS calls the nodes from.
ENDS_TLS = {
    "application-gateway": "applicationGatewaySubnetPrefix",
    "application-gateway public": "applicationGatewaySubnetPrefix",
    "front-door": "privateLinkSubnetPrefix",
    "front-door with a certificate of a vault": "privateLinkSubnetPrefix",
}
# The addresses that two appliances call the nodes from, and where they are told how to ask them.
CALLS_FROM = {"f5-big-ip": "externalAddress", "kemp-loadmaster": "address"}
DOCUMENTS = {
    "f5-big-ip": "documents/f5-as3.json",
    "kemp-loadmaster": "documents/loadmaster.json",
}

Json = dict[str, Any]
in_every_shape = pytest.mark.parametrize("shape", SHAPES)


@cache
def _stack(shape: str) -> Bundle:
    return build(load(None, settings=SHAPES[shape]))


def _module(shape: str, symbol: str) -> Json | None:
    """Give the compiled module of a symbol of main.bicep, by the name of its deployment."""
    for resource in _stack(shape).template["resources"]:
        if resource["name"].startswith("[format('{0}-" + symbol + "'"):
            template: Json = resource["properties"]["template"]
            return template
    return None


def _get(shape: str, symbol: str) -> Json:
    module = _module(shape, symbol)
    assert module is not None, f"{shape} has no {symbol}"
    return module


def _resources(shape: str, resource_type: str) -> Iterator[Json]:
    for resource in _stack(shape).template["resources"]:
        for inner in resource["properties"]["template"]["resources"]:
            if inner["type"] == resource_type:
                yield inner["properties"]


def test_every_kind_is_held_to_the_contract() -> None:
    """A new kind gets a line in SHAPES."""
    kinds = {str(kind.__struct_config__.tag) for kind in get_args(LoadBalancer)}

    assert {shape.split()[0] for shape in SHAPES} == kinds
    for shape, settings in SHAPES.items():
        assert kind_of(load(None, settings=settings).stack.load_balancer) == shape.split()[0]


@in_every_shape
def test_whole_stack_has_no_finding_but_what_it_opens(shape: str) -> None:
    codes = {finding.code for finding in _stack(shape).findings}

    # What it opens, that nodes do not see who calls where TLS passes through, that there is one region,
    # and what Front Door refuses.
    assert codes <= {"OCT664", "OCT725", "OCT682", "OCT740", "OCT742", "OCT748"}, codes


@in_every_shape
def test_balancer_says_what_the_others_ask_of_it(shape: str) -> None:
    outputs = _get(shape, "load-balancer")["outputs"]

    assert set(outputs) >= OUTPUTS
    assert outputs["portalTarget"]["value"] in ("A", "CNAME", "[parameters('balancerRecordType')]")
    for name in ("backendAddressPools", "applicationGatewayBackendAddressPools", "trustedProxies"):
        assert outputs[name]["type"] == "array", name


@in_every_shape
def test_person_who_deploys_learns_where_the_name_leads_and_where_tentacles_poll(
    shape: str,
) -> None:
    assert {"portalAddress", "portalTarget", "pollingEndpoints"} <= set(
        _stack(shape).template["outputs"]
    )


@in_every_shape
def test_proxies_are_trusted_exactly_where_tls_ends_before_the_nodes(shape: str) -> None:
    output = _get(shape, "load-balancer")["outputs"]["trustedProxies"]
    if shape in CALLS_FROM:
        assert output["copy"]["count"] == "[length(variables('units'))]"
        assert output["copy"]["input"] == f"[variables('units')[copyIndex()].{CALLS_FROM[shape]}]"
        return

    trusted = output["value"]
    if shape in ENDS_TLS:
        assert trusted == [f"[parameters('{ENDS_TLS[shape]}')]"]
    else:
        assert trusted in ([], "[parameters('proxyPrefixes')]")


@in_every_shape
def test_nodes_believe_the_proxies_that_the_balancer_names(shape: str) -> None:
    (server,) = [
        resource
        for resource in _stack(shape).template["resources"]
        if resource["name"] == "[format('{0}-octopus-server', parameters('namePrefix'))]"
    ]
    trusted = server["properties"]["parameters"]["trustedProxies"]["value"]

    if shape in ENDS_TLS:
        # Without waiting for the gateway, which takes minutes and which Octopus does not need to start.
        assert f"parameters('{ENDS_TLS[shape]}')" in trusted
        assert not [each for each in server["dependsOn"] if "-load-balancer'" in each]
    elif shape.startswith("existing") or shape.split(maxsplit=1)[0] in DOCUMENTS:
        assert "outputs.trustedProxies" in trusted
    else:
        assert trusted == "[parameters('trustedProxies')]"


@in_every_shape
def test_ports_that_are_balanced_are_the_ports_that_the_nodes_are_open_on(shape: str) -> None:
    """The security group of the nodes opens what the balancers send, and nothing else for clients."""
    balanced: set[str] = set()
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        rules = [rule["properties"] for rule in properties.get("loadBalancingRules", ())]
        rules += [
            copied["input"]["properties"]
            for copied in properties.get("copy", ())
            if copied["name"] == "inboundNatRules"
        ]
        balanced |= {_port(rule["backendPort"]) for rule in rules}
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        settings = properties["backendHttpSettingsCollection"]
        balanced |= {_port(each["properties"]["port"]) for each in settings}
    if shape.startswith("existing"):
        balanced |= {"443", "pollingPort"}
    plan = network_plan(load(None, settings=SHAPES[shape]).stack)
    opened = {
        port
        for rule in plan.rules_of("nodes")
        if rule.direction == "Inbound" and rule.access == "Allow"
        if rule.source.parameter in ("clientPrefixes", "pollingPrefixes")
        or rule.source.subnet in ("application_gateway", "appliance_external", "private_link")
        for port in rule.ports
    }

    assert opened == balanced


def _port(value: Any) -> str:
    """Give a port as the network plan does: its number, or the parameter that holds it."""
    return str(value).removeprefix("[parameters('").removesuffix("')]")


@in_every_shape
def test_there_is_one_way_per_node_for_polling_tentacles(shape: str) -> None:
    balancer, polling = _get(shape, "load-balancer"), _module(shape, "polling-load-balancer")
    outputs = [
        each["outputs"]["pollingEndpoints"]
        for each in (balancer, polling)
        if each and "pollingEndpoints" in each["outputs"]
    ]

    assert len(outputs) == 1
    if "copy" in outputs[0]:
        assert outputs[0]["copy"]["count"] == "[length(parameters('nodeNames'))]"
        assert "copyIndex()" in outputs[0]["copy"]["input"]["address"]


@in_every_shape
def test_interfaces_of_the_nodes_join_the_rules_that_lead_to_them(shape: str) -> None:
    (nodes,) = [
        resource["properties"]["parameters"]
        for resource in _stack(shape).template["resources"]
        if resource["name"] == "[format('{0}-nodes', parameters('namePrefix'))]"
    ]
    makes_rules = any(
        copied["name"] == "inboundNatRules"
        for properties in _resources(shape, "Microsoft.Network/loadBalancers")
        for copied in properties.get("copy", ())
    )

    assert ("pollingLoadBalancerResourceId" in nodes) == makes_rules


@in_every_shape
def test_every_probe_is_octopus_and_counts_200_only(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        for probe in properties.get("probes", ()):
            if shape.split(maxsplit=1)[0] in DOCUMENTS and "probePort" in str(probe):
                # It finds the active appliance, and that one asks the nodes.
                assert PING in _stack(shape).files[DOCUMENTS[shape.split(maxsplit=1)[0]]].decode()
                continue
            assert probe["properties"]["protocol"] == "Https"
            assert probe["properties"]["requestPath"] == PING
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        for probe in properties["probes"]:
            assert probe["properties"]["protocol"] == "Https"
            assert probe["properties"]["path"] == PING
            assert probe["properties"]["match"] == {"statusCodes": ["200"]}
    for properties in _resources(shape, "Microsoft.Network/trafficmanagerprofiles"):
        monitor = properties["monitorConfig"]
        assert (monitor["protocol"], monitor["port"], monitor["path"]) == ("HTTPS", 443, PING)
        assert monitor["expectedStatusCodeRanges"] == [{"min": 200, "max": 200}]
    # Front Door counts 200 and nothing else.
    for properties in _resources(shape, "Microsoft.Cdn/profiles/originGroups"):
        assert properties["healthProbeSettings"]["probeProtocol"] == "Https"
        assert properties["healthProbeSettings"]["probePath"] == PING
        assert properties["healthProbeSettings"]["probeRequestType"] == "GET"


@in_every_shape
def test_every_rule_for_all_nodes_asks_the_probe(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        for rule in properties.get("loadBalancingRules", ()):
            assert "probes" in rule["properties"]["probe"]["id"]
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        for settings in properties["backendHttpSettingsCollection"]:
            assert "probes" in settings["properties"]["probe"]["id"]


@in_every_shape
def test_somebody_is_told_what_the_probe_is(shape: str) -> None:
    """Of a balancer that exists already, the runbook says how it has to ask."""
    files = _stack(shape).files

    assert any(PING in content.decode() for content in files.values())
    if shape.startswith("existing"):
        assert "418" in files["DEPLOY.md"].decode()


@in_every_shape
def test_there_is_no_affinity(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        for rule in properties.get("loadBalancingRules", ()):
            assert rule["properties"]["loadDistribution"] == "Default"
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        for settings in properties["backendHttpSettingsCollection"]:
            assert settings["properties"]["cookieBasedAffinity"] == "Disabled"
    for properties in _resources(shape, "Microsoft.Cdn/profiles/originGroups"):
        assert properties["sessionAffinityState"] == "Disabled"


@in_every_shape
def test_node_that_drains_keeps_what_it_has_and_gets_nothing_new(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        for probe in properties.get("probes", ()):
            assert probe["properties"]["noHealthyBackendsBehavior"] == "AllProbedDown"
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        for settings in properties["backendHttpSettingsCollection"]:
            assert settings["properties"]["connectionDraining"]["enabled"] is True


@in_every_shape
def test_polling_port_goes_through_no_rule_for_all_nodes(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        rules = str(properties.get("loadBalancingRules", ""))
        assert "pollingPort" not in rules
        assert "10943" not in rules


@in_every_shape
def test_no_http_layer_carries_the_polling_or_the_grpc_port(shape: str) -> None:
    for properties in _resources(shape, "Microsoft.Network/applicationGateways"):
        ports = {port["properties"]["port"] for port in properties["frontendPorts"]}
        assert ports <= {80, 443}
        assert "10943" not in str(properties)
        assert "8443" not in str(properties)
    for properties in _resources(shape, "Microsoft.Cdn/profiles/originGroups/origins"):
        assert (properties["httpPort"], properties["httpsPort"]) == (80, 443)
    for properties in _resources(shape, "Microsoft.Cdn/profiles/afdEndpoints/routes"):
        assert properties["forwardingProtocol"] == "HttpsOnly"


@in_every_shape
def test_load_balancers_are_standard_and_give_no_way_out(shape: str) -> None:
    for resource in _stack(shape).template["resources"]:
        for inner in resource["properties"]["template"]["resources"]:
            if inner["type"] in (
                "Microsoft.Network/loadBalancers",
                "Microsoft.Network/publicIPAddresses",
            ):
                assert inner["sku"]["name"] != "Basic"
    for properties in _resources(shape, "Microsoft.Network/loadBalancers"):
        assert "outboundRules" not in properties
        for rule in properties.get("loadBalancingRules", ()):
            assert rule["properties"]["disableOutboundSnat"] is True
            assert rule["properties"]["enableTcpReset"] is True


@in_every_shape
def test_only_what_is_called_public_has_a_public_address(shape: str) -> None:
    names = [
        inner["name"]
        for resource in _stack(shape).template["resources"]
        for inner in resource["properties"]["template"]["resources"]
        if inner["type"] == "Microsoft.Network/publicIPAddresses"
    ]
    fronts = [name for name in names if "-portal'" in name or "-polling'" in name]

    assert bool(fronts) == ("public" in shape)
