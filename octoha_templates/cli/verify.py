"""What differs between two ARM templates, as JSON paths: for `build --verify`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_GENERATOR: Final = "_generator"
_LONGEST: Final = 100


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Say where two templates differ, key order included; who generated them does not count."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        yield from _of_objects(ours, theirs, path)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif ours != theirs or type(ours) is not type(theirs):
        yield f"{path or 'template'}: {_short(ours)} here, {_short(theirs)} there"


def _of_objects(ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str) -> Iterator[str]:
    here = [key for key in ours if key != _GENERATOR]
    there = [key for key in theirs if key != _GENERATOR]
    for key in here:
        place = f"{path}.{key}" if path else key
        if key in theirs:
            yield from differences(ours[key], theirs[key], place)
        else:
            yield f"{place}: only here"
    yield from (
        f"{path}.{key}: only there" if path else f"{key}: only there"
        for key in there
        if key not in ours
    )
    if here != there and sorted(here) == sorted(there):
        yield f"{path or 'template'}: the same keys in another order"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
