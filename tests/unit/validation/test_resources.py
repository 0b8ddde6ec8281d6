"""One resource against its definition."""

from __future__ import annotations

from typing import Any

import pytest

from octoha_templates.diagnostics import Location, Severity
from tests.unit.validation.conftest import (
    findings,
    nested,
    reference_like,
    resource,
    security_group,
    template,
    the_finding,
)


def rule(**changes: Any) -> dict[str, Any]:
    """Make a security rule, changed."""
    properties = {"access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp"}
    return {"name": "rule", "properties": {**properties, **changes}}


def group_with(**changes: Any) -> dict[str, Any]:
    """Make a template with one security group of one changed rule."""
    return template(security_group(properties={"securityRules": [rule(**changes)]}))


RULE = "resources[0].properties.securityRules[0].properties"


def test_a_template_like_the_reference_stack_has_no_findings() -> None:
    assert findings(reference_like()) == []


def test_an_unknown_property_is_found_with_the_one_that_was_meant() -> None:
    found = the_finding(group_with(sourcePortRage="*"))
    assert (found.code, found.path) == ("OCT403", f"{RULE}.sourcePortRage")
    assert found.message == (
        "Microsoft.Network/networkSecurityGroups 'nsg': unknown property `sourcePortRage` in "
        "`properties.securityRules[0].properties`"
    )
    assert found.hint == "did you mean `sourcePortRange`?"


def test_a_read_only_property_is_named_as_such() -> None:
    found = the_finding(group_with(provisioningState="Succeeded"))
    assert (found.code, found.path) == ("OCT404", f"{RULE}.provisioningState")
    assert found.hint == "leave it out; Azure sets it"


def test_a_missing_property_is_found_at_the_object_that_lacks_it() -> None:
    body = group_with()
    del body["resources"][0]["properties"]["securityRules"][0]["properties"]["priority"]
    found = the_finding(body)
    assert (found.code, found.path, found.hint) == ("OCT405", RULE, "add `priority`")


def test_text_in_place_of_a_number_is_found() -> None:
    found = the_finding(group_with(priority="100"))
    assert (found.code, found.path) == ("OCT406", f"{RULE}.priority")
    assert found.hint == "write 100 without quotes"


def test_a_value_that_is_not_allowed_is_found_with_those_that_are() -> None:
    found = the_finding(group_with(access="Permit"))
    assert found.code == "OCT407"
    assert found.message.endswith("is the text 'Permit', but must be 'Allow' or 'Deny'")


def test_an_enum_in_the_wrong_case_is_found() -> None:
    found = the_finding(group_with(access="allow"))
    assert (found.code, found.hint) == ("OCT408", "did you mean 'Allow'?")


def test_an_expression_may_stand_for_any_value_and_literals_beside_it_are_still_checked() -> None:
    body = group_with(priority="[add(1, 2)]", access="[toUpper('a')]", direction="inbound")
    assert [code for code, _, _ in findings(body)] == ["OCT408"]


def test_an_escaped_bracket_is_no_expression() -> None:
    assert [code for code, _, _ in findings(group_with(priority="[[add(1, 2)]"))] == ["OCT406"]


def test_missing_properties_are_found() -> None:
    body = security_group(properties={})
    del body["properties"]
    found = the_finding(template(body))
    assert (found.code, found.path, found.hint) == ("OCT405", "resources[0]", "add `properties`")


@pytest.mark.parametrize("name", ["vnet", "vnet/snet/extra"])
def test_a_child_needs_a_name_segment_for_each_segment_of_its_type(name: str) -> None:
    body = resource("Microsoft.Network/virtualNetworks/subnets", "2025-05-01", name, properties={})
    found = the_finding(template(body))
    assert (found.code, found.path) == ("OCT410", "resources[0].name")


def test_an_unknown_type_is_found_with_the_one_that_was_meant() -> None:
    body = resource("Microsoft.Network/virtualNetwork", "2025-05-01", "v", properties={})
    found = the_finding(template(body))
    assert (found.code, found.path) == ("OCT401", "resources[0].type")
    assert found.hint == "did you mean Microsoft.Network/virtualNetworks?"


def test_an_unknown_version_is_found_with_those_that_there_are() -> None:
    found = the_finding(template(security_group(apiVersion="2025-05-02")))
    assert (found.code, found.path) == ("OCT402", "resources[0].apiVersion")
    assert found.hint == "use 2025-05-01"


def test_a_resource_without_version_is_found() -> None:
    body = security_group()
    del body["apiVersion"]
    found = the_finding(template(body))
    assert (found.code, found.hint) == ("OCT405", "add `apiVersion`, such as 2025-05-01")


def test_a_provider_that_no_schema_covers_is_only_a_warning() -> None:
    found = the_finding(template(resource("Contoso.Portal/sites", "2020-01-01", "a")))
    assert (found.code, found.severity) == ("OCT412", Severity.WARNING)


