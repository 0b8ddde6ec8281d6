"""The published schemas in place of ours: they are read as they are, and agree on what we render."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octoha_templates.validation import registry_of, validate_template
from tests.unit.validation.conftest import (
    CHECKOUT,
    NOT_IN_THE_COPY,
    OFFICIAL,
    findings,
    needs_official,
    official_registry,
    published_findings,
    reference_like,
    rendered_templates,
    security_group,
    template,
)

# The published list of sizes stops years ago; everything that deploys today is outside it.
_OUTDATED = "hardwareProfile.vmSize"


@needs_official
def test_a_template_like_the_reference_stack_passes_the_published_schemas() -> None:
    found = validate_template(reference_like(), schemas=OFFICIAL)
    assert [str(d) for d in found if not d.path.endswith(_OUTDATED)] == []


@needs_official
@pytest.mark.parametrize("file", rendered_templates(), ids=lambda file: file.parent.name)
def test_rendered_samples_pass_the_published_schemas(file: Path) -> None:
    assert published_findings(json.loads(file.read_text("utf-8"))) == []


@pytest.mark.parametrize("file", rendered_templates(), ids=lambda file: file.parent.name)
def test_rendered_samples_pass_our_schemas(file: Path) -> None:
    assert findings(json.loads(file.read_text("utf-8"))) == []


@needs_official
def test_a_wrong_value_is_found_with_the_published_schemas() -> None:
    rule = {"access": "allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp"}
    group = security_group(properties={"securityRules": [{"name": "rule", "properties": rule}]})
    (found,) = validate_template(template(group), schemas=OFFICIAL)
    assert (found.code, found.hint) == ("OCT408", "did you mean 'Allow'?")


@needs_official
def test_each_resource_type_and_version_of_ours_is_published() -> None:
    versions = json.loads((CHECKOUT / "schemas" / "apiVersions.json").read_text("utf-8"))
    missing = [t for t, v in versions.items() if official_registry().find_resource(t, v) is None]
    assert [t for t in missing if t not in NOT_IN_THE_COPY] == []


def test_each_resource_type_and_version_has_a_definition_of_ours() -> None:
    versions = json.loads((CHECKOUT / "schemas" / "apiVersions.json").read_text("utf-8"))
    schemas = {t: registry_of().find_resource(t, v) for t, v in versions.items()}
    assert [t for t, schema in schemas.items() if schema is None] == []
    assert [t for t, s in schemas.items() if s is not None and s.resource_type != t] == []
