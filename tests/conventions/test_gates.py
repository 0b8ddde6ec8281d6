"""What scanners and linters of Azure templates look for, held for everything that is rendered.

The rules come from the Bicep linter, arm-ttk, PSRule for Azure, checkov and the Azure Proactive
Resiliency Library. `templates/README.md` says which of their rules are not followed, and why.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.pipeline import Bundle, build
from octoha_templates.rendering.environment import api_versions

GATEWAYS = (
    "network.access=[{kind: vpn-gateway, bgp: {}, connections: [{name: site, gateway_address: "
    "203.0.113.10, address_prefixes: [10.60.0.0/16]}], point_to_site: {kind: entra}}, "
    "{kind: expressroute, circuit: {provider: Equinix, peering_location: Amsterdam}, "
    "private_peering: {peer_asn: 65020, vlan_id: 100, primary_prefix: 192.168.100.0/30, "
    "secondary_prefix: 192.168.100.4/30}}, {kind: jump-box}]"
)
STACKS: tuple[tuple[str, ...], ...] = (
    (),
    (
        "database.authentication=sql",
        "load_balancer.grpc=true",
        "nodes.zones=[]",
        "database.redundancy=local",
    ),
    ("network.access=[]", "backup={kind: none}", "load_balancer.portal_dns_zone=false"),
    (
        "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: join}",
        "network.dns_servers=[10.10.0.4, 10.10.0.5]",
        "database={kind: sql-vm-failover-cluster}",
    ),
    (
        "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: join}",
        "network.dns_servers=[10.10.0.4, 10.10.0.5]",
        "database={kind: sql-vm-failover-cluster, storage: {kind: premium-file-share}}",
    ),
    ("load_balancer={kind: application-gateway, http_redirect: true}", "network.access=[]"),
    ("load_balancer={kind: application-gateway, exposure: both, open_to_internet: true}",),
    ("load_balancer={exposure: public, open_to_internet: true}", "network.access=[]"),
    (GATEWAYS,),
    ("load_balancer={kind: front-door}", "network.client_prefixes=[203.0.113.0/26]"),
    ("load_balancer={kind: front-door, open_to_internet: true, http_redirect: true, grpc: true}",),
    ("load_balancer={kind: f5-big-ip}",),
    ("load_balancer={kind: kemp-loadmaster}",),
)
PUBLIC_PORTAL = {
    each
    for each in STACKS
    if any("open_to_internet" in one and "front-door" not in one for one in each)
}

# The hosts of Bicep's no-hardcoded-env-urls: each is right in one cloud only.
CLOUD_HOSTS = re.compile(
    r"management\.azure\.com|management\.core\.windows\.net|gallery\.azure\.com"
    r"|login\.microsoftonline\.com|graph\.windows\.net|trafficmanager\.net|core\.windows\.net"
    r"|database\.windows\.net|vault\.azure\.net|datalake\.azure\.net"
    r"|azuredatalakestore\.net|azuredatalakeanalytics\.net|api\.loganalytics\.io",
    re.IGNORECASE,
)

# A name of this kind holds a secret, unless it says that it holds something about one.
SECRET_NAME = re.compile(r"password|secret|token|masterkey|licen[cs]ebase64|pfx", re.IGNORECASE)
ABOUT_SECRETS = re.compile(r"(Name|Names|Uri|Index|ExpireOn|ResourceId)$")

# The newest version that the published schemas and the SDK models both describe is right, however old it is.
OLD_BUT_NEWEST = {
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.DevTestLab/schedules": "2018-09-15",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/activityLogAlerts": "2020-10-01",
    "Microsoft.Insights/dataCollectionRuleAssociations": "2024-03-11",
    "Microsoft.Insights/dataCollectionRules": "2024-03-11",
    "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview",
    "Microsoft.Insights/metricAlerts": "2018-03-01",
    "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
    "Microsoft.Maintenance/configurationAssignments": "2023-04-01",
    "Microsoft.Maintenance/maintenanceConfigurations": "2023-04-01",
    "Microsoft.Network/privateDnsZones": "2024-06-01",
    "Microsoft.Network/privateDnsZones/A": "2024-06-01",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "2024-06-01",
    "Microsoft.SqlVirtualMachine/sqlVirtualMachines": "2023-10-01",
}
OLDEST = dt.timedelta(days=730)

LOGGED = {
    "Microsoft.Cdn/profiles",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/expressRouteCircuits",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/trafficmanagerprofiles",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.RecoveryServices/vaults",
    "Microsoft.Sql/servers/databases",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/fileServices",
}
# They have no resource logs, or only metrics, which Azure Monitor keeps for 93 days by itself.
NOT_LOGGED = {
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Cdn/profiles/afdEndpoints",
    "Microsoft.Cdn/profiles/afdEndpoints/routes",
    "Microsoft.Cdn/profiles/customDomains",
    "Microsoft.Cdn/profiles/originGroups",
    "Microsoft.Cdn/profiles/originGroups/origins",
    "Microsoft.Cdn/profiles/secrets",
    "Microsoft.Cdn/profiles/securityPolicies",
    "Microsoft.Compute/availabilitySets",
    "Microsoft.Compute/disks",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/virtualMachines/extensions",
    "Microsoft.Compute/virtualMachines/runCommands",
    "Microsoft.DevTestLab/schedules",
    "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/activityLogAlerts",
    "Microsoft.Insights/dataCollectionRuleAssociations",
    "Microsoft.Insights/dataCollectionRules",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Insights/metricAlerts",
    "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.KeyVault/vaults/secrets",
    "Microsoft.Maintenance/configurationAssignments",
    "Microsoft.Maintenance/maintenanceConfigurations",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/connections",
    "Microsoft.Network/expressRouteCircuits/peerings",
    "Microsoft.Network/localNetworkGateways",
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/A",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/privateLinkServices",
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers",
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
    "Microsoft.RecoveryServices/vaults/backupPolicies",
    "Microsoft.Sql/servers",
    "Microsoft.Sql/servers/auditingSettings",
    "Microsoft.Sql/servers/connectionPolicies",
    "Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies",
    "Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies",
    "Microsoft.Sql/servers/databases/transparentDataEncryption",
    "Microsoft.Sql/servers/securityAlertPolicies",
    "Microsoft.Sql/servers/sqlVulnerabilityAssessments",
    "Microsoft.SqlVirtualMachine/sqlVirtualMachines",
    "Microsoft.Storage/storageAccounts/fileServices/shares",
}
# Azure takes no tags for them, or, for protected items, would start a job to change them.
UNTAGGED = {
    "Microsoft.Maintenance/configurationAssignments",
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
}

PRIVATE = {
    "Microsoft.Compute/disks",
    "Microsoft.KeyVault/vaults",
    "Microsoft.RecoveryServices/vaults",
    "Microsoft.Sql/servers",
    "Microsoft.Storage/storageAccounts",
}

WITH_NETWORK_RULES = {"Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts"}

Template = dict[str, Any]
pytestmark = pytest.mark.parametrize("settings", STACKS, ids=lambda each: " ".join(each)[:60])


@cache
def _bundle(settings: tuple[str, ...]) -> Bundle:
    return build(load(None, settings=settings))


def _modules(settings: tuple[str, ...]) -> list[Template]:
    return [each["properties"]["template"] for each in _bundle(settings).template["resources"]]


def _templates(settings: tuple[str, ...]) -> list[Template]:
    return [_bundle(settings).template, *_modules(settings)]


def _resources(settings: tuple[str, ...]) -> list[Template]:
    return [resource for module in _modules(settings) for resource in module["resources"]]


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """List every key with its value, however deep."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from _entries(item)
    elif isinstance(value, list):
        for item in value:
            yield from _entries(item)


