"""Works values out while compiling, as far as that needs nothing of Azure; for parameter files.

Source: ARM documentation, "Template functions".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import cmp_to_key, reduce
from typing import Any, Final, TypeAlias

from octoha_templates.bicep.functions import find_function
from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    Format,
    FunctionCall,
    LambdaValue,
    Literal,
    ObjectValue,
    Value,
)
from octoha_templates.bicep.lower import NotLoweredError
from octoha_templates.bicep.syntax import Node

Lookup: TypeAlias = Callable[[FunctionCall], Value | None]


class NotKnownError(Exception):
    """Raised for a value that is known only while deploying, or by functions that are not worked out."""


class Evaluator:
    """Works values out.

    Attributes:
        names: What stands for the variables of the lambda or function around the value.
    """

    __slots__ = ("_lookup", "names")

    def __init__(self, lookup: Lookup, names: Mapping[str, Any] | None = None) -> None:
        """Take what gives the value of a call, such as a variable, or None where it knows nothing."""
        self._lookup = lookup
        self.names = names or {}

    def value(self, value: Value) -> Any:
        """Work a value out.

        Args:
            value: A node of `ir`.

        Raises:
            NotKnownError: It cannot be worked out; the message says what.
            NotLoweredError: It could be, but not by this compiler.
        """
        match value:
            case Literal(value=plain):
                return plain
            case Format(segments=segments, holes=holes):
                parts = (_text(self.value(hole)) for hole in holes)
                pairs = zip(segments[1:], parts, strict=True)
                return segments[0] + "".join(part + segment for segment, part in pairs)
            case ObjectValue(entries=entries):
                return {str(self.value(entry.key)): self.value(entry.value) for entry in entries}
            case ArrayValue(items=items):
                return [self.value(item) for item in items]
            case Choice(condition=condition, when_true=when_true, when_false=when_false):
                return self.value(when_true if self.value(condition) else when_false)
            case LambdaValue():
                return self._lambda(value)
            case Access():
                return self._access(value)
            case FunctionCall():
                return self._call(value)
            case _:
                raise NotKnownError("a loop or resource")

    def _lambda(self, value: LambdaValue) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            given = dict(zip(value.parameters, arguments, strict=False))
            return Evaluator(self._lookup, {**self.names, **given}).value(value.body)

        run.takes_index = len(value.parameters) > 1  # type: ignore[attr-defined]
        return run

    def _access(self, value: Access) -> Any:
        base, key = self.value(value.base), self.value(value.key)
        if value.from_end and isinstance(key, int):
            key = -key
        try:
            return base[key]
        except (KeyError, IndexError, TypeError) as error:
            if value.safe:
                return None
            raise NotKnownError(f"there is no `{key}`") from error

    def _call(self, value: FunctionCall) -> Any:
        if value.name in ("lambdaVariables", "parameters"):
            return self.names[str(self.value(value.arguments[0]))]
        known = self._lookup(value)
        if isinstance(known, LambdaValue):
            return self._lambda(known)(*map(self.value, value.arguments))
        if known is not None:
            return self.value(known)
        if value.name == "coalesce":
            found = map(self.value, value.arguments)
            return next((item for item in found if item is not None), None)
        return self._function(value)

    def _function(self, value: FunctionCall) -> Any:
        function = _FUNCTIONS.get(value.name)
        if function is None:
            known = find_function(value.name)
            if known is not None and known.namespace == "sys":
                raise NotLoweredError(Node(0, 0), f"`{value.name}()` in a parameter file")
            raise NotKnownError(f"`{value.name}()`")
        arguments = [self.value(argument) for argument in value.arguments]
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


def _each(function: Callable[..., Any], items: list[Any]) -> list[Any]:
    """Call a lambda for each item, with the position when it takes two parameters."""
    if getattr(function, "takes_index", False):
        return [function(item, index) for index, item in enumerate(items)]
    return [function(item) for item in items]


def _filter(items: list[Any], function: Callable[..., Any]) -> list[Any]:
    kept = zip(items, _each(function, items), strict=True)
    return [item for item, keep in kept if keep]


def _sort(items: list[Any], before: Callable[..., Any]) -> list[Any]:
    return sorted(items, key=cmp_to_key(lambda a, b: -1 if before(a, b) else int(before(b, a))))


def _to_object(
    items: list[Any], key: Callable[..., Any], value: Callable[..., Any] | None = None
) -> dict[str, Any]:
    return {str(key(item)): value(item) if value else item for item in items}


def _group_by(
    items: list[Any], key: Callable[..., Any], value: Callable[..., Any] | None = None
) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for item in items:
        result.setdefault(str(key(item)), []).append(value(item) if value else item)
    return result


def _merged(values: list[dict[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for value in values:
        result.update(value)
    return result


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "map": lambda items, function: _each(function, items),
    "mapValues": lambda base, function: {key: function(item) for key, item in base.items()},
    "filter": _filter,
    "sort": _sort,
    "reduce": lambda items, start, function: reduce(function, items, start),
    "toObject": _to_object,
    "groupBy": _group_by,
    "items": lambda base: [{"key": key, "value": base[key]} for key in sorted(base)],
    "objectKeys": sorted,
    "array": lambda value: value if isinstance(value, list) else [value],
    "createArray": lambda *values: list(values),
    "padLeft": lambda text, width, filler=" ": str(text).rjust(width, filler),
    "substring": lambda text, start, length=None: (
        text[start:] if length is None else text[start : start + length]
    ),
    "indexOf": lambda base, item: base.find(item) if isinstance(base, str) else base.index(item),
    "format": lambda pattern, *values: pattern.format(*map(_text, values)),
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
