"""From text to stacks: settings, environments, warnings, and that nothing gets lost on the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from octoha_templates.config.load import (
    load,
    load_stack,
    load_text,
    loaded_from_stack,
    stack_for,
    stack_from_text,
)
from octoha_templates.config.model import Bastion, Stack
from octoha_templates.config.places import Path as ConfigPath
from octoha_templates.config.places import dotted
from octoha_templates.config.settings import path_from_text
from octoha_templates.diagnostics import Severity
from octoha_templates.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "samples").glob("*.yaml"))
MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}\n"
)
WITH_ENVIRONMENTS = (
    MINIMAL
    + """\
nodes: {count: 3, zones: [1, 2, 3]}
tags: {owner: platform}
environments:
  test:
    nodes: {count: 2, zones: [1, 2]}
    tags: {stage: test}
"""
)


def messages(text: str, *settings: str) -> list[str]:
    """Load what needs mending, and give the findings."""
    with pytest.raises(ConfigError) as raised:
        load_text(text, "s.yaml", settings=settings)
    return [str(finding) for finding in raised.value.diagnostics]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_loads_without_a_warning(sample: Path) -> None:
    loaded = load(sample)
    assert all(finding.severity is Severity.INFO for finding in loaded.warnings)
    lines = sample.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../schemas/stack.schema.json"
    assert lines[1] == "#"
    assert lines[2].startswith("# For ") or sample.stem == "reference"


def test_there_are_samples() -> None:
    assert {"reference", "minimal"} <= {sample.stem for sample in SAMPLES}


def test_the_reference_sample_writes_out_the_defaults() -> None:
    reference, minimal = load_stack(), stack_from_text(MINIMAL)
    # A way in is never made unasked, so the reference stack asks for its own.
    network = msgspec.structs.replace(reference.network, access=())
    same = msgspec.structs.replace(
        reference, octopus=minimal.octopus, tags={}, monitoring=minimal.monitoring, network=network
    )
    assert same == minimal


def test_names_of_nodes_follow_from_the_name_of_the_stack() -> None:
    assert stack_from_text("name: octo\n" + MINIMAL).node_names == ("octo-1", "octo-2", "octo-3")


def test_a_size_whose_name_says_nothing_is_left_alone() -> None:
    assert stack_from_text(MINIMAL + "nodes: {size: Standard_new}\n").nodes.size == "Standard_new"


def test_derived_names_never_get_too_long() -> None:
    stack = stack_from_text(f"name: {'a' * 12}\nnodes: {{count: 16}}\n{MINIMAL}")
    assert max(len(name) for name in stack.node_names) <= 15


def test_a_stack_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load_stack().name = "other"  # type: ignore[misc]


def test_an_overlay_merges_mappings_and_replaces_lists() -> None:
    test = load_text(WITH_ENVIRONMENTS).environments["test"]
    assert test.nodes.zones == (1, 2)
    assert test.tags == {"owner": "platform", "stage": "test"}
    assert test.nodes.size == "Standard_D4s_v5"
    assert test.environments == {}


def test_the_stack_itself_stays_without_the_overlay() -> None:
    assert load_text(WITH_ENVIRONMENTS).stack.nodes.count == 3


def test_thousands_of_environments_are_one_finding() -> None:
    many = "".join(f"  e{n}: {{nodes: {{cout: 1}}}}\n" for n in range(1_000))
    found = messages(f"{MINIMAL}environments:\n{many}")
    assert "OCT126: `environments` has 1000 entries, but must have at most 20" in found[0]
    assert len(found) == 21


def test_an_environment_is_taken_by_name() -> None:
    assert stack_from_text(WITH_ENVIRONMENTS, environment="test").nodes.count == 2


def test_an_unknown_environment_is_a_finding_with_a_near_miss() -> None:
    with pytest.raises(ConfigError) as raised:
        stack_for(load_text(WITH_ENVIRONMENTS, "s.yaml"), "tset")
    (finding,) = raised.value.diagnostics
    assert str(finding) == "s.yaml: error OCT133: there is no environment 'tset' in the config"
    assert finding.hint == "did you mean `test`?"


def test_settings_count_for_the_stack_and_for_every_environment() -> None:
    loaded = load_text(WITH_ENVIRONMENTS, settings=["nodes.count=4", "name=octo"])
    assert loaded.stack.nodes.count == loaded.environments["test"].nodes.count == 4
    assert loaded.stack.name == "octo"


def test_a_setting_can_be_for_one_environment() -> None:
    loaded = load_text(WITH_ENVIRONMENTS, settings=["environments.test.nodes.count=4"])
    assert (loaded.stack.nodes.count, loaded.environments["test"].nodes.count) == (3, 4)


def test_settings_are_read_as_yaml() -> None:
    stack = stack_from_text(
        MINIMAL,
        settings=[
            "nodes.zones=[1, 2]",
            "nodes.hybrid_benefit=true",
            "network.access=[{kind: bastion, sku: Basic, native_client: false}]",
            'tags["cost.center"]="42"',
            "tags.note=a: b # c",
            "nodes.patching={first_day: Friday}",
        ],
    )
    assert stack.nodes.zones == (1, 2)
    assert stack.nodes.hybrid_benefit is True
    assert stack.network.access == (Bastion(sku="Basic", native_client=False),)
    assert stack.tags == {"cost.center": "42", "note": "a: b # c"}
    assert stack.nodes.patching.first_day == "Friday"


def test_a_setting_changes_one_item_of_a_list() -> None:
    text = MINIMAL + "network: {client_prefixes: [10.1.0.0/16, 10.2.0.0/16]}\n"
    stack = stack_from_text(text, settings=["network.client_prefixes[1]=10.3.0.0/16"])
    assert stack.network.client_prefixes == ("10.1.0.0/16", "10.3.0.0/16")


def test_a_setting_changes_one_item_of_a_list_that_is_the_default() -> None:
    assert stack_from_text(
        MINIMAL, settings=["nodes.zones[0]=2", "nodes.zones[1]=1"]
    ).nodes.zones == (2, 1, 3)


def test_an_unknown_path_of_a_setting_is_found_at_the_setting() -> None:
    assert messages(MINIMAL, "nodes.cout=2") == [
        "--set nodes.cout=2: error OCT120: unknown key `cout` in `nodes`"
    ]


def test_a_wrong_value_of_a_setting_is_found_at_the_setting() -> None:
    assert messages(MINIMAL, "nodes.count=many") == [
        (
            "--set nodes.count=many: error OCT122: `nodes.count` must be a whole number, "
            "but is the text 'many'"
        )
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("nodes.count", "error OCT130: 'nodes.count' is not a setting: KEY=VALUE is wanted"),
        ("=2", "error OCT130: '=2' is not a setting: KEY=VALUE is wanted"),
        ("nodes..count=2", "error OCT130: 'nodes..count=2' is not a setting: KEY=VALUE is wanted"),
        ("name.short=x", "error OCT132: `name` has nothing below it"),
        ("nodes.zones[7]=1", "error OCT132: `nodes.zones` has 2 items, counted from 0"),
        ("nodes.zones=[!x 1]", "'!x' is not taken here: a config is plain data"),
        ("tags=", "`tags` must be a mapping, but is empty"),
        ("nodes.zones=[1", "error OCT101: not valid YAML: a list in [brackets] is not closed"),
        (
            "tags.a=\x1b[31m",
            "U+001B (a control character) is not taken in a config",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_a_finding(setting: str, message: str) -> None:
    (found,) = messages(MINIMAL + "name: octo\nnodes: {zones: [1, 2]}\n", setting)
    assert found.startswith("--set ")
    assert found.endswith(message)
    assert "\x1b" not in found


def test_all_settings_that_cannot_be_are_found_at_once() -> None:
    assert len(messages(MINIMAL, "a", "b", "c")) == 3


@pytest.mark.parametrize(
    "path", [("nodes", "count"), ("network", "access", 0, "sku"), ("tags", "a.b", "c")]
)
def test_paths_are_read_the_way_they_are_written(path: ConfigPath) -> None:
    assert path_from_text(dotted(path)) == path


def test_warnings_are_kept() -> None:
    loaded = load_text(MINIMAL + "nodes: {count: 5}\n", "s.yaml")
    assert [finding.code for finding in loaded.warnings] == ["OCT194", "OCT195", "OCT153", "OCT173"]


def test_a_stack_made_in_python_is_checked_like_a_config() -> None:
    stack = msgspec.structs.replace(stack_from_text(WITH_ENVIRONMENTS), name="Not A Name")
    with pytest.raises(ConfigError) as raised:
        loaded_from_stack(stack)
    assert [finding.code for finding in raised.value.diagnostics if finding.is_error] == ["OCT125"]


def test_a_stack_that_was_loaded_and_one_made_of_it_are_the_same() -> None:
    loaded = load_text(WITH_ENVIRONMENTS)
    again = loaded_from_stack(loaded.stack)
    assert (again.stack, again.environments) == (loaded.stack, loaded.environments)
    assert again.config_hash == loaded.config_hash
    assert [one.code for one in again.warnings] == [one.code for one in loaded.warnings]


def test_the_hash_is_of_the_values_and_not_of_the_layout() -> None:
    plain = load_text(MINIMAL + "name: octo\n").config_hash
    assert load_text("# a comment\nname: 'octo'\n" + MINIMAL).config_hash == plain
    assert load_text(MINIMAL, settings=["name=octo"]).config_hash == plain
    assert load_text(MINIMAL).config_hash != plain
    assert load_text("location: westeurope\nname: octo\n" + MINIMAL).config_hash == plain


@pytest.mark.parametrize("first", ["nodes: 5\n", "nodes: {count: x}\n", "nodes: {}\nnodes: {}\n"])
def test_one_mistake_does_not_hide_the_next(first: str) -> None:
    text = MINIMAL + first + "network: {subnets: {nodes: 10.20.0.0/30}}\n"
    assert any("OCT144" in message for message in messages(text))


def test_a_config_without_mistakes_does_not_load_the_schema_checker() -> None:
    script = (
        "import sys; from octoha_templates.config.load import load; load();"
        "sys.exit(bool({'jsonschema', 'jinja2', 'azure'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_defaults_agree_with_the_types() -> None:
    assert isinstance(load_stack(), Stack)
    assert msgspec.convert(msgspec.to_builtins(load_stack()), Stack) == load_stack()
