"""Two SQL Server machines with one clustered instance, on shared disks or on a premium share."""

from __future__ import annotations

import re

import pytest

from octoha_templates.diagnostics import Severity
from octoha_templates.validation import validate_template
from tests.unit.validation.conftest import OFFICIAL

from .conftest import Compiled, Component

CLUSTER = "database/sql-vm-failover-cluster"
DISKS = "Microsoft.Compute/disks"
MACHINES = "Microsoft.Compute/virtualMachines"
EXTENSIONS = f"{MACHINES}/extensions"
STEPS = f"{MACHINES}/runCommands"
ACCOUNTS = "Microsoft.Storage/storageAccounts"
DOMAIN = (
    "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
    "network.dns_servers=[10.10.0.4, 10.10.0.5]",
)
ON_DISKS = (*DOMAIN, "database={kind: sql-vm-failover-cluster}")
ON_SHARE = (
    *DOMAIN,
    "database={kind: sql-vm-failover-cluster, storage: {kind: premium-file-share}}",
)
WITH_PASSWORD = (*DOMAIN, "database={kind: sql-vm-failover-cluster, authentication: sql}")
VARIANTS = pytest.mark.parametrize("settings", [ON_DISKS, ON_SHARE, WITH_PASSWORD])

ORDER = ("sql-1-prepare", "sql-2-admit", "sql-3-create", "sql-4-join", "sql-5-complete")


@VARIANTS
def test_both_sets_of_schemas_have_nothing_to_say(
    component: Component, settings: tuple[str, ...]
) -> None:
    template = component(CLUSTER, *settings).template

    assert validate_template(template) == ()
    if not OFFICIAL.is_dir():
        pytest.skip("the published schemas are not beside the checkout")
    findings = validate_template(template, schemas=OFFICIAL)
    assert [str(finding) for finding in findings if finding.severity is not Severity.INFO] == []


@VARIANTS
def test_everything_people_set_is_described(
    component: Component, settings: tuple[str, ...]
) -> None:
    template = component(CLUSTER, *settings).template

    for name, parameter in template["parameters"].items():
        description = parameter["metadata"]["description"]
        start = "Required. " if "defaultValue" not in parameter else "Optional. "
        assert description.startswith(start), name
        assert description.endswith("."), name
    assert {"name", "resourceId", "virtualMachineNames"} <= template["outputs"].keys()


def secrets_of(compiled: Compiled, name: str) -> str:
    """Give the expression of the protected parameter of a run command; empty without one."""
    given = compiled.find(STEPS, name)["properties"].get("protectedParameters", [])
    assert [each["name"] for each in given] in ([], ["Secrets"])
    return given[0]["value"] if given else ""


def waits_for(compiled: Compiled, name: str) -> str:
    """Write down what a run command waits for."""
    return " ".join(compiled.find(STEPS, name)["dependsOn"])


@VARIANTS
def test_steps_come_one_after_the_other(component: Component, settings: tuple[str, ...]) -> None:
    compiled = component(CLUSTER, *settings)

    assert [item["name"].count("sql-") for item in compiled.all(STEPS)] == [1] * len(ORDER)
    (join,) = [each for each in compiled.all(EXTENSIONS) if "JsonADDomain" in each["name"]]
    # The restart of the domain join ends the removal of the image's instance.
    assert "sql-1-prepare" in " ".join(join["dependsOn"])
    assert "JsonADDomainExtension" in waits_for(compiled, "sql-2-admit")
    create = waits_for(compiled, "sql-3-create")
    assert create.count("sql-2-admit") == 2
    assert "privateDnsZoneGroups" in create
    assert "sql-3-create" in waits_for(compiled, "sql-4-join")
    assert "sql-4-join" in waits_for(compiled, "sql-5-complete")


@VARIANTS
def test_a_step_that_fails_stops_the_deployment(
    component: Component, settings: tuple[str, ...]
) -> None:
    for item in component(CLUSTER, *settings).all(STEPS):
        assert item["properties"]["treatFailureAsDeploymentFailure"] is True
        assert item["properties"]["asyncExecution"] is False
        assert item["properties"]["timeoutInSeconds"] <= 5400


