"""The wording of what can be wrong with the YAML itself, one function per finding."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from octoha_templates.config.words import near_miss_hint, printable, quoted
from octoha_templates.diagnostics import Diagnostic, Location, Related, Severity

if TYPE_CHECKING:
    from yaml import Mark, MarkedYAMLError


def _error(code: str, message: str, at: Location, hint: str = "", *related: Related) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, at, hint, related)


_PROBLEMS: Final = (
    (r"'\t'", "a tab stands where only spaces may", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon makes a key where no key can stand",
        "put text with a colon in quotes, and check the indentation of this line and the one above",
    ),
    (
        "could not find expected ':'",
        "a key has no colon behind it",
        "write key: value, and put text over several lines in quotes",
    ),
    (
        "quoted scalar",
        "a quotation mark is not closed",
        "close it; a backslash starts an escape inside double quotes, not inside single ones",
    ),
    ("expected ',' or ']'", "a list in [brackets] is not closed", "close it with ]"),
    ("expected ',' or '}'", "a mapping in {braces} is not closed", "close it with }"),
    (
        "block end",
        "this line does not fit the ones above it",
        "give all keys of a mapping, and all items of a list, the same indentation",
    ),
    (
        "that cannot start any token",
        "a value cannot start with this character",
        "put the value in quotes",
    ),
)


def not_yaml(error: MarkedYAMLError, file: str) -> Diagnostic:
    """The text does not follow the grammar of YAML."""
    said = f"{error.context or ''} {error.problem or ''}"
    for clue, message, hint in _PROBLEMS:
        if clue in said:
            return _error("OCT101", f"not valid YAML: {message}", _place(error, file), hint)
    return _error(
        "OCT101",
        f"not valid YAML: {error.problem or 'it cannot be read'}",
        _place(error, file),
    )


def _place(error: MarkedYAMLError, file: str) -> Location:
    """Point at the problem, or at what was never closed when the problem is the end of the file."""
    mark: Mark | None = error.problem_mark or error.context_mark
    if "end of stream" in (error.problem or "") or "<stream end>" in (error.problem or ""):
        mark = error.context_mark or mark
    return Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)


def empty(file: str) -> Diagnostic:
    """There is nothing in the file, or only comments."""
    hint = "octoha-render init writes a config to start from"
    return _error("OCT102", "the config is empty", Location(file), hint)


def several_documents(at: Location) -> Diagnostic:
    """The file has a second YAML document."""
    hint = "one file describes one stack; what differs between environments goes under environments"
    return _error("OCT103", "a second YAML document starts here", at, hint)


def duplicate_key(key: str, at: Location, first: Location) -> Diagnostic:
    """One mapping has the same key twice."""
    message = (
        f"`{printable(key[:60])}` is given twice in one mapping; the first is in line {first.line}"
    )
    return _error("OCT104", message, at, "keep one of the two", Related("given first here", first))


def refused_tag(tag: str, at: Location) -> Diagnostic:
    """A tag asks for something other than plain data."""
    message = f"the tag {quoted(tag)} is not taken here: a config is plain data"
    return _error("OCT105", message, at, "leave the tag out")


def key_is_not_text(at: Location) -> Diagnostic:
    """A list or mapping stands where a key belongs."""
    return _error("OCT106", "a key has to be text, but this is a list or a mapping", at)


def too_many_values(at: Location, limit: int) -> Diagnostic:
    """The document, aliases expanded, has more values than any config."""
    message = f"the config has more than {limit:,} values, aliases expanded"
    return _error(
        "OCT107",
        message,
        at,
        "look for anchors that contain each other many times over",
    )


def recursive_anchor(name: str, at: Location, target: Location) -> Diagnostic:
    """An alias stands inside the value of its own anchor."""
    message = f"the alias *{name} stands inside what &{name} marks, so it would contain itself"
    return _error("OCT108", message, at, "", Related("the anchor", target))


def too_deep(at: Location, limit: int) -> Diagnostic:
    """Lists or mappings are nested deeper than any config."""
    return _error("OCT109", f"the config is nested more than {limit} levels deep", at)


def unknown_anchor(name: str, at: Location, known: tuple[str, ...]) -> Diagnostic:
    """An alias names an anchor that does not stand above it."""
    message = f"there is no anchor &{name} above this alias"
    return _error("OCT113", message, at, near_miss_hint(name, known))


def cannot_merge(at: Location) -> Diagnostic:
    """The value of a merge key is not a mapping."""
    return _error("OCT115", "<< takes a mapping, or a list of mappings", at, "write <<: *anchor")


def refused_character(character: str, at: Location) -> Diagnostic:
    """A character that YAML forbids, or that makes text look different from what it is."""
    name = unicodedata.name(character, "a control character").lower()
    message = f"the invisible character U+{ord(character):04X} ({name}) is not taken in a config"
    return _error("OCT116", message, at, "delete it; editors can show invisible characters")
