"""YAML text -> plain data + a location for every key and value.

PyYAML's own loader follows YAML 1.1, where `no`, `1:30`, `010` and `2026-11-23` are not what they
look like, keeps no positions, takes the last of two equal keys in silence, and expands anchors
without a limit. So only its event stream is used here; nodes, types and limits are ours:

- `true`, `false`, `null`, decimal integers and decimal fractions are what they look like; all else
is text.
- Anchors, aliases and merge keys work, up to a number of values and a depth no honest config
reaches.
- Tags other than those of the core schema are refused: nothing in a config constructs an object.

This is the only module that knows PyYAML.

Source: yaml.org/spec/1.2.2, 10.3.2 (core schema), narrowed: no octal, hexadecimal, infinity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml import events

from octoha_templates.config import source_findings as found
from octoha_templates.config.places import Document, Path, Places
from octoha_templates.config.reading import position
from octoha_templates.diagnostics import Diagnostic, Location
from octoha_templates.errors import ConfigError

MAX_VALUES: Final = 20_000
MAX_DEPTH: Final = 40

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_REFUSED_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(slots=True)
class _Node:
    """A node: `value` of a scalar, `items` of a list, key and value in turn of a mapping.

    An alias has one item: the node that its anchor marks.
    """

    kind: str
    tag: str | None
    at: Location
    value: str = ""
    plain: bool = False
    items: list[_Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document, and what is wrong with it that did not stop the reading."""

    document: Document
    findings: tuple[Diagnostic, ...]


def parse(text: str, file: str = "stack.yaml") -> Parsed:
    """Read one YAML document.

    Args:
        text: The YAML.
        file: What to call it in findings.

    Returns:
        The data and its places. Keys given twice, tags and merge keys that do not work are among
        the findings; the data then has the first of the keys, and the value without the tag.

    Raises:
        ConfigError: The text is not one YAML document, or is larger or deeper than a config can be.
    """
    refused = tuple(_iter_refused_characters(text, file))
    if refused:
        raise ConfigError(*refused)
    root = _compose(text, file)
    if root is None or (
        root.kind == "scalar" and root.plain and _WORDS.get(root.value, "") is None
    ):
        raise ConfigError(found.empty(file))
    builder = _Builder(file)
    data = builder.build(root, ())
    places = Places(file, builder.keys, builder.values)
    return Parsed(Document(data, places), tuple(builder.findings))


def scalar_or_flow(text: str, file: str) -> Any:
    """Read the value of a `--set`: a plain scalar, quoted text, a list or a mapping in brackets.

    Args:
        text: What stands behind the equals sign; empty for null. Unless it starts with a quote or a
            bracket, it is taken whole, so that colons and number signs need no quoting.
        file: What to call it in findings.

    Raises:
        ConfigError: It is not YAML.
    """
    stripped = text.strip()
    if stripped[:1] not in ('"', "'", "[", "{"):
        refused = tuple(_iter_refused_characters(stripped, file))
        if refused:
            raise ConfigError(*refused)
        return plain_value(stripped)
    parsed = parse(stripped, file)
    if parsed.findings:
        raise ConfigError(*parsed.findings)
    return parsed.document.data


def _iter_refused_characters(text: str, file: str) -> Iterator[Diagnostic]:
    """Find characters that YAML forbids or that make text read differently than it is."""
    for count, match in enumerate(_REFUSED_CHARACTERS.finditer(text)):
        if count == 20:
            return
        at = Location(file, *position(text[: match.start()]))
        yield found.refused_character(match[0], at)


