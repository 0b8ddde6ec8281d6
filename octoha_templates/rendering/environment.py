"""The Jinja environment that fragments are rendered in.

A folder of overrides may come from anybody, so rendering happens in Jinja's sandbox, with strict
undefined and without autoescape: Bicep is not HTML, values are escaped by the `bicep` filter.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from octoha_templates._resources import data_folder
from octoha_templates.rendering.literals import (
    bicep_literal,
    markdown_text,
    powershell_string,
    shell_word,
)
from octoha_templates.rendering.spans import MarkLines


@cache
def api_versions() -> dict[str, str]:
    """Read the one table that says which API version a resource type uses."""
    text = (data_folder("schemas") / "apiVersions.json").read_text(encoding="utf-8")
    versions: dict[str, str] = json.loads(text)
    return versions


def resource_type(name: str) -> str:
    """Write a resource type with its API version, the way a Bicep resource wants it.

    Raises:
        KeyError: `schemas/apiVersions.json` does not have the type.
    """
    return bicep_literal(f"{name}@{api_versions()[name]}")


def _bicep(value: Any, indent: int = 0) -> str:
    """Refuse what is undefined in Jinja's own words, before it is asked for its type."""
    return bicep_literal(str(value) if isinstance(value, StrictUndefined) else value, indent)


def json_text(value: Any, indent: int = 0) -> str:
    """Write a value as JSON for a document; `indent` is where its line begins, in spaces."""
    if isinstance(value, StrictUndefined):
        str(value)
    text = json.dumps(value, indent=2)
    return text.replace("\n", "\n" + " " * indent)


_FILTERS: dict[str, Any] = {
    "bicep": _bicep,
    "json": json_text,
    "markdown": markdown_text,
    "powershell": powershell_string,
    "resource_type": resource_type,
    "shell": shell_word,
}


@cache
def environment(overrides: Path | None = None) -> ImmutableSandboxedEnvironment:
    """Give the environment for a folder of overrides; equal folders share one, with its fragments parsed.

    Args:
        overrides: A folder whose fragments go in front of the package's own, or None.

    Returns:
        The environment; its fragments are looked up by their path below `templates/`.
    """
    folders = [folder for folder in (overrides, data_folder("templates")) if folder is not None]
    made = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[MarkLines],
        auto_reload=False,
        cache_size=-1,
    )
    made.globals.clear()
    made.filters.update(_FILTERS)
    return made
