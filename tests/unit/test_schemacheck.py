"""JSON Schema errors as findings at the leaf."""

from __future__ import annotations

from typing import Any

import pytest

from octoha_templates.diagnostics import Location, Severity
from octoha_templates.schemacheck import (
    Kind,
    did_you_mean,
    json_path,
    schema_findings,
    schema_problems,
    shown,
)

EXPRESSION = {"type": "string", "pattern": r"^\[([^\[][\s\S]*)?\]$"}
CAT = {
    "type": "object",
    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer", "minimum": 1}},
    "required": ["kind", "lives"],
    "additionalProperties": False,
}
DOG = {
    "type": "object",
    "properties": {"kind": {"const": "dog"}, "walks": {"type": "integer"}},
    "required": ["kind"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "size": {"type": "integer", "minimum": 2, "maximum": 10},
        "count": {"oneOf": [{"type": "integer"}, EXPRESSION]},
        "tier": {"anyOf": [{"type": "string", "enum": ["Standard", "Basic"]}, EXPRESSION]},
        "pet": {"anyOf": [CAT, DOG]},
        "names": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": True},
        "label": {"type": "string", "minLength": 2, "pattern": "^[a-z]*$"},
        "note": {"type": ["string", "null"]},
        "on": {"type": "boolean"},
    },
    "additionalProperties": False,
    "readOnlyProperties": ["state"],
}


def problems(value: Any) -> list[tuple[Kind, str, str, str]]:
    """Check a value; give kind, path, message and hint of every problem."""
    return [(p.kind, json_path(p.path), p.message, p.hint) for p in schema_problems(SCHEMA, value)]


def the_problem(value: Any) -> tuple[Kind, str, str, str]:
    """Check a value with one mistake."""
    (found,) = problems(value)
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"sizs": 3},
            (Kind.UNKNOWN_KEY, "sizs", "unknown key `sizs`", "did you mean `size`?"),
        ),
        (
            {"state": "on"},
            (Kind.READ_ONLY_KEY, "state", "`state` is read-only", "leave it out; Azure sets it"),
        ),
        (
            {"size": "3"},
            (
                Kind.WRONG_TYPE,
                "size",
                "`size` must be a whole number, but is the text '3'",
                "write 3 without quotes",
            ),
        ),
        (
            {"size": 1},
            (
                Kind.OUT_OF_RANGE,
                "size",
                "`size` is 1, but must be at least 2",
                "a number from 2 to 10",
            ),
        ),
        (
            {"count": []},
            (Kind.WRONG_TYPE, "count", "`count` must be a whole number, but is a list", ""),
        ),
        (
            {"tier": "standard"},
            (
                Kind.WRONG_CASE,
                "tier",
                "`tier` is 'standard', but the letters' case must be 'Standard'",
                "did you mean 'Standard'?",
            ),
        ),
        (
            {"tier": "Gold"},
            (
                Kind.WRONG_VALUE,
                "tier",
                "`tier` is the text 'Gold', but must be 'Standard' or 'Basic'",
                "",
            ),
        ),
        (
            {"names": ["a", "b", "c"]},
            (
                Kind.WRONG_LENGTH,
                "names",
                "`names` has 3 items, but must have at most 2 items",
                "",
            ),
        ),
        (
            {"names": ["a", "a"]},
            (Kind.REPEATED, "names", "`names` holds 'a' more than once", ""),
        ),
        (
            {"names": "a"},
            (
                Kind.WRONG_TYPE,
                "names",
                "`names` must be a list, but is the text 'a'",
                "put it in a list",
            ),
        ),
        (
            {"label": "A b"},
            (
                Kind.WRONG_PATTERN,
                "label",
                "`label` is 'A b', which is not of the form wanted",
                "it must match ^[a-z]*$",
            ),
        ),
        (
            {"label": 3},
            (
                Kind.WRONG_TYPE,
                "label",
                "`label` must be text, but is 3",
                "put it in quotes: '3'",
            ),
        ),
        (
            {"note": 3},
            (Kind.WRONG_TYPE, "note", "`note` must be text, but is 3", "put it in quotes: '3'"),
        ),
        (
            {"on": "true"},
            (
                Kind.WRONG_TYPE,
                "on",
                "`on` must be true or false, but is the text 'true'",
                "write true without quotes",
            ),
        ),
        ([], (Kind.WRONG_TYPE, "", "the whole must be an object, but is a list", "")),
    ],
)
def test_a_mistake_is_told_in_plain_words(value: Any, expected: tuple[Any, ...]) -> None:
    assert the_problem(value) == expected


def test_the_alternative_that_was_meant_is_gone_into() -> None:
    kind, path, message, _ = the_problem({"pet": {"kind": "cat", "lives": "nine"}})
    assert (kind, path) == (Kind.WRONG_TYPE, "pet.lives")
    assert message == "`pet.lives` must be a whole number, but is the text 'nine'"


def test_an_unknown_kind_is_told_with_those_that_there_are() -> None:
    kind, path, message, _ = the_problem({"pet": {"kind": "bird"}})
    assert (kind, path) == (Kind.WRONG_VALUE, "pet.kind")
    assert message == "`pet.kind` is the text 'bird', but must be 'cat' or 'dog'"


def test_a_missing_key_of_the_alternative_that_was_meant_is_told() -> None:
    """The other alternative asks for another value of `kind`, so it was not meant."""
    kind, path, message, _ = the_problem({"pet": {"kind": "cat"}})
    assert (kind, path, message) == (Kind.MISSING_KEY, "pet", "`lives` is missing in `pet`")


def test_without_the_key_that_tells_alternatives_apart_only_that_is_told() -> None:
    assert [p[:2] for p in problems({"pet": {"lives": 3}})] == [(Kind.MISSING_KEY, "pet")]


def test_a_misspelt_key_is_not_told_a_second_time_as_missing() -> None:
    found = [p[:2] for p in problems({"pet": {"kid": "cat"}})]
    assert found == [(Kind.UNKNOWN_KEY, "pet.kid")]


def test_every_mistake_is_told_in_order_of_path() -> None:
    found = [path for _, path, _, _ in problems({"tier": "x", "size": 1, "names": [1, "a"]})]
    assert found == ["names[0]", "size", "tier"]


def test_findings_have_code_place_and_path() -> None:
    (found,) = schema_findings(
        SCHEMA,
        {"size": 1},
        code_for=lambda problem: f"OCT1{len(problem.path):02}",
        locate=lambda path: Location("stack.yaml", 7, len(path)),
        base="nodes[2]",
        severity=Severity.WARNING,
    )
    assert (found.code, found.severity, found.path) == ("OCT101", Severity.WARNING, "nodes[2].size")
    assert found.location == Location("stack.yaml", 7, 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("resources", 3, "properties"), "resources[3].properties"),
        (("parameters", "a-b"), "parameters['a-b']"),
        (("$schema",), "$schema"),
        (("a", "it's", 0), "a['it\\'s'][0]"),
    ],
)
def test_a_path_is_written_the_way_source_maps_do(path: tuple[Any, ...], text: str) -> None:
    assert json_path(path) == text


@pytest.mark.parametrize(
    ("word", "expected"),
    [("ADDRESSSPACE", "addressSpace"), ("adressSpace", "addressSpace"), ("colour", None)],
)
def test_near_misses_are_found_and_others_are_not(word: str, expected: str | None) -> None:
    assert did_you_mean(word, ["addressSpace", "subnets"]) == expected


def test_long_values_are_cut() -> None:
    assert len(shown("x" * 1000)) == 60
