"""Shapes as JSON and back, to pass between the processes of the generator."""

from __future__ import annotations

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


def model_to_json(model: Model) -> dict[str, Any]:
    """Write a model as plain data.

    Args:
        model: The model.

    Returns:
        Data that `model_from_json` reads.
    """
    return {
        "name": model.name,
        "properties": [
            [list(p.path), _type_to_json(p.type), p.required, p.read_only] for p in model.properties
        ],
        "additional": None if model.additional is None else _type_to_json(model.additional),
        "discriminator": model.discriminator,
        "subtypes": model.subtypes,
    }


def model_from_json(data: dict[str, Any]) -> Model:
    """Read a model from plain data.

    Args:
        data: What `model_to_json` wrote.

    Returns:
        The model.
    """
    return Model(
        data["name"],
        tuple(
            Property(tuple(path), _type_from_json(wire), required, read_only)
            for path, wire, required, read_only in data["properties"]
        ),
        None if data["additional"] is None else _type_from_json(data["additional"]),
        data["discriminator"],
        data["subtypes"],
    )


def _type_to_json(wire: WireType) -> list[Any]:
    """Write a type: its name, then what it holds."""
    if isinstance(wire, Number):
        return ["number", wire.whole]
    if isinstance(wire, Choice):
        return ["choice", wire.name, list(wire.values)]
    if isinstance(wire, ListOf):
        return ["list", _type_to_json(wire.item)]
    if isinstance(wire, MapOf):
        return ["map", _type_to_json(wire.value)]
    if isinstance(wire, ModelRef):
        return ["model", wire.name]
    return ["text"] if isinstance(wire, Text) else ["flag"] if isinstance(wire, Flag) else ["any"]


def _type_from_json(data: list[Any]) -> WireType:
    """Read a type."""
    readers: dict[str, Any] = {
        "number": lambda whole: Number(whole=whole),
        "choice": lambda name, values: Choice(name, tuple(values)),
        "list": lambda item: ListOf(_type_from_json(item)),
        "map": lambda value: MapOf(_type_from_json(value)),
        "model": ModelRef,
        "text": Text,
        "flag": Flag,
        "any": Anything,
    }
    wire: WireType = readers[data[0]](*data[1:])
    return wire