def _text_files(settings: tuple[str, ...]) -> dict[str, str]:
    return {
        path: content.decode()
        for path, content in _bundle(settings).files.items()
        if path.endswith((".bicep", ".ps1"))
    }


def test_no_resource_has_a_location_of_its_own(settings: tuple[str, ...]) -> None:
    locations = {resource.get("location") for resource in _resources(settings)}

    assert locations == {None, "global", "[parameters('location')]"}


def test_modules_lie_where_their_resource_group_lies(settings: tuple[str, ...]) -> None:
    for module in _modules(settings):
        assert module["parameters"]["location"]["defaultValue"] == "[resourceGroup().location]"


def test_no_address_is_right_in_one_cloud_only(settings: tuple[str, ...]) -> None:
    found = {
        path: match[0]
        for path, text in _text_files(settings).items()
        if (match := CLOUD_HOSTS.search(text))
    }

    assert found == {}


def test_parameters_that_hold_secrets_are_secure(settings: tuple[str, ...]) -> None:
    open_secrets = [
        name
        for template in _templates(settings)
        for name, parameter in template["parameters"].items()
        if SECRET_NAME.search(name)
        and not ABOUT_SECRETS.search(name)
        and parameter["type"] != "securestring"
    ]

    assert open_secrets == []


def test_secure_parameters_have_no_default(settings: tuple[str, ...]) -> None:
    for template in _templates(settings):
        for name, parameter in template["parameters"].items():
            assert not (parameter["type"].startswith("secure") and "defaultValue" in parameter), (
                name
            )