def _compose(text: str, file: str) -> _Node | None:
    """Turn the text into nodes with the fast parser; the slow one words the errors."""
    try:
        return _Composer(file).compose(yaml.parse(text, Loader=_FAST))
    except yaml.YAMLError:
        pass
    try:
        return _Composer(file).compose(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        raise ConfigError(found.not_yaml(error, file)) from error


class _Composer:
    """Builds nodes from events, and stops at the first thing that makes the rest meaningless."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_Node] = []
        self._anchors: dict[str, _Node] = {}
        self._count = 0
        self._root: _Node | None = None
        self._documents = 0

    def compose(self, stream: Iterator[events.Event]) -> _Node | None:
        """Read all events; the node at the top, or None where there is no document."""
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise ConfigError(found.several_documents(self._at(event)))
            elif isinstance(event, events.CollectionEndEvent):
                self._open.pop()
            elif isinstance(event, events.NodeEvent):
                self._add(event)
        return self._root

    def _at(self, event: events.Event) -> Location:
        mark: Any = event.start_mark
        return Location(self._file, mark.line + 1, mark.column + 1)

    def _add(self, event: events.NodeEvent) -> None:
        """Put the node of an event where it belongs."""
        node = self._resolve(event) if isinstance(event, events.AliasEvent) else self._node(event)
        if self._open:
            self._open[-1].items.append(node)
        else:
            self._root = node
        if isinstance(event, events.CollectionStartEvent):
            if len(self._open) >= MAX_DEPTH:
                raise ConfigError(found.too_deep(node.at, MAX_DEPTH))
            self._open.append(node)

    def _node(self, event: events.NodeEvent) -> _Node:
        self._count += 1
        at = self._at(event)
        if self._count > MAX_VALUES:
            raise ConfigError(found.too_many_values(at, MAX_VALUES))
        if isinstance(event, events.ScalarEvent):
            plain = not event.style and event.tag is None
            node = _Node("scalar", event.tag, at, event.value, plain)
        elif isinstance(event, events.MappingStartEvent):
            node = _Node("mapping", event.tag, at)
        else:
            node = _Node("sequence", getattr(event, "tag", None), at)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _resolve(self, event: events.AliasEvent) -> _Node:
        at, name = self._at(event), str(event.anchor)
        target = self._anchors.get(name)
        if target is None:
            raise ConfigError(found.unknown_anchor(name, at, tuple(self._anchors)))
        if any(target is node for node in self._open):
            raise ConfigError(found.recursive_anchor(name, at, target.at))
        return _Node("alias", None, at, items=[target])


class _Builder:
    """Builds plain data from nodes, with places, and counts what aliases expand to."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0
        self._alias: Location | None = None
        self.keys: dict[Path, Location] = {}
        self.values: dict[Path, Location] = {}
        self.findings: list[Diagnostic] = []

    def build(self, node: _Node, path: Path) -> Any:
        """Make the value of a node, and note where it stands."""
        if node.kind == "alias":
            return self._through_alias(node, path)
        self._spend(node, len(path))
        self.values[path] = node.at
        if node.kind == "scalar":
            return self._scalar(node)
        self._check_tag(node)
        if node.kind == "sequence":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _through_alias(self, node: _Node, path: Path) -> Any:
        """Build what an alias stands for; the outermost alias is the one to point at."""
        outer = self._alias
        self._alias = outer or node.at
        value = self.build(node.items[0], path)
        self._alias = outer
        return value

    def _spend(self, node: _Node, depth: int) -> None:
        """Count one value against the limits."""
        self._count += 1
        if self._count > MAX_VALUES:
            raise ConfigError(found.too_many_values(self._alias or node.at, MAX_VALUES))
        if depth > MAX_DEPTH:
            raise ConfigError(found.too_deep(self._alias or node.at, MAX_DEPTH))

    def _mapping(self, node: _Node, path: Path) -> dict[str, Any]:
        pairs = self._pairs(node, len(path), self.findings)
        for name, (key, _) in pairs.items():
            self.keys[(*path, name)] = key.at
        return {name: self.build(value, (*path, name)) for name, (_, value) in pairs.items()}

    def _pairs(
        self, node: _Node, depth: int, findings: list[Diagnostic]
    ) -> dict[str, tuple[_Node, _Node]]:
        """List the keys of a mapping, then those it merges and does not have itself."""
        self._spend(node, depth)
        pairs: dict[str, tuple[_Node, _Node]] = {}
        merged: list[_Node] = []
        for key, value in zip(map(_target, node.items[::2]), node.items[1::2], strict=True):
            if key.kind != "scalar":
                findings.append(found.key_is_not_text(key.at))
            elif key.plain and key.value == "<<":
                merged += _mappings_to_merge(_target(value), value.at, findings)
            elif key.value in pairs:
                findings.append(found.duplicate_key(key.value, key.at, pairs[key.value][0].at))
            else:
                pairs[key.value] = (key, value)
        for other in merged:
            # What is wrong inside the other mapping is found where it stands.
            for name, pair in self._pairs(other, depth + 1, []).items():
                pairs.setdefault(name, pair)
        return pairs

    def _scalar(self, node: _Node) -> Any:
        if node.plain:
            return plain_value(node.value)
        if node.tag in (None, "!", f"{_TAG}str"):
            return node.value
        value = plain_value(node.value)
        if _core_tag(value) != node.tag:
            self.findings.append(found.refused_tag(_shown_tag(node.tag), node.at))
            return node.value
        return value

    def _check_tag(self, node: _Node) -> None:
        wanted = "map" if node.kind == "mapping" else "seq"
        if node.tag not in (None, "!", f"{_TAG}{wanted}"):
            self.findings.append(found.refused_tag(_shown_tag(node.tag), node.at))


def plain_value(text: str) -> Any:
    """Read an unquoted scalar: a word of the core schema, a decimal number, or text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) and not text.lstrip("+-").isdigit() else text
    return text


def _core_tag(value: Any) -> str:
    """Name the core schema's tag of a plain value."""
    names = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
    return _TAG + names[type(value)]


def _target(node: _Node) -> _Node:
    """Follow an alias to what it stands for."""
    return node.items[0] if node.kind == "alias" else node


def _mappings_to_merge(value: _Node, at: Location, findings: list[Diagnostic]) -> list[_Node]:
    """List the mappings that a merge key names, the one that wins first."""
    if value.kind == "mapping":
        return [value]
    items = [_target(item) for item in value.items]
    if value.kind == "sequence" and all(item.kind == "mapping" for item in items):
        return items
    findings.append(found.cannot_merge(at))
    return []


def _shown_tag(tag: str | None) -> str:
    """Write a tag the way the YAML has it: `!!python/object`, `!include`."""
    text = tag or ""
    return f"!!{text[len(_TAG) :]}" if text.startswith(_TAG) else text
