"""Text that means something in Bicep, ARM, Jinja, PowerShell or Markdown stays text."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from octoha_templates.config.load import load_text
from octoha_templates.config.model import (
    Stack,
)
from octoha_templates.config.places import Path, dotted, value_at
from octoha_templates.config.structure import Key, keys_of, kind_of_struct
from octoha_templates.diagnostics import Diagnostic
from octoha_templates.errors import ConfigError

HOSTILE = (
    "it's",
    '"quoted"',
    "${resourceGroup().id}",
    "'''",
    "{{ stack }}",
    "{% raw %}",
    "{# comment #}",
    "[concat('a', 'b')]",
    "[[x]",
    "$(whoami)",
    "`whoami`",
    "a; whoami & whoami | whoami > x",
    "../../etc/passwd",
    "<script>",
    "](x)",
    "one\ntwo",
    "trailing\n",
    "tab\there",
    "nul\0byte",
    "escape\x1b[31m",
    "over\u202eride",
    "mark\u200fright",
    "٢٠٢٦",
    "\uff26\uff35\uff2c\uff2c",
    "surrogate\ud800",
    "x" * 10_000,
    "",
    " ",
)
REFUSED = ("\n", "\t", "\0", "\x1b", "\u202e", "\ud800")
BASE: dict[str, Any] = {
    "octopus": {
        "version": "2026.3.12345",
        "host_name": "octopus.example.com",
        "administrator": {"email": "a@example.com"},
    }
}
# Not only letters, digits and a few signs: what a person writes here reaches the output as it is.
FREE_TEXT = {"tags.owner", "database.entra_administrator.login"}


def text_keys(struct: type[msgspec.Struct] = Stack, path: Path = ()) -> list[tuple[Path, Any]]:
    """List the path of every text in a config, with what has to stand beside it."""
    found: list[tuple[Path, Any]] = []
    for key in keys_of(struct).values():
        here = (*path, key.name)
        if key.structs:
            for inner in key.structs:
                beside = {"kind": kind_of_struct(inner)} if kind_of_struct(inner) else {}
                at = (*here, 0) if key.is_list else here
                found += [(inside, (at, beside)) for inside, _ in text_keys(inner, at)]
        elif is_text(key):
            found.append(((*here, 0) if key.schema.get("type") == "array" else here, None))
    return found


def is_text(key: Key) -> bool:
    """Say whether a key holds text, or a list of texts."""
    kind = key.schema.get("type")
    return kind == "string" or (kind == "array" and key.schema["items"].get("type") == "string")


def with_text(path: Path, beside: Any, text: str) -> str:
    """Write a config that has the text at a path, as JSON, which is YAML."""
    data = json.loads(json.dumps(BASE))
    if beside:
        put(data, beside[0], dict(beside[1]))
    if "entra_administrator" in path:
        put(data, path[:-1], {"login": "x", "object_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12})
    put(data, path, text)
    return json.dumps(data)


def put(data: Any, path: Path, value: Any) -> None:
    """Set a value, and make what leads there."""
    for part, following in pairwise(path):
        missing: Any = [{}] if isinstance(following, int) else {}
        data = data.setdefault(part, missing) if isinstance(part, str) else data[part]
    if isinstance(path[-1], int):
        data[:] = [value]
    elif isinstance(value, dict) and isinstance(data.get(path[-1]), dict):
        data[path[-1]].update(value)
    else:
        data[path[-1]] = value


def outcome(text: str) -> tuple[Stack | None, tuple[Diagnostic, ...]]:
    """Load a config: the stack, or the findings."""
    try:
        return load_text(text, "s.yaml").stack, ()
    except ConfigError as error:
        return None, error.diagnostics


FIELDS = [*text_keys(), (("tags", "owner"), None)]


@pytest.mark.parametrize(("path", "beside"), FIELDS, ids=lambda item: str(item)[:60])
def test_hostile_text_is_refused_at_its_place_or_stays_as_it_is(path: Path, beside: Any) -> None:
    for text in HOSTILE:
        written = with_text(path, beside, text)
        stack, findings = outcome(written)
        if stack is None:
            assert all(finding.location is not None for finding in findings)
            shown = "".join(f"{finding}{finding.hint}" for finding in findings)
            assert not any(sign in shown for sign in REFUSED), (dotted(path), text)
            assert len(shown) < 2_000, (dotted(path), text[:20])
        else:
            assert not any(sign in text for sign in REFUSED), (dotted(path), text)
            assert value_at(msgspec.to_builtins(stack), path) == text


def test_only_free_text_takes_quotes_and_dollars() -> None:
    takes = set()
    for path, beside in FIELDS:
        try:
            load_text(with_text(path, beside, "${a} {{ b }} '\"`"))
        except ConfigError:
            continue
        takes.add(dotted(path))
    assert takes == FREE_TEXT


def test_the_fields_are_all_there() -> None:
    paths = {dotted(path) for path, _ in FIELDS}
    assert {"name", "octopus.host_name", "network.dns_servers[0]", "secrets.vault_id"} <= paths
    assert len(paths) > 30


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_tag_name_is_refused_or_stays_as_it_is(text: str) -> None:
    written = json.dumps({**BASE, "tags": {text: "x"}})
    stack, findings = outcome(written)
    if stack is None:
        assert {finding.code for finding in findings} <= {"OCT101", "OCT125", "OCT127"}
    else:
        assert stack.tags == {text: "x"}
        assert not any(sign in text for sign in REFUSED)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_key_is_an_unknown_key(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_text(json.dumps({**BASE, text: "x"}))
    shown = "".join(f"{finding}{finding.hint}" for finding in raised.value.diagnostics)
    assert ("OCT120" if len(text) <= 1024 else "OCT101") in shown  # YAML's limit for a key
    assert not any(sign in shown for sign in REFUSED)
