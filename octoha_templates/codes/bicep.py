"""3xx: the Bicep."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

BICEP_CODES: tuple[Code, ...] = ()
