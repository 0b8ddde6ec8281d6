"""Property loops: `"copy": [{"name": "x", ...}]` inside an object stands for a list named `x`.

A schema knows nothing of them: to it, `copy` is an unknown property and `x` is missing. So a
resource is checked in the form it has after the loop, with the input of the loop as the only item,
and what is found there is reported at the loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from octoha_templates.schemacheck import Path

Moves = dict[Path, Path]


def expand_copies(value: Any) -> tuple[Any, Moves]:
    """Write out the property loops of a value.

    Args:
        value: Plain data; not changed.

    Returns:
        The value with each loop as a list of one item, and where each such list and item came from.
        Parts without loops are shared with the original.
    """
    moves: Moves = {}
    return _expand(value, (), (), moves), moves


def original_path(path: Path, moves: Mapping[Path, Path]) -> Path:
    """Find where something in the written-out form stands in the original.

    Args:
        path: In the written-out form.
        moves: As `expand_copies` gives them.

    Returns:
        The path in the original.
    """
    for length in range(len(path), 0, -1):
        if path[:length] in moves:
            return moves[path[:length]] + path[length:]
    return path


def _expand(value: Any, path: Path, origin: Path, moves: Moves) -> Any:
    """Write out one value; gives the same object when there is nothing to do."""
    if isinstance(value, dict):
        return _expand_object(value, path, origin, moves)
    if isinstance(value, list):
        items = [_expand(v, (*path, i), (*origin, i), moves) for i, v in enumerate(value)]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def _expand_object(value: dict[str, Any], path: Path, origin: Path, moves: Moves) -> Any:
    """Write out the properties of an object, then its own loops."""
    loops = value.get("copy")
    is_loop = isinstance(loops, list) and all(_is_loop(loop) for loop in loops)
    result: dict[str, Any] = {}
    changed = is_loop
    for key, inner in value.items():
        if key == "copy" and is_loop:
            continue
        result[key] = _expand(inner, (*path, key), (*origin, key), moves)
        changed = changed or result[key] is not inner
    if is_loop and isinstance(loops, list):
        for index, loop in enumerate(loops):
            name = loop["name"]
            source = (*origin, "copy", index)
            moves[(*path, name)] = source
            moves[(*path, name, 0)] = (*source, "input")
            result[name] = [_expand(loop["input"], (*path, name, 0), (*source, "input"), moves)]
    return result if changed else value


def _is_loop(loop: Any) -> bool:
    """Say whether an entry of `copy` has what a property loop has."""
    return isinstance(loop, dict) and isinstance(loop.get("name"), str) and "input" in loop
