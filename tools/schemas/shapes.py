"""What a model looks like on the wire, whichever generator style its package was made with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; dates, durations, bytes and addresses are text on the wire."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `whole` for integers."""

    whole: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value: free-form JSON."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Text, or a whole number, that is one of the values which the package knows."""

    name: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type."""

    item: WireType


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose keys people choose and whose values are of one type."""

    value: WireType


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A nested model, by name."""

    name: str


WireType = Text | Number | Flag | Anything | Choice | ListOf | MapOf | ModelRef


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a model.

    Attributes:
        path: Its wire name; several where the package flattens nested objects: ("properties", "subnets").
        type: What its value is.
        required: Whether a request must have it.
        read_only: Whether only Azure sets it.
    """

    path: tuple[str, ...]
    type: WireType
    required: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        name: The name of its class.
        properties: In order of wire name.
        additional: The type of the values of keys that the model does not name; None for a closed model.
        discriminator: The wire name of the property that tells the subtypes apart; empty without subtypes.
        subtypes: Value of the discriminator -> name of the model; only concrete ones.
    """

    name: str
    properties: tuple[Property, ...]
    additional: WireType | None = None
    discriminator: str = ""
    subtypes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that creates or replaces a resource.

    Attributes:
        url: Its path template.
        api_version: The version that the package sends by default.
        model: The name of the model of its body.
        models_module: The Python module that has the model.
    """

    url: str
    api_version: str
    model: str
    models_module: str