def test_every_description_says_whether_a_value_is_needed(settings: tuple[str, ...]) -> None:
    for template in _templates(settings):
        for name, parameter in template["parameters"].items():
            text = parameter["metadata"]["description"]
            assert text.endswith("."), name
            required = "defaultValue" not in parameter
            assert text.startswith("Required. " if required else ("Optional. ", "Conditional. ")), (
                name
            )


def test_every_output_is_described(settings: tuple[str, ...]) -> None:
    for template in _templates(settings):
        for name, output in template["outputs"].items():
            assert output["metadata"]["description"].endswith("."), name


def test_every_template_says_what_it_is(settings: tuple[str, ...]) -> None:
    for template in _templates(settings):
        assert template["$schema"].startswith(
            "https://schema.management.azure.com/schemas/2019-04-01"
        )
        assert template["metadata"]["name"]
        assert template["metadata"]["description"].endswith(".")


def test_every_module_gives_its_name_and_resource_id(settings: tuple[str, ...]) -> None:
    for module in _modules(settings):
        assert {"name", "resourceId"} <= set(module["outputs"]), module["metadata"]["name"]


def test_api_versions_are_of_the_last_two_years_or_the_newest(settings: tuple[str, ...]) -> None:
    newest = max(dt.date.fromisoformat(version[:10]) for version in api_versions().values())
    for resource in _resources(settings):
        version = resource["apiVersion"]
        age = newest - dt.date.fromisoformat(version[:10])
        assert age <= OLDEST or OLD_BUT_NEWEST.get(resource["type"]) == version, resource["type"]


def test_versions_in_preview_are_those_without_a_stable_one(settings: tuple[str, ...]) -> None:
    previews = {
        resource["type"] for resource in _resources(settings) if "preview" in resource["apiVersion"]
    }

    assert previews == {"Microsoft.Insights/diagnosticSettings"}


def _machines(settings: tuple[str, ...]) -> tuple[Template, Template]:
    """Give the module of the nodes and the virtual machines in it."""
    for module in _modules(settings):
        for resource in module["resources"]:
            # The nodes run Windows; appliances run what their vendor made.
            if (
                resource["type"] == "Microsoft.Compute/virtualMachines"
                and "windowsConfiguration" in resource["properties"]["osProfile"]
            ):
                return module, resource
    raise AssertionError("there are no virtual machines")


def test_size_image_and_administrator_are_parameters(settings: tuple[str, ...]) -> None:
    module, machines = _machines(settings)
    properties = machines["properties"]

    assert properties["hardwareProfile"]["vmSize"] == "[parameters('vmSize')]"
    assert properties["storageProfile"]["imageReference"] == "[parameters('imageReference')]"
    assert properties["osProfile"]["adminUsername"] == "[parameters('adminUsername')]"
    assert properties["osProfile"]["adminPassword"] == "[parameters('adminPassword')]"
    image = module["parameters"]["imageReference"]["defaultValue"]
    assert image["version"] == "latest"
    assert "preview" not in str(image).lower()


def test_machines_start_trusted_and_are_patched_by_the_platform(settings: tuple[str, ...]) -> None:
    properties = _machines(settings)[1]["properties"]

    assert properties["securityProfile"]["securityType"] == "TrustedLaunch"
    assert properties["securityProfile"]["uefiSettings"] == {
        "secureBootEnabled": True,
        "vTpmEnabled": True,
    }
    windows = properties["osProfile"]["windowsConfiguration"]
    assert windows["provisionVMAgent"] is True
    assert windows["enableAutomaticUpdates"] is True
    assert windows["patchSettings"]["patchMode"] == "AutomaticByPlatform"


def test_disks_are_managed_and_cached_for_what_they_hold(settings: tuple[str, ...]) -> None:
    profile = _machines(settings)[1]["properties"]["storageProfile"]

    assert "vhd" not in profile["osDisk"]
    assert profile["osDisk"]["caching"] == "ReadWrite"
    assert [disk["caching"] for disk in profile["dataDisks"]] == ["ReadOnly"]


def test_no_network_interface_has_a_public_address(settings: tuple[str, ...]) -> None:
    for resource in _resources(settings):
        if resource["type"] == "Microsoft.Network/networkInterfaces":
            assert "publicIPAddress" not in dict(_entries(resource))
            assert "dnsSettings" not in resource["properties"]


def test_interfaces_of_nodes_are_accelerated(settings: tuple[str, ...]) -> None:
    for resource in _machines(settings)[0]["resources"]:
        if resource["type"] == "Microsoft.Network/networkInterfaces":
            assert resource["properties"]["enableAcceleratedNetworking"] is True


