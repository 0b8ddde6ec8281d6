"""What compiling promises beyond the text of the template: files, places, findings and order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.bicep import (
    CompileResult,
    compile_file,
    compile_params_text,
    compile_text,
)
from octoha_templates.bicep.arm import call, text_of, with_properties
from octoha_templates.bicep.ordering import culture_key
from octoha_templates.bicep.resource_types import known_type, spelled
from octoha_templates.diagnostics import Location
from octoha_templates.errors import BicepError, UnsupportedBicepError

VNET = "'Microsoft.Network/virtualNetworks@2025-05-01'"
SUBNET = "'Microsoft.Network/virtualNetworks/subnets@2025-05-01'"
LOCK = "'Microsoft.Authorization/locks@2020-05-01'"


def compiled(text: str, files: Mapping[str, str] | None = None) -> CompileResult:
    """Compile a text with some files beside it."""
    return compile_text(text, read=reader(files or {}))


def reader(files: Mapping[str, str]) -> Callable[[str], bytes]:
    """Read from a dictionary."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path].encode()

    return read


def errors(text: str, files: Mapping[str, str] | None = None) -> list[str]:
    """Compile a bad text and write its errors as `file:line:column code`."""
    with pytest.raises(BicepError) as caught:
        compiled(text, files)
    return [f"{item.location} {item.code}" for item in caught.value.diagnostics if item.is_error]


def resources(text: str) -> Any:
    """Compile a text and give its resources."""
    return compiled(text).template["resources"]


# --- Dependencies -----------------------------------------------------------------------------------


def test_a_reference_through_a_variable_becomes_a_dependency() -> None:
    found = resources(
        f"resource a {VNET} = {{\n  name: 'a'\n}}\nvar id = a.id\nvar other = '${{id}}/x'\n"
        f"resource b {VNET} = {{\n  name: 'b'\n  tags: {{ a: other }}\n}}\n"
    )
    assert found[1]["dependsOn"] == ["[resourceId('Microsoft.Network/virtualNetworks', 'a')]"]


def test_what_an_existing_resource_uses_is_waited_for_in_its_place() -> None:
    found = resources(
        f"resource a {VNET} = {{\n  name: 'a'\n}}\n"
        f"resource b {VNET} existing = {{\n  name: '${{a.name}}b'\n}}\n"
        f"resource c {SUBNET} = {{\n  parent: b\n  name: 'c'\n}}\n"
    )
    assert found[1]["dependsOn"] == ["[resourceId('Microsoft.Network/virtualNetworks', 'a')]"]


def test_an_existing_resource_is_waited_for_by_name_only_when_its_body_is_read() -> None:
    found = resources(
        f"param any2 string?\nresource a {VNET} existing = {{\n  name: 'a'\n}}\n"
        f"resource b {VNET} = {{\n  name: 'b'\n  tags: {{ x: a.properties.x, y: any2 }}\n}}\n"
        f"resource c {VNET} = {{\n  name: 'c'\n  tags: {{ x: a.id }}\n}}\n"
    )
    assert found["b"]["dependsOn"] == ["a"]
    assert "dependsOn" not in found["c"]


def test_dependencies_are_in_the_order_of_their_names() -> None:
    text = "".join(
        f"resource {name} {VNET} = {{\n  name: '{name}'\n}}\n" for name in ("b", "A", "a_1", "a1")
    )
    uses = "[b.id, A.id, a_1.id, a1.id]"
    found = resources(
        text + f"resource z {VNET} = {{\n  name: 'z'\n  properties: {{ x: {uses} }}\n}}\n"
    )
    names = [item.partition(", '")[2].rstrip("')]") for item in found[-1]["dependsOn"]]
    assert names == ["A", "a_1", "a1", "b"]


def test_an_index_inside_of_a_property_loop_means_the_whole_collection() -> None:
    found = resources(
        f"resource a {VNET} = [for i in range(0, 2): {{\n  name: 'a${{i}}'\n}}]\n"
        f"resource b {VNET} = {{\n  name: 'b'\n  properties: {{\n"
        "    x: [for i in range(0, 2): a[i].id]\n    y: a[0].id\n  }\n}\n"
    )
    assert found[1]["dependsOn"] == ["a"]