@VARIANTS
def test_secrets_travel_as_protected_parameters_and_to_those_who_need_them(
    component: Component, settings: tuple[str, ...]
) -> None:
    compiled = component(CLUSTER, *settings)

    for item in compiled.all(STEPS):
        plain = str(item["properties"]["parameters"])
        assert "assword" not in plain
        assert "listKeys" not in plain
    configuration = str(compiled.template["variables"]["clusterConfiguration"])
    assert "assword" not in configuration
    assert "listKeys" not in str(compiled.template["variables"])
    assert secrets_of(compiled, "sql-1-prepare") == ""
    assert "sqlServiceAccountPassword" not in secrets_of(compiled, "sql-5-complete")
    assert ("databasePassword" in secrets_of(compiled, "sql-5-complete")) == (
        settings == WITH_PASSWORD
    )
    assert "'witnessAccessKey', listKeys(" in secrets_of(compiled, "sql-3-create")
    assert secrets_of(compiled, "sql-3-create").startswith("[base64(string(createObject(")


@VARIANTS
def test_no_output_holds_a_secret(component: Component, settings: tuple[str, ...]) -> None:
    compiled = component(CLUSTER, *settings)

    outputs = {key: str(each) for key, each in compiled.template["outputs"].items()}
    assert [
        key for key, each in outputs.items() if "listKeys" in each or "Password')" in each
    ] == []
    secure = [name for name in compiled.parameters if name.endswith("Password")]
    assert {compiled.parameters[name]["type"] for name in secure} == {"securestring"}
    assert all("defaultValue" not in compiled.parameters[name] for name in secure)


def test_both_machines_hold_the_same_disks_without_caches(component: Component) -> None:
    compiled = component(CLUSTER, *ON_DISKS)
    disks = compiled.only(DISKS)["properties"]
    attached = compiled.only(MACHINES)["properties"]["storageProfile"]["dataDisks"]

    assert disks["maxShares"] == 2
    assert disks["networkAccessPolicy"] == "DenyAll"
    assert [each["caching"] for each in attached] == ["None"] * 4
    assert [each["createOption"] for each in attached] == ["Attach"] * 4
    assert [each["deleteOption"] for each in attached] == ["Detach"] * 4
    shared = compiled.template["variables"]["sharedDisks"]
    # Lower numbers belong to the system disk and the temporary disk.
    assert [each["lun"] for each in shared] == [10, 11, 12, 13]
    assert len({each["letter"] for each in shared}) == 4


def test_zone_redundant_disk_belongs_to_no_zone_and_the_machines_to_two(
    component: Component,
) -> None:
    compiled = component(CLUSTER, *ON_DISKS)

    assert compiled.parameters["sharedDiskSku"]["defaultValue"] == "Premium_ZRS"
    assert compiled.only(DISKS)["zones"].startswith(
        "[if(or(equals(parameters('sharedDiskSku'), 'Premium_ZRS')"
    )
    machines = compiled.parameters["machines"]["defaultValue"]
    assert [each["zone"] for each in machines] == ["1", "2"]
    assert len({each["maintenanceDay"] for each in machines}) == 2


def test_region_without_zones_keeps_the_machines_apart_by_a_set(component: Component) -> None:
    settings = (
        *DOMAIN,
        (
            "database={kind: sql-vm-failover-cluster, zones: [], "
            "storage: {kind: shared-disks, redundancy: local}}"
        ),
    )
    compiled = component(CLUSTER, *settings)
    machine = compiled.only(MACHINES)

    assert compiled.only("Microsoft.Compute/availabilitySets")["sku"] == {"name": "Aligned"}
    assert "availabilitySets" in machine["properties"]["availabilitySet"]
    assert [each["zone"] for each in compiled.parameters["machines"]["defaultValue"]] == ["", ""]
    assert compiled.parameters["sharedDiskSku"]["defaultValue"] == "Premium_LRS"


def test_share_is_premium_private_and_speaks_smb_3_only(component: Component) -> None:
    compiled = component(CLUSTER, *ON_SHARE)
    account = compiled.find(ACCOUNTS, "shareAccountName")
    smb = compiled.only(f"{ACCOUNTS}/fileServices")["properties"]["protocolSettings"]["smb"]

    assert compiled.all(DISKS) == []
    assert account["kind"] == "FileStorage"
    assert account["properties"]["publicNetworkAccess"] == "Disabled"
    assert smb["versions"] == "SMB3.1.1"
    assert smb["channelEncryption"] == "AES-256-GCM"
    # SQL Server's own account and the cluster account store the key; the file folders are on the share.
    admitted = secrets_of(compiled, "sql-2-admit")
    assert "'sqlServiceAccountPassword', parameters(" in admitted
    assert "'shareAccessKey', listKeys(" in admitted
    assert "clusterAccountPassword" not in admitted
    assert "sharePath" in str(compiled.template["variables"]["folders"])
    assert compiled.template["variables"]["clusterConfiguration"]["disks"] == []