def test_a_misspelt_provider_is_an_error() -> None:
    found = the_finding(template(resource("Microsoft.Netwrk/natGateways", "2025-05-01", "a")))
    assert (found.code, found.hint) == ("OCT412", "did you mean Microsoft.Network?")
    assert found.is_error


def test_an_extension_written_the_old_way_is_a_warning() -> None:
    old = "Microsoft.Storage/storageAccounts/providers/roleAssignments"
    body = resource(old, "2022-04-01", "a/Microsoft.Authorization/b", properties={})
    found = the_finding(template(body))
    assert (found.code, found.severity) == ("OCT413", Severity.WARNING)


def test_types_are_taken_in_any_letter_case() -> None:
    body = security_group(type="microsoft.network/NetworkSecurityGroups")
    assert findings(template(body)) == []


def test_children_nested_in_their_parent_are_checked() -> None:
    child = {
        "type": "subnets",
        "apiVersion": "2025-05-01",
        "name": "snet",
        "properties": {"addressPrefx": "10.0.0.0/24"},
    }
    vnet = resource(
        "Microsoft.Network/virtualNetworks",
        "2025-05-01",
        "vnet",
        location="westeurope",
        properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        resources=[child],
    )
    found = the_finding(template(vnet))
    path = "resources[0].resources[0].properties.addressPrefx"
    assert (found.code, found.path) == ("OCT403", path)


def test_nested_templates_are_checked_all_the_way_down() -> None:
    inner = template(nested(template(security_group(locaton="x"))))
    found = the_finding(template(nested(inner)))
    step = "resources[0].properties.template"
    assert (found.code, found.path) == ("OCT403", f"{step}.{step}.resources[0].locaton")


def test_symbolic_templates_are_checked() -> None:
    body = template(languageVersion="2.0")
    body["resources"] = {
        "group": security_group(properties={"securityRules": [rule(access="allow")]}),
        "there": {
            "existing": True,
            "type": "Microsoft.Network/natGateways",
            "apiVersion": "2025-05-01",
            "name": "nat",
        },
    }
    found = the_finding(body)
    path = "resources.group.properties.securityRules[0].properties.access"
    assert (found.code, found.path) == ("OCT408", path)


def test_what_a_property_loop_repeats_is_checked_at_the_loop() -> None:
    loop = {"name": "securityRules", "count": 3, "input": rule(access="allow")}
    found = the_finding(template(security_group(properties={"copy": [loop]})))
    path = "resources[0].properties.copy[0].input.properties.access"
    assert (found.code, found.path) == ("OCT408", path)


def test_a_property_that_a_loop_gives_is_not_missing() -> None:
    alert = resource(
        "Microsoft.Insights/dataCollectionRules",
        "2024-03-11",
        "dcr",
        location="westeurope",
        properties={"copy": [{"name": "dataFlows", "count": 1, "input": {"streams": []}}]},
    )
    assert findings(template(alert)) == []


def test_the_keys_of_a_discriminated_type_are_those_of_its_kind() -> None:
    policy = resource(
        "Microsoft.RecoveryServices/vaults/backupPolicies",
        "2025-08-01",
        "rsv/daily",
        properties={"backupManagementType": "AzureIaasVM", "policyTyp": "V2"},
    )
    found = the_finding(template(policy))
    assert (found.code, found.hint) == ("OCT403", "did you mean `policyType`?")


def test_an_unknown_kind_is_found_with_those_that_there_are() -> None:
    policy = resource(
        "Microsoft.RecoveryServices/vaults/backupPolicies",
        "2025-08-01",
        "rsv/daily",
        properties={"backupManagementType": "AzureIaasVm"},
    )
    found = the_finding(template(policy))
    assert (found.code, found.hint) == ("OCT408", "did you mean 'AzureIaasVM'?")


def test_a_finding_names_the_nearest_place_that_is_known() -> None:
    places = {
        "resources[0]": Location("main.bicep", 3, 1),
        "resources[0].properties.securityRules": Location("main.bicep", 7, 5),
    }
    found = the_finding(group_with(access="allow"), source_map=places)
    assert found.location == Location("main.bicep", 7, 5)


def test_a_finding_names_the_file_where_no_place_is_known() -> None:
    found = the_finding(group_with(access="allow"), file="azuredeploy.json")
    assert found.location == Location("azuredeploy.json")


@pytest.mark.parametrize("scope", ["inner", "Inner", "outer"])
def test_the_scope_of_a_deployment_is_taken_in_any_letter_case(scope: str) -> None:
    assert findings(template(nested(template(security_group()), scope=scope))) == []


def test_an_unknown_scope_of_a_deployment_is_found() -> None:
    found = the_finding(template(nested(template(security_group()), scope="innner")))
    assert found.code == "OCT407"
