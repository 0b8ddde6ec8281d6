"""Large and hostile files: a finding, never a recursion error, a hang or a crash."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from octoha_templates.bicep.height import HIGHEST_TREE, is_too_high
from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import Boolean, Expression, Parenthesised, Variable
from octoha_templates.bicep.syntax_findings import MOST_FINDINGS
from octoha_templates.bicep.token_stream import DEEPEST_NESTING, LONGEST_CHAIN

Findings = Callable[..., list[str]]
MANY = 40_000
LANGUAGE = Path(__file__).parents[2] / "cases" / "bicep" / "syntax" / "language.bicep"

DEEP = {
    "arrays": ("var a = ", "["),
    "objects": ("var a = ", "{b:"),
    "parentheses": ("var a = ", "("),
    "calls": ("var a = ", "f("),
    "method calls": ("var a = ", "-b.f("),
    "loops": ("var a = ", "[for b in c: "),
    "conditions": ("var a = ", "b ? c : "),
    "lambdas": ("var a = ", "b => "),
    "interpolations": ("var a = ", "'${"),
    "multi-line interpolations": ("var a = ", "$'''${"),
    "operators that bind tighter": ("var a = ", "a ?? b || c && d == e < f + g * ("),
    "nested resources": ("resource a 'b' = {", "\nresource c 'd' = {"),
    "array types": ("type a = ", "["),
    "object types": ("type a = ", "{b: "),
    "type arguments": ("type a = ", "b<"),
    "type parentheses": ("type a = ", "("),
}
CHAINS = {
    "operators": ("var a = b", " + b"),
    "properties": ("var a = b", ".c"),
    "indexes": ("var a = b", "[0]"),
    "nested accesses": ("var a = b", "::c"),
    "assertions": ("var a = b", "!"),
    "array types": ("type a = b", "[]"),
    "nullable types": ("type a = b", "? "),
}
FLAT = {
    "brackets": "[]",
    "quotes": "'",
    "double quotes": '"',
    "comments": "/*",
    "decorators": "@",
    "backslashes": "\\",
    "line ends": "\n",
    "blanks": " ",
    "nuls": "\0",
    "dollars": "$",
    "bytes that are no text": "\udc80",
    "pragmas": "#disable-next-line\n",
}


@pytest.mark.parametrize(("start", "level"), DEEP.values(), ids=DEEP)
def test_deep_nesting_is_a_finding(start: str, level: str) -> None:
    codes = [item.code for item in parse(start + level * MANY, "main.bicep").diagnostics]
    assert "OCT325" in codes


@pytest.mark.parametrize(("start", "level"), DEEP.values(), ids=DEEP)
def test_nesting_needs_little_of_the_stack(start: str, level: str) -> None:
    """A caller that has used half of Python's stack can still parse what is at the limit."""
    text = start + level * (DEEPEST_NESTING + 1)
    found: list[str] = []

    def down(levels: int) -> None:
        if levels:
            down(levels - 1)
        else:
            found.extend(item.code for item in parse(text, "main.bicep").diagnostics)

    thread = threading.Thread(target=down, args=(sys.getrecursionlimit() // 2,))
    thread.start()
    thread.join()
    assert found


@pytest.mark.parametrize(("start", "link"), CHAINS.values(), ids=CHAINS)
def test_a_long_chain_is_a_finding(start: str, link: str) -> None:
    codes = [item.code for item in parse(start + link * MANY, "main.bicep").diagnostics]
    assert codes == ["OCT325"]


@pytest.mark.parametrize(("start", "link"), CHAINS.values(), ids=CHAINS)
def test_a_chain_within_the_limit_is_none(start: str, link: str) -> None:
    assert parse(start + link * LONGEST_CHAIN, "main.bicep").diagnostics == ()


def test_chains_inside_of_nesting_add_up(findings: Findings) -> None:
    text = "b"
    for _ in range(DEEPEST_NESTING - 10):
        text = f"({text}{' + b' * 12})"
    assert findings(f"var a = {text}\n") == ["1:1 OCT325"]


def test_the_statement_after_a_deep_one_is_read() -> None:
    result = parse(f"var a = {'[' * 1000}\nvar b = true\n", "main.bicep")
    (statement,) = result.program.statements
    assert isinstance(statement, Variable)
    assert isinstance(statement.value, Boolean)


def test_nesting_that_people_write_is_none_too_deep(findings: Findings) -> None:
    depth = DEEPEST_NESTING - 1
    assert findings(f"var a = {'[' * depth}{']' * depth}") == []


@pytest.mark.parametrize("piece", FLAT.values(), ids=FLAT)
def test_a_long_file_of_one_thing_is_read_to_its_end(piece: str) -> None:
    result = parse(piece * (1_000_000 // len(piece)), "main.bicep")
    assert len(result.diagnostics) <= MOST_FINDINGS


def test_findings_stop_at_a_number_and_say_so() -> None:
    result = parse("foo\n" * 1000, "main.bicep")
    assert len(result.diagnostics) == MOST_FINDINGS
    assert {item.code for item in result.diagnostics[:-1]} == {"OCT308"}
    assert result.diagnostics[-1].code == "OCT329"


def test_ten_thousand_parameters_are_no_matter() -> None:
    result = parse("".join(f"param p{i} string\n" for i in range(10_000)), "main.bicep")
    assert result.diagnostics == ()
    assert len(result.program.statements) == 10_000


def test_height_counts_nodes_down_to_the_leaf() -> None:
    root: Expression = Boolean(0, 1, True)
    for _ in range(HIGHEST_TREE - 1):
        root = Parenthesised(0, 1, root)
    assert not is_too_high(root)
    assert is_too_high(Parenthesised(0, 1, root))


@pytest.mark.skipif(sys.gettrace() is not None, reason="tracing takes most of the time")
def test_a_megabyte_parses_in_less_than_a_second_of_processor_time() -> None:
    """It takes about a quarter of that; the margin is for slow machines."""
    text = LANGUAGE.read_text(encoding="utf-8")
    text *= 1_000_000 // len(text) + 1
    parse(text, LANGUAGE.name)
    begin = process_time()
    result = parse(text, LANGUAGE.name)
    assert process_time() - begin < 1
    assert result.diagnostics == ()
