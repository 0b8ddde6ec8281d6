"""Where the parser is in the tokens, and how it goes on when something else was expected.

A parser method that cannot go on notes a finding and raises `UnexpectedTokenError`. Whoever parses a list
(the members of an object, the statements of a file) catches it, skips to the end of the broken
element and goes on, so that one run reports every syntax error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from octoha_templates.bicep.lexer import END, LEFT, MIDDLE, NAME, NEWLINE, RIGHT, STRING, Tokens
from octoha_templates.bicep.syntax import Identifier
from octoha_templates.bicep.syntax_findings import SyntaxFindings, quoted

DEEPEST_NESTING: Final = 50
"""How deep brackets, conditions and interpolations may be nested; people's files stay below 20.

Python's stack takes 1,000 calls, one level of nesting takes up to eight of them, and the program
that calls has some already.
"""

STATEMENT_KEYWORDS: Final = frozenset(
    (
        "assert", "extends", "extension", "extensionConfig", "func", "import", "metadata", "module",
        "output", "param", "provider", "resource", "targetScope", "test", "type", "using", "var",
    )
)  # fmt: skip
_AFTER_KEYWORD: Final = {
    **dict.fromkeys(STATEMENT_KEYWORDS, frozenset((NAME, STRING, LEFT))),
    "import": frozenset((STRING, LEFT, "*", "{")),
    "targetScope": frozenset(("=",)),
}
"""What follows the first word of a statement; something else does where the word is a name."""

OPENING: Final = frozenset(("{", "[", "(", LEFT))
CLOSING: Final = frozenset(("}", "]", ")", RIGHT))
AFTER_ELEMENTS: Final = CLOSING | {END}
END_OF_LINE: Final = frozenset((NEWLINE,))
END_OF_ELEMENT: Final = frozenset((NEWLINE, ","))

SHORT_CHAIN: Final = 12
"""How many operators or accesses may follow one another before they are counted."""

LONGEST_CHAIN: Final = 120
MOST_LINKS: Final = 2000
"""How many links all long chains of one statement may have together."""

T = TypeVar("T")


class UnexpectedTokenError(Exception):
    """A finding was noted; the element that was being parsed is broken."""


class TooDeepError(Exception):
    """A finding was noted; the whole statement is given up."""


class TokenStream:
    """The tokens of a file and the position in them.

    Attributes:
        position: Index of the current token.
        depth: How many expressions or types enclose the current one.
        is_deep: Whether a tree may have become high, so that its height has to be measured.
        links: How many links the long chains of the statement have so far.
        unclosed: How many brackets were given up as never closed since the last recovery.
    """

    __slots__ = (
        "depth", "ends", "findings", "is_deep", "kinds", "links", "position", "starts", "text",
        "unclosed", "values",
    )  # fmt: skip

    def __init__(self, tokens: Tokens, findings: SyntaxFindings) -> None:
        """Stand at the first token."""
        self.kinds = tokens.kinds
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.values = tokens.values
        self.findings = findings
        self.text = findings.source.text
        self.position = 0
        self.depth = 0
        self.is_deep = False
        self.links = 0
        self.unclosed = 0

    # --- looking and taking ---

    def at_word(self, word: str) -> bool:
        """Say whether the current token is that word."""
        return self.kinds[self.position] is NAME and self.values[self.position] == word

    def skip_line_ends(self) -> None:
        """Pass over a line end."""
        if self.kinds[self.position] is NEWLINE:
            self.position += 1

    def skip_line_ends_in_brackets(self) -> None:
        """Pass over a line end, unless a statement starts after it: the bracket is not closed."""
        if self.kinds[self.position] is NEWLINE and not self.starts_statement(self.position + 1):
            self.position += 1

    def take(self, kind: str) -> int:
        """Take a token of a kind and give its end; anything else is a finding."""
        position = self.position
        if self.kinds[position] != kind:
            self.fail("OCT313", f"expected `{kind}`")
        self.position = position + 1
        return self.ends[position]

    def take_closing(self, kind: str, opening: int) -> int:
        """Take a closing bracket and give its end; when it is missing, say where it was opened."""
        if self.kinds[self.position] != kind:
            line = self.findings.source.line(opening)
            self.unclosed += 1
            hint = f"it closes the `{self.text[opening]}` of line {line}"
            self.fail("OCT313", f"expected `{kind}`", hint)
        self.position += 1
        return self.ends[self.position - 1]

    def take_word(self, word: str) -> None:
        """Take that word; anything else is a finding."""
        if not self.at_word(word):
            self.fail("OCT311", f"expected the word `{word}`")
        self.position += 1

    def take_name(self, what: str) -> Identifier:
        """Take a name; anything else is a finding that says what the name is of."""
        position = self.position
        if self.kinds[position] is not NAME:
            self.fail("OCT312", f"expected {what}", self._hint_for_reserved())
        self.position = position + 1
        return Identifier(self.starts[position], self.ends[position], self.values[position])

    def _hint_for_reserved(self) -> str:
        """Explain the three words that are no names."""
        kind = self.kinds[self.position]
        return f"`{kind}` is a value, not a name" if kind in ("true", "false", "null") else ""

    # --- findings ---

    def fail(self, code: str, message: str, hint: str = "") -> NoReturn:
        """Note a finding at the current token, say what stands there, give up the element."""
        self.report(code, f"{message}, found {self.found()}", hint)
        raise UnexpectedTokenError

    def report(self, code: str, message: str, hint: str = "") -> None:
        """Note a finding at the current token, and go on."""
        self.findings.add(code, self.starts[self.position], message, hint)

    def found(self) -> str:
        """Describe the current token."""
        position = self.position
        kind = self.kinds[position]
        if kind is END:
            return "the end of the file"
        if kind is NEWLINE:
            return "the end of the line"
        if kind in (MIDDLE, RIGHT):
            return "the end of the interpolation"
        return quoted(self.text[self.starts[position] : self.ends[position]])

    # --- nesting ---

    def deeper(self) -> None:
        """Count one more level of nesting; too many are a finding and end the statement."""
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            self._fail_deep(f"this is nested more than {DEEPEST_NESTING} levels deep")
        if self.depth > DEEPEST_NESTING // 3:
            self.is_deep = True

    def another_link(self, chain: int) -> None:
        """Count one more link of a chain such as `a + b + c`, whose tree grows with each."""
        if chain <= SHORT_CHAIN:
            return
        self.is_deep = True
        self.links += 1
        if chain > LONGEST_CHAIN or self.links > MOST_LINKS:
            self._fail_deep("this chain of operations is too long")

    def _fail_deep(self, message: str) -> NoReturn:
        """Report too much nesting and give up the statement."""
        self.report("OCT325", message, "give inner parts a name with `var` or `type`")
        raise TooDeepError

    # --- going on after a mistake ---

    def starts_statement(self, position: int) -> bool:
        """Say whether a token begins a line, in the first column, the way a statement does."""
        start, kind = self.starts[position], self.kinds[position]
        if start > 0 and self.text[start - 1] not in "\r\n":
            return False
        if kind is not NAME or self.values[position] not in STATEMENT_KEYWORDS:
            return kind == "@"
        return self.kinds[position + 1] in _AFTER_KEYWORD[self.values[position]]

    def recover(self, begin: int, stops: frozenset[str]) -> None:
        """Skip the rest of a broken element.

        Args:
            begin: Index of its first token; brackets opened since then belong to it.
            stops: The kinds of token that end it, outside of brackets. So does a closing bracket of
                its surroundings, and a line that starts a statement.
        """
        kinds = self.kinds
        depth = 0
        for kind in kinds[begin : self.position]:
            depth = _depth_after(kind, depth)
        depth, self.unclosed = max(0, depth - self.unclosed), 0
        if self.starts_statement(self.position):
            return
        while (kind := kinds[self.position]) is not END:
            if depth == 0 and (kind in stops or kind in CLOSING):
                return
            if kind is NEWLINE and self.starts_statement(self.position + 1):
                return
            depth = _depth_after(kind, depth)
            self.position += 1

    def is_cut_short(self) -> bool:
        """Say whether a new statement, or the end of the file, comes next."""
        following = self.position + (self.kinds[self.position] is NEWLINE)
        return self.kinds[following] is END or self.starts_statement(following)

    def elements(self, parse: Callable[[], T]) -> list[T]:
        """Parse what stands in brackets: elements on lines of their own, or with commas between.

        Args:
            parse: Parses one element.

        Returns:
            The elements; the closing bracket is not taken, and may turn out to be missing.
        """
        kinds = self.kinds
        found: list[T] = []
        self.skip_line_ends()
        while (kind := kinds[self.position]) not in AFTER_ELEMENTS:
            begin, depth = self.position, self.depth
            try:
                found.append(parse())
            except UnexpectedTokenError:
                self.depth = depth
                if not self._recover_element(begin):
                    break
            kind = kinds[self.position]
            if kind is NEWLINE:
                self.position += 1
            elif kind == ",":
                self._pass_comma()
            elif kind not in AFTER_ELEMENTS and not self._passes_without_separator():
                break
        return found

    def _pass_comma(self) -> None:
        """Take a comma; a line end after it is a finding, for elements have one or the other."""
        self.position += 1
        if self.kinds[self.position] is NEWLINE:
            hint = "remove the comma: the line end separates already"
            self.report("OCT323", "a line end follows the comma", hint)
            self.position += 1

    def _passes_without_separator(self) -> bool:
        """Report that an element follows another without anything between them.

        Returns:
            False when what looked like an element is the first word of the next statement.
        """
        if self.starts_statement(self.position - 1):
            self.position -= 1
            return False
        self.report("OCT322", f"expected a new line or a comma, found {self.found()}")
        return True

    def _recover_element(self, begin: int) -> bool:
        """Go on after a broken element.

        Returns:
            False when the next statement starts, so that the bracket has to end here.
        """
        if self.starts_statement(begin):
            self.position = begin
            return False
        self.recover(begin, END_OF_ELEMENT)
        kind = self.kinds[self.position]
        if self.position == begin and kind not in CLOSING and kind != ",":
            self.position += 1
        return self.kinds[self.position] is END or not self.is_cut_short()


def _depth_after(kind: str, depth: int) -> int:
    """Count brackets; more closing than opening ones do not go below none."""
    if kind in OPENING:
        return depth + 1
    return depth - 1 if depth and kind in CLOSING else depth
