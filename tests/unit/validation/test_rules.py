"""ARM's own rules: each code with a template that has it and one that has not."""

from __future__ import annotations

from typing import Any

import pytest

from octoha_templates.diagnostics import Severity
from octoha_templates.validation import validate_template
from tests.unit.validation.conftest import (
    Json,
    findings,
    nested,
    resource,
    security_group,
    template,
    the_finding,
)

NSG = "Microsoft.Network/networkSecurityGroups"
STRING = {"type": "string"}
SECRET = {"type": "securestring"}


def used(**parameters: Json) -> Json:
    """Make a template that declares parameters and uses each of them in the tags of a resource."""
    tags = {name: f"[parameters('{name}')]" for name in parameters}
    return template(security_group(tags=tags), parameters=parameters)


def tagged(expression: str, **sections: Any) -> Json:
    """Make a template with an expression in it."""
    return template(security_group(tags={"tag": expression}), **sections)


# Limits.


def test_a_template_of_more_than_4_mb_is_found() -> None:
    found = the_finding(tagged("x" * (4 * 1024 * 1024)))
    assert (found.code, found.path) == ("OCT420", "")


def test_a_template_that_is_nested_too_deeply_is_found() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert the_finding(template(security_group(tags={"a": deep}))).code == "OCT428"


def test_an_expression_that_is_nested_too_deeply_is_found() -> None:
    found = the_finding(tagged("[" + "concat(" * 900 + "'a'" + ")" * 900 + "]"))
    assert (found.code, found.message) == (
        "OCT423",
        "the expression is not valid: it is nested more than 100 levels deep",
    )


def test_half_a_character_does_no_harm() -> None:
    assert findings(tagged("\ud800")) == []


@pytest.mark.parametrize(
    ("section", "count", "entry"),
    [("parameters", 257, {"type": "string"}), ("variables", 257, "a"), ("outputs", 65, None)],
)
def test_too_many_entries_are_found(section: str, count: int, entry: Any) -> None:
    output = {"type": "string", "value": "a"}
    entries = {f"entry{number}": entry or output for number in range(count)}
    found = validate_template(template(security_group(), **{section: entries}))
    assert [d.path for d in found if d.code == "OCT421"] == [section]
    del entries["entry0"]
    found = validate_template(template(security_group(), **{section: entries}))
    assert [d.path for d in found if d.code == "OCT421"] == []


@pytest.mark.parametrize(("count", "expected"), [(800, []), (801, ["OCT409", "OCT421"])])
def test_resources_of_a_loop_count_each(count: int, expected: list[str]) -> None:
    name = "[concat('nsg', copyIndex())]"
    body = security_group(name, copy={"name": "groups", "count": count})
    assert sorted({code for code, _, _ in findings(template(body))}) == expected


def test_an_expression_that_is_too_long_is_found() -> None:
    found = the_finding(tagged(f"[concat('{'x' * 24_600}', 'y')]"))
    assert (found.code, found.path) == ("OCT422", "resources[0].tags.tag")


# References.


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("[concat('a', ]", "a name is expected, but the end is there"),
        ("[concat('a']", "`,` is expected, but the end is there"),
        ("[concat('a)]", "a string is not closed"),
        ("[concat('a') 'b']", "`'b'` is left over"),
        ("[]", "a name is expected, but the end is there"),
    ],
)
def test_an_expression_that_cannot_be_read_is_found(expression: str, reason: str) -> None:
    found = the_finding(tagged(expression))
    assert (found.code, found.message) == ("OCT423", f"the expression is not valid: {reason}")


@pytest.mark.parametrize("section", ["parameters", "variables"])
def test_an_unknown_name_is_found_with_the_one_that_was_meant(section: str) -> None:
    entries = {"location": {"type": "string"} if section == "parameters" else "a"}
    tags = {"right": f"[{section}('location')]", "wrong": f"[{section}('locaton')]"}
    found = the_finding(template(security_group(tags=tags), **{section: entries}))
    assert (found.code, found.path) == ("OCT424", "resources[0].tags.wrong")
    assert found.hint == "did you mean `location`?"


def test_names_are_taken_in_any_letter_case() -> None:
    assert findings(tagged("[PARAMETERS('Location')]", parameters={"location": STRING})) == []


def test_what_nothing_uses_is_a_warning() -> None:
    body = template(security_group(), parameters={"a": STRING}, variables={"b": 1})
    found = validate_template(body)
    assert [(d.code, d.path, d.severity) for d in found] == [
        ("OCT425", "parameters.a", Severity.WARNING),
        ("OCT426", "variables.b", Severity.WARNING),
    ]


def test_variables_of_a_loop_are_known() -> None:
    loop = {"name": "letters", "count": 2, "input": "[copyIndex('letters')]"}
    assert findings(tagged("[variables('letters')[0]]", variables={"copy": [loop]})) == []


def test_an_unknown_function_is_found() -> None:
    found = the_finding(tagged("[toUppr('a')]"))
    assert (found.code, found.hint) == ("OCT427", "did you mean `toUpper`?")