def test_only_what_is_asked_for_by_name_has_a_public_address(settings: tuple[str, ...]) -> None:
    names = [
        resource["name"].split("-{0}-")[1].split("'")[0]
        for resource in _resources(settings)
        if resource["type"] == "Microsoft.Network/publicIPAddresses"
    ]
    allowed = ["nat"]
    if settings in PUBLIC_PORTAL:
        allowed.append("portal")
    if settings == (GATEWAYS,):
        allowed += ["vpn-first", "vpn-second", "vpn-clients"]
    elif "network.access=[]" not in settings:
        allowed.append("bastion")

    assert names == allowed


def test_nothing_speaks_less_than_tls_1_2(settings: tuple[str, ...]) -> None:
    versions = {
        (key, value)
        for resource in _resources(settings)
        for key, value in _entries(resource)
        if re.fullmatch(r"min(imum|imal)?TlsVersion", key, re.IGNORECASE)
    }

    assert versions <= {
        ("minimalTlsVersion", "1.2"),
        ("minimumTlsVersion", "TLS1_2"),
        ("minimumTlsVersion", "TLS12"),
    }
    assert ("minimumTlsVersion", "TLS1_2") in versions


def test_nothing_is_open_to_public_networks(settings: tuple[str, ...]) -> None:
    for resource in _resources(settings):
        given = [value for key, value in _entries(resource) if key == "publicNetworkAccess"]
        assert set(given) <= {"Disabled"}, resource["type"]
        assert given or resource["type"] not in PRIVATE, resource["type"]


def test_every_way_around_the_network_is_closed_by_default(settings: tuple[str, ...]) -> None:
    rules = [
        value
        for resource in _resources(settings)
        for key, value in _entries(resource)
        if key == "networkAcls"
    ]

    with_rules = [each for each in _resources(settings) if each["type"] in WITH_NETWORK_RULES]
    assert len(rules) == len(with_rules)
    assert all(each["defaultAction"] == "Deny" and not each["ipRules"] for each in rules)


def test_what_has_logs_sends_them_to_the_workspace(settings: tuple[str, ...]) -> None:
    for module in _modules(settings):
        settings_of = [
            each["scope"]
            for each in module["resources"]
            if each["type"] == "Microsoft.Insights/diagnosticSettings"
        ]
        logged = [each for each in module["resources"] if each["type"] in LOGGED]
        for resource in logged:
            name = _inner(resource["name"])
            scopes = [scope for scope in settings_of if f"'{resource['type']}'" in scope]
            assert [scope for scope in scopes if name in scope], resource["name"]


def _inner(name: str) -> str:
    """Give what the name of a resource is made of, as `resourceId()` writes it."""
    text = name.removeprefix("[").removesuffix("]")
    parts = re.fullmatch(r"format\('\{0\}(?:/\{\d\})+', (.*)\)", text)
    return parts[1] if parts else text


def test_of_every_type_it_is_known_whether_it_has_logs(settings: tuple[str, ...]) -> None:
    types = {resource["type"] for resource in _resources(settings)}

    assert types <= LOGGED | NOT_LOGGED
    assert not LOGGED & NOT_LOGGED


def test_whatever_lies_somewhere_carries_the_tags(settings: tuple[str, ...]) -> None:
    for resource in _resources(settings):
        if "location" in resource and resource["type"] not in UNTAGGED:
            assert resource.get("tags") == "[parameters('tags')]", resource["type"]


def test_extensions_and_commands_carry_no_secret(settings: tuple[str, ...]) -> None:
    module, _ = _machines(settings)
    secure = [
        name
        for name, parameter in module["parameters"].items()
        if parameter["type"].startswith("secure")
    ]
    for resource in module["resources"]:
        if resource["type"].endswith(("/extensions", "/runCommands")):
            # What Azure hands to the machine and to nobody else.
            hidden = {"protectedSettings", "protectedParameters"}
            text = str(
                {key: each for key, each in resource["properties"].items() if key not in hidden}
            )
            assert not [name for name in secure if f"parameters('{name}')" in text]
            assert "commandToExecute" not in text


def test_identity_of_a_machine_is_not_the_retired_extension(settings: tuple[str, ...]) -> None:
    text = str(_resources(settings))

    assert "ManagedIdentityExtensionForWindows" not in text
    assert "MicrosoftMonitoringAgent" not in text


def test_embedded_scripts_stay_small_enough_for_a_run_command(settings: tuple[str, ...]) -> None:
    """Azure takes a script of about 64 KB, and Bicep a text of 131,072 characters."""
    sizes = {
        path: len(content)
        for path, content in _bundle(settings).files.items()
        if path.endswith(".ps1")
    }

    assert sizes
    assert all(size < 64_000 for size in sizes.values()), sizes
