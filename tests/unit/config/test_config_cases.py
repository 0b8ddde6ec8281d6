"""The cases of `tests/cases/config`: each file is a test, and its findings are compared whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_snapshot.plugin import Snapshot

from octoha_templates.config.load import Loaded, load_text
from octoha_templates.config.model import Stack
from octoha_templates.diagnostics import Diagnostic
from octoha_templates.errors import ConfigError

CASES = Path(__file__).resolve().parents[2] / "cases" / "config"
VALID = sorted((CASES / "valid").glob("*.yaml"))
INVALID = sorted((CASES / "invalid").glob("*.yaml"))


def written(diagnostic: Diagnostic) -> str:
    """Write everything a finding says."""
    lines = [str(diagnostic)]
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    lines += [f"  see {related.location}: {related.message}" for related in diagnostic.related]
    return "\n".join(lines) + "\n"


def differences(stack: Stack) -> Any:
    """Leave of a stack what differs from the defaults, so that a case shows its own point only."""
    default = msgspec.to_builtins(Stack(octopus=stack.octopus))
    return _different(msgspec.to_builtins(stack), default)


def _different(found: Any, default: Any) -> Any:
    if not isinstance(found, dict) or not isinstance(default, dict):
        return found
    return {
        key: _different(value, default.get(key))
        for key, value in found.items()
        if value != default.get(key) and key != "environments"
    }


def described(loaded: Loaded) -> str:
    """Write what a config was understood as, and the warnings."""
    stacks = {"stack": loaded.stack, **loaded.environments}
    understood = {name: differences(stack) for name, stack in stacks.items()}
    findings = "".join(written(finding) for finding in loaded.warnings)
    return findings + json.dumps(understood, indent=2, ensure_ascii=True) + "\n"


@pytest.mark.parametrize("case", INVALID, ids=lambda path: path.stem)
def test_a_config_that_needs_mending_gives_exactly_these_findings(
    case: Path, snapshot: Snapshot
) -> None:
    with pytest.raises(ConfigError) as raised:
        load_text(case.read_text(encoding="utf-8"), case.name)
    text = "".join(written(finding) for finding in raised.value.diagnostics)
    assert any(finding.is_error for finding in raised.value.diagnostics)
    snapshot.snapshot_dir = case.parent
    snapshot.assert_match(text, f"{case.stem}.expected.txt")


@pytest.mark.parametrize("case", VALID, ids=lambda path: path.stem)
def test_a_config_that_is_right_is_understood_exactly_so(case: Path, snapshot: Snapshot) -> None:
    loaded = load_text(case.read_bytes().decode("utf-8-sig"), case.name)
    assert not any(finding.is_error for finding in loaded.warnings)
    snapshot.snapshot_dir = case.parent
    snapshot.assert_match(described(loaded), f"{case.stem}.expected.txt")


def test_every_expected_file_belongs_to_a_case() -> None:
    expected = {path.name.removesuffix(".expected.txt") for path in CASES.glob("*/*.expected.txt")}
    assert expected == {path.stem for path in (*VALID, *INVALID)}
