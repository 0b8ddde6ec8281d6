"""Vault, database, share, monitoring and backup: right by our schemas and by the published ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from octoha_templates.validation import validate_template

from .conftest import Component

PUBLISHED_SCHEMAS = Path(__file__).resolve().parents[4] / "shared" / "arm-schemas"
COMPONENTS = (
    "key-vault/new",
    "database/azure-sql",
    "storage/azure-files",
    "monitoring/log-analytics",
    "monitoring/alerts",
    "backup/recovery-services",
)
SETTINGS = (
    (),
    ("database.authentication=sql",),
    (
        "database.redundancy=local",
        "database.sku=S3",
        "database.max_size_gib=250",
        "storage.redundancy=local",
    ),
)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("component_id", COMPONENTS)
def test_component_has_no_finding_by_our_schemas(
    component: Component, component_id: str, settings: tuple[str, ...]
) -> None:
    assert validate_template(component(component_id, *settings).template) == ()


@pytest.mark.skipif(not PUBLISHED_SCHEMAS.is_dir(), reason="the published schemas are not here")
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("component_id", COMPONENTS)
def test_component_has_no_finding_by_the_published_schemas(
    component: Component, component_id: str, settings: tuple[str, ...]
) -> None:
    template = component(component_id, *settings).template

    assert validate_template(template, schemas=PUBLISHED_SCHEMAS) == ()


@pytest.mark.parametrize("component_id", COMPONENTS)
def test_everything_people_set_is_described(component: Component, component_id: str) -> None:
    template = component(component_id).template
    for name, parameter in template["parameters"].items():
        description = parameter["metadata"]["description"]
        is_needed = "defaultValue" not in parameter
        assert description.startswith("Required. " if is_needed else "Optional. "), name
    for name, output in template["outputs"].items():
        assert output["metadata"]["description"].endswith("."), name
    assert {"name", "resourceId"} <= template["outputs"].keys()
