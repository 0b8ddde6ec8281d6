"""The whole pipeline: what a bundle holds, and how findings name their fragment."""

from __future__ import annotations

from pathlib import Path

import pytest

import octoha_templates
from octoha_templates.config.load import Loaded, load, load_text
from octoha_templates.diagnostics import Location, Related
from octoha_templates.errors import BicepError, RenderError, TemplateError
from octoha_templates.pipeline import build, build_component

MINIMAL = """\
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admin@example.com}
"""


@pytest.fixture
def loaded() -> Loaded:
    return load_text(MINIMAL)


def _override(folder: Path, fragment: str, text: str) -> Path:
    place = folder / fragment
    place.parent.mkdir(parents=True)
    place.write_text(text)
    return folder


def test_the_folder_holds_sources_template_parameters_runbook_and_manifest(loaded: Loaded) -> None:
    assert [path for path in build(loaded).files if "/" not in path] == [
        ".checkov.yaml",
        "DEPLOY.md",
        "main.bicep",
        "main.bicepparam",
        "main.json",
        "main.parameters.json",
        "manifest.json",
    ]


def test_arm_alone_leaves_the_bicep_out(loaded: Loaded) -> None:
    assert list(build(loaded, formats="arm").files) == [
        ".checkov.yaml",
        "DEPLOY.md",
        "main.json",
        "main.parameters.json",
        "manifest.json",
        "scripts/bootstrap-node.ps1",
        "scripts/prepare-node.ps1",
    ]


def test_bicep_alone_leaves_the_arm_template_out(loaded: Loaded) -> None:
    assert not [path for path in build(loaded, formats="bicep").files if path.endswith("main.json")]


def test_building_twice_gives_equal_bytes(loaded: Loaded) -> None:
    assert build(loaded).files == build(load_text(MINIMAL)).files


def test_the_reference_stack_has_no_finding_but_its_own_way_in() -> None:
    assert [finding.code for finding in build(load(None)).findings] == ["OCT725"]


def test_the_public_calls_are_those_of_the_readme(tmp_path: Path) -> None:
    config = tmp_path / "stack.yaml"
    config.write_text(MINIMAL)
    bundle = octoha_templates.render(octoha_templates.load_stack(config))
    assert bundle.write(tmp_path / "out").removed == ()
    assert bundle.compare(tmp_path / "out") == ()
    assert bundle.diff(tmp_path / "out") == ""


def test_a_component_deploys_on_its_own() -> None:
    bundle = build_component(load(None), "octopus/server")
    assert "main.bicep" in bundle.files
    assert "loadTextContent('scripts/bootstrap-node.ps1')" in bundle.files["main.bicep"].decode()


def test_an_unknown_component_is_a_finding_with_a_suggestion(loaded: Loaded) -> None:
    with pytest.raises(RenderError) as caught:
        build_component(loaded, "database/azuresql")
    (finding,) = caught.value.diagnostics
    assert (finding.code, finding.hint) == (
        "OCT201",
        "did you mean database/azure-sql? `octoha-render list` shows all of them",
    )


def test_wrong_bicep_in_an_override_names_the_fragment(loaded: Loaded, tmp_path: Path) -> None:
    folder = _override(
        tmp_path,
        "load-balancer/azure-load-balancer/module.bicep.j2",
        "param location string\n\noutput x string = absent\n",
    )
    with pytest.raises(BicepError) as caught:
        build(loaded, overrides=folder)
    finding = next(each for each in caught.value.diagnostics if "absent" in each.message)
    assert finding.location == Location("modules/azure-load-balancer.bicep", 3, 19)
    assert finding.related[-1] == Related(
        "rendered from", Location("templates/load-balancer/azure-load-balancer/module.bicep.j2", 3)
    )


def test_a_resource_against_its_schema_names_path_line_and_fragment(
    loaded: Loaded, tmp_path: Path
) -> None:
    folder = _override(
        tmp_path,
        "shared/role-assignment.bicep.j2",
        "{% macro role_assignment(symbol, target, role, principal_id) %}\n"
        "resource {{ symbol }} 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n"
        "  scope: {{ target }}\n"
        "  name: guid({{ target }}.id)\n"
        "  properties: {\n"
        "    principalID: {{ principal_id }}\n"
        "    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')\n"
        "  }\n"
        "}\n"
        "{% endmacro %}\n",
    )
    with pytest.raises(TemplateError) as caught:
        build(loaded, overrides=folder)
    finding = next(each for each in caught.value.diagnostics if "principalID" in each.message)
    assert finding.path.endswith(".properties.principalID")
    assert finding.location is not None
    assert finding.location.file == "modules/key-vault.bicep"
    assert finding.related[-1].location == Location("templates/shared/role-assignment.bicep.j2", 6)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("{% if %}", "OCT203", 1),
        ("\n{{ nodes.cout | bicep }}", "OCT204", 2),
        ("\n\n{{ 1.5 | bicep }}", "OCT205", 3),
        ("{{ ''.__class__.__mro__ }}", "OCT206", 1),
        ("{% include 'no/such.j2' %}", "OCT202", 1),
        ("\n\ue0f0forged\ue0f1", "OCT203", 2),
    ],
)
def test_a_wrong_fragment_is_a_finding(
    loaded: Loaded, tmp_path: Path, text: str, code: str, line: int
) -> None:
    folder = _override(tmp_path, "load-balancer/azure-load-balancer/module.bicep.j2", text)
    with pytest.raises(RenderError) as caught:
        build(loaded, overrides=folder)
    (finding,) = caught.value.diagnostics
    assert finding.code == code
    assert finding.location == Location("load-balancer/azure-load-balancer/module.bicep.j2", line)


def test_a_secret_that_somebody_typed_is_not_written(tmp_path: Path) -> None:
    """The key is made up, in the form that Azure Storage gives its keys since 2021."""
    key = "a" * 76 + "+AStAAAAAA=="
    bundle = build(load_text(f"{MINIMAL}tags: {{note: '{key}'}}\n"))
    with pytest.raises(RenderError) as caught:
        bundle.write(tmp_path / "out")
    assert {finding.code for finding in caught.value.diagnostics} == {"OCT211"}
    assert "main.bicep" in {
        str(finding.location.file) for finding in caught.value.diagnostics if finding.location
    }
    assert key not in str(caught.value)
    assert not (tmp_path / "out").exists()
