"""Plain data that remembers where each key and value was written.

The YAML parser makes one; overlays and `--set` change it, and the places go along. So a finding in a value
that came from `environments.test` points there, whatever the value was merged into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from octoha_templates.diagnostics import Location

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the document; positions count from 0."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the keys and the values of a document stand."""

    file: str
    keys: Mapping[Path, Location] = field(default_factory=dict)
    values: Mapping[Path, Location] = field(default_factory=dict)

    def of_value(self, path: Path) -> Location:
        """Say where a value is written; for one that is not written, where its nearest parent is."""
        for length in range(len(path), -1, -1):
            found = (
                self.values.get(path[:length])
                if length == len(path)
                else self.of_key(path[:length])
            )
            if found:
                return found
        return Location(self.file)

    def of_key(self, path: Path) -> Location | None:
        """Say where a key is written, or the list item that stands for it."""
        return self.keys.get(path) or self.values.get(path)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (mappings, lists, text, numbers, booleans, None) and its places."""

    data: Any
    places: Places


def dotted(path: Path) -> str:
    """Write a path the way people and `--set` do: `network.access[0].sku`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


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
