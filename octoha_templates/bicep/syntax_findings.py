"""The findings of the lexer and the parser: collected once per place, worded in one place.

The first thing wrong at a place is the cause and the rest are its echoes, so a second finding at
the same offset is dropped. A file that is not Bicep at all would have a finding per character; the
list stops at `MOST_FINDINGS` and says so.
"""

from __future__ import annotations

from octoha_templates.bicep.source import SourceText
from octoha_templates.diagnostics import Diagnostic, Severity, in_order

MOST_FINDINGS = 200


class TooManyFindingsError(Exception):
    """Raised inside the parser when nothing more is worth reporting; never leaves it."""


class SyntaxFindings:
    """Collects findings about one file, at most one for each offset."""

    __slots__ = ("_by_offset", "source")

    def __init__(self, source: SourceText) -> None:
        """Start with none."""
        self.source = source
        self._by_offset: dict[int, Diagnostic] = {}

    def add(self, code: str, offset: int, message: str, hint: str = "") -> None:
        """Note an error, unless there is one at that place already.

        Raises:
            TooManyFindingsError: The list was full; its last entry now says so.
        """
        if offset in self._by_offset:
            return
        full = len(self._by_offset) >= MOST_FINDINGS - 1
        if full:
            code, message, hint = "OCT329", "there are more syntax errors than are listed here", ""
        place = self.source.location(offset)
        self._by_offset[offset] = Diagnostic(code, Severity.ERROR, message, place, hint)
        if full:
            raise TooManyFindingsError

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Give the findings by place."""
        return in_order(tuple(self._by_offset.values()))


def quoted(text: str) -> str:
    """Write a piece of source for a message: printable, short, in backquotes."""
    if text == "`":
        return "a backquote"
    if len(text) == 1 and not text.isprintable():
        return f"U+{ord(text):04X}"
    short = text if len(text) <= 40 else text[:37] + "..."
    return "`" + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in short) + "`"
