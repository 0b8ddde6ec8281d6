"""`octoha-render explain`: a finding code, or a config."""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octoha_templates.cli.options import finding_options

if TYPE_CHECKING:
    from octoha_templates.codes import Code

# A code of ours or of the official compiler, or the name of a rule of its linter.
_CODE = re.compile(r"(?i)(OCT|BCP)\d+\Z|[a-z]+(-[a-z]+)+\Z")


@click.command(
    "explain",
    epilog="""\b
Examples:
  octoha-render explain OCT150          a finding of ours
  octoha-render explain BCP057          by the code of the official Bicep compiler, or its linter's rule
  octoha-render explain stack.yaml      what a config renders, and which values are defaults
""",
)
@click.argument("what", metavar="CODE|CONFIG")
@finding_options
def command(what: str) -> None:
    """Explain a finding code, or what a config asks for."""
    if _CODE.match(what) and not Path(what).exists():
        _explain_code(what)
    else:
        _explain_config(what)


def _explain_code(code: str) -> None:
    from octoha_templates.codes import CATALOGUE

    wanted = code.upper()
    entries = [entry for entry in CATALOGUE.values() if wanted in (entry.code, entry.bcp.upper())]
    if not entries:
        near = difflib.get_close_matches(wanted, CATALOGUE, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise click.UsageError(f"there is no finding {code}.{hint}")
    click.echo("\n\n".join(_entry_text(entry) for entry in entries))


def _entry_text(entry: Code) -> str:
    parts = [f"{entry.code}: {entry.title}", textwrap.fill(entry.meaning, 98)]
    if entry.example:
        parts.append("Example:\n" + textwrap.indent(entry.example, "  "))
    if entry.instead:
        parts.append("Instead:\n" + textwrap.indent(entry.instead, "  "))
    if entry.bcp:
        parts.append(f"The official Bicep compiler calls it {entry.bcp}.")
    if entry.sources:
        parts.append("Sources:\n" + "\n".join(f"  {source}" for source in entry.sources))
    return "\n\n".join(parts)


def _explain_config(file: str) -> None:
    from octoha_templates.api import load_stack
    from octoha_templates.config.differences import differences
    from octoha_templates.rendering.components import components_of

    loaded = load_stack(file)
    click.echo(f"{file} asks for these components:\n")
    for component in components_of(loaded.stack):
        click.echo(f"  {component.id:<36} {component.description}")
    if loaded.environments:
        click.echo(f"\nEnvironments: {', '.join(loaded.environments)}")
    click.echo("\nValues that are not the defaults:\n")
    for key, value in differences(loaded.stack):
        click.echo(f"  {key}: {value if isinstance(value, str) else json.dumps(value)}")
