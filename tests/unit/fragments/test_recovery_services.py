"""The backups of nodes and share."""

from __future__ import annotations

from .conftest import Component

RECOVERY_SERVICES = "backup/recovery-services"
VAULTS = "Microsoft.RecoveryServices/vaults"
PROTECTED_ITEMS = f"{VAULTS}/backupFabrics/protectionContainers/protectedItems"


def test_vault_keeps_what_somebody_deletes(component: Component) -> None:
    security = component(RECOVERY_SERVICES).only(VAULTS)["properties"]["securitySettings"]

    assert security["softDeleteSettings"]["softDeleteState"] == "AlwaysON"
    assert security["immutabilitySettings"]["state"] == "[parameters('immutabilityState')]"


def test_trusted_launch_nodes_get_the_enhanced_policy(component: Component) -> None:
    policy = component(RECOVERY_SERVICES).find(f"{VAULTS}/backupPolicies", "nodes")["properties"]

    assert policy["policyType"] == "V2"
    assert policy["schedulePolicy"]["schedulePolicyType"] == "SimpleSchedulePolicyV2"


def test_retention_counts_from_the_time_of_the_backup(component: Component) -> None:
    compiled = component(RECOVERY_SERVICES, "backup.start_time=03:30")
    variables = compiled.template["variables"]

    assert compiled.parameters["startTime"]["defaultValue"] == "03:30"
    assert variables["runTimes"] == ["[format('2026-01-01T{0}:00Z', parameters('startTime'))]"]
    retention = variables["retentionPolicy"]
    assert retention["dailySchedule"]["retentionTimes"] == "[variables('runTimes')]"
    assert retention["weeklySchedule"]["retentionTimes"] == "[variables('runTimes')]"


def test_every_node_is_protected_under_the_name_the_service_gives_it(
    component: Component,
) -> None:
    nodes = component(RECOVERY_SERVICES).find(PROTECTED_ITEMS, "iaasvmcontainer")

    assert nodes["copy"]["count"] == "[length(parameters('nodeNames'))]"
    assert (
        "{0}/Azure/iaasvmcontainer;iaasvmcontainerv2;{1};{2}/vm;iaasvmcontainerv2;{3};{4}"
        in nodes["name"]
    )
    source = nodes["properties"]["sourceResourceId"]
    assert source == (
        "[resourceId('Microsoft.Compute/virtualMachines', parameters('nodeNames')[copyIndex()])]"
    )


def test_share_is_protected_after_its_account_is_registered(
    component: Component,
) -> None:
    share = component(RECOVERY_SERVICES).find(PROTECTED_ITEMS, "AzureFileShare")

    assert any("protectionContainers" in item for item in share["dependsOn"])
    assert any("policy-{0}-share" in item for item in share["dependsOn"])
    assert share["properties"]["isInlineInquiry"] is True


def test_failed_backup_calls_the_action_group(component: Component) -> None:
    alert = component(RECOVERY_SERVICES).only("Microsoft.Insights/metricAlerts")
    (criterion,) = alert["properties"]["criteria"]["allOf"]

    assert alert["condition"] == "[not(empty(parameters('actionGroupResourceId')))]"
    assert criterion["dimensions"][0] == {
        "name": "healthStatus",
        "operator": "Exclude",
        "values": ["Healthy"],
    }
