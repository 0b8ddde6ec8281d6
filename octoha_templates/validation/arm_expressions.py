"""The expressions of ARM templates: `[format('{0}-vm', parameters('namePrefix'))]` as a tree.

Text in a template is an expression when it begins with `[` and ends with `]`; a doubled `[[` at the
beginning stands for a literal bracket. Strings are in single quotes, which are doubled inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function; the name of a user's own has its namespace: `contoso.name`.

    Attributes:
        name: As it is written.
        arguments: In order.
        function: The name the way functions are compared: in lower case.
    """

    name: str
    arguments: tuple[Expression, ...]
    function: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Fold the name once, as it is compared often."""
        object.__setattr__(self, "function", self.name.casefold())


@dataclass(frozen=True, slots=True)
class Member:
    """A property of a value: `a.name`."""

    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, or a computed property: `a[0]`, `a['b-c']`."""

    base: Expression
    index: Expression


Expression = Text | Number | Call | Member | Item


class ExpressionSyntaxError(ValueError):
    """The text is not an expression; the message says why, and `offset` where, counted from 0."""

    def __init__(self, message: str, offset: int) -> None:
        """Take the reason and the place."""
        super().__init__(message)
        self.offset = offset


_MAX_DEPTH = 100
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)"
    r"|(?P<mark>[()\[\],.])|(?P<end>\Z)|(?P<bad>.))",
    re.DOTALL,
)


def is_expression(text: str) -> bool:
    """Say whether the template engine reads a text as an expression.

    Args:
        text: Any text of a template.

    Returns:
        False for plain text and for text with an escaped bracket.

    >>> [is_expression(text) for text in ("[parameters('a')]", "[[not]", "plain")]
    [True, False, False]
    """
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


@lru_cache(maxsize=8192)
def parse_expression(text: str) -> Expression:
    """Read an expression, with its brackets.

    Args:
        text: What `is_expression` says yes to.

    Returns:
        Its tree.

    Raises:
        ExpressionSyntaxError: It cannot be read.
    """
    parser = _Parser(text[1:-1])
    expression = parser.expression()
    parser.expect_end()
    return expression


@lru_cache(maxsize=8192)
def calls_of(text: str) -> tuple[Call, ...]:
    """List every call in an expression, the outer ones first.

    Args:
        text: What `is_expression` says yes to.

    Returns:
        The calls; kept, as the same few expressions stand in every template.

    Raises:
        ExpressionSyntaxError: It cannot be read.
    """
    return tuple(iter_calls(parse_expression(text)))


def iter_calls(expression: Expression) -> Iterator[Call]:
    """Go through every call in an expression, the outer ones first.

    Args:
        expression: The tree.

    Yields:
        The calls.
    """
    if isinstance(expression, Call):
        yield expression
        for argument in expression.arguments:
            yield from iter_calls(argument)
    elif isinstance(expression, Member):
        yield from iter_calls(expression.base)
    elif isinstance(expression, Item):
        yield from iter_calls(expression.base)
        yield from iter_calls(expression.index)


def first_text(call: Call) -> str | None:
    """Give the first argument of a call when it is a string, as for `parameters`; else None."""
    if call.arguments and isinstance(call.arguments[0], Text):
        return call.arguments[0].value
    return None


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._kind = ""
        self._value = ""
        self._start = 0
        self._offset = 0
        self._depth = 0
        self._advance()

    def _advance(self) -> None:
        """Read the next token."""
        match = _TOKEN.match(self._text, self._offset)
        if match is None or match.lastgroup is None:  # pragma: no cover - `bad` takes anything
            raise ExpressionSyntaxError("it cannot be read", self._offset)
        self._kind = match.lastgroup
        self._value = match.group(self._kind)
        self._start = match.start(self._kind)
        self._offset = match.end()
        if self._kind == "bad":
            reason = (
                "a string is not closed"
                if self._value == "'"
                else f"`{self._value}` is not expected"
            )
            raise ExpressionSyntaxError(reason, self._start)

    def _is(self, mark: str) -> bool:
        """Say whether the current token is a certain mark."""
        return self._kind == "mark" and self._value == mark

    def _expect(self, mark: str) -> None:
        """Go over a mark that must be here."""
        if not self._is(mark):
            found = f"`{self._value}`" if self._value else "the end"
            raise ExpressionSyntaxError(f"`{mark}` is expected, but {found} is there", self._start)
        self._advance()

    def expect_end(self) -> None:
        """Make sure that nothing is left over."""
        if self._kind != "end":
            raise ExpressionSyntaxError(f"`{self._value}` is left over", self._start)

    def expression(self) -> Expression:
        """Read a value and what is taken from it."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            reason = f"it is nested more than {_MAX_DEPTH} levels deep"
            raise ExpressionSyntaxError(reason, self._start)
        value = self._primary()
        while self._is(".") or self._is("["):
            if self._is("."):
                self._advance()
                value = Member(value, self._name())
            else:
                self._advance()
                value = Item(value, self.expression())
                self._expect("]")
        self._depth -= 1
        return value

    def _primary(self) -> Expression:
        """Read a string, a number or a call."""
        if self._kind == "text":
            text = Text(self._value[1:-1].replace("''", "'"))
            self._advance()
            return text
        if self._kind == "number":
            number = Number(int(self._value))
            self._advance()
            return number
        return self._call()

    def _call(self) -> Call:
        """Read a call, with a namespace or without."""
        name = self._name()
        while self._is("."):
            self._advance()
            name += "." + self._name()
        self._expect("(")
        arguments: list[Expression] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.expression())
        self._advance()
        return Call(name, tuple(arguments))

    def _name(self) -> str:
        """Read a name."""
        if self._kind not in ("name", "number"):
            found = f"`{self._value}`" if self._value else "the end"
            raise ExpressionSyntaxError(f"a name is expected, but {found} is there", self._start)
        name = self._value
        self._advance()
        return name
