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
    Code(
        "OCT510",
        "The output is a file",
        "Artifacts are a folder; something else has its name.",
        example="octoha-render stack -o stack.yaml",
        instead="octoha-render stack -o out",
    ),
    Code(
        "OCT511",
        "The folder cannot be written",
        "Writing failed, such as for want of room or permission. Nothing was changed: the new folder is "
        "written beside the old one and takes its place in one step.",
    ),
    Code(
        "OCT512",
        "A file cannot be read",
        "A file in the output folder cannot be compared with what would be rendered.",
    ),
)
