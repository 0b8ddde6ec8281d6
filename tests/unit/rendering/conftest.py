"""What the tests of rendering share: a folder of overrides, and small fragments in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Overrides = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def overrides(tmp_path: Path) -> Overrides:
    """Write fragments, by their path below `templates/`, into a folder of overrides."""

    def write(fragments: Mapping[str, str]) -> Path:
        folder = tmp_path / "overrides"
        for path, text in fragments.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return folder

    return write
