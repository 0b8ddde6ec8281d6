"""What decorators add to a declaration in the template."""

from __future__ import annotations

from typing import Final

from octoha_templates.bicep.declared import deep_merged, item, merged
from octoha_templates.bicep.ir import ArrayValue, Literal, ObjectValue, Value
from octoha_templates.bicep.lower import Lowerer
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.syntax import Decorator, Integer, String

_SECURE: Final = {"string": "securestring", "object": "secureObject"}
_LIMITS: Final = ("metadata", "minLength", "maxLength", "minValue", "maxValue")
RESOURCE_OPTIONS: Final = ("retryOn", "onlyIfNotExists")


def find_decorator(decorators: tuple[Decorator, ...], name: str) -> Decorator | None:
    """Find a decorator by its name."""
    return next((found for found in decorators if found.name == name), None)


def discriminator_of(decorators: tuple[Decorator, ...]) -> str:
    """Give the property named by `@discriminator`; empty where there is none."""
    found = find_decorator(decorators, "discriminator")
    argument = found.arguments[0] if found and found.arguments else None
    return argument.value if isinstance(argument, String) else ""


def batch_size_of(decorators: tuple[Decorator, ...]) -> int | None:
    """Give the number of `@batchSize`."""
    found = find_decorator(decorators, "batchSize")
    argument = found.arguments[0] if found and found.arguments else None
    return argument.value if isinstance(argument, Integer) else None


def allowed_values(model: FileModel, decorators: tuple[Decorator, ...]) -> Value | None:
    """Give the array of `@allowed`."""
    found = find_decorator(decorators, "allowed")
    return Lowerer(model).lower(found.arguments[0]) if found and found.arguments else None


def with_modifiers(
    model: FileModel,
    properties: ObjectValue,
    decorators: tuple[Decorator, ...],
    *,
    export: bool = False,
) -> ObjectValue:
    """Add what the decorators say to the properties of a type.

    Args:
        model: The file.
        properties: The type, with its default and allowed values.
        decorators: Its decorators.
        export: Whether an `@export()` is written down; imported types do not carry it on.
    """
    if not decorators:
        return properties
    names = {found.name: found for found in decorators}
    if "secure" in names:
        properties = _secured(properties)
    if "sealed" in names:
        properties = merged(properties, "additionalProperties", Literal(False))
    if export and "export" in names:
        properties = merged(properties, "metadata", _single("__bicep_export!", Literal(True)))
    for name in _LIMITS:
        found = names.get(name)
        if found is not None and found.arguments:
            properties = merged(properties, name, Lowerer(model).lower(found.arguments[0]))
    return with_description(model, properties, decorators)


def with_description(
    model: FileModel, properties: ObjectValue, decorators: tuple[Decorator, ...]
) -> ObjectValue:
    """Add `@description` to the metadata of a declaration."""
    description = description_of(model, decorators)
    if description is None:
        return properties
    return merged(properties, "metadata", _single("description", description))


def description_of(model: FileModel, decorators: tuple[Decorator, ...]) -> Value | None:
    """Give the text of `@description`, its indentation taken off."""
    found = find_decorator(decorators, "description")
    if found is None or not found.arguments:
        return None
    value = Lowerer(model).lower(found.arguments[0])
    if isinstance(value, Literal) and isinstance(value.value, str):
        return Literal(without_indentation(value.value), value.at)
    return value


def resource_options(model: FileModel, decorators: tuple[Decorator, ...]) -> ObjectValue:
    """Give the `@options` of a resource: decorators that ARM works out itself."""
    lowerer = Lowerer(model)
    options = ObjectValue(())
    for found in decorators:
        if found.name in RESOURCE_OPTIONS:
            arguments = ArrayValue(tuple(lowerer.lower(argument) for argument in found.arguments))
            options = deep_merged(options, _single(found.name, arguments))
    return options


def without_indentation(text: str) -> str:
    """Take the white space off that all lines but the first begin with."""
    first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    filled = [line for line in rest if line]
    width = 0
    if filled:
        shortest = min(map(len, filled))
        while width < shortest and all(line[width] in " \t" for line in filled):
            width += 1
    return "\n".join([first, *(line[width:] for line in rest)])


def _single(name: str, value: Value) -> ObjectValue:
    return ObjectValue((item(name, value),))


def _secured(properties: ObjectValue) -> ObjectValue:
    for entry in properties.entries:
        if entry.name == "type" and isinstance(entry.value, Literal):
            secure = _SECURE.get(str(entry.value.value))
            if secure:
                return merged(properties, "type", Literal(secure))
    return properties
