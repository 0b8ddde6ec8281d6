"""What encloses expressions: strings with holes, lists, arrays, objects, loops and conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from octoha_templates.bicep.lexer import (
    END,
    LEFT,
    LITERAL_KINDS,
    MIDDLE,
    NAME,
    NEWLINE,
    RIGHT,
    STRING,
)
from octoha_templates.bicep.syntax import (
    Array,
    Expression,
    For,
    Identifier,
    If,
    Interpolation,
    Missing,
    Object,
    Property,
    Resource,
    Spread,
    String,
)
from octoha_templates.bicep.token_stream import AFTER_ELEMENTS, TokenStream, UnexpectedTokenError

T = TypeVar("T")

_END_OF_ARGUMENT: Final = frozenset((",",))
_END_OF_HOLE: Final = frozenset((MIDDLE, RIGHT, NEWLINE))


class CollectionParser(TokenStream):
    """Parses what has expressions inside.

    Attributes:
        in_hole: Whether the position is in `${ }`, where arrays and objects cannot stand.
    """

    __slots__ = ("in_hole",)
    in_hole: bool

    def expression(self) -> Expression:
        """Parse one expression."""
        raise NotImplementedError

    def nested_resource(self) -> Resource:
        """Parse a resource in the body of another, decorators included."""
        raise NotImplementedError

    # --- lists with commas ---

    def comma_list(
        self, closing: str, parse: Callable[[], T], *, line_end_before_comma: bool = False
    ) -> list[T]:
        """Parse elements with commas between; line ends may follow commas or be at both ends.

        Args:
            closing: The bracket that ends them; it is not taken, and may turn out to be missing.
            parse: Parses one element.
            line_end_before_comma: Whether a comma may stand at the start of a line.
        """
        kinds = self.kinds
        found: list[T] = []
        self.skip_line_ends_in_brackets()
        if kinds[self.position] == closing:
            return found
        while True:
            begin, depth = self.position, self.depth
            try:
                found.append(parse())
            except UnexpectedTokenError:
                self._recover_argument(begin, depth)
            self.skip_line_ends_in_brackets()
            kind = kinds[self.position]
            if kind == closing or kind in AFTER_ELEMENTS:
                return found
            if kind == ",":
                if kinds[self.position - 1] is NEWLINE and not line_end_before_comma:
                    self.report("OCT322", "the comma stands on a line after the argument")
                self.position += 1
                self.skip_line_ends_in_brackets()
            elif kinds[self.position - 1] is NEWLINE and kinds[self.position + 1] == ":":
                self.position -= 1  # the next property of an object: the list was not closed
                return found
            else:
                self.report("OCT322", f"expected a comma, found {self.found()}")

    def _recover_argument(self, begin: int, depth: int) -> None:
        """Go on after a broken element, or give up the list, too, when it has no end."""
        if self.unclosed:
            # A bracket inside was never closed, so the one around it was not either.
            self.unclosed += 1
            raise UnexpectedTokenError
        self.depth = depth
        self.recover(begin, _END_OF_ARGUMENT)
        if self.kinds[self.position] is END or self.is_cut_short():
            raise UnexpectedTokenError

    # --- strings ---

    def string(self) -> String | Interpolation:
        """Parse a string, with holes or without; the current token is one."""
        position = self.position
        start = self.starts[position]
        multi_line = self.text[start] == "$" or self.text.startswith("'''", start)
        if self.kinds[position] is STRING:
            self.position = position + 1
            return String(start, self.ends[position], self.values[position], multi_line)
        in_hole = self.in_hole
        segments, expressions = self._holes()
        self.in_hole = in_hole
        end = self.ends[self.position - 1]
        return Interpolation(start, end, tuple(segments), tuple(expressions), multi_line)

    def _holes(self) -> tuple[list[str], list[Expression]]:
        """Parse the pieces of a string and what stands between them."""
        segments: list[str] = []
        expressions: list[Expression] = []
        while True:
            kind = self.kinds[self.position]
            segments.append(self.values[self.position])
            self.position += 1
            if kind is RIGHT:
                return segments, expressions
            expressions.append(self._hole())
            if self.kinds[self.position] not in (MIDDLE, RIGHT):
                raise UnexpectedTokenError

    def _hole(self) -> Expression:
        """Parse what stands in `${ }`, up to the piece of string after it."""
        begin, depth = self.position, self.depth
        self.in_hole = True
        try:
            value = self.expression()
            if self.kinds[self.position] not in _END_OF_HOLE:
                self.fail("OCT324", "expected the end of the interpolation")
        except UnexpectedTokenError:
            self.depth = depth
            self.recover(begin, _END_OF_HOLE)
            return Missing(self.starts[begin], self.starts[begin])
        return value

    # --- brackets ---

    def _fail_in_hole(self) -> NoReturn:
        message = "arrays and objects cannot stand inside `${ }`"
        self.fail("OCT324", message, "give it a name with `var`")

    def array_or_for(self) -> Expression:
        """Parse `[a, b]` or `[for ...]`."""
        position = self.position
        following = position + 1 + (self.kinds[position + 1] is NEWLINE)
        if self.in_hole:
            self._fail_in_hole()
        if self.kinds[following] is NAME and self.values[following] == "for":
            return self.for_expression(self.expression)
        start = self.starts[position]
        self.position = position + 1
        items = self.elements(self._item)
        return Array(start, self.take_closing("]", start), tuple(items))

    def _item(self) -> Expression | Spread:
        return self._spread() if self.kinds[self.position] == "..." else self.expression()

    def _spread(self) -> Spread:
        start = self.starts[self.position]
        self.position += 1
        value = self.expression()
        return Spread(start, value.end, value)

    def for_expression(self, body: Callable[[], Expression]) -> For:
        """Parse `[for item in collection: body]`, with a parser for the body."""
        start = self.starts[self.position]
        self.position += 1
        self.skip_line_ends()
        self.take_word("for")
        item, index = self._loop_variables()
        self.take_word("in")
        collection = self.expression()
        self.take(":")
        value = body()
        self.skip_line_ends()
        end = self.take_closing("]", start)
        return For(start, end, item, index, collection, value)

    def _loop_variables(self) -> tuple[Identifier, Identifier | None]:
        """Parse `item` or `(item, index)`."""
        if self.kinds[self.position] != "(":
            return self.take_name("the name of a loop variable, or `(item, index)`"), None
        self.position += 1
        item = self.take_name("the name of a loop variable")
        self.take(",")
        index = self.take_name("the name of a loop index")
        self.take(")")
        return item, index

    def object(self) -> Object:
        """Parse `{ ... }` without nested resources."""
        start = self.starts[self.position]
        if self.in_hole:
            self._fail_in_hole()
        self.take("{")
        members = self.elements(self._member)
        return Object(start, self.take_closing("}", start), tuple(members))

    def resource_object(self) -> Object:
        """Parse `{ ... }` where nested resources are allowed."""
        start = self.starts[self.position]
        self.take("{")
        members = self.elements(self._resource_member)
        return Object(start, self.take_closing("}", start), tuple(members))

    def _resource_member(self) -> Property | Spread | Resource:
        kinds, position = self.kinds, self.position
        is_resource = kinds[position + 1] is NAME and self.at_word("resource")
        if is_resource or kinds[position] == "@":
            self.deeper()
            resource = self.nested_resource()
            self.depth -= 1
            return resource
        return self._member()

    def _member(self) -> Property | Spread:
        """Parse `key: value` or `...value`."""
        kind = self.kinds[self.position]
        if kind == "...":
            return self._spread()
        key = self.key(kind)
        if self.kinds[self.position] != ":":
            self._fail_without_colon(key)
        self.position += 1
        value = self.expression()
        return Property(key.start, value.end, key, value)

    def key(self, kind: str) -> Identifier | String | Interpolation:
        """Parse the key of a property."""
        position = self.position
        if kind is NAME:
            self.position = position + 1
            return Identifier(self.starts[position], self.ends[position], self.values[position])
        if kind not in (STRING, LEFT):
            hint = f"put it in quotes: `'{kind}'`" if kind in LITERAL_KINDS else ""
            self.fail("OCT316", "expected the name of a property", hint)
        return self.string()

    def _fail_without_colon(self, key: Identifier | String | Interpolation) -> NoReturn:
        """Report a missing colon, unless the key is the first word of the next statement."""
        if isinstance(key, Identifier) and self.starts_statement(self.position - 1):
            raise UnexpectedTokenError
        hint = ""
        if isinstance(key, Identifier) and self.kinds[self.position] == "-":
            hint = f"put a name with a dash in quotes: `'{key.name}-...'`"
        self.fail("OCT313", "expected `:` after the name of the property", hint)

    # --- conditions ---

    def condition(self, body: Callable[[], Object]) -> If:
        """Parse `if (condition) { ... }`, with a parser for the body."""
        start = self.starts[self.position]
        self.take_word("if")
        opening = self.starts[self.position]
        self.take("(")
        self.skip_line_ends_in_brackets()
        condition = self.expression()
        self.skip_line_ends_in_brackets()
        self.take_closing(")", opening)
        value = body()
        return If(start, value.end, condition, value)
