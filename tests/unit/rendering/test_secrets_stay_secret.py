"""No secret leaves the places that Azure keeps secret: outputs, tags, logs and settings never hold one.

The places are listed, so that one that is added is looked at by a person: is the property one that Azure
does not give back?
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.secret_flow import KEPT_BY_AZURE, SECURE, Sink, exposed, sinks

CASES = Path(__file__).parents[2] / "cases"
SECRET_NAME = re.compile(
    r"(Password|SharedKey|AuthorizationKey|MasterKey|LicenseBase64|Pfx|Token)$"
)
RENDERED = sorted([*CASES.glob("samples/*/main.json"), *CASES.glob("components/*/main.json")])

Json = dict[str, Any]


def _template(*resources: Json, **sections: Any) -> Json:
    secret = {"secret": {"type": "secureString"}, "plain": {"type": "string"}}
    return {"parameters": secret, "resources": list(resources), **sections}


def _machine(**body: Any) -> Json:
    return {"type": "Microsoft.Compute/virtualMachines/runCommands", "name": "a", **body}


SECRET = "[parameters('secret')]"  # noqa: S105
INSIDE = "[format('Password={0}', parameters('SECRET'))]"


@pytest.mark.parametrize("file", RENDERED, ids=lambda file: file.parent.name)
def test_secrets_go_only_where_azure_keeps_them(file: Path) -> None:
    assert exposed(json.loads(file.read_text())) == []


@pytest.mark.parametrize("file", RENDERED, ids=lambda file: file.parent.name)
def test_parameter_that_is_called_a_secret_is_a_secure_one(file: Path) -> None:
    """At every depth: one that is plain would stand in the history of its deployment."""
    plain = [
        name
        for declared in _declared(json.loads(file.read_text()))
        for name, each in declared.items()
        if SECRET_NAME.search(name) and each["type"].lower() not in SECURE
    ]

    assert plain == []


def _declared(template: Json) -> Iterator[Json]:
    yield template.get("parameters", {})
    for resource in template["resources"]:
        inner = resource.get("properties", {}).get("template")
        if inner:
            yield from _declared(inner)


def test_every_place_of_the_list_is_one_that_secrets_go_to() -> None:
    """A place that nothing needs any more is taken out of the list."""
    used = {
        (sink.kind, sink.path) for file in RENDERED for sink in sinks(json.loads(file.read_text()))
    }

    assert used == KEPT_BY_AZURE


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        (_template(outputs={"x": {"type": "string", "value": INSIDE}}), "output"),
        (_template(outputs={"x": {"type": "object", "value": {"a": [SECRET]}}}), "output"),
        (
            _template(
                outputs={"x": {"type": "string", "value": "[listKeys('a', 'b').keys[0].value]"}}
            ),
            "output",
        ),
        (_template(_machine(tags={"a": SECRET})), "microsoft.compute/virtualmachines/runcommands"),
        (
            _template(_machine(properties={"parameters": [{"name": "a", "value": SECRET}]})),
            "microsoft.compute/virtualmachines/runcommands",
        ),
        (
            _template(
                _machine(properties={"source": {"script": "[variables('b')]"}}),
                variables={"a": INSIDE, "b": ["[variables('a')]"]},
            ),
            "microsoft.compute/virtualmachines/runcommands",
        ),
        (
            _template(
                {
                    "type": "Microsoft.Resources/deployments",
                    "name": "[format('{0}-inner', parameters('plain'))]",
                    "properties": {
                        "parameters": {"plain": {"value": SECRET}},
                        "template": _template(),
                    },
                }
            ),
            "parameter",
        ),
    ],
    ids=["text", "object", "key", "tag", "plain parameter", "script", "module"],
)
def test_secret_in_the_open_is_seen(template: Json, kind: str) -> None:
    assert {sink.kind for sink in exposed(template)} == {kind}


def test_secret_is_followed_into_a_module_that_takes_it_as_plain_text() -> None:
    inner = _template(outputs={"x": {"type": "string", "value": "[parameters('plain')]"}})
    template = _template(
        {
            "type": "Microsoft.Resources/deployments",
            "name": "[format('{0}-inner', parameters('plain'))]",
            "properties": {"parameters": {"plain": {"value": SECRET}}, "template": inner},
        }
    )

    assert Sink("output", "x", "plain", "main/inner") in exposed(template)


def test_question_about_a_secret_tells_nothing() -> None:
    outputs = {"x": {"type": "bool", "value": "[empty(parameters('secret'))]"}}

    assert exposed(_template(outputs=outputs)) == []
