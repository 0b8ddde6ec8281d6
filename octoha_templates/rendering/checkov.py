"""Which checks of checkov a rendered template may fail, and the file that tells checkov and its reader.

`templates/checkov.toml` is the one place for checks and reasons. `tools/checkov.py` compares it with what
checkov itself finds.
"""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from octoha_templates._resources import data_folder

CHECKS_FILE: Final = "checkov.toml"
CONFIG_FILE: Final = ".checkov.yaml"

_WIDTH = 118
_PARAMETER = re.compile(r"\[parameters\('([^']+)'\)\]")
_HEAD = """\
# For checkov, which reads this file by itself: `checkov -d .` in this folder.
# `--framework all` looks into the other files here, too.
"""
_LISTED = """\

# The checks that this template fails, and why it may. Decided: the check is right, and the template stays as it is.
# Mistaken: what the check asks for is there or does not belong here, and it cannot see that.
skip-check:
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A check that templates may fail.

    Attributes:
        id: Its name in checkov.
        why: `decided` or `mistaken`.
        reason: For whoever reviews the template.
        types: The resource types that it looks at.
        also: Rules of other tools that ask for the same.
        only: Paths in a resource and what has to be there for the check to look at it at all.
        passes: Paths in a resource and what the check wants to see there.
    """

    id: str
    why: str
    reason: str
    types: frozenset[str]
    also: tuple[str, ...]
    only: Mapping[str, str]
    passes: Mapping[str, str]

    def fails(self, resource: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
        """Say whether the check holds something against a resource.

        Args:
            resource: A resource of a compiled template.
            defaults: The default values of its parameters, where checkov looks into them.
        """
        return (
            resource.get("type") in self.types
            and all(_matches(resource, defaults, *each) for each in self.only.items())
            and not any(_matches(resource, defaults, *each) for each in self.passes.items())
        )


@cache
def known_checks() -> tuple[Check, ...]:
    """Read the checks that templates may fail, in the order of their file."""
    text = (data_folder("templates") / CHECKS_FILE).read_text(encoding="utf-8")
    return tuple(
        Check(
            name,
            entry["why"],
            entry["reason"],
            frozenset(entry["types"]),
            tuple(entry.get("also", ())),
            MappingProxyType(entry.get("only", {})),
            MappingProxyType(entry.get("passes", {})),
        )
        for name, entry in tomllib.loads(text).items()
    )


def failing_checks(template: Mapping[str, Any]) -> tuple[Check, ...]:
    """List the known checks that a compiled template fails, nested templates included."""
    resources = tuple(_resources(template, _defaults(template)))
    return tuple(check for check in known_checks() if any(check.fails(*each) for each in resources))


def checkov_config(template: Mapping[str, Any], *, bicep: bool) -> str:
    """Write the `.checkov.yaml` of a rendered folder.

    Args:
        template: The compiled template.
        bicep: The folder has the Bicep alone, so checkov has to read that.
    """
    lines = [_HEAD, f"framework:\n  - {'bicep' if bicep else 'arm'}\n"]
    checks = failing_checks(template)
    if checks:
        lines.append(_LISTED)
    for check in checks:
        note = f"{check.why.capitalize()}. {check.reason}"
        lines += (f"  # {line}\n" for line in textwrap.wrap(note, _WIDTH, break_on_hyphens=False))
        lines.append(f"  - {check.id}\n")
    return "".join(lines)


def _resources(
    template: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """List resources with the defaults that checkov knows for them: those of the outermost template."""
    found = template.get("resources", [])
    for resource in found.values() if isinstance(found, Mapping) else found:
        yield resource, defaults
        properties = resource.get("properties", {})
        if isinstance(properties, Mapping) and isinstance(properties.get("template"), Mapping):
            yield from _resources(properties["template"], {})


def _defaults(template: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: parameter["defaultValue"]
        for name, parameter in template.get("parameters", {}).items()
        if "defaultValue" in parameter
    }


def _matches(
    resource: Mapping[str, Any], defaults: Mapping[str, Any], path: str, pattern: str
) -> bool:
    value: Any = resource
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = _resolved(value[key], defaults)
    text = value if isinstance(value, str) else json.dumps(value)
    return re.search(pattern, text) is not None


def _resolved(value: Any, defaults: Mapping[str, Any]) -> Any:
    named = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
    return defaults.get(named[1], value) if named else value
