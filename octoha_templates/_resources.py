"""Finds `templates/`, `schemas/` and `samples/`, in a checkout or in an installed wheel.

The wheel carries them below `octoha_templates/_data/`; an editable install and a checkout use the live
folders beside the package.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.errors import ArtifactError

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_folder(name: str) -> Path:
    """Find one of the data folders of the project.

    Args:
        name: `templates`, `schemas` or `samples`.

    Returns:
        The folder, absolute.

    Raises:
        ArtifactError: OCT501, neither place has it; the installation is broken.
    """
    installed = _PACKAGE / "_data" / name
    if installed.is_dir():
        return installed
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise ArtifactError(
        Diagnostic(
            "OCT501",
            Severity.ERROR,
            f"the folder {name} of this package is missing",
            hint=f"install again; looked in octoha_templates/_data/{name} and beside pyproject.toml",
        )
    )
