"""Fragments become files; what is wrong with a fragment is a finding with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from octoha_templates._resources import data_folder
from octoha_templates.config.load import load_stack
from octoha_templates.config.model import Stack
from octoha_templates.diagnostics import Location
from octoha_templates.errors import RenderError
from octoha_templates.rendering.components import Component, components_of, get_component
from octoha_templates.rendering.modules import (
    render_component,
    render_main,
    render_modules,
    render_text,
)

from .conftest import Overrides

SCRIPT = "octopus/server/scripts/bootstrap-node.ps1"


@pytest.fixture(scope="module")
def stack() -> Stack:
    return load_stack()


def test_main_comes_first_and_a_module_per_component_follows(stack: Stack) -> None:
    paths = [module.path for module in render_modules(stack).modules]

    assert paths == ["main.bicep", *(component.module for component in components_of(stack))]


def test_rendering_twice_gives_equal_text(stack: Stack) -> None:
    assert render_modules(stack).modules == render_modules(stack).modules


def test_main_alone_is_the_main_of_the_whole(stack: Stack) -> None:
    assert render_main(stack) == render_modules(stack).modules[0]


def test_component_alone_is_a_main_whose_scripts_lie_beside_it(stack: Stack) -> None:
    rendered = render_component(stack, get_component("octopus/server"))
    (main,) = rendered.modules

    assert main.path == "main.bicep"
    assert "loadTextContent('scripts/bootstrap-node.ps1')" in main.text
    assert list(rendered.scripts) == ["scripts/bootstrap-node.ps1", "scripts/prepare-node.ps1"]


def test_component_without_scripts_brings_none(stack: Stack) -> None:
    assert not render_component(stack, get_component("network/new")).scripts


def test_scripts_are_the_package_s_own_with_their_parts_in_place(stack: Stack) -> None:
    folder = data_folder("templates")
    text = (folder / SCRIPT).read_bytes()
    for part in sorted((folder / "shared/scripts").iterdir()):
        name = f"# include: shared/scripts/{part.name}\n".encode()
        text = text.replace(name, part.read_bytes())

    assert b"# include: " not in text
    assert render_modules(stack).scripts["scripts/bootstrap-node.ps1"] == text


def test_part_of_a_script_outside_the_fragments_is_refused(
    stack: Stack, overrides: Overrides
) -> None:
    folder = overrides({SCRIPT: "# include: ../secret.ps1\n"})
    with pytest.raises(RenderError) as raised:
        render_modules(stack, folder)

    assert raised.value.diagnostics[0].code == "OCT202"


def test_script_of_the_overrides_goes_in_front(stack: Stack, overrides: Overrides) -> None:
    folder = overrides({SCRIPT: "exit 0\n"})

    assert render_modules(stack, folder).scripts["scripts/bootstrap-node.ps1"] == b"exit 0\n"


def test_script_that_is_nowhere_is_a_finding(stack: Stack) -> None:
    component = Component("access", "bastion", "Bastion", "A way in.", ("none.ps1",))
    with pytest.raises(RenderError) as raised:
        render_component(stack, component)
    (finding,) = raised.value.diagnostics

    assert finding.code == "OCT202"
    assert finding.message == "the script access/bastion/scripts/none.ps1 does not exist"


def test_module_is_looked_up_by_its_path(stack: Stack) -> None:
    rendered = render_modules(stack)

    assert rendered.find_module("main.bicep") is rendered.modules[0]
    assert rendered.find_module("modules/none.bicep") is None


def test_scripts_are_no_fragments(stack: Stack, overrides: Overrides) -> None:
    folder = overrides({SCRIPT: "'{{ name }}' {% raw\n"})

    script = render_modules(stack, folder).scripts["scripts/bootstrap-node.ps1"]
    assert script == b"'{{ name }}' {% raw\n"


def test_module_of_the_overrides_replaces_that_module_alone(
    stack: Stack, overrides: Overrides
) -> None:
    folder = overrides({"access/bastion/module.bicep.j2": "// {{ access.bastion.sku }}\n"})
    own = {module.path: module.text for module in render_modules(stack).modules}
    mine = {module.path: module.text for module in render_modules(stack, folder).modules}

    assert mine.pop("modules/bastion.bicep") == "// Standard\n"
    own.pop("modules/bastion.bicep")
    assert mine == own


def _finding(stack: Stack, folder: Path) -> tuple[str, str, Location | None]:
    with pytest.raises(RenderError) as raised:
        render_modules(stack, folder)
    (finding,) = raised.value.diagnostics
    assert finding.hint
    return finding.code, finding.message, finding.location


@pytest.mark.parametrize(
    ("text", "code", "message", "line"),
    [
        ("one\n{% if %}\n", "OCT203", "the fragment is not right: ", 2),
        ("one\ntwo\n{{ nodes.cout }}\n", "OCT204", "the fragment reads a value there is not: ", 3),
        ("{{ nothing | bicep }}\n", "OCT204", "'nothing' is undefined", 1),
        ("\n{{ (1 / 3) | bicep }}\n", "OCT205", "a float has no Bicep literal", 2),
        ("{{ 1 // 0 }}\n", "OCT205", "the fragment cannot be rendered: ", 1),
        ("{{ 'Microsoft.No/no' | resource_type }}\n", "OCT205", "Microsoft.No/no", 1),
        ("{{ ''.__class__ }}\n", "OCT206", "the fragment does what the sandbox forbids: ", 1),
    ],
)
def test_mistake_in_a_fragment_is_found_with_its_line(
    stack: Stack, overrides: Overrides, text: str, code: str, message: str, line: int
) -> None:
    folder = overrides({"access/bastion/module.bicep.j2": text})
    found_code, found_message, place = _finding(stack, folder)

    assert found_code == code
    assert message in found_message
    assert place is not None
    assert (place.file, place.line) == ("access/bastion/module.bicep.j2", line)


def test_mistake_inside_an_include_names_the_included_fragment(
    stack: Stack, overrides: Overrides
) -> None:
    folder = overrides({"shared/diagnostic-settings.bicep.j2": "\n{{ nothing }}\n"})
    code, _, place = _finding(stack, folder)

    assert code == "OCT204"
    assert place == Location("shared/diagnostic-settings.bicep.j2", 2)


def test_include_of_what_does_not_exist_names_it(stack: Stack, overrides: Overrides) -> None:
    folder = overrides({"access/bastion/module.bicep.j2": "{% include 'shared/none.j2' %}\n"})
    code, message, _ = _finding(stack, folder)

    assert code == "OCT202"
    assert message == "the fragment shared/none.j2 does not exist"


def test_fragments_that_include_each_other_are_refused(stack: Stack, overrides: Overrides) -> None:
    folder = overrides(
        {"access/bastion/module.bicep.j2": "{% include 'access/bastion/module.bicep.j2' %}\n"}
    )
    code, message, place = _finding(stack, folder)

    assert code == "OCT205"
    assert message == "fragments include each other without end"
    assert place == Location("access/bastion/module.bicep.j2", 1)


def test_fragment_cannot_include_a_file_from_outside(stack: Stack, overrides: Overrides) -> None:
    folder = overrides({"access/bastion/module.bicep.j2": "{% include '../secret.txt' %}\n"})
    (folder.parent / "secret.txt").write_text("secret")

    assert _finding(stack, folder)[0] == "OCT202"


def test_text_that_is_not_bicep_is_rendered_from_the_values_given(overrides: Overrides) -> None:
    folder = overrides({"NOTE.md.j2": "# {{ title | markdown }}\n"})

    assert render_text("NOTE.md.j2", {"title": "a*b"}, folder) == "# a\\*b\n"


def test_missing_text_fragment_is_a_finding() -> None:
    with pytest.raises(RenderError) as raised:
        render_text("NONE.md.j2", {})

    assert raised.value.diagnostics[0].code == "OCT202"
