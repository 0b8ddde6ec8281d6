"""Findings as people and machines want them: text with the line in question, JSON, SARIF, GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click

from octoha_templates.diagnostics import Diagnostic, Location, Severity

_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LONGEST_LINE: Final = 160
_LARGEST_FILE: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """How findings are written: `report` is a key of `REPORTS`, `color` says whether in colour."""

    report: str = "text"
    color: bool = False


class _Current:
    """What the options of the running command say."""

    settings = Settings()


def configure(**changes: Any) -> None:
    """Set how the findings of this run are written; see `Settings`."""
    _Current.settings = replace(_Current.settings, **changes)


def report(diagnostics: Sequence[Diagnostic], quiet: int = 0, *, as_result: bool = False) -> None:
    """Write findings to standard error.

    Args:
        diagnostics: The findings, in order.
        quiet: 1 leaves out notes, 2 warnings too.
        as_result: They are what was asked for: JSON and SARIF go to standard output.
    """
    hidden = (
        {Severity.INFO} if quiet == 1 else {Severity.INFO, Severity.WARNING} if quiet else set()
    )
    shown = [finding for finding in diagnostics if finding.severity not in hidden]
    is_document = _Current.settings.report in ("json", "sarif")
    if shown or (is_document and as_result):
        written = REPORTS[_Current.settings.report](shown)
        to_error = not (is_document and as_result)
        click.echo(written, err=to_error, nl=False, color=_Current.settings.color)


def text_report(findings: Iterable[Diagnostic]) -> str:
    """Write findings with the line they are about, and what to do."""
    return "".join(f"{line}\n" for finding in findings for line in _text_lines(finding))


def _text_lines(finding: Diagnostic) -> list[str]:
    place = f"{finding.location}: " if finding.location else ""
    label = click.style(finding.severity.value, fg=_COLORS[finding.severity], bold=True)
    lines = [f"{_visible(place)}{label} {finding.code}: {_visible(finding.message)}"]
    lines += _excerpt(finding.location)
    if finding.path:
        lines.append(f"  in: {_visible(finding.path)}")
    lines += [_visible(f"  {each.message}: {each.location}") for each in finding.related]
    if finding.hint:
        lines.append(f"  hint: {_visible(finding.hint)}")
    return lines


def _visible(text: str) -> str:
    """Write what a terminal would obey, or what turns text round, as an escape; indent further lines.

    Messages quote what people, and files of other people, say: it must not look like a finding of ours.
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else "\n    " if c == "\n" else f"\\u{{{ord(c):04x}}}" for c in text
    )


def _excerpt(place: Location | None) -> list[str]:
    """Show the line, with a caret below the column; nothing where the file cannot be read again."""
    lines = _lines_of(place.file) if place and place.line else ()
    if place is None or not 0 < place.line <= len(lines):
        return []
    line = "".join(c if c.isprintable() else " " for c in lines[place.line - 1])
    number = f"{place.line:>5} | "
    # Compiled JSON may be one line of a megabyte: what is shown is the part around the column.
    start = max(0, place.column - _LONGEST_LINE // 2) if place.column > _LONGEST_LINE else 0
    shown = [number + line[start : start + _LONGEST_LINE]]
    if 0 < place.column <= len(line) + 1:
        shown.append(" " * (len(number) - 2) + "| " + " " * (place.column - 1 - start) + "^")
    return shown


@cache
def _lines_of(file: str) -> tuple[str, ...]:
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            return ()
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError, ValueError):
        return ()


def json_report(findings: Iterable[Diagnostic]) -> str:
    """Write findings as one JSON array."""
    return (
        json.dumps([_plain(finding) for finding in findings], indent=2, ensure_ascii=False) + "\n"
    )


def _plain(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": _place(finding.location),
        "hint": finding.hint,
        "path": finding.path,
        "related": [
            {"message": each.message, "location": _place(each.location)} for each in finding.related
        ],
    }


def _place(place: Location | None) -> dict[str, Any] | None:
    return (
        None if place is None else {"file": place.file, "line": place.line, "column": place.column}
    )


def sarif_report(findings: Iterable[Diagnostic]) -> str:
    """Write findings as a SARIF 2.1.0 log.

    Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
    """
    from octoha_templates.codes import CATALOGUE

    listed = list(findings)
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CATALOGUE[code].title},
            "fullDescription": {"text": CATALOGUE[code].meaning},
        }
        for code in sorted({finding.code for finding in listed})
        if code in CATALOGUE
    ]
    driver = {
        "name": "octoha-render",
        "version": version("octoha-templates"),
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding) for finding in listed],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _sarif_result(finding: Diagnostic) -> dict[str, Any]:
    hint = f" Hint: {finding.hint}" if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + hint},
    }
    if finding.location:
        result["locations"] = [_sarif_location(finding.location)]
        if finding.path:
            result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": finding.path}]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": each.message}, **_sarif_location(each.location)}
            for number, each in enumerate(finding.related)
        ]
    return result


def _sarif_location(place: Location) -> dict[str, Any]:
    region: dict[str, int] = {}
    if place.line:
        region["startLine"] = place.line
        if place.column:
            region["startColumn"] = place.column
    from urllib.parse import quote

    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(Path(place.file).as_posix())}}
    if region:
        physical["region"] = region
    return {"physicalLocation": physical}


def github_report(findings: Iterable[Diagnostic]) -> str:
    """Write findings as workflow commands of GitHub Actions.

    Source: GitHub documentation, "Workflow commands for GitHub Actions".
    """
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
    lines: list[str] = []
    for finding in findings:
        place = finding.location
        parts = {"title": finding.code}
        if place:
            parts |= {"file": place.file}
            parts |= {"line": str(place.line)} if place.line else {}
            parts |= {"col": str(place.column)} if place.line and place.column else {}
        written = ",".join(f"{key}={_github_value(value)}" for key, value in parts.items())
        hint = f"\n{finding.hint}" if finding.hint else ""
        lines.append(
            f"::{names[finding.severity]} {written}::{_github_text(finding.message + hint)}\n"
        )
    return "".join(lines)


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_value(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


REPORTS: Final[Mapping[str, Callable[[Iterable[Diagnostic]], str]]] = {
    "text": text_report,
    "json": json_report,
    "sarif": sarif_report,
    "github": github_report,
}
