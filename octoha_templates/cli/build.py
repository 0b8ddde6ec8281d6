"""`octoha-render build`: the compiler alone."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octoha_templates.cli.exits import Different
from octoha_templates.cli.files import places_below, renamed, require_readable, write_text
from octoha_templates.cli.options import reporting
from octoha_templates.cli.reporters import report
from octoha_templates.cli.verify import differences
from octoha_templates.diagnostics import Diagnostic, Severity, in_order

if TYPE_CHECKING:
    from octoha_templates.bicep import CompileResult

_PARAMETERS = ".bicepparam"
# What one resource's own schema says: wrong keys, values and types. Unknown types are left to the reader.
_RESOURCE_CODES = frozenset(
    {"OCT403", "OCT404", "OCT405", "OCT406", "OCT407", "OCT408", "OCT409", "OCT410", "OCT411"}
)


@click.command(
    "build",
    epilog="""\b
Examples:
  octoha-render build main.bicep                     to main.json
  octoha-render build main.bicep -o -                to standard output
  octoha-render build prod.bicepparam                to prod.json; readEnvironmentVariable reads this shell
  octoha-render build modules/a.bicep --root .       modules may lie beside the file's folder
  octoha-render build main.bicep --verify            the same as the official compiler?
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
@click.option(
    "--verify",
    is_flag=True,
    help="Compile with the official compiler, too; write nothing, show what differs.",
)
@reporting
def command(
    file: str, output: str | None, root: Path | None, verify: bool, quiet: int, verbose: int
) -> None:
    """Compile a Bicep file, or a .bicepparam file, to JSON with the embedded compiler.

    Resources are checked against the schemas; what does not fit is a warning, as it is for the official
    compiler.
    """
    from octoha_templates.parameters import stable_json

    value, findings = _compiled(file, root)
    report(findings, quiet)
    if verify:
        _verify(file, value)
        return
    target = output or ("-" if file == "-" else str(Path(file).with_suffix(".json")))
    text = stable_json(value).decode()
    if target == "-":
        click.echo(text, nl=False)
        return
    write_text(target, text)
    if verbose:
        click.echo(f"wrote {target}")


def _compiled(file: str, root: Path | None) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    from octoha_templates import bicep

    if file == "-":
        reader = bicep.folder_reader(root or Path())
        result = bicep.compile_text(sys.stdin.read(), file="<stdin>", read=reader)
        return result.template, _with_schemas(result)
    require_readable(file)
    folder = root or Path(file).parent
    with places_below(folder):
        if file.endswith(_PARAMETERS):
            parameters = bicep.compile_params_file(file, root=root, environment=os.environ)
            return parameters.parameters, renamed(parameters.diagnostics, folder)
        compiled = bicep.compile_file(file, root=root)
    return compiled.template, renamed(_with_schemas(compiled), folder)


def _with_schemas(result: CompileResult) -> tuple[Diagnostic, ...]:
    """Add what the schemas say about resources of the types and versions that they have."""
    from octoha_templates.validation import validate_template

    found = validate_template(result.template, source_map=result.source_map)
    about_resources = (
        replace(finding, severity=Severity.WARNING)
        for finding in found
        if finding.code in _RESOURCE_CODES
    )
    return in_order((*result.diagnostics, *about_resources))


def _verify(file: str, ours: dict[str, Any]) -> None:
    """Compare with the official compiler.

    Raises:
        Different: It makes something else of the file.
    """
    if file == "-" or file.endswith(_PARAMETERS):
        raise click.UsageError("--verify wants a .bicep file")
    from octoha_templates.official import find_official_compiler

    official = find_official_compiler()
    found = list(differences(ours, official.compile_file(Path(file)).template))
    for line in found:
        click.echo(line)
    if found:
        raise Different
    click.echo(f"{file}: equal to what {official.description} makes of it")
