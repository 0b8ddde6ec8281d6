"""Which line of which fragment each rendered line came from.

Jinja does not say, so every fragment line that leaves text carries an invisible mark through the
rendering: three private-use characters around a number. The marks are read off and taken out afterwards.
They cannot be forged by a value, because `literals` writes private-use characters as escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension

_OPEN: Final = "\ue0f0"
_CLOSE: Final = "\ue0f1"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_TAG = re.compile(r"\{%|\{#|\{\{")
_ENDS = {"{%": "%}", "{#": "#}", "{{": "}}"}


@dataclass(frozen=True, slots=True)
class FragmentLine:
    """The place in a fragment that a rendered line came from; line counts from 1."""

    fragment: str
    line: int


class MarkLines(Extension):
    """Puts a mark in front of every line of a fragment that holds text or a value."""

    def __init__(self, environment: Environment) -> None:
        """Register with the environment; there is nothing to configure."""
        super().__init__(environment)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja calls it so
        """Mark the lines; a line that only holds tags, or lies inside one, stays as it is."""
        if name is None:
            return source
        _refuse_marks(source, name)
        marked: list[str] = []
        closing = ""
        for number, line in enumerate(source.split("\n"), start=1):
            mark = "" if closing or not _leaves_text(line) else f"{_OPEN}{name}:{number}{_CLOSE}"
            marked.append(mark + line)
            closing = _open_tag(line, closing)
        return "\n".join(marked)


def _refuse_marks(source: str, name: str) -> None:
    """Stop at a fragment that holds marks already; they would be believed."""
    for number, line in enumerate(source.split("\n"), start=1):
        if _OPEN in line or _CLOSE in line:
            raise TemplateSyntaxError("the characters U+E0F0 and U+E0F1 are taken", number, name)


def _leaves_text(line: str) -> bool:
    start = line.lstrip()
    return bool(start) and not start.startswith(("{%", "{#"))


def _open_tag(line: str, closing: str) -> str:
    """Say which end mark a following line would have to bring, or nothing."""
    position = 0
    while True:
        if closing:
            end = line.find(closing, position)
            if end < 0:
                return closing
            position = end + 2
            closing = ""
        tag = _TAG.search(line, position)
        if tag is None:
            return ""
        closing = _ENDS[tag.group()]
        position = tag.end()


@lru_cache(maxsize=16_384)
def _place(mark: str) -> FragmentLine:
    name, _, number = mark.rpartition(":")
    return FragmentLine(name, int(number))


def read_marks(text: str, fragment: str) -> tuple[str, tuple[FragmentLine, ...]]:
    """Take the marks out and say where each line came from.

    Args:
        text: Rendered text with marks.
        fragment: The fragment to name for lines before the first mark.

    Returns:
        The clean text with single blank lines, and one place per line. A line made of several counts as
        the innermost one; a line without a mark continues the one above.
    """
    places: list[FragmentLine] = []
    current = FragmentLine(fragment, 1)
    clean: list[str] = []
    for line in text.split("\n"):
        bare = line
        if _OPEN in line:
            current = _place(line[line.rindex(_OPEN) + 1 : line.rindex(_CLOSE)])
            bare = _MARK.sub("", line)
        if not bare and not (clean and clean[-1]):
            continue  # One blank line is enough; fragments that are left out leave theirs behind.
        clean.append(bare)
        places.append(current)
    while clean and not clean[-1]:
        clean.pop()
        places.pop()
    return "\n".join(clean) + "\n", tuple(places)
