"""What resources are called and where they belong: types, parents, names and scopes.

A name that is used outside of its loop has loop variables that mean nothing there; `moved` puts
in their place the item that is meant.
"""

from __future__ import annotations

import re
from typing import Final, cast

import msgspec

from octoha_templates.bicep.model import Ancestor, FileModel, ScopeData
from octoha_templates.bicep.resource_types import spelled
from octoha_templates.bicep.symbols import (
    LocalSymbol,
    ModuleSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import (
    Call,
    Expression,
    Extension,
    For,
    Index,
    Interpolation,
    MethodCall,
    Missing,
    Name,
    NestedAccess,
    Node,
    Parenthesised,
    String,
)
from octoha_templates.bicep.walk import descendants

RESOURCE_GROUPS: Final = "microsoft.resources/resourcegroups"
MANAGEMENT_GROUPS: Final = "microsoft.management/managementgroups"
_TYPE: Final = re.compile(r"(?P<type>[A-Za-z0-9_.\-/]+?)(@(?P<version>[A-Za-z0-9\-.]+))?\Z")
_SCOPE_FUNCTIONS: Final = frozenset({"tenant", "managementGroup", "subscription", "resourceGroup"})


def resolve_types(model: FileModel) -> None:
    """Work out the full type and API version of every resource of a file."""
    for resource in model.declared.resources:
        _resolve_type(model, resource)


def _resolve_type(model: FileModel, resource: ResourceSymbol) -> None:
    written = resource.node.type
    if isinstance(written, Interpolation):
        hint = "write the type and the version as one string"
        message = "the type of a resource cannot be put together"
        model.findings.error("OCT333", written.start, message, hint)
    match = _TYPE.match(written.value) if isinstance(written, String) else None
    outer = resource.outer
    if match is None or (outer is None and "/" not in match["type"]):
        if isinstance(written, String):
            _report_type(model, written)
    elif outer is not None:
        resource.type = f"{outer.type}/{match['type']}"
        resource.api_version = match["version"] or outer.api_version
    else:
        resource.type, resource.api_version = match["type"], match["version"] or ""
        if not match["version"]:
            _report_type(model, written)
    resource.type = spelled(resource.type, resource.api_version)
    for child in resource.nested.values():
        _resolve_type(model, child)


def has_extension(model: FileModel) -> bool:
    """Say whether a file uses an extension; then types of resources may have other forms."""
    return any(isinstance(statement, Extension) for statement in model.program.statements)


def _report_type(model: FileModel, written: Node) -> None:
    if has_extension(model):
        return
    message = "a resource type has the form `Provider/type@version`"
    hint = "write for example 'Microsoft.Storage/storageAccounts@2023-05-01'"
    model.findings.error("OCT333", written.start, message, hint)


# --- Parents --------------------------------------------------------------------------------------


def resolve_ancestors(model: FileModel) -> None:
    """Find the resources above every resource, the oldest first."""
    parents = {
        resource: found
        for resource in model.declared.all_resources()
        if (found := _parent(model, resource)) is not None
    }
    for resource, parent in parents.items():
        line: list[Ancestor] = []
        current: Ancestor | None = parent
        while current is not None and current.resource not in {above.resource for above in line}:
            line.append(current)
            current = parents.get(current.resource)
        model.ancestors[resource] = tuple(reversed(line))


def _parent(model: FileModel, resource: ResourceSymbol) -> Ancestor | None:
    """Find the resource right above another."""
    if resource.outer is not None:
        return Ancestor(resource.outer, nested=True, index=None)
    written = resource.find("parent")
    if written is None:
        return None
    value = written.value
    index: Expression | None = None
    if isinstance(value, Index):
        index = value.index
        value = value.base
    above = model.resource_of(value)
    if above is None:
        if model.symbol_of(value) is not None:
            message = "`parent` must name a resource of this file"
            model.findings.error("OCT334", written.value.start, message)
        return None
    return Ancestor(above, nested=False, index=index)


# --- Moving expressions out of their loops --------------------------------------------------------


def free_locals(model: FileModel, node: Node) -> list[LocalSymbol]:
    """List the loop and lambda variables that an expression takes from around it."""
    found: dict[LocalSymbol, None] = {}
    for below in descendants(node):
        symbol = model.symbol_of(below)
        if isinstance(symbol, LocalSymbol) and not _is_within(symbol.node, node):
            found[symbol] = None
    return list(found)


def inaccessible_locals(model: FileModel, node: Node, context: Node) -> list[LocalSymbol]:
    """List those of the variables in an expression that mean nothing at another place."""
    return [
        symbol
        for symbol in free_locals(model, node)
        if not _is_within(context, getattr(symbol.node, "body", symbol.node))
    ]


def _is_within(inner: Node, outer: Node) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def moved(
    model: FileModel, node: Expression, index: Expression | None, context: Node
) -> Expression:
    """Rewrite an expression so that it means the same at another place.

    Args:
        model: The file.
        node: The expression.
        index: Which item of the collection it belongs to is meant.
        context: Where it is going to stand.

    Returns:
        The expression, with the item or position in the place of the loop variables.
    """
    lost = inaccessible_locals(model, node, context)
    if not lost or index is None:
        return node
    replacements: dict[Symbol, Expression] = {}
    for symbol in {*lost, *(s for s in free_locals(model, node) if s.kind == "item")}:
        if isinstance(symbol.node, For):
            item = Index(index.start, index.end, symbol.node.collection, index)
            replacements[symbol] = index if symbol.kind == "index" else item
    return substituted(model, node, replacements)


def substituted(
    model: FileModel, node: Expression, replacements: dict[Symbol, Expression]
) -> Expression:
    """Copy an expression with some names replaced; the copies mean what the originals mean."""
    return cast("Expression", _copy(model, node, replacements))


def _copy(model: FileModel, node: Node, replacements: dict[Symbol, Expression]) -> Node:
    if isinstance(node, Name):
        return replacements.get(model.declared.bindings.get(node), node)  # type: ignore[arg-type]
    changed: dict[str, object] = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Node):
            copy = _copy(model, value, replacements)
            if copy is not value:
                changed[field] = copy
        elif isinstance(value, tuple) and value and any(isinstance(item, Node) for item in value):
            copies = tuple(
                _copy(model, item, replacements) if isinstance(item, Node) else item
                for item in value
            )
            if any(new is not old for new, old in zip(copies, value, strict=True)):
                changed[field] = copies
    if not changed:
        return node
    result = msgspec.structs.replace(node, **changed)
    if node in model.declared.bindings:
        model.declared.bindings[result] = model.declared.bindings[node]
    model.copies[result] = model.copies.get(node, node)
    return result


