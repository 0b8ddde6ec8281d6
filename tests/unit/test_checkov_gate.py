"""`make checkov` without checkov: what its findings are held against, and what a failing run says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from octoha_templates.rendering.checkov import known_checks
from tools.checkov import Failure, compare, failures_of, main

ALL = frozenset(check.id for check in known_checks())
EXPECTED = [Failure("stacks/one", name, "Some/type x", "Ensure that") for name in sorted(ALL)]
NEW = Failure("stacks/one", "CKV_AZURE_9", "Microsoft.Network/securityRules rdp", "Ensure no RDP")


def _report(**summary: int) -> dict[str, Any]:
    failed = {
        "file_path": "/stacks/one/main.json",
        "check_id": "CKV_AZURE_9",
        "resource": "Microsoft.Compute/virtualMachines.[" + "[{'name': 'octopus-1'}]" * 20 + "]",
        "check_name": "Ensure no RDP",
    }
    return {
        "summary": {"parsing_errors": 0, "resource_count": 3, **summary},
        "results": {"failed_checks": [failed]},
    }


def test_all_is_well_when_what_fails_is_what_is_listed() -> None:
    assert compare(EXPECTED, {"stacks/one": ALL}) == []


def test_a_failure_without_reason_names_sample_check_resource_and_the_way_on() -> None:
    first, last = compare([*EXPECTED, NEW], {"stacks/one": ALL})

    assert first == (
        "stacks/one: CKV_AZURE_9 fails for Microsoft.Network/securityRules rdp: Ensure no RDP"
    )
    assert last.startswith("Mend the fragment, or add the check")
    assert "templates/checkov.toml" in last


def test_a_reason_counts_only_where_the_folder_lists_it() -> None:
    elsewhere = [Failure("stacks/two", each.check, each.resource, each.title) for each in EXPECTED]
    lines = compare(
        [*EXPECTED, *elsewhere], {"stacks/one": ALL, "stacks/two": ALL - {"CKV_AZURE_50"}}
    )

    assert [line for line in lines if line.startswith("stacks/two: CKV_AZURE_50 fails")]
    assert not [line for line in lines if line.startswith("stacks/one")]


def test_a_reason_that_nothing_needs_any_more_is_named() -> None:
    (line,) = compare(
        [each for each in EXPECTED if each.check != "CKV_AZURE_50"], {"stacks/one": ALL}
    )

    assert line.startswith("templates/checkov.toml: nothing fails CKV_AZURE_50 any more")


def test_findings_are_read_with_their_folder_and_a_short_name() -> None:
    (failure,) = failures_of(_report())

    assert (failure.folder, failure.check) == ("stacks/one", "CKV_AZURE_9")
    assert failure.resource.startswith("Microsoft.Compute/virtualMachines [{'name': 'octopus-1'}]")
    assert len(failure.resource) < 110


@pytest.mark.parametrize("summary", [{"parsing_errors": 1}, {"resource_count": 0}])
def test_templates_that_were_not_read_are_no_success(summary: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="did not read"):
        failures_of(_report(**summary))


def test_a_program_that_says_nothing_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "checkov"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setattr("tools.checkov.render_all", lambda folder: folder.mkdir() or {})

    assert main([str(program), str(tmp_path / "out")]) == 1
    assert "broken" in capsys.readouterr().out
