"""330 to 399: Bicep that parses and still cannot be compiled, and what the linter warns about."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

CHECK_CODES: tuple[Code, ...] = ()
