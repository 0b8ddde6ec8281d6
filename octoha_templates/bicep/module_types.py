"""Finds the module that an expression stands for, without a full inference of types.

Outputs of a module are written differently from other properties, so it must be known where one
is read, also through the variable of a loop or lambda over a collection of modules.
"""

from __future__ import annotations

from octoha_templates.bicep.functions import LAMBDA_FUNCTIONS
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.symbols import LocalSymbol, ModuleSymbol
from octoha_templates.bicep.syntax import (
    Call,
    For,
    Index,
    Name,
    Node,
    NonNull,
    Parenthesised,
    Ternary,
)


def module_of(model: FileModel, node: Node) -> ModuleSymbol | None:
    """Find the module that an expression stands for; None for other values and whole collections."""
    match node:
        case Parenthesised(expression=inner) | NonNull(operand=inner):
            return module_of(model, inner)
        case Index(base=base):
            return _collection(model, base)
        case Ternary(when_true=when_true):
            return module_of(model, when_true)
        case Name():
            symbol = model.symbol_of(node)
            if isinstance(symbol, ModuleSymbol):
                return None if symbol.is_loop else symbol
            if isinstance(symbol, LocalSymbol) and symbol.kind != "index":
                return _of_local(model, symbol)
        case _:
            pass
    return None


def _collection(model: FileModel, node: Node) -> ModuleSymbol | None:
    while isinstance(node, Parenthesised | NonNull):
        node = node.expression if isinstance(node, Parenthesised) else node.operand
    symbol = model.symbol_of(node)
    return symbol if isinstance(symbol, ModuleSymbol) and symbol.is_loop else None


def _of_local(model: FileModel, symbol: LocalSymbol) -> ModuleSymbol | None:
    declared = symbol.node
    if isinstance(declared, For):
        return _collection(model, declared.collection)
    call = model.declared.parents.get(declared)
    if isinstance(call, Call) and call.name.name in LAMBDA_FUNCTIONS and call.arguments:
        return _collection(model, call.arguments[0])
    return None
