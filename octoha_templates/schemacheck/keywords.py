"""From a failed keyword to problems: a small function each, so that its wording is in one place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from octoha_templates.schemacheck.problem import Kind, Path, Schema, SchemaError, SchemaProblem
from octoha_templates.schemacheck.words import (
    alternatives,
    did_you_mean,
    found,
    inside,
    listed,
    name_of,
    quoted,
    shown,
)

# Our own schemas list here the properties that only Azure sets. They are not in `properties`, so
# that a template that sets one is refused; the list lets the finding say why. Validators skip
# keywords that they do not know.
READ_ONLY_KEYWORD = "readOnlyProperties"


def problems_of_keyword(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Turn an error of any keyword but the alternatives into problems.

    Args:
        error: What failed.
        path: Where, from the root of the instance.

    Yields:
        One problem for each mistake; the same mistake may come up again from another error.
    """
    yield from _HANDLERS.get(error.keyword, _other)(error, path)


def _unknown_keys(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report each key that the schema does not know."""
    known: Mapping[str, Any] = error.schema.get("properties", {})
    patterns = error.schema.get("patternProperties", {})
    read_only: Collection[str] = error.schema.get(READ_ONLY_KEYWORD, ())
    if isinstance(error.wanted, dict):  # pragma: no cover - jsonschema reports these at the value
        return
    for key in error.instance:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        yield _read_only(key, path) if key in read_only else _unknown_key(key, path, known)


def _unknown_key(key: str, path: Path, known: Collection[str]) -> SchemaProblem:
    """Say that a key is unknown, and which one was meant or which there are."""
    near = did_you_mean(key, known)
    hint = f"did you mean `{near}`?" if near else listed("known here: ", known)
    return SchemaProblem(
        Kind.UNKNOWN_KEY,
        (*path, key),
        f"unknown key `{key}`{inside(path)}",
        hint,
        key,
        tuple(sorted(known)),
        near or "",
    )


def _read_only(key: str, path: Path) -> SchemaProblem:
    """Say that a key is one which only Azure sets."""
    return SchemaProblem(
        Kind.READ_ONLY_KEY,
        (*path, key),
        f"`{key}`{inside(path)} is read-only",
        "leave it out; Azure sets it",
        key,
    )


def _missing_keys(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report each required key that is absent."""
    for key in error.wanted:
        if key in error.instance:
            continue
        near = did_you_mean(
            key, [k for k in error.instance if k not in error.schema.get("properties", {})]
        )
        yield SchemaProblem(
            Kind.MISSING_KEY,
            path,
            f"`{key}` is missing{inside(path)}",
            f"`{near}` is there: did you mean `{key}`?" if near else f"add `{key}`",
            key,
        )


def _wrong_type(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a value of another type than the one wanted."""
    wanted = error.wanted
    yield type_problem(error.instance, path, [wanted] if isinstance(wanted, str) else list(wanted))


def type_problem(instance: Any, path: Path, wanted: Sequence[str]) -> SchemaProblem:
    """Say which types would do and which one was found."""
    names = [_TYPE_WORDS.get(name, name) for name in wanted if name != "null" or len(wanted) == 1]
    return SchemaProblem(
        Kind.WRONG_TYPE,
        path,
        f"{name_of(path)} must be {alternatives(names)}, but is {found(instance)}",
        _type_hint(instance, wanted),
        expected=tuple(wanted),
    )


def _type_hint(instance: Any, wanted: Sequence[str]) -> str:
    """Say what to type where a quote too many or too few is the whole mistake."""
    if isinstance(instance, str) and _is_number_text(instance, wanted):
        return f"write {instance} without quotes"
    if isinstance(instance, str) and instance in ("true", "false") and "boolean" in wanted:
        return f"write {instance} without quotes"
    if isinstance(instance, bool | int | float) and "string" in wanted:
        return f"put it in quotes: '{json.dumps(instance)}'"
    if not isinstance(instance, list) and instance is not None and list(wanted) == ["array"]:
        return "put it in a list"
    return ""


def _is_number_text(text: str, wanted: Sequence[str]) -> bool:
    """Say whether a text would be the number wanted, but for its quotes."""
    whole = re.fullmatch(r"-?\d+", text) is not None
    return (whole and ("integer" in wanted or "number" in wanted)) or (
        "number" in wanted and re.fullmatch(r"-?\d+\.\d+", text) is not None
    )


def _wrong_value(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a value that is not one of those allowed."""
    allowed = error.wanted if error.keyword == "enum" else [error.wanted]
    yield value_problem(error.instance, path, allowed)


def value_problem(instance: Any, path: Path, allowed: Sequence[Any]) -> SchemaProblem:
    """Say which values would do; a difference in case only is a kind of its own."""
    texts = tuple(dict.fromkeys(v if isinstance(v, str) else json.dumps(v) for v in allowed))
    near = did_you_mean(instance, texts) if isinstance(instance, str) else None
    same_but_case = near is not None and near.casefold() == str(instance).casefold()
    message = f"{name_of(path)} is {found(instance)}, but must be {alternatives(quoted(allowed))}"
    if same_but_case:
        message = f"{name_of(path)} is '{instance}', but the letters' case must be '{near}'"
    return SchemaProblem(
        Kind.WRONG_CASE if same_but_case else Kind.WRONG_VALUE,
        path,
        message,
        f"did you mean '{near}'?" if near else "",
        expected=texts,
    )


def _out_of_range(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a number that is too small, too large or not a multiple."""
    exclusive = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(
        error.keyword, ""
    )
    wording = _RANGE_WORDS[error.keyword]
    if exclusive and error.schema.get(exclusive) is True:  # draft 4 has a flag beside the bound
        wording = _RANGE_WORDS[exclusive]
    yield SchemaProblem(
        Kind.OUT_OF_RANGE,
        path,
        f"{name_of(path)} is {shown(error.instance)}, but must be {wording} {shown(error.wanted)}",
        _range_hint(error.schema),
    )


def _range_hint(schema: Schema) -> str:
    """Name the whole range where the schema has both ends."""
    if "minimum" in schema and "maximum" in schema:
        return f"a number from {shown(schema['minimum'])} to {shown(schema['maximum'])}"
    return ""


def _wrong_length(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a text, list or object that is too short or too long."""
    wording, unit = _LENGTH_WORDS[error.keyword]
    limit = error.wanted
    singular = {"entries": "entry"}.get(unit, unit.removesuffix("s"))
    units = unit if limit != 1 else singular
    limits = f"{wording} {limit} {units}"
    yield SchemaProblem(
        Kind.WRONG_LENGTH,
        path,
        f"{name_of(path)} has {len(error.instance)} {unit}, but must have {limits}",
    )


def _wrong_pattern(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a text that is not of the form wanted."""
    yield SchemaProblem(
        Kind.WRONG_PATTERN,
        path,
        f"{name_of(path)} is {shown(error.instance)}, which is not of the form wanted",
        f"it must match {error.wanted}",
    )


def _repeated(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a list that holds one thing twice."""
    seen: list[Any] = []
    for item in error.instance:
        if item in seen:
            yield SchemaProblem(
                Kind.REPEATED, path, f"{name_of(path)} holds {shown(item)} more than once"
            )
            return
        seen.append(item)


def _several_fit(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a value that fits several alternatives which exclude each other."""
    found_keys: Collection[str] = error.instance if isinstance(error.instance, dict) else ()
    keys = [key for choice in error.wanted for key in choice.get("required", ())]
    present = [key for key in dict.fromkeys(keys) if key in found_keys]
    yield SchemaProblem(
        Kind.NO_MATCH,
        path,
        f"{name_of(path)} fits several alternatives that exclude each other",
        f"keep only {alternatives([f'`{key}`' for key in present])}" if present else "",
    )


def _other(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Report a failure of a keyword that has no words of its own here."""
    yield SchemaProblem(Kind.NO_MATCH, path, f"{name_of(path)} does not fit: {error.keyword}")


_HANDLERS: Mapping[str, Callable[[SchemaError, Path], Iterator[SchemaProblem]]] = {
    "additionalProperties": _unknown_keys,
    "unevaluatedProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_type,
    "enum": _wrong_value,
    "const": _wrong_value,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "exclusiveMinimum": _out_of_range,
    "exclusiveMaximum": _out_of_range,
    "multipleOf": _out_of_range,
    "minLength": _wrong_length,
    "maxLength": _wrong_length,
    "minItems": _wrong_length,
    "maxItems": _wrong_length,
    "minProperties": _wrong_length,
    "maxProperties": _wrong_length,
    "pattern": _wrong_pattern,
    "uniqueItems": _repeated,
    "oneOf": _several_fit,
}

_RANGE_WORDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}

_LENGTH_WORDS = {
    "minLength": ("at least", "characters"),
    "maxLength": ("at most", "characters"),
    "minItems": ("at least", "items"),
    "maxItems": ("at most", "items"),
    "minProperties": ("at least", "entries"),
    "maxProperties": ("at most", "entries"),
}

_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty",
}
