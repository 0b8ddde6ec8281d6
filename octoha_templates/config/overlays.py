"""`environments:` overlays: what differs between test and production of one stack.

They change plain data, so that what they bring is checked like everything else, and take the places
along. Environments share one template, so an overlay can change values only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from octoha_templates.config.merging import merged
from octoha_templates.config.model import Stack
from octoha_templates.config.places import Document, Path, Places, dotted, value_at
from octoha_templates.config.structure import shape_of
from octoha_templates.config.words import near_miss_hint, quoted
from octoha_templates.diagnostics import Diagnostic, Location, Severity

ENVIRONMENTS: Final = "environments"
_MAIN: Final = "main"
_MOST_ENVIRONMENTS: Final = 20
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def without_environments(document: Document) -> Document:
    """Take the overlays out of a document; what is left is the stack they change."""
    if not isinstance(document.data, dict):
        return document
    data = {key: value for key, value in document.data.items() if key != ENVIRONMENTS}
    return Document(data, document.places)


def environment_names(document: Document) -> tuple[str, ...]:
    """List the environments of a document whose overlay is a mapping, in the order written.

    Of too many, which is a finding of the types, only as many as there can be are looked at.
    """
    found = value_at(document.data, (ENVIRONMENTS,))
    if not isinstance(found, dict):
        return ()
    names = (name for name, overlay in found.items() if isinstance(overlay, dict))
    return tuple(islice(names, _MOST_ENVIRONMENTS))


def overlaid(document: Document, environment: str) -> Document:
    """Merge the overlay of one environment into the stack.

    Mappings are merged key by key; lists, plain values and components of another kind are replaced
    whole.

    Args:
        document: A document with that environment.
        environment: Its name.

    Returns:
        The stack of that environment, without `environments`. Places of what the overlay brought
        are in the overlay.
    """
    base = without_environments(document)
    prefix: Path = (ENVIRONMENTS, environment)
    overlay = {
        key: value for key, value in value_at(document.data, prefix).items() if key != ENVIRONMENTS
    }
    places = document.places
    return merged(base, Document(overlay, _below(places, prefix)))


def reserved_name(document: Document, environment: str) -> Iterator[Diagnostic]:
    """Find a name that cannot name the files of an environment: `main` is the stack itself."""
    if environment == _MAIN or environment in _DEVICES:
        yield _reserved(environment, document.places.of_key((ENVIRONMENTS, environment)))


def nested_environments(document: Document, environment: str) -> Iterator[Diagnostic]:
    """Find overlays inside an overlay."""
    prefix: Path = (ENVIRONMENTS, environment, ENVIRONMENTS)
    if ENVIRONMENTS in value_at(document.data, prefix[:-1]):
        yield _nested(document.places.of_key(prefix))


def shape_findings(stack: Stack, other: Stack, places: Places) -> Iterator[Diagnostic]:
    """Find where the stack of an environment would need another template.

    Args:
        stack: The stack without overlay.
        other: The stack of the environment.
        places: Where the values of the other one are written.
    """
    shape, its_shape = shape_of(stack), shape_of(other)
    differing: list[Path] = []
    for path, value in its_shape.items():
        inside = any(path[: len(outer)] == outer for outer in differing)
        if not inside and shape.get(path) != value:
            differing.append(path)
            yield _other_shape(path, places.of_value(path))


def _below(places: Places, prefix: Path) -> Places:
    """Take the places below a path, as if they stood at the top."""
    length = len(prefix)
    keys = {path[length:]: at for path, at in places.keys.items() if path[:length] == prefix}
    values = {path[length:]: at for path, at in places.values.items() if path[:length] == prefix}
    return Places(places.file, keys, values)


def unknown_environment(name: str, known: Sequence[str], file: str) -> Diagnostic:
    """An environment was asked for that the config does not have."""
    return Diagnostic(
        "OCT133",
        Severity.ERROR,
        f"there is no environment {quoted(name)} in the config",
        Location(file),
        near_miss_hint(name, known) or "environments are listed under the key environments",
    )


def _reserved(environment: str, at: Location) -> Diagnostic:
    why = "the files of the stack itself are" if environment == _MAIN else "a device of Windows is"
    return Diagnostic(
        "OCT136",
        Severity.ERROR,
        f"an environment cannot be called {environment}, because {why} called so",
        at,
        "take another name",
    )


def _nested(at: Location) -> Diagnostic:
    return Diagnostic(
        "OCT134",
        Severity.ERROR,
        "an environment cannot have environments of its own",
        at,
        "write each environment directly under environments",
    )


def _other_shape(path: Path, at: Location) -> Diagnostic:
    return Diagnostic(
        "OCT135",
        Severity.ERROR,
        f"an environment cannot change `{dotted(path)}`, which decides what the template contains",
        at,
        "environments share one template and differ in values; for another template write "
        "another config",
    )
