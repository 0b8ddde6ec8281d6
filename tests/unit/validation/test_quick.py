"""The fast way and `jsonschema` say the same."""

from __future__ import annotations

from typing import Any

import pytest

from octoha_templates.validation import registry_of
from octoha_templates.validation.quick import QuickCompiler, UnsupportedKeywordError
from tests.unit.validation.conftest import reference_like
from tests.unit.validation.mutations import mutations_of

_BODIES = {r["type"]: r for r in reference_like()["resources"]}


@pytest.mark.parametrize("resource_type", sorted(_BODIES))
def test_both_ways_agree_on_right_and_on_wrong_resources(resource_type: str) -> None:
    body = _BODIES[resource_type]
    schema = registry_of().find_resource(resource_type, body["apiVersion"])
    assert schema is not None
    bodies = [body, *(m.body for m in mutations_of(body, registry_of()))]
    answers = [(schema.accepts(b), schema.validator.is_valid(b)) for b in bodies]
    assert [quick for quick, _ in answers] == [slow for _, slow in answers]
    assert not all(quick for quick, _ in answers)


def check(schema: dict[str, Any], value: Any) -> bool:
    """Check a value against a schema without references."""

    def nowhere(reference: str, file: str) -> tuple[Any, str]:
        raise AssertionError(reference, file)

    return QuickCompiler(nowhere).compile(schema, "")(value)


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "integer"}, 3, True),
        ({"type": "number"}, 1.5, True),
        ({"type": "boolean"}, True, 1),
        ({"type": ["string", "null"]}, None, 3),
        ({"enum": [1, 2]}, 2, True),
        ({"enum": ["a"]}, "a", "A"),
        ({"pattern": "^a"}, "ab", "ba"),
        ({"minLength": 2}, "ab", "a"),
        ({"maxItems": 1}, [1], [1, 2]),
        ({"minimum": 2}, 2, 1),
        ({"minimum": 2, "exclusiveMinimum": True}, 3, 2),
        ({"maximum": 2}, 2, 3),
        ({"required": ["a"]}, {"a": 1}, {}),
        ({"properties": {"a": {"type": "string"}}}, {"a": "x"}, {"a": 1}),
        ({"additionalProperties": False, "properties": {"a": {}}}, {"a": 1}, {"b": 1}),
        ({"additionalProperties": {"type": "string"}}, {"a": "x"}, {"a": 1}),
        ({"items": {"type": "string"}}, ["a"], [1]),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}, 1, []),
        ({"oneOf": [{"type": "string"}, {"minLength": 2}]}, "a", "ab"),
        ({"allOf": [{"minLength": 1}, {"maxLength": 2}, {"type": "string"}]}, "ab", "abc"),
    ],
)
def test_each_keyword_is_known(schema: dict[str, Any], right: Any, wrong: Any) -> None:
    assert check(schema, right)
    assert not check(schema, wrong)


@pytest.mark.parametrize("schema", [{"not": {}}, {"enum": [1.5]}, {"items": [{}]}])
def test_what_is_not_known_is_left_to_the_slow_way(schema: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedKeywordError):
        check(schema, {})


def test_a_definition_that_was_given_up_is_left_to_the_slow_way_later_too() -> None:
    definitions: dict[str, Any] = {
        "a": {"properties": {"b": {"$ref": "b"}, "odd": {"not": {}}}},
        "b": {"properties": {"a": {"$ref": "a"}}},
    }
    compiler = QuickCompiler(lambda reference, file: (definitions[reference], file))
    with pytest.raises(UnsupportedKeywordError):
        compiler.compile({"$ref": "a"}, "")
    with pytest.raises(UnsupportedKeywordError):
        compiler.compile({"$ref": "b"}, "")({"a": {}})
