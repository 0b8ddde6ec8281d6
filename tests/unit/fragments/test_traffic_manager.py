"""Traffic Manager: a public balancer in the region, and a profile that one stack owns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from octoha_templates.config.load import load
from octoha_templates.config.plan import network_plan
from octoha_templates.pipeline import build

from .conftest import Compiled, Component

TRAFFIC_MANAGER = "load-balancer/traffic-manager"
AZURE_LOAD_BALANCER = "load-balancer/azure-load-balancer"
ALERTS = "monitoring/alerts"
PROFILES = "Microsoft.Network/trafficmanagerprofiles"
ROOT = Path(__file__).resolve().parents[3]
IN = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network"
CLIENTS = "network.client_prefixes=[203.0.113.0/26]"
SECOND = f"{{kind: azure, name: northeurope, resource_id: {IN}/publicIPAddresses/pip, priority: 2}}"
EXISTING = f"load_balancer.profile={{kind: existing, profile_id: {IN}/trafficManagerProfiles/traf}}"
KIND = "load_balancer.kind=traffic-manager"


def _set(*lines: str) -> tuple[str, ...]:
    """Set keys of the profile, on top of the kind."""
    return (CLIENTS, f"load_balancer={{kind: traffic-manager, profile: {{{', '.join(lines)}}}}}")


def _profile(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(PROFILES)["properties"]
    return properties


def _default(compiled: Compiled, parameter: str) -> Any:
    return compiled.parameters[parameter]["defaultValue"]


def test_profile_asks_octopus_itself_by_the_name_of_the_portal(component: Component) -> None:
    monitor = _profile(component(TRAFFIC_MANAGER))["monitorConfig"]

    assert monitor["protocol"] == "HTTPS"
    assert monitor["port"] == 443
    assert monitor["path"] == "/api/octopusservernodes/ping"
    # A region whose nodes all drain answers 418, and a redirect is no portal.
    assert monitor["expectedStatusCodeRanges"] == [{"min": 200, "max": 200}]
    assert monitor["customHeaders"] == [{"name": "Host", "value": "[parameters('portalHostName')]"}]


@pytest.mark.parametrize(
    ("interval", "timeout", "expected"), [(30, None, 10), (10, None, 9), (10, 5, 5), (30, 10, 10)]
)
def test_health_check_may_take_as_long_as_azure_allows_for_its_interval(
    component: Component, interval: int, timeout: int | None, expected: int
) -> None:
    given = (f"interval_seconds: {interval}", *([f"timeout_seconds: {timeout}"] if timeout else []))
    compiled = component(TRAFFIC_MANAGER, *_set(*given))

    assert _default(compiled, "probeIntervalInSeconds") == interval
    assert _default(compiled, "probeTimeoutInSeconds") == expected
    assert compiled.parameters["probeIntervalInSeconds"]["allowedValues"] == [10, 30]


def test_profile_is_global_and_named_by_nobody_else(component: Component) -> None:
    profile = component(TRAFFIC_MANAGER).only(PROFILES)

    assert profile["location"] == "global"
    assert "uniqueString(resourceGroup().id)" in profile["properties"]["dnsConfig"]["relativeName"]
    assert profile["properties"]["profileStatus"] == "Enabled"


def test_where_queries_come_from_is_not_collected_unless_asked_for(component: Component) -> None:
    assert _default(component(TRAFFIC_MANAGER), "trafficView") == "Disabled"
    asked = component(TRAFFIC_MANAGER, *_set("traffic_view: true"))
    assert _default(asked, "trafficView") == "Enabled"


def test_stack_is_an_endpoint_by_its_public_address(component: Component) -> None:
    compiled = component(TRAFFIC_MANAGER)
    endpoints = _profile(compiled)["endpoints"]

    assert endpoints.startswith("[concat(createArray(createObject('name', parameters('namePrefix')")
    assert "'Microsoft.Network/trafficManagerProfiles/azureEndpoints'" in endpoints
    assert "'targetResourceId', resourceId('Microsoft.Network/publicIPAddresses'" in endpoints
    assert endpoints.endswith("parameters('endpoints'))]")
    assert _default(compiled, "ownEndpoint") == {
        "alwaysServe": "Disabled",
        "endpointStatus": "Enabled",
        "priority": 1,
    }


def test_endpoint_that_azure_knows_has_a_name_in_dns(component: Component) -> None:
    """Azure takes a public address as an endpoint only when it has a DNS label."""
    address = component(TRAFFIC_MANAGER).only("Microsoft.Network/publicIPAddresses")

    assert address["properties"]["dnsSettings"]["domainNameLabel"]
    assert address["sku"]["name"] == "Standard"
    assert address["properties"]["publicIPAllocationMethod"] == "Static"


@pytest.mark.parametrize(
    ("routing", "own", "key"),
    [
        ("priority", "priority: 7", ("priority", 7)),
        ("weighted", "weight: 7", ("weight", 7)),
        ("geographic", "geo_mapping: [WORLD]", ("geoMapping", ["WORLD"])),
    ],
)
def test_each_routing_reads_its_own_key(
    component: Component, routing: str, own: str, key: tuple[str, Any]
) -> None:
    compiled = component(TRAFFIC_MANAGER, *_set(f"routing: {routing}", f"own: {{{own}}}"))
    endpoint = _default(compiled, "ownEndpoint")

    assert _default(compiled, "routingMethod") == routing.capitalize()
    assert endpoint[key[0]] == key[1]
    assert {"priority", "weight", "geoMapping"} & set(endpoint) == {key[0]}


def test_endpoints_of_every_kind_are_what_azure_wants(component: Component) -> None:
    compiled = component(
        TRAFFIC_MANAGER,
        *_set(
            "routing: performance",
            "endpoints: ["
            f"{{kind: azure, name: a, resource_id: {IN}/publicIPAddresses/pip, enabled: false}}, "
            "{kind: external, name: e, host: portal.example.com, location: uksouth, always_serve: true}, "
            f"{{kind: nested, name: n, profile_id: {IN}/trafficManagerProfiles/p, location: eastus, "
            "min_child_endpoints: 2}]",
        ),
    )

    assert _default(compiled, "endpoints") == [
        {
            "name": "a",
            "type": "Microsoft.Network/trafficManagerProfiles/azureEndpoints",
            "properties": {
                "targetResourceId": f"{IN}/publicIPAddresses/pip",
                "alwaysServe": "Disabled",
                "endpointStatus": "Disabled",
            },
        },
        {
            "name": "e",
            "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
            "properties": {
                "target": "portal.example.com",
                "alwaysServe": "Enabled",
                "endpointLocation": "uksouth",
                "endpointStatus": "Enabled",
            },
        },
        {
            "name": "n",
            "type": "Microsoft.Network/trafficManagerProfiles/nestedEndpoints",
            # Azure has no switch for health checks on a nested one.
            "properties": {
                "targetResourceId": f"{IN}/trafficManagerProfiles/p",
                "minChildEndpoints": 2,
                "endpointLocation": "eastus",
                "endpointStatus": "Enabled",
            },
        },
    ]


@pytest.mark.parametrize("routing", ["priority", "weighted", "performance", "geographic"])
def test_endpoints_of_every_routing_fit_the_schema_of_azure(
    component: Component, routing: str
) -> None:
    """They are a parameter, so the validation of the template does not look into them."""
    placed = {"priority": "priority: 2, ", "weighted": "weight: 9, "}.get(routing, "")
    placed = "geo_mapping: [GEO-EU], " if routing == "geographic" else placed
    compiled = component(
        TRAFFIC_MANAGER,
        *_set(
            f"routing: {routing}",
            "own: {geo_mapping: [WORLD]}" if routing == "geographic" else "own: {}",
            f"endpoints: [{{kind: external, name: e, {placed}host: portal.example.com, location: uksouth}}]",
        ),
    )
    schema = json.loads((ROOT / "schemas/2022-04-01/Microsoft.Network.json").read_text())
    endpoint = json.loads(
        json.dumps(schema["definitions"]["Endpoint.properties"]).replace(
            "https://schema.management.azure.com/schemas/common/definitions.json#/definitions/expression",
            "#/definitions/none",
        )
    )
    validator = Draft7Validator(
        endpoint | {"definitions": schema["definitions"] | {"none": {"not": {}}}}
    )
    given = [item["properties"] for item in _default(compiled, "endpoints")]

    for properties in (*given, _default(compiled, "ownEndpoint")):
        assert list(validator.iter_errors(properties)) == []
    assert list(validator.iter_errors({"prioritty": 1}))


def test_name_of_the_portal_leads_to_the_profile_and_tentacles_to_the_region(
    component: Component,
) -> None:
    outputs = component(TRAFFIC_MANAGER).outputs

    # The suffix differs from cloud to cloud, so Azure says it.
    assert "trafficmanagerprofiles" in outputs["portalAddress"]
    assert outputs["portalAddress"].endswith(".dnsConfig.fqdn]")
    assert "trafficmanager" not in str(outputs["pollingEndpoints"])
    assert "dnsSettings.fqdn" in str(outputs["pollingEndpoints"])
    assert outputs["regionalAddress"].endswith(".dnsSettings.fqdn]")


def test_no_cloud_is_written_into_the_template(component: Component) -> None:
    for settings in ((), (CLIENTS, KIND, EXISTING)):
        text = str(component(TRAFFIC_MANAGER, *settings).template)
        assert "trafficmanager.net" not in text
        assert "cloudapp" not in text


def test_profile_of_another_stack_is_read_and_never_written(component: Component) -> None:
    compiled = component(TRAFFIC_MANAGER, CLIENTS, KIND, EXISTING)

    assert not compiled.all(PROFILES)
    assert not [item for item in compiled.template["resources"] if "ndpoint" in item["type"]]
    assert compiled.outputs["portalAddress"].endswith(".dnsConfig.fqdn]")
    assert "ublicIPAddresses" in compiled.outputs["endpointResourceId"]
    assert compiled.all("Microsoft.Network/loadBalancers")


def test_balancer_of_the_region_is_the_public_azure_load_balancer(component: Component) -> None:
    """One source of truth: it differs in nothing."""
    types = ("Microsoft.Network/loadBalancers", "Microsoft.Network/publicIPAddresses")
    for grpc in ("false", "true"):
        here = component(
            TRAFFIC_MANAGER, CLIENTS, f"load_balancer={{kind: traffic-manager, grpc: {grpc}}}"
        )
        there = component(
            AZURE_LOAD_BALANCER,
            CLIENTS,
            f"load_balancer={{kind: azure-load-balancer, exposure: public, grpc: {grpc}}}",
        )
        for resource_type in types:
            assert here.only(resource_type) == there.only(resource_type)


def test_health_checks_are_logged(component: Component) -> None:
    (setting,) = [
        item
        for item in component(TRAFFIC_MANAGER).all("Microsoft.Insights/diagnosticSettings")
        if "trafficmanagerprofiles" in item["scope"]
    ]

    assert setting["properties"]["logs"] == [
        {"category": "ProbeHealthStatusEvents", "enabled": True}
    ]


def _nodes_rules(*settings: str) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    plan = network_plan(load(None, settings=settings).stack)
    return {
        rule.name: (rule.source.tag, rule.source.parameter, rule.ports)
        for rule in plan.rules_of("nodes")
        if rule.direction == "Inbound" and rule.access == "Allow"
    }


@pytest.mark.parametrize("profile", [(), (EXISTING,)])
def test_nodes_are_open_to_the_service_tag_and_to_those_named_only(
    profile: tuple[str, ...],
) -> None:
    rules = _nodes_rules(CLIENTS, KIND, *profile)

    assert rules["AllowTrafficManagerInbound"] == ("AzureTrafficManager", "", ("443",))
    assert rules["AllowPortalInbound"] == ("", "clientPrefixes", ("443",))
    assert rules["AllowPollingTentaclesInbound"] == ("", "pollingPrefixes", ("pollingPort",))
    assert not [name for name, (tag, _, _) in rules.items() if tag in ("Internet", "*")]


def test_internet_is_let_in_when_the_config_says_so_by_name() -> None:
    rules = _nodes_rules(KIND, "load_balancer.open_to_internet=true")

    assert rules["AllowInternetPortalInbound"] == ("Internet", "", ("443",))
    assert "AllowInternetPollingInbound" not in rules


def test_other_balancers_are_not_open_to_traffic_manager() -> None:
    assert "AllowTrafficManagerInbound" not in _nodes_rules(
        CLIENTS, "load_balancer.exposure=public"
    )


def test_alert_watches_the_endpoints_that_are_in_use(component: Component) -> None:
    compiled = component(ALERTS, *_set(f"endpoints: [{SECOND}]"))
    alert = compiled.find("Microsoft.Insights/metricAlerts", "portal-region")["properties"]
    (criterion,) = alert["criteria"]["allOf"]

    assert alert["scopes"] == ["[parameters('trafficManagerProfileResourceId')]"]
    assert criterion["metricName"] == "ProbeAgentCurrentEndpointStateByProfileResourceId"
    assert criterion["metricNamespace"] == "Microsoft.Network/trafficManagerProfiles"
    assert (criterion["operator"], criterion["timeAggregation"]) == ("LessThan", "Average")
    assert criterion["threshold"] in (0.5, "[json('0.5')]")
    assert criterion["dimensions"] == [
        {
            "name": "EndpointName",
            "operator": "Include",
            "values": "[parameters('watchedEndpoints')]",
        }
    ]


def _main(*settings: str) -> dict[str, Any]:
    template: dict[str, Any] = build(load(None, settings=settings)).template
    return template


def test_endpoint_that_is_out_of_use_is_not_watched() -> None:
    out_of_use = SECOND.replace("}", ", enabled: false}")
    used, unused = (
        _main(*_set(f"endpoints: [{SECOND}]")),
        _main(*_set(f"endpoints: [{out_of_use}]")),
    )

    watched = "trafficManagerWatchedEndpoints"
    assert used["parameters"][watched]["defaultValue"] == ["northeurope"]
    assert unused["parameters"][watched]["defaultValue"] == []
    # The stack's own, unless somebody has taken it out of use.
    (alerts,) = [item for item in used["resources"] if "-alerts'" in item["name"]]
    assert alerts["properties"]["parameters"]["watchedEndpoints"]["value"] == (
        "[concat(if(equals(parameters('trafficManagerOwnEndpoint').endpointStatus, 'Enabled'), "
        "createArray(parameters('namePrefix')), createArray()), "
        "parameters('trafficManagerWatchedEndpoints'))]"
    )


def test_stack_that_does_not_own_the_profile_does_not_watch_it(component: Component) -> None:
    compiled = component(ALERTS, CLIENTS, KIND, EXISTING)

    assert "trafficManagerProfileResourceId" not in compiled.parameters
    assert compiled.find("Microsoft.Insights/metricAlerts", "portal-probe")


def test_runbook_moves_database_and_files_before_the_name() -> None:
    for settings in (_set(f"endpoints: [{SECOND}]"), (CLIENTS, KIND, EXISTING, "nodes.task_cap=0")):
        text = build(load(None, settings=settings)).files["DEPLOY.md"].decode()
        steps = [
            text.index(f"{number}. **{what}**")
            for number, what in enumerate(
                (
                    "Close the region that is left",
                    "Stop its nodes",
                    "The database",
                    "The files",
                    "The nodes",
                    "The task caps",
                    "The profile",
                    "The configs",
                ),
                1,
            )
        ]
        assert steps == sorted(steps)


def test_runbook_says_how_long_it_takes_to_notice() -> None:
    given = ("ttl_seconds: 30", "interval_seconds: 10", "tolerated_failures: 2")
    text = build(load(None, settings=_set(*given))).files["DEPLOY.md"].decode()

    # Three checks in a row, the last one as long as it may take, and what resolvers keep.
    assert "after 69 seconds at most" in text


@pytest.mark.parametrize("sample", ["traffic-manager", "traffic-manager-second-region"])
def test_samples_of_two_regions_fit_each_other(sample: str) -> None:
    stacks = {
        name: load(ROOT / "samples" / f"{name}.yaml").stack
        for name in ("traffic-manager", "traffic-manager-second-region")
    }
    first, second = stacks.values()

    assert stacks[sample].octopus == first.octopus
    assert stacks[sample].storage == first.storage
    assert not set(first.node_names) & set(second.node_names)
    assert first.nodes.task_cap > 0
    assert second.nodes.task_cap == 0
    assert getattr(first.network, "address_space", "") != getattr(
        second.network, "address_space", ""
    )
    (endpoint,) = first.load_balancer.profile.endpoints  # type: ignore[union-attr]
    assert endpoint.resource_id.endswith(f"/pip-{second.name}-portal")  # type: ignore[union-attr]
