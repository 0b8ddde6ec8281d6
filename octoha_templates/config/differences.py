"""What a config says beside the defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec


def differences(
    value: Any, path: str = "", usual: Any = msgspec.NODEFAULT
) -> Iterator[tuple[str, Any]]:
    """Walk the values that are not the defaults of their part, or of the kind that was chosen.

    Args:
        value: A stack, a part of it or a value.
        path: Where it stands, `network.subnets`.
        usual: Its default, or NODEFAULT.

    Yields:
        Path and plain value of each; `<path>.kind` where another kind than the default was chosen.
    """
    if value == usual:
        return
    if isinstance(value, msgspec.Struct):
        same = type(value) is type(usual)
        if (tag := value.__struct_config__.tag) and not same:
            yield f"{path}.kind", tag
        for field in msgspec.structs.fields(value):
            default = getattr(usual, field.name) if same else _default(field)
            below = f"{path}.{field.encode_name}" if path else field.encode_name
            yield from differences(getattr(value, field.name), below, default)
    elif isinstance(value, tuple) and any(isinstance(each, msgspec.Struct) for each in value):
        for index, each in enumerate(value):
            yield from differences(each, f"{path}.{index}")
    else:
        yield path, msgspec.to_builtins(value)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    made = field.default_factory
    return field.default if made is msgspec.NODEFAULT else made()
