"""Plain data that remembers where each key and value was written.

The YAML parser makes one; overlays and `--set` change it, and the places go along. So a finding in
a value that came from `environments.test` points there, whatever the value was merged into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from octoha_templates.diagnostics import Location

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the document; positions count from 0."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the keys and the values of a document stand."""

    file: str
    keys: Mapping[Path, Location] = field(default_factory=dict)
    values: Mapping[Path, Location] = field(default_factory=dict)

    def of_value(self, path: Path) -> Location:
        """Say where a value is written, or else where its nearest parent's key is."""
        return self.values.get(path) or self.of_key(path[:-1]) if path else Location(self.file)

    def of_key(self, path: Path) -> Location:
        """Say where a key or list item is written, or else where the nearest parent's key is."""
        for length in range(len(path), 0, -1):
            found = self.keys.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return Location(self.file)

    def of_first_written(self, *paths: Path) -> Location:
        """Say where the first of several values is that is written, and not left to its default."""
        written = [path for path in paths if path in self.values]
        return self.of_value((written or list(paths))[0])


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (mappings, lists, text, numbers, booleans, None) and its places."""

    data: Any
    places: Places


def dotted(path: Path) -> str:
    """Write a path the way `--set` reads it: `network.access[0].sku`, `tags["cost.center"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def value_at(data: Any, path: Path) -> Any:
    """Find the value at a path; None where there is none."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def iter_texts(data: Any, path: Path = ()) -> Iterator[tuple[Path, str, bool]]:
    """Yield every text of plain data in order: its path, the text, and whether it is a key."""
    if isinstance(data, str):
        yield path, data, False
    elif isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key), key, True
            yield from iter_texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from iter_texts(value, (*path, index))
