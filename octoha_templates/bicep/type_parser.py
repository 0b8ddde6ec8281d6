"""Type expressions: names, literals, arrays, tuples, objects, unions, parts of types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from octoha_templates.bicep.expression_parser import ExpressionParser
from octoha_templates.bicep.lexer import END, INTEGER, LEFT, NAME, NEWLINE, STRING
from octoha_templates.bicep.syntax import (
    AdditionalProperties,
    ArrayType,
    Decorator,
    GenericType,
    LiteralType,
    NamedType,
    NonNullType,
    NullableType,
    ObjectType,
    ParenthesisedType,
    ResourceType,
    TupleType,
    TupleTypeItem,
    TypeAdditional,
    TypeExpression,
    TypeIndex,
    TypeItem,
    TypeMember,
    TypeProperty,
    Unary,
    UnionType,
)
from octoha_templates.bicep.token_stream import END_OF_LINE, UnexpectedTokenError

_TYPE_HINT: Final = (
    "such as `string`, `int`, `bool`, `object`, `array`, a literal, or a type of your own"
)


class TypeParser(ExpressionParser):
    """Parses types, and the decorators that may stand on their members."""

    __slots__ = ()

    def type(self) -> TypeExpression:
        """Parse a type where a declaration wants one; `resource 'type'` is possible, too."""
        is_resource = self.at_word("resource") and self.kinds[self.position + 1] != "<"
        return self._resource_type() if is_resource else self.type_expression()

    def _resource_type(self) -> ResourceType:
        """Parse `resource` and the string that may follow it."""
        position = self.position
        self.position = position + 1
        start, end = self.starts[position], self.ends[position]
        if self.kinds[self.position] not in (STRING, LEFT):
            return ResourceType(start, end, None)
        written = self.string()
        return ResourceType(start, written.end, written)

    def type_expression(self) -> TypeExpression:
        """Parse a type, which may be a union.

        Raises:
            UnexpectedTokenError: There is none; a finding says so.
        """
        self.deeper()
        start = self.starts[self.position]
        has_bar_in_front = self._passes_bar()
        first = self._type_operand()
        if not has_bar_in_front and not self._is_at_bar():
            self.depth -= 1
            return first
        members = [first]
        while self._passes_bar():
            members.append(self._type_operand())
        self.depth -= 1
        return UnionType(start, members[-1].end, tuple(members))

    def _is_at_bar(self) -> bool:
        kinds, position = self.kinds, self.position
        return kinds[position] == "|" or (kinds[position] is NEWLINE and kinds[position + 1] == "|")

    def _passes_bar(self) -> bool:
        """Take a `|`, also one at the start of the next line, and say whether there was one."""
        if not self._is_at_bar():
            return False
        self.skip_line_ends()
        self.position += 1
        return True

    def _type_operand(self) -> TypeExpression:
        """Parse one member of a union: a sign, the type, what follows it, then `?` and `!`."""
        found = (
            self._signed_literal()
            if self.kinds[self.position] in ("-", "!")
            else self._with_access()
        )
        chain = 0
        while (kind := self.kinds[self.position]) == "?" or kind == "!":
            end = self.ends[self.position]
            self.position += 1
            made = NullableType if kind == "?" else NonNullType
            found = made(found.start, end, found)
            chain += 1
            self.another_link(chain)
        return found

    def _signed_literal(self) -> LiteralType:
        """Parse `-1` or `!true`."""
        start = self.starts[self.position]
        sign = self.kinds[self.position]
        self.position += 1
        if self.kinds[self.position] not in (INTEGER, "true", "false"):
            self.fail("OCT317", f"expected a literal after `{sign}`")
        operand = self.primary()
        return LiteralType(start, operand.end, Unary(start, operand.end, sign, operand))

    def _with_access(self) -> TypeExpression:
        """Parse a type and the `[]`, `[*]`, `[0]`, `.name` and `.*` after it."""
        parse = _PRIMARIES.get(self.kinds[self.position])
        if parse is None:
            self.fail("OCT317", "expected a type", _TYPE_HINT)
        found = parse(self)
        chain = 0
        while (kind := self.kinds[self.position]) == "[" or kind == ".":
            found = self._type_index(found) if kind == "[" else self._type_member(found)
            chain += 1
            self.another_link(chain)
        return found

    def _type_index(self, base: TypeExpression) -> TypeExpression:
        """Parse `[]`, `[*]` or `[0]`."""
        opening = self.starts[self.position]
        self.position += 1
        kind = self.kinds[self.position]
        if kind == "]":
            self.position += 1
            return ArrayType(base.start, self.ends[self.position - 1], base)
        if kind == "*":
            self.position += 1
            return TypeItem(base.start, self.take_closing("]", opening), base)
        index = self.expression()
        return TypeIndex(base.start, self.take_closing("]", opening), base, index)

    def _type_member(self, base: TypeExpression) -> TypeExpression:
        """Parse `.name`, `.*` or `.name<arguments>`."""
        self.position += 1
        if self.kinds[self.position] == "*":
            self.position += 1
            return TypeAdditional(base.start, self.ends[self.position - 1], base)
        if self.kinds[self.position] is not NAME:
            self.fail("OCT315", "expected the name of a property or type")
        name = self.take_name("the name of a property or type")
        return self._with_type_arguments(TypeMember(base.start, name.end, base, name))

    def _with_type_arguments(self, base: NamedType | TypeMember) -> TypeExpression:
        """Parse the `<arguments>` that may follow a name."""
        if self.kinds[self.position] != "<":
            return base
        opening = self.starts[self.position]
        self.position += 1
        arguments = self.comma_list(">", self.type_expression)
        return GenericType(base.start, self.take_closing(">", opening), base, tuple(arguments))

    def _named(self) -> TypeExpression:
        name = self.take_name("the name of a type")
        return self._with_type_arguments(NamedType(name.start, name.end, name.name))

    def _literal(self) -> LiteralType:
        value = self.primary()
        return LiteralType(value.start, value.end, value)

    def _parenthesised_type(self) -> ParenthesisedType:
        opening = self.starts[self.position]
        self.position += 1
        inner = self.type_expression()
        return ParenthesisedType(opening, self.take_closing(")", opening), inner)

    # --- objects and tuples ---

    def _object_type(self) -> ObjectType:
        start = self.starts[self.position]
        self.position += 1
        members = self.elements(self._type_property)
        return ObjectType(start, self.take_closing("}", start), tuple(members))

    def _type_property(self) -> TypeProperty | AdditionalProperties:
        """Parse `key: type` or `*: type`, decorators included."""
        start = self.starts[self.position]
        decorators = self.decorators()
        kind = self.kinds[self.position]
        if kind == "*":
            self.position += 1
            self.take(":")
            found = self.type_expression()
            return AdditionalProperties(start, found.end, decorators, found)
        key = self.key(kind)
        self.take(":")
        found = self.type_expression()
        return TypeProperty(start, found.end, decorators, key, found)

    def _tuple_type(self) -> TupleType:
        start = self.starts[self.position]
        self.position += 1
        items = self.elements(self._tuple_item)
        return TupleType(start, self.take_closing("]", start), tuple(items))

    def _tuple_item(self) -> TupleTypeItem:
        start = self.starts[self.position]
        decorators = self.decorators()
        found = self.type_expression()
        return TupleTypeItem(start, found.end, decorators, found)

    # --- decorators ---

    def decorators(self) -> tuple[Decorator, ...]:
        """Parse the decorators that stand here, each on lines of its own."""
        if self.kinds[self.position] != "@":
            return ()
        found: list[Decorator] = []
        while self.kinds[self.position] == "@":
            begin = self.position
            try:
                found.append(self._decorator())
            except UnexpectedTokenError:
                self.recover(begin, END_OF_LINE)
            if self.kinds[self.position] not in (NEWLINE, END):
                self.report(
                    "OCT314", f"expected a new line after the decorator, found {self.found()}"
                )
            self.skip_line_ends()
        return tuple(found)

    def fail_without_declaration(self, first: int, wanted: str) -> NoReturn:
        """Report decorators that decorate nothing, at the first one, and give up the element."""
        message = f"expected {wanted} after the decorator, found {self.found()}"
        hint = "decorators stand on the lines before what they decorate"
        self.findings.add("OCT326", first, message, hint)
        raise UnexpectedTokenError

    def _decorator(self) -> Decorator:
        """Parse `@name(arguments)`, with a namespace before the name or not."""
        start = self.starts[self.position]
        self.position += 1
        if self.kinds[self.position] is not NAME:
            self.fail("OCT312", "expected the name of a decorator")
        value = self.name()
        while self.kinds[self.position] == ".":
            value = self.access_by_name(value)
        return Decorator(start, value.end, value)


_PRIMARIES: Final[dict[str, Callable[[TypeParser], TypeExpression]]] = {
    NAME: TypeParser._named,
    STRING: TypeParser._literal,
    LEFT: TypeParser._literal,
    INTEGER: TypeParser._literal,
    "true": TypeParser._literal,
    "false": TypeParser._literal,
    "null": TypeParser._literal,
    "{": TypeParser._object_type,
    "[": TypeParser._tuple_type,
    "(": TypeParser._parenthesised_type,
}
