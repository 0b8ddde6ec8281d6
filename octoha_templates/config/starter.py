"""The config that `octoha-render init` writes: every key, its default, and what it is for.

It is made from the types, so that it never lags behind them.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from octoha_templates.config.model import Stack
from octoha_templates.config.source import plain_value
from octoha_templates.config.structure import (
    KIND,
    Key,
    keys_of,
    kind_of_struct,
    summary_of,
)
from octoha_templates.config.words import joined

_WIDTH: Final = 98
_INDENT: Final = "  "
_PLAIN_TEXT: Final = re.compile(r"(https://)?[A-Za-z0-9/][A-Za-z0-9 ./@_+-]*")
_EXAMPLES: Final = {
    "version": "2026.3.12345",
    "host_name": "octopus.example.com",
    "email": "octopus-admins@example.com",
    "vault_id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-operations"
    "/providers/Microsoft.KeyVault/vaults/kv-operations",
    "login": "sql-administrators",
    "object_id": "00000000-0000-0000-0000-000000000000",
}
_OPENING: Final = """\
# A stack of Octopus Deploy High Availability on Azure.
#
# Values are the defaults, except under octopus, where the examples are yours to replace.
# A key that you delete gets its default. Lines in # marks show what else there is.
"""


def commented_config() -> str:
    """Write a config with every key and its default, each with a comment.

    Returns:
        YAML that loads as it is; required values are examples.
    """
    return _OPENING + "\n".join(_lines_of_part(Stack, 0)) + "\n"


def _lines_of_part(
    struct: type[msgspec.Struct], depth: int, *, explained: bool = True
) -> Iterator[str]:
    for key in keys_of(struct).values():
        if depth == 0 and explained:
            yield ""
        if explained:
            yield from _comment(_about(key), depth)
        yield from _lines_of_key(key, depth, explained=explained)


def _lines_of_key(key: Key, depth: int, *, explained: bool) -> Iterator[str]:
    """Write one key: a part as a block, a plain value on its line, an absent one in a comment."""
    indent = _INDENT * depth
    if not key.structs:
        mark = "# " if key.default is None and not key.required else ""
        yield f"{indent}{mark}{key.name}: {_written(_value(key))}"
    elif key.default is None and not key.required:
        block = [f"{key.name}:", *_lines_of_struct(key.structs[0], 1, explained=explained)]
        for other in key.structs[1:]:
            block += _lines_of_alternative(other, 1)
        yield from (f"{indent}# {line}" for line in block)
    elif key.is_list:
        yield f"{indent}{key.name}:{'' if key.default else ' []'}"
        yield from _lines_of_items(key, depth)
    else:
        block = list(_lines_of_struct(key.structs[0], depth + 1, explained=explained))
        is_empty = all(line.lstrip().startswith("#") for line in block)
        yield f"{indent}{key.name}:{' {}' if is_empty else ''}"
        yield from block
        for other in key.structs[1:]:
            yield from _lines_of_alternative(other, depth + 1)


def _lines_of_struct(
    struct: type[msgspec.Struct], depth: int, *, explained: bool = True
) -> Iterator[str]:
    kind = kind_of_struct(struct)
    if kind is not None:
        yield f"{_INDENT * depth}{KIND}: {kind}"
    yield from _lines_of_part(struct, depth, explained=explained)


def _lines_of_items(key: Key, depth: int) -> Iterator[str]:
    """Write the default items of a list of parts, and the other kinds in comments."""
    indent = _INDENT * (depth + 1)
    defaults = {type(item) for item in key.default or ()}
    for struct in sorted(key.structs, key=lambda struct: struct not in defaults):
        is_default = struct in defaults
        if not is_default:
            yield from _comment(f"Or: {summary_of(struct)}", depth + 1)
        mark = "" if is_default else "# "
        lines = [line for line in _lines_of_struct(struct, 0, explained=is_default) if line]
        yield f"{indent}{mark}- {lines[0]}"
        yield from (f"{indent}{mark}  {line}" for line in lines[1:])


def _lines_of_alternative(struct: type[msgspec.Struct], depth: int) -> Iterator[str]:
    """Show another kind of a component, in a comment."""
    indent = _INDENT * depth
    yield from _comment(f"Or: {summary_of(struct)}", depth)
    for line in _lines_of_struct(struct, 0, explained=False):
        yield f"{indent}# {line}"


def _about(key: Key) -> str:
    """Say what a key is for, and which values it takes."""
    schema = key.schema
    if "enum" in schema:
        return f"{key.description} ({joined([str(value) for value in schema['enum']])})"
    if "minimum" in schema and "maximum" in schema:
        return f"{key.description} ({schema['minimum']} to {schema['maximum']})"
    return key.description


def _comment(text: str, depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    yield from textwrap.wrap(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _value(key: Key) -> Any:
    if key.required and key.name in _EXAMPLES:
        return _EXAMPLES[key.name]
    if key.required:
        return _first_of_schema(key)
    if key.default is None:
        example = key.schema.get("examples", [None])[0]
        return example if example is not None else "..."
    return msgspec.to_builtins(key.default)


def _first_of_schema(key: Key) -> Any:
    """Take the first example of a required value, or the first value that it may have."""
    schema = key.schema
    return (schema.get("examples") or schema.get("enum") or [schema.get("minimum", "...")])[0]


def _written(value: Any) -> str:
    """Write a value on one line; JSON is YAML, and text that reads as text needs no quotes."""
    if isinstance(value, str):
        is_plain = _PLAIN_TEXT.fullmatch(value) and plain_value(value) == value
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(item) for item in value)}]"
    return json.dumps(value)
