"""Works values out while compiling, as far as that needs nothing of Azure; for parameter files.

Source: ARM documentation, "Template functions".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    Format,
    FunctionCall,
    Literal,
    ObjectValue,
    Value,
)

Lookup: TypeAlias = Callable[[FunctionCall], Value | None]


class NotKnownError(Exception):
    """Raised for a value that is known only while deploying, or by functions that are not worked out."""


def evaluate(value: Value, lookup: Lookup) -> Any:
    """Work a value out.

    Args:
        value: A node of `ir`.
        lookup: Gives what stands for a call, such as a variable; None where it knows nothing.

    Raises:
        NotKnownError: It cannot be worked out; the message says what.
    """
    match value:
        case Literal(value=plain):
            return plain
        case Format(segments=segments, holes=holes):
            parts = (_text(evaluate(hole, lookup)) for hole in holes)
            pairs = zip(segments[1:], parts, strict=True)
            return segments[0] + "".join(part + segment for segment, part in pairs)
        case ObjectValue(entries=entries):
            return {
                str(evaluate(entry.key, lookup)): evaluate(entry.value, lookup) for entry in entries
            }
        case ArrayValue(items=items):
            return [evaluate(item, lookup) for item in items]
        case Choice(condition=condition, when_true=when_true, when_false=when_false):
            return evaluate(when_true if evaluate(condition, lookup) else when_false, lookup)
        case Access():
            return _access(value, lookup)
        case FunctionCall():
            return _call(value, lookup)
        case _:
            raise NotKnownError("a loop, lambda or resource")


def _access(value: Access, lookup: Lookup) -> Any:
    base, key = evaluate(value.base, lookup), evaluate(value.key, lookup)
    if value.from_end and isinstance(key, int):
        key = -key
    try:
        return base[key]
    except (KeyError, IndexError, TypeError) as error:
        if value.safe:
            return None
        raise NotKnownError(f"there is no `{key}`") from error


def _call(value: FunctionCall, lookup: Lookup) -> Any:
    known = lookup(value)
    if known is not None:
        return evaluate(known, lookup)
    if value.name == "coalesce":
        found = (evaluate(argument, lookup) for argument in value.arguments)
        return next((item for item in found if item is not None), None)
    function = _FUNCTIONS.get(value.name)
    if function is None:
        raise NotKnownError(f"`{value.name}()`")
    arguments = [evaluate(argument, lookup) for argument in value.arguments]
    try:
        return function(*arguments)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise NotKnownError(f"`{value.name}()` of these arguments") from error


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else json.dumps(value, separators=(",", ":"))


def _union(*values: Any) -> Any:
    if isinstance(values[0], dict):
        result: dict[str, Any] = {}
        for value in values:
            result.update(value)
        return result
    return [item for at, item in enumerate(_flat(values)) if item not in _flat(values)[:at]]


def _flat(values: Any) -> list[Any]:
    return [item for value in values for item in value]


def _concat(*values: Any) -> Any:
    return _flat(values) if isinstance(values[0], list) else "".join(map(_text, values))


def _take(value: Any, count: int) -> Any:
    return value[: max(count, 0)]


def _merged(values: list[dict[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for value in values:
        result.update(value)
    return result


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: int(a / b),
    "mod": lambda a, b: a % b,
    "equals": lambda a, b: a == b,
    "not": lambda a: not a,
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "less": lambda a, b: a < b,
    "lessOrEquals": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greaterOrEquals": lambda a, b: a >= b,
    "toLower": str.lower,
    "toUpper": str.upper,
    "trim": str.strip,
    "replace": str.replace,
    "split": str.split,
    "join": lambda items, between: between.join(map(_text, items)),
    "length": len,
    "empty": lambda value: not value,
    "contains": lambda base, item: item in base,
    "startsWith": lambda a, b: a.lower().startswith(b.lower()),
    "endsWith": lambda a, b: a.lower().endswith(b.lower()),
    "first": lambda value: value[0] if value else None,
    "last": lambda value: value[-1] if value else None,
    "take": _take,
    "skip": lambda value, count: value[max(count, 0) :],
    "concat": _concat,
    "union": _union,
    "flatten": _flat,
    "shallowMerge": _merged,
    "range": lambda start, count: list(range(start, start + count)),
    "int": int,
    "string": _text,
    "bool": lambda value: value if isinstance(value, bool) else value.lower() in ("true", "1"),
    "json": json.loads,
    "min": lambda *values: min(values[0] if isinstance(values[0], list) else values),
    "max": lambda *values: max(values[0] if isinstance(values[0], list) else values),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64ToString": lambda text: base64.b64decode(text).decode(),
}
