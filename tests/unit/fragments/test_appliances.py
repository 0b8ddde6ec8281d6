"""The pairs of load balancer appliances: one active, found by the balancer in front, managed by nobody outside."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from octoha_templates.pipeline import load_for_component
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import render_component

from .conftest import Compiled, Component

F5 = "load-balancer/f5-big-ip"
KEMP = "load-balancer/kemp-loadmaster"
LOAD_BALANCERS = "Microsoft.Network/loadBalancers"
INTERFACES = "Microsoft.Network/networkInterfaces"
MACHINES = "Microsoft.Compute/virtualMachines"
BOTH = pytest.mark.parametrize("kind", [F5, KEMP])

NODES = ["10.20.0.4", "10.20.0.5"]
SERVICES = ["10.20.1.134", "10.20.1.135"]


def _balancer(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(LOAD_BALANCERS)["properties"]
    return properties


def _document(component_id: str, name: str, *settings: str) -> dict[str, Any]:
    """Render a document and fill in what the script fills in, the way the script does."""
    stack = load_for_component(None, component_id, settings).stack
    text = render_component(stack, get_component(component_id)).documents[f"documents/{name}"]
    filled = text.decode()
    for key, listed in (("NODE_ADDRESSES", NODES), ("SERVICE_ADDRESSES", SERVICES)):
        filled = filled.replace(f'"{{{{{{{key}}}}}}}"', ", ".join(map(json.dumps, listed)))
    filled = filled.replace("{{{PORTAL_HOST_NAME}}}", "octopus.example.com")
    document: dict[str, Any] = json.loads(filled)
    return document


def _portal(*settings: str) -> dict[str, Any]:
    declaration = _document(F5, "f5-as3.json", *settings)["declaration"]
    portal: dict[str, Any] = declaration["octopus"]["portal"]
    return portal


def _placeholders(component_id: str, name: str, *settings: str) -> set[str]:
    stack = load_for_component(None, component_id, settings).stack
    text = render_component(stack, get_component(component_id)).documents[f"documents/{name}"]
    return set(re.findall(r"\{\{\{(\w+)\}\}\}", text.decode()))


@BOTH
def test_balancer_in_front_is_internal_and_sends_https_to_whoever_is_active(
    component: Component, kind: str
) -> None:
    properties = _balancer(component(kind))
    (front_end,) = properties["frontendIPConfigurations"]
    (rule,) = properties["loadBalancingRules"]
    (probe,) = properties["probes"]

    assert front_end["properties"]["subnet"]["id"] == "[parameters('loadBalancerSubnetResourceId')]"
    assert (rule["properties"]["frontendPort"], rule["properties"]["backendPort"]) == (443, 443)
    assert rule["properties"]["loadDistribution"] == "Default"
    assert probe["properties"]["protocol"] == "Http"
    assert probe["properties"]["requestPath"] == "/"
    assert probe["properties"]["port"] == "[parameters('probePort')]"


def test_loadmaster_is_asked_on_the_port_that_it_answers_on(component: Component) -> None:
    assert component(KEMP).parameters["probePort"]["defaultValue"] == 8444


@BOTH
def test_public_front_end_is_made_only_where_it_is_asked_for(
    component: Component, kind: str
) -> None:
    compiled = component(
        kind, "load_balancer.exposure=public", "network.client_prefixes=[198.51.100.0/24]"
    )

    assert compiled.only("Microsoft.Network/publicIPAddresses")["sku"]["name"] == "Standard"
    assert not component(kind).all("Microsoft.Network/publicIPAddresses")
    assert not compiled.all("Microsoft.Network/privateDnsZones")


@BOTH
def test_pair_is_two_machines_in_different_zones(component: Component, kind: str) -> None:
    compiled = component(kind)
    machines = compiled.only(MACHINES)
    (units,) = compiled.template["variables"]["copy"]

    assert units["count"] == "[length(range(0, 2))]"
    assert "parameters('zones')[mod(range(0, 2)[copyIndex('units')]" in units["input"]["zone"]
    assert machines["copy"]["count"] == "[length(variables('units'))]"


@BOTH
def test_without_zones_the_machines_share_an_availability_set(
    component: Component, kind: str
) -> None:
    compiled = component(kind, "nodes.zones=[]")
    availability = compiled.only("Microsoft.Compute/availabilitySets")

    assert availability["condition"] == "[empty(parameters('zones'))]"
    assert availability["sku"]["name"] == "Aligned"
    given = compiled.only(MACHINES)["properties"]["availabilitySet"]
    assert given.startswith("[if(empty(parameters('zones')), createObject('id', ")


@BOTH
def test_plan_is_the_image_so_that_it_is_never_left_out(component: Component, kind: str) -> None:
    machines = component(kind).only(MACHINES)

    assert machines["plan"] == {
        "name": "[parameters('imageReference').sku]",
        "product": "[parameters('imageReference').offer]",
        "publisher": "[parameters('imageReference').publisher]",
    }
    image = machines["properties"]["storageProfile"]["imageReference"]
    assert image == "[parameters('imageReference')]"


@pytest.mark.parametrize(
    ("settings", "sku"),
    [
        ((), "f5-bigip-virtual-edition-200m-good-hourly"),
        (("load_balancer.throughput=1g",), "f5-bigip-virtual-edition-1g-good-hourly"),
        (("load_balancer.license=byol",), "f5-big-ltm-2slot-byol"),
    ],
)
def test_licence_and_throughput_pick_the_plan(
    component: Component, settings: tuple[str, ...], sku: str
) -> None:
    image = component(F5, *settings).parameters["imageReference"]["defaultValue"]

    assert image["sku"] == sku
    assert image["publisher"] == "f5-networks"
    assert image["version"] == "latest"


@BOTH
def test_password_is_secure_and_there_is_no_public_address_on_a_machine(
    component: Component, kind: str
) -> None:
    compiled = component(kind)

    assert compiled.parameters["adminPassword"]["type"].lower() == "securestring"
    assert "publicIPAddress" not in str(compiled.all(INTERFACES))


def test_management_comes_first_and_has_an_interface_of_its_own(component: Component) -> None:
    first, *others = component(F5).only(MACHINES)["properties"]["networkProfile"][
        "networkInterfaces"
    ]

    assert "-management" in first["id"]
    assert first["properties"]["primary"] is True
    assert [each["properties"]["primary"] for each in others] == [False]


def test_third_interface_is_towards_the_nodes(component: Component) -> None:
    compiled = component(F5, "load_balancer.interfaces=3")
    internal = compiled.find(INTERFACES, "-internal")

    assert "internalSubnetResourceId" in str(internal)
    assert "internalSubnetResourceId" not in component(F5).parameters
    proxies = compiled.template["outputs"]["trustedProxies"]["copy"]["input"]
    assert proxies.endswith(".internalAddress]")


def test_only_the_portal_address_of_a_unit_is_behind_the_balancer(component: Component) -> None:
    external = component(F5).find(INTERFACES, "-external")
    own, portal = external["properties"]["ipConfigurations"]

    assert "loadBalancerBackendAddressPools" not in own["properties"]
    assert len(portal["properties"]["loadBalancerBackendAddressPools"]) == 1
    assert portal["properties"]["primary"] is False


@BOTH
def test_nodes_trust_the_appliances_unless_tls_passes_through(
    component: Component, kind: str
) -> None:
    bridged = component(kind).template["outputs"]["trustedProxies"]
    passed = component(kind, "load_balancer.tls=passthrough").template["outputs"]["trustedProxies"]

    assert bridged["copy"]["count"] == "[length(variables('units'))]"
    assert passed["value"] == []


# ---------------------------------------------------------------- documents


def test_monitor_takes_200_in_and_drains_at_418() -> None:
    monitor = _portal()["octopusPing"]

    assert monitor["monitorType"] == "https"
    assert monitor["receive"] == "^HTTP/1.1 200"
    assert monitor["receiveDown"] == "^HTTP/1.1 418"
    assert monitor["send"] == (
        "GET /api/octopusservernodes/ping HTTP/1.1\\r\\nHost: octopus.example.com\\r\\n"
        "Connection: close\\r\\n\\r\\n"
    )
    assert monitor["timeout"] > 3 * monitor["interval"]


def test_pool_has_every_node_and_every_address_of_the_portal_listens() -> None:
    portal = _portal()
    (members,) = portal["nodes"]["members"]

    assert members == {"servicePort": 443, "serverAddresses": NODES}
    assert portal["nodes"]["monitors"] == [{"use": "octopusPing"}]
    assert portal["portal443"]["virtualAddresses"] == SERVICES
    assert portal["failoverProbe"]["virtualAddresses"] == SERVICES


@pytest.mark.parametrize("tls", ["bridge", "passthrough"])
def test_portal_has_no_persistence_and_nothing_on_port_80(tls: str) -> None:
    portal = _portal(f"load_balancer.tls={tls}")
    services = {
        item["virtualPort"]: item
        for item in portal.values()
        if isinstance(item, dict) and item["class"].startswith("Service_")
    }

    assert sorted(services) == [443, 9080]
    assert services[443]["persistenceMethods"] == []
    assert services[443].get("redirect80", False) is False


def test_bridge_tells_the_nodes_who_calls_and_speaks_tls_1_2_and_above() -> None:
    portal = _portal()

    assert portal["portal443"]["class"] == "Service_HTTPS"
    assert portal["portal443"]["serverTLS"] == "towardsClients"
    assert portal["portal443"]["clientTLS"] == "towardsNodes"
    assert portal["forwarded"]["xForwardedFor"] is True
    assert portal["forwarded"]["insertHeader"] == {"name": "X-Forwarded-Proto", "value": "https"}
    for profile in ("towardsClients", "towardsNodes"):
        assert portal[profile]["tls1_0Enabled"] is False
        assert portal[profile]["tls1_1Enabled"] is False


def test_passthrough_opens_nothing_and_needs_no_certificate() -> None:
    portal = _portal("load_balancer.tls=passthrough")

    assert portal["portal443"]["class"] == "Service_TCP"
    assert not {"serverTLS", "clientTLS", "profileHTTP"} & set(portal["portal443"])
    assert "portalCertificate" not in portal
    assert "PORTAL_CERTIFICATE_PKCS12" not in _placeholders(
        F5, "f5-as3.json", "load_balancer.tls=passthrough"
    )


def test_idle_time_is_the_one_of_the_balancer_in_front(component: Component) -> None:
    setting = "load_balancer.idle_timeout_minutes=45"

    assert _portal(setting)["longLived"]["idleTimeout"] == 45 * 60
    (portal,) = _document(KEMP, "loadmaster.json", setting)["virtualServices"]
    assert portal["settings"][0]["Idletime"] == 45 * 60
    assert component(F5, setting).parameters["idleTimeoutInMinutes"]["defaultValue"] == 45


def test_remarks_are_as_short_as_as3_wants_them() -> None:
    remarks = [item["remark"] for item in _portal().values() if "remark" in item]

    assert remarks
    assert max(map(len, remarks)) <= 64


def test_what_the_portal_points_to_is_declared() -> None:
    for settings in ((), ("load_balancer.tls=passthrough",)):
        portal = _portal(*settings)
        text = json.dumps(portal)
        for name in re.findall(r'"use": "(\w+)"', text):
            assert name in portal, name


def test_failover_group_syncs_by_itself_between_the_two() -> None:
    common = _document(F5, "f5-do.json")["Common"]
    group = common["octopusPair"]

    assert group["type"] == "sync-failover"
    assert group["members"] == ["{{{FIRST_UNIT_HOST_NAME}}}", "{{{SECOND_UNIT_HOST_NAME}}}"]
    assert group["autoSync"] is True
    assert group["networkFailover"] is True
    assert common["trust"]["remoteHost"] == "{{{FIRST_UNIT_MANAGEMENT_ADDRESS}}}"
    for reference in (common["configSync"]["configsyncIp"], common["failoverAddress"]["address"]):
        assert reference.split("/")[2] in common


def test_interface_towards_the_clients_lets_only_the_peer_in() -> None:
    common = _document(F5, "f5-do.json", "load_balancer.interfaces=3")["Common"]

    assert common["externalSelf"]["allowService"] == ["tcp:4353", "udp:1026"]
    assert common["internalSelf"]["allowService"] == "none"
    assert common["nodesRoute"]["gw"] == "{{{INTERNAL_GATEWAY}}}"


def test_licence_key_is_asked_for_only_with_a_licence_of_ones_own() -> None:
    assert "LICENSE_KEY" in _placeholders(F5, "f5-do.json", "load_balancer.license=byol")
    assert "LICENSE_KEY" not in _placeholders(F5, "f5-do.json")
    assert "License" not in str(_document(F5, "f5-do.json"))


@pytest.mark.parametrize(
    ("kind", "name"), [(F5, "f5-do.json"), (F5, "f5-as3.json"), (KEMP, "loadmaster.json")]
)
def test_documents_hold_placeholders_and_no_secret(kind: str, name: str) -> None:
    secrets = re.findall(
        r'"(?:password|localPassword|remotePassword|regKey|passphrase|ciphertext|base64)": "([^"]*)"',
        json.dumps(_document(kind, name, *(["load_balancer.license=byol"] if kind == F5 else []))),
    )

    assert all(value.startswith("{{{") for value in secrets), secrets


def test_loadmaster_checks_the_ping_path_and_counts_no_418() -> None:
    (portal,) = _document(KEMP, "loadmaster.json")["virtualServices"]
    settings = {key: value for group in portal["settings"] for key, value in group.items()}

    assert settings["CheckType"] == "https"
    assert settings["CheckUrl"] == "/api/octopusservernodes/ping"
    assert settings["CheckUseGet"] == 1
    assert settings["CheckHost"] == "octopus.example.com"
    assert settings["CheckCodes"] == ""
    assert settings["Persist"] == "none"
    assert portal["realServers"]["addresses"] == NODES


def test_loadmaster_encrypts_anew_and_tells_who_calls() -> None:
    (portal,) = _document(KEMP, "loadmaster.json")["virtualServices"]
    settings = {key: value for group in portal["settings"] for key, value in group.items()}

    assert (settings["SSLAcceleration"], settings["SSLReencrypt"]) == (1, 1)
    # A bit per protocol that is off: SSL 3, TLS 1.0 and TLS 1.1.
    assert settings["TLSType"] == "7"
    # X-Forwarded-For, without Via.
    assert settings["AddVia"] == 5
    assert settings["CertFile"] == _document(KEMP, "loadmaster.json")["certificate"]


def test_loadmaster_passes_tls_through_as_plain_tcp() -> None:
    document = _document(KEMP, "loadmaster.json", "load_balancer.tls=passthrough")
    (portal,) = document["virtualServices"]
    settings = {key: value for group in portal["settings"] for key, value in group.items()}

    assert settings["VStype"] == "gen"
    assert not {"SSLAcceleration", "CertFile", "AddVia"} & set(settings)
    assert document["certificate"] == ""
    assert settings["CheckUrl"] == "/api/octopusservernodes/ping"


def test_loadmaster_leaves_connections_of_a_draining_node_alone() -> None:
    document = _document(KEMP, "loadmaster.json")

    assert document["parameters"]["droponfail"] == "0"
    assert document["highAvailability"]["hcp"] == 8444


@BOTH
def test_alerts_expect_one_of_two_to_answer(component: Component, kind: str) -> None:
    alerts = component("monitoring/alerts", f"load_balancer={{kind: {kind.split('/')[1]}}}")
    limits = {
        (condition["metricName"], condition["operator"], condition["threshold"])
        for alert in alerts.all("Microsoft.Insights/metricAlerts")
        for condition in alert["properties"]["criteria"]["allOf"]
        if alert["properties"]["scopes"] == ["[parameters('loadBalancerResourceId')]"]
    }

    assert limits == {
        ("DipAvailability", "LessThan", 40),
        ("DipAvailability", "GreaterThan", 75),
        ("VipAvailability", "LessThan", 90),
    }


@BOTH
def test_alert_tells_of_a_unit_that_stands_by_and_is_gone(component: Component, kind: str) -> None:
    """The probe cannot: one that stands by does not answer either."""
    alerts = component("monitoring/alerts", f"load_balancer={{kind: {kind.split('/')[1]}}}")
    (alert,) = [
        alert["properties"]
        for alert in alerts.all("Microsoft.Insights/metricAlerts")
        if alert["properties"]["scopes"] == "[parameters('applianceResourceIds')]"
    ]

    assert alert["criteria"]["allOf"][0]["metricName"] == "VmAvailabilityMetric"
    assert alert["targetResourceType"] == "Microsoft.Compute/virtualMachines"
