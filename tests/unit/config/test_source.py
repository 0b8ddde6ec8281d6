"""YAML as plain data: types, places, limits."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from octoha_templates.config import source
from octoha_templates.config.source import parse, plain_value
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("3", 3),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("yes", "yes"),
        ("off", "off"),
        ("010", "010"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("2026-11-23", "2026-11-23"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("2026.3.12345", "2026.3.12345"),
        ("9" * 30, "9" * 30),
    ],
)
def test_plain_scalars_are_what_they_look_like(written: str, value: Any) -> None:
    found = plain_value(written)
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_value_has_a_place() -> None:
    places = parse("nodes:\n  zones: [1, 2]\n  size: x\n", "s.yaml").document.places
    assert places.of_key(("nodes", "zones")) == Location("s.yaml", 2, 3)
    assert places.of_value(("nodes", "zones", 1)) == Location("s.yaml", 2, 14)
    assert places.of_value(("nodes", "size")) == Location("s.yaml", 3, 9)


def test_what_is_not_written_has_the_place_of_its_parents_key() -> None:
    places = parse("nodes:\n  size: x\n", "s.yaml").document.places
    assert places.of_value(("nodes", "patching", "start_time")) == Location("s.yaml", 1, 1)
    assert places.of_value(("storage",)) == Location("s.yaml")


def test_columns_count_characters_and_not_bytes() -> None:
    places = parse("{é: 1, b: 2}\n").document.places
    assert places.of_key(("b",)).column == 8


def test_aliased_values_have_the_place_of_the_anchor() -> None:
    parsed = parse("a: &a {x: 1}\nb: *a\n", "s.yaml")
    assert parsed.document.data == {"a": {"x": 1}, "b": {"x": 1}}
    assert parsed.document.places.of_value(("b", "x")) == Location("s.yaml", 1, 11)


def test_own_keys_win_over_merged_ones_and_earlier_mappings_over_later() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n"
    assert parse(text).document.data["c"] == {"x": 3, "y": 1, "z": 2}


def test_the_messages_do_not_depend_on_which_parser_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def findings(text: str) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as raised:
            parse(text)
        return tuple(str(finding) for finding in raised.value.diagnostics)

    texts = ['a: "x', "a: [1", "a:\n\tb: 1", "a: b: c", "a:\n  b: 1\n c: 2", "a: *b", "a: @x"]
    fast = [findings(text) for text in texts]
    monkeypatch.setattr(source, "_FAST", yaml.SafeLoader)
    assert [findings(text) for text in texts] == fast


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "{" * 200_000,
        "- " * 100_000,
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a]\n" for n in range(60_000)),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5_000)),
        "m0: &m0 {x: 1}\n" + "".join(f"m{n}: &m{n} {{<<: *m{n - 1}}}\n" for n in range(1, 5_000)),
        "x: &x {" + ", ".join(f"k{n}: 1" for n in range(3_000)) + "}\n"
        + "".join(f"y{n}: {{<<: *x}}\n" for n in range(3_000)),
        "a: [" + "x, " * 100_000 + "]",
    ],
    ids=["lists", "mappings", "items", "anchors", "chain", "merge-chain", "merges", "wide"],
)  # fmt: skip
def test_texts_made_to_exhaust_are_stopped(text: str) -> None:
    limit = sys.getrecursionlimit()
    with pytest.raises(ConfigError) as raised:
        parse(text)
    assert raised.value.diagnostics[0].code in ("OCT107", "OCT109")
    assert sys.getrecursionlimit() == limit


NO_FINDING = Diagnostic("OCT000", Severity.ERROR, "raised without a finding")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{},&*!|>'\"#%@` \n\t<0?~\\\u202e\x00é", max_size=60))
def test_any_text_is_data_or_a_finding(text: str) -> None:
    findings: tuple[Diagnostic, ...]
    try:
        findings = parse(text).findings
    except ConfigError as error:
        findings = error.diagnostics or (NO_FINDING,)
    assert all(finding.code.startswith("OCT1") for finding in findings)


def test_of_many_invisible_characters_the_first_twenty_are_found() -> None:
    with pytest.raises(ConfigError) as raised:
        parse("\u202e" * 50)
    assert len(raised.value.diagnostics) == 20


def test_a_tag_on_a_list_or_a_mapping_is_refused() -> None:
    parsed = parse("a: !set {x: 1}\nb: !!map {y: 1}\nc: !tuple [1]\n")
    assert parsed.document.data == {"a": {"x": 1}, "b": {"y": 1}, "c": [1]}
    assert [finding.code for finding in parsed.findings] == ["OCT105", "OCT105"]
