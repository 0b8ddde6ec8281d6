"""Expressions: precedence, chains of access, brackets, strings with holes, lambdas.

The official grammar is stricter than it looks, and this one is as strict: an operator and its
operands stand on one line (only `?`, `:` and `=>` may have a line end beside them), an operand
takes one prefix operator, and arrays and objects do not stand inside `${ }` unless a lambda is
around them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from octoha_templates.bicep.collection_parser import CollectionParser
from octoha_templates.bicep.lexer import INTEGER, LEFT, NAME, NEWLINE, STRING
from octoha_templates.bicep.syntax import (
    Binary,
    Boolean,
    Call,
    Expression,
    Identifier,
    Index,
    Integer,
    Lambda,
    Member,
    MethodCall,
    Missing,
    Name,
    NestedAccess,
    NonNull,
    Null,
    Parenthesised,
    Ternary,
    Unary,
)
from octoha_templates.bicep.token_stream import (
    SHORT_CHAIN,
    STATEMENT_KEYWORDS,
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

LARGEST_INTEGER: Final = 2**63 - 1
_ACCESS: Final = frozenset(("[", ".", "::", "!"))


class ExpressionParser(CollectionParser):
    """Parses expressions."""

    __slots__ = ()

    # --- operators ---

    def expression(self) -> Expression:
        """Parse one expression.

        Raises:
            UnexpectedTokenError: There is none; a finding says so.
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
        """Parse operands and the operators between them that bind tighter than `least`.

        The work of an operand is written out here rather than called, for each call costs frames of
        Python's stack at every level of nesting.
        """
        kinds = self.kinds
        kind = kinds[self.position]
        parse = _PRIMARIES.get(kind)
        left: Expression
        if parse is None:
            left = self._signed(kind)
        else:
            left = parse(self)
            if kinds[self.position] in _ACCESS:
                left = self._accesses(left)
        chain = 0
        while (precedence := PRECEDENCE.get(kinds[self.position], 0)) > least:
            operator = kinds[self.position]
            self.position += 1
            self.deeper()
            right = self._binary(precedence)
            self.depth -= 1
            left = Binary(left.start, right.end, left, operator, right)
            chain += 1
            if chain > SHORT_CHAIN:
                self.another_link(chain)
        return left

    def _signed(self, sign: str) -> Unary:
        """Parse an operand with a sign before it."""
        if sign != "-" and sign != "!":
            self._fail_without_value()
        start = self.starts[self.position]
        self.position += 1
        operand = self.primary()
        if self.kinds[self.position] in _ACCESS:
            operand = self._accesses(operand)
        return Unary(start, operand.end, sign, operand)

    def primary(self) -> Expression:
        """Parse a literal, name, call, lambda, or something in brackets, without any access."""
        parse = _PRIMARIES.get(self.kinds[self.position])
        return parse(self) if parse else self._fail_without_value()

    def _fail_without_value(self) -> NoReturn:
        self.fail("OCT309", "expected a value", self._hint_for_value())

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
            if chain > SHORT_CHAIN:
                self.another_link(chain)
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
        inner = self.comma_list(")", self.expression, line_end_before_comma=True)
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


_PRIMARIES: Final[dict[str, Callable[[ExpressionParser], Expression]]] = {
    NAME: ExpressionParser.name,
    STRING: ExpressionParser.string,
    LEFT: ExpressionParser.string,
    INTEGER: ExpressionParser._integer,
    "true": ExpressionParser._true_or_false,
    "false": ExpressionParser._true_or_false,
    "null": ExpressionParser._null,
    "{": ExpressionParser.object,
    "[": ExpressionParser.array_or_for,
    "(": ExpressionParser._parenthesis,
}
