"""`octoha-render init`: a config to start from."""

from __future__ import annotations

from pathlib import Path

import click

from octoha_templates.cli.files import write_text
from octoha_templates.cli.options import finding_options
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError


@click.command(
    "init",
    epilog="""\b
Examples:
  octoha-render init                 writes stack.yaml
  octoha-render init prod.yaml
  octoha-render init -               to standard output
""",
)
@click.argument("file", required=False, default="stack.yaml")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@finding_options
def command(file: str, force: bool) -> None:
    """Write a config with every key, its default and what it is for."""
    from octoha_templates.config.starter import commented_config

    text = commented_config()
    if file == "-":
        click.echo(text, nl=False)
        return
    if Path(file).exists() and not force:
        raise ArtifactError(_exists(file))
    write_text(file, text)
    click.echo(
        f"wrote {file}\n\nChange what is marked as required, then: octoha-render stack {file}"
    )


def _exists(file: str) -> Diagnostic:
    return Diagnostic(
        "OCT513",
        Severity.ERROR,
        "the file is there already",
        Location(file),
        hint="name another file, or --force to replace it",
    )
