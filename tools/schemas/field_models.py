"""Reads models of the newer generator style: class annotations and `rest_field`."""

from __future__ import annotations

import datetime as dt
import decimal
import types
import typing
from collections.abc import Mapping, MutableMapping
from enum import Enum
from types import ModuleType
from typing import Any, Literal, Union

from tools.schemas.classic_models import choice_from_enum
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

_TEXTS = (str, bytes, dt.datetime, dt.date, dt.time, dt.timedelta)
_ANY_KEYS = (dict, Mapping, MutableMapping)


def is_field_model(cls: type) -> bool:
    """Say whether a class is a model of this style."""
    return hasattr(cls, "__mapping__") or hasattr(cls, "_is_model")


def read_model(cls: type, models: ModuleType) -> Model:
    """Describe a model.

    Args:
        cls: Its class.
        models: The module that all model names of the package are looked up in.

    Returns:
        Its shape.
    """
    properties: list[Property] = []
    discriminator = ""
    for name, (rest, annotation) in sorted(_fields(cls, models).items()):
        optional, wire = _wire_type(annotation, models)
        wire_name = rest._rest_name_input or name
        read_only = rest._visibility == ["read"]
        if rest._is_discriminator and not discriminator:
            discriminator = wire_name
        properties.append(Property((wire_name,), wire, not optional, read_only))
    ordered = tuple(sorted(properties, key=lambda p: p.path))
    subtypes = _subtypes(cls)
    return Model(cls.__name__, ordered, None, discriminator if subtypes else "", subtypes)


def _fields(cls: type, models: ModuleType) -> dict[str, tuple[Any, Any]]:
    """Collect the fields of a model and of its bases: attribute -> (rest field, annotation)."""
    found: dict[str, tuple[Any, Any]] = {}
    for owner in reversed(cls.__mro__):
        annotations = vars(owner).get("__annotations__", {})
        for name, value in vars(owner).items():
            if type(value).__name__ == "_RestField" and name in annotations:
                found[name] = (value, _resolved(annotations[name], owner, models))
    return found


def _resolved(annotation: Any, owner: type, models: ModuleType) -> Any:
    """Evaluate an annotation the way the package's own base class does."""
    scope = {**vars(__import__(owner.__module__, fromlist=["_"])), "_models": models}

    def holder() -> None: ...

    holder.__annotations__ = {"x": annotation}
    return typing.get_type_hints(holder, globalns=scope)["x"]


def _wire_type(annotation: Any, models: ModuleType) -> tuple[bool, WireType]:
    """Read an annotation: whether it is optional, and what it is on the wire."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (Union, types.UnionType):
        present = [a for a in arguments if a is not type(None)]
        return len(present) < len(arguments), _one_of(present, models)
    return False, _plain(annotation, origin, arguments, models)


def _one_of(alternatives: list[Any], models: ModuleType) -> WireType:
    """Read a union: `str` beside an enum is the enum, as the packages leave their enums open for later values."""
    enums = [a for a in alternatives if isinstance(a, type) and issubclass(a, Enum)]
    if enums:
        return choice_from_enum(enums[0])
    if len(alternatives) == 1:
        return _wire_type(alternatives[0], models)[1]
    return Anything()


def _plain(
    annotation: Any, origin: Any, arguments: tuple[Any, ...], models: ModuleType
) -> WireType:
    """Read an annotation that is not a union."""
    if origin is Literal:
        values = tuple(str(a.value if isinstance(a, Enum) else a) for a in arguments)
        return Choice("", values)
    if origin in (list, typing.List):  # noqa: UP006
        return ListOf(_wire_type(arguments[0], models)[1])
    if origin in (dict, typing.Dict):  # noqa: UP006
        return MapOf(_wire_type(arguments[1], models)[1])
    if annotation is Any or annotation in (object, *_ANY_KEYS) or origin in _ANY_KEYS:
        return Anything()
    return _class(annotation)


def _class(cls: type) -> WireType:
    """Read a class."""
    if issubclass(cls, Enum):
        return choice_from_enum(cls)
    if issubclass(cls, bool):
        return Flag()
    if issubclass(cls, int):
        return Number(whole=True)
    if issubclass(cls, float | decimal.Decimal):
        return Number(whole=False)
    if issubclass(cls, _TEXTS):
        return Text()
    return ModelRef(cls.__name__)


def _subtypes(cls: type) -> dict[str, str]:
    """List the concrete subtypes of a model, however deep."""
    flat: dict[str, str] = {}
    mapping: dict[str, type] = vars(cls).get("__mapping__", {})
    for value, subtype in mapping.items():
        if subtype is not cls and isinstance(subtype, type):
            flat[str(getattr(value, "value", value))] = subtype.__name__
            flat.update(_subtypes(subtype))
    return dict(sorted(flat.items()))
