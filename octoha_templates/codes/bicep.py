"""3xx: the Bicep."""

from __future__ import annotations

from octoha_templates.codes._entry import Code
from octoha_templates.codes.bicep_checks import CHECK_CODES
from octoha_templates.codes.bicep_syntax import SYNTAX_CODES

BICEP_CODES: tuple[Code, ...] = (*SYNTAX_CODES, *CHECK_CODES)
