"""Which declaration uses which resource, module or variable: what `dependsOn` is made from.

Weak references read nothing but the id, name, type or API version of a resource; they matter for
existing resources in templates with symbolic names, which are waited for only when their body is
read.
"""

from __future__ import annotations

from typing import Final, cast

from octoha_templates.bicep.model import Dependency, FileModel
from octoha_templates.bicep.resources import inaccessible_locals
from octoha_templates.bicep.symbols import (
    ModuleSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import (
    Expression,
    For,
    Index,
    Member,
    MethodCall,
    Name,
    NestedAccess,
    Node,
    NonNull,
    Property,
    Resource,
    String,
)
from octoha_templates.bicep.walk import children

IDENTIFIERS: Final = frozenset({"id", "name", "type", "apiVersion"})


def resolve_dependencies(
    model: FileModel, *, explicit: bool = True
) -> dict[Symbol, list[Dependency]]:
    """Find what every resource, module and variable of a file uses.

    Args:
        model: The file, with ancestors.
        explicit: Whether to count what stands in `dependsOn`.

    Returns:
        The uses of each declaration in source order, each once; variables that lead to no
        resource are left out.
    """
    return _without_plain_variables(all_uses(model, explicit=explicit))


def all_uses(model: FileModel, *, explicit: bool = True) -> dict[Symbol, list[Dependency]]:
    """Find what every resource, module and variable of a file uses, plain variables included."""
    collector = _Collector(model, explicit=explicit)
    for resource in model.declared.resources:
        collector.resource(resource)
    for module in model.declared.modules:
        collector.declare(module, module.node)
    for variable in model.declared.variables:
        collector.declare(variable, variable.node)
    return collector.found


def _without_plain_variables(
    found: dict[Symbol, list[Dependency]],
) -> dict[Symbol, list[Dependency]]:
    """Leave out uses of variables that use no resource, directly or through others."""
    plain = [key for key, uses in found.items() if isinstance(key, VariableSymbol) and not uses]
    users: dict[Symbol, list[Symbol]] = {}
    for key, uses in found.items():
        for use in uses:
            users.setdefault(use.target, []).append(key)
    while plain:
        variable = plain.pop()
        for user in dict.fromkeys(users.get(variable, ())):
            found[user] = [use for use in found[user] if use.target is not variable]
            if not found[user] and isinstance(user, VariableSymbol):
                plain.append(user)
    return found


class _Collector:
    """Collects the uses of one declaration after the other."""

    def __init__(self, model: FileModel, *, explicit: bool) -> None:
        self.model = model
        self.explicit = explicit
        self.found: dict[Symbol, list[Dependency]] = {}
        self._seen: set[tuple[Symbol, int, bool]] = set()
        self._symbol: Symbol | None = None
        self._body: Node | None = None

    def resource(self, resource: ResourceSymbol) -> None:
        """Collect the uses of a resource and of those nested in it."""
        ancestors = self.model.ancestors.get(resource, ())
        uses = self.found.setdefault(resource, [])
        if ancestors:
            uses.append(Dependency(ancestors[-1].resource, ancestors[-1].index, weak=True))
        self.declare(resource, resource.node)
        for child in resource.nested.values():
            self.resource(child)

    def declare(self, symbol: Symbol, node: Node) -> None:
        """Collect the uses in one declaration, without the resources nested in it."""
        self.found.setdefault(symbol, [])
        self._seen = set()
        self._symbol = symbol
        self._body = _body_of(symbol)
        for child in children(node):
            self._visit(child)

    def _visit(self, node: Node) -> None:
        if isinstance(node, Name | NestedAccess):
            self._use(node)
            return
        if isinstance(node, Resource):
            return
        if not self.explicit and isinstance(node, Property) and self._is_depends_on(node):
            return
        for child in children(node):
            self._visit(child)

    def _is_depends_on(self, node: Property) -> bool:
        symbol = self._symbol
        return (
            isinstance(symbol, ResourceSymbol | ModuleSymbol) and symbol.find("dependsOn") is node
        )

    def _use(self, node: Name | NestedAccess) -> None:
        target = self.model.symbol_of(node)
        if not isinstance(target, VariableSymbol | ResourceSymbol | ModuleSymbol):
            return
        index = self._index(node) if target.is_loop else None
        weak = isinstance(target, ResourceSymbol) and self._is_weak(node, target)
        key = (target, id(index), weak)
        if key not in self._seen:
            self._seen.add(key)
            self.found[cast("Symbol", self._symbol)].append(Dependency(target, index, weak))

    def _index(self, node: Node) -> Expression | None:
        """Give the index after a collection, if it means the same outside of property loops."""
        parent = self.model.declared.parents.get(node)
        if not isinstance(parent, Index) or parent.base is not node or self._body is None:
            return None
        return None if inaccessible_locals(self.model, parent.index, self._body) else parent.index

    def _is_weak(self, node: Node, resource: ResourceSymbol) -> bool:
        return (
            self._is_identifier_access(node, resource)
            or self._is_call_base(node)
            or self._is_inside("parent", node)
            or self._is_inside("scope", node)
        )

    def _is_identifier_access(self, node: Node, resource: ResourceSymbol) -> bool:
        match self.model.declared.parents.get(node):
            case NonNull() as parent:
                return self._is_identifier_access(parent, resource)
            case Member(name=name):
                return name.name in IDENTIFIERS
            case Index(index=String(value=name)):
                return name in IDENTIFIERS
            case Index() as parent if resource.is_loop:
                return self._is_identifier_access(parent, resource)
            case _:
                return False

    def _is_call_base(self, node: Node) -> bool:
        match self.model.declared.parents.get(node):
            case NonNull() as parent:
                return self._is_call_base(parent)
            case MethodCall(base=base):
                return base is node
            case Index() as parent if parent.base is node and self.model.resource_of(node):
                return self._is_call_base(parent)
            case _:
                return False

    def _is_inside(self, name: str, node: Node) -> bool:
        symbol = self._symbol
        if not isinstance(symbol, ResourceSymbol | ModuleSymbol):
            return False
        written = symbol.find(name)
        return written is not None and written.start <= node.start and node.end <= written.end


def _body_of(symbol: Symbol) -> Node | None:
    """Give the part of a declaration in which the variables of its loop are known."""
    if isinstance(symbol, ResourceSymbol | ModuleSymbol):
        return symbol.body
    if isinstance(symbol, VariableSymbol):
        value = symbol.node.value
        return value.body if isinstance(value, For) else value
    return None
