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
    Code(
        "OCT513",
        "The file is there already",
        "`init` never replaces a config by accident.",
        example="octoha-render init stack.yaml",
        instead="octoha-render init other.yaml, or --force",
    ),
    Code(
        "OCT514",
        "The file cannot be written",
        "Writing a single file failed, such as for want of room or permission. An old file is as it was.",
    ),
    Code(
        "OCT515",
        "The file cannot be read",
        "A file named on the command line is missing, cannot be opened, or is not UTF-8 text.",
    ),
    Code(
        "OCT516",
        "The official compiler is not there",
        "`--compiler bicep` wants the official Bicep compiler, on its own or as part of the Azure CLI.",
        instead="Install it, or use the embedded compiler, which needs nothing.",
        sources=("https://learn.microsoft.com/azure/azure-resource-manager/bicep/install",),
    ),
    Code(
        "OCT517",
        "A finding of the official compiler",
        "The official compiler reported this; its own code stands in the message.",
    ),
)
