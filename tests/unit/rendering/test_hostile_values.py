"""Whatever a person types stays data, from the config to every file of the folder."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import msgspec
import pytest

from octoha_templates.bicep import compile_text
from octoha_templates.config.load import load_stack, loaded_from_stack
from octoha_templates.config.model import AzureSql, EntraAdministrator
from octoha_templates.pipeline import Bundle, build

HOSTILE = (
    "it's",
    '"quoted"',
    "back\\slash\\",
    "${resourceGroup().id}",
    "{{ stack }}",
    "{% raw %}",
    "{# comment #}",
    "'''",
    "[concat('a', 'b')]",
    "[[escaped]]",
    "$(Remove-Item C:\\)",
    "`whoami`",
    "| a | b |",
    "<script>alert(1)</script>",
    "](https://example.com)",
    "../scripts/bootstrap-node.ps1",
)
KEY = "hostile"
LOGIN = "dba"


@cache
def _bundle(text: str) -> Bundle:
    """Build a stack with the text in a tag and in the name of the database administrator."""
    stack = load_stack()
    database = stack.database
    assert isinstance(database, AzureSql)
    administrator = EntraAdministrator(login=text, object_id="00000000-0000-0000-0000-000000000001")
    changed = msgspec.structs.replace(
        stack,
        tags={KEY: text},
        database=msgspec.structs.replace(database, entra_administrator=administrator),
    )
    return build(loaded_from_stack(changed))


def _read(value: str) -> str:
    """Read a text of an ARM template the way Azure does."""
    if value.startswith("[") and value.endswith("]"):
        assert value.startswith("[["), "it would be run"
        return value[1:]
    return value


def _parameter(template: dict[str, Any], name: str) -> Any:
    return template["parameters"][name]["defaultValue"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_reaches_the_template_as_it_was_typed(text: str) -> None:
    template = _bundle(text).template

    assert _read(_parameter(template, "tags")[KEY]) == text
    assert _read(_parameter(template, "databaseAdministratorLogin")) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_reaches_the_parameter_file_as_it_was_typed(text: str) -> None:
    """Azure evaluates nothing in a parameter file, so nothing is escaped there."""
    written = json.loads(_bundle(text).files["main.parameters.json"])["parameters"]

    assert written["tags"]["value"] == {KEY: text}
    assert written["databaseAdministratorLogin"]["value"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_reaches_the_bicep_parameter_file_as_it_was_typed(text: str) -> None:
    lines = _bundle(text).files["main.bicepparam"].decode().splitlines()
    (line,) = [line for line in lines if line.startswith("param databaseAdministratorLogin = ")]
    literal = line.partition(" = ")[2]
    template = compile_text(f"output back string = {literal}\n").template

    assert _read(template["outputs"]["back"]["value"]) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_changes_nothing_but_its_own_lines(text: str) -> None:
    hostile = _bundle(text).files
    plain = _bundle("plain").files

    for path in hostile:
        if path in ("manifest.json", "main.json"):
            continue
        ours = hostile[path].decode().splitlines()
        theirs = plain[path].decode().splitlines()
        assert len(ours) == len(theirs), path
        changed = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
        assert all("plain" in other for _, other in changed), path
