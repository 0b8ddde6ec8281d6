"""`octoha-render completion`: completion for shells."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(
    "completion",
    epilog="""\b
Examples:
  octoha-render completion bash > ~/.local/share/bash-completion/completions/octoha-render
  octoha-render completion zsh  > ~/.zfunc/_octoha-render
  octoha-render completion fish > ~/.config/fish/completions/octoha-render.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that lets a shell complete commands and options."""
    from octoha_templates.cli import cli

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    source = made(cli, {}, "octoha-render", "_OCTOHA_RENDER_COMPLETE")
    click.echo(source.source_template % source.source_vars())
