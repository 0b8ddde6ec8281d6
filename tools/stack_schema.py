"""Writes `schemas/stack.schema.json` from the types of `octoha_templates.config.model`.

Run as `python -m tools.stack_schema`; a test says when that has been forgotten.
"""

from __future__ import annotations

from pathlib import Path

from octoha_templates.config.schema import stack_schema_text

TARGET = Path(__file__).resolve().parent.parent / "schemas" / "stack.schema.json"


def main() -> None:
    """Write the file."""
    TARGET.write_text(stack_schema_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
