"""The syntax nodes of Bicep: what a file says, before anything is looked up.

The classes follow the language: declarations, type expressions, expressions. `parser.parse` makes
them:

    parse(text: str, file: str) -> ParseResult(program, diagnostics)

Every node knows its span as `start` and `end`, offsets in characters into `Program.source.text`,
the end exclusive; `program.source.location(node.start)` gives line and column. Nodes are frozen.
They are msgspec structs because those are built several times faster than frozen dataclasses; match
them by keyword (`case Binary(left=left, operator="+")`), since the first two positions are the
span. Two nodes are equal only when they are the same node, so that a node can be the key of a dict.

A file with syntax errors still gives a tree: `Missing` and `MissingType` stand where something was
expected, and an `Identifier` that is not there has an empty name. Such a tree is for further
findings, never for emission.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from octoha_templates.bicep.source import SourceText


class Node(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The base of all nodes: a span in the text, in characters, the end exclusive."""

    start: int
    end: int


class Expression(Node, frozen=True, eq=False, gc=False):
    """The base of what can be worked out to a value."""


class TypeExpression(Node, frozen=True, eq=False, gc=False):
    """The base of what can stand where a type is wanted."""


class Identifier(Node, frozen=True, eq=False, gc=False):
    """A name as written; the name is empty where one was expected and is missing."""

    name: str


# --- Literals -------------------------------------------------------------------------------------


class Integer(Expression, frozen=True, eq=False, gc=False):
    """A whole number, never negative: the sign is a `Unary`."""

    value: int


class Boolean(Expression, frozen=True, eq=False, gc=False):
    """`true` or `false`."""

    value: bool


class Null(Expression, frozen=True, eq=False, gc=False):
    """`null`."""


class String(Expression, frozen=True, eq=False, gc=False):
    """A string without interpolation, escapes resolved.

    Attributes:
        value: The characters of the value.
        multi_line: Whether it was written with three quotes.
    """

    value: str
    multi_line: bool = False


class Interpolation(Expression, frozen=True, eq=False, gc=False):
    """A string with at least one `${ }`.

    Attributes:
        segments: The pieces of text, escapes resolved; always one more than there are expressions,
            empty ones included.
        expressions: What stands between the pieces.
        multi_line: Whether it was written with three quotes, `$'''`.
    """

    segments: tuple[str, ...]
    expressions: tuple[Expression, ...]
    multi_line: bool = False


# --- Collections ----------------------------------------------------------------------------------


class Spread(Node, frozen=True, eq=False, gc=False):
    """`...expression` in an array or object."""

    expression: Expression


class Array(Expression, frozen=True, eq=False, gc=False):
    """`[a, b]`; `[for ...]` is a `For`."""

    items: tuple[Expression | Spread, ...]


class Property(Node, frozen=True, eq=False, gc=False):
    """`key: value` in an object."""

    key: Identifier | String | Interpolation
    value: Expression

    @property
    def name(self) -> str | None:
        """Give the key where it is known at once: None for an interpolated one."""
        key = self.key
        if isinstance(key, Identifier):
            return key.name
        return key.value if isinstance(key, String) else None


class Object(Expression, frozen=True, eq=False, gc=False):
    """`{ ... }`.

    Attributes:
        members: Properties, spreads and, in the body of a resource, nested resources; in order.
    """

    members: tuple[Property | Spread | Resource, ...]


class For(Expression, frozen=True, eq=False, gc=False):
    """`[for item in collection: body]` or `[for (item, index) in collection: body]`."""

    item: Identifier
    index: Identifier | None
    collection: Expression
    body: Expression


class If(Expression, frozen=True, eq=False, gc=False):
    """`if (condition) { ... }`, the body of a resource or module, or of their loop."""

    condition: Expression
    body: Object


# --- Expressions ----------------------------------------------------------------------------------


class Name(Expression, frozen=True, eq=False, gc=False):
    """A name used as a value: of a parameter, variable, resource, module, namespace or loop."""

    name: str


