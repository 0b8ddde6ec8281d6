"""`octoha-render schema`: what the schemas cover, and the schema of the config."""

from __future__ import annotations

import json

import click

from octoha_templates.cli import schema_sync


@click.group("schema")
def command() -> None:
    """Show what the schemas cover."""


command.add_command(schema_sync.command)


@command.command("list")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write the list.",
)
def list_types(form: str) -> None:
    """List the resource types that templates are checked for, with their API versions."""
    from octoha_templates.rendering.environment import api_versions

    versions = dict(sorted(api_versions().items(), key=lambda item: item[0].lower()))
    if form == "json":
        click.echo(json.dumps(versions, indent=2))
        return
    width = max(len(name) for name in versions)
    for name, api_version in versions.items():
        click.echo(f"{name:<{width}}  {api_version}")


@command.command(
    "config",
    epilog="""\b
Example:
  octoha-render schema config > stack.schema.json
""",
)
def config() -> None:
    """Print the JSON Schema of stack.yaml, for editors."""
    from octoha_templates.config.schema import stack_schema_text

    click.echo(stack_schema_text(), nl=False)
