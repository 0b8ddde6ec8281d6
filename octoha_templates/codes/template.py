"""4xx: the ARM template."""

from __future__ import annotations

from octoha_templates.codes._entry import Code
from octoha_templates.codes.template_rules import RULE_CODES
from octoha_templates.codes.template_schema import SCHEMA_CODES

TEMPLATE_CODES: tuple[Code, ...] = (*SCHEMA_CODES, *RULE_CODES)
