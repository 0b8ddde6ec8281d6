"""Findings as people and machines read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octoha_templates.cli.reporters import (
    github_report,
    json_report,
    sarif_report,
    text_report,
)
from octoha_templates.diagnostics import Diagnostic, Location, Related, Severity

IN_BICEP = Diagnostic(
    "OCT412",
    Severity.WARNING,
    "no schema covers A/b, so this resource was not checked",
    Location("main.bicep", 3, 5),
    "name a folder with more schemas",
    (Related("rendered from", Location("templates/main.bicep.j2", 12)),),
    "resources[0].type",
)


def _plain_text(*findings: Diagnostic) -> str:
    import click

    return click.unstyle(text_report(findings))


def test_text_names_place_path_fragment_and_hint() -> None:
    assert _plain_text(IN_BICEP) == (
        "main.bicep:3:5: warning OCT412: no schema covers A/b, so this resource was not checked\n"
        "  in: resources[0].type\n"
        "  rendered from: templates/main.bicep.j2:12\n"
        "  hint: name a folder with more schemas\n"
    )


def test_the_caret_stands_below_the_column(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("one\n\tcount: 3\n")
    shown = _plain_text(Diagnostic("OCT101", Severity.ERROR, "m", Location(str(file), 2, 2)))
    assert shown.splitlines()[1:] == ["    2 |  count: 3", "      |  ^"]


def test_of_a_long_line_the_part_around_the_column_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("x" * 5000 + "!" + "x" * 5000)
    shown = _plain_text(Diagnostic("OCT101", Severity.ERROR, "m", Location(str(file), 1, 5001)))
    _, line, caret = shown.splitlines()
    assert line[caret.index("^")] == "!"
    assert len(line) < 200


@pytest.mark.parametrize(
    "place", [Location("absent.yaml", 3, 1), Location("absent.yaml"), Location("\0", 1, 1), None]
)
def test_without_the_line_there_is_no_excerpt(place: Location | None) -> None:
    shown = _plain_text(Diagnostic("OCT101", Severity.ERROR, "m", place))
    assert len(shown.splitlines()) == 1
    assert shown.endswith("error OCT101: m\n")


def test_what_a_message_quotes_cannot_steer_the_terminal_or_pass_for_a_finding() -> None:
    said = "a\x1b]0;title\x07b\u202ec\nmain.bicep:1:1: error OCT999: made up"
    shown = _plain_text(Diagnostic("OCT101", Severity.ERROR, said, hint="\x9b31m"))
    assert shown == (
        "error OCT101: a\\u{001b}]0;title\\u{0007}b\\u{202e}c\n"
        "    main.bicep:1:1: error OCT999: made up\n"
        "  hint: \\u{009b}31m\n"
    )


def test_json_has_every_part() -> None:
    assert json.loads(json_report([IN_BICEP])) == [
        {
            "code": "OCT412",
            "severity": "warning",
            "message": "no schema covers A/b, so this resource was not checked",
            "location": {"file": "main.bicep", "line": 3, "column": 5},
            "hint": "name a folder with more schemas",
            "path": "resources[0].type",
            "related": [
                {
                    "message": "rendered from",
                    "location": {"file": "templates/main.bicep.j2", "line": 12, "column": 0},
                }
            ],
        }
    ]


def test_sarif_has_rule_place_path_and_fragment() -> None:
    log = json.loads(sarif_report([IN_BICEP]))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["OCT412"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("OCT412", "warning")
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "main.bicep"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "resources[0].type"}]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["region"] == {"startLine": 12}


def test_sarif_without_findings_is_a_run_without_results() -> None:
    assert json.loads(sarif_report([]))["runs"][0]["results"] == []


def test_github_gets_one_line_for_each_finding_whatever_it_says() -> None:
    finding = Diagnostic("OCT101", Severity.INFO, "50% of\n::error::x", Location("a,b:c.yaml", 1))
    assert github_report([finding]) == (
        "::notice title=OCT101,file=a%2Cb%3Ac.yaml,line=1::50%25 of%0A::error::x\n"
    )
