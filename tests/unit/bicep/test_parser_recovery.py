"""One run reports every syntax error, each at its place and without echoes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import (
    Missing,
    MissingType,
    Object,
    Output,
    Parameter,
    Resource,
    Variable,
)

Findings = Callable[..., list[str]]


def test_mistakes_in_several_statements_are_all_found(findings: Findings) -> None:
    text = "param = 1\nvar a = \nparam ok string\noutput b 1 = \nfoo bar\nvar c = [1 2]\n"
    assert findings(text) == [
        "1:7 OCT312",
        "2:9 OCT309",
        "4:14 OCT309",
        "5:1 OCT308",
        "6:12 OCT322",
    ]


def test_mistakes_in_several_members_are_all_found(findings: Findings) -> None:
    text = "var a = {\n  b 1\n  c: \n  d: [\n    +\n    e f\n  ]\n  ok: 1\n  2: 3\n}\n"
    assert findings(text) == [
        "2:5 OCT313",
        "3:6 OCT309",
        "5:5 OCT309",
        "6:7 OCT322",
        "9:3 OCT316",
    ]


@pytest.mark.parametrize("opening", ["{", "[", "(", "{\n  b: {\n  c: [", "f(", "[for x in y: {"])
def test_a_bracket_left_open_does_not_take_the_next_statement(
    findings: Findings, opening: str
) -> None:
    text = f"var a = {opening}\nparam ok string\n"
    found = findings(text)
    assert len(found) == 1
    names = [
        item.name.name
        for item in parse(text, "main.bicep").program.statements
        if isinstance(item, Parameter)
    ]
    assert names == ["ok"]


def test_a_bracket_left_open_says_where_it_was_opened() -> None:
    (found,) = parse("var a = {\n  b: 1\n", "main.bicep").diagnostics
    assert found.message == "expected `}`, found the end of the file"
    assert found.hint == "it closes the `{` of line 1"


def test_a_call_left_open_ends_with_its_property(findings: Findings) -> None:
    assert findings("var a = {\n  b: f(1\n  c: 2\n}\nvar d = 1\n") == ["2:9 OCT313"]


def test_the_first_mistake_at_a_place_is_the_one_reported(findings: Findings) -> None:
    assert findings("var a = 'b\nvar c = ;\n") == ["1:9 OCT302", "2:9 OCT300"]


def test_a_broken_value_leaves_the_declaration_in_the_tree() -> None:
    text = "param a strin g = 1\nvar b = *\noutput c = 1\nresource d 'T@1' = 1\nresource e = {}\n"
    result = parse(text, "main.bicep")
    a, b, c, d, e = result.program.statements
    assert isinstance(a, Parameter)
    assert a.name.name == "a"
    assert isinstance(b, Variable)
    assert isinstance(b.value, Missing)
    assert isinstance(c, Output)
    assert isinstance(c.type, MissingType)
    assert isinstance(d, Resource)
    assert isinstance(d.value, Missing)
    assert isinstance(e, Resource)
    assert isinstance(e.type, Missing)
    assert isinstance(e.value, Object)
    assert [item.code for item in result.diagnostics] == [
        "OCT318", "OCT309", "OCT317", "OCT320", "OCT319",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("param a = 1", ["1:9 OCT317"]),
        ("param true string", ["1:7 OCT312"]),
        ("param a string {\n  default: 1\n}\nparam b int", ["1:16 OCT318"]),
        ("var a = 1 2", ["1:11 OCT314"]),
        ("var a = +1", ["1:9 OCT309"]),
        ("var a = !!b", ["1:10 OCT309"]),
        ("var a = b[]", ["1:11 OCT309"]),
        ("var a = b.1", ["1:11 OCT315"]),
        ("var a = b::", ["1:12 OCT315"]),
        ("var a = b.?c()", ["1:12 OCT321"]),
        ("var a = ()", ["1:9 OCT327"]),
        ("var a = (1, 2)", ["1:9 OCT327"]),
        ("var a = (1, b) => 3", ["1:10 OCT312"]),
        ("var a = f(1,)", ["1:13 OCT309"]),
        ("var a = f(1\n2)", ["2:1 OCT322"]),
        ("var a = f(1\n, 2)", ["2:1 OCT322"]),
        ("var a = map(b, (c\n, d) => c)", []),
        ("var a = f(\ntype * 2)", []),
        ("var a = b ? c", ["1:14 OCT313"]),
        ("var a = b +\n1", ["1:12 OCT309", "2:1 OCT308"]),
        ("var a = 'b${}c'", ["1:13 OCT309"]),
        ("var a = 'b${c d}e'", ["1:15 OCT324"]),
        ("var a = 'b${[]}e'", ["1:13 OCT324"]),
        ("var a = 'b${ {} }e'", ["1:14 OCT324"]),
        ("var a = [\n  1,\n  2\n]", ["2:5 OCT323"]),
        ("var a = [,]", ["1:10 OCT309"]),
        ("var a = {\n  null: 1\n}", ["2:3 OCT316"]),
        ("var a = [for b c: d]", ["1:16 OCT311"]),
        ("var a = [for (b) in c: d]", ["1:16 OCT313"]),
        ("var a = [for in c: d]", ["1:17 OCT311"]),
        ("var a = [for b in c d]", ["1:21 OCT313"]),
        ("var a = 9223372036854775808", ["1:9 OCT310"]),
        ("type a = ", ["1:10 OCT317"]),
        ("type a = -b", ["1:11 OCT317"]),
        ("type a int", ["1:8 OCT313"]),
        ("type a = sys.", ["1:14 OCT315"]),
        ("var a = map(b, c =>\nparam d string", ["1:20 OCT309"]),
        ("var a = + { b: [f(1), 'x${c}y'] }\nvar d = -", ["1:9 OCT309", "2:10 OCT309"]),
        ("var a = f([1, 2] {b: 3}, +)", ["1:18 OCT322", "1:26 OCT309"]),
        ("var a = f(+ [1, 2], g(3), -)", ["1:11 OCT309", "1:28 OCT309"]),
        ("var a = f(+", ["1:11 OCT309"]),
        ("var a = '${b + [1]}${[2]}'", ["1:16 OCT324", "1:22 OCT324"]),
        ("var a = '${map(b, c => [+])}${[2]}'", ["1:25 OCT309", "1:31 OCT324"]),
        ("var a = `b`", ["1:9 OCT300", "1:11 OCT300"]),
        ("type a = 'b' |\n'c'", ["1:15 OCT317", "2:1 OCT308"]),
        ("type a = {\n  b string\n}", ["2:5 OCT313"]),
        ("func f(a) string => a", ["1:9 OCT317"]),
        ("func f(a int) => a", ["1:15 OCT317"]),
        ("resource a", ["1:11 OCT319"]),
        ("resource a 'b' = [for c in d: 1]", ["1:31 OCT320"]),
        ("module a = {}", ["1:10 OCT319"]),
        ("import a from 'b'", ["1:8 OCT313"]),
        ("import * from 'b'", ["1:10 OCT311"]),
        ("import { 'a' } from 'b'", ["1:14 OCT311"]),
        ("@secure()\n", ["1:1 OCT326"]),
        ("@secure()\nfoo", ["1:1 OCT326"]),
        ("@secure() param a string", ["1:11 OCT314"]),
        ("@1\nparam a string", ["1:2 OCT312"]),
        ("resource a 'b' = {\n  @secure()\n  c: 1\n}", ["2:3 OCT326"]),
        ("using 'a'", ["1:1 OCT308"]),
        ("}\n", ["1:1 OCT308"]),
    ],
)
def test_a_mistake_is_found_where_it_is(findings: Findings, text: str, expected: list[str]) -> None:
    assert findings(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("output a string = 'b'", ["1:1 OCT308"]),
        ("param a string = 'b'", ["1:9 OCT313"]),
        ("using a", ["1:7 OCT319"]),
        ("extends", ["1:8 OCT319"]),
    ],
)
def test_a_mistake_in_a_parameter_file_is_found(
    findings: Findings, text: str, expected: list[str]
) -> None:
    assert findings(text, "dev.bicepparam") == expected


def test_a_finding_says_what_stands_there_in_place_of_what() -> None:
    (found,) = parse("param 1st string\n", "main.bicep").diagnostics
    assert str(found) == (
        "main.bicep:1:7: error OCT312: expected the name of the parameter, found `1`"
    )


def test_unprintable_characters_are_named_by_number() -> None:
    (found,) = parse("var a = 1\0\n", "main.bicep").diagnostics
    assert found.message == "U+0000 means nothing here"
