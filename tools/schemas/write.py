"""Schema files as text: keys sorted, a line for each property, so that a change reads as a diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_OPEN_LEVELS = 4


def schema_text(schema: dict[str, Any]) -> str:
    """Write a schema file.

    Args:
        schema: The whole file.

    Returns:
        JSON with one line for each property of each definition, and a newline at the end.
    """
    return _text(schema, 0) + "\n"


def _text(value: Any, level: int) -> str:
    """Write one value: the outer levels a line for each key, the inner ones on one line."""
    if not isinstance(value, dict) or not value or level >= _OPEN_LEVELS:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    inner = [f"{json.dumps(key)}:{_text(value[key], level + 1)}" for key in sorted(value)]
    return "{\n" + ",\n".join(inner) + "\n}"


def write_if_changed(file: Path, text: str) -> bool:
    """Write a file when it is not there or differs.

    Args:
        file: Where to.
        text: What.

    Returns:
        Whether anything was written.
    """
    if file.is_file() and file.read_text("utf-8") == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")
    return True
