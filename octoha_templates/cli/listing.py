"""`octoha-render list`: the components."""

from __future__ import annotations

import json

import click


@click.command(
    "list",
    epilog="""\b
Examples:
  octoha-render list
  octoha-render list --format json
""",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write the list.",
)
def command(form: str) -> None:
    """List the components and their kinds."""
    from octoha_templates.rendering.components import COMPONENTS

    if form == "json":
        listed = [
            {
                "id": each.id,
                "title": each.title,
                "description": each.description,
                "module": each.module,
            }
            for each in COMPONENTS
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    width = max(len(component.id) for component in COMPONENTS)
    for component in COMPONENTS:
        click.echo(f"{component.id:<{width}}  {component.description}")
