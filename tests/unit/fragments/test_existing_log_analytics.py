"""A workspace that exists already: everything of the stack leads to it, and nothing of it is touched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from octoha_templates.config.load import load
from octoha_templates.pipeline import build

from .conftest import Component

WORKSPACE = (
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-logs/providers"
    "/Microsoft.OperationalInsights/workspaces/log-central"
)
EXISTING = f"monitoring={{kind: existing, workspace_id: {WORKSPACE}}}"
COLLECTION = "Microsoft.Insights/dataCollectionRules"


@cache
def template() -> dict[str, Any]:
    """Compile a whole stack that logs to the workspace."""
    return build(load(None, settings=(EXISTING,))).template


def resources(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk the resources of a template and of the ones inside it."""
    for resource in of["resources"]:
        yield resource
        yield from resources(resource.get("properties", {}).get("template", {"resources": []}))


def nested(name: str) -> dict[str, Any]:
    """Give a nested deployment of the stack by the end of its name."""
    (found,) = [
        each
        for each in resources(template())
        if each["type"] == "Microsoft.Resources/deployments"
        and each["name"].endswith(f"-{name}', parameters('namePrefix'))]")
    ]
    return found


def test_nothing_is_written_into_the_place_of_the_workspace() -> None:
    """Neither the workspace itself nor a deployment in its resource group or subscription."""
    every = list(resources(template()))

    assert "Microsoft.OperationalInsights/workspaces" not in {each["type"] for each in every}
    assert [each["name"] for each in every if "resourceGroup" in each] == []
    assert [each["name"] for each in every if "subscriptionId" in each] == []
    assert [
        each["name"] for each in every if "scope" in each and "workspace" in each["scope"]
    ] == []


def test_every_diagnostic_setting_and_rule_leads_to_the_workspace() -> None:
    main = nested("log-analytics")["properties"]["parameters"]
    outputs = nested("log-analytics")["properties"]["template"]["outputs"]

    assert template()["parameters"]["workspaceResourceId"]["defaultValue"] == WORKSPACE
    assert main["workspaceResourceId"]["value"] == "[parameters('workspaceResourceId')]"
    assert outputs["workspaceResourceId"]["value"] == "[parameters('workspaceResourceId')]"
    settings = [
        each for each in resources(template()) if each["type"].endswith("/diagnosticSettings")
    ]
    assert len(settings) > 5
    assert {each["properties"]["workspaceId"] for each in settings} == {
        "[parameters('workspaceResourceId')]"
    }


def test_collection_rule_is_made_in_the_region_of_the_workspace() -> None:
    """Azure refuses a rule that is in another region than its destination."""
    collection = nested("data-collection")["properties"]
    (rule,) = [each for each in resources(template()) if each["type"] == COLLECTION]

    assert "'full').location" in collection["parameters"]["location"]["value"]
    assert (
        "Microsoft.OperationalInsights/workspaces" in collection["parameters"]["location"]["value"]
    )
    assert rule["location"] == "[parameters('location')]"
    (destination,) = rule["properties"]["destinations"]["logAnalytics"]
    assert destination["workspaceResourceId"] == "[parameters('workspaceResourceId')]"


def test_collection_rule_is_the_one_of_a_workspace_of_the_stack(component: Component) -> None:
    (theirs,) = [each for each in resources(template()) if each["type"] == COLLECTION]
    ours = component("monitoring/log-analytics").only(COLLECTION)

    assert theirs["properties"]["dataSources"] == ours["properties"]["dataSources"]
    assert theirs["properties"]["dataFlows"] == ours["properties"]["dataFlows"]


def test_alerts_on_logs_look_at_the_machines_of_the_stack_only(component: Component) -> None:
    """Others report to the workspace, too, and have people of their own to call."""
    rules = component("monitoring/alerts", EXISTING).all("Microsoft.Insights/scheduledQueryRules")

    assert len(rules) == 3
    for rule in rules:
        (criterion,) = rule["properties"]["criteria"]["allOf"]
        assert criterion["query"].startswith("[format('")
        assert " | where _ResourceId in~ ({0}) | " in criterion["query"]
        assert criterion["query"].endswith(", variables('watchedMachines'))]")
        assert rule["location"] == "[parameters('workspaceLocation')]"


def test_alerts_in_a_workspace_of_the_stack_look_at_all_of_it(component: Component) -> None:
    rules = component("monitoring/alerts").all("Microsoft.Insights/scheduledQueryRules")

    assert not any("_ResourceId" in str(rule) for rule in rules)
    assert {rule["location"] for rule in rules} == {"[parameters('location')]"}


def test_runbook_says_whose_workspace_it_is_and_which_rights_it_takes() -> None:
    text = build(load(None, settings=(EXISTING,))).files["DEPLOY.md"].decode()

    assert "Logs go to log-central, in the resource group rg-logs of the subscription" in text
    assert "`Log Analytics Contributor` on the workspace" in text
    assert "Nothing of it is changed" in text
