"""The Jinja environment: whose fragment is taken, and what a fragment may not do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError

from octoha_templates._resources import data_folder
from octoha_templates.rendering.environment import api_versions, environment, resource_type

from .conftest import Overrides


def test_fragment_of_the_overrides_goes_in_front(overrides: Overrides) -> None:
    folder = overrides({"shared/common-parameters.bicep.j2": "// mine\n"})

    mine = environment(folder).get_template("shared/common-parameters.bicep.j2").render()

    assert mine.endswith("// mine\n")


def test_fragment_that_is_not_overridden_is_the_package_s_own(overrides: Overrides) -> None:
    folder = overrides({"shared/other.j2": ""})

    text = environment(folder).get_template("shared/common-parameters.bicep.j2").render(name="x")

    assert "param location string" in text


@pytest.mark.parametrize(
    "path",
    ["../secret.j2", "shared/../../secret.j2", "/etc/passwd", "..\\secret.j2", "C:\\secret.j2"],
)
def test_no_fragment_is_read_from_outside_the_two_folders(overrides: Overrides, path: str) -> None:
    folder = overrides({"main.bicep.j2": ""})
    (folder.parent / "secret.j2").write_text("secret")

    with pytest.raises(TemplateNotFound):
        environment(folder).get_template(path)


def test_undefined_value_is_an_error_and_not_nothing() -> None:
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        environment().from_string("{{ nothing }}").render()


def test_undefined_value_is_refused_by_name_in_the_literal_filter() -> None:
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        environment().from_string("{{ nothing | bicep }}").render()


@pytest.mark.parametrize(
    "attempt",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ (values.append)(1) }}",
        "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ '{0.__class__}'.format(values) }}",
    ],
)
def test_fragment_reaches_nothing_behind_the_values(attempt: str) -> None:
    with pytest.raises(SecurityError):
        environment().from_string(attempt).render(values=[])


def test_fragments_have_no_global_functions() -> None:
    """Neither `range` for endless loops, nor `lipsum`, nor `cycler`."""
    assert environment().globals == {}


def test_text_is_not_escaped_for_html() -> None:
    assert environment().from_string("{{ x | bicep }}").render(x="<&>") == "'<&>'"


def test_equal_folders_share_one_environment(overrides: Overrides) -> None:
    folder = overrides({"main.bicep.j2": ""})

    assert environment(folder) is environment(Path(folder))
    assert environment() is not environment(folder)


def test_resource_type_gets_the_one_api_version_of_the_table() -> None:
    table = json.loads((data_folder("schemas") / "apiVersions.json").read_text(encoding="utf-8"))

    assert api_versions() == table
    version = table["Microsoft.Network/virtualNetworks"]
    assert (
        resource_type("Microsoft.Network/virtualNetworks")
        == f"'Microsoft.Network/virtualNetworks@{version}'"
    )


def test_resource_type_without_api_version_is_refused() -> None:
    with pytest.raises(KeyError, match=r"Microsoft\.Network/nothing"):
        resource_type("Microsoft.Network/nothing")