@VARIANTS
def test_witness_is_private_and_of_the_clusters_own(
    component: Component, settings: tuple[str, ...]
) -> None:
    witness = component(CLUSTER, *settings).find(ACCOUNTS, "witnessAccountName")

    assert witness["kind"] == "StorageV2"
    assert witness["properties"]["publicNetworkAccess"] == "Disabled"
    assert witness["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert component(CLUSTER, *settings).parameters["storageSku"]["defaultValue"] == "Standard_ZRS"


@pytest.mark.parametrize(
    ("settings", "last"),
    [
        (ON_DISKS, "'Integrated Security=True'"),
        (WITH_PASSWORD, "format('User ID={0}', parameters('loginName'))"),
    ],
)
def test_connection_string_goes_to_the_distributed_name(
    component: Component, settings: tuple[str, ...], last: str
) -> None:
    value = component(CLUSTER, *settings).template["outputs"]["connectionString"]["value"]

    assert "MultiSubnetFailover=True" in value
    assert "Encrypt=True" in value
    assert "ApplicationIntent" not in value
    assert value.endswith(f"{last}), ';')]")
    assert "parameters('instanceDnsName')" in str(
        component(CLUSTER, *settings).template["variables"]["serverHostName"]
    )


def test_computer_accounts_of_the_nodes_own_the_database(component: Component) -> None:
    compiled = component(CLUSTER, *ON_DISKS)
    (logins,) = [
        each for each in compiled.template["variables"]["copy"] if each["name"] == "nodeLogins"
    ]

    assert logins["input"].startswith("[format('{0}\\{1}$', parameters('domainNetBiosName')")
    assert "nodeNames" not in component(CLUSTER, *WITH_PASSWORD).parameters


def test_machines_are_registered_last_and_without_features_that_clusters_lack(
    component: Component,
) -> None:
    registered = component(CLUSTER, *ON_DISKS).only(
        "Microsoft.SqlVirtualMachine/sqlVirtualMachines"
    )

    assert "sql-5-complete" in " ".join(registered["dependsOn"])
    assert registered["condition"] == "[not(equals(environment().name, 'AzureChinaCloud'))]"
    for feature in ("autoBackupSettings", "autoPatchingSettings", "storageConfigurationSettings"):
        assert feature not in registered["properties"]


def test_no_patch_restarts_a_machine_before_the_instance_stands(component: Component) -> None:
    assignment = component(CLUSTER, *ON_DISKS).only(
        "Microsoft.Maintenance/configurationAssignments"
    )

    assert "sql-5-complete" in " ".join(assignment["dependsOn"])


@pytest.mark.parametrize(
    ("settings", "offer", "sku"),
    [
        ("", "sql2022-ws2022", "standard-gen2"),
        (", edition: enterprise, version: '2025'", "sql2025-ws2025", "enterprise-gen2"),
        (", edition: developer", "sql2022-ws2022", "sqldev-gen2"),
        (", edition: developer, version: '2025'", "sql2025-ws2025", "stddev-gen2"),
    ],
)
def test_image_has_the_version_and_the_edition_asked_for(
    component: Component, settings: str, offer: str, sku: str
) -> None:
    compiled = component(CLUSTER, *DOMAIN, f"database={{kind: sql-vm-failover-cluster{settings}}}")

    assert compiled.parameters["imageReference"]["defaultValue"] == {
        "publisher": "MicrosoftSQLServer",
        "offer": offer,
        "sku": sku,
        "version": "latest",
    }


def test_names_fit_into_a_domain_however_long_the_stack_is_called(component: Component) -> None:
    compiled = component(CLUSTER, *ON_DISKS, "name=octopus-prod")
    names = [
        *(each["name"] for each in compiled.parameters["machines"]["defaultValue"]),
        *(
            compiled.parameters[name]["defaultValue"]
            for name in ("clusterName", "instanceNetworkName", "instanceDnsName")
        ),
    ]

    assert all(re.fullmatch(r"[a-z][a-z0-9-]{1,14}", name) for name in names)
    assert len(set(names)) == len(names)
