"""`octoha-render component`: one component on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from octoha_templates.cli.options import rendering, reporting
from octoha_templates.cli.reporters import report
from octoha_templates.cli.stack import finish, pick_compiler


@click.command(
    "component",
    epilog="""\b
Examples:
  octoha-render component database/azure-sql -o out
  octoha-render component network/new --set network.address_space=10.9.0.0/22 --config stack.yaml
  octoha-render list                     the components there are
""",
)
@click.argument("component", metavar="ROLE/KIND")
@click.option(
    "--config", metavar="FILE", help="Take the defaults of its parameters from this config."
)
@rendering
@reporting
def command(
    component: str,
    config: str | None,
    output: Path,
    formats: Any,
    settings: tuple[str, ...],
    templates: Path | None,
    schemas: Path | None,
    compiler: str,
    check: bool,
    diff: bool,
    quiet: int,
    verbose: int,
) -> None:
    """Render one component as a folder that deploys that component alone."""
    from octoha_templates.pipeline import build_component, load_for_component

    bundle = build_component(
        load_for_component(config, component, settings),
        component,
        overrides=templates,
        schemas=schemas,
        formats=formats,
        compiler=pick_compiler(compiler),
    )
    report(bundle.findings, quiet)
    again = f"octoha-render component {component}"
    finish(bundle, output, check=check, diff=diff, quiet=quiet, verbose=verbose, again=again)
