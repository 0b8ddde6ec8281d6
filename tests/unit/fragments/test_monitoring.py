"""The workspace, what goes into it, and the alerts."""

from __future__ import annotations

import re

from octoha_templates.rendering.modules import read_script

from .conftest import Component

LOG_ANALYTICS = "monitoring/log-analytics"
ALERTS = "monitoring/alerts"
METRIC_ALERTS = "Microsoft.Insights/metricAlerts"


def test_every_stream_that_flows_is_collected(component: Component) -> None:
    rule = component(LOG_ANALYTICS).only("Microsoft.Insights/dataCollectionRules")["properties"]
    collected = {
        stream
        for sources in rule["dataSources"].values()
        for source in sources
        for stream in source["streams"]
    }

    assert {stream for flow in rule["dataFlows"] for stream in flow["streams"]} == collected


def test_every_address_of_the_config_becomes_a_receiver(component: Component) -> None:
    compiled = component(LOG_ANALYTICS, "monitoring.alert_emails=[a@example.com, b@example.com]")
    group = compiled.only("Microsoft.Insights/actionGroups")["properties"]

    assert compiled.parameters["alertEmails"]["defaultValue"] == [
        "a@example.com",
        "b@example.com",
    ]
    (receivers,) = group["copy"]
    assert receivers["name"] == "emailReceivers"
    assert receivers["count"] == "[length(parameters('alertEmails'))]"


def test_workspace_takes_no_key(component: Component) -> None:
    workspace = component(LOG_ANALYTICS).only("Microsoft.OperationalInsights/workspaces")

    assert workspace["properties"]["features"]["disableLocalAuth"] is True


def test_every_alert_calls_the_action_group(component: Component) -> None:
    compiled = component(ALERTS)
    alerts = [item for item in compiled.template["resources"] if "Alert" in item["type"]]
    alerts += compiled.all("Microsoft.Insights/scheduledQueryRules")

    assert len(alerts) == 18
    for alert in alerts:
        actions = str(alert["properties"]["actions"])
        assert "metricActions" in actions or "actionGroupResourceId" in actions


def test_one_alert_watches_all_nodes_whatever_their_number(
    component: Component,
) -> None:
    alert = component(ALERTS).find(METRIC_ALERTS, "node-down")["properties"]

    assert alert["scopes"] == "[parameters('virtualMachineResourceIds')]"
    assert alert["criteria"]["odata.type"].endswith(".MultipleResourceMultipleMetricCriteria")
    assert alert["targetResourceRegion"] == "[parameters('location')]"


def test_share_alert_fires_at_a_part_of_the_quota(component: Component) -> None:
    compiled = component(ALERTS, "storage.quota_gib=1000", "monitoring.share_percent=75")
    (criterion,) = compiled.find(METRIC_ALERTS, "share-full")["properties"]["criteria"]["allOf"]

    assert compiled.parameters["shareQuotaGib"]["defaultValue"] == 1000
    assert compiled.parameters["sharePercent"]["defaultValue"] == 75
    assert criterion["threshold"] == (
        "[mul(div(mul(parameters('shareQuotaGib'), variables('bytesPerGib')), 100),"
        " parameters('sharePercent'))]"
    )


def test_probe_of_every_node_is_watched_by_itself(component: Component) -> None:
    (criterion,) = component(ALERTS).find(METRIC_ALERTS, "portal-probe")["properties"]["criteria"][
        "allOf"
    ]

    assert criterion["metricName"] == "DipAvailability"
    assert [dimension["name"] for dimension in criterion["dimensions"]] == ["BackendIPAddress"]


def test_silent_node_stays_in_the_result_longer_than_the_window(
    component: Component,
) -> None:
    rule = component(ALERTS).find("Microsoft.Insights/scheduledQueryRules", "node-silent")

    assert rule["properties"]["overrideQueryTimeRange"] == "P2D"
    assert rule["properties"]["skipQueryValidation"] is True


def test_service_health_is_watched_where_azure_allows_it(component: Component) -> None:
    compiled = component(ALERTS)
    scopes = [
        alert["properties"]["scopes"]
        for alert in compiled.all("Microsoft.Insights/activityLogAlerts")
    ]

    assert scopes == [["[resourceGroup().id]"], ["[subscription().id]"]]


def test_failed_connections_on_the_way_out_are_counted(component: Component) -> None:
    """A NAT gateway drops connections silently when its ports run out."""
    alert = component(ALERTS).find(METRIC_ALERTS, "outbound-failed")["properties"]
    (criterion,) = alert["criteria"]["allOf"]

    assert alert["scopes"] == ["[parameters('natGatewayResourceId')]"]
    assert criterion["metricName"] == "SNATConnectionCount"
    assert criterion["timeAggregation"] == "Total"
    assert criterion["dimensions"] == [
        {"name": "ConnectionState", "operator": "Include", "values": ["Failed"]}
    ]


GATEWAY = "load_balancer.kind=application-gateway"


def test_alerts_on_an_application_gateway_count_nodes_by_its_own_probe(
    component: Component,
) -> None:
    compiled = component(ALERTS, GATEWAY)
    unhealthy = compiled.find(METRIC_ALERTS, "portal-probe")["properties"]["criteria"]["allOf"][0]
    healthy = compiled.find(METRIC_ALERTS, "portal-path")["properties"]

    assert (unhealthy["metricName"], unhealthy["operator"], unhealthy["threshold"]) == (
        "UnhealthyHostCount",
        "GreaterThan",
        0,
    )
    assert unhealthy["metricNamespace"] == "Microsoft.Network/applicationGateways"
    assert healthy["severity"] == 0
    assert healthy["criteria"]["allOf"][0]["metricName"] == "HealthyHostCount"


def test_alert_fires_before_a_gateway_has_grown_to_its_limit(component: Component) -> None:
    compiled = component(ALERTS, GATEWAY, "load_balancer.max_capacity=20")
    (criterion,) = compiled.find(METRIC_ALERTS, "portal-capacity")["properties"]["criteria"][
        "allOf"
    ]

    assert compiled.parameters["gatewayMaxCapacity"]["defaultValue"] == 20
    assert "gatewayMaxCapacity" in criterion["threshold"]


def test_balancer_that_exists_already_is_watched_by_who_runs_it(component: Component) -> None:
    compiled = component(ALERTS, "load_balancer={kind: existing, portal_address: 10.0.4.10}")

    assert "loadBalancerResourceId" not in compiled.parameters
    assert not [each for each in compiled.all(METRIC_ALERTS) if "portal-" in each["name"]]


def test_what_a_node_could_not_renew_is_an_alert(component: Component) -> None:
    alert = component(ALERTS).find("Microsoft.Insights/scheduledQueryRules", "node-renewal")
    [criterion] = alert["properties"]["criteria"]["allOf"]
    script = read_script("octopus/server/scripts/bootstrap-node.ps1").decode()
    [source] = re.findall(r"^\$EventSource = '(\w+)'$", script, re.MULTILINE)
    assert criterion["query"] == f'Event | where Source == "{source}"'
    assert criterion["dimensions"][0]["name"] == "Computer"
