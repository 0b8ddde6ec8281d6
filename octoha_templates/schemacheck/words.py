"""The words that schema findings are made of: paths, values, types, lists, near misses."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from octoha_templates.schemacheck.problem import Path

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SHOWN_VALUES = 8
_SHOWN_CHARACTERS = 60


def json_path(path: Sequence[str | int], base: str = "") -> str:
    """Write a path the way findings and source maps do.

    Args:
        path: Keys and list positions.
        base: A path that stands before it.

    Returns:
        The path; empty for the root itself.

    >>> json_path(("resources", 3, "properties", "a-b"))
    "resources[3].properties['a-b']"
    """
    text = base
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _IDENTIFIER.fullmatch(part):
            text += f".{part}" if text else part
        else:
            quoted = part.replace("\\", "\\\\").replace("'", "\\'")
            text += f"['{quoted}']"
    return text


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """Find the known word that somebody most likely meant.

    Args:
        word: What was written.
        known: What would have been right.

    Returns:
        The nearest known word: the same but for its case, or much alike; None when nothing is near.

    >>> did_you_mean("adressSpace", ["addressSpace", "subnets"])
    'addressSpace'
    """
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    if word.casefold() in by_folded:
        return by_folded[word.casefold()]
    near = difflib.get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=0.72)
    return by_folded[near[0]] if near else None


def shown(value: Any) -> str:
    """Write a value into a message: JSON, on one line, cut when it is long.

    Args:
        value: Plain data.

    Returns:
        Text of at most 60 characters and an ellipsis.
    """
    if isinstance(value, str):
        text = f"'{value}'"
    elif isinstance(value, dict | list):
        return (
            f"{type_of(value)} of {len(value)}"
            if value
            else f"an empty {type_of(value)[2:].strip()}"
        )
    else:
        text = json.dumps(value, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def name_of(path: Path) -> str:
    """Name a value in a message: its path, quoted like code."""
    return f"`{json_path(path)}`" if path else "the whole"


def inside(path: Path) -> str:
    """Name the object that a key is in."""
    return f" in `{json_path(path)}`" if path else ""


def type_of(value: Any) -> str:
    """Name the type of a value."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "text"
    return "empty" if value is None else "a number"


def found(value: Any) -> str:
    """Describe the value found: what it is, where it is short; its type, where it is large."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return type_of(value)
    return f"the text {shown(value)}" if isinstance(value, str) else shown(value)


def quoted(values: Iterable[Any]) -> list[str]:
    """Write values the way people type them."""
    return [
        shown(value)
        for value in dict.fromkeys(json.dumps(v) for v in values)
        for value in [json.loads(value)]
    ]


def alternatives(words: Sequence[str]) -> str:
    """Join words with commas and `or`, cut where there are many."""
    words = list(dict.fromkeys(words))
    if len(words) > _SHOWN_VALUES:
        return ", ".join(words[:_SHOWN_VALUES]) + f" or one of {len(words) - _SHOWN_VALUES} more"
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def listed(intro: str, names: Collection[str]) -> str:
    """List names, cut where there are many; nothing for no names."""
    ordered = sorted(names)
    if not ordered:
        return ""
    more = f" and {len(ordered) - _SHOWN_VALUES} more" if len(ordered) > _SHOWN_VALUES else ""
    return intro + ", ".join(ordered[:_SHOWN_VALUES]) + more
