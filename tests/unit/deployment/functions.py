"""The functions of ARM template expressions that the rendered templates use, as Azure works them out.

Source: learn.microsoft.com, "ARM template functions".
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

# A secret of a test has this mark in it, and what is made of the secret keeps it.
SECRET: Final = "S3cret!"  # noqa: S105

_HOLE = re.compile(r"\{(\d+)(?::([A-Z])(\d+))?\}")


class DeploymentError(Exception):
    """Azure would stop the deployment here."""


def text_of(value: Any) -> str:
    """Write a value as `string()` and `format()` do."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else json.dumps(value, separators=(",", ":"))


def _format(pattern: str, *values: Any) -> str:
    def fill(match: re.Match[str]) -> str:
        value = values[int(match[1])]
        return f"{value:0{match[3]}d}" if match[2] == "D" else text_of(value)

    return _HOLE.sub(fill, pattern)


def _split(value: str, between: Any) -> list[str]:
    marks = [between] if isinstance(between, str) else between
    return re.split("|".join(map(re.escape, marks)), value)


def _substring(value: str, start: int, length: int | None = None) -> str:
    end = len(value) if length is None else start + length
    if not 0 <= start <= end <= len(value):
        raise DeploymentError(f"substring({value!r}, {start}, {length}) reaches beyond the text")
    return value[start:end]


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        found: list[Any] = []
        for item in (item for value in values for item in value):
            if item not in found:
                found.append(item)
        return found
    merged: dict[str, Any] = {}
    for value in values:
        for key, item in value.items():
            both = isinstance(merged.get(key), dict) and isinstance(item, dict)
            merged[key] = _union(merged[key], item) if both else item
    return merged


def _concat(*values: Any) -> Any:
    if isinstance(values[0], list):
        return [item for value in values for item in value]
    return "".join(map(text_of, values))


def _contains(base: Any, item: Any) -> bool:
    if isinstance(base, dict):
        return str(item).casefold() in (key.casefold() for key in base)
    return item in base


def _base64(value: str) -> str:
    # What is made of a secret shows that it is one.
    prefix = SECRET if SECRET in value else ""
    return prefix + base64.b64encode(value.encode()).decode()


def _host(prefix: str, index: int) -> str:
    network = ipaddress.ip_network(prefix)
    host = network.network_address + index + 1
    if host not in network:
        raise DeploymentError(f"cidrHost({prefix!r}, {index}) is outside")
    return str(host)


def _parsed(prefix: str) -> dict[str, Any]:
    network = ipaddress.ip_network(prefix)
    return {
        "network": str(network.network_address),
        "netmask": str(network.netmask),
        "broadcast": str(network.broadcast_address),
        "firstUsable": str(network.network_address + 1),
        "lastUsable": str(network.broadcast_address - 1),
        "cidr": network.prefixlen,
    }


def _item(value: Any, index: int) -> Any:
    if not value:
        raise DeploymentError("the first or last item of nothing")
    return value[index]


def _try_get(value: Any, *keys: Any) -> Any:
    """Go down by names and positions; null where there is nothing."""
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            return None
    return value


def _number(value: Any) -> int:
    if isinstance(value, str) and not re.fullmatch(r"-?\d+", value):
        raise DeploymentError(f"int({value!r})")
    return int(value)


def _unique(*values: Any) -> str:
    digest = hashlib.sha256("-".join(map(text_of, values)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def guid(*values: Any) -> str:
    """Make a GUID of values, the same one for the same values."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "-".join(map(text_of, values))))


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": lambda a, b: a + b,
    "array": lambda value: value if isinstance(value, list) else [value],
    "base64": _base64,
    "cidrhost": _host,
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "concat": _concat,
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": lambda *pairs: dict(zip(pairs[::2], pairs[1::2], strict=True)),
    "datetimetoepoch": lambda value: int(datetime.fromisoformat(value).timestamp()),
    "div": lambda a, b: int(a / b),
    "empty": lambda value: not value,
    "endswith": lambda a, b: a.casefold().endswith(b.casefold()),
    "equals": lambda a, b: a == b,
    "false": lambda: False,
    "first": lambda value: _item(value, 0),
    "format": _format,
    "greater": lambda a, b: a > b,
    "greaterorequals": lambda a, b: a >= b,
    "guid": guid,
    "int": _number,
    "join": lambda items, between: between.join(map(text_of, items)),
    "json": json.loads,
    "last": lambda value: _item(value, -1),
    "length": len,
    "less": lambda a, b: a < b,
    "lessorequals": lambda a, b: a <= b,
    "max": lambda *values: max(values[0] if isinstance(values[0], list) else values),
    "min": lambda *values: min(values[0] if isinstance(values[0], list) else values),
    "mod": lambda a, b: a % b,
    "mul": lambda a, b: a * b,
    "not": lambda value: not value,
    "null": lambda: None,
    "padleft": lambda value, width, filler=" ": text_of(value).rjust(width, filler),
    "parsecidr": _parsed,
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda value, old, new: value.replace(old, new),
    "skip": lambda value, count: value[max(count, 0) :],
    "split": _split,
    "startswith": lambda a, b: a.casefold().startswith(b.casefold()),
    "string": text_of,
    "sub": lambda a, b: a - b,
    "substring": _substring,
    "take": lambda value, count: value[: max(count, 0)],
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "true": lambda: True,
    "tryget": _try_get,
    "union": _union,
    "uniquestring": _unique,
    "uri": lambda base, path: base.rstrip("/") + "/" + path.lstrip("/"),
}