# --- Names ----------------------------------------------------------------------------------------


def name_of(resource: ResourceSymbol) -> Expression:
    """Give the name of a resource as it was written; `Missing` where there is none."""
    written = resource.find("name")
    if written is None:
        return Missing(resource.node.start, resource.node.start)
    return written.value


def name_segments(model: FileModel, resource: ResourceSymbol) -> tuple[Expression, ...]:
    """List the names of the resources above one and its own, valid where that resource stands."""
    ancestors = model.ancestors.get(resource, ())
    above = tuple(
        _ancestor_name(model, resource, ancestors, position) for position in range(len(ancestors))
    )
    return (*above, name_of(resource))


def _ancestor_name(
    model: FileModel,
    resource: ResourceSymbol,
    ancestors: tuple[Ancestor, ...],
    first: int,
) -> Expression:
    """Rewrite the name of an ancestor step by step down to the resource."""
    name = name_of(ancestors[first].resource)
    for position in range(first, len(ancestors)):
        is_last = position == len(ancestors) - 1
        below = resource if is_last else ancestors[position + 1].resource
        name = moved(model, name, ancestors[position].index, below.node.name)
    return name


# --- Scopes ---------------------------------------------------------------------------------------


def resolve_scopes(model: FileModel) -> None:
    """Work out where every resource and module of a file is deployed."""
    resources = model.declared.all_resources()
    for resource in sorted(resources, key=lambda item: len(model.ancestors.get(item, ()))):
        model.scopes[resource] = _resource_scope(model, resource)
    for module in model.declared.modules:
        written = module.find("scope")
        scope = _read_scope(model, written.value, module=True) if written else None
        model.scopes[module] = scope or ScopeData(model.target_scope)


