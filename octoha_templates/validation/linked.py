"""Templates that a template links to: those in files beside it are checked with it.

Source: Azure documentation, "Use linked and nested templates": `relativePath` starts from the folder of
the template that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Location, Severity, in_order
from octoha_templates.errors import TemplateError
from octoha_templates.schemacheck import Path, json_path
from octoha_templates.validation.arm_json import read_arm_json
from octoha_templates.validation.scopes import read_scopes
from octoha_templates.validation.template import validate_template

_DEPLOYMENTS: Final = "microsoft.resources/deployments"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a deployment to its template.

    Attributes:
        path: JSON path of the link.
        relative_path: The file, from the folder of the template; None for a link of another kind.
    """

    path: Path
    relative_path: str | None


def iter_links(template: Mapping[str, Any]) -> Iterator[Link]:
    """Find the links of a template and of those nested in it."""
    for scope in read_scopes(dict(template)):
        for resource in scope.resources:
            properties = resource.body.get("properties")
            link = properties.get("templateLink") if isinstance(properties, Mapping) else None
            kind = str(resource.body.get("type", "")).lower()
            if kind == _DEPLOYMENTS and isinstance(link, Mapping):
                yield Link((*resource.path, "properties", "templateLink"), _relative(link))


def _relative(link: Mapping[str, Any]) -> str | None:
    """Give the file that a link names in so many words; expressions are worked out by Azure only."""
    path = link.get("relativePath")
    return path if isinstance(path, str) and not path.startswith("[") else None


def validate_text(
    text: str, file: str, *, folder: FilePath | None = None, schemas: FilePath | None = None
) -> tuple[Diagnostic, ...]:
    """Check the text of an ARM template with every template that it links to in files beside it.

    Args:
        text: JSON, with comments or without.
        file: What to call it in findings.
        folder: Where links start from; they must stay in it. Without one, links are not followed.
        schemas: As for `validate_template`.

    Returns:
        The findings of all of them.

    Raises:
        TemplateError: OCT462 or OCT463, it is not JSON, or has a key twice.
    """
    return in_order(tuple(_findings(_Linked(text, file, folder), folder, schemas, set())))


@dataclass(frozen=True, slots=True)
class _Linked:
    text: str
    file: str
    folder: FilePath | None


def _findings(
    linked: _Linked, root: FilePath | None, schemas: FilePath | None, seen: set[FilePath]
) -> Iterator[Diagnostic]:
    read = read_arm_json(linked.text, linked.file)
    yield from validate_template(
        read.value, source_map=read.places, file=linked.file, schemas=schemas
    )
    if not isinstance(read.value, Mapping):
        return
    for link in iter_links(read.value):
        place = read.places.get(json_path(link.path), Location(linked.file))
        if link.relative_path is None or linked.folder is None or root is None:
            yield _not_followed(place)
            continue
        target = (linked.folder / link.relative_path).resolve()
        if target in seen:
            continue
        seen.add(target)
        if not target.is_relative_to(root.resolve()):
            yield _missing(link.relative_path, "lies outside the folder of the template", place)
            continue
        name = (FilePath(linked.file).parent / link.relative_path).as_posix()
        try:
            text = target.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            yield _missing(link.relative_path, "cannot be read", place)
            continue
        try:
            yield from _findings(_Linked(text, name, target.parent), root, schemas, seen)
        except TemplateError as error:
            yield from error.diagnostics


def _not_followed(place: Location) -> Diagnostic:
    message = "the linked template is elsewhere, so it is not checked here"
    return Diagnostic("OCT464", Severity.INFO, message, place, "check that file on its own, too")


def _missing(path: str, why: str, place: Location) -> Diagnostic:
    message = f"the linked template `{path}` {why}"
    hint = "relativePath starts from the folder of the template that names it"
    return Diagnostic("OCT465", Severity.ERROR, message, place, hint)
