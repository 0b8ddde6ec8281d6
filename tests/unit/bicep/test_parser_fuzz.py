"""Whatever stands in a file, the parser gives findings about that file and nothing else.

The budget is fixed and the examples are derived from the tests themselves, so that a run can be
repeated.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import Node, Program
from octoha_templates.codes.bicep_syntax import SYNTAX_CODES

CASES = Path(__file__).parents[2] / "cases" / "bicep"
OWN_FILES = [path.read_bytes().decode() for path in sorted(CASES.rglob("*.bicep*"))]
KNOWN_CODES = {entry.code for entry in SYNTAX_CODES}
PIECES = [
    "param", "var", "output", "resource", "module", "type", "func", "import", "metadata",
    "targetScope", "existing", "if", "for", "in", "as", "from", "with", "extension", "using",
    "extends", "true", "false", "null", "string", "int", "object", "a", "b", "sys.x", "12", "'x'",
    "'x${", "}y", "'''", "$'''", "$$'''", "${", "}", "{", "(", ")", "[", "]", "<", ">", ",", ":",
    "::", ".", ".?", "...", "?", "??", "!", "!=", "!~", "=", "==", "=~", "=>", "+", "-", "*", "/",
    "%", "&", "&&", "|", "||", "@", "@a()", "#", "//", "/*", "*/", "\\", ";", '"',
    "#disable-next-line", "\\u{", "'",
]  # fmt: skip
BUDGET = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

any_text = st.text(st.characters(), max_size=200)
any_pieces = st.lists(st.sampled_from([*PIECES, " ", "\n", "\r\n", "\t", "\0"]), max_size=60)
any_cut = st.tuples(st.integers(0, 10_000), st.integers(0, 40))
any_file_name = st.sampled_from(["main.bicep", "dev.bicepparam"])


def check(text: str, file: str) -> None:
    """Parse a text and hold the result to what is promised about every text."""
    result = parse(text, file)
    again = parse(text, file)
    assert result.diagnostics == again.diagnostics
    places = [item.location for item in result.diagnostics]
    assert {item.code for item in result.diagnostics} <= KNOWN_CODES
    assert all(place and place.file == file and place.line and place.column for place in places)
    assert len(set(places)) == len(places)
    for item in result.diagnostics:
        item.message.encode()
        item.hint.encode()
    check_spans(result.program)


def check_spans(program: Program) -> None:
    """Make sure that every node lies in its parent, and the parts of a list behind one another."""
    waiting: list[Node] = [program]
    while waiting:
        node = waiting.pop()
        assert 0 <= node.start <= node.end <= len(program.source.text)
        for field in node.__struct_fields__:
            value = getattr(node, field)
            parts = value if isinstance(value, tuple) else (value,)
            nodes = [part for part in parts if isinstance(part, Node)]
            waiting.extend(nodes)
            if program.source and field != "pragmas":
                assert all(node.start <= part.start <= part.end <= node.end for part in nodes), node
                assert all(a.end <= b.start for a, b in pairwise(nodes)), node


@given(any_text, any_file_name)
@BUDGET
def test_any_text(text: str, file: str) -> None:
    check(text, file)


@given(st.binary(max_size=200), any_file_name)
@BUDGET
def test_any_bytes(data: bytes, file: str) -> None:
    check(data.decode("utf-8", "surrogateescape"), file)


@given(any_pieces, any_file_name, st.sampled_from(["", " "]))
@BUDGET
def test_any_pieces_of_the_language(pieces: list[str], file: str, between: str) -> None:
    check(between.join(pieces), file)


@given(st.lists(st.sampled_from(PIECES), max_size=15), st.integers(0, 5))
@BUDGET
def test_any_pieces_after_the_start_of_a_statement(pieces: list[str], which: int) -> None:
    starts = ["var a = ", "type a = ", "resource a 'b' = {\n", "import ", "func f", "@a\nparam b "]
    check(starts[which] + " ".join(pieces) + "\nvar after = 1\n", "main.bicep")


@given(st.integers(0, len(OWN_FILES) - 1), st.lists(any_cut, max_size=4), any_pieces)
@BUDGET
def test_own_files_with_parts_cut_out_moved_and_put_in(
    which: int, cuts: list[tuple[int, int]], pieces: list[str]
) -> None:
    text = OWN_FILES[which]
    for place, length in cuts:
        start = place % (len(text) + 1)
        removed = text[start : start + length]
        text = text[:start] + "".join(pieces[: length % 5]) + text[start + length :]
        target = (place * 7) % (len(text) + 1)
        text = text[:target] + removed + text[target:]
    check(text, "main.bicep")


@pytest.mark.parametrize("text", OWN_FILES)
def test_own_files_cut_off_anywhere(text: str) -> None:
    for length in range(0, len(text), max(1, len(text) // 150)):
        check(text[:length], "main.bicep")
