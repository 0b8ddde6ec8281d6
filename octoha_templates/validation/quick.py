"""Yes or no, fast: schemas compiled into plain functions, as most resources have nothing wrong.

Measured on sixty resources of the reference stack: `jsonschema` takes 118 ms and its import 60 ms
more; `fastjsonschema` takes 300 ms to compile the definitions; `jsonschema-rs` takes 16 ms in all,
but is a binary of 15 MB. These functions take a few milliseconds, and most templates are right, so
that `jsonschema` is needed only to say what is wrong. Only the keywords of the published layout are
known; a schema with any other is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Check = Callable[[Any], bool]
Resolve = Callable[[str, str], tuple[Any, str]]


class UnsupportedKeywordError(Exception):
    """A schema has a keyword that is not known here."""


# Keywords that say nothing about whether a value is valid.
_NOTES: Final = frozenset(
    {
        "$schema",
        "default",
        "definitions",
        "description",
        "format",
        "id",
        "readOnlyProperties",
        "title",
        "exclusiveMinimum",
        "exclusiveMaximum",
    }
)


class QuickCompiler:
    """Compiles schemas; each definition once, so that models may refer to themselves."""

    def __init__(self, resolve: Resolve) -> None:
        """Take the way to follow references.

        Args:
            resolve: (reference, file it stands in) -> (schema, file that one stands in).
        """
        self._resolve = resolve
        self._by_schema: dict[int, Check] = {}
        self._kept: list[Any] = []  # keeps the schemas alive whose ids are keys

    def compile(self, schema: Mapping[str, Any], file: str) -> Check:
        """Make a function that says whether a value is valid.

        Args:
            schema: The schema.
            file: Where it stands; references start from there.

        Returns:
            The function; it, too, raises where it comes to a definition that was given up before.

        Raises:
            UnsupportedKeywordError: The schema, or one that it refers to, has a keyword that is not
                known.
        """
        if "$ref" in schema:  # draft 4: whatever stands beside it does not count
            return self._reference(schema["$ref"], file)
        checks: list[Check] = []
        for keyword in schema:
            if keyword in _NOTES:
                continue
            maker = _MAKERS.get(keyword)
            if maker is None:
                raise UnsupportedKeywordError(keyword)
            check = maker(self, schema, file)
            if check is not None:
                checks.append(check)
        return _all_of(checks)

    def _reference(self, reference: str, file: str) -> Check:
        """Follow a reference; the definition is compiled when it is first needed."""
        schema, target = self._resolve(reference, file)
        key = id(schema)
        if key in self._by_schema:
            return self._by_schema[key]
        compiled: list[Check] = []

        def later(value: Any) -> bool:
            if not compiled:  # it was given up half-way, for a keyword that is not known
                raise UnsupportedKeywordError(reference)
            return compiled[0](value)

        self._by_schema[key] = later
        self._kept.append(schema)
        compiled.append(self.compile(schema, target))
        self._by_schema[key] = compiled[0]
        return compiled[0]


def _all_of(checks: Sequence[Check]) -> Check:
    """Make one check of several; objects have three or four, and a loop over them is slow."""
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)
    if len(checks) == 3:
        first, second, third = checks
        return lambda value: first(value) and second(value) and third(value)
    if len(checks) == 4:
        first, second, third, fourth = checks
        return lambda value: first(value) and second(value) and third(value) and fourth(value)
    return lambda value: all(check(value) for check in checks)


_TYPES: Final[Mapping[str, Check]] = {
    "string": lambda v: isinstance(v, str),
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
}


def _type(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
    """`type`: one name or several."""
    wanted = schema["type"]
    if isinstance(wanted, str):
        return _TYPES[wanted]
    checks = [_TYPES[name] for name in wanted]
    return lambda value: any(check(value) for check in checks)


def _enum(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
    """`enum`: of texts and whole numbers; other values are left to the slow way."""
    if not all(type(value) in (str, int) for value in schema["enum"]):
        raise UnsupportedKeywordError("enum")
    allowed = frozenset(schema["enum"])
    return lambda value: type(value) in (str, int) and value in allowed


def _pattern(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
    """`pattern`."""
    search = re.compile(schema["pattern"]).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _lengths(keyword: str, kind: type[str | list[Any]], *, is_minimum: bool) -> Any:
    """`minLength`, `maxItems` and their sisters."""

    def make(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
        limit = schema[keyword]
        if is_minimum:
            return lambda value: not isinstance(value, kind) or len(value) >= limit
        return lambda value: not isinstance(value, kind) or len(value) <= limit

    return make


def _bounds(keyword: str, exclusive: str, *, is_minimum: bool) -> Any:
    """`minimum` and `maximum`, with the flags of draft 4 beside them."""

    def make(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
        limit = schema[keyword]
        open_end = schema.get(exclusive) is True
        is_number = _TYPES["number"]

        def check(value: Any) -> bool:
            if not is_number(value) or (value == limit and not open_end):
                return True
            return bool(value > limit if is_minimum else value < limit)

        return check

    return make


def _properties(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check:
    """`properties`."""
    checks = {name: compiler.compile(s, file) for name, s in schema["properties"].items()}

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for key, inner in value.items():
            known = checks.get(key)
            if known is not None and not known(inner):
                return False
        return True

    return check


def _required(_: QuickCompiler, schema: Mapping[str, Any], __: str) -> Check:
    """Make the check of `required`."""
    names = frozenset(schema["required"])
    return lambda value: not isinstance(value, dict) or names <= value.keys()


def _additional(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check | None:
    """`additionalProperties`: none, or of one kind."""
    rule = schema["additionalProperties"]
    known = frozenset(schema.get("properties", ()))
    if rule is True:
        return None
    if rule is False:
        return lambda value: not isinstance(value, dict) or value.keys() <= known
    inner = compiler.compile(rule, file)

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        return all(inner(v) for k, v in value.items() if k not in known)

    return check


def _items(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check:
    """`items`: one schema for all."""
    if not isinstance(schema["items"], dict):
        raise UnsupportedKeywordError("items")
    inner = compiler.compile(schema["items"], file)

    def check(value: Any) -> bool:
        if isinstance(value, list):
            for item in value:  # `all` with a generator takes twice as long
                if not inner(item):
                    return False
        return True

    return check


def _any_of(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check:
    """`anyOf`."""
    checks = [compiler.compile(s, file) for s in schema["anyOf"]]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) or second(value)
    return lambda value: any(check(value) for check in checks)


def _one_of(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check:
    """`oneOf`: exactly one."""
    checks = [compiler.compile(s, file) for s in schema["oneOf"]]
    return lambda value: sum(check(value) for check in checks) == 1


def _every_of(compiler: QuickCompiler, schema: Mapping[str, Any], file: str) -> Check:
    """`allOf`."""
    return _all_of([compiler.compile(s, file) for s in schema["allOf"]])


_MAKERS: Final[Mapping[str, Callable[[QuickCompiler, Mapping[str, Any], str], Check | None]]] = {
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": _lengths("minLength", str, is_minimum=True),
    "maxLength": _lengths("maxLength", str, is_minimum=False),
    "minItems": _lengths("minItems", list, is_minimum=True),
    "maxItems": _lengths("maxItems", list, is_minimum=False),
    "minimum": _bounds("minimum", "exclusiveMinimum", is_minimum=True),
    "maximum": _bounds("maximum", "exclusiveMaximum", is_minimum=False),
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "allOf": _every_of,
}
