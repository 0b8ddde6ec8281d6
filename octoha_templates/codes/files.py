"""5xx: files and folders."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

FILE_CODES: tuple[Code, ...] = (
    Code(
        "OCT501",
        "The package's own data is missing",
        "templates/ or schemas/ was found neither in the installed package nor in a checkout. "
        "The installation is incomplete.",
        instead="Install the package again.",
    ),
)
