"""The expression language of ARM templates: calls, plain values and how they are written.

Source: ARM documentation, "Syntax and expressions in ARM templates".
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import msgspec

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LARGEST_INT: Final = 2**31 - 1
_SMALLEST_INT: Final = -(2**31)


class ArmCall(msgspec.Struct, frozen=True, eq=False, gc=False):
    """`name(arguments)` with the properties read from its result: `a(1).b[2]`."""

    name: str
    arguments: tuple[ArmExpression, ...] = ()
    properties: tuple[ArmExpression, ...] = ()


ArmExpression: TypeAlias = ArmCall | str | int


def call(name: str, *arguments: ArmExpression) -> ArmCall:
    """Make a call."""
    return ArmCall(name, arguments)


def with_properties(base: ArmExpression, *properties: ArmExpression) -> ArmCall:
    """Read properties of a value; a plain value is wrapped in a call first, as ARM wants one."""
    function = as_call(base)
    return ArmCall(function.name, function.arguments, function.properties + properties)


def as_call(value: ArmExpression) -> ArmCall:
    """Wrap a plain value in the function that gives it back."""
    if isinstance(value, ArmCall):
        return value
    return call("string" if isinstance(value, str) else "int", value)


def whole_number(value: int) -> ArmExpression:
    """Write a whole number; ARM reads those beyond 32 bits only through `json()`."""
    if _SMALLEST_INT <= value <= _LARGEST_INT:
        return value
    return call("json", str(value))


def text_of(value: ArmExpression) -> str:
    """Write a value as it stands in a JSON string of a template.

    Returns:
        An expression in brackets, or plain text; text that would read as an expression gets a
        bracket more.
    """
    if isinstance(value, ArmCall):
        parts = ["["]
        _write_call(value, parts)
        parts.append("]")
        return "".join(parts)
    return escaped(value) if isinstance(value, str) else f"[{value}]"


def escaped(text: str) -> str:
    """Keep plain text from being read as an expression."""
    return f"[{text}" if text.startswith("[") and text.endswith("]") else text


def _write(value: ArmExpression, parts: list[str]) -> None:
    if isinstance(value, ArmCall):
        _write_call(value, parts)
    elif isinstance(value, str):
        parts.append("'" + value.replace("'", "''") + "'")
    else:
        parts.append(str(value))


def _write_call(value: ArmCall, parts: list[str]) -> None:
    parts.append(value.name)
    parts.append("(")
    for position, argument in enumerate(value.arguments):
        if position:
            parts.append(", ")
        _write(argument, parts)
    parts.append(")")
    for accessed in value.properties:
        if isinstance(accessed, str) and _IDENTIFIER.match(accessed):
            parts.append(f".{accessed}")
        else:
            parts.append("[")
            _write(accessed, parts)
            parts.append("]")
