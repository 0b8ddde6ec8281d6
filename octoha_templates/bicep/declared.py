"""The types people declare, as ARM writes them: of parameters, outputs, properties, functions and `type`.

A type becomes an object of the template, `{"type": "string"}`; names of types become references
to `definitions`. The result is a node of `ir`, because default values and allowed values are
expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from octoha_templates.bicep.ir import ArrayValue, Entry, Literal, ObjectValue, Value
from octoha_templates.bicep.lower import NotLoweredError
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.resource_types import known_type, spelled
from octoha_templates.bicep.symbols import (
    ImportedSymbol,
    NamespaceSymbol,
    Symbol,
    TypeSymbol,
    WildcardSymbol,
)
from octoha_templates.bicep.syntax import (
    AdditionalProperties,
    ArrayType,
    Decorator,
    Expression,
    GenericType,
    Integer,
    LiteralType,
    NamedType,
    Node,
    NonNullType,
    Null,
    NullableType,
    ObjectType,
    ParenthesisedType,
    String,
    TupleType,
    TypeAdditional,
    TypeExpression,
    TypeIndex,
    TypeItem,
    TypeMember,
    TypeProperty,
    Unary,
    UnionType,
)

Plain = str | int | bool | None
_NO_PLAIN: Final = object()


def item(name: str, value: Value) -> Entry:
    """Make a property of an object."""
    return Entry(Literal(name), value)


def plain_object(**values: Value) -> ObjectValue:
    """Make an object from names and values."""
    return ObjectValue(tuple(item(name, value) for name, value in values.items()))


def merged(base: ObjectValue, name: str, value: Value) -> ObjectValue:
    """Set a property of an object; two objects are merged, anything else is replaced in its place."""
    entries = list(base.entries)
    for position, entry in enumerate(entries):
        if entry.name == name:
            if isinstance(entry.value, ObjectValue) and isinstance(value, ObjectValue):
                value = deep_merged(entry.value, value)
            entries[position] = Entry(entry.key, value, entry.at)
            return ObjectValue(tuple(entries), base.at)
    return ObjectValue((*entries, item(name, value)), base.at)


def deep_merged(base: ObjectValue, other: ObjectValue) -> ObjectValue:
    """Set every property of one object on another."""
    for entry in other.entries:
        if entry.name is not None:
            base = merged(base, entry.name, entry.value)
    return base


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What a chain of names in a type leads to.

    Attributes:
        segments: The way to it, a JSON pointer below the template or the resource type.
        types: The file in which the declaration stands.
        declaration: The type found there; None for a type of a resource.
        resource_type: `type@version` of a type that is derived from a resource.
        variant: `resourceInput`, `resourceOutput` or `resource`.
    """

    segments: tuple[str, ...]
    types: DeclaredTypes
    declaration: TypeExpression | None
    resource_type: str = ""
    variant: str = ""

    def below(self, *segments: str, declaration: TypeExpression | None = None) -> Resolved:
        """Go further down."""
        return Resolved(
            (*self.segments, *segments),
            self.types,
            declaration,
            self.resource_type,
            self.variant,
        )