class Parenthesised(Expression, frozen=True, eq=False, gc=False):
    """`(expression)`."""

    expression: Expression


class Unary(Expression, frozen=True, eq=False, gc=False):
    """`-operand` or `!operand`."""

    operator: str
    operand: Expression


class Binary(Expression, frozen=True, eq=False, gc=False):
    """`left operator right`; operators are `+ - * / % < <= > >= == != =~ !~ && || ??`."""

    left: Expression
    operator: str
    right: Expression


class Ternary(Expression, frozen=True, eq=False, gc=False):
    """`condition ? when_true : when_false`."""

    condition: Expression
    when_true: Expression
    when_false: Expression


class NonNull(Expression, frozen=True, eq=False, gc=False):
    """`operand!`."""

    operand: Expression


class Member(Expression, frozen=True, eq=False, gc=False):
    """`base.name`, or `base.?name` when safe."""

    base: Expression
    name: Identifier
    safe: bool = False


class Index(Expression, frozen=True, eq=False, gc=False):
    """`base[index]`; `base[?index]` when safe, `base[^index]` when counted from the end."""

    base: Expression
    index: Expression
    safe: bool = False
    from_end: bool = False


class NestedAccess(Expression, frozen=True, eq=False, gc=False):
    """`base::name`, a nested resource."""

    base: Expression
    name: Identifier


class Call(Expression, frozen=True, eq=False, gc=False):
    """`name(arguments)`."""

    name: Identifier
    arguments: tuple[Expression, ...]


class MethodCall(Expression, frozen=True, eq=False, gc=False):
    """`base.name(arguments)`: a function of a namespace, resource or imported module."""

    base: Expression
    name: Identifier
    arguments: tuple[Expression, ...]
    safe: bool = False


class Lambda(Expression, frozen=True, eq=False, gc=False):
    """`item => body` or `(a, b) => body`."""

    parameters: tuple[Identifier, ...]
    body: Expression


class Missing(Expression, frozen=True, eq=False, gc=False):
    """Stands where an expression was expected; a finding has said so."""


# --- Types ----------------------------------------------------------------------------------------


class NamedType(TypeExpression, frozen=True, eq=False, gc=False):
    """A type by its name: `string`, `myType`."""

    name: str


class LiteralType(TypeExpression, frozen=True, eq=False, gc=False):
    """A value as a type: `'a'`, `1`, `-1`, `true`, `!true`, `null`, even an interpolation."""

    value: Expression


class TypeMember(TypeExpression, frozen=True, eq=False, gc=False):
    """`base.name`."""

    base: TypeExpression
    name: Identifier


class TypeAdditional(TypeExpression, frozen=True, eq=False, gc=False):
    """`base.*`, the type of additional properties."""

    base: TypeExpression


class TypeIndex(TypeExpression, frozen=True, eq=False, gc=False):
    """`base[0]`, the type of one item of a tuple."""

    base: TypeExpression
    index: Expression


class TypeItem(TypeExpression, frozen=True, eq=False, gc=False):
    """`base[*]`, the type of the items of an array."""

    base: TypeExpression


class ArrayType(TypeExpression, frozen=True, eq=False, gc=False):
    """`item[]`."""

    item: TypeExpression


class NullableType(TypeExpression, frozen=True, eq=False, gc=False):
    """`base?`."""

    base: TypeExpression


class NonNullType(TypeExpression, frozen=True, eq=False, gc=False):
    """`base!`."""

    base: TypeExpression


class UnionType(TypeExpression, frozen=True, eq=False, gc=False):
    """`a | b`; never nested unless parenthesised."""

    members: tuple[TypeExpression, ...]


class ParenthesisedType(TypeExpression, frozen=True, eq=False, gc=False):
    """`(type)`."""

    type: TypeExpression


class GenericType(TypeExpression, frozen=True, eq=False, gc=False):
    """`resourceInput<'...'>`; also with a namespace, `sys.resourceInput<'...'>`."""

    base: NamedType | TypeMember
    arguments: tuple[TypeExpression, ...]


