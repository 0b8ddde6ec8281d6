"""Nodes of `ir` to JSON, noting for every value where it comes from."""

from __future__ import annotations

from typing import Any, Final, cast

from octoha_templates.bicep.arm import (
    ArmCall,
    ArmExpression,
    as_call,
    call,
    escaped,
    text_of,
)
from octoha_templates.bicep.expressions import Expressions
from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    Entry,
    Literal,
    Loop,
    ObjectValue,
    ResourceCall,
    Value,
)
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.source import SourceText
from octoha_templates.bicep.source_map import SourceMap, key_path

COPY: Final = "copy"
Json = Any


class JsonWriter:
    """Writes the values of one file as JSON.

    Attributes:
        places: Where every value that was written comes from.
    """

    __slots__ = ("expressions", "places", "source")

    def __init__(self, model: FileModel, places: SourceMap) -> None:
        """Take the file and where to note places."""
        self.expressions = Expressions(model)
        self.places = places
        self.source: SourceText = model.program.source

    def value(self, value: Value, path: str) -> Json:
        """Write a value.

        Args:
            value: A node of `ir`.
            path: Its path in the template.

        Returns:
            Plain JSON; an expression is a string in brackets.
        """
        if isinstance(value, Literal):
            plain = value.value
            return escaped(plain) if isinstance(plain, str) else plain
        if isinstance(value, ObjectValue):
            return self.properties(value, path)
        if isinstance(value, ArrayValue):
            return [self._item(item, f"{path}[{index}]") for index, item in enumerate(value.items)]
        written = self.expressions.arm(value)
        return written if isinstance(written, int) else text_of(written)

    def _item(self, item: Value, path: str) -> Json:
        self.place(path, getattr(item, "at", -1))
        return self.value(item, path)

    def properties(self, value: ObjectValue, path: str) -> dict[str, Json]:
        """Write the properties of an object; those that are loops come first, in `copy`."""
        result: dict[str, Json] = {}
        loops = [entry for entry in value.entries if isinstance(entry.value, Loop)]
        if loops:
            copies = key_path(path, COPY)
            result[COPY] = [
                self._property_loop(entry, f"{copies}[{index}]")
                for index, entry in enumerate(loops)
            ]
        for entry in value.entries:
            if not isinstance(entry.value, Loop):
                key = self.key(entry.key)
                self.entry(result, key, entry.value, path, entry.at)
        return result

    def entry(self, into: dict[str, Json], key: str, value: Value, path: str, at: int = -1) -> None:
        """Write one property."""
        below = key_path(path, key)
        self.place(below, at)
        into[key] = self.value(value, below)

    def key(self, key: Value) -> str:
        """Write a key; one that ARM would read as a loop becomes an expression."""
        written = text_of(self.expressions.arm(key))
        return f"[string('{written}')]" if written.lower() == COPY else written

    def place(self, path: str, at: int) -> None:
        """Note where a path comes from."""
        if at >= 0:
            self.places.add(path, self.source, at)

    # --- Loops ------------------------------------------------------------------------------------

    def _property_loop(self, entry: Entry, path: str) -> dict[str, Json]:
        self.place(path, entry.at)
        return self.loop(entry.name, cast("Loop", entry.value), path)

    def loop(self, name: str | None, loop: Loop, path: str) -> dict[str, Json]:
        """Write a loop over values: name, count and what each turn gives."""
        result: dict[str, Json] = {} if name is None else {"name": escaped(name)}
        result["count"] = self.count(loop)
        body = loop.body
        if isinstance(body, ObjectValue) or (
            isinstance(body, Literal) and isinstance(body.value, str)
        ):
            result["input"] = self.value(body, f"{path}.input")
        else:
            result["input"] = text_of(as_call(self.expressions.arm(body)))
        return result

    def count(self, loop: Loop) -> Json:
        """Write how often a loop runs."""
        return text_of(call("length", self.expressions.arm(loop.collection)))

    # --- Parameters of modules --------------------------------------------------------------------

    def module_parameter(self, value: Value, path: str) -> dict[str, Json] | str:
        """Write the value of a parameter of a module, or the reference to a secret that it is."""
        if isinstance(value, Loop):
            return {COPY: [self._parameter_loop(value)]}
        return cast("dict[str, Json] | str", self.value(as_module_parameter(value), path))

    def _parameter_loop(self, loop: Loop) -> dict[str, Json]:
        body = self.expressions.arm(loop.body)
        if not isinstance(loop.body, Literal | ObjectValue):
            body = as_call(body)
        named = with_copy_name(body, "value")
        return {"name": "value", "count": self.count(loop), "input": text_of(named)}


def as_module_parameter(value: Value) -> Value:
    """Wrap a value as the parameter of a deployment."""
    if isinstance(value, ResourceCall) and value.name == "getSecret":
        return _object(("reference", _secret_reference(value)))
    if isinstance(value, Choice):
        return Choice(
            value.condition,
            as_module_parameter(value.when_true),
            as_module_parameter(value.when_false),
            value.at,
        )
    return _object(("value", value))


def _secret_reference(value: ResourceCall) -> Value:
    vault = _object(("id", Access(value.resource, Literal("id"))))
    parts: list[tuple[str, Value]] = [
        ("keyVault", vault),
        ("secretName", value.arguments[0]),
    ]
    if len(value.arguments) > 1:
        parts.append(("secretVersion", value.arguments[1]))
    return _object(*parts)


def _object(*entries: tuple[str, Value]) -> ObjectValue:
    return ObjectValue(
        tuple(Entry(Literal(name), value, getattr(value, "at", -1)) for name, value in entries)
    )


def with_copy_name(value: ArmExpression, name: str) -> ArmExpression:
    """Rename the loop that positions are taken from; a parameter's loop is called `value`."""
    if not isinstance(value, ArmCall):
        return value
    arguments = tuple(with_copy_name(argument, name) for argument in value.arguments)
    if value.name == "copyIndex" and len(arguments) == 1 and not isinstance(arguments[0], ArmCall):
        arguments = (name,)
    properties = tuple(with_copy_name(accessed, name) for accessed in value.properties)
    return ArmCall(value.name, arguments, properties)
