"""Reads models of the older generator style: `_attribute_map`, `_validation`, `_subtype_map`."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from types import ModuleType
from typing import Any

from tools.schemas.shapes import (
    Anything,
    Choice,
    Flag,
    ListOf,
    MapOf,
    Model,
    ModelRef,
    Number,
    Property,
    Text,
    WireType,
)

_MODEL_NAME = re.compile(r"_models\.(?:_models\.)?(\w+)|ForwardRef\('(\w+)'\)")
_SIMPLE: dict[str, WireType] = {
    "int": Number(whole=True),
    "long": Number(whole=True),
    "float": Number(whole=False),
    "decimal": Number(whole=False),
    "bool": Flag(),
    "object": Anything(),
    "JSON": Anything(),
}
_TEXTS = {
    "str", "date", "time", "iso-8601", "rfc-1123", "duration", "bytearray", "base64", "unix-time", "char",
}  # fmt: skip


def is_classic(cls: type) -> bool:
    """Say whether a class is a model of this style."""
    return hasattr(cls, "_attribute_map")


def read_model(cls: type, models: ModuleType) -> Model:
    """Describe a model.

    Args:
        cls: Its class.
        models: The module that all model names of the package are looked up in.

    Returns:
        Its shape; flattened properties keep their nested wire path.
    """
    attributes: dict[str, dict[str, str]] = getattr(cls, "_attribute_map")  # noqa: B009
    additional: WireType | None = None
    properties: list[Property] = []
    for name, entry in attributes.items():
        if entry["key"] == "":
            additional = _wire_type(entry["type"], None, models)
        else:
            properties.append(_property(cls, name, entry, models))
    discriminator, subtypes = _subtypes(cls, models)
    ordered = tuple(sorted(properties, key=lambda p: p.path))
    return Model(cls.__name__, ordered, additional, discriminator, subtypes)


def _property(cls: type, name: str, entry: dict[str, str], models: ModuleType) -> Property:
    """Describe one attribute of a model."""
    rules: dict[str, Any] = getattr(cls, "_validation", {}).get(name, {})
    path = tuple(part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", entry["key"]))
    if rules.get("constant"):
        wire: WireType = Choice("", (str(getattr(cls, name)),))
    else:
        wire = _wire_type(entry["type"], _enum_of(cls, name, models), models)
    return Property(path, wire, bool(rules.get("required")), bool(rules.get("readonly")))


def _wire_type(text: str, choice: Choice | None, models: ModuleType) -> WireType:
    """Read the type notation: `str`, `[X]`, `{X}`, or the name of a model or enum."""
    if text.startswith("["):
        return ListOf(_wire_type(text[1:-1], choice, models))
    if text.startswith("{"):
        return MapOf(_wire_type(text[1:-1], choice, models))
    if text in _SIMPLE:
        return _SIMPLE[text]
    if text in _TEXTS:
        return choice if choice is not None else Text()
    found = getattr(models, text)
    if issubclass(found, Enum):
        return choice_from_enum(found)
    return ModelRef(text)


def choice_from_enum(cls: type[Enum]) -> Choice:
    """List the values of an enum, in the package's order.

    Args:
        cls: The enum class.

    Returns:
        Its name and values.
    """
    values = [member.value for member in cls]
    return Choice(cls.__name__, tuple(v if isinstance(v, int) else str(v) for v in values))


def _enum_of(cls: type, name: str, models: ModuleType) -> Choice | None:
    """Find the enum that an argument of the constructor names; the attribute map only says `str`."""
    for owner in cls.__mro__:
        if "__init__" not in vars(owner):
            continue
        parameter = inspect.signature(owner.__init__).parameters.get(name)  # type: ignore[misc]
        if parameter is not None:
            return _enum_in(str(parameter.annotation), models)
    return None


def _enum_in(annotation: str, models: ModuleType) -> Choice | None:
    """Find an enum in the text of an annotation."""
    literal = re.search(r"Literal\[(['\"][^\]]*)\]", annotation)
    if literal:
        return Choice("", tuple(re.findall(r"['\"]([^'\"]*)['\"]", literal.group(1))))
    for match in _MODEL_NAME.finditer(annotation):
        found = getattr(models, match.group(1) or match.group(2), None)
        if isinstance(found, type) and issubclass(found, Enum):
            return choice_from_enum(found)
    return None


def _subtypes(cls: type, models: ModuleType) -> tuple[str, dict[str, str]]:
    """List the concrete subtypes of a model, however deep; the wire name that tells them apart first."""
    table: dict[str, dict[str, str]] = vars(cls).get("_subtype_map", {})
    for attribute, by_value in table.items():
        entry = getattr(cls, "_attribute_map")[attribute]  # noqa: B009
        wire_name = entry["key"].replace("\\.", ".")
        flat: dict[str, str] = {}
        for value, name in by_value.items():
            flat[value] = name
            flat.update(_subtypes(getattr(models, name), models)[1])
        return wire_name, dict(sorted(flat.items()))
    return "", {}
