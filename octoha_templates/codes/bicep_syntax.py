"""300 to 329: Bicep that does not parse."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

SYNTAX_CODES: tuple[Code, ...] = ()
