"""Whether a template needs symbolic names, which is `languageVersion` 2.0.

The rules are the official compiler's: what cannot be said in the classic template language, and
types of people.
Source: Bicep documentation, "Symbolic name template"; ARM documentation, "languageVersion 2.0".
"""

from __future__ import annotations

from typing import Final

from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.symbols import ModuleSymbol, ResourceSymbol
from octoha_templates.bicep.syntax import (
    ArrayType,
    Index,
    Member,
    Name,
    Node,
    NullableType,
    ObjectType,
    Parenthesised,
    Property,
    Statement,
    TupleType,
    UnionType,
)
from octoha_templates.bicep.walk import descendants

_TYPE_SYNTAX: Final = (ObjectType, ArrayType, TupleType, UnionType, NullableType)


def needs_symbolic_names(model: FileModel) -> bool:
    """Say whether the template of a file is a symbolic-name template."""
    declared = model.declared
    return bool(
        declared.types
        or declared.functions
        or declared.imported
        or declared.wildcards
        or any(variable.node.type is not None for variable in declared.variables)
        or any(has_decorator(output.node, "secure") for output in declared.outputs)
        or any(any(module.outputs.values()) for module in model.modules.values())
        or any(module.body is not None and not module.find("name") for module in declared.modules)
        or any(_resource_needs_them(resource) for resource in declared.all_resources())
        or any(_needs_them(model, statement) for statement in model.program.statements)
    )


def has_decorator(statement: Statement, name: str) -> bool:
    """Say whether a declaration has a decorator."""
    return any(decorator.name == name for decorator in statement.decorators)


def _resource_needs_them(resource: ResourceSymbol) -> bool:
    if resource.existing and resource.find("dependsOn"):
        return True
    return has_decorator(resource.node, "onlyIfNotExists") or has_decorator(
        resource.node, "retryOn"
    )


def _needs_them(model: FileModel, statement: Node) -> bool:
    """Look for type syntax, and for a collection used as a whole outside of `dependsOn`."""
    for node in descendants(statement):
        if isinstance(node, _TYPE_SYNTAX):
            return True
        if (
            isinstance(node, Name)
            and _is_whole_collection(model, node)
            and not _is_in_depends_on(model, node)
        ):
            return True
    return False


def _is_in_depends_on(model: FileModel, node: Node) -> bool:
    """Say whether a node is part of the `dependsOn` of a resource or module that it stands in."""
    around: list[Node] = []
    parent = model.declared.parents.get(node)
    while parent is not None:
        if _depends_on_of(model, parent) in around:
            return True
        around.append(parent)
        parent = model.declared.parents.get(parent)
    return False


def _depends_on_of(model: FileModel, node: Node) -> Property | None:
    symbol = model.declared.names.get(getattr(getattr(node, "name", None), "name", ""))
    if isinstance(symbol, ResourceSymbol | ModuleSymbol) and symbol.node is node:
        return symbol.find("dependsOn")
    return None


def _is_whole_collection(model: FileModel, node: Name) -> bool:
    symbol = model.symbol_of(node)
    if not isinstance(symbol, ResourceSymbol | ModuleSymbol) or not symbol.is_loop:
        return False
    parent = model.declared.parents.get(node)
    while isinstance(parent, Parenthesised):
        parent = model.declared.parents.get(parent)
    return not isinstance(parent, Index | Member)
