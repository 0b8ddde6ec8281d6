"""Makes wrong templates of a right one: one mistake at a time, of the kinds that people make.

The schema is walked along with the value, so that only mistakes that a schema can know are made: a key of a map is
free, and so is everything below a property that takes any JSON.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from octoha_templates.validation import SchemaRegistry
from octoha_templates.validation.arm_expressions import is_expression
from octoha_templates.validation.copies import expand_copies, original_path

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A value of a resource and the definition it was checked by."""

    path: Path
    value: Any
    schema: dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """A wrong resource.

    Attributes:
        kind: What was done.
        path: Where.
        body: The resource.
        codes: The codes that may be given for it.
    """

    kind: str
    path: Path
    body: dict[str, Any]
    codes: frozenset[str]

    def __str__(self) -> str:
        """Name it, for messages of tests."""
        return f"{self.kind} at {'.'.join(map(str, self.path))}"


def mutations_of(body: dict[str, Any], registry: SchemaRegistry) -> Iterator[Mutation]:
    """Make every single mistake in a resource.

    Args:
        body: A right resource; not changed.
        registry: The schemas it is right for.

    Yields:
        One wrong resource after the other.
    """
    schema = registry.find_resource(body["type"], body["apiVersion"])
    assert schema is not None
    file = schema.address.partition("#")[0]
    expanded, moves = expand_copies({k: v for k, v in body.items() if k != "resources"})
    for place in _places((), expanded, dict(schema.schema), file, registry):
        path = original_path(place.path, moves)
        yield from _mutations_at(body, Place(path, place.value, place.schema))


def _places(
    path: Path, value: Any, schema: dict[str, Any], file: str, registry: SchemaRegistry
) -> Iterator[Place]:
    """Go through a value with the plain schema of each part."""
    found = _plain(value, schema, file, registry)
    if found is None:
        return
    plain, file = found
    yield Place(path, value, plain)
    if isinstance(value, dict):
        for key, inner in value.items():
            below = plain.get("properties", {}).get(key)
            if isinstance(below, dict) and key not in ("template", "copy"):
                yield from _places((*path, key), inner, below, file, registry)
    elif isinstance(value, list) and isinstance(plain.get("items"), dict):
        for index, inner in enumerate(value):
            yield from _places((*path, index), inner, plain["items"], file, registry)


def _plain(
    value: Any, schema: dict[str, Any], file: str, registry: SchemaRegistry
) -> tuple[dict[str, Any], str] | None:
    """Choose among alternatives the one that the value fits; None when there is nothing to check."""
    if "$ref" in schema:
        target, where = registry.resolve(schema["$ref"], file)
        return _plain(value, target, where, registry)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if registry.quick.compile(choice, file)(value):
            return _plain(value, choice, file, registry)
    return (schema, file) if schema else None


def _mutations_at(body: dict[str, Any], place: Place) -> Iterator[Mutation]:
    """Make the mistakes that one value allows."""
    if isinstance(place.value, dict):
        yield from _in_object(body, place)
    enum = place.schema.get("enum", ())
    if isinstance(place.value, str) and enum and not is_expression(place.value):
        swapped = place.value.swapcase()
        if swapped != place.value and swapped not in enum and place.path[0] not in _HEADER:
            codes = {"OCT407", "OCT408"}
            yield _changed("wrong case", body, place.path, swapped, codes)
    is_loop = place.path[-2:-1] == ("copy",)  # a loop of another type is no loop at all
    if place.path and place.schema.get("type") and place.path[0] not in _HEADER and not is_loop:
        # Nothing that is wanted anywhere is a list of lists of nothing. A value that tells kinds of
        # objects apart is reported as one that no kind has.
        yield _changed("wrong type", body, place.path, [[[]]], {"OCT406", "OCT407", "OCT411"})


_HEADER = ("type", "apiVersion", "name")


def _in_object(body: dict[str, Any], place: Place) -> Iterator[Mutation]:
    """Rename, drop and add properties of an object."""
    if place.schema.get("additionalProperties") is False:
        for key in place.value:
            if not place.path and key in ("type", "apiVersion"):
                continue
            renamed = {(k + "x" if k == key else k): v for k, v in _at(body, place.path).items()}
            if renamed.keys() != _at(body, place.path).keys():
                yield _changed("rename " + key, body, place.path, renamed, {"OCT403", "OCT411"})
        for key in place.schema.get("readOnlyProperties", ()):
            more = {**_at(body, place.path), key: "x"}
            yield _changed("read-only " + key, body, place.path, more, {"OCT404", "OCT411"})
    for key in place.schema.get("required", ()):
        less = {k: v for k, v in _at(body, place.path).items() if k != key}
        if less != _at(body, place.path):
            yield _changed("drop " + key, body, place.path, less, {"OCT405", "OCT411"})


def _at(body: Any, path: Path) -> Any:
    """Give the value at a path."""
    for part in path:
        body = body[part]
    return body


def _changed(kind: str, body: dict[str, Any], path: Path, value: Any, codes: set[str]) -> Mutation:
    """Make a copy of the resource with another value at a path."""
    if not path:
        return Mutation(kind, path, copy.deepcopy(value), frozenset(codes))
    changed = copy.deepcopy(body)
    _at(changed, path[:-1])[path[-1]] = copy.deepcopy(value)
    return Mutation(kind, path, changed, frozenset(codes))
