"""What the published schemas refuse by mistake passes, and what they refuse rightly does not."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from octoha_templates.validation.published import mended

COMMON = "https://schema.management.azure.com/schemas/common/definitions.json"
EXPRESSION = {"definitions": {"expression": {"type": "string", "pattern": r"^\[([^\[].*)?\]$"}}}
ALERT: dict[str, Any] = {
    "definitions": {
        "Criteria": {
            "type": "object",
            "additionalProperties": {"type": "object"},
            "properties": {},
            "oneOf": [
                {"properties": {"allOf": {"type": "array"}}, "required": ["allOf"]},
                {"$ref": "#/definitions/Webtest"},
            ],
        },
        "Action": {
            "allOf": [
                {"additionalProperties": False, "properties": {"type": {"enum": ["Mail"]}}},
                {"oneOf": [{"allOf": [{"$ref": "#/definitions/Mail"}, {"required": ["type"]}]}]},
            ]
        },
        "Mail": {"properties": {"address": {"type": "string"}}, "required": ["address"]},
        "Webtest": {"properties": {"webTestId": {"type": "string"}}, "required": ["webTestId"]},
    },
    "resourceDefinitions": {
        "alerts": {
            "properties": {
                "name": {"type": "string", "maxLength": 12},
                "criteria": {"$ref": "#/definitions/Criteria"},
                "action": {"$ref": "#/definitions/Action"},
                "value": {"oneOf": [{}, {"$ref": f"{COMMON}#/definitions/expression"}]},
            }
        }
    },
}


def is_valid(instance: dict[str, Any]) -> bool:
    """Check an alert against the mended file."""
    content = mended(ALERT)
    registry: Any = Registry().with_contents(
        [("urn:alert", content), (COMMON, EXPRESSION)], default_specification=DRAFT4
    )
    schema = {"$ref": "urn:alert#/resourceDefinitions/alerts"}
    return bool(Draft4Validator(schema, registry=registry).is_valid(instance))


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("short", True),
        ("much too long a name", False),
        ("[take(parameters('namePrefix'), 12)]", True),
    ],
)
def test_limit_of_a_text_counts_for_plain_text_only(name: str, passes: bool) -> None:
    assert is_valid({"name": name}) is passes


def test_expression_may_stand_where_anything_may() -> None:
    assert is_valid({"value": "[parameters('location')]"})
    assert is_valid({"value": 1})


def test_key_of_a_variant_need_not_be_an_object() -> None:
    assert is_valid({"criteria": {"allOf": []}})
    assert is_valid({"criteria": {"webTestId": "x"}})


def test_key_that_no_variant_names_is_still_what_the_base_says() -> None:
    assert not is_valid({"criteria": {"allOf": [], "else": 1}})


def test_key_of_a_variant_is_let_through_by_a_base_that_knows_the_type_only() -> None:
    assert is_valid({"action": {"type": "Mail", "address": "a@example.com"}})
    assert not is_valid({"action": {"type": "Mail"}})
    assert not is_valid({"action": {"type": "Post", "address": "a@example.com"}})


def test_what_was_read_is_not_changed() -> None:
    before = repr(ALERT)
    mended(ALERT)

    assert repr(ALERT) == before
