"""`--set nodes.count=2`: changes single values of a config from the command line.

They change plain data, so that what they bring is checked like everything else, and take the places
along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from octoha_templates.config.merging import merged, merged_data
from octoha_templates.config.places import Document, Path, Places, value_at
from octoha_templates.config.source import scalar_or_flow
from octoha_templates.config.structure import key_at, plain_data
from octoha_templates.config.words import printable, quoted
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ConfigError

_PLAIN_TYPES: Final = ("string", "integer", "boolean")
_STEP = re.compile(r"""\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,6})\]|\["([^"]*)"\]|\['([^']*)'\]""")


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
            merged_data(item, overlay) if at == part else item for at, item in enumerate(items)
        ]
    _check_the_way(document, path, name)
    return merged(document, Document(overlay, _places_of_setting(document, overlay, path, name)))


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