def test_a_child_has_the_conditions_of_the_resources_it_stands_in() -> None:
    found = resources(
        f"param p bool\nparam q bool\nresource a {VNET} = if (p) {{\n  name: 'a'\n"
        "  resource b 'subnets' = if (q) {\n    name: 'b'\n  }\n}\n"
    )
    assert found[0]["condition"] == "[and(parameters('p'), parameters('q'))]"


def test_a_lock_on_a_resource_of_another_group_has_the_whole_id_as_its_scope() -> None:
    found = compiled(
        f"resource a {VNET} existing = {{\n  name: 'a'\n  scope: resourceGroup('g')\n}}\n"
        f"resource l {LOCK} existing = {{\n  name: 'l'\n  scope: a\n}}\noutput id string = l.id\n"
    )
    group = "format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, 'g')"
    inner = f"extensionResourceId({group}, 'Microsoft.Network/virtualNetworks', 'a')"
    assert found.template["outputs"]["id"]["value"] == (
        f"[extensionResourceId({inner}, 'Microsoft.Authorization/locks', 'l')]"
    )


# --- Files ------------------------------------------------------------------------------------------


def test_a_file_used_twice_is_compiled_into_both_places() -> None:
    text = "module a 'm.bicep' = {\n  name: 'a'\n}\nmodule b './m.bicep' = {\n  name: 'b'\n}\n"
    found = compiled(text, {"m.bicep": "output x string = 'x'\n"}).template["resources"]
    assert found[0]["properties"]["template"] == found[1]["properties"]["template"]


def test_an_arm_template_is_a_module_as_it_is() -> None:
    template = {"$schema": "x", "parameters": {"p": {"type": "string"}}, "resources": []}
    text = "module a 'm.json' = {\n  name: 'a'\n  params: {\n    p: 'x'\n  }\n}\n"
    found = compiled(text, {"m.json": json.dumps(template)}).template["resources"][0]
    assert found["properties"]["template"] == template


def test_a_module_keeps_its_identity_before_its_name() -> None:
    text = "module a 'm.bicep' = {\n  name: 'a'\n  identity: { type: 'None' }\n}\n"
    found = compiled(text, {"m.bicep": ""}).template["resources"][0]
    assert list(found)[:4] == ["type", "apiVersion", "identity", "name"]


@pytest.mark.parametrize("content", ["[1]", "{", "{}"])
def test_json_that_is_no_template_is_a_finding(content: str) -> None:
    assert errors("module a 'm.json' = {\n  name: 'a'\n}\n", {"m.json": content}) == [
        "main.bicep:1:10 OCT345"
    ]


def test_files_that_import_each_other_are_a_finding() -> None:
    files = {
        "a.bicep": "import { b } from 'b.bicep'\n@export()\nvar a = b\n",
        "b.bicep": "import { a } from 'a.bicep'\n@export()\nvar b = a\n",
    }
    assert errors("import { a } from 'a.bicep'\noutput x string = a\n", files) == [
        "b.bicep:1:19 OCT342"
    ]


def test_errors_in_modules_are_reported_with_those_of_the_file() -> None:
    text = "module a 'm/a.bicep' = {\n  name: nme\n}\n"
    assert errors(text, {"m/a.bicep": "output x string = y\n"}) == [
        "m/a.bicep:1:19 OCT330",
        "main.bicep:2:9 OCT330",
    ]


def test_a_file_outside_of_its_root_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "main.bicep").write_text("output x string = 'x'\n")
    with pytest.raises(BicepError, match="OCT341"):
        compile_file(tmp_path / "main.bicep", root=tmp_path / "inner")


def test_a_root_folder_above_the_file_lets_it_use_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two.txt").write_text("two")
    (tmp_path / "one" / "main.bicep").write_text(
        "output x string = loadTextContent('../two.txt')\n"
    )
    with pytest.raises(BicepError, match=r"main\.bicep:1:35: error OCT341"):
        compile_file(tmp_path / "one" / "main.bicep")
    result = compile_file(tmp_path / "one" / "main.bicep", root=tmp_path)
    assert result.template["variables"] == {"$fxv#0": "two"}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "main.bicep").write_bytes(content)
    with pytest.raises(BicepError, match="OCT340"):
        compile_file(tmp_path / "main.bicep")


