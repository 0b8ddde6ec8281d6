"""Templates that a template links to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from octoha_templates.validation import validate_text

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def _template(*resources: dict[str, Any]) -> str:
    body = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources)}
    return json.dumps(body, indent=2)


def _link(**link: str) -> dict[str, Any]:
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": "linked",
        "properties": {"mode": "Incremental", "templateLink": link},
    }


IDENTITY = {
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "apiVersion": "2024-11-30",
    "name": "id-x",
    "location": "westeurope",
    "tag": {},
    "properties": {},
}


def _codes(folder: Path, text: str) -> list[str]:
    found = validate_text(text, f"{folder.name}/main.json", folder=folder)
    return [f"{finding.location}: {finding.code}" for finding in found]


def test_a_linked_file_is_checked_and_named(tmp_path: Path) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "id.json").write_text(_template(IDENTITY))
    codes = _codes(tmp_path, _template(_link(relativePath="nested/id.json")))
    assert codes == [f"{tmp_path.name}/nested/id.json:10:7: OCT403"]


def test_links_start_from_the_template_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "a.json").write_text(_template(_link(relativePath="b.json")))
    (tmp_path / "nested" / "b.json").write_text(_template(IDENTITY))
    codes = _codes(tmp_path, _template(_link(relativePath="nested/a.json")))
    assert codes == [f"{tmp_path.name}/nested/b.json:10:7: OCT403"]


def test_templates_that_link_to_each_other_are_checked_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(_template(_link(relativePath="b.json")))
    (tmp_path / "b.json").write_text(_template(_link(relativePath="a.json")))
    assert _codes(tmp_path, _template(_link(relativePath="a.json"))) == []


def test_a_link_to_nothing_or_out_of_the_folder_is_a_finding(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "other.json").write_text(_template())
    links = (_link(relativePath="gone.json"), {**_link(relativePath="../other.json"), "name": "b"})
    found = validate_text(_template(*links), "main.json", folder=folder)
    assert [(finding.code, finding.message) for finding in found] == [
        ("OCT465", "the linked template `gone.json` cannot be read"),
        ("OCT465", "the linked template `../other.json` lies outside the folder of the template"),
    ]


def test_a_link_that_only_azure_can_follow_is_a_note(tmp_path: Path) -> None:
    text = _template(_link(uri="https://example.com/a.json"))
    found = validate_text(text, "main.json", folder=tmp_path)
    assert [(finding.code, finding.is_error) for finding in found] == [("OCT464", False)]
