"""Four places where Microsoft's published schemas refuse what Azure takes, mended when read.

Text with a limit: an expression is text too, and the limit counts its characters instead of those
of the text it gives. `[take(parameters('prefix'), 12)]` is longer than 12.

Models with variants: the base says that every key it does not name holds an object, and the keys
that only a variant names are such keys. No metric alert with criteria written out passes.

Models told apart by a key: the base has no other key than that one, and takes no other. No web
application firewall of Front Door passes.

Any value, or an expression: an expression fits both, and `oneOf` wants exactly one. No parameter
of a nested deployment whose value is an expression passes.

Source: Azure/azure-resource-manager-schemas, 2025-06-01/Microsoft.Storage.json (`name` of a share),
2018-03-01/Microsoft.Insights.json (MetricAlertCriteria), 2025-06-01/Microsoft.Cdn.json
(SecurityPolicyPropertiesParameters), 2025-04-01/Microsoft.Resources.json
(DeploymentParameter).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_COMMON: Final = "https://schema.management.azure.com/schemas/common/definitions.json"
_EXPRESSION: Final = {"$ref": f"{_COMMON}#/definitions/expression"}
_TEXT_LIMITS: Final = frozenset({"maxLength", "minLength", "pattern"})
# What holds schemas for values: a map of them, or one.
_MAPS: Final = ("properties", "definitions", "patternProperties")
_SINGLE: Final = ("items", "additionalProperties")
_ALTERNATIVES: Final = ("oneOf", "anyOf", "allOf")


def mended(content: Mapping[str, Any]) -> dict[str, Any]:
    """Mend the definitions of a published schema file.

    Args:
        content: The file.

    Returns:
        The file, with expressions allowed wherever text has a limit, or beside anything else that
        they fit, and with the keys of variants known to their base or let through by it.
    """
    definitions: Mapping[str, Any] = content.get("definitions", {})
    return {
        section: {name: _schema(value, definitions) for name, value in inner.items()}
        if section.casefold().endswith("definitions") and isinstance(inner, dict)
        else inner
        for section, inner in content.items()
    }


def _schema(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Mend a schema and those inside it."""
    if not isinstance(schema, dict):
        return schema
    done = dict(schema)
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            done[key] = {name: _value(v, definitions) for name, v in schema[key].items()}
    for key in _SINGLE:
        if isinstance(schema.get(key), dict):
            done[key] = _value(schema[key], definitions)
    for key in _ALTERNATIVES:
        if isinstance(schema.get(key), list):
            done[key] = [_schema(alternative, definitions) for alternative in schema[key]]
    if _EXPRESSION in done.get("oneOf", ()):
        done["anyOf"] = done.pop("oneOf")
    if any(isinstance(part, dict) and "oneOf" in part for part in schema.get("allOf", ())):
        done["allOf"] = [_open(part) for part in done["allOf"]]
    if isinstance(schema.get("additionalProperties"), dict):
        known: dict[str, Any] = {name: {} for name in _names_of_variants(schema, definitions)}
        done["properties"] = {**known, **done.get("properties", {})}
    return done


def _open(base: Any) -> Any:
    """Let keys through that a base does not know, because the variants beside it do."""
    if isinstance(base, dict) and base.get("additionalProperties") is False:
        return {key: value for key, value in base.items() if key != "additionalProperties"}
    return base


def _value(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Mend the schema of a value: text with a limit may be an expression instead."""
    done = _schema(schema, definitions)
    if isinstance(done, dict) and done.get("type") == "string" and _TEXT_LIMITS & done.keys():
        return {"anyOf": [done, _EXPRESSION]}
    return done


def _names_of_variants(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    """Go through the keys that the variants of a model name."""
    for variant in schema.get("oneOf", ()):
        target = variant.get("$ref", "").removeprefix("#/definitions/")
        yield from definitions.get(target, variant).get("properties", {})
