"""What the tests of the Bicep front end share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import Node, TypeDeclaration, Variable

Shape = Callable[[str], str]
STEP = re.compile(r"\.?([A-Za-z_$][\w$]*)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]")


def shape_of(value: object) -> str:
    """Write a syntax tree on one line, without its positions: `Binary(Name(a), +, Integer(1))`."""
    if isinstance(value, Node):
        fields = [name for name in value.__struct_fields__ if name not in ("start", "end")]
        parts = [shape_of(getattr(value, name)) for name in fields]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, tuple):
        return "[" + ", ".join(shape_of(item) for item in value) + "]"
    return str(value)


@pytest.fixture
def expression() -> Shape:
    """Parse an expression that has no mistakes and write its tree."""

    def parsed(text: str) -> str:
        result = parse(f"var x = {text}\n", "main.bicep")
        assert result.diagnostics == ()
        (statement,) = result.program.statements
        assert isinstance(statement, Variable)
        return shape_of(statement.value)

    return parsed


@pytest.fixture
def type_expression() -> Shape:
    """Parse a type that has no mistakes and write its tree."""

    def parsed(text: str) -> str:
        result = parse(f"type x = {text}\n", "main.bicep")
        assert result.diagnostics == ()
        (statement,) = result.program.statements
        assert isinstance(statement, TypeDeclaration)
        return shape_of(statement.value)

    return parsed


@pytest.fixture
def statement() -> Shape:
    """Parse one statement that has no mistakes and write its tree."""

    def parsed(text: str, file: str = "main.bicep") -> str:
        result = parse(text, file)
        assert result.diagnostics == ()
        (found,) = result.program.statements
        return shape_of(found)

    return parsed


@pytest.fixture
def findings() -> Callable[[str], list[str]]:
    """Parse a file and write its findings as `line:column code`."""

    def found(text: str, file: str = "main.bicep") -> list[str]:
        places = [(item.location, item.code) for item in parse(text, file).diagnostics]
        return [f"{place.line}:{place.column} {code}" for place, code in places if place]

    return found


@pytest.fixture
def at_path() -> Callable[[Any, str], Any]:
    """Follow a JSON path, `resources[3].properties['a-b']`; fails where it leads nowhere."""

    def follow(value: Any, path: str) -> Any:
        for name, quoted, index in STEP.findall(path):
            key = quoted.replace("\\'", "'").replace("\\\\", "\\") if quoted else name
            value = value[int(index)] if index else value[key]
        return value

    return follow
