"""SQL Server machines with an availability group: what Azure is asked for, and in which order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Compiled, Component

GROUP = "database/sql-vm-availability-group"
SINGLE = "database.network=single-subnet"
MACHINES = "Microsoft.SqlVirtualMachine/sqlVirtualMachines"
CLUSTER = "Microsoft.SqlVirtualMachine/sqlVirtualMachineGroups"
LISTENER = f"{CLUSTER}/availabilityGroupListeners"
RUN_COMMAND = "Microsoft.Compute/virtualMachines/runCommands"


def _listener(compiled: Compiled) -> dict[str, Any]:
    properties: dict[str, Any] = compiled.only(LISTENER)["properties"]
    return properties


def _loop(properties: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [loop for loop in properties["copy"] if loop["name"] == name]
    item: dict[str, Any] = found["input"]
    return item


def test_every_machine_has_its_addresses_in_a_subnet_of_its_own(component: Component) -> None:
    compiled = component(GROUP, "database.replicas=3")
    interface = compiled.only("Microsoft.Network/networkInterfaces")
    configurations = interface["properties"]["ipConfigurations"]

    assert [each["name"] for each in configurations] == ["primary", "cluster", "listener"]
    for each in configurations:
        assert each["properties"]["privateIPAllocationMethod"] == "Static"
        assert "[copyIndex()]" in each["properties"]["subnet"]["id"]
        assert "publicIPAddress" not in each["properties"]
    assert len(compiled.template["variables"]["subnetPrefixes"]) == 3


def test_machines_of_one_subnet_share_it_and_have_a_load_balancer(component: Component) -> None:
    compiled = component(GROUP, SINGLE)
    interface = compiled.only("Microsoft.Network/networkInterfaces")
    balancer = compiled.only("Microsoft.Network/loadBalancers")

    assert len(interface["properties"]["ipConfigurations"]) == 1
    assert len(compiled.template["variables"]["subnetPrefixes"]) == 1
    assert balancer["sku"] == {"name": "Standard", "tier": "Regional"}
    # The listener gives it its rules; deployed again as it is here it would lose them.
    assert balancer["condition"] == "[parameters('initialDeployment')]"
    assert "loadBalancers" not in str(component(GROUP).template)


def test_listener_of_several_subnets_has_an_address_in_each(component: Component) -> None:
    properties = _listener(component(GROUP))
    address = _loop(properties, "multiSubnetIpConfigurations")["privateIpAddress"]

    assert "variables('listenerAddresses')[copyIndex(" in address["ipAddress"]
    assert "loadBalancerConfigurations" not in properties


def test_listener_of_one_subnet_is_probed_on_its_own_port(component: Component) -> None:
    (balancer,) = _listener(component(GROUP, SINGLE))["loadBalancerConfigurations"]

    assert balancer["probePort"] == 59999
    assert balancer["privateIpAddress"]["ipAddress"] == "[variables('listenerAddress')]"


def test_two_replicas_commit_together_and_a_third_follows(component: Component) -> None:
    configuration = _listener(component(GROUP))["availabilityGroupConfiguration"]
    replica = _loop(configuration, "replicas")

    assert replica["commit"] == (
        "[if(less(copyIndex('replicas'), 2), 'Synchronous_Commit', 'Asynchronous_Commit')]"
    )
    assert replica["failover"] == "[if(less(copyIndex('replicas'), 2), 'Automatic', 'Manual')]"
    assert replica["readableSecondary"] == "No"


def test_machines_join_the_cluster_one_after_the_other_and_after_the_domain(
    component: Component,
) -> None:
    machines = component(GROUP).only(MACHINES)
    waits_for = " ".join(machines["dependsOn"])

    assert (machines["copy"]["mode"], machines["copy"]["batchSize"]) == ("serial", 1)
    assert "'JsonADDomainExtension'" in waits_for
    assert "sqlVirtualMachineGroups" in waits_for


@pytest.mark.parametrize(("settings", "kind"), [((), "MultiSubnet"), ((SINGLE,), "SingleSubnet")])
def test_cluster_knows_its_network_and_its_witness(
    component: Component, settings: tuple[str, ...], kind: str
) -> None:
    profile = component(GROUP, *settings).only(CLUSTER)["properties"]["wsfcDomainProfile"]

    assert profile["clusterSubnetType"] == kind
    assert "primaryEndpoints.blob" in profile["storageAccountUrl"]
    assert "listKeys" in profile["storageAccountPrimaryKey"]


def test_disks_are_laid_out_once_with_the_caching_that_sql_server_wants(
    component: Component,
) -> None:
    compiled = component(GROUP, "database.data_disks=2")
    storage = compiled.only(MACHINES)["properties"]["storageConfigurationSettings"]
    machine = compiled.only("Microsoft.Compute/virtualMachines")
    disks = machine["properties"]["storageProfile"]["dataDisks"]

    assert storage.startswith("[if(parameters('initialDeployment'), createObject(")
    assert storage.endswith(", null())]")
    assert [(disk["lun"], disk["caching"]) for disk in disks] == [
        (0, "ReadOnly"),
        (1, "ReadOnly"),
        (2, "None"),
        (3, "ReadOnly"),
    ]
    for disk in compiled.all("Microsoft.Compute/disks"):
        assert disk["properties"]["networkAccessPolicy"] == "DenyAll"


def test_storage_accounts_answer_in_the_network_only(component: Component) -> None:
    compiled = component(GROUP)
    accounts = compiled.all("Microsoft.Storage/storageAccounts")

    assert len(accounts) == len(compiled.all("Microsoft.Network/privateEndpoints")) == 2
    for account in accounts:
        assert account["properties"]["publicNetworkAccess"] == "Disabled"
        assert account["properties"]["allowBlobPublicAccess"] is False


def test_backups_are_taken_by_themselves(component: Component) -> None:
    backup = component(GROUP).only(MACHINES)["properties"]["autoBackupSettings"]

    assert backup["enable"] is True
    assert backup["logBackupFrequency"] == 15
    assert backup["retentionPeriod"] == "[parameters('backupRetentionDays')]"


def test_passwords_travel_protected_and_nowhere_else(component: Component) -> None:
    compiled = component(GROUP, "database.authentication=sql")
    command = compiled.only(RUN_COMMAND)["properties"]

    assert [each["name"] for each in command["parameters"]] == ["Configuration"]
    assert [each["name"] for each in command["protectedParameters"]] == [
        "AdministratorPassword",
        "DatabasePassword",
    ]
    assert "Password" not in str(compiled.template["variables"]["groupConfiguration"])
    assert "parameters('octopusDatabasePassword')" not in str(compiled.template["outputs"])


def test_computer_accounts_of_the_nodes_are_the_logins(component: Component) -> None:
    variables = component(GROUP).template["variables"]
    (logins,) = [loop for loop in variables["copy"] if loop["name"] == "nodeLogins"]

    assert logins["input"].startswith("[format('{0}\\{1}$', parameters('domainNetBiosName')")
    by_password = component(GROUP, "database.authentication=sql")
    assert "nodeNames" not in by_password.parameters


@pytest.mark.parametrize(
    ("settings", "ending"),
    [((), "'Integrated Security=True'"), (("database.authentication=sql",), "'User ID={0}'")],
)
def test_connection_string_finds_the_primary_and_has_no_password(
    component: Component, settings: tuple[str, ...], ending: str
) -> None:
    connection = component(GROUP, *settings).template["outputs"]["connectionString"]["value"]

    for part in ("'Encrypt=True'", "'MultiSubnetFailover=True'", ending):
        assert part in connection
    assert not re.search(r"ApplicationIntent|Password", connection)


def test_free_licence_is_the_last_machine_s(component: Component) -> None:
    licence = component(GROUP).only(MACHINES)["properties"]["sqlServerLicenseType"]

    assert licence == (
        "[if(and(parameters('freeSecondary'), equals(copyIndex(), "
        "sub(length(parameters('machines')), 1))), 'DR', parameters('sqlServerLicenseType'))]"
    )


def test_patching_waits_until_the_group_stands(component: Component) -> None:
    assignment = component(GROUP).only("Microsoft.Maintenance/configurationAssignments")

    assert "'prepare-octopus-database'" in " ".join(assignment["dependsOn"])
