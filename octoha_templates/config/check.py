"""Checked plain data -> Stack, with every mistake that the types can see.

msgspec decides, because it is fast and strict, but it stops at the first mistake. Only then does
the schema made from the same types find them all; a config without mistakes never loads the schema
checker.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from octoha_templates.config.model import Stack
from octoha_templates.config.places import Document, Path, dotted, iter_texts, value_at
from octoha_templates.config.schema import stack_schema
from octoha_templates.config.structure import (
    KIND,
    key_at,
    keys_of,
    struct_for,
    with_kinds,
)
from octoha_templates.config.words import printable, quoted
from octoha_templates.diagnostics import Diagnostic, Location, Severity

if TYPE_CHECKING:
    from octoha_templates.schemacheck import SchemaProblem

_CODES: Final = {
    "UNKNOWN_KEY": "OCT120",
    "READ_ONLY_KEY": "OCT120",
    "MISSING_KEY": "OCT121",
    "WRONG_TYPE": "OCT122",
    "OUT_OF_RANGE": "OCT123",
    "WRONG_VALUE": "OCT124",
    "WRONG_CASE": "OCT124",
    "WRONG_PATTERN": "OCT125",
    "WRONG_LENGTH": "OCT126",
    "REPEATED": "OCT126",
    "NO_MATCH": "OCT122",
}
_IN_YAML = re.compile(r"\b(must be|but is|or) an object\b")
_REFUSED_IN_VALUES = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_KEY_FORMS: Final[Mapping[Path, str]] = {
    ("tags",): "1 to 128 characters, none of them < > % & \\ ? /",
    ("environments",): "lower case letters, digits and hyphens, a letter first, 30 at most",
}
# msgspec cannot take text with half of a surrogate pair; that such text is there is found before.
_REFUSALS: Final = (msgspec.ValidationError, UnicodeEncodeError)
# Stands in for a required value that is missing or wrong, so that rules about other values can
# still run.
_STAND_INS: Final[Mapping[tuple[str, str], Any]] = {
    ("Stack", "octopus"): {},
    ("Octopus", "version"): "2026.3.12345",
    ("Octopus", "host_name"): "octopus.example.com",
    ("Octopus", "administrator"): {},
    ("Administrator", "email"): "nobody@example.com",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the types make of a document.

    Attributes:
        stack: The stack; where there are errors, with defaults in place of what is wrong, for
            `rules` only; None when too much is wrong for that.
        findings: What is wrong.
        broken: The paths of what is wrong, which rules must not look at.
    """

    stack: Stack | None
    findings: tuple[Diagnostic, ...]
    broken: tuple[Path, ...]


def check(document: Document) -> Checked:
    """Turn a document without `environments` into a Stack, or find everything the types refuse."""
    texts = tuple(_iter_refused_texts(document))
    data = with_kinds(document.data)
    try:
        stack = msgspec.convert(data, Stack)
    except _REFUSALS as error:
        return _with_all_mistakes(document, data, texts, str(error))
    findings = tuple(finding for _, finding in texts)
    return Checked(stack, findings, tuple(path for path, _ in texts))


def _with_all_mistakes(
    document: Document, data: Any, texts: tuple[tuple[Path, Diagnostic], ...], said: str
) -> Checked:
    """Let the schema find every mistake, and repair a copy of the data as far as that goes."""
    from octoha_templates.schemacheck import schema_problems

    problems = schema_problems(stack_schema(), data)
    findings = [finding for problem in problems for finding in _findings(problem, document, data)]
    if not problems and not texts:
        findings = [_first_of_msgspec(said, document)]
    broken = tuple(dict.fromkeys([*map(_broken_path, problems), *(path for path, _ in texts)]))
    findings += [finding for _, finding in texts]
    return Checked(_repaired(data, broken), tuple(findings), broken)


def _broken_path(problem: SchemaProblem) -> Path:
    """Name what no rule may look at: of a missing key, the key itself."""
    return (*problem.path, problem.key) if problem.kind.name == "MISSING_KEY" else problem.path


def _iter_refused_texts(document: Document) -> Iterator[tuple[Path, Diagnostic]]:
    """Find texts with characters that no name, address or tag in Azure should have."""
    for path, text, is_key in iter_texts(document.data):
        match = _REFUSED_IN_VALUES.search(text)
        if match:
            places = document.places
            at = places.of_key(path) if is_key else places.of_value(path)
            yield path, _refused_text(path, match[0], is_key, at)


def _refused_text(path: Path, character: str, is_key: bool, at: Location) -> Diagnostic:
    what = f"the key {quoted(str(path[-1]))}" if is_key else f"`{dotted(path)}`"
    return Diagnostic(
        "OCT127",
        Severity.ERROR,
        f"{what} has the character U+{ord(character):04X}, which is a line break, invisible or "
        "turns text round",
        at,
        "write it on one line, in printable characters",
    )


