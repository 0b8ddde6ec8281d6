"""From the URL of an operation to a resource type, its name segments and its scope."""

from __future__ import annotations

import re

_PROVIDERS = re.compile(r"/providers/", re.IGNORECASE)
_RESOURCE_GROUP = re.compile(r"/subscriptions/\{[^}]*\}/resourceGroups/\{[^}]*\}", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/subscriptions/\{[^}]*\}", re.IGNORECASE)
_MANAGEMENT_GROUP = re.compile(
    r"/providers/Microsoft\.Management/managementGroups/\{[^}]*\}", re.IGNORECASE
)
_GROUPS_URL = "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/resourceGroups/{name}"


def resource_url(url: str) -> str:
    """Write the URL the way resource types are written.

    Resource groups are the one resource whose URL has no provider in it.

    Args:
        url: As the package has it.

    Returns:
        A URL whose last `/providers/` is followed by the type and the names.
    """
    if re.fullmatch(r"/subscriptions/\{[^}]*\}/resourcegroups/\{[^}]*\}", url, re.IGNORECASE):
        return _GROUPS_URL
    return url


def _split(url: str) -> tuple[str, list[str]]:
    """Cut a URL into its scope and the segments of provider, types and names."""
    cuts = list(_PROVIDERS.finditer(resource_url(url)))
    if not cuts:
        return url, []
    last = cuts[-1]
    full = resource_url(url)
    return full[: last.start()], full[last.end() :].strip("/").split("/")


def matches(url: str, resource_type: str) -> bool:
    """Say whether an operation's URL is that of a resource type.

    A type segment that is a parameter of the URL (`{recordType}`) stands for any type.

    Args:
        url: The URL template of the operation.
        resource_type: As templates write it.

    Returns:
        True when provider, type segments and their number agree; case does not count.
    """
    _, segments = _split(url)
    wanted = resource_type.split("/")
    if len(segments) != 2 * len(wanted) - 1:
        return False
    types = [segments[0], *segments[1::2]]
    return all(
        found.startswith("{") or found.casefold() == want.casefold()
        for found, want in zip(types, wanted, strict=True)
    )


def is_literal(url: str) -> bool:
    """Say whether every type segment of a URL is spelt out; one that is goes before one that is not.

    Args:
        url: The URL template of the operation.

    Returns:
        False when a type segment is a parameter of the URL.
    """
    _, segments = _split(url)
    return not any(segment.startswith("{") for segment in [segments[0], *segments[1::2]])


def fixed_names(url: str) -> list[str | None]:
    """List the name segments: the name where the service has only one, else None.

    Args:
        url: The URL template of the operation.

    Returns:
        One entry for each level of the type.
    """
    _, segments = _split(url)
    return [None if name.startswith("{") else name for name in segments[2::2]]


def sections(url: str) -> list[str]:
    """Say in which sections of a schema file a type with this URL belongs.

    Args:
        url: The URL template of the operation.

    Returns:
        Names of sections of the published layout.
    """
    scope, _ = _split(url)
    if _RESOURCE_GROUP.fullmatch(scope):
        return ["resourceDefinitions"]
    if _SUBSCRIPTION.fullmatch(scope):
        return ["subscription_resourceDefinitions"]
    if _MANAGEMENT_GROUP.fullmatch(scope):
        return ["managementGroup_resourceDefinitions"]
    if scope == "":
        return ["tenant_resourceDefinitions"]
    if re.fullmatch(r"/\{[^}]*\}", scope):
        return ["extension_resourceDefinitions", "resourceDefinitions"]
    return ["extension_resourceDefinitions"]
