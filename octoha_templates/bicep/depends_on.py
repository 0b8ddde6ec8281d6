"""`dependsOn`: the uses of a declaration followed to what is deployed.

A variable or an existing resource is not deployed itself, so what it uses is waited for in its
place. The position in a collection is kept only where it means the same all the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from octoha_templates.bicep.arm import text_of
from octoha_templates.bicep.expressions import Expressions
from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    CopyIndex,
    Entry,
    Format,
    FunctionCall,
    LambdaValue,
    ObjectValue,
    Placement,
    Value,
)
from octoha_templates.bicep.lower import Lowerer
from octoha_templates.bicep.model import Dependency, FileModel
from octoha_templates.bicep.ordering import culture_key
from octoha_templates.bicep.symbols import (
    Collection,
    LocalSymbol,
    ModuleSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import Expression, For, Node


@dataclass(frozen=True, slots=True, eq=False)
class _Wait:
    """One thing to wait for."""

    target: ResourceSymbol | ModuleSymbol
    index: Expression | None
    placement: Placement | None


class DependsOn:
    """Works out what the resources and modules of one file wait for."""

    def __init__(self, model: FileModel) -> None:
        """Take a file whose dependencies are known."""
        self.model = model
        self.expressions = Expressions(model)

    def of(self, symbol: ResourceSymbol | ModuleSymbol) -> list[str]:
        """List what a resource or module waits for, as it stands in the template."""
        context: Node = symbol.body or symbol.node
        waits: dict[Symbol, list[_Wait]] = {}
        for use in self.model.dependencies.get(symbol, ()):
            for path in self._paths((use,)):
                wait = self._follow(path, context)
                waits.setdefault(wait.target, []).append(wait)
        found = [wait for group in waits.values() for wait in _distinct(group)]
        found.sort(key=lambda wait: culture_key(self._key(wait.target)))
        return [self._written(wait) for wait in found]

    def _key(self, target: ResourceSymbol | ModuleSymbol) -> str:
        if isinstance(target, ModuleSymbol):
            return target.name
        return self.expressions.references.symbolic_name(target)

    # --- Paths ------------------------------------------------------------------------------------

    def _paths(self, path: tuple[Dependency, ...]) -> Iterator[tuple[Dependency, ...]]:
        last = path[-1]
        if self._is_end(last):
            yield path
            return
        for use in self.model.dependencies.get(last.target, ()):
            if all(use.target is not before.target for before in path):
                yield from self._paths((*path, use))

    def _is_end(self, use: Dependency) -> bool:
        target = use.target
        if isinstance(target, ResourceSymbol):
            return not target.existing or (self.model.symbolic and not use.weak)
        return isinstance(target, ModuleSymbol)

    def _follow(self, path: tuple[Dependency, ...], context: Node) -> _Wait:
        """Carry positions along a path of uses."""
        replacements: Mapping[LocalSymbol, Value] = {}
        only_positions = True
        placement: Placement | None = None
        index: Expression | None = None
        for step, use in enumerate(path):
            index = use.index
            around = context if step == 0 else path[step - 1].target.node
            placement = self._placement(use, replacements, around)
            replacements = placement.replacements if placement else replacements
            uses_position = placement is not None and _has_copy_index(placement.index)
            if uses_position and not only_positions:
                index, placement = None, None
            only_positions = only_positions and uses_position
        target = cast("Collection", path[-1].target)
        return _Wait(target, index, placement)

    def _placement(
        self, use: Dependency, replacements: Mapping[LocalSymbol, Value], context: Node
    ) -> Placement | None:
        lowerer = Lowerer(self.model, replacements)
        target = use.target
        if isinstance(target, VariableSymbol):
            if target.is_loop and use.index is None:
                return None
            value = target.node.value
            body = value.body if isinstance(value, For) else value
            return lowerer.placement_of((body,), use.index, context)
        collection = cast("Collection", target)
        if collection.is_loop and use.index is None:
            return None
        return lowerer.placement(collection, use.index, context)

    # --- Entries ----------------------------------------------------------------------------------

    def _written(self, wait: _Wait) -> str:
        target, placement = wait.target, wait.placement
        writer = self.expressions.at(placement)
        if self.model.symbolic:
            at = placement if target.is_loop else None
            return text_of(writer.references.symbol(target, at))
        if target.is_loop and placement is None:
            return self._key(target)
        if isinstance(target, ModuleSymbol):
            index = placement.index if placement else None
            return text_of(writer.references.module_id(target, index))
        return text_of(writer.references.resource_id(target))


def _distinct(waits: list[_Wait]) -> list[_Wait]:
    """Leave one wait for each item; a wait for the whole stands for all."""
    for wait in waits:
        if wait.index is None:
            return [wait]
    return list({id(wait.index): wait for wait in waits}.values())


def _has_copy_index(value: Value) -> bool:
    """Say whether a value depends on the position in the loop around it."""
    match value:
        case CopyIndex():
            return True
        case Format(holes=parts) | ArrayValue(items=parts) | FunctionCall(arguments=parts):
            return any(_has_copy_index(part) for part in parts)
        case ObjectValue(entries=entries):
            return any(_has_copy_index(entry) for entry in entries)
        case Entry(key=key, value=inner):
            return _has_copy_index(key) or _has_copy_index(inner)
        case Access(base=base, key=key):
            return _has_copy_index(base) or _has_copy_index(key)
        case Choice(condition=condition, when_true=when_true, when_false=when_false):
            return any(map(_has_copy_index, (condition, when_true, when_false)))
        case LambdaValue(body=body):
            return _has_copy_index(body)
        case _:
            return False
