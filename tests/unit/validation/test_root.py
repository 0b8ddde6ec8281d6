"""The frame of a template, around its resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.validation.conftest import findings, security_group, template, the_finding

OUTPUT = {"type": "string", "value": "a"}


@pytest.mark.parametrize(
    ("sections", "code", "path"),
    [
        ({"parametres": {}}, "OCT403", "parametres"),
        ({"contentVersion": "1"}, "OCT409", "contentVersion"),
        ({"$schema": "https://example.com/schema.json"}, "OCT409", "$schema"),
        ({"outputs": {"a": {**OUTPUT, "typ": "x"}}}, "OCT403", "outputs.a.typ"),
        ({"outputs": {"a": {"type": "text", "value": "a"}}}, "OCT407", "outputs.a.type"),
        ({"resources": "none"}, "OCT406", "resources"),
        ({"parameters": []}, "OCT406", "parameters"),
        ({"definitions": {}}, "OCT403", "definitions"),
    ],
)
def test_a_wrong_frame_is_found(sections: dict[str, Any], code: str, path: str) -> None:
    found = the_finding({**template(security_group()), **sections})
    assert (found.code, found.path) == (code, path)


def test_an_output_with_a_value_and_a_loop_is_found() -> None:
    output = {**OUTPUT, "copy": {"count": 2, "input": "a"}}
    found = the_finding(template(security_group(), outputs={"a": output}))
    assert (found.code, found.path) == ("OCT411", "outputs.a")
    assert found.hint == "keep only `value` or `copy`"


def test_a_template_without_resources_is_found() -> None:
    body = template()
    del body["resources"]
    assert [(code, path) for code, path, _ in findings(body)] == [("OCT405", "")]


def test_the_frame_of_symbolic_templates_knows_types() -> None:
    body = template(languageVersion="2.0", definitions={"name": {"type": "string"}})
    body["parameters"] = {"name": {"$ref": "#/definitions/name"}}
    body["resources"] = {"group": security_group("[parameters('name')]")}
    assert findings(body) == []


@pytest.mark.parametrize("value", [[], "text", 3, None])
def test_a_resource_that_is_no_object_is_found(value: Any) -> None:
    found = the_finding(template(security_group(), value))
    assert (found.code, found.path) == ("OCT406", "resources[1]")


@pytest.mark.parametrize("value", [[], "text", 3, None])
def test_a_template_that_is_no_object_is_found(value: Any) -> None:
    assert the_finding(value).code == "OCT406"


def test_one_template_checked_twice_gives_the_same_findings() -> None:
    body = template(security_group(locaton="a", zone="b"))
    assert findings(body) == findings(body)
    assert len(findings(body)) == 2