class TypeProperty(Node, frozen=True, eq=False, gc=False):
    """`key: type` in an object type."""

    decorators: tuple[Decorator, ...]
    key: Identifier | String | Interpolation
    type: TypeExpression

    @property
    def name(self) -> str | None:
        """Give the key where it is known at once: None for an interpolated one."""
        key = self.key
        if isinstance(key, Identifier):
            return key.name
        return key.value if isinstance(key, String) else None


class AdditionalProperties(Node, frozen=True, eq=False, gc=False):
    """`*: type` in an object type."""

    decorators: tuple[Decorator, ...]
    type: TypeExpression


class ObjectType(TypeExpression, frozen=True, eq=False, gc=False):
    """`{ key: type }`; members in order."""

    members: tuple[TypeProperty | AdditionalProperties, ...]


class TupleTypeItem(Node, frozen=True, eq=False, gc=False):
    """One item of a tuple type."""

    decorators: tuple[Decorator, ...]
    type: TypeExpression


class TupleType(TypeExpression, frozen=True, eq=False, gc=False):
    """`[a, b]`."""

    items: tuple[TupleTypeItem, ...]


class ResourceType(TypeExpression, frozen=True, eq=False, gc=False):
    """`resource` or `resource 'type@version'` as a type, which is experimental."""

    type: String | Interpolation | None


class MissingType(TypeExpression, frozen=True, eq=False, gc=False):
    """Stands where a type was expected; a finding has said so."""


# --- Declarations ---------------------------------------------------------------------------------


class Decorator(Node, frozen=True, eq=False, gc=False):
    """`@expression`.

    Attributes:
        expression: A `Call`, or a `MethodCall` on a namespace; anything in wrong Bicep.
    """

    expression: Expression

    @property
    def name(self) -> str:
        """Give the function's name, `secure` for `@sys.secure()`; empty when it is no call."""
        called = self.expression
        return called.name.name if isinstance(called, Call | MethodCall) else ""

    @property
    def namespace(self) -> str:
        """Give the namespace, `sys` for `@sys.secure()`; empty when there is none."""
        called = self.expression
        if isinstance(called, MethodCall) and isinstance(called.base, Name):
            return called.base.name
        return ""

    @property
    def arguments(self) -> tuple[Expression, ...]:
        """Give the arguments; none when it is no call."""
        called = self.expression
        return called.arguments if isinstance(called, Call | MethodCall) else ()


class Statement(Node, frozen=True, eq=False, gc=False):
    """The base of what stands at the top of a file; the span includes the decorators."""

    decorators: tuple[Decorator, ...]


class TargetScope(Statement, frozen=True, eq=False, gc=False):
    """`targetScope = value`."""

    value: Expression


class Metadata(Statement, frozen=True, eq=False, gc=False):
    """`metadata name = value`."""

    name: Identifier
    value: Expression


class Parameter(Statement, frozen=True, eq=False, gc=False):
    """`param name type = default`; the type is None in the old form `param name = default`."""

    name: Identifier
    type: TypeExpression | None
    default: Expression | None


class Variable(Statement, frozen=True, eq=False, gc=False):
    """`var name = value`; the type is None unless written."""

    name: Identifier
    type: TypeExpression | None
    value: Expression


class Output(Statement, frozen=True, eq=False, gc=False):
    """`output name type = value`."""

    name: Identifier
    type: TypeExpression
    value: Expression


class TypeDeclaration(Statement, frozen=True, eq=False, gc=False):
    """`type name = value`."""

    name: Identifier
    value: TypeExpression


class FunctionParameter(Node, frozen=True, eq=False, gc=False):
    """`name type` in the declaration of a function."""

    name: Identifier
    type: TypeExpression


class Function(Statement, frozen=True, eq=False, gc=False):
    """`func name(parameters) returns => body`."""

    name: Identifier
    parameters: tuple[FunctionParameter, ...]
    returns: TypeExpression
    body: Expression


