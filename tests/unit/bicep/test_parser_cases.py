"""The files under cases/bicep that are about syntax."""

from __future__ import annotations

from pathlib import Path

import pytest

from octoha_templates.bicep.parser import parse
from octoha_templates.codes import Code
from octoha_templates.codes.bicep_syntax import SYNTAX_CODES
from octoha_templates.diagnostics import Diagnostic

CASES = Path(__file__).parents[2] / "cases" / "bicep"
BAD = sorted((CASES / "bad").glob("syntax-*/main.bicep"))
LANGUAGE = sorted((CASES / "syntax").glob("*.bicep*"))


def written(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Write findings the way the expected files have them."""
    lines: list[str] = []
    for item in diagnostics:
        lines.append(str(item))
        if item.hint:
            lines.append(f"  hint: {item.hint}")
    return "\n".join(lines) + "\n"


def read(path: Path) -> str:
    """Read a file with its line ends as they are."""
    return path.read_bytes().decode()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.parent.name)
def test_every_mistake_of_a_bad_file_is_reported(path: Path) -> None:
    expected = read(path.with_name("findings.txt"))
    assert written(parse(read(path), path.name).diagnostics) == expected


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.name)
def test_the_whole_language_parses_without_findings(path: Path) -> None:
    result = parse(read(path), path.name)
    assert result.diagnostics == ()
    assert len(result.program.statements) > 5


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.name)
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_parse_as_well(path: Path, line_end: str) -> None:
    assert parse(read(path).replace("\n", line_end), path.name).diagnostics == ()


WITH_EXAMPLE = [entry for entry in SYNTAX_CODES if entry.example]


@pytest.mark.parametrize("entry", WITH_EXAMPLE, ids=lambda entry: entry.code)
def test_the_example_of_a_code_shows_it_and_nothing_else(entry: Code) -> None:
    assert {item.code for item in parse(entry.example, "main.bicep").diagnostics} == {entry.code}


@pytest.mark.parametrize("entry", WITH_EXAMPLE, ids=lambda entry: entry.code)
def test_what_to_write_instead_has_no_findings(entry: Code) -> None:
    assert entry.instead
    assert parse(entry.instead, "main.bicep").diagnostics == ()


def test_syntax_codes_are_numbered_without_gaps() -> None:
    assert [entry.code for entry in SYNTAX_CODES] == [f"OCT{number}" for number in range(300, 330)]
