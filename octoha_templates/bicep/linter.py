"""What compiles and should be mended: the warnings, as the official linter gives them by default."""

from __future__ import annotations

from octoha_templates.bicep.model import FileModel
from octoha_templates.diagnostics import Diagnostic


def lint(model: FileModel) -> None:
    """Look for everything that is worth a warning."""


def shown(model: FileModel) -> list[Diagnostic]:
    """Give the findings about a file that no `#disable-next-line` takes away."""
    return list(model.findings.all())
