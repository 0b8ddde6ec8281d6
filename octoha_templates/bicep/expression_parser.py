"""Expressions: precedence, chains of access, brackets, strings with holes, lambdas.

The official grammar is stricter than it looks, and this one is as strict: an operator and its operands stand on
one line (only `?`, `:` and `=>` may have a line end beside them), an operand takes one prefix operator, and
arrays and objects do not stand inside `${ }` unless a lambda is around them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from octoha_templates.bicep.lexer import END, INTEGER, LEFT, MIDDLE, NAME, NEWLINE, RIGHT, STRING
from octoha_templates.bicep.syntax import (
    Array,
    Binary,
    Boolean,
    Call,
    Expression,
    For,
    Identifier,
    If,
    Index,
    Integer,
    Interpolation,
    Lambda,
    Member,
    MethodCall,
    Missing,
    Name,
    NestedAccess,
    NonNull,
    Null,
    Object,
    Parenthesised,
    Property,
    Resource,
    Spread,
    String,
    Ternary,
    Unary,
)
from octoha_templates.bicep.token_stream import (
    CLOSING,
    STATEMENT_KEYWORDS,
    TokenStream,
    Unexpected,
)

PRECEDENCE: Final = {
    "??": 1,
    "||": 2,
    "&&": 3,
    "==": 4, "!=": 4, "=~": 4, "!~": 4,
    "<": 5, "<=": 5, ">": 5, ">=": 5,
    "+": 6, "-": 6,
    "*": 7, "/": 7, "%": 7,
}  # fmt: skip
"""The binary operators; the higher number binds tighter. All group from the left."""

T = TypeVar("T")

LARGEST_INTEGER: Final = 2**63 - 1
LONGEST_CHAIN: Final = 30
"""How many operators may follow one another before the height of the tree is measured."""

END_OF_ARGUMENT: Final = frozenset((",",))
END_OF_HOLE: Final = frozenset((MIDDLE, RIGHT, NEWLINE))
_ACCESS: Final = frozenset(("[", ".", "::", "!"))
_INSIDE_HOLE: Final = "arrays and objects cannot stand inside `${ }`"


class ExpressionParser(TokenStream):
    """Parses expressions; `resource` in the body of a resource is left to the parser of statements."""

    __slots__ = ("in_hole",)
    in_hole: bool

    def nested_resource(self) -> Resource:
        """Parse a resource in the body of another, decorators included."""
        raise NotImplementedError

    # --- operators ---

    def expression(self) -> Expression:
        """Parse one expression.

        Raises:
            Unexpected: There is none; a finding says so.
        """
        self.deeper()
        condition = self._binary(0)
        kinds, position = self.kinds, self.position
        kind = kinds[position]
        if kind == "?" or (kind is NEWLINE and kinds[position + 1] == "?"):
            condition = self._ternary(condition)
        self.depth -= 1
        return condition

    def _ternary(self, condition: Expression) -> Ternary:
        """Parse from the `?` or the line end before it."""
        self.skip_line_ends()
        self.position += 1
        when_true = self.expression()
        if self.kinds[self.position + 1] == ":":
            self.skip_line_ends()
        self.take(":")
        when_false = self.expression()
        return Ternary(condition.start, when_false.end, condition, when_true, when_false)

    def _binary(self, least: int) -> Expression:
        """Parse operands and the operators between them that bind tighter than `least`."""
        left = self._operand()
        chain = 0
        while True:
            operator = self.kinds[self.position]
            precedence = PRECEDENCE.get(operator, 0)
            if precedence <= least:
                break
            self.position += 1
            right = self._binary(precedence)
            left = Binary(left.start, right.end, left, operator, right)
            chain += 1
        if chain > LONGEST_CHAIN:
            self.is_deep = True
        return left

    def _operand(self) -> Expression:
        """Parse a value with at most one sign before it and any access after it."""
        position = self.position
        kind = self.kinds[position]
        if kind == "-" or kind == "!":
            self.position = position + 1
            operand = self._operand_without_sign()
            return Unary(self.starts[position], operand.end, kind, operand)
        return self._operand_without_sign()

    def _operand_without_sign(self) -> Expression:
        value = self.primary()
        return self._accesses(value) if self.kinds[self.position] in _ACCESS else value

    def primary(self) -> Expression:
        """Parse a literal, name, call, lambda, or something in brackets, without what may follow."""
        parse = _PRIMARIES.get(self.kinds[self.position])
        if parse is None:
            self.fail("OCT309", "expected a value", self._hint_for_value())
        return parse(self)

    def _hint_for_value(self) -> str:
        """Say what may be meant by what is no value."""
        return {
            "+": "there is no `+` sign; leave it out",
            "!": "one `!` is enough; use parentheses for more: `!(!x)`",
            "-": "use parentheses for a sign before a sign: `-(-x)`",
        }.get(self.kinds[self.position], "")

    # --- access ---

    def _accesses(self, value: Expression) -> Expression:
        """Parse `.name`, `[index]`, `::name`, calls and `!` after a value."""
        chain = 0
        while True:
            kind = self.kinds[self.position]
            if kind == ".":
                value = self.access_by_name(value)
            elif kind == "[":
                value = self._index(value)
            elif kind == "::":
                self.position += 1
                name = self._member_name()
                value = NestedAccess(value.start, name.end, value, name)
            elif kind == "!":
                value = NonNull(value.start, self.ends[self.position], value)
                self.position += 1
            else:
                break
            chain += 1
        if chain > LONGEST_CHAIN:
            self.is_deep = True
        return value

    def _member_name(self) -> Identifier:
        position = self.position
        if self.kinds[position] is not NAME:
            self.fail("OCT315", "expected the name of a property or function")
        self.position = position + 1
        return Identifier(self.starts[position], self.ends[position], self.values[position])

    def access_by_name(self, base: Expression) -> Expression:
        """Parse `.name`, `.?name` or `.name(arguments)`."""
        self.position += 1
        safe = self.kinds[self.position] == "?"
        if safe:
            self.position += 1
        name = self._member_name()
        if self.kinds[self.position] != "(":
            return Member(base.start, name.end, base, name, safe)
        if safe:
            message = "`.?` cannot stand before a call"
            self.findings.add("OCT321", name.start, message, "use `.`")
        arguments, end = self.arguments()
        return MethodCall(base.start, end, base, name, arguments, safe)

    def _index(self, base: Expression) -> Index:
        """Parse `[index]`, `[?index]`, `[^index]` or `[?^index]`."""
        opening = self.starts[self.position]
        self.position += 1
        safe = self._passes("?")
        from_end = self._passes("^")
        if self.kinds[self.position] == "]":
            self.fail("OCT309", "expected a value between the brackets")
        index = self.expression()
        end = self.take_closing("]", opening)
        return Index(base.start, end, base, index, safe, from_end)

    def _passes(self, kind: str) -> bool:
        """Take a token if it is of that kind, and say so."""
        if self.kinds[self.position] != kind:
            return False
        self.position += 1
        return True

    # --- calls ---

    def arguments(self) -> tuple[tuple[Expression, ...], int]:
        """Parse `(arguments)`; give them and the end of the closing parenthesis."""
        opening = self.starts[self.position]
        self.position += 1
        found = self.comma_list(")", self.expression)
        return tuple(found), self.take_closing(")", opening)

    def comma_list(self, closing: str, parse: Callable[[], T]) -> list[T]:
        """Parse elements with commas between; line ends may follow the commas and stand at both ends."""
        kinds = self.kinds
        found: list[T] = []
        self.skip_line_ends()
        if kinds[self.position] == closing:
            return found
        while True:
            begin, depth = self.position, self.depth
            try:
                found.append(parse())
            except Unexpected:
                self.depth = depth
                self.recover(begin, END_OF_ARGUMENT)
                if self.kinds[self.position] is END or self.is_cut_short():
                    raise
            self.skip_line_ends()
            kind = kinds[self.position]
            if kind == closing or kind in CLOSING or kind is END:
                return found
            if kind == ",":
                self.position += 1
                self.skip_line_ends()
            elif kinds[self.position - 1] is NEWLINE and kinds[self.position + 1] == ":":
                self.position -= 1  # the next property of an object: the list was not closed
                return found
            else:
                self.report("OCT322", f"expected a comma, found {self.found()}")

    # --- values ---

    def name(self) -> Expression:
        """Parse a name: a value, a call, or the parameter of a lambda."""
        position = self.position
        start, end, name = self.starts[position], self.ends[position], self.values[position]
        self.position = position + 1
        kind = self.kinds[position + 1]
        if kind == "(":
            arguments, call_end = self.arguments()
            return Call(start, call_end, Identifier(start, end, name), arguments)
        if kind == "=>":
            return self._lambda(start, (Identifier(start, end, name),))
        return Name(start, end, name)

    def _lambda(self, start: int, parameters: tuple[Identifier, ...]) -> Lambda:
        """Parse from the `=>`."""
        body = self.lambda_body()
        return Lambda(start, body.end, parameters, body)

    def lambda_body(self) -> Expression:
        """Parse `=> expression`; the expression may stand on the next line."""
        self.take("=>")
        following = self.position + 1
        if self.values[following] not in STATEMENT_KEYWORDS:
            self.skip_line_ends()
        in_hole, self.in_hole = self.in_hole, False
        body = self.expression()
        self.in_hole = in_hole
        return body

    def _parenthesis(self) -> Expression:
        """Parse `(value)`, or the parameters of a lambda and its body."""
        opening = self.starts[self.position]
        self.position += 1
        inner = self.comma_list(")", self.expression)
        end = self.take_closing(")", opening)
        if self.kinds[self.position] == "=>":
            return self._lambda(opening, tuple(map(self._lambda_parameter, inner)))
        if len(inner) != 1:
            message = f"parentheses hold one value, and here are {len(inner)}"
            self.findings.add("OCT327", opening, message, "an array is written in square brackets")
            return Missing(opening, end)
        return Parenthesised(opening, end, inner[0])

    def _lambda_parameter(self, written: Expression) -> Identifier:
        """Read an expression before `=>` as the name it has to be."""
        if isinstance(written, Name):
            return Identifier(written.start, written.end, written.name)
        self.findings.add("OCT312", written.start, "expected the name of a parameter")
        return Identifier(written.start, written.end, "")

    def _integer(self) -> Integer:
        position = self.position
        digits = self.values[position]
        value = int(digits[-20:]) if len(digits.lstrip("0")) <= 20 else LARGEST_INTEGER + 2
        is_least = value == LARGEST_INTEGER + 1 and self.kinds[position - 1] == "-"
        if value > LARGEST_INTEGER and not is_least:
            message = "the number does not fit into 64 bits"
            self.report("OCT310", message, f"the largest is {LARGEST_INTEGER}")
            value = LARGEST_INTEGER
        self.position = position + 1
        return Integer(self.starts[position], self.ends[position], value)

    def _true_or_false(self) -> Boolean:
        position = self.position
        self.position = position + 1
        is_true = self.kinds[position] == "true"
        return Boolean(self.starts[position], self.ends[position], is_true)

    def _null(self) -> Null:
        self.position += 1
        return Null(self.starts[self.position - 1], self.ends[self.position - 1])

    # --- strings ---

    def string(self) -> String | Interpolation:
        """Parse a string, with holes or without; the current token is one."""
        position = self.position
        start = self.starts[position]
        multi_line = self.text[start] == "$" or self.text.startswith("'''", start)
        if self.kinds[position] is STRING:
            self.position = position + 1
            return String(start, self.ends[position], self.values[position], multi_line)
        in_hole, self.in_hole = self.in_hole, True
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
                raise Unexpected

    def _hole(self) -> Expression:
        """Parse what stands in `${ }`, up to the piece of string after it."""
        begin, depth = self.position, self.depth
        try:
            value = self.expression()
            if self.kinds[self.position] not in END_OF_HOLE:
                self.fail("OCT324", "expected the end of the interpolation")
        except Unexpected:
            self.depth = depth
            self.recover(begin, END_OF_HOLE)
            return Missing(self.starts[begin], self.starts[begin])
        return value

    # --- brackets ---

    def _array_or_for(self) -> Expression:
        """Parse `[a, b]` or `[for ...]`."""
        position = self.position
        following = position + 1 + (self.kinds[position + 1] is NEWLINE)
        if self.in_hole:
            self.fail("OCT324", _INSIDE_HOLE, "give it a name with `var`")
        if self.kinds[following] is NAME and self.values[following] == "for":
            return self.for_expression(self.expression)
        start = self.starts[position]
        self.position = position + 1
        items = self.elements("]", self._item)
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

    def _object_value(self) -> Object:
        if self.in_hole:
            self.fail("OCT324", _INSIDE_HOLE, "give it a name with `var`")
        return self.object()

    def object(self) -> Object:
        """Parse `{ ... }` without nested resources."""
        start = self.starts[self.position]
        self.take("{")
        members = self.elements("}", self._member)
        return Object(start, self.take_closing("}", start), tuple(members))

    def resource_object(self) -> Object:
        """Parse `{ ... }` where nested resources are allowed."""
        start = self.starts[self.position]
        self.take("{")
        members = self.elements("}", self._resource_member)
        return Object(start, self.take_closing("}", start), tuple(members))

    def _resource_member(self) -> Property | Spread | Resource:
        kinds, position = self.kinds, self.position
        is_resource = kinds[position + 1] is NAME and self.at_word("resource")
        if is_resource or kinds[position] == "@":
            return self.nested_resource()
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
        if kind is STRING or kind is LEFT:
            return self.string()
        reserved = kind in ("true", "false", "null")
        hint = f"put it in quotes: `'{kind}'`" if reserved else ""
        self.fail("OCT316", "expected the name of a property", hint)

    def _fail_without_colon(self, key: Identifier | String | Interpolation) -> None:
        """Report a missing colon, or the missing end of the object when a statement starts here."""
        before = self.position - 1
        if isinstance(key, Identifier) and self.starts_statement(before):
            self.position = before
            self.fail("OCT313", "expected `}`")
        self.fail("OCT313", "expected `:` after the name of the property")

    # --- conditions ---

    def condition(self, body: Callable[[], Object]) -> If:
        """Parse `if (condition) { ... }`, with a parser for the body."""
        start = self.starts[self.position]
        self.take_word("if")
        opening = self.starts[self.position]
        self.take("(")
        self.skip_line_ends()
        condition = self.expression()
        self.skip_line_ends()
        self.take_closing(")", opening)
        value = body()
        return If(start, value.end, condition, value)


_PRIMARIES: Final[dict[str, Callable[[ExpressionParser], Expression]]] = {
    NAME: ExpressionParser.name,
    STRING: ExpressionParser.string,
    LEFT: ExpressionParser.string,
    INTEGER: ExpressionParser._integer,
    "true": ExpressionParser._true_or_false,
    "false": ExpressionParser._true_or_false,
    "null": ExpressionParser._null,
    "{": ExpressionParser._object_value,
    "[": ExpressionParser._array_or_for,
    "(": ExpressionParser._parenthesis,
}
