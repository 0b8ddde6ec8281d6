"""What scanners look for in production, held for every resource that a sample makes.

The rules are those of PSRule for Azure (AZR), checkov (CKV) and the Azure Proactive Resiliency Library
(APRL); `templates/README.md` says which of them are not followed, and why. Here every parameter and
expression is worked out, so a rule sees what Azure would get.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.deployment.engine import Deployed, Resource
from tests.unit.deployment.test_deployments import SAMPLES, deployed, real, subnets_of

Body = dict[str, Any]
Holds = Callable[[Body], bool]


@dataclass(frozen=True)
class Rule:
    """What has to be so of every resource of a type.

    Attributes:
        name: Its names in the tools.
        type: The resource type.
        holds: Whether a resource keeps it; given everything but id and type, worked out.
        when: For which resources of the type.
    """

    name: str
    type: str
    holds: Holds
    when: Holds = lambda _: True


def _get(body: Any, path: str) -> Any:
    """Read a path of keys; None where there is nothing."""
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _is(path: str, *values: Any) -> Holds:
    return lambda body: _get(body, path) in values


def _like(path: str, pattern: str) -> Holds:
    return lambda body: re.search(pattern, str(_get(body, path))) is not None


def _absent(path: str) -> Holds:
    return lambda body: _get(body, path) is None


def _each(path: str, holds: Holds) -> Holds:
    return lambda body: all(holds(each) for each in _get(body, path) or [])


def _some(path: str, holds: Holds) -> Holds:
    return lambda body: any(holds(each) for each in _get(body, path) or [])


def _all(*parts: Holds) -> Holds:
    return lambda body: all(part(body) for part in parts)


def _three_zones(body: Body) -> bool:
    return sorted(body.get("zones") or []) == ["1", "2", "3"]


def _redundant(front_end: Body) -> bool:
    """A public front end has the zones of its address."""
    return len(front_end.get("zones") or []) >= 2 or "publicIPAddress" in front_end["properties"]


def _separate_disks(body: Body) -> bool:
    storage = _get(body, "properties.storageConfigurationSettings")
    units = [_get(storage, f"{part}.luns") for part in DISKS_OF_SQL]
    return None not in units and len({lun for each in units for lun in each}) == sum(
        map(len, units)
    )


def _probe_asks_octopus(probe: Body) -> bool:
    """On a port of the web a probe asks a path of its own, and TLS is checked over TLS."""
    inner = probe["properties"]
    web = inner["port"] in {80, 443, 8080}
    return inner["protocol"] in {"Http", "Https"} and (not web or inner["requestPath"] != "/")


def _strong_ipsec(policy: Body) -> bool:
    return not re.search(r"DES|MD5|SHA1|None|DHGroup(1|2|24)\b|PFS(1|2)\b", str(policy))


def _https_or_redirect(body: Body) -> bool:
    """Plain HTTP is there to lead to HTTPS and for nothing else."""
    properties = body["properties"]
    plain = {
        each["name"]
        for each in properties["httpListeners"]
        if each["properties"]["protocol"] != "Https"
    }
    return not [
        rule
        for rule in properties["requestRoutingRules"]
        if rule["properties"]["httpListener"]["id"].rpartition("/")[2] in plain
        and not rule["properties"].get("redirectConfiguration")
    ]


MACHINE = "Microsoft.Compute/virtualMachines"
INTERFACE = "Microsoft.Network/networkInterfaces"
BALANCER = "Microsoft.Network/loadBalancers"
GATEWAY = "Microsoft.Network/applicationGateways"
FIREWALL = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
TUNNELS = "Microsoft.Network/virtualNetworkGateways"
GROUP = "Microsoft.Network/networkSecurityGroups"
ADDRESS = "Microsoft.Network/publicIPAddresses"
BASTION = "Microsoft.Network/bastionHosts"
SQL = "Microsoft.SqlVirtualMachine/sqlVirtualMachines"
ACCOUNT = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"
BACKUP = "Microsoft.RecoveryServices/vaults"

MANAGEMENT = {"*", "22", "80", "445", "1433", "3389", "5985", "5986"}
DISKS_OF_SQL = ("sqlDataSettings", "sqlLogSettings", "sqlTempDbSettings")
windows = _like("properties.osProfile.windowsConfiguration", "provisionVMAgent")
vpn = _is("properties.gatewayType", "Vpn")
tunnel = _is("properties.connectionType", "IPsec")

RULES = [
    Rule("AZR-000238 CKV_AZURE_92", MACHINE, _absent("properties.storageProfile.osDisk.vhd")),
    Rule(
        "AZR-000239 APRL df0ff862 system disks",
        MACHINE,
        _like("properties.storageProfile.osDisk.managedDisk.storageAccountType", "^Premium_"),
    ),
    Rule(
        "AZR-000240 AZR-000241 APRL 3201dba8",
        MACHINE,
        _like("properties.hardwareProfile.vmSize", r"^Standard_(?![AB]\d)(?!.*Promo)"),
    ),
    Rule(
        "AZR-000242",
        MACHINE,
        _all(
            _is("properties.storageProfile.osDisk.caching", "ReadWrite"),
            _each("properties.storageProfile.dataDisks", _is("caching", "ReadOnly", "None")),
        ),
    ),
    Rule(
        "AZR-000246 AZR-000247 CKV_AZURE_177",
        MACHINE,
        _all(
            _is("properties.osProfile.windowsConfiguration.provisionVMAgent", True),
            _is("properties.osProfile.windowsConfiguration.enableAutomaticUpdates", True),
            _is(
                "properties.osProfile.windowsConfiguration.patchSettings.patchMode",
                "AutomaticByPlatform",
            ),
        ),
        windows,
    ),
    Rule(
        "Trusted launch",
        MACHINE,
        _all(
            _is("properties.securityProfile.securityType", "TrustedLaunch"),
            _is("properties.securityProfile.uefiSettings.secureBootEnabled", True),
            _is("properties.securityProfile.uefiSettings.vTpmEnabled", True),
        ),
        windows,
    ),
    Rule(
        "AZR-000254 APRL 2bd0be95",
        MACHINE,
        lambda body: bool(body.get("zones") or _get(body, "properties.availabilitySet")),
    ),
    Rule(
        "Bicep use-stable-vm-image, arm-ttk VM-Images-Should-Use-Latest-Version",
        MACHINE,
        _all(
            _is("properties.storageProfile.imageReference.version", "latest"),
            lambda body: "preview" not in str(_get(body, "properties.storageProfile")).casefold(),
        ),
    ),
    Rule("CKV_AZURE_45", MACHINE, _absent("properties.osProfile.customData")),
    Rule(
        "boot diagnostics",
        MACHINE,
        _is("properties.diagnosticsProfile.bootDiagnostics.enabled", True),
    ),
    Rule(
        "Azure.VM.PublicIPAttached",
        INTERFACE,
        lambda body: "publicIPAddress" not in str(body),
    ),
    Rule(
        "AZR-000244 APRL dfedbeb1",
        INTERFACE,
        _is("properties.enableAcceleratedNetworking", True),
        # Exceptions of templates/README.md.
        lambda body: not re.search(r"-lm-\d$|-bigip-\d-management$", body["#name"]),
    ),
    Rule(
        "AZR-000258",
        INTERFACE,
        _absent("properties.dnsSettings"),
        # Exception of templates/README.md.
        lambda body: not re.search(r"-dc\d$", body["#name"]),
    ),
    Rule(
        "APRL df0ff862 70b1d2be data disks",
        "Microsoft.Compute/disks",
        _all(
            _like("sku.name", "^(Premium|PremiumV2|UltraSSD)_"),
            _is("properties.networkAccessPolicy", "DenyAll"),
            _is("properties.publicNetworkAccess", "Disabled"),
        ),
    ),
    Rule("AZR-000157 AZR-000158 APRL 5cea1501", ADDRESS, _like("sku.name", "^Standard(V2)?$")),
    Rule("APRL c63b81fb", ADDRESS, _three_zones, _is("sku.name", "Standard")),
    Rule("static address", ADDRESS, _is("properties.publicIPAllocationMethod", "Static")),
    Rule("AZR-000128 APRL 38c3bca1", BALANCER, _is("sku.name", "Standard")),
    Rule(
        "AZR-000127 APRL 621dbc78",
        BALANCER,
        _each("properties.frontendIPConfigurations", _redundant),
    ),
    Rule("AZR-000126", BALANCER, _each("properties.probes", _probe_asks_octopus)),
    Rule(
        "APRL 8d319a05 no way out by accident",
        BALANCER,
        _all(
            _each("properties.loadBalancingRules", _is("properties.disableOutboundSnat", True)),
            _absent("properties.outboundRules"),
        ),
    ),
    Rule(
        "TCP reset",
        BALANCER,
        _all(
            _each("properties.loadBalancingRules", _is("properties.enableTcpReset", True)),
            _each("properties.inboundNatRules", _is("properties.enableTcpReset", True)),
        ),
    ),
    Rule(
        "AZR-000062 AZR-000065 AZR-000066 APRL 7893f0b3",
        GATEWAY,
        _is("properties.sku.name", "WAF_v2"),
    ),
    Rule(
        "AZR-000061 APRL 823b0cff",
        GATEWAY,
        lambda body: _get(body, "properties.autoscaleConfiguration.minCapacity") >= 2,
    ),
    Rule("AZR-000060 APRL c9c00f2a", GATEWAY, _three_zones),
    Rule("AZR-000059 APRL 233a7008", GATEWAY, _https_or_redirect),
    Rule(
        "AZR-000064 CKV_AZURE_218",
        GATEWAY,
        _is("properties.sslPolicy.policyName", "AppGwSslPolicy20220101S"),
    ),
    Rule(
        "AZR-000423",
        GATEWAY,
        _all(
            _like(
                "properties.firewallPolicy.id", "/ApplicationGatewayWebApplicationFirewallPolicies/"
            ),
            _absent("properties.webApplicationFirewallConfiguration"),
        ),
    ),
    Rule(
        "APRL 10f02bc6 APRL 847a8d88",
        GATEWAY,
        _all(
            _each(
                "properties.backendHttpSettingsCollection",
                _all(
                    _is("properties.connectionDraining.enabled", True),
                    _like("properties.probe.id", "/probes/"),
                    _is("properties.cookieBasedAffinity", "Disabled"),
                ),
            ),
            _each("properties.probes", _is("properties.path", "/api/octopusservernodes/ping")),
        ),
    ),
    Rule(
        "AZR-000302 AZR-000309",
        FIREWALL,
        _all(
            _is("properties.policySettings.mode", "Prevention"),
            _is("properties.policySettings.state", "Enabled"),
        ),
    ),
    Rule(
        "AZR-000304",
        FIREWALL,
        _all(
            _some(
                "properties.managedRules.managedRuleSets",
                _is("ruleSetType", "Microsoft_DefaultRuleSet"),
            ),
            _some(
                "properties.managedRules.managedRuleSets",
                _is("ruleSetType", "Microsoft_BotManagerRuleSet"),
            ),
        ),
    ),
    Rule(
        "AZR-000269 AZR-000271 AZR-000272 AZR-000273 APRL 5b1933a6 APRL bbe668b7",
        TUNNELS,
        _like("properties.sku.name", "AZ$|^ErGwScale$"),
    ),
    Rule(
        "AZR-000270 APRL 281a2713",
        TUNNELS,
        lambda body: (
            _get(body, "properties.activeActive")
            and len(_get(body, "properties.ipConfigurations")) >= 2
        ),
        # The sample of all ways in asks for one instance by name.
        lambda body: vpn(body) and body["#sample"] != "all-ways-in",
    ),
    Rule("route-based", TUNNELS, _is("properties.vpnType", "RouteBased"), vpn),
    Rule(
        "IKEv2 and no weak cipher",
        "Microsoft.Network/connections",
        _all(
            _is("properties.connectionProtocol", "IKEv2"),
            _some("properties.ipsecPolicies", lambda _: True),
            _each("properties.ipsecPolicies", _strong_ipsec),
        ),
        tunnel,
    ),
    Rule(
        "Bastion gives no more than a desktop",
        BASTION,
        _all(
            _is("properties.disableCopyPaste", True),
            _is("properties.enableFileCopy", False),
            _is("properties.enableShareableLink", False),
            _is("properties.enableIpConnect", False),
        ),
        _is("sku.name", "Standard", "Premium"),
    ),
    Rule("APRL c9b0c6f6", BASTION, _three_zones),
    Rule(
        "AZR-000137 CKV_AZURE_9 CKV_AZURE_10 CKV_AZURE_160",
        GROUP,
        _each(
            "properties.securityRules",
            lambda rule: not _opens_management(rule),
        ),
    ),
    Rule(
        "deny the rest inside the network, too",
        GROUP,
        _some(
            "properties.securityRules",
            _all(
                _is("properties.direction", "Inbound"),
                _is("properties.access", "Deny"),
                _is("properties.sourceAddressPrefix", "*"),
                _is("properties.destinationPortRange", "*"),
                _is("properties.protocol", "*"),
                _is("properties.priority", 4096),
            ),
        ),
    ),
    Rule(
        "AZR-000138",
        GROUP,
        _some("properties.securityRules", _is("properties.access", "Allow")),
        # Exception of templates/README.md.
        lambda body: not body["#name"].endswith(("-load-balancer", "-private-link")),
    ),
    Rule(
        "AZR-000324 data, log and temporary database apart",
        SQL,
        _separate_disks,
        _some("properties.storageConfigurationSettings", lambda _: True),
    ),
    Rule(
        "least privilege of the SQL Server extension",
        SQL,
        _all(
            _is("properties.leastPrivilegeMode", "Enabled"),
            _is("properties.sqlServerLicenseType", "PAYG", "AHUB", "DR"),
        ),
    ),
    Rule(
        "AZR-000196 AZR-000198 AZR-000200 AZR-000202 CKV_AZURE_3 CKV_AZURE_35 CKV_AZURE_44 CKV_AZURE_59",
        ACCOUNT,
        _all(
            _is("properties.supportsHttpsTrafficOnly", True),
            _is("properties.minimumTlsVersion", "TLS1_2"),
            _is("properties.allowBlobPublicAccess", False),
            _is("properties.allowCrossTenantReplication", False),
            _is("properties.publicNetworkAccess", "Disabled"),
            _is("properties.networkAcls.defaultAction", "Deny"),
        ),
    ),
    Rule("zone-redundant files", ACCOUNT, _like("sku.name", "_G?ZRS$")),
    Rule(
        "AZR-000298",
        "Microsoft.Storage/storageAccounts/fileServices",
        _is("properties.shareDeleteRetentionPolicy.enabled", True),
    ),
    Rule(
        "AZR-000124 AZR-000125 AZR-000355 CKV_AZURE_42 CKV_AZURE_109 CKV_AZURE_189",
        VAULT,
        _all(
            _is("properties.enableRbacAuthorization", True),
            _is("properties.enableSoftDelete", True),
            _is("properties.enablePurgeProtection", True),
            _is("properties.networkAcls.defaultAction", "Deny"),
            _is("properties.publicNetworkAccess", "Disabled"),
        ),
    ),
    Rule(
        "AZR-000171 AZR-000350",
        BACKUP,
        _all(
            _is("properties.securitySettings.immutabilitySettings.state", "Unlocked", "Locked"),
            _is("properties.securitySettings.softDeleteSettings.softDeleteState", "AlwaysON"),
            _is(
                "properties.monitoringSettings.azureMonitorAlertSettings.alertsForAllJobFailures",
                "Enabled",
            ),
        ),
    ),
    Rule(
        "AZR-000191",
        "Microsoft.Sql/servers/databases/transparentDataEncryption",
        _is("properties.state", "Enabled"),
    ),
    Rule(
        "AZR-000187 CKV_AZURE_23",
        "Microsoft.Sql/servers/auditingSettings",
        _is("properties.state", "Enabled"),
    ),
    Rule(
        "CKV_AZURE_25 CKV_AZURE_27",
        "Microsoft.Sql/servers/securityAlertPolicies",
        _all(
            _is("properties.state", "Enabled"),
            _is("properties.emailAccountAdmins", True),
            lambda body: (
                not [each for each in _get(body, "properties.disabledAlerts") or [] if each]
            ),
        ),
    ),
]


def _opens_management(rule: Body) -> bool:
    """Whether anybody may reach every port, or one that nobody outside needs."""
    properties = rule["properties"]
    return (
        (properties["direction"], properties["access"]) == ("Inbound", "Allow")
        and properties.get("sourceAddressPrefix") in {"*", "Internet", "0.0.0.0/0"}
        and bool(MANAGEMENT & set(_ports(rule)))
    )


def _ports(rule: Body) -> list[str]:
    properties = rule["properties"]
    return [
        *properties.get("destinationPortRanges", []),
        properties.get("destinationPortRange", ""),
    ]


def _of(rule: Rule) -> Iterator[tuple[str, Body]]:
    """Give the resources that a rule is about, and where they are."""
    for folder in SAMPLES:
        for resource in deployed(folder).of_type(rule.type):
            body = {**resource.body, "#name": resource.name, "#sample": folder.name}
            if rule.when(body):
                yield f"{folder.name}: {resource.name}", body


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_resource_keeps_the_rules_of_its_type(rule: Rule) -> None:
    found = list(_of(rule))

    assert found
    assert [place for place, body in found if not rule.holds(body)] == []


@pytest.fixture(params=SAMPLES, ids=lambda folder: folder.name)
def made(request: pytest.FixtureRequest) -> Deployed:
    return deployed(request.param)


def _windows_machines(made: Deployed) -> list[Resource]:
    return [each for each in made.of_type(MACHINE) if windows(each.body)]


def test_every_windows_machine_is_watched_by_the_agent_of_today(made: Deployed) -> None:
    """AZR-000345 and AZR-000317."""
    agents = {
        each.name.split("/")[0]
        for each in made.of_type(f"{MACHINE}/extensions")
        if each.body["properties"]["type"] == "AzureMonitorWindowsAgent"
    }

    assert agents >= {each.name for each in _windows_machines(made)}
    assert "MicrosoftMonitoringAgent" not in str(made.resources)


def test_every_windows_machine_is_patched_in_a_window_of_its_own(made: Deployed) -> None:
    """AZR-000375; two machines of a role are never patched on the same day."""
    windows_of = {
        each.id.casefold(): each.body["properties"]["maintenanceWindow"]["recurEvery"]
        for each in made.of_type("Microsoft.Maintenance/maintenanceConfigurations")
    }
    days: dict[str, str] = {}
    for each in made.of_type("Microsoft.Maintenance/configurationAssignments"):
        machine = re.search(r"/virtualmachines/([^/]+)/", each.id.casefold())
        assert machine, each.id
        days[machine[1]] = windows_of[
            each.body["properties"]["maintenanceConfigurationId"].casefold()
        ]
    roles: dict[str, list[str]] = {}
    for each in _windows_machines(made):
        role = re.sub(r"-?\d+$", "", each.name)
        roles.setdefault(role, []).append(days[each.name.casefold()])

    assert roles
    assert {role: days for role, days in roles.items() if len(set(days)) < len(days)} == {}


def test_machines_of_a_role_stand_in_different_zones(made: Deployed) -> None:
    """APRL 273f6b30."""
    roles: dict[str, list[str]] = {}
    for each in made.of_type(MACHINE):
        role = re.sub(r"-?\d+$", "", each.name)
        roles.setdefault(role, []).append(str(each.body.get("zones")))

    assert {
        role: zones for role, zones in roles.items() if len(set(zones)) < min(len(zones), 3)
    } == {}


def test_public_addresses_are_used(made: Deployed) -> None:
    """AZR-000154."""
    others = str([each.body for each in real(made) if each.type != ADDRESS]).casefold()

    assert [each.name for each in made.of_type(ADDRESS) if each.id.casefold() not in others] == []


def test_every_subnet_is_guarded_and_has_no_way_out_by_accident(made: Deployed) -> None:
    """AZR-000263, AZR-000264, APRL 8364fd0a and Azure.VNET.PrivateSubnet."""
    for network in made.of_type("Microsoft.Network/virtualNetworks"):
        servers = _get(network.body, "properties.dhcpOptions.dnsServers") or []
        assert len(servers) != 1
        for subnet in subnets_of(made, network):
            name, properties = subnet["name"], subnet["properties"]
            if name not in {"GatewaySubnet", "AzureFirewallSubnet", "RouteServerSubnet"}:
                assert properties.get("networkSecurityGroup"), name
            if not name.endswith("Subnet"):
                assert properties["defaultOutboundAccess"] is False, name
            if name.endswith("-application-gateway"):
                assert int(properties["addressPrefix"].rpartition("/")[2]) <= 24


def test_no_machine_opens_a_desktop_of_another(made: Deployed) -> None:
    """AZR-000139, for the subnets of machines; Bastion and a jump box are there to do that."""
    open_subnets = []
    for group in made.of_type(GROUP):
        if group.name.endswith(("-bastion", "-jump-box", "-load-balancer", "-private-endpoints")):
            continue
        if group.name.endswith(("-application-gateway", "-private-link")):
            continue
        denies = [
            rule["properties"]
            for rule in group.body["properties"]["securityRules"]
            if rule["properties"]["direction"] == "Outbound"
            and rule["properties"]["access"] == "Deny"
            and {"3389", "*"} & set(_ports(rule))
        ]
        if not denies:
            open_subnets.append(group.name)

    assert open_subnets == []