def _findings(problem: SchemaProblem, document: Document, data: Any) -> Iterator[Diagnostic]:
    """Word a problem for someone who writes YAML, at the place they wrote it."""
    value = value_at(data, problem.path)
    if isinstance(value, dict) and problem.kind.name in (
        "WRONG_PATTERN",
        "WRONG_LENGTH",
    ):
        keys = tuple(_wrong_keys(problem.path, value, document))
        if keys:
            yield from keys
            return
    at = document.places.of_key if _is_about_key(problem) else document.places.of_value
    code = _CODES[problem.kind.name]
    message = _IN_YAML.sub(r"\1 a mapping", problem.message)
    hint = problem.hint
    if problem.path[-1:] == (KIND,):
        code = "OCT128"
    elif problem.kind.name == "WRONG_PATTERN":
        hint = _form_hint(problem.path, data)
    elif problem.kind.name == "WRONG_VALUE":
        hint = _refusal_hint(problem.path, value, data) or hint
    elif problem.kind.name == "WRONG_TYPE" and value is None:
        hint = hint or "give it a value, or delete the key and get the default"
    elif problem.kind.name == "WRONG_TYPE" and isinstance(value, str):
        hint = hint or _truth_hint(value)
    yield Diagnostic(code, Severity.ERROR, printable(message), at(problem.path), printable(hint))


def _is_about_key(problem: SchemaProblem) -> bool:
    return problem.is_about_key or problem.kind.name == "MISSING_KEY"


def _truth_hint(value: str) -> str:
    """Help people who know the older YAML."""
    if value.lower() in ("yes", "on", "y"):
        return "write true"
    return "write false" if value.lower() in ("no", "off", "n") else ""


def _refusal_hint(path: Path, value: Any, data: Any) -> str:
    """Say why a value that Azure has is not among those allowed here; the types know it."""
    key = key_at(path, data)
    reasons = key.schema.get("x-refused", {}) if key else {}
    refused = isinstance(value, str) and value in reasons
    return f"{value} is refused: {reasons[value]}" if refused else ""


def _form_hint(path: Path, data: Any) -> str:
    """Say which form a text has to have: the near one that has it, or in words with an example."""
    key = key_at(path, data)
    if key is None:
        return ""
    schema = key.schema.get("items", key.schema) if isinstance(path[-1], int) else key.schema
    examples = schema.get("examples") or ([schema["default"]] if schema.get("default") else [])
    example = f"; for example {examples[0]}" if examples and isinstance(examples[0], str) else ""
    near = str(value_at(data, path)).lower().replace(" ", "")
    if re.search(schema.get("pattern", "(?!)"), near):
        return f"did you mean '{near}'?"
    description = str(schema.get("description") or key.description).rstrip(".")
    return f"wanted: {description}{example}"


def _wrong_keys(path: Path, value: Mapping[str, Any], document: Document) -> Iterator[Diagnostic]:
    """Find the keys of a free mapping (tags) that do not have the form wanted."""
    key = key_at(path, document.data)
    wanted = key.schema.get("propertyNames", {}) if key else {}
    for name in value:
        if len(name) > wanted.get("maxLength", len(name)) or not re.search(
            wanted.get("pattern", ""), name
        ):
            yield Diagnostic(
                "OCT125",
                Severity.ERROR,
                f"{quoted(name)} cannot be a key of `{dotted(path)}`",
                document.places.of_key((*path, name)),
                _KEY_FORMS.get(path, ""),
            )


def _first_of_msgspec(said: str, document: Document) -> Diagnostic:
    """Pass on what msgspec found, for a mistake that the schema does not see."""
    message, _, where = said.partition(" - at `$")
    path = tuple(
        int(part[1:-1]) if part.startswith("[") else part.lstrip(".")
        for part in re.findall(r"\.[A-Za-z0-9_]+|\[[0-9]+\]", where)
    )
    plain = (
        message.replace("`", "").replace("Expected ", "wanted ").replace("int", "a whole number")
    )
    return Diagnostic(
        "OCT122",
        Severity.ERROR,
        printable(f"`{dotted(path)}` does not fit: {plain}"),
        document.places.of_value(path),
        "write it without a decimal point",
    )


def _repaired(data: Any, broken: tuple[Path, ...]) -> Stack | None:
    """Leave out what is wrong, put stand-ins where something is required, and try again."""
    mended = copy.deepcopy(data)
    for path in broken:
        _leave_out(mended, path)  # a key that is missing is left out already
    try:
        return msgspec.convert(with_kinds(_with_stand_ins(mended, Stack)), Stack)
    except _REFUSALS:
        return None


def _leave_out(data: Any, path: Path) -> None:
    """Delete the key at a path, or the key of the list that the path leads into."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    parent = value_at(data, path[:-1])
    if path and isinstance(parent, dict) and not _is_part(data, path):
        parent.pop(path[-1], None)


def _is_part(data: Any, path: Path) -> bool:
    """Say whether a whole part stands at a path: then only something inside it is missing."""
    key = key_at(path, data)
    return key is not None and bool(key.structs) and isinstance(value_at(data, path), dict)


def _with_stand_ins(data: Any, struct: type[msgspec.Struct]) -> Any:
    if not isinstance(data, dict):
        return data
    filled = dict(data)
    for name, key in keys_of(struct).items():
        if key.required and name not in filled:
            filled[name] = copy.deepcopy(_STAND_INS.get((struct.__name__, name)))
        inner = struct_for(key, filled.get(name))
        if inner is not None and isinstance(filled.get(name), dict):
            filled[name] = _with_stand_ins(filled[name], inner)
    return {name: value for name, value in filled.items() if value is not None}
