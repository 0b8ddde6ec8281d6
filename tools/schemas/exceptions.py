"""The table of what is written by hand, because the packages do not say it; a reason stands on every line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EXPRESSION = {
    "$ref": "https://schema.management.azure.com/schemas/common/definitions.json#/definitions/expression"
}


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What is done differently from what the packages say.

    Attributes:
        optional: Resource types whose `properties` may be left out.
        keys: Resource type -> keys that templates may write on it.
        dropped: Resource type -> keys that the package requires and templates need not write.
        required: Definition -> keys that it requires, beside those of the package.
        values: Place of a property (`Model.key`, `Provider:Model.key`, `Type.key`) -> its schema.
        unpublished: Definition -> keys that the service takes and the package does not know, with their schemas.
    """

    optional: frozenset[str]
    keys: dict[str, tuple[str, ...]]
    dropped: dict[str, frozenset[str]]
    required: dict[str, frozenset[str]]
    values: dict[str, dict[str, Any]]
    unpublished: dict[str, dict[str, dict[str, Any]]]

    def value(self, where: str, provider: str) -> dict[str, Any] | None:
        """Give the schema written by hand for a property, of all providers or of one; or None."""
        return self.values.get(f"{provider}:{where}", self.values.get(where))

    def template_keys(self, resource_type: str) -> tuple[str, ...]:
        """List the keys that templates may write on a resource of this type, beside the usual ones."""
        return self.keys.get(resource_type, ())

    def also_required(self, definition: str) -> frozenset[str]:
        """List the keys that a definition requires although the package does not say so."""
        return self.required.get(definition, frozenset())

    def not_required(self, resource_type: str) -> frozenset[str]:
        """List the keys that templates need not write."""
        return self.dropped.get(resource_type, frozenset())


def _unpublished(rows: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Group the rows of unpublished keys by their definition."""
    grouped: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["at"], {})[row["key"]] = _value(row)
    return grouped


def read_exceptions(file: Path) -> Exceptions:
    """Read the table.

    Args:
        file: exceptions.toml.

    Returns:
        The same, ready to look up.
    """
    data = tomllib.loads(file.read_text("utf-8"))
    return Exceptions(
        optional=frozenset(row["type"] for row in data.get("optional_properties", [])),
        keys={row["type"]: tuple(row["keys"]) for row in data.get("template_keys", [])},
        dropped={row["type"]: frozenset(row["keys"]) for row in data.get("not_required", [])},
        required={row["at"]: frozenset(row["keys"]) for row in data.get("required", [])},
        values={row["at"]: _value(row) for row in data.get("value", [])},
        unpublished=_unpublished(data.get("unpublished", [])),
    )


def _value(row: dict[str, Any]) -> dict[str, Any]:
    """Make the schema of one row: `text`, `flag`, or the values and the pattern that literal text must have."""
    if row.get("is") == "text":
        return {"type": "string"}
    if row.get("is") == "anything":
        return {}
    if row.get("is") == "flag":
        return {"anyOf": [{"type": "boolean"}, _EXPRESSION]}
    literal: list[dict[str, Any]] = []
    if "values" in row:
        literal.append({"enum": row["values"], "type": "string"})
    if "pattern" in row:
        literal.append({"pattern": row["pattern"], "type": "string"})
    return {"anyOf": [*literal, _EXPRESSION]}
