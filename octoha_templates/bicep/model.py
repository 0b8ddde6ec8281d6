"""All that is known about one file after its names are resolved: what the later passes read.

The passes fill it in the order in which its attributes stand; `compiler.analyse` is that order
written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from octoha_templates.bicep.binding import Declarations
from octoha_templates.bicep.findings import Findings
from octoha_templates.bicep.ir import Value
from octoha_templates.bicep.source_map import SourceMap
from octoha_templates.bicep.symbols import (
    ModuleSymbol,
    ResourceSymbol,
    Symbol,
)
from octoha_templates.bicep.syntax import Expression, Node, Program


@dataclass(frozen=True, slots=True, eq=False)
class Ancestor:
    """A resource above another.

    Attributes:
        nested: Whether the child stands inside it, not beside it with `parent:`.
        index: Which item of it, when it is a collection.
    """

    resource: ResourceSymbol
    nested: bool
    index: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class ScopeData:
    """Where a resource or module is deployed.

    Attributes:
        kind: `tenant`, `managementGroup`, `subscription`, `resourceGroup` or `resource`.
        resource: The resource that is extended, for the kind `resource`.
        resource_names: The names of that resource, when loop variables in them were replaced.
        index: Which item of the collection that the scope names.
    """

    kind: str
    management_group: Expression | None = None
    subscription_id: Expression | None = None
    resource_group: Expression | None = None
    resource: ResourceSymbol | None = None
    resource_names: tuple[Expression, ...] | None = None
    index: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dependency:
    """That a declaration uses another.

    Attributes:
        index: Which item, when the target is a collection.
        weak: Whether only its id, name, type or API version is used, which needs no read.
    """

    target: Symbol
    index: Expression | None
    weak: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FileVariable:
    """The content of a loaded file, as a variable of the template."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class ModuleTemplate:
    """A module file, compiled.

    Attributes:
        template: Its ARM JSON.
        parameters: Its parameters: the names of the required ones with True.
        parameter_types: The ARM type of each parameter, where it has a plain one.
        outputs: Its outputs: those that are secure with True.
        target_scope: The scope it was written for; empty when not known.
        model: What it was compiled from; None for a JSON template.
    """

    template: dict[str, Any]
    source_map: SourceMap
    parameters: Mapping[str, bool]
    parameter_types: Mapping[str, str]
    outputs: Mapping[str, bool]
    target_scope: str
    model: FileModel | None


@dataclass(slots=True, eq=False)
class FileModel:
    """One file.

    Attributes:
        path: Where it is, a POSIX path relative to the root folder.
        symbolic: Whether its template has symbolic names, `languageVersion` 2.0.
        inlined: The variables and existing resources that ARM has no place for, because of what
            they read.
        file_values: What the functions that load files give, by their calls.
        file_variables: Those of them that become variables of the template.
        copies: For nodes made by substitution: the node they were made from.
        imported_names: The name in the template of each imported symbol.
        wildcard_names: The same for `alias.name`.
    """

    program: Program
    path: str
    findings: Findings
    declared: Declarations
    target_scope: str = "resourceGroup"
    ancestors: dict[ResourceSymbol, tuple[Ancestor, ...]] = field(default_factory=dict)
    scopes: dict[Symbol, ScopeData] = field(default_factory=dict)
    modules: dict[ModuleSymbol, ModuleTemplate] = field(default_factory=dict)
    imports: dict[Node, FileModel] = field(default_factory=dict)
    symbolic: bool = False
    inlined: set[Symbol] = field(default_factory=set)
    dependencies: dict[Symbol, list[Dependency]] = field(default_factory=dict)
    file_values: dict[Node, Value] = field(default_factory=dict)
    file_variables: dict[Node, FileVariable] = field(default_factory=dict)
    copies: dict[Node, Node] = field(default_factory=dict)
    imported_names: dict[Symbol, str] = field(default_factory=dict)
    wildcard_names: dict[tuple[Symbol, str], str] = field(default_factory=dict)
    imported_file_variables: dict[str, dict[Node, FileVariable]] = field(default_factory=dict)

    def symbol_of(self, node: Node | None) -> Symbol | None:
        """Find what a name means; None for other nodes and unknown names."""
        return self.declared.bindings.get(node) if node is not None else None

    def resource_of(self, node: Node | None) -> ResourceSymbol | None:
        """Find the resource that a name means."""
        symbol = self.symbol_of(node)
        return symbol if isinstance(symbol, ResourceSymbol) else None

    def seen_from(self, root: FileModel) -> FileModel:
        """View a file from one that imports from it: with the names that its declarations have there."""
        if root is self:
            return self
        return replace(
            self,
            symbolic=root.symbolic,
            imported_names=root.imported_names,
            wildcard_names=root.wildcard_names,
            file_variables=root.imported_file_variables.get(self.path, {}),
        )

    def name_in_template(self, symbol: Symbol) -> str:
        """Give the name that a variable, type or function has in the template; imported ones may have another."""
        return self.imported_names.get(symbol, symbol.name)
