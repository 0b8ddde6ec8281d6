"""From shapes to JSON Schema definitions in the published layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.schemas.exceptions import Exceptions
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

Json = dict[str, Any]

COMMON = "https://schema.management.azure.com/schemas/common/definitions.json#/definitions/"
EXPRESSION: Json = {"$ref": COMMON + "expression"}

# What a template may write beside the properties of any resource; `common/definitions.json` says what each is.
_TEMPLATE_KEYS = {
    "comments": "comments",
    "condition": "condition",
    "copy": "resourceCopy",
    "dependsOn": "dependsOn",
    "metadata": "metadata",
    "resources": "childResources",
    "scope": "scope",
}
# What the service says about every resource; a template states the first two in its own way.
_ENVELOPE = ("apiVersion", "name", "type", "id", "systemData")


class Emitter:
    """Makes the definitions of one group of models, and keeps those that are reached."""

    def __init__(self, provider: str, models: Mapping[str, Model], exceptions: Exceptions) -> None:
        """Take the models of a provider, by name, and what is to be done differently."""
        self.definitions: dict[str, Json] = {}
        self._provider = provider
        self._models = models
        self._exceptions = exceptions

    def resource(
        self,
        resource_type: str,
        api_version: str,
        model: Model,
        fixed_name: str | None,
    ) -> Json:
        """Make the definition of a resource.

        Args:
            resource_type: As templates write it.
            api_version: Its version.
            model: The model of its body.
            fixed_name: The one name that the service knows for it, if there is only one.

        Returns:
            The definition; the definitions it refers to are added to `definitions`.
        """
        body = [p for p in model.properties if p.path[0] not in _ENVELOPE]
        schema = self._object(model.name, body, (), resource_type)
        schema["properties"].update(
            {key: {"$ref": COMMON + target} for key, target in _TEMPLATE_KEYS.items()},
            name=_name(fixed_name),
            type={"enum": [resource_type], "type": "string"},
            apiVersion={"enum": [api_version], "type": "string"},
        )
        required = {"name", "type", "apiVersion", *schema.get("required", ())}
        if self._has_settable_properties(model) and resource_type not in self._exceptions.optional:
            required.add("properties")
        schema["required"] = sorted(required - self._exceptions.not_required(resource_type))
        read_only = {*schema.get("readOnlyProperties", ()), "id", "systemData"}
        schema["readOnlyProperties"] = sorted(read_only - set(schema["properties"]))
        for key in self._exceptions.template_keys(resource_type):
            schema["properties"].setdefault(key, {"$ref": COMMON + "text"})
        return schema

    def _has_settable_properties(self, model: Model) -> bool:
        """Say whether a resource has anything to set below `properties`."""
        for prop in model.properties:
            if prop.path[0] == "properties" and not prop.read_only:
                if len(prop.path) > 1:
                    return True
                if isinstance(prop.type, ModelRef):
                    nested = self._models[prop.type.name]
                    return bool(nested.subtypes) or any(not p.read_only for p in nested.properties)
        return False

    def _object(
        self, name: str, properties: Iterable[Property], above: tuple[str, ...], where: str
    ) -> Json:
        """Make a closed object; flattened properties become nested definitions."""
        schema: Json = {"type": "object", "additionalProperties": False, "properties": {}}
        required: list[str] = []
        read_only: list[str] = []
        for key, group in _by_first_key(properties).items():
            if any(len(p.path) > 1 for p in group):
                nested = [p for p in group if len(p.path) > 1]
                value, is_required = self._nested(name, key, nested, above, where)
            elif group[0].read_only:
                read_only.append(key)
                continue
            else:
                value, is_required = self._value(group[0].type, f"{where}.{key}"), group[0].required
            schema["properties"][key] = value
            if is_required:
                required.append(key)
        definition = ".".join((name, *above))
        schema["properties"].update(self._exceptions.unpublished.get(definition, {}))
        required += sorted(self._exceptions.also_required(definition))
        if required:
            schema["required"] = sorted(set(required))
        if read_only:
            schema["readOnlyProperties"] = sorted(read_only)
        return schema

    def _nested(
        self, name: str, key: str, group: list[Property], above: tuple[str, ...], where: str
    ) -> tuple[Json, bool]:
        """Put flattened properties back into the object they are from."""
        inner = [Property(p.path[1:], p.type, p.required, p.read_only) for p in group]
        path = (*above, key)
        schema = self._object(name, inner, path, f"{where}.{key}")
        definition = ".".join((name, *path))
        self.definitions[definition] = schema
        return _or_expression({"$ref": f"#/definitions/{definition}"}), "required" in schema

    def _value(self, wire: WireType, where: str) -> Json:
        """Make the schema of a value: what it is, or an expression that gives it."""
        special = self._exceptions.value(where, self._provider)
        if special is not None:
            # Of a list, the row says what its items are.
            is_list = isinstance(wire, ListOf)
            return _or_expression({"items": special, "type": "array"}) if is_list else special
        if isinstance(wire, Anything):
            return {}
        if isinstance(wire, Text):
            return {"type": "string"}
        return _or_expression(self._literal(wire, where))

    def _literal(self, wire: WireType, where: str) -> Json:
        """Make the schema of a literal value."""
        if isinstance(wire, Choice):
            whole = all(isinstance(value, int) for value in wire.values)
            values = list(dict.fromkeys(wire.values))
            return {"enum": values, "type": "integer" if whole else "string"}
        if isinstance(wire, Number):
            return {"type": "integer" if wire.whole else "number"}
        if isinstance(wire, Flag):
            return {"type": "boolean"}
        if isinstance(wire, ListOf):
            return {"items": self._value(wire.item, where), "type": "array"}
        if isinstance(wire, MapOf):
            return {"additionalProperties": self._value(wire.value, where), "type": "object"}
        if not isinstance(wire, ModelRef):
            message = f"{where}: {wire} is not a literal"
            raise TypeError(message)
        return {"$ref": f"#/definitions/{self._define(wire.name)}"}

    def _define(self, name: str) -> str:
        """Make the definition of a model, once; subtypes become alternatives."""
        if name in self.definitions:
            return name
        model = self._models[name]
        self.definitions[name] = {}  # keeps models that refer to themselves from going round
        if model.subtypes:
            choices = [
                {"$ref": f"#/definitions/{self._define_subtype(model, value, subtype)}"}
                for value, subtype in sorted(model.subtypes.items())
            ]
            self.definitions[name] = {"anyOf": choices}
        else:
            self.definitions[name] = self._closed_or_open(name, model)
        return name

    def _closed_or_open(self, name: str, model: Model) -> Json:
        """Make the object of a model that has no subtypes."""
        if not model.properties and model.additional is None:
            return {"type": "object"}
        schema = self._object(name, model.properties, (), name)
        if model.additional is not None:
            schema["additionalProperties"] = self._value(model.additional, name)
        return schema

    def _define_subtype(self, base: Model, value: str, name: str) -> str:
        """Make one alternative: the subtype, with its own value of the discriminator, which is required."""
        definition = f"{name}.{base.discriminator}" if self._models[name].subtypes else name
        if self.definitions.get(definition):
            return definition
        self.definitions[definition] = {}
        schema = self._closed_or_open(name, self._models[name])
        schema.setdefault("properties", {})[base.discriminator] = {
            "enum": [value],
            "type": "string",
        }
        schema["required"] = sorted({*schema.get("required", ()), base.discriminator})
        self.definitions[definition] = schema
        return definition


def _or_expression(literal: Json) -> Json:
    """Let an expression stand in for a value; `anyOf` stops at the first that fits."""
    return {"anyOf": [literal, EXPRESSION]}


def _name(fixed: str | None) -> Json:
    """Make the schema of `name`: any text, or the only one there is, after the names of the parents."""
    if fixed is None:
        return {"type": "string"}
    return _or_expression({"pattern": f"^(.*/)?{fixed}$", "type": "string"})


def _by_first_key(properties: Iterable[Property]) -> dict[str, list[Property]]:
    """Group properties by the first key of their path."""
    groups: dict[str, list[Property]] = {}
    for prop in properties:
        groups.setdefault(prop.path[0], []).append(prop)
    return groups
