"""Every load balancer with every way in: with each, with none, and with all of them together.

Shapes and ways are those of the tests of each part, so that a kind that is added there is walked here, too.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, get_args

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.model import Access
from octoha_templates.diagnostics import Severity
from octoha_templates.pipeline import build
from tests.unit.deployment.engine import deploy
from tests.unit.fragments.test_access_together import WAYS, kind
from tests.unit.fragments.test_load_balancer_contract import SHAPES
from tests.unit.secret_flow import exposed
from tests.unit.validation.conftest import OFFICIAL, needs_official, published_findings

FIRSTS = tuple({kind(way): way for way in reversed(WAYS)}.values())
(VPN,) = [way for way in WAYS if way.endswith("point_to_site: {kind: entra}}")]
KINDS = tuple(dict.fromkeys(kind(way) for way in WAYS))


def _access(shape: str) -> dict[str, tuple[str, ...]]:
    """Give what stands beside a balancer: none, nothing said, each kind in one of its forms, and all."""
    turn = list(SHAPES).index(shape)
    forms = {
        each: ways[turn % len(ways)]
        for each in KINDS
        if (ways := [way for way in WAYS if kind(way) == each])
    }
    # A private Bastion alone is warned of: nobody gets to it.
    alone = {
        each: (way, VPN) if "private_only: true" in way else (way,) for each, way in forms.items()
    }
    return {"none": ("{kind: none}",), "nothing": (), **alone, "all": tuple(forms.values())}


class Outcome(NamedTuple):
    """What is to say about one stack.

    Attributes:
        access: The way in.
        findings: What the config has no better than a note about, and all that is said about the template.
        published: What the published schemas say.
        secrets: Where a secret would be seen.
        missing: The ways in that no file is about.
    """

    access: str
    findings: list[str]
    published: list[str]
    secrets: list[str]
    missing: list[str]


@cache
def _outcomes(shape: str) -> list[Outcome]:
    return [_outcome(shape, access, ways) for access, ways in _access(shape).items()]


def _outcome(shape: str, access: str, ways: tuple[str, ...]) -> Outcome:
    loaded = load(None, settings=(*SHAPES[shape], f"network.access=[{', '.join(ways)}]"))
    bundle = build(loaded)
    published = published_findings(bundle.template) if OFFICIAL.is_dir() else []
    given = bundle.parameters["main"]["parameters"].items()
    deploy(bundle.template, {name: each["value"] for name, each in given if "value" in each})
    notes = [each for each in loaded.warnings if each.severity is Severity.INFO]
    return Outcome(
        access,
        [str(each) for each in bundle.findings if each not in notes],
        published,
        [str(each) for each in exposed(bundle.template)],
        [
            kind(way)
            for way in ways
            if kind(way) != "none" and f"modules/{kind(way)}.bicep" not in bundle.files
        ],
    )


def test_every_kind_and_every_form_of_access_is_walked() -> None:
    there_are = {str(each.__struct_config__.tag) for each in get_args(Access)}
    walked = [ways for shape in SHAPES for ways in _access(shape).values()]

    assert {way for ways in walked for way in ways} == {*WAYS, "{kind: none}"}
    for shape in SHAPES:
        accesses = _access(shape)
        assert {kind(way) for ways in accesses.values() for way in ways} == there_are
        assert {kind(way) for way in accesses["all"]} == there_are - {"none"}


@pytest.mark.parametrize("shape", SHAPES)
def test_balancer_goes_with_every_way_in(shape: str) -> None:
    wrong = [each for each in _outcomes(shape) if each.findings or each.secrets or each.missing]

    assert wrong == []


@needs_official
@pytest.mark.parametrize("shape", SHAPES)
def test_published_schemas_agree(shape: str) -> None:
    assert [each for each in _outcomes(shape) if each.published] == []
