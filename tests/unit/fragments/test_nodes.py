"""The module of the Octopus nodes: what Azure is asked for, and what its script is told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.bicep import CompileResult, compile_text
from octoha_templates.config.load import stack_from_text
from octoha_templates.config.model import Stack
from octoha_templates.diagnostics import Diagnostic
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import render_component
from octoha_templates.validation import validate_template

ROOT = Path(__file__).resolve().parents[3]
OFFICIAL_SCHEMAS = ROOT.parent / "shared" / "arm-schemas"
MINIMAL = """
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admins@example.com}
"""


def stack(more: str = "") -> Stack:
    """Load the smallest stack, with more keys."""
    return stack_from_text(MINIMAL + more)


@cache
def compiled(more: str = "") -> CompileResult:
    """Render and compile the module."""
    rendering = render_component(stack(more), get_component("nodes/virtual-machines"))
    [module] = rendering.modules
    return compile_text(module.text, file=module.path, read=rendering.scripts.__getitem__)


def resources(result: CompileResult, resource_type: str) -> list[dict[str, Any]]:
    """Give the resources of a type."""
    return [item for item in result.template["resources"] if item["type"] == resource_type]


def only(result: CompileResult, resource_type: str) -> dict[str, Any]:
    """Give the one resource of a type."""
    [found] = resources(result, resource_type)
    return found


def default(result: CompileResult, parameter: str) -> Any:
    """Give the default of a parameter."""
    return result.template["parameters"][parameter]["defaultValue"]


@pytest.mark.parametrize(
    "more",
    [
        "",
        "nodes: {kind: virtual-machines, zones: [], count: 2, encryption_at_host: true}",
        "database: {kind: azure-sql, authentication: sql}",
        "storage: {kind: azure-files, mount: symbolic-links}",
    ],
)
def test_module_has_no_findings(more: str) -> None:
    result = compiled(more)
    assert result.diagnostics == ()
    assert validate_template(result.template) == ()


@pytest.mark.skipif(not OFFICIAL_SCHEMAS.is_dir(), reason="the published ARM schemas are not here")
def test_module_has_no_findings_against_the_published_schemas() -> None:
    findings: tuple[Diagnostic, ...] = validate_template(
        compiled().template, schemas=OFFICIAL_SCHEMAS
    )
    assert findings == ()


def test_module_keeps_to_the_classic_template_language() -> None:
    template = compiled().template
    assert "languageVersion" not in template
    assert isinstance(template["resources"], list)


def test_nodes_take_the_zones_in_turn() -> None:
    nodes = default(compiled("nodes: {kind: virtual-machines, count: 4}"), "nodes")
    assert [(node["name"], node["zone"]) for node in nodes] == [
        ("octopus-1", "1"),
        ("octopus-2", "2"),
        ("octopus-3", "3"),
        ("octopus-4", "1"),
    ]


def test_without_zones_the_machines_and_their_disks_have_none() -> None:
    result = compiled("nodes: {kind: virtual-machines, zones: []}")
    assert {node["zone"] for node in default(result, "nodes")} == {""}
    for kind in ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks"):
        assert only(result, kind)["zones"] == (
            "[if(empty(parameters('nodes')[copyIndex()].zone), null(), "
            "createArray(parameters('nodes')[copyIndex()].zone))]"
        )


@pytest.mark.parametrize("duration", [90, 235])
def test_maintenance_windows_of_sixteen_nodes_never_meet(duration: int) -> None:
    patching = f"{{first_day: Sunday, start_time: '22:30', duration_minutes: {duration}}}"
    result = compiled(f"nodes: {{kind: virtual-machines, count: 16, patching: {patching}}}")
    windows = sorted(start_minute(node) for node in default(result, "nodes"))
    week = 7 * 24 * 60
    gaps = [
        (later - earlier) % week
        for earlier, later in zip(windows, windows[1:] + windows[:1], strict=True)
    ]
    assert len(windows) == 16
    assert min(gaps) > duration
    assert default(result, "maintenanceDuration") == f"{duration // 60:02d}:{duration % 60:02d}"


def start_minute(node: Mapping[str, str]) -> int:
    """Say when a window starts, in minutes of the week."""
    days = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
    hour, minute = node["maintenanceStartTime"].split(":")
    return (days.index(node["maintenanceDay"]) * 24 + int(hour)) * 60 + int(minute)


def test_machine_is_a_trusted_launch_machine_that_the_platform_patches() -> None:
    properties = only(compiled(), "Microsoft.Compute/virtualMachines")["properties"]
    assert properties["securityProfile"] == {
        "encryptionAtHost": "[if(parameters('encryptionAtHost'), true(), null())]",
        "securityType": "TrustedLaunch",
        "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
    }
    windows = properties["osProfile"]["windowsConfiguration"]
    assert windows["provisionVMAgent"] is True
    assert windows["enableAutomaticUpdates"] is True
    assert windows["patchSettings"]["patchMode"] == "AutomaticByPlatform"
    assert properties["diagnosticsProfile"] == {"bootDiagnostics": {"enabled": True}}


def test_home_disk_outlives_the_machine_and_stays_private() -> None:
    result = compiled()
    [disk] = only(result, "Microsoft.Compute/virtualMachines")["properties"]["storageProfile"][
        "dataDisks"
    ]
    assert disk["deleteOption"] == "Detach"
    properties = only(result, "Microsoft.Compute/disks")["properties"]
    assert properties["networkAccessPolicy"] == "DenyAll"
    assert properties["publicNetworkAccess"] == "Disabled"


def test_nodes_have_no_public_address() -> None:
    assert "publicIPAddress" not in str(compiled().template["resources"])


def test_network_interface_takes_the_nat_rule_named_after_its_node() -> None:
    interface = only(compiled(), "Microsoft.Network/networkInterfaces")
    [configuration] = interface["properties"]["ipConfigurations"]
    rules = configuration["properties"]["loadBalancerInboundNatRules"]
    assert "{0}/inboundNatRules/polling-{1}" in rules
    assert "parameters('nodes')[copyIndex()].name" in rules


def test_only_the_first_node_has_the_identity_that_administers_the_database() -> None:
    machine = only(compiled(), "Microsoft.Compute/virtualMachines")
    identities = machine["identity"]["userAssignedIdentities"]
    assert identities == (
        "[if(equals(copyIndex(), 0), variables('firstNodeIdentities'), variables('nodesIdentity'))]"
    )


def test_local_administrator_password_is_the_only_secret_and_reaches_the_machine_alone() -> None:
    template = compiled().template
    secure = [
        name for name, parameter in template["parameters"].items() if "secure" in parameter["type"]
    ]
    assert secure == ["adminPassword"]
    assert "defaultValue" not in template["parameters"]["adminPassword"]
    users = [item["type"] for item in template["resources"] if "'adminPassword'" in str(item)]
    assert users == ["Microsoft.Compute/virtualMachines"]
    assert "adminPassword" not in str(template["outputs"]) + str(template["variables"])


def test_outputs_name_every_node() -> None:
    outputs = compiled().template["outputs"]
    assert set(outputs) == {
        "name",
        "resourceId",
        "names",
        "resourceIds",
        "privateIpAddresses",
    }
    assert outputs["privateIpAddresses"]["copy"]["count"] == "[length(parameters('nodes'))]"


def test_without_zones_an_availability_set_keeps_the_nodes_apart() -> None:
    result = compiled("nodes: {kind: virtual-machines, zones: []}")
    group = only(result, "Microsoft.Compute/availabilitySets")
    machine = only(result, "Microsoft.Compute/virtualMachines")
    assert group["condition"] == "[empty(parameters('nodes')[0].zone)]"
    assert (group["sku"]["name"], group["properties"]["platformFaultDomainCount"]) == ("Aligned", 2)
    assert machine["properties"]["availabilitySet"].startswith(
        "[if(empty(parameters('nodes')[copyIndex()].zone), createObject('id', resourceId("
        "'Microsoft.Compute/availabilitySets'"
    )
    assert machine["properties"]["availabilitySet"].endswith(", null())]")
