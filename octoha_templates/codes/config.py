"""1xx: the YAML."""

from __future__ import annotations

from octoha_templates.codes._entry import Code
from octoha_templates.codes.config_rules import RULE_CODES
from octoha_templates.codes.config_values import VALUE_CODES
from octoha_templates.codes.config_yaml import YAML_CODES

CONFIG_CODES: tuple[Code, ...] = tuple(
    sorted((*YAML_CODES, *VALUE_CODES, *RULE_CODES), key=lambda entry: entry.code)
)
