"""The text of an ARM template as data, with a place for every value.

Templates are JSON with what Azure's own tools take besides: comments, and strings over several lines. A key that is
there twice is a mistake that nobody sees, because the last one wins in silence, so it is a finding.
"""

from __future__ import annotations

import bisect
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import TemplateError
from octoha_templates.schemacheck import Path, json_path

_MAX_DEPTH: Final = 200
_SPACE: Final = re.compile(r"(?:\s|//[^\n]*|/\*[\s\S]*?\*/)*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\[\s\S])*"')
_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")


@dataclass(frozen=True, slots=True)
class ArmText:
    """A template, read.

    Attributes:
        value: The data.
        places: JSON path -> place; of a property, the place of its key.
    """

    value: Any
    places: dict[str, Location]


def read_arm_json(text: str, file: str) -> ArmText:
    """Read the text of a template.

    Args:
        text: JSON, with comments or without.
        file: What to call it in findings.

    Returns:
        The data and its places; what `validate_template` takes as template and `source_map`.

    Raises:
        TemplateError: OCT462, it is not JSON, or nested too deeply; OCT463, a key is there twice.
    """
    reader = _Reader(text.removeprefix("\ufeff"), file)
    value = reader.read()
    if reader.findings:
        raise TemplateError(*reader.findings)
    return ArmText(value, reader.places)


@dataclass(slots=True)
class _Reader:
    """Reads one text from left to right."""

    text: str
    file: str
    offset: int = 0
    places: dict[str, Location] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)

    def read(self) -> Any:
        """Read the whole text."""
        self._lines = [0, *(match.end() for match in re.finditer(r"\n", self.text))]
        self._skip()
        self.places[""] = self._place(self.offset)
        value = self._value((), 0)
        self._skip()
        if self.offset < len(self.text):
            raise self._wrong("something is left over after the end")
        return value

    def _value(self, path: Path, depth: int) -> Any:
        """Read any value."""
        if depth > _MAX_DEPTH:
            raise self._wrong(f"it is nested more than {_MAX_DEPTH} levels deep")
        start = self.text[self.offset : self.offset + 1]
        if start == "{":
            return self._object(path, depth)
        if start == "[":
            return self._list(path, depth)
        if start == '"':
            return self._string()
        match = _PLAIN.match(self.text, self.offset)
        if match is None:
            raise self._wrong("a value is expected here" if start else "the text ends too early")
        self.offset = match.end()
        return json.loads(match.group())

    def _object(self, path: Path, depth: int) -> dict[str, Any]:
        """Read an object, and note a key that is there twice."""
        found: dict[str, Any] = {}
        self._go_over("{")
        while not self._is("}"):
            if found or self._is(","):
                self._go_over(",")
            place = self._place(self.offset)
            key = self._key()
            inner = (*path, key)
            if key in found:
                self.findings.append(self._twice(key, place, path))
            self.places[json_path(inner)] = place
            self._go_over(":")
            found[key] = self._value(inner, depth + 1)
            self._skip()
        self._go_over("}")
        return found

    def _list(self, path: Path, depth: int) -> list[Any]:
        """Read a list."""
        found: list[Any] = []
        self._go_over("[")
        while not self._is("]"):
            if found or self._is(","):
                self._go_over(",")
            inner = (*path, len(found))
            self.places[json_path(inner)] = self._place(self.offset)
            found.append(self._value(inner, depth + 1))
            self._skip()
        self._go_over("]")
        return found

    def _key(self) -> str:
        """Read the key of a property."""
        if not self._is('"'):
            raise self._wrong("a key in double quotes is expected here")
        return self._string()

    def _string(self) -> str:
        """Read a string; a line break inside is taken as it is."""
        match = _STRING.match(self.text, self.offset)
        if match is None:
            raise self._wrong("the string is not closed")
        try:
            text: str = json.loads(match.group(), strict=False)
        except ValueError as error:
            raise self._wrong("the string has an escape that JSON does not know") from error
        self.offset = match.end()
        return text

    def _skip(self) -> None:
        """Go over space and comments."""
        match = _SPACE.match(self.text, self.offset)
        self.offset = match.end() if match else self.offset

    def _is(self, mark: str) -> bool:
        """Say whether a mark is next, after space; a text that is over is never at an end of one."""
        self._skip()
        if self.offset >= len(self.text):
            raise self._wrong("the text ends too early")
        return self.text.startswith(mark, self.offset)

    def _go_over(self, mark: str) -> None:
        """Go over a mark that must be here, and the space after it."""
        if not self._is(mark):
            raise self._wrong(f"`{mark}` is expected here")
        self.offset += 1
        self._skip()

    def _place(self, offset: int) -> Location:
        """Give line and column of an offset."""
        line = bisect.bisect_right(self._lines, offset)
        return Location(self.file, line, offset - self._lines[line - 1] + 1)

    def _wrong(self, reason: str) -> TemplateError:
        """Make the error for text that is no JSON."""
        place = self._place(min(self.offset, len(self.text)))
        message = f"this is not a template: {reason}"
        return TemplateError(Diagnostic("OCT462", Severity.ERROR, message, place))

    def _twice(self, key: str, place: Location, path: Path) -> Diagnostic:
        """Report a key that an object has already."""
        message = f"the key `{key}` is there twice, and only the last one would count"
        path_text = json_path((*path, key))
        return Diagnostic("OCT463", Severity.ERROR, message, place, "remove one", path=path_text)
