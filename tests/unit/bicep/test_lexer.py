"""Text to tokens."""

from __future__ import annotations

import pytest

from octoha_templates.bicep.lexer import Lexer, Tokens
from octoha_templates.bicep.source import SourceText
from octoha_templates.bicep.syntax_findings import SyntaxFindings


def lex(text: str) -> tuple[Tokens, list[str]]:
    """Give the tokens of a text and its findings as `line:column code`."""
    findings = SyntaxFindings(SourceText(text, "main.bicep"))
    tokens = Lexer(findings).tokens()
    found = [(item.location, item.code) for item in findings.in_order()]
    return tokens, [f"{place.line}:{place.column} {code}" for place, code in found if place]


def kinds(text: str) -> list[str]:
    """Give the kinds of the tokens of a text that has no mistakes, the end aside."""
    tokens, findings = lex(text)
    assert findings == []
    assert tokens.kinds[-3:] == ["end", "end", "end"]
    return tokens.kinds[:-3]


def string_value(literal: str) -> str:
    """Give the value of a string literal that has no mistakes."""
    tokens, findings = lex(literal)
    assert findings == []
    assert tokens.kinds[0] == "string"
    return tokens.values[0]


def test_tokens_keep_their_places_and_values() -> None:
    tokens, _ = lex("var  count=12")
    assert tokens.kinds[:4] == ["name", "name", "=", "integer"]
    assert tokens.starts[:4] == [0, 5, 10, 11]
    assert tokens.ends[:4] == [3, 10, 11, 13]
    assert tokens.values[:4] == ["var", "count", "", "12"]


@pytest.mark.parametrize(
    "operator",
    [
        "...",
        "??",
        "::",
        "=~",
        "!~",
        "==",
        "!=",
        "<=",
        ">=",
        "=>",
        "&&",
        "||",
        "?",
        ":",
        ".",
        "|",
        "^",
    ],
)
def test_an_operator_is_one_token(operator: str) -> None:
    assert kinds(f"a{operator}b") == ["name", operator, "name"]


def test_true_false_and_null_are_no_names() -> None:
    assert kinds("true false null truest") == ["true", "false", "null", "name"]


def test_blank_lines_and_comments_make_one_line_end() -> None:
    assert kinds("a\r\n\r\n  \t\n// note\n\n/* two\nlines */\rb") == ["name", "newline", "name"]


def test_a_comment_inside_a_line_is_passed_over() -> None:
    assert kinds("a /* between\nlines */ b // end") == ["name", "name"]


def test_a_slash_that_starts_no_comment_divides() -> None:
    assert kinds("a / b /c") == ["name", "/", "name", "/", "name"]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("''", ""),
        ("'plain'", "plain"),
        (r"'it\'s \${x} \\ \n\r\t'", "it's ${x} \\ \n\r\t"),
        (r"'\u{1F600}\u{e9}\u{0}'", "\U0001f600\u00e9\0"),
        (r"'\u{D83D}\u{DE00}'", "\U0001f600"),
        ("'$ $x $$'", "$ $x $$"),
        ("'// no comment'", "// no comment"),
        ("'\"'", '"'),
        ("''''''", ""),
        ("'''one'''", "one"),
        ("'''\none\n'''", "one\n"),
        ("'''\r\none\r\n'''", "one\r\n"),
        ("'''\n\none'''", "\none"),
        (r"'''C:\n ${x}'''", r"C:\n ${x}"),
        ("'''it's ''two'' '''", "it's ''two'' "),
        ("'''quoted''''", "quoted'"),
        ("$'''a $b $'''", "a $b $"),
        ("$$'''a ${b} $'''", "a ${b} $"),
    ],
)
def test_a_string_has_the_value_it_stands_for(literal: str, value: str) -> None:
    assert string_value(literal) == value


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'${a}'", [("left", ""), ("name", "a"), ("right", "")]),
        (
            "'x${a}y${b}z'",
            [("left", "x"), ("name", "a"), ("middle", "y"), ("name", "b"), ("right", "z")],
        ),
        (r"'\${${a}\''", [("left", "${"), ("name", "a"), ("right", "'")]),
        ("$'''\nx${a}'''", [("left", "x"), ("name", "a"), ("right", "")]),
        ("$'''x$${a}\ny'''", [("left", "x$"), ("name", "a"), ("right", "\ny")]),
        ("$$'''${x}$${a}'''", [("left", "${x}"), ("name", "a"), ("right", "")]),
    ],
)
def test_a_string_with_holes_comes_in_pieces(literal: str, expected: list[tuple[str, str]]) -> None:
    tokens, findings = lex(literal)
    assert findings == []
    assert list(zip(tokens.kinds[:-3], tokens.values[:-3], strict=True)) == expected