def test_comments_and_fractions_of_loaded_json_are_understood() -> None:
    text = "output x object = loadJsonContent('a.json')\n"
    files = {"a.json": '{ "a": 0.5, /* b */ "c": [1, null, true] } // end'}
    variables = compiled(text, files).template["variables"]
    assert variables == {"$fxv#0": {"a": "[json('0.5')]", "c": [1, None, True]}}


# --- Places -----------------------------------------------------------------------------------------


def test_paths_into_nested_templates_lead_to_the_file_of_the_module() -> None:
    files = {"m.bicep": f"resource a {VNET} = {{\n  name: 'a'\n  tags: {{ 'a-b': 'x' }}\n}}\n"}
    places = compiled("module m 'm.bicep' = {\n  name: 'm'\n}\n", files).source_map
    inner = "resources[0].properties.template.resources[0]"
    assert places["resources[0]"] == Location("main.bicep", 1, 1)
    assert places[f"{inner}.tags['a-b']"] == Location("m.bicep", 3, 11)
    assert len(places) == len(list(places))


def test_warnings_are_off_between_two_comments() -> None:
    text = (
        "#disable-diagnostics no-unused-vars\nvar a = 1\n"
        "#restore-diagnostics no-unused-vars\nvar b = 1\n"
    )
    assert [str(item.location) for item in compiled(text).diagnostics] == ["main.bicep:4:5"]


def test_a_comment_takes_no_error_away() -> None:
    assert errors("#disable-next-line OCT330\noutput a string = b\n") == ["main.bicep:2:19 OCT330"]


def test_a_refusal_is_told_apart_from_a_mistake() -> None:
    with pytest.raises(UnsupportedBicepError) as caught:
        compiled("assert a = true\n")
    assert "--compiler bicep" in caught.value.diagnostics[0].hint


# --- Parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (call("a", "it's", 1), "[a('it''s', 1)]"),
        (with_properties(call("a"), "b", "c-d", 0, call("e")), "[a().b['c-d'][0][e()]]"),
        (with_properties("x", "length"), "[string('x').length]"),
        (with_properties(5, "x"), "[int(5).x]"),
        ("[x]", "[[x]"),
        ("[x] y", "[x] y"),
        (7, "[7]"),
    ],
)
def test_expressions_are_written_as_arm_reads_them(value: Any, written: str) -> None:
    assert text_of(value) == written


def test_names_sort_by_letters_before_case() -> None:
    names = ["b", "B", "a", "_a", "a_b", "ab", "a1", "A"]
    assert sorted(names, key=culture_key) == ["_a", "a", "A", "a_b", "a1", "ab", "b", "B"]


def test_types_are_spelled_as_their_version_spells_them() -> None:
    assert (
        spelled("microsoft.network/virtualnetworks", "2025-05-01")
        == "Microsoft.Network/virtualNetworks"
    )
    assert spelled("My.Own/things", "2025-01-01") == "My.Own/things"


@pytest.mark.parametrize(
    ("segments", "kind"),
    [
        ((), "object"),
        (("properties", "tags"), "object"),
        (("properties", "tags", "additionalProperties"), "string"),
        (("properties", "properties", "properties", "securityRules"), "array"),
        (("properties", "properties", "properties", "noSuchProperty"), None),
        (("items",), None),
    ],
)
def test_the_kind_of_a_property_is_known_or_not(
    segments: tuple[str, ...], kind: str | None
) -> None:
    assert known_type("Microsoft.Network/networkSecurityGroups@2025-05-01", segments) == kind


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("map([1, 2], (item, i) => item + i)", [1, 3]),
        ("filter(['a', 'b'], item => item == 'b')", ["b"]),
        ("sort([3, 1], (a, b) => a < b)", [1, 3]),
        ("reduce([1, 2], 0, (sum, item) => sum + item)", 3),
        ("toObject(['a'], item => item, item => 1)", {"a": 1}),
        ("groupBy(['ab', 'ac'], item => take(item, 1))", {"a": ["ab", "ac"]}),
        ("union({ a: 1 }, { b: 2 })", {"a": 1, "b": 2}),
        ("union([1], [1, 2])", [1, 2]),
        ("concat('a', 1 == 1 ? 'b' : 'c')", "ab"),
        ("concat([1], [2])", [1, 2]),
        ("{ ...{ a: 1 }, b: [...[1], 2] }", {"a": 1, "b": [1, 2]}),
        ("[1, 2][^1]", 2),
        ("{ a: 1 }.?b ?? 'none'", "none"),
        ("'${true}-${1}'", "True-1"),
        ("substring('octopus', 4, 3)", "pus"),
    ],
)
def test_values_of_parameter_files_are_worked_out(expression: str, value: Any) -> None:
    result = compile_params_text(f"using none\nparam x = {expression}\n")
    assert result.parameters["parameters"]["x"] == {"value": value}


