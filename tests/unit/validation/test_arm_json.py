"""The text of a template, with places."""

from __future__ import annotations

import json

import pytest

from octoha_templates.diagnostics import Location
from octoha_templates.errors import TemplateError
from octoha_templates.validation import read_arm_json, validate_template
from tests.unit.validation.conftest import reference_like, rendered_templates

TEXT = """\ufeff{
  // a comment
  "resources": [ /* another */
    {"name": "a
b", "x-y": [1, 2.5, true, null]}
  ]
}
"""


def test_comments_and_strings_over_several_lines_are_taken() -> None:
    assert read_arm_json(TEXT, "a.json").value == {
        "resources": [{"name": "a\nb", "x-y": [1, 2.5, True, None]}]
    }


def test_every_value_has_a_place() -> None:
    places = read_arm_json(TEXT, "a.json").places
    assert places == {
        "": Location("a.json", 1, 1),
        "resources": Location("a.json", 3, 3),
        "resources[0]": Location("a.json", 4, 5),
        "resources[0].name": Location("a.json", 4, 6),
        "resources[0]['x-y']": Location("a.json", 5, 5),
        "resources[0]['x-y'][0]": Location("a.json", 5, 13),
        "resources[0]['x-y'][1]": Location("a.json", 5, 16),
        "resources[0]['x-y'][2]": Location("a.json", 5, 21),
        "resources[0]['x-y'][3]": Location("a.json", 5, 27),
    }


def test_what_json_reads_is_read_the_same() -> None:
    texts = [json.dumps(reference_like(), indent=2)]
    texts += [file.read_text("utf-8") for file in rendered_templates()]
    for text in texts:
        assert read_arm_json(text, "a.json").value == json.loads(text)


def test_a_finding_names_line_and_column() -> None:
    text = '{\n  "resources": [],\n  "parametres": {}\n}'
    read = read_arm_json(text, "a.json")
    found = validate_template(read.value, source_map=read.places)
    assert [str(d.location) for d in found if d.code == "OCT403"] == ["a.json:3:3"]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", "a.json:1:1", "the text ends too early"),
        ("{", "a.json:1:2", "the text ends too early"),
        ('{"a": }', "a.json:1:7", "a value is expected here"),
        ('{"a" 1}', "a.json:1:6", "`:` is expected here"),
        ('{"a": 1 "b": 2}', "a.json:1:9", "`,` is expected here"),
        ("{a: 1}", "a.json:1:2", "a key in double quotes is expected here"),
        ('{"a": "b}', "a.json:1:7", "the string is not closed"),
        ('{"a": "\\x"}', "a.json:1:7", "the string has an escape that JSON does not know"),
        ("{} {}", "a.json:1:4", "something is left over after the end"),
        ("[1,]", "a.json:1:4", "a value is expected here"),
        ("[" * 5000, "a.json:1:202", "it is nested more than 200 levels deep"),
    ],
)
def test_what_is_no_json_is_a_finding(text: str, place: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read_arm_json(text, "a.json")
    (found,) = caught.value.diagnostics
    assert (found.code, str(found.location)) == ("OCT462", place)
    assert found.message == f"this is not a template: {reason}"


def test_every_key_that_is_there_twice_is_found() -> None:
    with pytest.raises(TemplateError) as caught:
        read_arm_json('{"a": 1,\n "a": {"b": 1, "b": 2}}', "a.json")
    assert [(d.code, str(d.location)) for d in caught.value.diagnostics] == [
        ("OCT463", "a.json:2:2"),
        ("OCT463", "a.json:2:16"),
    ]