def test_functions_of_the_template_are_known_and_have_parameters_of_their_own() -> None:
    member = {
        "parameters": [{"name": "x", "type": "string"}],
        "output": {"type": "string", "value": "[toLower(parameters('x'))]"},
    }
    functions = [{"namespace": "contoso", "members": {"lower": member}}]
    assert findings(tagged("[contoso.lower('A')]", functions=functions)) == []
    assert the_finding(tagged("[contoso.upper('A')]", functions=functions)).code == "OCT427"


@pytest.mark.parametrize(
    ("expression", "loop", "codes"),
    [
        ("[string(copyIndex())]", None, ["OCT443"]),
        ("[string(copyIndex())]", "groups", []),
        ("[string(copyIndex('groups'))]", "groups", []),
        ("[string(copyIndex('grups'))]", "groups", ["OCT443"]),
    ],
)
def test_the_index_of_a_loop_needs_the_loop(
    expression: str, loop: str | None, codes: list[str]
) -> None:
    more = {"copy": {"name": loop, "count": 2}} if loop else {}
    body = security_group("[format('a{0}', 1)]", tags={"tag": expression}, **more)
    assert [code for code, _, _ in findings(template(body))] == codes


def test_the_index_of_a_loop_is_not_known_to_its_own_count() -> None:
    loop = {"name": "securityRules", "count": "[copyIndex('securityRules')]", "input": {}}
    found = findings(template(security_group(properties={"copy": [loop]})))
    assert "OCT443" in [code for code, _, _ in found]


@pytest.mark.parametrize(
    "body",
    [
        template(security_group("[reference('a').name]")),
        template(security_group(condition="[reference('a').on]")),
        tagged("[variables('a')]", variables={"a": "[listKeys('a', '2020-01-01').x]"}),
        used(a={"type": "string", "defaultValue": "[reference('a').name]"}),
    ],
)
def test_what_is_read_while_deploying_cannot_be_used_before(body: Json) -> None:
    assert the_finding(body).code == "OCT444"


def test_what_is_read_while_deploying_may_stand_in_properties_and_outputs() -> None:
    outputs = {"a": {"type": "string", "value": "[reference('nsg').name]"}}
    assert findings(tagged("[reference('nsg').name]", outputs=outputs)) == []


# Dependencies.


def group(name: str, *names: str, **body: Any) -> Json:
    """Make a security group that depends on others."""
    return security_group(name, dependsOn=[f"[resourceId('{NSG}', '{n}')]" for n in names], **body)


@pytest.mark.parametrize(
    "entry",
    [
        "b",
        f"{NSG}/b",
        f"[resourceId('{NSG}', 'b')]",
        f"[resourceId('{NSG}', 'B')]",
        "[resourceId(parameters('type'), 'x')]",
        f"[resourceId('{NSG}', parameters('name'))]",
        f"[concat('{NSG}', '/', 'b')]",
        f"[resourceId('{NSG}', variables('b'))]",
    ],
)
def test_a_dependency_that_may_be_right_is_taken(entry: str) -> None:
    body = template(
        security_group("a", dependsOn=[entry], tags={"x": "[variables('b')]"}),
        security_group("b", tags={"x": "[parameters('type')]", "y": "[parameters('name')]"}),
        parameters={"type": STRING, "name": STRING},
        variables={"b": "b"},
    )
    assert findings(body) == []


@pytest.mark.parametrize(
    "entry",
    ["c", f"[resourceId('{NSG}', 'c')]", "[resourceId('Microsoft.Network/natGateways', 'b')]"],
)
def test_a_dependency_on_nothing_is_found(entry: str) -> None:
    found = the_finding(template(security_group("a", dependsOn=[entry]), security_group("b")))
    assert (found.code, found.path) == ("OCT430", "resources[0].dependsOn[0]")


def test_a_dependency_on_a_loop_by_name_is_taken() -> None:
    loop = security_group("[concat('b', copyIndex())]", copy={"name": "all", "count": 2})
    assert findings(template(security_group("a", dependsOn=["all"]), loop)) == []


def test_a_dependency_on_an_unknown_symbol_is_found() -> None:
    body = template(languageVersion="2.0")
    body["resources"] = {"one": security_group("a", dependsOn=["twoo"]), "two": group("b")}
    found = the_finding(body)
    assert (found.code, found.hint) == ("OCT430", "did you mean `two`?")


def test_a_circle_is_found_once_with_all_in_it() -> None:
    found = the_finding(
        template(group("a", "b"), group("b", "c"), group("c", "a"), group("d", "a"))
    )
    assert found.code == "OCT431"
    assert found.message == (
        f"these resources wait for each other: {NSG} 'a' -> {NSG} 'b' -> {NSG} 'c' -> {NSG} 'a'"
    )


def test_a_long_chain_is_no_circle_and_needs_no_deep_stack() -> None:
    chain = [group(f"g{n}", f"g{n + 1}") for n in range(700)]
    assert findings(template(*chain, group("g700"))) == []


def test_a_resource_that_is_there_twice_is_found() -> None:
    found = the_finding(template(security_group("a"), security_group("A")))
    assert (found.code, found.path) == ("OCT432", "resources[1]")
    assert [r.message for r in found.related] == ["the other one"]


