"""1xx: the YAML."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

CONFIG_CODES: tuple[Code, ...] = ()
