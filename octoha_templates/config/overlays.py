"""What changes a document before it becomes a Stack: `environments:` overlays and `--set`.

Both change plain data, so that what they bring is checked like everything else, and take the places
along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from octoha_templates.config.model import Stack
from octoha_templates.config.places import Document, Path, Places, dotted, value_at
from octoha_templates.config.source import scalar_or_flow
from octoha_templates.config.structure import KIND, key_at, plain_data, shape_of
from octoha_templates.config.words import near_miss_hint, printable, quoted
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ConfigError

ENVIRONMENTS: Final = "environments"
_MAIN: Final = "main"
_PLAIN_TYPES: Final = ("string", "integer", "boolean")
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)

_STEP = re.compile(r"""\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,6})\]|\["([^"]*)"\]|\['([^']*)'\]""")


def without_environments(document: Document) -> Document:
    """Take the overlays out of a document; what is left is the stack they change."""
    if not isinstance(document.data, dict):
        return document
    data = {key: value for key, value in document.data.items() if key != ENVIRONMENTS}
    return Document(data, document.places)


def environment_names(document: Document) -> tuple[str, ...]:
    """List the environments of a document whose overlay is a mapping, in the order written."""
    found = value_at(document.data, (ENVIRONMENTS,))
    if not isinstance(found, dict):
        return ()
    return tuple(name for name, overlay in found.items() if isinstance(overlay, dict))


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
    return _merged(base, Document(overlay, _below(places, prefix)))


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


def _merged(base: Document, over: Document) -> Document:
    """Put a document over another one."""
    replaced = set(_replaced(base.data, over.data, ()))

    def is_kept(path: Path) -> bool:
        return not any(path[:length] in replaced for length in range(1, len(path) + 1))

    keys = {path: at for path, at in base.places.keys.items() if is_kept(path)}
    values = {path: at for path, at in base.places.values.items() if is_kept(path)}
    for path, at in over.places.values.items():
        if path and path not in values:
            values[path] = at
    for path, at in over.places.keys.items():
        if path and path not in keys:
            keys[path] = at
    return Document(_merged_data(base.data, over.data), Places(base.places.file, keys, values))


def _replaced(base: Any, over: Any, path: Path) -> Iterator[Path]:
    """Yield the paths whose value is replaced whole."""
    if _go_together(base, over):
        for key in over:
            if key in base:
                yield from _replaced(base[key], over[key], (*path, key))
    else:
        yield path


def _go_together(base: Any, over: Any) -> bool:
    """Say whether two values are merged: mappings that are not of different kinds."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return False
    return KIND not in base or KIND not in over or base[KIND] == over[KIND]


def _merged_data(base: Any, over: Any) -> Any:
    if not _go_together(base, over):
        return over
    merged = {
        key: _merged_data(value, over[key]) if key in over else value for key, value in base.items()
    }
    return {**merged, **{key: value for key, value in over.items() if key not in base}}


def apply_settings(document: Document, settings: Sequence[str]) -> Document:
    """Change single values, the way `--set nodes.count=2` asks for.

    The value is read as YAML: a scalar, or a list or mapping in brackets. A path that the config
    does not know is found later, with all other unknown keys, at the place `--set nodes.cout=2`.

    Args:
        document: The document; it is not changed.
        settings: Paths and values, `network.access[0].sku=Basic`; a key with a dot goes in
            `["..."]`.

    Returns:
        The changed document.

    Raises:
        ConfigError: OCT130 to OCT132, some are not of that form, not YAML, or lead through a plain
            value.
    """
    findings: list[Diagnostic] = []
    for setting in settings:
        try:
            document = _with_setting(document, setting)
        except ConfigError as error:
            findings += error.diagnostics
    if findings:
        raise ConfigError(*findings)
    return document


def _with_setting(document: Document, setting: str) -> Document:
    name = f"--set {printable(setting[:120])}"
    path_text, equals, value_text = setting.partition("=")
    path = path_from_text(path_text.strip())
    if not equals or not path:
        raise ConfigError(_no_setting(setting, name))
    overlay: Any = scalar_or_flow(value_text, name)
    for index in range(len(path) - 1, -1, -1):
        part = path[index]
        if isinstance(part, str):
            overlay = {part: overlay}
            continue
        items = _list_at(document, path[:index])
        if not isinstance(items, list) or part >= len(items):
            raise ConfigError(_leads_nowhere(path[:index], items, name))
        overlay = [
            _merged_data(item, overlay) if at == part else item for at, item in enumerate(items)
        ]
    _check_the_way(document, path, name)
    return _merged(document, Document(overlay, _places_of_setting(document, overlay, path, name)))


def _list_at(document: Document, path: Path) -> Any:
    """Find the list at a path; one that is not written is the default."""
    items = value_at(document.data, path)
    key = key_at(path, document.data) if items is None else None
    return plain_data(key.default) if key and key.is_list else items


def _check_the_way(document: Document, path: Path, name: str) -> None:
    """Refuse a path that goes on below a plain value."""
    for length in range(1, len(path)):
        value = value_at(document.data, path[:length])
        key = key_at(path[:length], document.data) if value is None else None
        is_plain = key is not None and key.schema.get("type") in _PLAIN_TYPES
        if is_plain or not (value is None or isinstance(value, dict | list)):
            raise ConfigError(_leads_nowhere(path[:length], value, name))


def _places_of_setting(document: Document, overlay: Any, path: Path, name: str) -> Places:
    """Point all that the setting brought at the setting; other items of a list keep their place."""
    at = Location(name)
    paths = set(_all_paths(overlay))
    old = document.places
    values = {
        inner: at if _is_along(inner, path) or inner not in old.values else old.values[inner]
        for inner in sorted(paths, key=str)
    }
    keys = {
        inner: at if _is_along(inner, path) or inner not in old.keys else old.keys[inner]
        for inner in sorted(paths, key=str)
        if inner and isinstance(inner[-1], str)
    }
    return Places(old.file, keys, values)


def _is_along(inner: Path, path: Path) -> bool:
    return inner[: len(path)] == path or path[: len(inner)] == inner


def _all_paths(data: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _all_paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _all_paths(value, (*path, index))


def path_from_text(text: str) -> Path:
    """Read a path as `dotted` writes it; empty when the text is not one."""
    path: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if not step or (step[0].startswith(".") != bool(path) and step[1] is not None):
            return ()
        index = step[2]
        path.append(int(index) if index is not None else step[1] or step[3] or step[4] or "")
        at = step.end()
    return tuple(path) if path and isinstance(path[0], str) else ()


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


def _no_setting(setting: str, name: str) -> Diagnostic:
    return Diagnostic(
        "OCT130",
        Severity.ERROR,
        f"{quoted(setting)} is not a setting: KEY=VALUE is wanted",
        Location(name),
        "write --set nodes.count=2",
    )


def _leads_nowhere(path: Path, value: Any, name: str) -> Diagnostic:
    part = ".".join(str(step) for step in path)
    message = (
        f"`{part}` has {len(value)} items, counted from 0"
        if isinstance(value, list)
        else f"`{part}` has nothing below it"
    )
    return Diagnostic("OCT132", Severity.ERROR, message, Location(name), "shorten the path")
