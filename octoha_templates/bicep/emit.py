"""A lowered file to its ARM template, in the key order of ARM.

The order of the sections and of the keys in them is the official compiler's, so that templates
can be compared as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, cast

from octoha_templates.bicep.declared import DeclaredTypes, merged
from octoha_templates.bicep.decorators import (
    allowed_values,
    description_of,
    discriminator_of,
    find_decorator,
    with_modifiers,
)
from octoha_templates.bicep.emit_resources import ResourceEmitter
from octoha_templates.bicep.imports import ImportedDeclarations
from octoha_templates.bicep.ir import Literal, Loop, ObjectValue, Value
from octoha_templates.bicep.lower import USER_FUNCTIONS, Lowerer, qualified
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.source_map import SourceMap
from octoha_templates.bicep.symbols import (
    FunctionSymbol,
    OutputSymbol,
    ParameterSymbol,
    TypeSymbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import TypeExpression
from octoha_templates.bicep.writer import COPY, JsonWriter

GENERATOR: Final = "octoha-templates"
_SCHEMAS: Final = "https://schema.management.azure.com/schemas/"
SCHEMA_OF_SCOPE: Final = {
    "resourceGroup": f"{_SCHEMAS}2019-04-01/deploymentTemplate.json#",
    "subscription": f"{_SCHEMAS}2018-05-01/subscriptionDeploymentTemplate.json#",
    "managementGroup": f"{_SCHEMAS}2019-08-01/managementGroupDeploymentTemplate.json#",
    "tenant": f"{_SCHEMAS}2019-08-01/tenantDeploymentTemplate.json#",
}


@cache
def generator() -> tuple[tuple[str, str], ...]:
    """Say who made a template: the name and version of this package."""
    try:
        number = version(GENERATOR)
    except PackageNotFoundError:
        number = "0.0.0"
    return (("name", GENERATOR), ("version", number))


@dataclass(frozen=True, slots=True)
class Emitted:
    """A template and where its values come from."""

    template: dict[str, Any]
    places: SourceMap


def emit(model: FileModel, imported: ImportedDeclarations) -> Emitted:
    """Write the ARM template of a file.

    Args:
        model: A file without errors, every pass done.
        imported: The declarations of other files that it uses.

    Raises:
        NotLoweredError: Something in it has no counterpart in ARM.
    """
    return _Emitter(model, imported).emit()


class _Emitter:
    """Writes one template, section by section."""

    def __init__(self, model: FileModel, imported: ImportedDeclarations) -> None:
        self.model = model
        self.imported = imported
        self.places = SourceMap()
        self.writer = JsonWriter(model, self.places)
        self.lowerer = Lowerer(model)
        self.types = DeclaredTypes(model)

    def emit(self) -> Emitted:
        template: dict[str, Any] = {"$schema": SCHEMA_OF_SCOPE[self.model.target_scope]}
        if self.model.symbolic:
            template["languageVersion"] = "2.0"
        template["contentVersion"] = "1.0.0.0"
        template["metadata"] = self._metadata()
        sections = (
            ("definitions", self._definitions()),
            ("functions", self._functions()),
            ("parameters", self._parameters()),
            ("variables", self._variables()),
        )
        template.update({name: section for name, section in sections if section})
        template["resources"] = ResourceEmitter(self.model, self.writer).emit()
        outputs = {output.name: self._output(output) for output in self.model.declared.outputs}
        if outputs:
            template["outputs"] = outputs
        return Emitted(template, self.places)

    # --- Metadata ---------------------------------------------------------------------------------

    def _metadata(self) -> dict[str, Any]:
        result: dict[str, Any] = {"_generator": dict(generator())}
        exported = [
            variable
            for variable in sorted(self.model.declared.variables, key=lambda found: found.name)
            if find_decorator(variable.node.decorators, "export")
        ]
        if exported:
            result["__bicep_exported_variables!"] = [self._exported(found) for found in exported]
        for item in self.model.declared.metadata:
            value = self.lowerer.lower(item.value)
            self.writer.entry(result, item.name.name, value, "metadata", item.start)
        return result

    def _exported(self, variable: VariableSymbol) -> dict[str, Any]:
        result: dict[str, Any] = {"name": variable.name}
        writer = JsonWriter(self.model, SourceMap())
        description = description_of(self.model, variable.node.decorators)
        if description is not None:
            result["description"] = writer.value(description, "")
        if variable.node.type is not None:
            result["type"] = writer.value(self.types.properties(variable.node.type), "")
        return result

    # --- Types and functions ----------------------------------------------------------------------

    def _definitions(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for symbol in self.model.declared.types:
            value = self._definition(self.model, symbol, export=True)
            self.writer.entry(result, symbol.name, value, "definitions", symbol.node.start)
        for found in self.imported.types:
            value = self._definition(found.model, found.symbol, export=False)
            value = merged(value, "metadata", found.origin())
            result[found.name] = JsonWriter(found.model, SourceMap()).value(value, "")
        return result

    def _definition(self, model: FileModel, symbol: TypeSymbol, *, export: bool) -> ObjectValue:
        node = symbol.node
        properties = DeclaredTypes(model).properties(node.value, discriminator_of(node.decorators))
        return with_modifiers(model, properties, node.decorators, export=export)

    def _functions(self) -> list[dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = {}
        for symbol in self.model.declared.functions:
            members = groups.setdefault(USER_FUNCTIONS, {})
            self.writer.place(f"functions[0].members.{symbol.name}", symbol.node.start)
            members[symbol.name] = self._function(self.model, symbol, None)
        for found in self.imported.functions:
            namespace, _, name = qualified(found.name).partition(".")
            members = groups.setdefault(namespace, {})
            members[name] = self._function(found.model, found.symbol, found.origin())
        return [{"namespace": name, "members": members} for name, members in groups.items()]

    def _function(
        self, model: FileModel, symbol: FunctionSymbol, origin: ObjectValue | None
    ) -> dict[str, Any]:
        node = symbol.node
        types = DeclaredTypes(model)
        writer = JsonWriter(model, SourceMap())
        parameters = [
            writer.value(merged(types.properties(item.type), "name", Literal(item.name.name)), "")
            for item in node.parameters
        ]
        body = Lowerer(model).lower(node.body)
        output = writer.value(merged(types.properties(node.returns), "value", body), "")
        result = {"parameters": parameters, "output": output}
        metadata = self._function_metadata(model, symbol, origin)
        if metadata.entries:
            result["metadata"] = writer.value(metadata, "")
        return result

    def _function_metadata(
        self, model: FileModel, symbol: FunctionSymbol, origin: ObjectValue | None
    ) -> ObjectValue:
        metadata = ObjectValue(())
        description = description_of(model, symbol.node.decorators)
        if description is not None:
            metadata = merged(metadata, "description", description)
        if origin is None and find_decorator(symbol.node.decorators, "export"):
            metadata = merged(metadata, "__bicep_export!", Literal(True))
        for entry in origin.entries if origin else ():
            metadata = merged(metadata, entry.name or "", entry.value)
        return metadata

    # --- Parameters, variables, outputs -----------------------------------------------------------

    def _parameters(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for symbol in self.model.declared.parameters:
            value = self._parameter(symbol)
            self.writer.entry(result, symbol.name, value, "parameters", symbol.node.start)
        return result

    def _parameter(self, symbol: ParameterSymbol) -> ObjectValue:
        node = symbol.node
        kind = cast("TypeExpression", node.type)
        properties = self.types.properties(kind, discriminator_of(node.decorators))
        if node.default is not None:
            properties = merged(properties, "defaultValue", self.lowerer.lower(node.default))
        allowed = allowed_values(self.model, node.decorators)
        if allowed is not None:
            properties = merged(properties, "allowedValues", allowed)
        return with_modifiers(self.model, properties, node.decorators)

    def _variables(self) -> dict[str, Any]:
        plain, loops = self._split_variables()
        result: dict[str, Any] = {}
        if loops:
            result[COPY] = loops
        result.update(plain)
        return result

    def _split_variables(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Write the variables, those that are loops apart."""
        plain: dict[str, Any] = {}
        loops: list[dict[str, Any]] = []
        found = sorted(self.model.file_variables.values(), key=lambda item: item.name)
        for loaded in found:
            plain[loaded.name] = self.writer.value(loaded.value, f"variables['{loaded.name}']")
        for symbol in self.model.declared.variables:
            if symbol not in self.model.inlined:
                value = self.lowerer.lower(symbol.node.value)
                self._variable(self.writer, symbol.name, value, symbol.node.start, plain, loops)
        for other in self.imported.variables:
            writer = JsonWriter(other.model, SourceMap())
            self._variable(writer, other.name, other.value(), -1, plain, loops)
        return plain, loops

    def _variable(
        self,
        writer: JsonWriter,
        name: str,
        value: Value,
        at: int,
        plain: dict[str, Any],
        loops: list[dict[str, Any]],
    ) -> None:
        if isinstance(value, Loop):
            path = f"variables.copy[{len(loops)}]"
            writer.place(path, at)
            loops.append(writer.loop(name, value, path))
        else:
            writer.entry(plain, writer.key(Literal(name)), value, "variables", at)

    def _output(self, symbol: OutputSymbol) -> dict[str, Any]:
        node = symbol.node
        path = f"outputs.{symbol.name}"
        self.writer.place(path, node.start)
        properties = self.types.properties(node.type, discriminator_of(node.decorators))
        result = self.writer.properties(
            with_modifiers(self.model, properties, node.decorators), path
        )
        value = self.lowerer.lower(node.value)
        if isinstance(value, Loop):
            result[COPY] = self.writer.loop(None, value, f"{path}.copy")
        else:
            self.writer.entry(result, "value", value, path, node.value.start)
        return result
