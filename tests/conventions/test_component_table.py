"""`templates/README.md` stays true: the table of components, the folders, the filters."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from octoha_templates._resources import data_folder
from octoha_templates.pipeline import build_component, load_for_component
from octoha_templates.rendering.components import COMPONENTS, Component
from octoha_templates.rendering.environment import environment

TEMPLATES = data_folder("templates")
WIRING = ("parameters", "secrets", "module", "outputs")
RUNBOOK = ("prerequisites", "secrets", "phases", "after", "check", "day-two", "remove")
README = (TEMPLATES / "README.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    (text,) = re.findall(
        rf"^#+ {re.escape(title)}$(.*?)(?=^#|\Z)", README, re.MULTILINE | re.DOTALL
    )
    return str(text)


def _rows(section: str) -> list[list[str]]:
    """Give the cells of a table's body, without the marks of code."""
    lines = [line for line in _section(section).splitlines() if line.startswith("|")][2:]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [[cell.strip() for cell in row] for row in cells]


@cache
def _required(component: Component) -> list[str]:
    parameters = build_component(load_for_component(None, component.id), component.id).template[
        "parameters"
    ]
    return [name for name, each in parameters.items() if "defaultValue" not in each]


def test_table_has_every_component_in_the_order_of_main() -> None:
    assert [row[0] for row in _rows("Components")] == [f"`{each.id}`" for each in COMPONENTS]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.id)
def test_row_of_a_component_says_what_is_so(component: Component) -> None:
    (row,) = [row for row in _rows("Components") if row[0] == f"`{component.id}`"]

    assert row[1] == f"`{component.module}`"
    assert row[2] == component.description
    needed = [] if row[3] == "none" else row[3].replace("`", "").split(", ")
    assert needed == _required(component)


def test_every_folder_is_a_component_or_documented() -> None:
    ids = {component.id for component in COMPONENTS}
    roles = {component.role for component in COMPONENTS}
    folders = [folder for folder in TEMPLATES.iterdir() if folder.is_dir()]

    for folder in folders:
        if folder.name in roles:
            kinds = {f"{folder.name}/{kind.name}" for kind in folder.iterdir()}
            assert kinds <= ids
        else:
            assert f"`{folder.name}/`" in _section("Where things are"), folder.name


def test_every_fragment_opens_with_a_comment_on_what_it_is() -> None:
    without = [
        path.relative_to(TEMPLATES).as_posix()
        for path in sorted(TEMPLATES.rglob("*.j2"))
        if not path.read_text(encoding="utf-8").startswith(("{#- ", "{# "))
    ]

    assert without == []


def test_every_script_belongs_to_a_component() -> None:
    declared = {
        Path(component.id, "scripts", script).as_posix()
        for component in COMPONENTS
        for script in component.scripts
    }

    scripts = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("*/*/scripts/*")}
    assert {path for path in scripts if not path.startswith("shared/")} == declared


def test_every_shared_part_of_a_script_is_included_somewhere() -> None:
    parts = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("shared/scripts/*")}
    included = {
        line.removeprefix("# include: ").strip()
        for script in TEMPLATES.glob("*/*/scripts/*")
        for line in script.read_text(encoding="utf-8").splitlines()
        if line.startswith("# include: ")
    }

    assert parts == included


def _own_fragments() -> set[str]:
    """List what is included by its name in the folder of a component."""
    wiring = ("module.bicep.j2", *(f"main-{each}.j2" for each in WIRING))
    runbook = (f"runbook/{each}.md.j2" for each in RUNBOOK)
    names = (*wiring, *runbook, "alerts.j2")
    found = {f"{each.id}/{name}" for each in COMPONENTS for name in names}
    found |= {f"{each.id}/documents/{name}.j2" for each in COMPONENTS for name in each.documents}
    found |= {
        f"{each.id}/submodules/{name}.bicep.j2" for each in COMPONENTS for name in each.submodules
    }
    return {name for name in found if (TEMPLATES / name).is_file()}


def test_every_fragment_is_used() -> None:
    texts = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.j2")
    }
    roots = {"main.bicep.j2", "DEPLOY.md.j2", *_own_fragments()}
    used = {name for text in texts.values() for name in re.findall(r"'([\w/.-]+\.j2)'", text)}

    used = {name for name in used if not name.startswith("/")}
    assert set(texts) - roots == used


def test_values_enter_a_fragment_through_a_filter_and_not_inside_quotes() -> None:
    """A quote by hand around `{{ }}` would let a value end the string."""
    closed = re.compile(r"'(?:\\.|[^'\\{}])*'")
    parts = "stack|octopus|network|nodes|database|storage|load_balancer|key_vault|monitoring|backup"
    inside = re.compile(rf"'[^']*\{{\{{ *[^}}]*(\| *bicep|\b({parts})\.)")
    found = [
        f"{path.relative_to(TEMPLATES).as_posix()}: {line.strip()}"
        for path in sorted(TEMPLATES.rglob("*.j2"))
        for line in path.read_text(encoding="utf-8").splitlines()
        # A choice between two texts of the fragment's own, `{{ 'a' if x else 'b' }}`, is none of a person's.
        if path.name != "DEPLOY.md.j2"
        and inside.search(closed.sub("", line))
        and " if " not in line
    ]

    assert found == []


def test_no_api_version_is_written_into_a_fragment() -> None:
    found = [
        path.relative_to(TEMPLATES).as_posix()
        for path in sorted(TEMPLATES.rglob("*.j2"))
        if re.search(r"@20\d\d-\d\d-\d\d", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_every_filter_is_documented() -> None:
    documented = {row[0].strip("`").removeprefix("\\|").strip() for row in _rows("Filters")}
    from jinja2 import Environment

    own = {
        name
        for name, function in environment().filters.items()
        if Environment().filters.get(name) is not function  # noqa: S701 - nothing is rendered
    }
    assert documented == own


def test_a_rule_that_is_not_followed_is_named_once_and_explained() -> None:
    rows = _rows("Rules that the templates do not follow, and why")
    rules = [rule for row in rows for rule in row[0].split(", ")]

    assert len(set(rules)) == len(rules)
    assert all(len(row) == 2 and row[1].endswith(".") for row in rows)
