"""ARM's limits on a template: its size, and how many of each thing it may have.

Source: Azure docs, "Template best practices", "Azure subscription and service limits".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import msgspec

from octoha_templates.diagnostics import Diagnostic
from octoha_templates.validation.places import Places
from octoha_templates.validation.scopes import FoundResource, Json, TemplateScope

MAX_TEMPLATE_BYTES: Final = 4 * 1024 * 1024
MAX_EXPRESSION_CHARACTERS: Final = 24_576
MAX_RESOURCES: Final = 800
_MAX_ENTRIES: Final = {"parameters": 256, "variables": 256, "outputs": 64}


def limits(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find what a template has too much of.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT420, OCT421, OCT422.
    """
    yield from _size(scope, places)
    for section, limit in _MAX_ENTRIES.items():
        count = len([key for key in scope.section(section) if key != "copy"])
        if count > limit:
            yield _too_many(section, count, limit, scope, places)
    count = sum(_copies_of(resource) for resource in scope.resources if not resource.is_existing)
    if count > MAX_RESOURCES:
        yield _too_many("resources", count, MAX_RESOURCES, scope, places)
    for used in scope.expressions:
        if len(used.text) > MAX_EXPRESSION_CHARACTERS:
            yield places.finding(
                "OCT422",
                used.path,
                f"the expression has {len(used.text)} characters, but ARM takes "
                f"{MAX_EXPRESSION_CHARACTERS}",
                hint="split it with variables",
            )


def _size(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find a template that is too large; only the outermost one counts, as it holds the others."""
    if scope.path:
        return
    size = _size_in_bytes(scope.body)
    if size > MAX_TEMPLATE_BYTES:
        yield places.finding(
            "OCT420",
            (),
            f"the template has {size} bytes, but ARM takes {MAX_TEMPLATE_BYTES}",
            hint="put modules into template specs, or load less text into it",
        )


def _size_in_bytes(body: Json) -> int:
    """Measure a template without the space between its parts."""
    try:
        return len(msgspec.json.encode(body))
    except UnicodeEncodeError:  # half a character, as "\\ud800" gives; only JSON can write it
        return len(json.dumps(body, separators=(",", ":")))


def _too_many(
    section: str, count: int, limit: int, scope: TemplateScope, places: Places
) -> Diagnostic:
    """Report a section with too many entries."""
    return places.finding(
        "OCT421",
        (*scope.path, section),
        f"the template has {count} {section}, but ARM takes {limit}",
        hint="split it into modules" if section == "resources" else "put several into one object",
    )


def _copies_of(resource: FoundResource) -> int:
    """Count what a resource becomes: its loop counts when the number is written out."""
    copies = 1
    for one in (*resource.parents, resource):
        loop = one.body.get("copy")
        count = loop.get("count") if isinstance(loop, dict) else None
        if isinstance(count, int) and not isinstance(count, bool):
            copies *= count
    return copies
