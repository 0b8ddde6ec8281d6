"""What is known of the types of resources without asking their providers.

`resourceInput<'...'>` names a type that the provider declares. ARM wants to be told whether it is
an object, an array or a string; that is known here for the properties that all resources share.

How the names of types are spelled comes from `resource_types.txt`: a tree, one space for each
level, and then lines `type@version` for the versions that spell a name in another way. Source:
the types that providers publish.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).with_name("resource_types.txt")
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


def known_type(segments: tuple[str, ...]) -> str | None:
    """Say what kind of value a part of a resource's type is.

    Args:
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


@cache
def _spellings() -> dict[str, str]:
    """Read the table: the spelling of each type, by its name in small letters."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        name = line.lstrip(" ")
        if "@" in name:
            found[name.lower()] = name.partition("@")[0]
            continue
        del above[len(line) - len(name) :]
        above.append(name)
        path = "/".join(above)
        found.setdefault(path.lower(), path)
    return found


def spelled(resource_type: str, api_version: str) -> str:
    """Write a resource type the way its provider does.

    Args:
        resource_type: The type in any letters, `microsoft.network/publicIpAddresses`.
        api_version: Its version; some providers changed the spelling.

    Returns:
        The spelling; a type that is not known stays as it is.
    """
    known = _spellings()
    key = resource_type.lower()
    return known.get(f"{key}@{api_version.lower()}") or known.get(key, resource_type)
