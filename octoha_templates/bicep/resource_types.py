"""What is known of the types of resources without asking their providers.

`resourceInput<'...'>` names a type that the provider declares. ARM wants to be told whether it is an object, an array
or a string. That is known here for properties that are of one kind wherever they appear, in all types and versions of
all providers, of one, or of one type; they are in `property_kinds.txt`, under lines `provider kind`, `*` for all.

How the names of types are spelled comes from `resource_types.txt`: a tree, one space for each level, and then lines
`type@version` for the versions that spell a name in another way. Source: the types that providers publish.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).with_name("resource_types.txt")
_KINDS: Final = Path(__file__).with_name("property_kinds.txt")
_SHARED: Final = {"tags": "object", "zones": "array", "properties": "object", "identity": "object"}
_EVERYWHERE: Final = "*"
_PROPERTIES_DEPTH: Final = 4


def known_type(resource_type: str, segments: tuple[str, ...]) -> str | None:
    """Say what kind of value a part of a resource's type is.

    Args:
        resource_type: `Provider/type@version`.
        segments: The way from the resource to the part, as in a JSON schema.

    Returns:
        `object`, `array`, `string`, `int` or `bool`; None when only the provider knows.
    """
    match segments:
        case ():
            return "object"
        case ("properties", "tags", "additionalProperties") | ("properties", "zones", "items"):
            return "string"
        case ("properties", name) if name in _SHARED:
            return _SHARED[name]
        case (*_, "properties", name):
            return _known_kind(resource_type.partition("@")[0].lower(), name, depth=len(segments))
        case _:
            return None


def _known_kind(resource_type: str, name: str, *, depth: int) -> str | None:
    """Look a property up: for the type, its provider, all providers."""
    known = _kinds()
    if depth == _PROPERTIES_DEPTH and (resource_type, name) in known:
        return known[resource_type, name]
    provider = resource_type.partition("/")[0]
    return known.get((provider, name)) or known.get((_EVERYWHERE, name))


@cache
def _kinds() -> dict[tuple[str, str], str]:
    """Read which kind of value a property has, by provider or type, and name."""
    found: dict[tuple[str, str], str] = {}
    provider = kind = ""
    for line in _KINDS.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found.update(((provider, name), kind) for name in line.split())
        else:
            provider, _, kind = line.partition(" ")
    return found


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
