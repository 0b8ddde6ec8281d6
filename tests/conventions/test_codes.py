"""Every finding has one entry in the catalogue, is really reported, and is shown by a test or case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from octoha_templates.codes import CATALOGUE, Code
from octoha_templates.codes.bicep import BICEP_CODES
from octoha_templates.codes.config import CONFIG_CODES
from octoha_templates.codes.files import FILE_CODES
from octoha_templates.codes.rendering import RENDERING_CODES
from octoha_templates.codes.template import TEMPLATE_CODES

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "octoha_templates"
TESTS = ROOT / "tests"
PARTS = (CONFIG_CODES, RENDERING_CODES, BICEP_CODES, TEMPLATE_CODES, FILE_CODES)
# Rules of single kinds have modules of their own: parts_*.py.
OF_KINDS = tuple(entry for entry in CATALOGUE.values() if entry.code[3] in "67")
CODE = re.compile(r"\bOCT\d{3}\b")
REPORTED = re.compile(r"[\"'](OCT\d{3})[\"']")
KEPT_IN = {".py", ".txt", ".json", ".yaml", ".bicep"}

# Reported, but by no test: each with why it cannot be shown.
NOT_SHOWN: dict[str, str] = {}


def _codes_in(files: Iterable[Path], pattern: re.Pattern[str]) -> set[str]:
    return {code for file in files for code in pattern.findall(file.read_text(encoding="utf-8"))}


def _reporting_modules() -> list[Path]:
    return [
        path for path in PACKAGE.rglob("*.py") if "codes" not in path.relative_to(PACKAGE).parts
    ]


def test_no_code_stands_for_two_findings() -> None:
    counted = Counter(entry.code for part in (*PARTS, OF_KINDS) for entry in part)
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_code_is_in_the_part_of_its_hundred() -> None:
    wrong = [
        entry.code
        for hundred, part in enumerate(PARTS, start=1)
        for entry in part
        if not re.fullmatch(rf"OCT{hundred}\d\d", entry.code)
    ]
    assert wrong == []


def test_what_is_reported_is_in_the_catalogue_and_the_other_way_round() -> None:
    reported = _codes_in(_reporting_modules(), REPORTED)
    assert sorted(reported - set(CATALOGUE)) == []
    assert sorted(set(CATALOGUE) - reported) == []


def test_every_code_is_shown_by_a_test_or_a_case() -> None:
    files = [
        path
        for path in TESTS.rglob("*")
        if path.suffix in KEPT_IN and path.is_file() and path != Path(__file__)
    ]
    shown = _codes_in(files, CODE)
    assert sorted(set(CATALOGUE) - shown) == sorted(NOT_SHOWN)


def test_every_code_means_one_thing() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (PACKAGE / "codes").glob("*.py")]
    entries = [code for text in texts for code in re.findall(r'Code\(\s*"(OCT\d+)"', text)]

    assert sorted({code for code in entries if entries.count(code) > 1}) == []
    assert set(CATALOGUE) <= set(entries)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_every_entry_explains_itself(entry: Code) -> None:
    assert entry.title == entry.title.strip()
    assert not entry.title.endswith(".")
    assert entry.meaning.endswith((".", "?"))
    assert all(source.startswith("https://") or " " in source for source in entry.sources)
    # A code of the compiler, or the name of a rule of its linter.
    assert not entry.bcp or re.fullmatch(r"BCP\d{3}|[a-z]+(-[a-z]+)+", entry.bcp)
