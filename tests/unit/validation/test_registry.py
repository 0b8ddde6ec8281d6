"""A folder of schemas, as it is read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from octoha_templates.errors import TemplateError
from octoha_templates.validation import SchemaRegistry, registry_of, validate_template
from tests.unit.validation.conftest import security_group, template

BASE = "https://schema.management.azure.com/schemas/"


def write_folder(folder: Path) -> Path:
    """Write a folder in the published layout, with a reference between files."""
    common = {"definitions": {"expression": {"type": "string", "pattern": "^\\["}}}
    reference = {"$ref": BASE + "common/definitions.json#/definitions/expression"}
    thing = {
        "type": "object",
        "properties": {
            "type": {"enum": ["Contoso.Portal/sites"]},
            "size": {"oneOf": [{"type": "integer"}, reference]},
        },
    }
    (folder / "common").mkdir()
    (folder / "common" / "definitions.json").write_text(json.dumps(common), "utf-8")
    (folder / "2020-01-01").mkdir()
    body = {"resourceDefinitions": {"sites": thing}}
    (folder / "2020-01-01" / "Contoso.Portal.Web.json").write_text(json.dumps(body), "utf-8")
    return folder


def test_references_between_files_are_followed_inside_the_folder(tmp_path: Path) -> None:
    schema = SchemaRegistry(write_folder(tmp_path)).find_resource(
        "contoso.portal/SITES", "2020-01-01"
    )
    assert schema is not None
    for value, expected in ((3, True), ("[x]", True), ("x", False)):
        body = {"type": "Contoso.Portal/sites", "size": value}
        assert schema.accepts(body) is expected
        assert schema.validator.is_valid(body) is expected


def test_a_folder_is_used_in_place_of_ours(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    body = {"type": "Contoso.Portal/sites", "apiVersion": "2020-01-01", "name": "a", "size": "x"}
    (found,) = validate_template(template(body), schemas=folder)
    assert (found.code, found.path) == ("OCT406", "resources[0].size")


def test_versions_and_types_are_listed() -> None:
    registry = registry_of()
    assert registry.api_versions("microsoft.sql/servers") == ("2025-01-01",)
    assert "Microsoft.Sql/servers/databases" in registry.resource_types("Microsoft.Sql")
    assert "Microsoft.KeyVault" in registry.providers()


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        registry_of(tmp_path / "none")
    assert caught.value.diagnostics[0].code == "OCT461"


def test_a_file_that_is_not_json_is_a_finding(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "2020-01-01" / "Contoso.Portal.Web.json").write_text("{", "utf-8")
    with pytest.raises(TemplateError) as caught:
        SchemaRegistry(folder).find_resource("Contoso.Portal/sites", "2020-01-01")
    assert caught.value.diagnostics[0].code == "OCT460"


def test_a_right_template_is_checked_without_importing_jsonschema() -> None:
    """The import takes longer than all the checks of a right template together."""
    script = (
        "import json, sys\n"
        "from octoha_templates.validation import validate_template\n"
        "assert validate_template(json.load(sys.stdin)) == ()\n"
        "assert 'jsonschema' not in sys.modules\n"
    )
    body = json.dumps(template(security_group()))
    subprocess.run([sys.executable, "-c", script], input=body, text=True, check=True)
