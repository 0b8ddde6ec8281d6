"""The options that several commands share, and what they set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from octoha_templates.cli.reporters import REPORTS, configure

Decorated = Callable[..., Any]


class SchemasFolder(click.Path):
    """A folder of schemas, or `official` for what `schema sync` downloaded."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, exists=True, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn `official` into the cache folder."""
        if value != "official":
            return super().convert(value, param, ctx)
        from octoha_templates.schema_sync import schemas_folder

        return schemas_folder(value)


def _set_color(_: click.Context, __: click.Parameter, value: str) -> None:
    configure(color=_wants_color(value))


def _wants_color(value: str) -> bool:
    if value == "auto":
        return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return value == "always"


def _set_report(_: click.Context, __: click.Parameter, value: str) -> None:
    configure(report=value)


def finding_options(function: Decorated) -> Decorated:
    """Add `--report` and `--color`: how findings are written."""
    options = (
        click.option(
            "--report",
            type=click.Choice(list(REPORTS)),
            default="text",
            show_default=True,
            callback=_set_report,
            expose_value=False,
            is_eager=True,
            help="How findings are written to standard error.",
        ),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            callback=_set_color,
            expose_value=False,
            is_eager=True,
            show_default=True,
            help="Colour in findings; NO_COLOR counts, too.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def reporting(function: Decorated) -> Decorated:
    """Add `--report`, `--color`, `-v` and `-q`."""
    options = (
        finding_options,
        click.option("-q", "--quiet", count=True, help="Say less: -q no notes, -qq errors only."),
        click.option("-v", "--verbose", count=True, help="Say more: list every file."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def rendering(function: Decorated) -> Decorated:
    """Add what `stack` and `component` have in common."""
    options = (
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            default=Path("out"),
            show_default=True,
            help="Folder to write.",
        ),
        click.option(
            "--format",
            "formats",
            type=click.Choice(["bicep", "arm", "both"]),
            default="both",
            show_default=True,
            help="What to write.",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="Change a value of the config: nodes.count=2.",
        ),
        click.option(
            "--templates",
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="Folder of fragments that go in front of our own.",
        ),
        click.option(
            "--schemas",
            type=SchemasFolder(),
            help="Folder of schemas in the published layout, in place of our own; or official.",
        ),
        click.option(
            "--compiler",
            type=click.Choice(["embedded", "bicep"]),
            default="embedded",
            show_default=True,
            help="Our own compiler, or the official one on PATH.",
        ),
        click.option(
            "--check", is_flag=True, help="Write nothing; exit with 1 if anything differs."
        ),
        click.option(
            "--diff", is_flag=True, help="Write nothing; show how the folder would change."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function