def test_a_parameter_file_reads_imported_variables_and_functions() -> None:
    files = {
        "v.bicep": "@export()\nvar a = 'x'\n@export()\nfunc f(t string) string => '${t}!'\n",
    }
    text = "using none\nimport * as v from 'v.bicep'\nparam x = v.f(v.a)\n"
    result = compile_params_text(text, read=reader(files))
    assert result.parameters["parameters"]["x"] == {"value": "x!"}


@pytest.mark.parametrize(
    "text",
    [
        "param x = base64ToJson('e30=')",
        "param x = externalInput('a', 'b')",
    ],
)
def test_what_a_parameter_file_cannot_have_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnsupportedBicepError, match="OCT393"):
        compile_params_text(f"using none\n{text}\n")


def test_values_of_a_parameter_file_that_need_each_other_are_a_finding() -> None:
    with pytest.raises(BicepError) as caught:
        compile_params_text("using none\nparam a = b\nvar b = '${a}'\n")
    assert [item.code for item in caught.value.diagnostics] == ["OCT336"]


def test_a_long_chain_of_variables_is_compiled_or_refused() -> None:
    chain = "".join(f"var a{number} = a{number + 1}\n" for number in range(2000))
    assert errors(f"{chain}var a2000 = 1\n") == ["main.bicep:1:1 OCT350"]
    lines = [f"var a{number} = a{number - 1}\n" for number in range(1, 2000)]
    result = compiled(f"var a0 = 1\n{''.join(lines)}output x int = a1999\n")
    assert result.template["variables"]["a1999"] == "[variables('a1998')]"


def test_an_output_with_a_secret_in_its_type_is_read_through_the_secure_function() -> None:
    files = {
        "t.bicep": "@export()\ntype keyType = {\n  @secure()\n  value: string\n}\n",
        "m.bicep": "import { keyType } from 't.bicep'\nparam k keyType\noutput x keyType = k\noutput y string = 'y'\n",
    }
    text = (
        "@secure()\nparam k object\nmodule m 'm.bicep' = {\n  name: 'm'\n  params: { k: k }\n}\n"
        "@secure()\noutput x object = m.outputs.x\noutput y string = m.outputs.y\n"
    )
    outputs = compiled(text, files).template["outputs"]
    assert outputs["x"]["value"] == "[listOutputsWithSecureValues('m', '2025-04-01').x]"
    assert outputs["y"]["value"] == "[reference('m').outputs.y.value]"


def test_a_parameter_file_takes_what_it_does_not_say_from_the_one_it_extends() -> None:
    files = {"shared.bicepparam": "using none\nparam a = 1\nparam b = 2\n"}
    text = "using none\nextends 'shared.bicepparam'\nparam b = 3\n"
    result = compile_params_text(text, read=reader(files))
    assert result.parameters["parameters"] == {"b": {"value": 3}, "a": {"value": 1}}


def test_parameter_files_that_extend_each_other_are_a_finding() -> None:
    files = {
        "a.bicepparam": "using none\nextends 'b.bicepparam'\n",
        "b.bicepparam": "using none\nextends 'a.bicepparam'\n",
    }
    with pytest.raises(BicepError) as caught:
        compile_params_text("using none\nextends 'a.bicepparam'\n", read=reader(files))
    assert [item.code for item in caught.value.diagnostics] == ["OCT342"]
