"""Text to tokens, with positions.

One compiled pattern finds a whole token at a time, blanks in front included, because in Python the
cost is per step and not per character. Strings are the only thing with modes: after `${` the lexer
is in code again, and the `}` that ends the hole continues the string, so a stack of open holes is
kept.

Tokens are four parallel lists instead of objects; the parser looks at kinds far more often than at
the rest.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from octoha_templates.bicep.string_values import multi_line_value, single_line_value
from octoha_templates.bicep.syntax import Pragma
from octoha_templates.bicep.syntax_findings import SyntaxFindings, quoted

NAME, INTEGER, NEWLINE, END = "name", "integer", "newline", "end"
STRING, LEFT, MIDDLE, RIGHT = "string", "left", "middle", "right"
LITERAL_KINDS = {word: word for word in ("true", "false", "null")}
LONGEST_NAME = 255

_TOKEN = re.compile(
    r"""[ \t]*+(?:
      ([A-Za-z_][A-Za-z0-9_]*+)                                              # 1 name
    | ('(?!'')(?:[^'\\$\r\n]++|\\[^\r\n]|\$(?!\{))*+')                   # 2 string without holes
    | (\.\.\.|\?\?|::|[=!]~|[=!<>]=|=>|&&|\|\||/(?![/*])
      |[{}()\[\]@,.?:+\-%*^!<>=|])                                           # 3 punctuation
    | ([\r\n][ \t\r\n]*+)                                                 # 4 line ends and blanks
    | ([0-9]++)                                                              # 5 integer
    | (//[^\r\n]*+|/\*(?s:.)*?\*/)                                           # 6 comment
    | (\#(?:disable-next-line|disable-diagnostics|restore-diagnostics)
       (?:[ \t]++[A-Za-z0-9_-]++)*+)                                         # 7 pragma
    | (\$*+'''|')                                                            # 8 any other string
    | (\Z)                                                                   # 9 the end
    | ((?s:.))                                                               # 10 anything else
    )""",
    re.VERBOSE,
)
_REST_OF_STRING = re.compile(r"(?:[^'\\$\r\n]++|\\[^\r\n]?|\$(?!\{))*+('|\$\{)?")
_UNKNOWN_RUN = re.compile(r"[^\x00-\x7f]+|([\x00-\x7f])\1*")
_DOUBLE_QUOTED = re.compile(r'"[^"\r\n]*"?')
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=64)
def _rest_of_multi_line(dollars: int) -> re.Pattern[str]:
    """Match up to three quotes, or up to a hole where at least `dollars` dollar signs open one."""
    body = r"[^'$]++|'{1,2}+(?!')|\$++(?!\{)"
    if dollars == 0:
        return re.compile(r"(?:[^']++|'{1,2}+(?!'))*+('{3,})?")
    if dollars > 1:
        body += rf"|\${{1,{dollars - 1}}}+(?=\{{)"
    return re.compile(rf"(?:{body})*+('{{3,}}|\${{{dollars},}}\{{)?")


def _certain_match(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str]:
    """Match a pattern that cannot fail there."""
    return cast("re.Match[str]", pattern.match(text, position))


class Tokens:
    """The tokens of a file.

    Attributes:
        kinds: `name`, `integer`, `string`, `left`, `middle`, `right`, `newline`, `true`, `false`,
            `null`, `end`, or the punctuation itself. Three `end` tokens close the list, so that the
            parser can look two ahead. No two line ends follow one another.
        starts: Offset of the first character.
        ends: Offset after the last character.
        values: The name, the digits or the decoded piece of string; empty for the others.
        pragmas: The comments for the linter.
    """

    __slots__ = ("ends", "kinds", "pragmas", "starts", "values")

    def __init__(self) -> None:
        """Start with none."""
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[str] = []
        self.pragmas: list[Pragma] = []

    def add(self, kind: str, start: int, end: int, value: str = "") -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.values.append(value)


class _Hole:
    """An open `${`: how its string started, and how many braces are open inside it."""

    __slots__ = ("braces", "dollars")

    def __init__(self, dollars: int) -> None:
        """Note the number of dollar signs before the quotes; 0 for a single-line string."""
        self.dollars = dollars
        self.braces = 0


class Lexer:
    """Turns one file into tokens. Nothing stops it: what it does not know becomes a finding."""

    __slots__ = ("_findings", "_holes", "_text", "_tokens")

    def __init__(self, findings: SyntaxFindings) -> None:
        """Take the file from the findings about it."""
        self._findings = findings
        self._text = findings.source.text
        self._tokens = Tokens()
        self._holes: list[_Hole] = []

    def tokens(self) -> Tokens:
        """Read the whole text."""
        lone = _LONE_SURROGATE.search(self._text)
        if lone:
            message = (
                "the text has half a character (a lone surrogate); the file is not valid UTF-8"
            )
            self._findings.add("OCT300", lone.start(), message, "save the file as UTF-8")
        position = 0
        while position >= 0:
            position = self._scan(position)
        self._report_long_names()
        return self._tokens

    def _scan(self, position: int) -> int:
        """Read tokens until something moves the position itself; say where to go on, or -1."""
        tokens = self._tokens
        add_kind, add_start = tokens.kinds.append, tokens.starts.append
        add_end, add_value = tokens.ends.append, tokens.values.append
        literal_kind, holes = LITERAL_KINDS.get, self._holes
        for match in _TOKEN.finditer(self._text, position):
            group = match.lastindex
            if group == 3:
                kind = match[3]
                if holes and kind in "{}" and self._closes_hole(kind):
                    return self._continue_string(match.end())
                value = ""
            elif group == 1:
                value = match[1]
                kind = literal_kind(value, NAME)
            elif group == 4:
                if holes:
                    self._report_line_end_in_hole(match.start(4))
                if tokens.kinds and tokens.kinds[-1] is NEWLINE:
                    continue
                kind, value = NEWLINE, ""
            elif group == 2:
                value = match[2][1:-1]
                kind = STRING
                if "\\" in value:
                    value = single_line_value(value, match.start(2) + 1, self._findings)
            elif group == 5:
                kind, value = INTEGER, match[5]
            elif group == 6:
                continue
            else:
                return self._special(match)
            add_kind(kind)
            start, end = match.span(group)
            add_start(start)
            add_end(end)
            add_value(value)
        return -1

    def _special(self, match: re.Match[str]) -> int:
        """Read what is rare: a pragma, a string with holes, the end, or a wrong character."""
        group = match.lastindex or 0
        start = match.start(group)
        if group == 8:
            return self._start_string(match[8], start)
        if group == 9:
            return self._finish(start)
        if group == 7 and self._only_blanks_before(start):
            self._add_pragma(match[7], start)
            return match.end()
        return self._unknown(start)

    # --- strings ---

    def _start_string(self, opening: str, start: int) -> int:
        """Read from an opening quote to the end of the string or its first hole."""
        dollars = len(opening) - 3 if len(opening) > 2 else -1
        return self._string_piece(start, start + len(opening), dollars, first=True)

    def _continue_string(self, position: int) -> int:
        """Read on after the `}` of a hole."""
        hole = self._holes.pop()
        return self._string_piece(position - 1, position, hole.dollars, first=False)

    def _string_piece(self, start: int, body: int, dollars: int, *, first: bool) -> int:
        """Read one piece of a string.

        Args:
            start: Offset of the token, which is the quote or the brace before the piece.
            body: Offset of the piece.
            dollars: The dollar signs before three quotes; -1 for a single-line string.
            first: Whether it is the first piece.
        """
        pattern = _REST_OF_STRING if dollars < 0 else _rest_of_multi_line(dollars)
        match = _certain_match(pattern, self._text, body)
        closing = match[1]
        if closing is None:
            self._report_open_string(start, match.end(), dollars)
        ends_in_hole = closing is not None and closing.endswith("{")
        kind = (LEFT if first else MIDDLE) if ends_in_hole else (STRING if first else RIGHT)
        if ends_in_hole:
            self._holes.append(_Hole(dollars))
        self._tokens.add(kind, start, match.end(), self._value(match, body, dollars, first=first))
        return match.end()

    def _value(self, match: re.Match[str], body: int, dollars: int, *, first: bool) -> str:
        """Work out what a piece of string stands for."""
        closing = match[1] or ""
        if dollars >= 0:
            taken = dollars + 1 if closing.endswith("{") else min(3, len(closing))
            return multi_line_value(self._text[body : match.end() - taken], first=first)
        piece = self._text[body : match.end() - len(closing)]
        return single_line_value(piece, body, self._findings) if "\\" in piece else piece

    def _closes_hole(self, brace: str) -> bool:
        """Count a brace inside a hole; True when it is the one that ends the hole."""
        hole = self._holes[-1]
        if brace == "}" and hole.braces == 0:
            return True
        hole.braces += 1 if brace == "{" else -1
        return False

    # --- the rest ---

    def _finish(self, position: int) -> int:
        """Close the list of tokens."""
        if self._holes:
            message = "the file ends inside an interpolation: the string is not closed"
            self._findings.add("OCT302", position, message, "close it with `}'`")
        for _ in range(3):
            self._tokens.add(END, position, position)
        return -1

    def _only_blanks_before(self, position: int) -> bool:
        """Say whether nothing but blanks stands before a position on its line."""
        line_start = (
            max(self._text.rfind("\n", 0, position), self._text.rfind("\r", 0, position)) + 1
        )
        return not self._text[line_start:position].strip(" \t")

    def _add_pragma(self, text: str, start: int) -> None:
        """Keep a pragma for the linter."""
        kind, *codes = text[1:].split()
        if not codes:
            message = f"`#{kind}` does not say which codes"
            hint = f"name them after it: `#{kind} no-unused-params`"
            self._findings.add("OCT328", start, message, hint)
        self._tokens.pragmas.append(Pragma(start, start + len(text), kind, tuple(codes)))

    def _unknown(self, position: int) -> int:
        """Report and pass over a character that means nothing, and the same ones after it."""
        if self._text.startswith("/*", position):
            self._findings.add("OCT301", position, "the comment is not closed", "end it with `*/`")
            return len(self._text)
        if self._text[position] == '"':
            return self._double_quoted(position)
        match = _certain_match(_UNKNOWN_RUN, self._text, position)
        shown = quoted(self._text[position])
        self._findings.add("OCT300", position, f"{shown} means nothing here")
        self._tokens.add("unknown", position, match.end())
        return match.end()

    def _double_quoted(self, position: int) -> int:
        """Report a string in double quotes, and read it as the string that was meant."""
        match = _certain_match(_DOUBLE_QUOTED, self._text, position)
        message = "double quotes do not make a string in Bicep"
        self._findings.add("OCT306", position, message, "use single quotes: `'text'`")
        self._tokens.add(STRING, position, match.end(), match[0].strip('"'))
        return match.end()

    def _report_long_names(self) -> None:
        """Report each name that is too long, after the fact, for there is hardly ever one."""
        tokens = self._tokens
        if max(map(len, tokens.values), default=0) <= LONGEST_NAME:
            return
        message = f"the name is longer than {LONGEST_NAME} characters"
        for kind, start, value in zip(tokens.kinds, tokens.starts, tokens.values, strict=True):
            if kind is NAME and len(value) > LONGEST_NAME:
                self._findings.add("OCT307", start, message, "choose a shorter name")

    def _report_line_end_in_hole(self, position: int) -> None:
        """Report a line end inside `${ }` and behave as if the string were closed before it."""
        message = "the line ends inside an interpolation: the string is not closed"
        hint = "close it with `}'` on the same line, or compute the value in a variable first"
        self._findings.add("OCT302", position, message, hint)
        self._tokens.add(RIGHT, position, position)
        self._holes.clear()

    def _report_open_string(self, start: int, end: int, dollars: int) -> None:
        if dollars >= 0:
            message = "the multi-line string is not closed"
            self._findings.add("OCT305", start, message, "end it with `'''`")
            return
        where = "at the end of the file" if end == len(self._text) else "at the end of the line"
        hint = "add the closing `'`; for several lines, use `'''`"
        self._findings.add("OCT302", start, f"the string is not closed {where}", hint)
