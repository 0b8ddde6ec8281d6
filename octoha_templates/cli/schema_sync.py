"""`octoha-render schema sync`: the published schemas into the cache."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(
    "sync",
    epilog="""\b
Examples:
  octoha-render schema sync
  octoha-render schema sync main.json --from https://mirror.example/schemas
""",
)
@click.argument("files", nargs=-1, metavar="[TEMPLATE]...")
@click.option(
    "--from",
    "base",
    metavar="URL",
    help="A mirror in the published layout, in place of schema.management.azure.com.",
)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Folder to fill.")
def command(files: tuple[str, ...], base: str | None, into: Path | None) -> None:
    """Download the official schemas of the types that templates use.

    Without a template, of all types that this package uses. Then use --schemas official.
    """
    from octoha_templates.schema_sync import OFFICIAL, cache_folder, sync

    folder = into or cache_folder()
    done = sync(_pairs(files), folder, base=base or OFFICIAL, progress=_progress())
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    click.echo(f"{len(done.files)} files, {done.received} bytes downloaded")


def _pairs(files: tuple[str, ...]) -> set[tuple[str, str]]:
    from octoha_templates.cli.files import read_text
    from octoha_templates.rendering.environment import api_versions
    from octoha_templates.schema_sync import resource_pairs
    from octoha_templates.validation.arm_json import read_arm_json

    if not files:
        return set(api_versions().items())
    return {p for f in files for p in resource_pairs(read_arm_json(read_text(f), f).value)}


def _progress() -> _Show | None:
    return _Show() if sys.stderr.isatty() else None


class _Show:
    """Shows the file that is being downloaded on one line of the terminal."""

    def __call__(self, name: str, size: int, whole: int) -> None:
        share = f" {100 * size // whole:3d} %" if whole else f" {size // 1024} KiB"
        click.echo(f"\r\033[K{name}{share}", nl=False, err=True)
