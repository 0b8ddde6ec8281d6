"""The schema that editors use, the commented config, and that both come from the types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft7Validator

from octoha_templates._resources import data_folder
from octoha_templates.config.load import load_text, stack_from_text
from octoha_templates.config.model import Stack
from octoha_templates.config.schema import stack_schema, stack_schema_text
from octoha_templates.config.starter import commented_config
from octoha_templates.config.structure import Key, keys_of

MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: octopus-admins@example.com}}\n"
)
CASES = Path(__file__).resolve().parents[2] / "cases" / "config" / "valid"


def all_keys(struct: type[msgspec.Struct] = Stack) -> list[tuple[type[msgspec.Struct], Key]]:
    """List every key of every part."""
    found: list[tuple[type[msgspec.Struct], Key]] = []
    for key in keys_of(struct).values():
        found.append((struct, key))
        for inner in key.structs:
            found += all_keys(inner)
    return found


def test_the_committed_schema_is_the_one_of_the_types() -> None:
    committed = (data_folder("schemas") / "stack.schema.json").read_text(encoding="utf-8")
    assert committed == stack_schema_text(), "run python -m tools.stack_schema"


def test_the_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(stack_schema())


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_types_accept(case: Path) -> None:
    from octoha_templates.config.source import parse

    document = parse(case.read_bytes().decode("utf-8-sig")).document
    assert list(Draft7Validator(stack_schema()).iter_errors(document.data)) == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"octopus": {}},
        {"environments": {"test": {"nodes": {"cout": 1}}}},
        {"environments": {"test": {"environments": {}}}},
        {"environments": {"Test": {}}},
        {"backup": {"kind": "nonee"}},
    ],
)
def test_the_schema_refuses_what_the_config_refuses(data: dict[str, Any]) -> None:
    whole = {**yaml.safe_load(MINIMAL), **data} if data else data
    assert list(Draft7Validator(stack_schema()).iter_errors(whole))


def test_nothing_is_required_in_an_overlay() -> None:
    overlays = [
        part for name, part in stack_schema()["definitions"].items() if name.endswith("Overlay")
    ]
    assert overlays
    assert not any("required" in part for part in overlays)


@pytest.mark.parametrize(
    ("struct", "key"), all_keys(), ids=lambda item: getattr(item, "name", item.__class__.__name__)
)
def test_every_key_says_what_it_is_for(struct: type[msgspec.Struct], key: Key) -> None:
    assert key.description, f"{struct.__name__}.{key.name}"
    assert key.description[-1] == ".", f"{struct.__name__}.{key.name}: {key.description}"


def test_every_part_is_immutable_and_refuses_unknown_keys() -> None:
    structs = {struct for struct, _ in all_keys()}
    for struct in structs:
        config = struct.__struct_config__
        assert config.frozen, struct.__name__
        assert config.forbid_unknown_fields, struct.__name__


def test_the_commented_config_loads_and_is_the_defaults() -> None:
    loaded = load_text(commented_config(), "init.yaml")
    assert loaded.stack == stack_from_text(MINIMAL)


def test_the_commented_config_has_every_key_and_every_kind() -> None:
    text = commented_config()
    for struct, key in all_keys():
        assert f"{key.name}:" in text, f"{struct.__name__}.{key.name}"
        kinds = [inner.__struct_config__.tag for inner in key.structs]
        assert all(f"kind: {kind}" in text for kind in kinds if kind), key.name


def test_the_commented_config_reads_the_same_in_other_parsers() -> None:
    ours = load_text(commented_config()).config_hash
    rewritten = yaml.safe_dump(yaml.safe_load(commented_config()))
    assert load_text(rewritten).config_hash == ours


def test_no_line_of_the_commented_config_is_overlong_but_for_one_value() -> None:
    overlong = [line for line in commented_config().splitlines() if len(line) > 100]
    assert all("/subscriptions/" in line for line in overlong)
