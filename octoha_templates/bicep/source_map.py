"""ARM JSON path -> place in the Bicep, for findings about templates.

Paths have the form that is used everywhere: `resources[3].properties.subnets[0].name`, and
`parameters['a-b']` for a key that is not an identifier. Most places are never asked for, so only
offsets are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from octoha_templates.bicep.source import SourceText
from octoha_templates.diagnostics import Location

_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")


def key_path(path: str, key: str) -> str:
    """Write the path of a property."""
    if _IDENTIFIER.match(key):
        return f"{path}.{key}" if path else key
    escaped = key.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


class SourceMap(Mapping[str, Location]):
    """The places of one template, with those of the templates nested in it; computed when asked for."""

    __slots__ = ("_nested", "_offsets", "_places")

    def __init__(self) -> None:
        """Start with none."""
        self._offsets: list[tuple[str, SourceText, int]] = []
        self._nested: list[tuple[str, SourceMap]] = []
        self._places: dict[str, Location] | None = None

    def add(self, path: str, source: SourceText, offset: int) -> None:
        """Note where a path comes from."""
        self._offsets.append((path, source, offset))

    def nest(self, path: str, nested: SourceMap) -> None:
        """Put the places of a nested template below a path."""
        self._nested.append((path, nested))

    def __getitem__(self, path: str) -> Location:
        """Say where a path comes from."""
        return self._all()[path]

    def __iter__(self) -> Iterator[str]:
        """Go through the paths, in the order of the template."""
        return iter(self._all())

    def __len__(self) -> int:
        """Count the paths."""
        return len(self._all())

    def _all(self) -> dict[str, Location]:
        if self._places is None:
            places = {path: source.location(at) for path, source, at in self._offsets}
            for prefix, nested in self._nested:
                for path, place in nested.items():
                    places[f"{prefix}.{path}"] = place
            self._places = places
        return self._places
