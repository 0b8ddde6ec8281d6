"""What the README says is so, and no text names the machine that it was written on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import click
import msgspec
import pytest
import yaml

import octoha_templates
from octoha_templates import errors
from octoha_templates.cli import cli
from octoha_templates.cli.exits import EXIT_INTERRUPTED
from octoha_templates.config.load import load_text
from octoha_templates.config.model import Access, Stack

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTEXT = click.Context(cli)
COMMANDS = cli.list_commands(CONTEXT)

MACHINE = re.compile(
    r"(?<![\w.~])/(?:home|root|Users|work|mnt)/[\w.-]+/|[A-Z]:\\Users\\"
    r"|//(?:[\w-]+\.)*(?:artifactory|nexus|jfrog|pypi|registry)[\w-]*\.(?!org/project/|example)"
)
# Files whose business such text is.
MACHINE_ALLOWED = {"tests/conventions/test_words.py"}


def _section(title: str) -> str:
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {title!r}"
    return found[1]


def _code(section: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found, f"no {language} in the section"
    return found[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"| `octoha-render {name}" in _section("Commands")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_by_example(name: str) -> None:
    command = cli.get_command(CONTEXT, name)
    assert command is not None
    parts = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for part in parts:
        assert (part.help or "").rstrip().endswith(".")
        options = [each for each in part.params if isinstance(each, click.Option)]
        assert all((option.help or "").endswith(".") for option in options)
    assert any(f"octoha-render {name}" in (part.epilog or "") for part in parts)


def test_every_command_in_the_readme_is_there() -> None:
    named = set(re.findall(r"octoha-render ([a-z]+)", README))
    assert named <= set(COMMANDS)


def test_every_option_in_the_readme_is_there() -> None:
    command = cli.get_command(CONTEXT, "stack")
    assert command is not None
    known = {opt for param in command.params for opt in param.opts}
    named = re.findall(r"^\| `(--?[a-z-]+)", _section("Commands"), re.MULTILINE)
    assert named
    assert set(named) <= known


def test_exit_codes_of_the_readme_are_those_there_are() -> None:
    documented = [
        int(code) for code in re.findall(r"^\| (\d+) \|", _section("Exit codes"), re.MULTILINE)
    ]
    there = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert documented == sorted({*there, EXIT_INTERRUPTED})


def test_every_key_of_the_config_is_in_the_readme() -> None:
    table = re.findall(r"^\| (`.+?) \|", _section("Config"), re.MULTILINE)
    assert sorted(re.findall(r"`([a-z_]+)`", " ".join(table))) == sorted(Stack.__struct_fields__)


def test_config_of_the_readme_is_enough() -> None:
    text = _code(_section("Config"), "yaml")
    assert load_text(text).stack.octopus.host_name == "octopus.example.com"
    assert list(yaml.safe_load(text)) == ["octopus"]


def test_library_of_the_readme_runs_in_ten_lines(tmp_path: Path) -> None:
    snippet = _code(_section("Library"), "python")
    assert len([line for line in snippet.splitlines() if line]) <= 10
    (tmp_path / "stack.yaml").write_text(_code(_section("Config"), "yaml"))
    done = subprocess.run(
        [sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "main.bicep" in done.stdout.splitlines()
    assert (tmp_path / "out" / "main.json").is_file()


def test_every_public_name_exists_and_says_what_it_is() -> None:
    for name in octoha_templates.__all__:
        assert getattr(octoha_templates, name).__doc__, name


def test_only_public_names_are_named_in_the_readme() -> None:
    imported = re.findall(r"^from octoha_templates import (.+)$", README, re.MULTILINE)
    names = {name.strip() for line in imported for name in line.split(",")}
    assert names
    assert names <= set(octoha_templates.__all__)


def test_no_text_names_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no git checkout: the tracked files are not known")
    found: list[str] = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if name in MACHINE_ALLOWED or not path.is_file():
            continue
        text = path.read_bytes().decode(errors="ignore")
        found += [f"{name}: {match[0]}" for match in MACHINE.finditer(text)]
    assert found == []


def test_every_kind_is_in_the_readme_and_every_sample_named_there_exists() -> None:
    section = _section("What can be chosen")
    samples = set(re.findall(r"\(samples/([a-z0-9-]+\.yaml)\)", section))

    assert samples <= {path.name for path in (ROOT / "samples").glob("*.yaml")}
    fields = {field.name: field.type for field in msgspec.structs.fields(Stack)}
    parts = ("network", "domain", "database", "storage", "load_balancer", "key_vault", "backup")
    kinds = [
        kind.__struct_config__.tag
        for alternatives in (*(fields[part] for part in parts), Access)
        for kind in get_args(alternatives)
    ]
    assert len(kinds) > len(parts)
    assert [kind for kind in kinds if f"`{kind}`" not in section] == []
