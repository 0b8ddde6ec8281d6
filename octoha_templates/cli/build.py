"""`octoha-render build`: the compiler alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from octoha_templates.cli.files import require_readable, write_text
from octoha_templates.cli.options import reporting
from octoha_templates.cli.reporters import report

_PARAMETERS = ".bicepparam"


@click.command(
    "build",
    epilog="""\b
Examples:
  octoha-render build main.bicep                     to main.json
  octoha-render build main.bicep -o -                to standard output
  octoha-render build prod.bicepparam                to prod.json; readEnvironmentVariable reads this shell
  octoha-render build modules/a.bicep --root .       modules may lie beside the file's folder
  cat main.bicep | octoha-render build - -o main.json
""",
)
@click.argument("file", metavar="FILE.bicep")
@click.option("-o", "--output", metavar="FILE", help="File to write; - is standard output.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that files may be read from; the file's own folder without it.",
)
@reporting
def command(file: str, output: str | None, root: Path | None, quiet: int, verbose: int) -> None:
    """Compile a Bicep file, or a .bicepparam file, to JSON with the embedded compiler."""
    from octoha_templates.parameters import stable_json

    value, findings = _compiled(file, root)
    report(findings, quiet)
    target = output or ("-" if file == "-" else str(Path(file).with_suffix(".json")))
    text = stable_json(value).decode()
    if target == "-":
        click.echo(text, nl=False)
        return
    write_text(target, text)
    if verbose:
        click.echo(f"wrote {target}")


def _compiled(file: str, root: Path | None) -> tuple[dict[str, Any], Any]:
    from octoha_templates import bicep

    if file == "-":
        folder = bicep.folder_reader(root or Path())
        result = bicep.compile_text(sys.stdin.read(), file="<stdin>", read=folder)
        return result.template, result.diagnostics
    require_readable(file)
    if file.endswith(_PARAMETERS):
        parameters = bicep.compile_params_file(file, root=root, environment=os.environ)
        return parameters.parameters, parameters.diagnostics
    compiled = bicep.compile_file(file, root=root)
    return compiled.template, compiled.diagnostics
