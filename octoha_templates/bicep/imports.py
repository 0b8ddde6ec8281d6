"""What a template takes from other files: the declarations it imports and all that those use.

Names that were imported keep the name they have in the importing file. What comes along gets a
name that no file can declare, `_1.name`, numbered by file. The order and the numbers are the
official compiler's.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, cast

from octoha_templates.bicep.declared import item
from octoha_templates.bicep.decorators import find_decorator
from octoha_templates.bicep.ir import Literal, ObjectValue, Value
from octoha_templates.bicep.lower import Lowerer
from octoha_templates.bicep.model import FileModel, FileVariable
from octoha_templates.bicep.ordering import culture_key
from octoha_templates.bicep.symbols import (
    FunctionSymbol,
    ImportedSymbol,
    Symbol,
    TypeSymbol,
    VariableSymbol,
    WildcardSymbol,
)
from octoha_templates.bicep.syntax import Node
from octoha_templates.bicep.walk import descendants

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
S = TypeVar("S", TypeSymbol, FunctionSymbol)
Exportable = TypeSymbol | VariableSymbol | FunctionSymbol


@dataclass(frozen=True, slots=True, eq=False)
class Imported(Generic[S]):
    """A type or function of another file.

    Attributes:
        name: Its name in this template.
        model: The file it comes from, seen from this one.
        source: The path to that file from this one.
    """

    name: str
    model: FileModel
    symbol: S
    source: str

    def origin(self) -> ObjectValue:
        """Say in the template where it comes from."""
        is_type = isinstance(self.symbol, TypeSymbol)
        plain = self.name.rpartition(".")[2]
        same = self.name.endswith(self.symbol.name) if is_type else plain == self.symbol.name
        entries = [item("sourceTemplate", Literal(self.source))]
        if not same:
            entries.append(item("originalIdentifier", Literal(self.symbol.name)))
        inner = ObjectValue(tuple(entries))
        return ObjectValue((item("__bicep_imported_from!", inner),))


@dataclass(frozen=True, slots=True, eq=False)
class ImportedVariable:
    """A variable of another file, or the content of a file that was loaded there."""

    name: str
    model: FileModel
    symbol: VariableSymbol | None
    loaded: FileVariable | None = None

    def value(self) -> Value:
        """Lower its value."""
        if self.loaded is not None:
            return self.loaded.value
        symbol = cast("VariableSymbol", self.symbol)
        return Lowerer(self.model).lower(symbol.node.value)


@dataclass(slots=True)
class ImportedDeclarations:
    """Everything a template takes from other files, each list by name."""

    types: list[Imported[TypeSymbol]] = field(default_factory=list)
    variables: list[ImportedVariable] = field(default_factory=list)
    functions: list[Imported[FunctionSymbol]] = field(default_factory=list)


@dataclass(slots=True)
class _Closure:
    """All declarations of other files that are needed, by file and name."""

    found: dict[tuple[str, str], tuple[FileModel, Exportable | FileVariable]] = field(
        default_factory=dict
    )
    targets: dict[Symbol, tuple[str, str]] = field(default_factory=dict)
    wildcards: dict[tuple[Symbol, str], tuple[str, str]] = field(default_factory=dict)


def resolve_imports(model: FileModel) -> ImportedDeclarations:
    """Find and name what a file takes from others.

    Args:
        model: A file whose imports are read; gets `imported_names` and what goes with it.

    Returns:
        The declarations, in the order of the template.
    """
    if not model.declared.imported and not model.declared.wildcards:
        return ImportedDeclarations()
    closure = _closure(model)
    names = _names(model, closure)
    for symbol, key in closure.targets.items():
        model.imported_names[symbol] = names[key]
    for key, (_, target) in closure.found.items():
        if isinstance(target, Symbol):
            model.imported_names[target] = names[key]
    for alias, key in closure.wildcards.items():
        model.wildcard_names[alias] = names[key]
    _name_loaded(model, closure, names)
    return _declarations(model, closure, names)


def _closure(model: FileModel) -> _Closure:
    closure = _Closure()
    pending: deque[tuple[FileModel, Symbol]] = deque()
    pending.extend((model, symbol) for symbol in model.declared.imported)
    pending.extend((model, symbol) for symbol in model.declared.wildcards)
    while pending:
        owner, symbol = pending.popleft()
        if isinstance(symbol, ImportedSymbol):
            pending.extend(_follow_import(closure, owner, symbol))
        elif isinstance(symbol, WildcardSymbol):
            pending.extend(_follow_wildcard(closure, owner, symbol))
        elif isinstance(symbol, Exportable):
            key = (owner.path, symbol.name)
            if key not in closure.found:
                closure.found[key] = (owner, symbol)
                pending.extend(_uses(closure, owner, symbol))
    return closure


def _follow_import(
    closure: _Closure, owner: FileModel, symbol: ImportedSymbol
) -> list[tuple[FileModel, Symbol]]:
    other = owner.imports.get(symbol.node)
    target = other.declared.names.get(symbol.original) if other else None
    if other is None or target is None:
        return []
    closure.targets[symbol] = (other.path, target.name)
    return [(other, target)]


def _follow_wildcard(
    closure: _Closure, owner: FileModel, symbol: WildcardSymbol
) -> list[tuple[FileModel, Symbol]]:
    other = owner.imports.get(symbol.node)
    if other is None:
        return []
    exported = exported_symbols(other)
    for target in exported:
        closure.wildcards[symbol, target.name] = (other.path, target.name)
    return [(other, target) for target in exported]


def exported_symbols(model: FileModel) -> list[Exportable]:
    """List what a file exports: types, variables, functions, each in source order."""
    declared = model.declared
    found: list[Exportable] = [
        *declared.types,
        *declared.variables,
        *declared.functions,
    ]
    return [symbol for symbol in found if find_decorator(symbol.node.decorators, "export")]


def _uses(
    closure: _Closure, owner: FileModel, symbol: Exportable
) -> list[tuple[FileModel, Symbol]]:
    """List what a declaration uses of its file; files loaded in it are taken along."""
    found: dict[Symbol, None] = {}
    for node in descendants(symbol.node):
        used = owner.symbol_of(node)
        if isinstance(used, Exportable | ImportedSymbol | WildcardSymbol):
            found[used] = None
        loaded = owner.file_variables.get(node)
        if loaded is not None:
            closure.found[owner.path, loaded.name] = (owner, loaded)
    return [(owner, used) for used in found]


def _names(model: FileModel, closure: _Closure) -> dict[tuple[str, str], str]:
    """Name every declaration."""
    names: dict[tuple[str, str], str] = {}
    for symbol in model.declared.imported:
        if symbol in closure.targets:
            names[closure.targets[symbol]] = symbol.name
    numbers: dict[str, int] = {}
    following = 1
    keys = [(key, source_path(model.path, key[0])) for key in closure.found]
    for key, source in sorted(keys, key=lambda pair: culture_key(f"{pair[1]}_{pair[0][1]}")):
        if key in names:
            continue
        if source not in numbers:
            numbers[source] = following
            following += 1
        name = key[1]
        if not _IDENTIFIER.match(name):
            name = f"_{following}"
            following += 1
        names[key] = f"_{numbers[source]}.{name}"
    return names


def source_path(file: str, other: str) -> str:
    """Give the path from one file to another."""
    return posixpath.relpath(other, posixpath.dirname(file) or ".")


def _name_loaded(model: FileModel, closure: _Closure, names: dict[tuple[str, str], str]) -> None:
    """Name the variables for files that were loaded in other files."""
    for (path, _), (owner, target) in closure.found.items():
        if isinstance(target, FileVariable) and path not in model.imported_file_variables:
            renamed: dict[Node, FileVariable] = {
                node: FileVariable(names[path, found.name], found.value)
                for node, found in owner.file_variables.items()
                if (path, found.name) in names
            }
            model.imported_file_variables[path] = renamed


def _declarations(
    model: FileModel, closure: _Closure, names: dict[tuple[str, str], str]
) -> ImportedDeclarations:
    result = ImportedDeclarations()
    seen: dict[str, FileModel] = {}
    for key, (owner, target) in closure.found.items():
        view = seen.setdefault(owner.path, owner.seen_from(model))
        source = source_path(model.path, owner.path)
        name = names[key]
        if isinstance(target, TypeSymbol):
            result.types.append(Imported(name, view, target, source))
        elif isinstance(target, FunctionSymbol):
            result.functions.append(Imported(name, view, target, source))
        elif isinstance(target, VariableSymbol):
            result.variables.append(ImportedVariable(name, view, target))
        else:
            result.variables.append(ImportedVariable(name, view, None, target))
    result.types.sort(key=lambda found: culture_key(found.name))
    result.variables.sort(key=lambda found: culture_key(found.name))
    result.functions.sort(key=lambda found: culture_key(found.name.rpartition(".")[2]))
    return result
