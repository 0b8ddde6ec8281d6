"""2xx: fragments."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

RENDERING_CODES: tuple[Code, ...] = ()
