"""The text of one Bicep file, and where an offset in it is.

Nodes and tokens keep offsets only, because most of them are never reported; a line and a column are
worked out when a finding or the source map asks for them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from octoha_templates.diagnostics import Location

_LINE_END = re.compile("\r\n|\n|\r")
_BYTE_ORDER_MARK = "\ufeff"


class SourceText:
    """The text of a file with its name.

    Attributes:
        file: The name as findings show it.
        text: The characters, without a byte order mark in front.
    """

    __slots__ = ("_line_starts", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        """Take the text; nothing is computed yet."""
        self.file = file
        self.text = text.removeprefix(_BYTE_ORDER_MARK)
        self._line_starts: list[int] | None = None

    def location(self, offset: int) -> Location:
        """Say where an offset is.

        Args:
            offset: A character offset into `text`; one past the end is the end of the file.

        Returns:
            The place. A carriage return, a line feed and the pair of them each end one line.

        Units: line and column count from 1, in characters.
        """
        starts = self._starts()
        line = bisect_right(starts, offset)
        return Location(self.file, line, offset - starts[line - 1] + 1)

    def line(self, offset: int) -> int:
        """Say on which line, counted from 1, an offset is."""
        return bisect_right(self._starts(), offset)

    def _starts(self) -> list[int]:
        """Find the offsets at which lines start, once."""
        if self._line_starts is None:
            self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._line_starts
