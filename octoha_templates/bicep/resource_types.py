"""What is known of the types of resources without asking their providers.

`resourceInput<'...'>` names a type that the provider declares. ARM wants to be told whether it is an object, an array
or a string; that is known here for the properties that all resources share.
"""

from __future__ import annotations

from typing import Final

_SHARED: Final = {
    "properties": "object",
    "tags": "object",
    "identity": "object",
    "sku": "object",
    "plan": "object",
    "extendedLocation": "object",
    "location": "string",
    "name": "string",
    "kind": "string",
    "managedBy": "string",
    "zones": "array",
    "dependsOn": "array",
}


def known_type(resource_type: str, segments: tuple[str, ...]) -> str | None:
    """Say what kind of value a part of a resource's type is.

    Args:
        resource_type: `Provider/type@version`.
        segments: The way from the resource to the part, as in a JSON schema.

    Returns:
        `object`, `array` or `string`; None when only the provider knows.
    """
    match segments:
        case ():
            return "object"
        case ("properties", name):
            return _SHARED.get(name)
        case ("properties", "tags", "additionalProperties"):
            return "string"
        case ("properties", "zones", "items"):
            return "string"
        case _:
            return None
