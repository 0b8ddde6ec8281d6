"""ARM templates against their schemas and ARM's own rules."""

from __future__ import annotations

from octoha_templates.validation.arm_json import ArmText, read_arm_json
from octoha_templates.validation.linked import validate_text
from octoha_templates.validation.registry import SchemaRegistry, registry_of
from octoha_templates.validation.template import validate_template

__all__ = [
    "ArmText",
    "SchemaRegistry",
    "read_arm_json",
    "registry_of",
    "validate_template",
    "validate_text",
]
