"""`octoha-render stack`: a whole stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octoha_templates.cli.exits import Different
from octoha_templates.cli.options import rendering, reporting
from octoha_templates.cli.reporters import report

if TYPE_CHECKING:
    from octoha_templates.pipeline import Bundle

_STEPS = ("validate", "what-if ", "create  ")


@click.command(
    "stack",
    epilog="""\b
Examples:
  octoha-render stack                              the embedded reference stack, into out/
  octoha-render stack stack.yaml -o build/prod     a config of your own
  octoha-render stack stack.yaml --env test        parameter files of one environment only
  octoha-render stack stack.yaml --set nodes.count=4 --set tags.owner=ops
  octoha-render stack stack.yaml --check           exit 1 when the folder is out of date
  octoha-render stack stack.yaml --diff            show how the folder would change
  cat stack.yaml | octoha-render stack -           read the config from standard input
""",
)
@click.argument("config", required=False, type=click.Path(path_type=str))
@rendering
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="NAME",
    help="Write the parameter files of this environment; all of them without it.",
)
@click.option(
    "--from-az",
    is_flag=True,
    help="Take cloud and default location from the signed-in Azure CLI profile.",
)
@reporting
def command(
    config: str | None,
    output: Path,
    formats: Any,
    settings: tuple[str, ...],
    templates: Path | None,
    schemas: Path | None,
    compiler: str,
    check: bool,
    diff: bool,
    environments: tuple[str, ...],
    from_az: bool,
    quiet: int,
    verbose: int,
) -> None:
    """Render a whole stack: Bicep, ARM JSON, parameter files, scripts, runbook.

    CONFIG is a YAML file, or - for standard input. Without it the embedded reference stack is rendered.
    """
    from octoha_templates.api import load_stack
    from octoha_templates.pipeline import build

    loaded = load_stack(config, settings=(*_az_settings(from_az), *settings))
    bundle = build(
        loaded,
        overrides=templates,
        schemas=schemas,
        formats=formats,
        environments=environments or None,
        compiler=pick_compiler(compiler),
    )
    report(bundle.findings, quiet)
    again = f"octoha-render stack {config or ''}".rstrip()
    finish(bundle, output, check=check, diff=diff, quiet=quiet, verbose=verbose, again=again)


def _az_settings(from_az: bool) -> tuple[str, ...]:
    if not from_az:
        return ()
    from octoha_templates.clouds import profile_defaults

    return profile_defaults().settings


def pick_compiler(name: str) -> Callable[..., Any] | None:
    """Give the official compiler when it is asked for; None stands for the embedded one."""
    if name == "embedded":
        return None
    from octoha_templates.official import find_official_compiler

    return find_official_compiler()


def finish(
    bundle: Bundle, output: Path, *, check: bool, diff: bool, quiet: int, verbose: int, again: str
) -> None:
    """Compare or write a bundle, and say what was done.

    Raises:
        Different: The folder differs, and writing was not asked for.
        OctohaError: The folder cannot be read or written.
    """
    if check or diff:
        _compare(bundle, output, diff=diff, again=again)
        return
    done = bundle.write(output)
    if quiet:
        return
    for verb, paths in (("wrote", done.written), ("removed", done.removed)):
        for path in paths:
            click.echo(f"{verb} {(output / path).as_posix()}")
    if verbose:
        for path in done.unchanged:
            click.echo(f"kept {(output / path).as_posix()}")
    click.echo(_summary(bundle, output, len(done.written), len(done.unchanged)))


def _compare(bundle: Bundle, output: Path, *, diff: bool, again: str) -> None:
    if diff:
        click.echo(bundle.diff(output), nl=False)
    differences = bundle.compare(output)
    if not differences:
        click.echo(f"{output.as_posix()} is up to date")
        return
    if not diff:
        for difference in differences:
            click.echo(f"{difference.change.value} {(output / difference.path).as_posix()}")
    click.echo(
        f"{output.as_posix()} differs in {len(differences)} files; "
        f"`{again} -o {output.as_posix()}` writes them",
        err=True,
    )
    raise Different


def _summary(bundle: Bundle, output: Path, written: int, unchanged: int) -> str:
    lines = [f"\n{output.as_posix()}: {written} written, {unchanged} unchanged"]
    if "main.json" in bundle.files:
        files = "--template-file main.json --parameters @main.parameters.json"
        lines += [
            "",
            f"Read {(output / 'DEPLOY.md').as_posix()} first. In short, from that folder:",
            "",
        ]
        lines += [f"  az deployment group {step} -g <group> {files}" for step in _STEPS]
    return "\n".join(lines)
