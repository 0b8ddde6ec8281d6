"""Plain data -> Stack; every problem in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from octoha_templates._resources import data_folder
from octoha_templates.config.model import Stack


def stack_from_text(text: str, file: str = "stack.yaml") -> Stack:
    """Read a stack from YAML text."""
    import yaml

    data: Any = yaml.safe_load(text)
    return msgspec.convert(data, Stack)


def load_stack(source: str | Path | None = None) -> Stack:
    """Read a stack; without a source, the embedded reference stack."""
    path = (
        Path(source)
        if source is not None
        else data_folder("samples") / "reference.yaml"
    )
    return stack_from_text(
        path.read_text(encoding="utf-8"), str(source or "reference.yaml")
    )