def _resource_scope(model: FileModel, resource: ResourceSymbol) -> ScopeData:
    ancestors = model.ancestors.get(resource, ())
    written = resource.find("scope")
    if not ancestors:
        scope = _read_scope(model, written.value, module=False) if written else None
        return scope or ScopeData(model.target_scope)
    if written:
        message = "a child resource is deployed where its parent is"
        model.findings.error(
            "OCT335", written.start, message, "remove `scope`, or set it on the parent"
        )
    parent = ancestors[-1]
    scope = model.scopes.get(parent.resource) or ScopeData(model.target_scope)
    return _moved_scope(model, scope, parent.index, resource)


def _moved_scope(
    model: FileModel,
    scope: ScopeData,
    index: Expression | None,
    resource: ResourceSymbol,
) -> ScopeData:
    """Make the scope of a parent valid at its child."""
    context = name_of(resource)

    def move(node: Expression | None) -> Expression | None:
        return moved(model, node, index, context) if node is not None else None

    names = scope.resource_names
    if names is None and scope.resource is not None:
        names = name_segments(model, scope.resource)
    return ScopeData(
        scope.kind,
        move(scope.management_group),
        move(scope.subscription_id),
        move(scope.resource_group),
        scope.resource,
        tuple(moved(model, name, index, context) for name in names) if names is not None else None,
        move(scope.index),
    )


def _read_scope(model: FileModel, written: Expression, *, module: bool) -> ScopeData | None:
    """Read the value of `scope`."""
    value: Node = written
    while isinstance(value, Parenthesised):
        value = value.expression
    index: Expression | None = None
    if isinstance(value, Call | MethodCall):
        scope = _scope_of_call(value)
        if scope is not None:
            return scope
    if isinstance(value, Index) and isinstance(value.base, Name | NestedAccess):
        index = value.index
        value = value.base
    symbol = model.symbol_of(value)
    if isinstance(symbol, ResourceSymbol):
        return _scope_of_resource(model, symbol, index, module=module)
    if symbol is None and isinstance(value, Name | NestedAccess):
        return None
    message = "`scope` must be a scope function, such as `resourceGroup('name')`, or a resource"
    if isinstance(symbol, ModuleSymbol):
        message = "`scope` cannot be a module"
    if isinstance(symbol, VariableSymbol):
        model.findings.refuse("OCT393", written.start, "a variable as a scope")
        return None
    model.findings.error("OCT335", written.start, message)
    return None


def _scope_of_call(call: Call | MethodCall) -> ScopeData | None:
    """Read a scope function."""
    if call.name.name not in _SCOPE_FUNCTIONS:
        return None
    if isinstance(call, MethodCall) and not isinstance(call.base, Name):
        return None
    arguments = call.arguments
    match call.name.name, len(arguments):
        case "tenant", 0:
            return ScopeData("tenant")
        case "managementGroup", 0:
            return ScopeData("managementGroup")
        case "managementGroup", 1:
            return ScopeData("managementGroup", management_group=arguments[0])
        case "subscription", 0:
            return ScopeData("subscription")
        case "subscription", 1:
            return ScopeData("subscription", subscription_id=arguments[0])
        case "resourceGroup", 0:
            return ScopeData("resourceGroup")
        case "resourceGroup", 1:
            return ScopeData("resourceGroup", resource_group=arguments[0])
        case "resourceGroup", 2:
            return ScopeData(
                "resourceGroup",
                subscription_id=arguments[0],
                resource_group=arguments[1],
            )
        case _:
            return None


def _scope_of_resource(
    model: FileModel, target: ResourceSymbol, index: Expression | None, *, module: bool
) -> ScopeData:
    """Read a resource as a scope: a group that is deployed to, or a resource that is extended."""
    kind = target.type.lower()
    if kind == RESOURCE_GROUPS:
        written = target.find("scope")
        inner = _read_scope(model, written.value, module=module) if written else None
        subscription = inner.subscription_id if inner else None
        return ScopeData(
            "resourceGroup",
            subscription_id=subscription,
            resource_group=name_of(target),
            index=index,
        )
    if kind == MANAGEMENT_GROUPS:
        return ScopeData("managementGroup", management_group=name_of(target), index=index)
    return ScopeData("resource", resource=target, index=index)
