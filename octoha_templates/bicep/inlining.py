"""Which variables ARM has no place for: those that need a value that is known only while deploying.

ARM works variables out before it starts, so `reference()` cannot stand in them; the compiler
writes such a variable out at every use instead. Existing resources whose name is such a value are
treated alike in symbolic-name templates.

The decision follows the official compiler step by step, also where a later part of an expression
takes back an earlier decision, because the emitted text depends on it.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, cast

from octoha_templates.bicep.dependencies import IDENTIFIERS
from octoha_templates.bicep.functions import find_function, is_list_function
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.symbols import (
    AssignmentSymbol,
    FunctionSymbol,
    ImportedSymbol,
    ModuleSymbol,
    NamespaceSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
    WildcardSymbol,
)
from octoha_templates.bicep.syntax import (
    Call,
    Index,
    Member,
    MethodCall,
    Name,
    Node,
    NonNull,
    Property,
    Resource,
)
from octoha_templates.bicep.walk import children

_CHECKED_ELSEWHERE: Final = frozenset({"dependsOn", "parent", "scope"})


class _Decision(Enum):
    INLINE = auto()
    KEEP = auto()
    KEEP_FOR_NOW = auto()


def resolve_inlining(model: FileModel) -> None:
    """Find the variables and existing resources of a file that are written out where they are used."""
    decider = _Decider(model)
    for variable in model.declared.variables:
        decider.variable(variable)
    for assignment in model.declared.assignments:
        decider.variable(assignment)
    for resource in model.declared.resources:
        decider.resource(resource)
    model.inlined = {
        symbol for symbol, decision in decider.decisions.items() if decision is _Decision.INLINE
    }


class _Decider:
    """Decides for one symbol after the other, those it uses first."""

    def __init__(self, model: FileModel) -> None:
        self.model = model
        self.decisions: dict[Symbol, _Decision] = {}
        self._current: Symbol | None = None

    def variable(self, symbol: VariableSymbol | AssignmentSymbol) -> None:
        """Decide about a variable."""
        if symbol in self.decisions:
            return
        previous, self._current = self._current, symbol
        self.decisions[symbol] = _Decision.KEEP_FOR_NOW
        for child in children(symbol.node):
            self._visit(child)
        self._current = previous

    def resource(self, symbol: ResourceSymbol) -> None:
        """Decide about a resource; only existing ones can be inlined."""
        if symbol in self.decisions:
            return
        if not symbol.existing:
            self.decisions[symbol] = _Decision.KEEP
        elif self._stands_on_inlined(symbol):
            self.decisions[symbol] = _Decision.INLINE
        else:
            self._existing(symbol)
        for child in symbol.nested.values():
            self.resource(child)

    def _stands_on_inlined(self, symbol: ResourceSymbol) -> bool:
        """Say whether a parent of a resource, or what it extends, is inlined."""
        self.decisions[symbol] = _Decision.KEEP_FOR_NOW
        found = False
        for ancestor in self.model.ancestors.get(symbol, ()):
            if ancestor.resource.existing:
                self.resource(ancestor.resource)
                found = found or self.decisions[ancestor.resource] is _Decision.INLINE
            else:
                found = False
        scope = self.model.scopes.get(symbol)
        if scope is not None and scope.resource is not None:
            self.resource(scope.resource)
            found = found or self.decisions[scope.resource] is _Decision.INLINE
        return found

    def _existing(self, symbol: ResourceSymbol) -> None:
        previous, self._current = self._current, symbol
        self.decisions[symbol] = _Decision.KEEP_FOR_NOW
        if symbol.loop is None and symbol.condition is None and symbol.body is not None:
            for member in symbol.body.members:
                if isinstance(member, Property) and member.name not in _CHECKED_ELSEWHERE:
                    self._visit(member)
        self._current = previous

    def _visit(self, node: Node) -> None:
        current = cast("Symbol", self._current)
        match node:
            case Name():
                if self.decisions[current] is not _Decision.INLINE:
                    self._name(current, node)
            case Call() | MethodCall():
                self._call(current, node)
            case Member() if self.decisions[current] is not _Decision.INLINE:
                self._member(current, node)
            case Resource():
                pass
            case _:
                for child in children(node):
                    self._visit(child)

    def _name(self, current: Symbol, node: Node) -> None:
        symbol = self.model.symbol_of(node)
        if isinstance(symbol, VariableSymbol | AssignmentSymbol):
            self.variable(symbol)
            inline = self.decisions.get(symbol) is _Decision.INLINE
            self._decide(current, inline=inline or self.decisions[current] is _Decision.INLINE)
        elif isinstance(symbol, ResourceSymbol | ModuleSymbol) and (
            self.decisions[current] is not _Decision.KEEP
        ):
            self._decide(current, inline=True)

    def _decide(self, current: Symbol, *, inline: bool) -> None:
        self.decisions[current] = _Decision.INLINE if inline else _Decision.KEEP_FOR_NOW

    def _call(self, current: Symbol, node: Call | MethodCall) -> None:
        runtime = self._is_runtime(node)
        if runtime is not None and self.decisions[current] is not _Decision.INLINE:
            self._decide(current, inline=runtime)
        if node.name.name != "nameof":
            for child in children(node):
                self._visit(child)

    def _is_runtime(self, node: Call | MethodCall) -> bool | None:
        """Say whether a function gives what is known only while deploying; None for functions of people."""
        if isinstance(node, Call):
            if isinstance(self.model.symbol_of(node), FunctionSymbol | ImportedSymbol):
                return None
        else:
            base = self.model.symbol_of(node.base)
            if isinstance(base, WildcardSymbol):
                return None
            if not isinstance(base, NamespaceSymbol):
                return is_list_function(node.name.name)
        found = find_function(node.name.name)
        return found.runtime if found else None

    def _member(self, current: Symbol, node: Member) -> None:
        target = self._resolve(node.base)
        name = node.name.name
        if isinstance(target, ResourceSymbol):
            self._keep(current, self._is_known_early(target, name))
        elif isinstance(target, ModuleSymbol):
            self._keep(current, name != "outputs")
        else:
            for child in children(node):
                self._visit(child)

    def _keep(self, current: Symbol, keep: bool) -> None:
        self.decisions[current] = _Decision.KEEP if keep else _Decision.INLINE

    def _is_known_early(self, target: ResourceSymbol, name: str) -> bool:
        if name in ("id", "name"):
            self.resource(target)
            return self.decisions[target] is not _Decision.INLINE
        return name in IDENTIFIERS

    def _resolve(self, node: Node) -> Symbol | None:
        while isinstance(node, NonNull):
            node = node.operand
        while isinstance(node, Index):
            node = node.base
        return self.model.symbol_of(node)
