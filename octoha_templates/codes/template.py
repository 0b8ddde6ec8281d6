"""4xx: the ARM template."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

TEMPLATE_CODES: tuple[Code, ...] = ()
