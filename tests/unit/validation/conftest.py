"""What the tests of the validation share: templates made in a line, and the two folders of schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.validation import SchemaRegistry, registry_of, validate_template

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[2]
OFFICIAL = CHECKOUT.parent / "shared" / "arm-schemas"
# Published with 2025-10-01, a version that the copy beside the checkout does not have.
NOT_IN_THE_COPY = ("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",)
ROOT = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"

needs_official = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the published schemas are not beside the checkout"
)

Json = dict[str, Any]


def official_registry() -> SchemaRegistry:
    """Give the published schemas; only for tests that skip without them."""
    return registry_of(OFFICIAL)


def published_findings(body: Json) -> list[str]:
    """Check a template with the published schemas, apart from types that the copy does not have."""
    return [
        str(found)
        for found in validate_template(body, schemas=OFFICIAL)
        if found.severity is not Severity.INFO
        and not (found.code == "OCT401" and any(kind in found.message for kind in NOT_IN_THE_COPY))
    ]


def reference_like() -> Json:
    """Read a template with one resource of most types that the reference stack has."""
    template: Json = json.loads((HERE / "reference_like.json").read_text("utf-8"))
    return template


def rendered_templates() -> list[Path]:
    """List the compiled templates of the samples, where there are any."""
    return sorted((CHECKOUT / "tests" / "cases" / "samples").glob("*/main.json"))


def template(*resources: Json, **sections: Any) -> Json:
    """Make a template of resources and further sections."""
    return {
        "$schema": ROOT,
        "contentVersion": "1.0.0.0",
        "resources": list(resources),
        **sections,
    }


def resource(resource_type: str, version: str, name: str, **body: Any) -> Json:
    """Make a resource."""
    return {"type": resource_type, "apiVersion": version, "name": name, **body}


def security_group(name: str = "nsg", **body: Any) -> Json:
    """Make a network security group without rules; `body` adds or replaces."""
    group = resource(
        "Microsoft.Network/networkSecurityGroups", "2025-05-01", name, location="westeurope"
    )
    return {**group, "properties": {}, **body}


def nested(body: Json, *, scope: str = "inner", **properties: Any) -> Json:
    """Make a deployment that carries a template."""
    return resource(
        "Microsoft.Resources/deployments",
        "2025-04-01",
        "nested",
        properties={
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": scope},
            "template": body,
            **properties,
        },
    )


def findings(body: Json, **options: Any) -> list[tuple[str, str, str]]:
    """Check a template; give code, path and message of every finding."""
    return [(d.code, d.path, d.message) for d in validate_template(body, **options)]


def the_finding(body: Json, **options: Any) -> Diagnostic:
    """Check a template that has one thing wrong."""
    (found,) = validate_template(body, **options)
    return found