class DeclaredTypes:
    """Writes the types of one file."""

    __slots__ = ("model",)

    def __init__(self, model: FileModel) -> None:
        """Take the file; its imports are known."""
        self.model = model

    def properties(self, node: TypeExpression, discriminator: str = "") -> ObjectValue:
        """Write a type.

        Args:
            node: The type.
            discriminator: The property that tells the members of a union apart, from a decorator.

        Raises:
            NotLoweredError: The type needs to know what the provider of a resource says, or is
                experimental.
        """
        match node:
            case ParenthesisedType(type=inner):
                return self.properties(inner, discriminator)
            case (
                NamedType()
                | TypeMember()
                | TypeAdditional()
                | TypeIndex()
                | TypeItem()
                | GenericType()
            ):
                return self._named(node)
            case NullableType(base=base):
                return merged(self.properties(base, discriminator), "nullable", Literal(True))
            case NonNullType(base=base):
                return merged(self.properties(base, discriminator), "nullable", Literal(False))
            case ArrayType(item=of):
                return self._array(of)
            case ObjectType():
                return self._object(node)
            case TupleType():
                return self._tuple(node)
            case UnionType() if discriminator:
                return self._tagged(node, discriminator)
            case UnionType() | LiteralType():
                return self._literals(node)
            case _:
                raise NotLoweredError(node, "a resource as a type")

    # --- Names ------------------------------------------------------------------------------------

    def _named(self, node: TypeExpression) -> ObjectValue:
        ambient = self._ambient(node)
        if ambient == "any":
            return ObjectValue(())
        if ambient is not None:
            return plain_object(type=Literal(ambient))
        return self._reference(self.resolve(node), node)

    def _ambient(self, node: TypeExpression) -> str | None:
        """Give the name of a type of the language, also behind `sys.`."""
        if isinstance(node, NamedType):
            return node.name if self.model.symbol_of(node) is None else None
        if isinstance(node, TypeMember) and isinstance(
            self.model.symbol_of(node.base), NamespaceSymbol
        ):
            return node.name.name
        return None

    def _reference(self, found: Resolved, node: TypeExpression) -> ObjectValue:
        pointer = "/".join(_pointer_part(segment) for segment in found.segments)
        if not found.resource_type:
            return ObjectValue((item("$ref", Literal(f"#/{pointer}")),))
        return self._resource_derived(found, pointer, node)

    def _resource_derived(self, found: Resolved, pointer: str, node: TypeExpression) -> ObjectValue:
        kind = known_type(found.resource_type, found.segments)
        if kind is None:
            raise NotLoweredError(node, "this part of a resource's type")
        written = found.resource_type + (f"#{pointer}" if pointer else "")
        source: Value = ObjectValue((item("source", Literal(written)),))
        if found.variant == "resourceOutput":
            source = ObjectValue((item("source", Literal(written)), item("output", Literal(True))))
        elif found.variant == "resource":
            source = Literal(written)
        metadata = ObjectValue((item("__bicep_resource_derived_type!", source),))
        entries = [item("type", Literal(kind))] if kind else []
        return ObjectValue((*entries, item("metadata", metadata)))

    def resolve(self, node: TypeExpression) -> Resolved:
        """Follow a chain of names to a declaration."""
        match node:
            case ParenthesisedType(type=inner):
                return self.resolve(inner)
            case NamedType():
                return self._resolve_symbol(self.model.symbol_of(node), node)
            case TypeMember(base=base, name=name):
                symbol = self.model.symbol_of(base)
                if isinstance(symbol, WildcardSymbol):
                    return self._resolve_wildcard(symbol, name.name, node)
                return self._property(base, name.name, node)
            case TypeIndex(base=base, index=String(value=name)):
                return self._property(base, name, node)
            case TypeIndex(base=base, index=Integer(value=position)):
                return self._tuple_item(base, position, node)
            case TypeAdditional(base=base):
                return self._additional(base, node)
            case TypeItem(base=base):
                return self._item(base)
            case GenericType():
                return self._generic(node)
            case _:
                raise NotLoweredError(node, "this type")

    def _resolve_symbol(self, symbol: Symbol | None, node: TypeExpression) -> Resolved:
        if isinstance(symbol, TypeSymbol):
            name = self.model.name_in_template(symbol)
            return Resolved(("definitions", name), self, symbol.node.value)
        if isinstance(symbol, ImportedSymbol):
            target = self._exported(self.model.imports.get(symbol.node), symbol.original)
            if target is not None:
                other, declaration = target
                name = self.model.name_in_template(symbol)
                return Resolved(("definitions", name), DeclaredTypes(other), declaration)
        raise NotLoweredError(node, "this type")

    def _resolve_wildcard(
        self, symbol: WildcardSymbol, name: str, node: TypeExpression
    ) -> Resolved:
        target = self._exported(self.model.imports.get(symbol.node), name)
        if target is None:
            raise NotLoweredError(node, "this type")
        other, declaration = target
        template_name = self.model.wildcard_names.get((symbol, name), name)
        return Resolved(("definitions", template_name), DeclaredTypes(other), declaration)

    def _exported(
        self, other: FileModel | None, name: str
    ) -> tuple[FileModel, TypeExpression] | None:
        """Find a type of another file, seen with the names of this template."""
        if other is None:
            return None
        symbol = other.declared.names.get(name)
        if isinstance(symbol, ImportedSymbol):
            return self._exported(other.imports.get(symbol.node), symbol.original)
        if not isinstance(symbol, TypeSymbol):
            return None
        return other.seen_from(self.model), symbol.node.value

    def _generic(self, node: GenericType) -> Resolved:
        base = node.base.name.name if isinstance(node.base, TypeMember) else node.base.name
        argument = node.arguments[0] if len(node.arguments) == 1 else None
        known = base in ("resource", "resourceInput", "resourceOutput")
        if known and isinstance(argument, LiteralType) and isinstance(argument.value, String):
            kind, _, number = argument.value.value.partition("@")
            return Resolved((), self, None, f"{spelled(kind, number)}@{number}", base)
        raise NotLoweredError(node, f"the type `{base}<>`")

    # --- Parts of types ---------------------------------------------------------------------------

    def _trace(self, base: TypeExpression, kind: type[Node]) -> Resolved:
        """Follow names until a declaration of a kind, or the type of a resource."""
        found = self.resolve(base)
        while found.declaration is not None:
            declaration: TypeExpression = found.declaration
            while isinstance(declaration, ParenthesisedType | NullableType | NonNullType):
                is_wrapped = isinstance(declaration, ParenthesisedType)
                declaration = declaration.type if is_wrapped else declaration.base  # type: ignore[union-attr]
            if isinstance(declaration, kind):
                return Resolved(found.segments, found.types, declaration)
            found = found.types.resolve(declaration)
        return found

    def _property(self, base: TypeExpression, name: str, node: TypeExpression) -> Resolved:
        found = self._trace(base, ObjectType)
        if isinstance(found.declaration, ObjectType):
            for member in found.declaration.members:
                if isinstance(member, TypeProperty) and (member.name or "").lower() == name.lower():
                    return found.below("properties", name, declaration=member.type)
            raise NotLoweredError(node, f"the property `{name}` of a type that does not have it")
        return found.below("properties", name)

    def _additional(self, base: TypeExpression, node: TypeExpression) -> Resolved:
        found = self._trace(base, ObjectType)
        if isinstance(found.declaration, ObjectType):
            for member in found.declaration.members:
                if isinstance(member, AdditionalProperties):
                    return found.below("additionalProperties", declaration=member.type)
            raise NotLoweredError(node, "`.*` of a type without `*:`")
        return found.below("additionalProperties")

    def _item(self, base: TypeExpression) -> Resolved:
        found = self._trace(base, ArrayType)
        if isinstance(found.declaration, ArrayType):
            return found.below("items", declaration=found.declaration.item)
        return found.below("items")

    def _tuple_item(self, base: TypeExpression, position: int, node: TypeExpression) -> Resolved:
        found = self._trace(base, TupleType)
        if isinstance(found.declaration, TupleType):
            if position >= len(found.declaration.items):
                raise NotLoweredError(node, "an item that the tuple does not have")
            of = found.declaration.items[position].type
            return found.below("prefixItems", str(position), declaration=of)
        return found.below("prefixItems", str(position))

    # --- Collections ------------------------------------------------------------------------------

    def _array(self, of: TypeExpression) -> ObjectValue:
        inner = of
        while isinstance(inner, ParenthesisedType):
            inner = inner.type
        if isinstance(inner, LiteralType | UnionType):
            allowed = self.literals(inner)
            return plain_object(type=Literal("array"), allowedValues=_array_of(allowed))
        return plain_object(type=Literal("array"), items=self.properties(of))

    def _object(self, node: ObjectType) -> ObjectValue:
        properties: list[Entry] = []
        additional: ObjectValue | None = None
        for member in node.members:
            written = self.decorated(member.type, member.decorators)
            if isinstance(member, AdditionalProperties):
                additional = written
            else:
                properties.append(Entry(Literal(member.name), written, member.start))
        result = plain_object(type=Literal("object"), properties=ObjectValue(tuple(properties)))
        return (
            merged(result, "additionalProperties", additional) if additional is not None else result
        )

    def _tuple(self, node: TupleType) -> ObjectValue:
        items = tuple(self.decorated(of.type, of.decorators) for of in node.items)
        return plain_object(
            type=Literal("array"), prefixItems=ArrayValue(items), items=Literal(False)
        )

    def decorated(self, node: TypeExpression, decorators: tuple[Decorator, ...]) -> ObjectValue:
        """Write a type with what its decorators say."""
        from octoha_templates.bicep.decorators import discriminator_of, with_modifiers

        properties = self.properties(node, discriminator_of(decorators))
        return with_modifiers(self.model, properties, decorators)

    # --- Unions -----------------------------------------------------------------------------------

    def _literals(self, node: UnionType | LiteralType) -> ObjectValue:
        literals = self.literals(node)
        nullable = None in literals and len(literals) > 1
        values: list[Plain] = [value for value in literals if value is not None or not nullable]
        result = plain_object(type=Literal(_type_name(values[0])), allowedValues=_array_of(values))
        return merged(result, "nullable", Literal(True)) if nullable else result

    def literals(self, node: TypeExpression) -> list[Plain]:
        """List the values of a union, in the order of the official compiler.

        Raises:
            NotLoweredError: A member is not a plain value.
        """
        found = dict.fromkeys((type(value), value) for value in self._members(node))
        return sorted((value for _, value in found), key=_written)

    def _members(self, node: TypeExpression) -> Iterator[Plain]:
        match node:
            case ParenthesisedType(type=inner):
                yield from self._members(inner)
            case UnionType(members=members):
                for member in members:
                    yield from self._members(member)
            case NullableType(base=base):
                yield from self._members(base)
                yield None
            case LiteralType(value=value):
                yield plain_literal(value)
            case _:
                found = self.resolve(node)
                if found.declaration is None:
                    raise NotLoweredError(node, "a union with a resource's type")
                yield from found.types._members(found.declaration)

    def _tagged(self, node: UnionType, discriminator: str) -> ObjectValue:
        mapping = ObjectValue(tuple(self._mapping(node, discriminator)))
        inner = plain_object(propertyName=Literal(discriminator), mapping=mapping)
        return plain_object(type=Literal("object"), discriminator=inner)

    def _mapping(self, node: TypeExpression, discriminator: str) -> Iterator[Entry]:
        """List the members of a tagged union under the value of their tag."""
        match node:
            case ParenthesisedType(type=inner):
                yield from self._mapping(inner, discriminator)
            case UnionType(members=members):
                for member in members:
                    yield from self._mapping(member, discriminator)
            case ObjectType():
                yield item(self._tag(node, discriminator), self._object(node))
            case _:
                yield from self._mapping_of_name(node, discriminator)

    def _mapping_of_name(self, node: TypeExpression, discriminator: str) -> Iterator[Entry]:
        found = self.resolve(node)
        if isinstance(found.declaration, ObjectType):
            reference = self._reference(found, node)
            yield item(found.types._tag(found.declaration, discriminator), reference)
        elif found.declaration is not None:
            yield from found.types._mapping(found.declaration, discriminator)
        else:
            raise NotLoweredError(node, "a tagged union with a resource's type")

    def _tag(self, node: ObjectType, discriminator: str) -> str:
        for member in node.members:
            if isinstance(member, TypeProperty) and member.name == discriminator:
                values = self.literals(member.type)
                if len(values) == 1 and isinstance(values[0], str):
                    return values[0]
        raise NotLoweredError(node, f"a member of a tagged union without a fixed `{discriminator}`")


def plain_literal(node: Expression) -> Plain:
    """Read a literal of a type."""
    match node:
        case String(value=text):
            return text
        case Null():
            return None
        case Unary(operator="-", operand=Integer(value=number)):
            return -number
        case Unary(operator="!", operand=operand):
            return not plain_literal(operand)
        case _:
            value = getattr(node, "value", _NO_PLAIN)
            if isinstance(value, bool | int):
                return value
            raise NotLoweredError(node, "this type")


def _array_of(values: list[Plain]) -> ArrayValue:
    return ArrayValue(tuple(Literal(value) for value in values))


def _type_name(value: Plain) -> str:
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "string"


def _written(value: Plain) -> str:
    """Write a literal as Bicep does; unions are sorted by that text."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
        return f"'{escaped}'"
    return "null" if value is None else str(value).lower()


def _pointer_part(segment: str) -> str:
    """Write a name as a part of a JSON pointer in a URI."""
    from urllib.parse import quote

    return quote(segment.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@-._")
