"""JSON and YAML that is loaded while compiling, as values."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from octoha_templates.bicep.ir import (
    ArrayValue,
    Entry,
    FunctionCall,
    Literal,
    ObjectValue,
    Value,
)

LONGEST_DATA: Final = 1_048_576
_STEP: Final = re.compile(
    r"\.?(?:(?P<name>[A-Za-z_][\w\-]*)|\[(?P<index>\d+)\]|\['(?P<quoted>[^']*)'\])"
)
_COMMENT: Final = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


class UnknownPathError(Exception):
    """Raised for a JSON path that is more than names and positions."""


class DataError(Exception):
    """Raised for content that is not what its function reads; the message is for people."""


def data_value(text: str, *, is_yaml: bool) -> Value:
    """Read JSON or YAML.

    Raises:
        DataError: It cannot be read, or is too long.
    """
    if len(text) > LONGEST_DATA:
        raise DataError(f"the file has {len(text)} characters; at most {LONGEST_DATA} are read")
    try:
        return value_of(_yaml(text) if is_yaml else _json(text))
    except RecursionError as error:
        raise DataError("the file is nested too deeply") from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return json.loads(_COMMENT.sub(lambda match: match[1] or " ", text))
    except ValueError as error:
        raise DataError(f"the file is not JSON: {error}") from error


def _yaml(text: str) -> Any:
    try:
        return msgspec.yaml.decode(text)
    except msgspec.DecodeError as error:
        raise DataError(f"the file is not YAML: {error}") from error


def value_of(data: Any) -> Value:
    """Turn plain data into a value; ARM has no fractions, so they are read by `json()`."""
    match data:
        case dict():
            return ObjectValue(
                tuple(Entry(Literal(str(key)), value_of(value)) for key, value in data.items())
            )
        case list():
            return ArrayValue(tuple(map(value_of, data)))
        case float():
            return FunctionCall("json", (Literal(f"{data:.17g}" if data % 1 else str(int(data))),))
        case None | bool() | int() | str():
            return Literal(data)
        case _:
            return Literal(str(data))


def selected(value: Value, path: str) -> Value:
    """Take one part of loaded data.

    Args:
        value: The data.
        path: A JSON path of names and positions, `$.a.b[0]['c']`.

    Raises:
        DataError: The path leads nowhere.
        UnknownPathError: It is of another kind.
    """
    rest = path.removeprefix("$")
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise UnknownPathError(path)
        value = _step(value, match, path)
        rest = rest[match.end() :]
    return value


def _step(value: Value, match: re.Match[str], path: str) -> Value:
    name = match["name"] or match["quoted"]
    if isinstance(value, ObjectValue) and name is not None:
        for entry in value.entries:
            if entry.name == name:
                return entry.value
    if isinstance(value, ArrayValue) and match["index"] and int(match["index"]) < len(value.items):
        return value.items[int(match["index"])]
    raise DataError(f"the path `{path}` leads to nothing in the file")
