"""Everything that is rendered, against both sets of schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octoha_templates.validation import validate_template
from tests.unit.validation.conftest import OFFICIAL, published_findings

CASES = Path(__file__).parents[2] / "cases"
RENDERED = sorted([*CASES.glob("samples/*/main.json"), *CASES.glob("components/*/main.json")])


@pytest.mark.parametrize("file", RENDERED, ids=lambda file: file.parent.name)
def test_our_schemas_have_nothing_to_say_about_what_is_rendered(file: Path) -> None:
    assert validate_template(json.loads(file.read_text())) == ()


@pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the published schemas are not beside the checkout"
)
@pytest.mark.parametrize("file", RENDERED, ids=lambda file: file.parent.name)
def test_the_published_schemas_have_nothing_to_say_about_what_is_rendered(file: Path) -> None:
    assert published_findings(json.loads(file.read_text())) == []