def test_strings_nest_in_holes_with_braces_of_their_own() -> None:
    assert kinds("'a${b({ c: '${d}' })}e'") == [
        "left", "name", "(", "{", "name", ":", "left", "name", "right", "}", ")", "right",
    ]  # fmt: skip


def test_pragmas_are_kept_apart_with_their_codes() -> None:
    tokens, findings = lex(
        "#disable-next-line no-unused-params BCP081 // why\n  #disable-diagnostics no-unused-vars\n"
        "#restore-diagnostics no-unused-vars"
    )
    assert findings == []
    assert [(pragma.kind, pragma.codes) for pragma in tokens.pragmas] == [
        ("disable-next-line", ("no-unused-params", "BCP081")),
        ("disable-diagnostics", ("no-unused-vars",)),
        ("restore-diagnostics", ("no-unused-vars",)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ; b", ["1:3 OCT300"]),
        ("a\0", ["1:2 OCT300"]),
        ("\u00e9t\u00e9", ["1:1 OCT300", "1:3 OCT300"]),
        ("'\ud800'", ["1:2 OCT300"]),
        ("a & b", ["1:3 OCT300"]),
        ("a #disable-next-line x", ["1:3 OCT300"]),
        ("a\n/* b", ["2:1 OCT301"]),
        ("'a\nb", ["1:1 OCT302"]),
        ("'a", ["1:1 OCT302"]),
        ("'a\\", ["1:1 OCT302"]),
        ("'${a\n}'", ["1:5 OCT302", "2:2 OCT302"]),
        ("'${a", ["1:5 OCT302"]),
        (r"'a\b\c'", ["1:3 OCT303", "1:5 OCT303"]),
        (r"'\u1'", ["1:2 OCT304"]),
        (r"'\u{}'", ["1:2 OCT304"]),
        (r"'\u{110000}'", ["1:2 OCT304"]),
        (r"'\u{D83D}'", ["1:2 OCT304"]),
        ("'''a\nb''", ["1:1 OCT305"]),
        ("$'''a${b}", ["1:9 OCT305"]),
        ('a = "b" "', ["1:5 OCT306", "1:9 OCT306"]),
        ("a" * 256, ["1:1 OCT307"]),
        ("a" * 255, []),
        ("#disable-next-line\n", ["1:1 OCT328"]),
    ],
)
def test_what_is_no_token_is_a_finding_where_it_stands(text: str, expected: list[str]) -> None:
    _, findings = lex(text)
    assert findings == expected


def test_equal_wrong_characters_in_a_row_are_one_finding() -> None:
    _, findings = lex(";" * 10_000)
    assert findings == ["1:1 OCT300"]


def test_lines_end_with_either_character_or_both() -> None:
    source = SourceText("a\nb\rc\r\nd", "main.bicep")
    places = [source.location(source.text.index(letter)) for letter in "abcd"]
    assert [(place.line, place.column) for place in places] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_columns_count_characters_and_not_the_byte_order_mark() -> None:
    source = SourceText("\ufeff'\U0001f600' x", "main.bicep")
    assert source.location(source.text.index("x")).column == 5
