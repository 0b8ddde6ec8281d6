"""Puts plain data over plain data: what `environments:` and `--set` have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from octoha_templates.config.places import Document, Path, Places
from octoha_templates.config.structure import KIND


def merged(base: Document, over: Document) -> Document:
    """Put a document over another one; places of what it brings are its own.

    Mappings are merged key by key; lists, plain values and components of another kind are replaced
    whole.
    """
    replaced = set(_replaced(base.data, over.data, ()))

    def is_kept(path: Path) -> bool:
        return not any(path[:length] in replaced for length in range(1, len(path) + 1))

    keys = {path: at for path, at in base.places.keys.items() if is_kept(path)}
    values = {path: at for path, at in base.places.values.items() if is_kept(path)}
    for path, at in over.places.values.items():
        if path and path not in values:
            values[path] = at
    for path, at in over.places.keys.items():
        if path and path not in keys:
            keys[path] = at
    return Document(merged_data(base.data, over.data), Places(base.places.file, keys, values))


def merged_data(base: Any, over: Any) -> Any:
    """Put plain data over other data, the way `merged` does."""
    if not _go_together(base, over):
        return over
    both = {
        key: merged_data(value, over[key]) if key in over else value for key, value in base.items()
    }
    return {**both, **{key: value for key, value in over.items() if key not in base}}


def _go_together(base: Any, over: Any) -> bool:
    """Say whether two values are merged: mappings that are not of different kinds."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return False
    return KIND not in base or KIND not in over or base[KIND] == over[KIND]


def _replaced(base: Any, over: Any, path: Path) -> Iterator[Path]:
    """Yield the paths whose value is replaced whole."""
    if _go_together(base, over):
        for key in over:
            if key in base:
                yield from _replaced(base[key], over[key], (*path, key))
    else:
        yield path
