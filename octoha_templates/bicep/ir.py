"""The nodes between syntax and ARM: what a value is, with every name resolved.

They follow the ARM template language more than Bicep: an interpolation is a `Format`, an operator
is a call. `at` is the offset in the text of the file that the node came from, -1 where there is
none, for the source map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from octoha_templates.bicep.symbols import LocalSymbol, ModuleSymbol, ResourceSymbol


class Value(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The base of all nodes."""


class Literal(Value, frozen=True, eq=False, gc=False):
    """A string, whole number, truth value or null."""

    value: str | int | bool | None
    at: int = -1


class Format(Value, frozen=True, eq=False, gc=False):
    """A string with holes; there is one segment more than there are holes."""

    segments: tuple[str, ...]
    holes: tuple[Value, ...]
    at: int = -1


class Entry(Value, frozen=True, eq=False, gc=False):
    """One property of an object; the key is a `Literal` or a `Format`."""

    key: Value
    value: Value
    at: int = -1

    @property
    def name(self) -> str | None:
        """Give the key where it is known at once."""
        key = self.key
        return key.value if isinstance(key, Literal) and isinstance(key.value, str) else None


class ObjectValue(Value, frozen=True, eq=False, gc=False):
    """An object without spreads."""

    entries: tuple[Entry, ...]
    at: int = -1


class ArrayValue(Value, frozen=True, eq=False, gc=False):
    """An array without spreads."""

    items: tuple[Value, ...]
    at: int = -1


class FunctionCall(Value, frozen=True, eq=False, gc=False):
    """A call of an ARM function, or of a function of the template by `namespace.name`."""

    name: str
    arguments: tuple[Value, ...]
    at: int = -1


class Choice(Value, frozen=True, eq=False, gc=False):
    """`condition ? when_true : when_false`."""

    condition: Value
    when_true: Value
    when_false: Value
    at: int = -1


class Access(Value, frozen=True, eq=False, gc=False):
    """`base[key]`.

    Attributes:
        safe: `.?` or `[?]`: null where there is nothing.
        from_end: Counted from the end.
        chained: The base is an access as well, so that it goes on being safe.
    """

    base: Value
    key: Value
    safe: bool = False
    from_end: bool = False
    chained: bool = False
    at: int = -1


class Placement(Value, frozen=True, eq=False, gc=False):
    """Which item of a collection is meant.

    Attributes:
        replacements: What stands for the loop variables of the collection in its name.
        index: The position.
    """

    replacements: Mapping[LocalSymbol, Value]
    index: Value


class ResourceReference(Value, frozen=True, eq=False, gc=False):
    """A resource of the template."""

    resource: ResourceSymbol
    placement: Placement | None = None
    at: int = -1


class ModuleReference(Value, frozen=True, eq=False, gc=False):
    """A module of the template."""

    module: ModuleSymbol
    placement: Placement | None = None
    at: int = -1


class OutputAccess(Value, frozen=True, eq=False, gc=False):
    """`module.outputs.name`; the base is what `module.outputs` is."""

    base: Value
    name: str
    secure: bool
    safe: bool
    at: int = -1


class ResourceCall(Value, frozen=True, eq=False, gc=False):
    """A function of a resource: `account.listKeys()`, `vault.getSecret('x')`."""

    resource: ResourceReference
    name: str
    arguments: tuple[Value, ...]
    at: int = -1


class LambdaValue(Value, frozen=True, eq=False, gc=False):
    """`(a, b) => body`."""

    parameters: tuple[str, ...]
    body: Value
    at: int = -1


class CopyIndex(Value, frozen=True, eq=False, gc=False):
    """The position in the loop around: of the loop `name`, or of the resource's or output's."""

    name: str | None
    at: int = -1


class Loop(Value, frozen=True, eq=False, gc=False):
    """`[for ...]`: the collection that is gone through, and what is made of each item."""

    collection: Value
    body: Value
    at: int = -1


Key: TypeAlias = Literal | Format
