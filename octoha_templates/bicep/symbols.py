"""What names in a Bicep file stand for.

A symbol is made once for each declaration and compared by identity. What a file declares is in
`FileSymbols`; which symbol a name in an expression means is found by `binding`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from octoha_templates.bicep.syntax import (
    Expression,
    For,
    Function,
    Identifier,
    If,
    Import,
    Metadata,
    Module,
    Node,
    Object,
    Output,
    Parameter,
    ParameterAssignment,
    Property,
    Resource,
    Spread,
    Statement,
    TypeDeclaration,
    Variable,
)


@dataclass(eq=False, slots=True)
class Symbol:
    """The base: a name and the node that declares it."""

    name: str
    node: Node


@dataclass(eq=False, slots=True)
class ParameterSymbol(Symbol):
    """`param`."""

    node: Parameter


@dataclass(eq=False, slots=True)
class VariableSymbol(Symbol):
    """`var`."""

    node: Variable

    @property
    def is_loop(self) -> bool:
        """Say whether its value is a loop."""
        return isinstance(self.node.value, For)


@dataclass(eq=False, slots=True)
class OutputSymbol(Symbol):
    """`output`."""

    node: Output


@dataclass(eq=False, slots=True)
class TypeSymbol(Symbol):
    """`type`."""

    node: TypeDeclaration


@dataclass(eq=False, slots=True)
class FunctionSymbol(Symbol):
    """`func`."""

    node: Function


@dataclass(eq=False, slots=True)
class AssignmentSymbol(Symbol):
    """`param name = value` of a parameter file."""

    node: ParameterAssignment


@dataclass(eq=False, slots=True)
class ImportedSymbol(Symbol):
    """One name of an import list.

    Attributes:
        original: Its name in the other file.
    """

    node: Import
    original: str


@dataclass(eq=False, slots=True)
class WildcardSymbol(Symbol):
    """The alias of `import * as alias`."""

    node: Import


@dataclass(eq=False, slots=True)
class NamespaceSymbol(Symbol):
    """`az` or `sys`."""


@dataclass(eq=False, slots=True)
class LocalSymbol(Symbol):
    """A name that lives inside an expression.

    Attributes:
        kind: `item` or `index` of a loop, `lambda`, or `argument` of a function.
        node: The loop, lambda or function.
    """

    kind: str


@dataclass(eq=False, slots=True)
class ModuleSymbol(Symbol):
    """`module`."""

    node: Module
    body: Object | None = None
    loop: For | None = None
    condition: Expression | None = None

    @property
    def is_loop(self) -> bool:
        """Say whether it is a collection."""
        return self.loop is not None

    def find(self, name: str) -> Property | None:
        """Find a property of its body."""
        return find_property(self.body, name)


@dataclass(eq=False, slots=True)
class ResourceSymbol(Symbol):
    """`resource`, at the top or nested.

    Attributes:
        outer: The resource it is nested in.
        type: Its full type without the version; of a nested one with the types around it.
        api_version: Empty where none is known.
        nested: The resources inside its body, by name.
    """

    node: Resource
    outer: ResourceSymbol | None = None
    type: str = ""
    api_version: str = ""
    body: Object | None = None
    loop: For | None = None
    condition: Expression | None = None
    nested: dict[str, ResourceSymbol] = field(default_factory=dict)

    @property
    def is_loop(self) -> bool:
        """Say whether it is a collection."""
        return self.loop is not None

    @property
    def existing(self) -> bool:
        """Say whether it is only referred to, not deployed."""
        return self.node.existing

    def find(self, name: str) -> Property | None:
        """Find a property of its body."""
        return find_property(self.body, name)


Collection: TypeAlias = ResourceSymbol | ModuleSymbol
MetadataItem: TypeAlias = Metadata


def find_property(body: Object | None, name: str) -> Property | None:
    """Find a property of an object by a name that is known at once."""
    if body is None:
        return None
    for member in body.members:
        if isinstance(member, Property) and member.name == name:
            return member
    return None


def unwrap_body(
    value: Expression,
) -> tuple[For | None, Expression | None, Object | None]:
    """Take the loop and the condition off the body of a resource or module.

    Returns:
        The loop, the condition and the object; None for what is not there.
    """
    loop = value if isinstance(value, For) else None
    inner = loop.body if loop else value
    condition = inner.condition if isinstance(inner, If) else None
    inner = inner.body if isinstance(inner, If) else inner
    return loop, condition, inner if isinstance(inner, Object) else None


def spreads(body: Object) -> tuple[Spread, ...]:
    """List the spreads of an object."""
    return tuple(member for member in body.members if isinstance(member, Spread))


def declared_name(statement: Statement) -> Identifier | None:
    """Give the name that a statement declares, where it declares one."""
    name = getattr(statement, "name", None)
    return name if isinstance(name, Identifier) else None
