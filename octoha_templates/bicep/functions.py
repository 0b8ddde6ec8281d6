"""The functions that Bicep knows, with how many arguments they take.

Source: the Bicep documentation, "Bicep functions", and its pages for each group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MANY: Final = 1_000_000
"""Stands for "any number"."""


@dataclass(frozen=True, slots=True)
class KnownFunction:
    """A function of the language.

    Attributes:
        least: The fewest arguments.
        most: The most arguments, `MANY` for any number.
        namespace: `sys` or `az`.
        runtime: Whether its value is known only while deploying.
        loads: Whether it reads a file while compiling.
    """

    name: str
    least: int
    most: int
    namespace: str = "sys"
    runtime: bool = False
    loads: bool = False


def _table() -> dict[str, KnownFunction]:
    found: dict[str, KnownFunction] = {}
    for line in _SYS.split():
        _add(found, line, "sys")
    for line in _AZ.split():
        _add(found, line, "az")
    return found


def _add(found: dict[str, KnownFunction], line: str, namespace: str) -> None:
    """Read one entry: `name:least-most`, with `!` for runtime and `<` for functions that load."""
    name, _, counts = line.partition(":")
    least, _, most = counts.rstrip("!<").partition("-")
    found[name] = KnownFunction(
        name,
        int(least),
        MANY if most == "n" else int(most or least),
        namespace,
        runtime=counts.endswith("!"),
        loads=counts.endswith("<"),
    )


_SYS: Final = """
any:1 array:1 base64:1 base64ToJson:1 base64ToString:1 bool:1 buildUri:1 cidrHost:2 cidrSubnet:3
concat:1-n contains:2 dataUri:1 dataUriToString:1 dateTimeAdd:2-3 dateTimeFromEpoch:1
dateTimeToEpoch:1 distinct:1 empty:1 endsWith:2 fail:1 filter:2 first:1 flatten:1 format:1-n
groupBy:2-3 guid:1-n indexOf:2 int:1 intersection:1-n items:1 join:2 json:1 last:1 lastIndexOf:2
length:1 like:2 loadDirectoryFileInfo:1-2< loadFileAsBase64:1< loadJsonContent:1-3<
loadTextContent:1-2< loadYamlContent:1-3< map:2 mapValues:2 max:1-n min:1-n nameof:1 newGuid:0
objectKeys:1 padLeft:2-3 parseCidr:1 parseUri:1 range:2 reduce:3 replace:3 shallowMerge:1 skip:2
sort:2 split:2 startsWith:2 string:1 substring:2-3 take:2 toLower:1 toObject:2-3 toUpper:1 trim:1
union:1-n uniqueString:1-n uri:2 uriComponent:1 uriComponentToString:1 utcNow:0-1
readEnvironmentVariable:1-2< readCliArg:1 readEnvVar:1 externalInput:1-2
"""

_AZ: Final = """
deployer:0 deployment:0 environment:0 extensionResourceId:3-n getSecret:4-5 managementGroup:0-1
managementGroupResourceId:2-n pickZones:3-5 providers:1-2 reference:1-3! resourceGroup:0-2
resourceId:2-n roleDefinitions:1 subscription:0-1 subscriptionResourceId:2-n tenant:0
tenantResourceId:2-n toLogicalZone:3! toLogicalZones:3! toPhysicalZone:3! toPhysicalZones:3!
"""

FUNCTIONS: Final = _table()
PARAMETER_FILE_ONLY: Final = frozenset(
    {
        "getSecret",
        "readEnvironmentVariable",
        "readCliArg",
        "readEnvVar",
        "externalInput",
    }
)
LAMBDA_FUNCTIONS: Final = frozenset(
    {"filter", "map", "mapValues", "sort", "reduce", "toObject", "groupBy"}
)
_LIST: Final = re.compile(r"list[a-zA-Z]*\Z")


def find_function(name: str) -> KnownFunction | None:
    """Find a function by its name; every `list...` function counts, as ARM resolves them itself."""
    found = FUNCTIONS.get(name)
    if found is None and is_list_function(name):
        return KnownFunction(name, 2, 3, "az", runtime=True)
    return found


def is_list_function(name: str) -> bool:
    """Say whether a name is that of a function that asks a resource, such as `listKeys`."""
    return _LIST.match(name) is not None