class Resource(Statement, frozen=True, eq=False, gc=False):
    """`resource name 'type@version' existing = value`, at the top or nested.

    Attributes:
        type: The string after the name.
        value: An `Object`, `If` or `For` in right Bicep.
    """

    name: Identifier
    type: String | Interpolation | Missing
    existing: bool
    value: Expression


class Module(Statement, frozen=True, eq=False, gc=False):
    """`module name 'path' = value`; the value is an `Object`, `If` or `For` in right Bicep."""

    name: Identifier
    path: String | Interpolation | Missing
    value: Expression


class ImportItem(Node, frozen=True, eq=False, gc=False):
    """`name` or `name as alias` in an import list; the name may be a string."""

    name: Identifier | String | Interpolation
    alias: Identifier | None

    @property
    def imported(self) -> str:
        """Give the name in the other file."""
        name = self.name
        return name.name if isinstance(name, Identifier) else getattr(name, "value", "")

    @property
    def local(self) -> str:
        """Give the name in this file."""
        return self.alias.name if self.alias else self.imported


class Import(Statement, frozen=True, eq=False, gc=False):
    """`import * as alias from 'path'` or `import { a, b as c } from 'path'`.

    Attributes:
        wildcard: The alias, for the form with a star; then there are no items.
        items: The names, for the form with a list.
    """

    wildcard: Identifier | None
    items: tuple[ImportItem, ...]
    path: String | Interpolation | Missing


class Extension(Statement, frozen=True, eq=False, gc=False):
    """`extension name with {} as alias`; also written `provider`, and `import` in old Bicep.

    Attributes:
        keyword: The word it was written with.
        specification: What is asked for: a name or a string.
    """

    keyword: str
    specification: Identifier | String | Interpolation | Missing
    configuration: Expression | None
    alias: Identifier | None


class Assert(Statement, frozen=True, eq=False, gc=False):
    """`assert name = value`, which is experimental."""

    name: Identifier
    value: Expression


class Test(Statement, frozen=True, eq=False, gc=False):
    """`test name 'path' = value`, which is experimental."""

    name: Identifier
    path: String | Interpolation | Missing
    value: Expression


# --- Declarations of parameter files --------------------------------------------------------------


class Using(Statement, frozen=True, eq=False, gc=False):
    """`using 'path'` or `using none`.

    Attributes:
        path: The string, or None for `none`.
        configuration: What follows `with`, which is experimental.
    """

    path: String | Interpolation | Missing | None
    configuration: Expression | None = None


class Extends(Statement, frozen=True, eq=False, gc=False):
    """`extends 'path'`."""

    path: String | Interpolation | Missing


class ParameterAssignment(Statement, frozen=True, eq=False, gc=False):
    """`param name = value` in a parameter file."""

    name: Identifier
    value: Expression


class ExtensionConfiguration(Statement, frozen=True, eq=False, gc=False):
    """`extensionConfig alias with value` in a parameter file, which is experimental."""

    alias: Identifier
    configuration: Expression | None


# --- The file -------------------------------------------------------------------------------------


class Pragma(Node, frozen=True, eq=False, gc=False):
    """A comment for the linter, `#disable-next-line code code`.

    Attributes:
        kind: `disable-next-line`, `disable-diagnostics` or `restore-diagnostics`.
        codes: The codes it names.
    """

    kind: str
    codes: tuple[str, ...]


class Program(Node, frozen=True, eq=False, gc=False):
    """A file.

    Attributes:
        source: Its text; `source.location(offset)` says where an offset is.
        statements: Its declarations, in order.
        pragmas: Its comments for the linter, in order.
        is_parameter_file: Whether it was read as a `.bicepparam` file.
    """

    source: SourceText
    statements: tuple[Statement, ...]
    pragmas: tuple[Pragma, ...]
    is_parameter_file: bool


Body: TypeAlias = Object | If | For
StringLike: TypeAlias = String | Interpolation | Missing
