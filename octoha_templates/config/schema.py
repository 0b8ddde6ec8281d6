"""The JSON Schema of `stack.yaml`, made from the types: for editors, and to find all mistakes.

It differs from what msgspec derives in three ways: `kind` may be left out where the default's kind
is meant; the values under `environments` have the form of a stack in which nothing is required; and
defaults that are whole mappings are left out, since they only repeat the defaults inside.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any, Final

import msgspec

from octoha_templates.config.model import Stack
from octoha_templates.config.structure import KIND, keys_of, kind_of_struct

_REFERENCE: Final = "#/definitions/"
_OVERLAY: Final = "Overlay"
_PER_ENVIRONMENT: Final = "environments"


@cache
def stack_schema() -> dict[str, Any]:
    """Make the schema of a whole stack.

    Returns:
        A JSON Schema, draft 7, which is what editors understand best. Do not change it: it is
        shared.
    """
    _, definitions = msgspec.json.schema_components((Stack,), ref_template=f"{_REFERENCE}{{name}}")
    parts = {name: _tidy(definition) for name, definition in sorted(definitions.items())}
    for name in _names_with_optional_kind(Stack):
        parts[name]["required"] = [key for key in parts[name].get("required", []) if key != KIND]
    overlays = {f"{name}{_OVERLAY}": _overlay(part) for name, part in parts.items()}
    del overlays[f"Stack{_OVERLAY}"]["properties"][_PER_ENVIRONMENT]
    environments = parts["Stack"]["properties"][_PER_ENVIRONMENT]
    environments["additionalProperties"] = {"$ref": f"{_REFERENCE}Stack{_OVERLAY}"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "stack.yaml of octoha-templates",
        "$ref": f"{_REFERENCE}Stack",
        "definitions": {
            name: _without_empty_required(part)
            for name, part in sorted({**parts, **overlays}.items())
        },
    }


def stack_schema_text() -> str:
    """Write the schema the way `schemas/stack.schema.json` has it."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(schema: Any) -> Any:
    """Copy a schema without titles, marks of ours and of OpenAPI, and defaults with mappings."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if isinstance(schema, str):
        return inspect.cleandoc(
            schema
        )  # Python 3.13 takes the indent of docstrings off, others do not
    if not isinstance(schema, dict):
        return schema
    return {
        key: _tidy(value)
        for key, value in schema.items()
        if key not in ("discriminator", "x-shape", "x-refused")
        and not (key == "title" and isinstance(value, str))
        and not (key == "default" and _holds_mapping(value))
    }


def _holds_mapping(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _overlay(part: dict[str, Any]) -> dict[str, Any]:
    """Turn the schema of a part into one that takes any of its keys and wants none."""
    text = json.dumps({key: value for key, value in part.items() if key != "required"})
    pointing: dict[str, Any] = json.loads(
        text, object_hook=lambda found: _without_default(_to_overlay(found))
    )
    return pointing


def _to_overlay(found: dict[str, Any]) -> dict[str, Any]:
    reference = found.get("$ref")
    return {**found, "$ref": f"{reference}{_OVERLAY}"} if isinstance(reference, str) else found


def _without_default(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out defaults: what an overlay does not have comes from the stack."""
    is_schema = "type" in found or "$ref" in found or "enum" in found or "anyOf" in found
    return {key: value for key, value in found.items() if key != "default" or not is_schema}


def _without_empty_required(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "required" or value}


@cache
def _names_with_optional_kind(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """List the parts that are meant when a mapping gives no kind."""
    names: list[str] = []
    for key in keys_of(struct).values():
        for index, inner in enumerate(key.structs):
            if kind_of_struct(inner) is not None and index == 0:
                names.append(str(inner.__name__))
            names += _names_with_optional_kind(inner)
    return tuple(dict.fromkeys(names))
