"""The command line. Commands are loaded when they are called, so that `--help` answers at once."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from octoha_templates.cli.exits import run

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

# Command -> the module below `cli` that has it as `command`, and its help in a few words.
_COMMANDS = {
    "stack": ("stack", "Render a whole stack from a config."),
    "component": ("component", "Render one component on its own."),
    "list": ("listing", "List the components."),
    "init": ("init", "Write a commented config to start from."),
    "build": ("build", "Compile a Bicep file to ARM JSON."),
    "validate": ("validate", "Check ARM templates or Bicep files."),
    "schema": ("schema", "Show what the schemas cover."),
    "explain": ("explain", "Explain a finding code or a config."),
    "completion": ("completion", "Print the completion script of a shell."),
}


class LazyGroup(click.Group):
    """A group that imports a command only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        """List the commands in the order people need them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None when there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"octoha_templates.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        import difflib

        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Show the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"octoha-render {version('octoha-templates')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings=CONTEXT,
    epilog="""\b
Examples:
  octoha-render init stack.yaml             a config to start from
  octoha-render stack stack.yaml -o out     Bicep, ARM JSON, parameters, runbook
  octoha-render stack stack.yaml --check    is the folder up to date?
  octoha-render explain OCT150              what a finding means

\b
Exit codes: 0 done; 1 the input needs mending, or --check found a difference;
2 wrong usage; 3 a file or folder failed; 70 a bug of ours; 130 interrupted.
""",
)
@click.option(
    "--version",
    is_flag=True,
    callback=_version,
    expose_value=False,
    is_eager=True,
    help="Show the version and exit.",
)
def cli() -> None:
    """Render, compile and validate Azure templates for Octopus Deploy High Availability.

    Nothing is deployed: the result is a folder for `az deployment group create`.
    """


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(cli))