def test_resources_with_conditions_or_other_scopes_may_share_a_name() -> None:
    twice = [security_group("a", condition=f"[equals(1, {number})]") for number in (1, 2)]
    assert findings(template(*twice)) == []


# Secrets.


@pytest.mark.parametrize(
    "value",
    [
        "[parameters('password')]",
        "[variables('text')]",
        "[listKeys('account', '2025-06-01').keys[0].value]",
    ],
)
def test_a_secret_in_an_output_is_found(value: str) -> None:
    body = template(
        security_group(tags={"a": "[variables('text')]"}),
        parameters={"password": SECRET},
        variables={"text": "[format('p={0}', parameters('password'))]"},
        outputs={"leak": {"type": "string", "value": value}},
    )
    found = the_finding(body)
    assert (found.code, found.path) == ("OCT440", "outputs.leak.value")


@pytest.mark.parametrize(
    "value",
    [
        "[string(empty(parameters('password')))]",
        "[if(equals(parameters('password'), 'a'), 'yes', 'no')]",
    ],
)
def test_a_question_about_a_secret_is_no_secret(value: str) -> None:
    outputs = {"answer": {"type": "string", "value": value}}
    body = template(security_group(), parameters={"password": SECRET}, outputs=outputs)
    assert findings(body) == []


@pytest.mark.parametrize(("default", "codes"), [("a", ["OCT441"]), ("", []), ("[newGuid()]", [])])
def test_a_secure_parameter_has_no_default(default: str, codes: list[str]) -> None:
    body = used(password={**SECRET, "defaultValue": default})
    assert [code for code, _, _ in findings(body)] == codes


@pytest.mark.parametrize(("scope", "codes"), [("outer", ["OCT442"]), ("inner", ["OCT424"])])
def test_a_secret_in_a_nested_template_needs_a_scope_of_its_own(
    scope: str, codes: list[str]
) -> None:
    inner = template(security_group(tags={"a": "[parameters('password')]"}))
    body = template(
        nested(inner, scope=scope),
        security_group(tags={"b": "[parameters('password')]"}),
        parameters={"password": SECRET},
    )
    assert [code for code, _, _ in findings(body)] == codes


# Names, parameters, nested templates.


@pytest.mark.parametrize(
    ("resource_type", "version", "name", "is_right"),
    [
        (NSG, "2025-05-01", "nsg-octopus_1", True),
        (NSG, "2025-05-01", "-nsg", False),
        (NSG, "2025-05-01", "n" * 81, False),
        (NSG, "2025-05-01", f"[format('{'n' * 81}{{0}}', resourceGroup().name)]", False),
        (NSG, "2025-05-01", "[format('-{0}', resourceGroup().name)]", True),
        ("Microsoft.KeyVault/vaults", "2026-02-01", "kv-octopus", True),
        ("Microsoft.KeyVault/vaults", "2026-02-01", "kv--octopus", False),
        ("Microsoft.KeyVault/vaults", "2026-02-01", "kv-octopus-in-a-long-name", False),
    ],
)
def test_a_name_that_azure_refuses_is_found(
    resource_type: str, version: str, name: str, is_right: bool
) -> None:
    properties: Json = {}
    if resource_type.endswith("vaults"):
        properties = {"tenantId": "x", "sku": {"family": "A", "name": "standard"}}
    body = resource(resource_type, version, name, location="x", properties=properties)
    assert [(c, p) for c, p, _ in findings(template(body))] == (
        [] if is_right else [("OCT450", "resources[0].name")]
    )


@pytest.mark.parametrize(
    "declaration",
    [
        {"type": "int", "defaultValue": "3"},
        {"type": "int", "defaultValue": True},
        {"type": "string", "defaultValue": "c", "allowedValues": ["a", "b"]},
        {"type": "string", "defaultValue": "abc", "maxLength": 2},
        {"type": "int", "defaultValue": 1, "minValue": 2},
    ],
)
def test_a_default_that_does_not_fit_is_found(declaration: Json) -> None:
    found = the_finding(used(a=declaration))
    assert (found.code, found.path) == ("OCT451", "parameters.a.defaultValue")


def test_parameters_of_a_nested_template_are_those_it_declares() -> None:
    inner = template(security_group("[parameters('name')]"), parameters={"name": STRING})
    body = template(nested(inner, parameters={"nam": {"value": "a"}}))
    assert [(code, path) for code, path, _ in findings(body)] == [
        ("OCT452", "resources[0].properties.parameters.nam"),
        ("OCT453", "resources[0].properties.parameters"),
    ]


def test_a_parameter_whose_type_may_be_null_need_not_be_given() -> None:
    inner = template(languageVersion="2.0", definitions={"lock": {**STRING, "nullable": True}})
    inner["parameters"] = {"lock": {"$ref": "#/definitions/lock"}}
    inner["resources"] = {"group": security_group("[coalesce(parameters('lock'), 'a')]")}
    assert findings(template(nested(inner, parameters={}))) == []
