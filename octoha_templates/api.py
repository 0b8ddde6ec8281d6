"""The two calls that most callers need: a config in, a bundle out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from octoha_templates.config.load import Loaded, load
from octoha_templates.config.reading import Source
from octoha_templates.pipeline import Bundle, Format, build


def load_stack(source: Source = None, *, settings: Sequence[str] = ()) -> Loaded:
    """Read and check a config with its environments.

    Args:
        source: A path, `-` for standard input, an open file, or None for the embedded reference stack.
        settings: Changes on top, `nodes.count=2`.

    Returns:
        The checked config: `.stack`, `.environments` by name, `.warnings`.

    Raises:
        ArtifactError: The file is missing or cannot be read.
        ConfigError: With every mistake there is.
    """
    return load(source, settings=settings)


def render(
    loaded: Loaded,
    *,
    templates: str | Path | None = None,
    schemas: str | Path | None = None,
    formats: Format = "both",
    environments: Sequence[str] | None = None,
) -> Bundle:
    """Render a stack to Bicep, compile it to ARM JSON with the embedded compiler, and validate that.

    Args:
        loaded: What `load_stack` returned.
        templates: A folder of fragments that go in front of the package's own.
        schemas: A folder of schemas in the published layout, in place of the package's own, or `official`
            for those that `octoha-render schema sync` fetched.
        formats: `bicep`, `arm` or `both`.
        environments: Which environments get parameter files; None for all.

    Returns:
        The bundle: `.files`, `.template`, `.parameters`, `.findings`, `.write(folder)`.

    Raises:
        OctohaError: With every finding; the subclass says which stage it was.
    """
    return build(
        loaded,
        overrides=Path(templates) if templates else None,
        schemas=_schemas_folder(schemas),
        formats=formats,
        environments=environments,
    )


def _schemas_folder(schemas: str | Path | None) -> Path | None:
    if schemas is None:
        return None
    from octoha_templates.schema_sync import schemas_folder  # brings the network libraries along

    return schemas_folder(str(schemas))
