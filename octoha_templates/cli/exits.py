"""The one place where exceptions become exit codes."""

from __future__ import annotations

import os
import sys
import traceback

import click

from octoha_templates.errors import (
    EXIT_BUG,
    EXIT_DONE,
    EXIT_INPUT,
    EXIT_SURROUNDINGS,
    OctohaError,
)

EXIT_INTERRUPTED = 130
_BUG = (
    "\nThis is a bug of octoha-render. Please open an issue at the project's home with the lines above; "
    "they hold no values of your config."
)


class Different(Exception):  # noqa: N818 - an answer, not an error
    """`--check` found a difference: nothing went wrong, but the answer is no."""


def run(command: click.Command) -> int:
    """Run a command.

    Returns:
        The exit code: 0 done, 1 the input needs mending or `--check` found a difference, 2 wrong usage,
        3 the surroundings failed, 70 a bug of ours with its traceback, 130 interrupted.
    """
    try:
        result = command.main(prog_name="octoha-render", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - this is where every error ends
        return _exit_code(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return result if isinstance(result, int) else EXIT_DONE


def _exit_code(error: Exception) -> int:
    if isinstance(error, Different):
        return EXIT_INPUT
    if isinstance(error, OctohaError):
        from octoha_templates.cli.reporters import report

        report(error.diagnostics)
        return error.exit_code
    if isinstance(error, click.exceptions.Abort):
        return EXIT_INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader went away, as with `| head`; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SURROUNDINGS
    if isinstance(error, OSError):
        click.echo(f"error: {error.filename or 'output'}: {error.strerror or error}", err=True)
        return EXIT_SURROUNDINGS
    traceback.print_exception(error)
    click.echo(_BUG, err=True)
    return EXIT_BUG
