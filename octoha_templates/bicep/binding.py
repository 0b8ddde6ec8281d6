"""Finds out which declaration each name of a file means.

A name is looked up from the inside out: loop variables and lambda parameters, nested resources of
the bodies around it, the declarations of the file, and last the namespaces `az` and `sys`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from octoha_templates.bicep.findings import Findings, did_you_mean
from octoha_templates.bicep.symbols import (
    AssignmentSymbol,
    FunctionSymbol,
    ImportedSymbol,
    LocalSymbol,
    ModuleSymbol,
    NamespaceSymbol,
    OutputSymbol,
    ParameterSymbol,
    ResourceSymbol,
    Symbol,
    TypeSymbol,
    VariableSymbol,
    WildcardSymbol,
    unwrap_body,
)
from octoha_templates.bicep.syntax import (
    Call,
    Extension,
    For,
    Function,
    Identifier,
    Import,
    Lambda,
    Metadata,
    Module,
    Name,
    NamedType,
    NestedAccess,
    Node,
    Output,
    Parameter,
    ParameterAssignment,
    Program,
    Resource,
    TypeDeclaration,
    Variable,
)
from octoha_templates.bicep.walk import children
from octoha_templates.diagnostics import Related

AMBIENT_TYPES: Final = frozenset({"string", "int", "bool", "object", "array", "any"})
GENERIC_TYPES: Final = frozenset({"resource", "resourceInput", "resourceOutput"})
_NAMESPACES: Final = {name: NamespaceSymbol(name, Node(0, 0)) for name in ("az", "sys")}


@dataclass(slots=True)
class Declarations:
    """What a file declares, each list in source order.

    Attributes:
        names: Everything that an expression or type may name, by name.
        bindings: What each name in the file means.
        parents: The node around each node.
    """

    names: dict[str, Symbol] = field(default_factory=dict)
    parameters: list[ParameterSymbol] = field(default_factory=list)
    variables: list[VariableSymbol] = field(default_factory=list)
    outputs: list[OutputSymbol] = field(default_factory=list)
    types: list[TypeSymbol] = field(default_factory=list)
    functions: list[FunctionSymbol] = field(default_factory=list)
    resources: list[ResourceSymbol] = field(default_factory=list)
    modules: list[ModuleSymbol] = field(default_factory=list)
    imported: list[ImportedSymbol] = field(default_factory=list)
    wildcards: list[WildcardSymbol] = field(default_factory=list)
    assignments: list[AssignmentSymbol] = field(default_factory=list)
    metadata: list[Metadata] = field(default_factory=list)
    bindings: dict[Node, Symbol] = field(default_factory=dict)
    parents: dict[Node, Node] = field(default_factory=dict)
    used: set[Symbol] = field(default_factory=set)

    def all_resources(self) -> list[ResourceSymbol]:
        """List all resources in the order ARM gets them: nested ones first, the deepest before the rest."""
        found = [child for resource in self.resources for child in _nested(resource)]
        return found + self.resources


def _nested(resource: ResourceSymbol) -> list[ResourceSymbol]:
    below = [found for child in resource.nested.values() for found in _nested(child)]
    return below + list(resource.nested.values())


def bind(program: Program, findings: Findings) -> Declarations:
    """Declare every symbol of a file and look every name up.

    Args:
        program: The tree of the file.
        findings: Takes OCT330 and OCT332 for names that nothing declares, OCT331 for names
            declared twice.

    Returns:
        The declarations; names that nothing declares have no binding.
    """
    declared = Declarations()
    declarer = _Declarer(declared, findings)
    for statement in program.statements:
        declarer.declare(statement)
    binder = _Binder(declared, findings)
    scope = _Scope(declared.names, None)
    for statement in program.statements:
        binder.visit(statement, scope)
    return declared


class _Declarer:
    """Makes the symbols."""

    def __init__(self, declared: Declarations, findings: Findings) -> None:
        self.declared = declared
        self.findings = findings
        self._outputs: dict[str, Symbol] = {}

    def declare(self, statement: Node) -> None:
        """Make the symbols of one statement."""
        into = self.declared
        match statement:
            case Parameter(name=name):
                self._add(into.parameters, ParameterSymbol(name.name, statement), name)
            case Variable(name=name):
                self._add(into.variables, VariableSymbol(name.name, statement), name)
            case TypeDeclaration(name=name):
                self._add(into.types, TypeSymbol(name.name, statement), name)
            case Function(name=name):
                self._add(into.functions, FunctionSymbol(name.name, statement), name)
            case Resource(name=name):
                self._add(into.resources, self._resource(statement, None), name)
            case Module(name=name):
                loop, condition, body = unwrap_body(statement.value)
                module = ModuleSymbol(name.name, statement, body, loop, condition)
                self._add(into.modules, module, name)
            case ParameterAssignment(name=name):
                self._add(into.assignments, AssignmentSymbol(name.name, statement), name)
            case Output(name=name):
                output = OutputSymbol(name.name, statement)
                into.outputs.append(output)
                self._claim(self._outputs, output, name)
            case _:
                self._declare_other(statement)

    def _declare_other(self, statement: Node) -> None:
        """Make the symbols of a statement that declares no value."""
        match statement:
            case Metadata():
                self.declared.metadata.append(statement)
            case Import():
                self._declare_import(statement)
            case Extension():
                name = statement.alias or statement.specification
                if isinstance(name, Identifier):
                    symbol = NamespaceSymbol(name.name, statement)
                    self.declared.names.setdefault(name.name, symbol)
            case _:
                pass

    def _declare_import(self, statement: Import) -> None:
        if statement.wildcard:
            symbol = WildcardSymbol(statement.wildcard.name, statement)
            self._add(self.declared.wildcards, symbol, statement.wildcard)
        for item in statement.items:
            imported = ImportedSymbol(item.local, statement, item.imported)
            self._add(self.declared.imported, imported, item)

    def _add(self, symbols: list, symbol: Symbol, at: Node) -> None:  # type: ignore[type-arg]
        symbols.append(symbol)
        self._claim(self.declared.names, symbol, at)

    def _claim(self, names: dict[str, Symbol], symbol: Symbol, at: Node) -> None:
        """Take a name, or report that it is taken."""
        if not symbol.name:
            return
        first = names.setdefault(symbol.name, symbol)
        if first is not symbol:
            place = self.findings.source.location(first.node.start)
            self.findings.error(
                "OCT331",
                at.start,
                f"`{symbol.name}` is declared twice",
                "give one of the two another name",
                (Related("the first declaration", place),),
            )

    def _resource(self, node: Resource, outer: ResourceSymbol | None) -> ResourceSymbol:
        """Make the symbol of a resource with those nested in it."""
        loop, condition, body = unwrap_body(node.value)
        symbol = ResourceSymbol(
            node.name.name, node, outer, body=body, loop=loop, condition=condition
        )
        for member in body.members if body else ():
            if isinstance(member, Resource):
                child = self._resource(member, symbol)
                self._claim(symbol.nested, child, member.name)  # type: ignore[arg-type]
        return symbol


@dataclass(slots=True)
class _Scope:
    """The names that are known at a place."""

    names: dict[str, Symbol]
    outer: _Scope | None

    def find(self, name: str) -> Symbol | None:
        """Look a name up from the inside out."""
        scope: _Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return _NAMESPACES.get(name)

    def all(self) -> list[str]:
        """List every name known here."""
        return [*self.names, *(self.outer.all() if self.outer else _NAMESPACES)]


class _Binder:
    """Looks names up."""

    def __init__(self, declared: Declarations, findings: Findings) -> None:
        self.declared = declared
        self.findings = findings
        self.bindings = declared.bindings
        self.parents = declared.parents

    def visit(self, node: Node, scope: _Scope) -> None:
        """Look up the names at and below a node."""
        method = _VISITS.get(type(node))
        if method is not None:
            method(self, node, scope)
        else:
            self._visit_children(node, scope)

    def _visit_children(self, node: Node, scope: _Scope) -> None:
        parents = self.parents
        for child in children(node):
            parents[child] = node
            self.visit(child, scope)

    def _visit_name(self, node: Name, scope: _Scope) -> None:
        found = scope.find(node.name)
        if found is None:
            hint = did_you_mean(node.name, scope.all())
            self.findings.error("OCT330", node.start, f"there is no `{node.name}`", hint)
            return
        self.bindings[node] = found
        self.declared.used.add(found)

    def _visit_named_type(self, node: NamedType, scope: _Scope) -> None:
        found = scope.find(node.name)
        if found is not None:
            self.bindings[node] = found
            self.declared.used.add(found)
        elif node.name not in AMBIENT_TYPES and node.name not in GENERIC_TYPES:
            types = [*AMBIENT_TYPES, *(symbol.name for symbol in self.declared.types)]
            hint = did_you_mean(node.name, types) or f"known are {', '.join(sorted(AMBIENT_TYPES))}"
            self.findings.error("OCT332", node.start, f"there is no type `{node.name}`", hint)

    def _visit_call(self, node: Call, scope: _Scope) -> None:
        found = self.declared.names.get(node.name.name)
        if isinstance(found, FunctionSymbol | ImportedSymbol):
            self.bindings[node] = found
            self.declared.used.add(found)
        self._visit_children(node, scope)

    def _visit_nested_access(self, node: NestedAccess, scope: _Scope) -> None:
        self._visit_children(node, scope)
        base = self.bindings.get(node.base)
        if isinstance(base, ResourceSymbol):
            found = base.nested.get(node.name.name)
            if found is not None:
                self.bindings[node] = found
                self.declared.used.add(found)
                return
            hint = did_you_mean(node.name.name, base.nested)
            message = f"`{base.name}` has no nested resource `{node.name.name}`"
            self.findings.error("OCT330", node.name.start, message, hint)
        elif base is not None:
            message = "`::` stands after a resource only"
            self.findings.error("OCT330", node.name.start, message, "use `.` instead")

    def _visit_for(self, node: For, scope: _Scope) -> None:
        self.parents[node.collection] = node
        self.visit(node.collection, scope)
        inner: dict[str, Symbol] = {node.item.name: LocalSymbol(node.item.name, node, "item")}
        if node.index:
            inner[node.index.name] = LocalSymbol(node.index.name, node, "index")
        self.parents[node.body] = node
        self.visit(node.body, _Scope(inner, scope))

    def _visit_lambda(self, node: Lambda, scope: _Scope) -> None:
        inner: dict[str, Symbol] = {
            parameter.name: LocalSymbol(parameter.name, node, "lambda")
            for parameter in node.parameters
        }
        self.parents[node.body] = node
        self.visit(node.body, _Scope(inner, scope))

    def _visit_function(self, node: Function, scope: _Scope) -> None:
        for child in (*node.decorators, *node.parameters, node.returns):
            self.parents[child] = node
            self.visit(child, scope)
        inner: dict[str, Symbol] = {
            parameter.name.name: LocalSymbol(parameter.name.name, node, "argument")
            for parameter in node.parameters
        }
        self.parents[node.body] = node
        self.visit(node.body, _Scope(inner, scope))

    def _visit_resource(self, node: Resource, scope: _Scope) -> None:
        symbol = scope.find(node.name.name)
        nested = symbol.nested if isinstance(symbol, ResourceSymbol) else {}
        inner: dict[str, Symbol] = dict(nested)
        for child in (*node.decorators, node.type):
            self.parents[child] = node
            self.visit(child, scope)
        self.parents[node.value] = node
        self.visit(node.value, _Scope(inner, scope) if inner else scope)

    def _visit_nothing(self, node: Node, scope: _Scope) -> None:
        """Pass over a node that holds no names."""


_VISITS: Final[dict[type[Node], Callable[[_Binder, Any, _Scope], None]]] = {
    Name: _Binder._visit_name,
    NamedType: _Binder._visit_named_type,
    Call: _Binder._visit_call,
    NestedAccess: _Binder._visit_nested_access,
    For: _Binder._visit_for,
    Lambda: _Binder._visit_lambda,
    Function: _Binder._visit_function,
    Resource: _Binder._visit_resource,
    Identifier: _Binder._visit_nothing,
}
