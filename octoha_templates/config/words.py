"""How findings write values, kinds of values and near misses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

_LONGEST: Final = 60
_KINDS: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def shown(value: Any) -> str:
    """Write a value for a message, on one line, shortened, with nothing a terminal would act on.

    Returns:
        `"3"` for text, `3`, `true`, `nothing`; `a list of 2`, `a mapping` for the rest.
    """
    if value is None:
        return "empty"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value)


def quoted(text: str) -> str:
    """Put text in double quotes; what is not printable is escaped, and the middle of long text left out."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}...{text[-15:]}"
    escaped = "".join(
        character if character.isprintable() else _escape(character)
        for character in short.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return short.get(character) or f"\\u{{{ord(character):04x}}}"


def kind_of(value: Any) -> str:
    """Say in words what kind of value it is."""
    if isinstance(value, bool):
        return "true or false"
    names = {
        str: "text",
        int: "a whole number",
        float: "a number",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), "nothing")


def kind_named(name: str) -> str:
    """Say in words what a JSON Schema type is."""
    return _KINDS.get(name, name)


def joined(words: Iterable[str], last: str = "or") -> str:
    """Write a list of words: `a, b or c`."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def near_miss(word: str, known: Iterable[str]) -> str:
    """Find the known word that was probably meant; empty when none is near."""
    plain = {_folded(name): name for name in known}
    matches = get_close_matches(_folded(word[:80]), list(plain), n=1, cutoff=0.6)
    return plain[matches[0]] if matches else ""


def _folded(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Write the hint of a near miss; without one, what there is."""
    names = sorted(known)
    match = near_miss(word, names)
    if match:
        return f"did you mean {match}?"
    return f"known here: {', '.join(names)}" if names else ""
