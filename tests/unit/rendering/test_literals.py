"""Values become literals that mean exactly the value: no text can end its string or start another."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octoha_templates.bicep import compile_text
from octoha_templates.rendering.literals import (
    bicep_literal,
    markdown_text,
    powershell_string,
    shell_word,
)

HOSTILE = (
    "it's",
    '"quoted"',
    "\\",
    "\\'",
    "ends with a backslash\\",
    "${resourceGroup().id}",
    "\\${escaped}",
    "$${twice}",
    "$",
    "{{ stack }}",
    "{% raw %}",
    "{# comment #}",
    "one\ntwo\r\nthree",
    "tab\there",
    "'''",
    "[concat('a', 'b')]",
    "[[escaped]]",
    "[",
    "$(Remove-Item C:\\)",
    "`whoami`",
    "// no comment",
    "/* nor this */",
    "nul\0byte",
    "escape\x1b[31m",
    "delete\x7f",
    "over\u202eride",
    "mark\u200fright",
    "\ufeffbyte order mark",
    "zero\u200bwidth",
    "line\u2028separator",
    "private\ue0f0main.bicep.j2:1\ue0f1use",
    "outside \U0001f419 the plane",
    "١٢٣",
    "",
    " ",
    "x" * 10_000,
    "'${" * 3_000,
)


class Disk(msgspec.Struct, frozen=True):
    """Stands for a part of the config."""

    size_gib: int
    zones: tuple[str, ...] = ()


def _compiled(literal: str, bicep_type: str) -> Any:
    """Compile a literal as an output and as the default of a parameter; both must agree."""
    source = (
        f"param given {bicep_type} = {literal}\n"
        f"output back {bicep_type} = {literal}\n"
        f"output used {bicep_type} = given\n"
    )
    template = compile_text(source).template
    value = template["outputs"]["back"]["value"]
    assert template["parameters"]["given"]["defaultValue"] == value
    return _read(value)


def _read(value: Any) -> Any:
    """Read ARM JSON the way Azure does: what one bracket opens and one closes would be run."""
    if isinstance(value, str):
        if not (value.startswith("[") and value.endswith("]")):
            return value
        assert value.startswith("[[")
        return value[1:]
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {_read(key): _read(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        ("text", "'text'"),
        ("it's", "'it\\'s'"),
        ("a\\b", "'a\\\\b'"),
        ("${x}", "'\\${x}'"),
        ("$x", "'$x'"),
        ("a\nb", "'a\\nb'"),
        ("\u202e", "'\\u{202e}'"),
        ((), "[]"),
        ([], "[]"),
        ({}, "{}"),
        (("a", 1), "[\n  'a'\n  1\n]"),
        ({"plain": 1, "with-hyphen": 2}, "{\n  plain: 1\n  'with-hyphen': 2\n}"),
        ({"true": 1, "2nd": 2, "it's": 3}, "{\n  'true': 1\n  '2nd': 2\n  'it\\'s': 3\n}"),
        ({"a": {"b": []}}, "{\n  a: {\n    b: []\n  }\n}"),
        (Disk(64, ("1",)), "{\n  size_gib: 64\n  zones: [\n    '1'\n  ]\n}"),
    ],
)
def test_value_becomes_the_literal_a_person_would_write(value: object, literal: str) -> None:
    assert bicep_literal(value) == literal


def test_literal_is_indented_like_the_line_it_starts_on() -> None:
    assert bicep_literal({"zones": ["1"]}, indent=1) == "{\n    zones: [\n      '1'\n    ]\n  }"


@pytest.mark.parametrize("value", [1.5, b"bytes", object(), {1, 2}])
def test_value_without_literal_is_refused_by_the_name_of_its_type(value: object) -> None:
    with pytest.raises(TypeError, match=f"^a {type(value).__name__} has no Bicep literal$"):
        bicep_literal(value)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_comes_back_from_the_compiler_as_it_was(text: str) -> None:
    assert _compiled(bicep_literal(text), "string") == text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_on_one_line_that_a_reviewer_can_see(text: str) -> None:
    literal = bicep_literal(text)

    assert len(literal.splitlines()) == 1
    assert literal.isprintable()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_key_comes_back_from_the_compiler_as_it_was(text: str) -> None:
    assert _compiled(bicep_literal({text: "value"}), "object") == {text: "value"}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(TEXT)
def test_any_text_comes_back_from_the_compiler(text: str) -> None:
    assert _compiled(bicep_literal(text), "string") == text


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(VALUES, max_size=5))
def test_any_value_comes_back_from_the_compiler(values: list[Any]) -> None:
    lowered = {each.lower() for each in _keys(values)}
    if len(lowered) == len(_keys(values)):  # Bicep takes keys that differ in case alone for one.
        assert _compiled(bicep_literal(values), "array") == values


def _keys(value: Any) -> list[str]:
    """List the keys of all objects inside a value."""
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in _keys(item))]
    return [key for item in value for key in _keys(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_shell_word_is_one_word_and_nothing_runs(text: str) -> None:
    assert shlex.split(shell_word(text)) == [text]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_powershell_string_expands_nothing(text: str) -> None:
    literal = powershell_string(text)

    assert literal[0] == literal[-1] == "'"
    assert "'" not in literal[1:-1].replace("''", "")
    assert literal[1:-1].replace("''", "'") == text


@pytest.mark.parametrize("quote", ["\u2018", "\u2019", "\u201a", "\u201b"])
def test_powershell_string_is_not_ended_by_the_other_quotes_that_powershell_takes(
    quote: str,
) -> None:
    assert powershell_string(f"a{quote}b") == f"'a{quote}{quote}b'"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("two\n\nparagraphs", "two paragraphs"),
        ("# no heading", "\\# no heading"),
        ("[a](https://example.com)", "\\[a\\](https://example.com)"),
        ("`code`", "\\`code\\`"),
        ("<script>", "\\<script\\>"),
        ("a|b", "a\\|b"),
        ("$x$ & co", "\\$x\\$ \\& co"),
        ("*bold* _it_ ~no~", "\\*bold\\* \\_it\\_ \\~no\\~"),
        ("Standard_D4s_v5", "Standard_D4s_v5"),
        ("three_ _tails", "three\\_ \\_tails"),
        (3, "3"),
    ],
)
def test_markdown_shows_the_text_as_it_is(text: object, shown: str) -> None:
    assert markdown_text(text) == shown


@pytest.mark.parametrize("text", ["- item", "1. item", "= line"])
def test_markdown_text_does_not_start_a_block_in_the_middle_of_a_line(text: str) -> None:
    """The filter is used inside a line, where these mean nothing; it must not hide them either."""
    assert markdown_text(text) == text


def test_markdown_shows_marks_that_turn_the_direction_of_writing() -> None:
    assert markdown_text("over\u202eride") == "overU+202Eride"
