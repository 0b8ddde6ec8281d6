"""`octoha-render validate`: templates that are there already."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from octoha_templates.cli.exits import Different
from octoha_templates.cli.files import places_below, read_text, renamed, require_readable
from octoha_templates.cli.options import SchemasFolder, reporting
from octoha_templates.cli.reporters import report
from octoha_templates.diagnostics import Diagnostic, has_errors, in_order
from octoha_templates.errors import OctohaError


@click.command(
    "validate",
    epilog="""\b
Examples:
  octoha-render validate main.json
  octoha-render validate main.bicep other.json
  octoha-render validate main.json --report sarif > findings.sarif
  octoha-render validate main.json --schemas official-schemas/
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--schemas",
    type=SchemasFolder(),
    help="Folder of schemas in the published layout, in place of our own; or official.",
)
@reporting
def command(files: tuple[str, ...], schemas: Path | None, quiet: int, verbose: int) -> None:
    """Check ARM templates, or Bicep files once compiled, against schemas and ARM's own rules.

    Templates nested in a template are checked, too, and those it links to in files beside it. - is a
    template on standard input.
    """
    findings: list[Diagnostic] = []
    for file in files:
        found = _findings(file, schemas)
        findings += found
        if verbose:
            click.echo(f"{file}: {len(found)} findings")
    ordered = in_order(findings)
    report(ordered, quiet, as_result=True)
    if has_errors(ordered):
        raise Different


def _findings(file: str, schemas: Path | None) -> tuple[Diagnostic, ...]:
    from octoha_templates.validation import validate_template, validate_text

    try:
        if file.endswith(".bicep"):
            from octoha_templates.bicep import compile_file

            require_readable(file)
            folder = Path(file).parent
            with places_below(folder):
                result = compile_file(file)
            found = validate_template(
                result.template, source_map=result.source_map, file=Path(file).name, schemas=schemas
            )
            return renamed((*result.diagnostics, *found), folder)
        if file == "-":
            return validate_text(sys.stdin.read(), "<stdin>", schemas=schemas)
        return validate_text(read_text(file), file, folder=Path(file).parent, schemas=schemas)
    except OctohaError as error:
        if error.exit_code != OctohaError.exit_code:
            raise
        return error.diagnostics
