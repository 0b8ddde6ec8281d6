"""The functions of ARM template expressions, by what matters to the rules."""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
add all and any array base64 base64ToJson base64ToString bool cidrHost cidrSubnet coalesce concat
contains copyIndex createArray createObject dataUri dataUriToString dateTimeAdd dateTimeFromEpoch
dateTimeToEpoch deployer deployment div empty endsWith environment equals extensionResourceId
extensions externalInput false fail filter first flatten float format getSecret greater
greaterOrEquals groupBy guid if indexFromEnd indexOf int intersection items join json lambda
lambdaVariables last lastIndexOf length less lessOrEquals managementGroup managementGroupResourceId
map mapValues max min mod mul newGuid not null objectKeys or padLeft parameters parseCidr pickZones
providers range reduce reference references replace resourceGroup resourceId shallowMerge skip sort
split startsWith string sub subscription subscriptionResourceId substring take tenant
tenantResourceId this toLogicalZone toLogicalZones toLower toObject toPhysicalZone toPhysicalZones
toUpper trim true tryGet tryIndexFromEnd union uniqueString uri uriComponent uriComponentToString
utcNow variables
"""

# Folded name -> the name as it is written.
FUNCTIONS: Final = {name.casefold(): name for name in _NAMES.split()}

# Functions that read something which exists only once the deployment runs.
RUNTIME_FUNCTIONS: Final = frozenset({"reference", "references", "getsecret"})


def is_list_function(name: str) -> bool:
    """Say whether a function is one of the `list*` family, which asks a resource for keys.

    Args:
        name: The function's name.

    Returns:
        True for `listKeys`, `listAccountSas`, `list` and the like.
    """
    return name.casefold().startswith("list") and "." not in name


def is_known(name: str) -> bool:
    """Say whether a function exists; those of a user's own namespace are not judged here.

    Args:
        name: The function's name.

    Returns:
        True when the template engine has it.
    """
    return name.casefold() in FUNCTIONS or is_list_function(name)


def is_runtime(name: str) -> bool:
    """Say whether a function can only be evaluated while the deployment runs.

    Args:
        name: The function's name.

    Returns:
        True for `reference` and the `list*` family.
    """
    return name.casefold() in RUNTIME_FUNCTIONS or is_list_function(name)
