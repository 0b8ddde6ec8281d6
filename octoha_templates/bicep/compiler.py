"""The passes over a file in their order, and over the files it names.

A file is compiled once per run, however often it is used. Parsing equal text again is answered
from a cache.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from octoha_templates.bicep import checks, linter
from octoha_templates.bicep.binding import bind
from octoha_templates.bicep.dependencies import resolve_dependencies
from octoha_templates.bicep.emit import Emitted, emit
from octoha_templates.bicep.features import needs_symbolic_names
from octoha_templates.bicep.files import Reader, load_files, read_file, resolve_path
from octoha_templates.bicep.findings import Findings
from octoha_templates.bicep.imports import resolve_imports
from octoha_templates.bicep.inlining import resolve_inlining
from octoha_templates.bicep.kept import KEPT, kept
from octoha_templates.bicep.lower import NotLoweredError
from octoha_templates.bicep.model import FileModel, ModuleTemplate
from octoha_templates.bicep.parser import ParseResult, parse
from octoha_templates.bicep.resources import (
    resolve_ancestors,
    resolve_scopes,
    resolve_types,
)
from octoha_templates.bicep.source_map import SourceMap
from octoha_templates.bicep.symbols import ModuleSymbol
from octoha_templates.bicep.syntax import Import, NamedType, Node, String, TargetScope
from octoha_templates.diagnostics import Diagnostic, in_order

_REGISTRIES: Final = ("br:", "br/", "ts:", "ts/")
_SCOPE_OF_SCHEMA: Final = {
    "deploymenttemplate.json": "resourceGroup",
    "subscriptiondeploymenttemplate.json": "subscription",
    "managementgroupdeploymenttemplate.json": "managementGroup",
    "tenantdeploymenttemplate.json": "tenant",
}


@lru_cache(maxsize=256)
def parsed(text: str, file: str) -> ParseResult:
    """Parse a text, or give the tree it had the last time."""
    return parse(text, file)


class Compilation:
    """Compiles one file with those it names."""

    def __init__(self, read: Reader) -> None:
        """Take the reader."""
        self._reads: list[tuple[str, bytes]] = []
        self._read = self._recorded(read)
        self._models: dict[str, FileModel] = {}
        self._templates: dict[str, ModuleTemplate | None] = {}
        self._open: list[str] = []
        self._found: list[Diagnostic] = []

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Give every finding about every file, by place."""
        found = [item for model in self._models.values() for item in linter.shown(model)]
        return in_order([*found, *self._found])

    # --- One file ---------------------------------------------------------------------------------

    def compile(self, text: str, path: str) -> Emitted | None:
        """Compile a file; None when it has errors."""
        model = self.analyse(text, path)
        if any(finding.is_error for finding in self.diagnostics()):
            return None
        return self._emit(model)

    def analyse(self, text: str, path: str) -> FileModel:
        """Do every pass over a file but the last."""
        result = parsed(text, path)
        findings = Findings(result.program.source)
        findings.extend(result.diagnostics)
        model = FileModel(result.program, path, findings, bind(result.program, findings))
        self._models[path] = model
        self._open.append(path)
        try:
            self._passes(model)
        except RecursionError:
            checks.report_depth(model)
        finally:
            self._open.pop()
        return model

    def _passes(self, model: FileModel) -> None:
        self._target_scope(model)
        checks.check_statements(model)
        resolve_types(model)
        resolve_ancestors(model)
        cycles = checks.check_cycles(model)
        resolve_scopes(model)
        load_files(model, self._read)
        self._imports(model)
        for module in model.declared.modules:
            template = self._module(model, module)
            if template is not None:
                model.modules[module] = template
        checks.check_expressions(model)
        if cycles:
            return
        model.symbolic = needs_symbolic_names(model)
        resolve_inlining(model)
        model.dependencies = resolve_dependencies(model)
        linter.lint(model)

    def _target_scope(self, model: FileModel) -> None:
        for statement in model.program.statements:
            if isinstance(statement, TargetScope):
                checks.check_target_scope(model, statement)

    def _emit(self, model: FileModel) -> Emitted | None:
        try:
            return emit(model, resolve_imports(model))
        except NotLoweredError as error:
            model.findings.refuse("OCT393", error.node.start, error.what)
        except RecursionError:
            checks.report_depth(model)
        return None

    def used_template(self, model: FileModel, written: Node) -> ModuleTemplate | None:
        """Compile the file that a parameter file is for."""
        path = self._target(model, written, "`using`")
        return self._template(model, path, written.start) if path is not None else None

    def extended(self, model: FileModel, written: Node) -> FileModel | None:
        """Analyse the parameter file that another one extends."""
        path = self._target(model, written, "`extends`")
        return self._file(model, path, written.start) if path is not None else None

    # --- Other files ------------------------------------------------------------------------------

    def _target(self, model: FileModel, written: Node, what: str) -> str | None:
        """Work out which file a module or import names."""
        if not isinstance(written, String):
            if type(written).__name__ == "Interpolation":
                message = f"the path of {what} must be a plain string"
                model.findings.error("OCT344", written.start, message)
            return None
        path = written.value
        if path.startswith(_REGISTRIES):
            model.findings.refuse("OCT390", written.start, f"{what} from a registry, `{path}`,")
            return None
        return resolve_path(model.path, path, model.findings, written.start)

    def _imports(self, model: FileModel) -> None:
        for statement in model.program.statements:
            if isinstance(statement, Import):
                self._import(model, statement)

    def _import(self, model: FileModel, statement: Import) -> None:
        path = self._target(model, statement.path, "an import")
        if path is None:
            return
        if not path.endswith(".bicep"):
            model.findings.refuse("OCT394", statement.path.start, "an import from an ARM template")
            return
        other = self._file(model, path, statement.path.start)
        if other is not None:
            model.imports[statement] = other
            checks.check_import(model, statement, other)

    def _file(self, model: FileModel, path: str, at: int) -> FileModel | None:
        """Analyse another Bicep file, once."""
        if path in self._open:
            cycle = " -> ".join([*self._open[self._open.index(path) :], path])
            model.findings.error("OCT342", at, f"files that need each other: {cycle}")
            return None
        if path in self._models:
            return self._models[path]
        text = self._text(model, path, at)
        return None if text is None else self.analyse(text, path)

    def _text(self, model: FileModel, path: str, at: int) -> str | None:
        content = read_file(self._read, path, model.findings, at)
        return None if content is None else content.decode("utf-8-sig", errors="replace")

    def _recorded(self, read: Reader) -> Reader:
        """Note what is read, which is all that a template depends on."""

        def recording(path: str) -> bytes:
            content = read(path)
            self._reads.append((path, content))
            return content

        return recording

    def _module(self, model: FileModel, module: ModuleSymbol) -> ModuleTemplate | None:
        written = module.node.path
        path = self._target(model, written, "a module")
        if path is None:
            return None
        if path not in self._templates:
            template = self._kept_template(model, path, written.start)
            if path not in self._open:
                self._templates[path] = template
            return template
        return self._templates[path]

    def _kept_template(self, model: FileModel, path: str, at: int) -> ModuleTemplate | None:
        """Compile a module, or take what it was compiled to from the same files before.

        Kept are modules without errors that need no other module: those of a large template, which
        is compiled again and again with small changes.
        """
        if path in self._models or path in self._open or not path.endswith(".bicep"):
            return self._template(model, path, at)
        text = self._text(model, path, at)
        if text is None:
            return None
        found = KEPT.find(path, text, self._read)
        if found is not None:
            self._models[path] = found.model
            return found.template
        first, models = len(self._reads), len(self._models)
        template = self._template(model, path, at)
        if template is not None and template.model and len(self._models) == models + 1:
            KEPT.keep(path, text, kept(self._reads[first:], template.model, template))
        return template

    def _template(self, model: FileModel, path: str, at: int) -> ModuleTemplate | None:
        if path.endswith((".json", ".jsonc")):
            return self._json_template(model, path, at)
        other = self._file(model, path, at)
        if other is None or any(finding.is_error for finding in other.findings.all()):
            return None
        if any(module not in other.modules for module in other.declared.modules):
            return None
        emitted = self._emit(other)
        return _bicep_template(other, emitted) if emitted else None

    def _json_template(self, model: FileModel, path: str, at: int) -> ModuleTemplate | None:
        content = read_file(self._read, path, model.findings, at)
        if content is None:
            return None
        try:
            template = json.loads(content.decode("utf-8-sig"))
        except ValueError as error:
            model.findings.error("OCT345", at, f"the file `{path}` is not JSON: {error}")
            return None
        if not isinstance(template, dict) or "resources" not in template:
            model.findings.error("OCT345", at, f"the file `{path}` is not an ARM template")
            return None
        return _json_module(template)


def _bicep_template(model: FileModel, emitted: Emitted) -> ModuleTemplate:
    declared = model.declared
    types = {
        symbol.name: symbol.node.type.name
        for symbol in declared.parameters
        if isinstance(symbol.node.type, NamedType) and model.symbol_of(symbol.node.type) is None
    }
    return ModuleTemplate(
        emitted.template,
        emitted.places,
        {symbol.name: checks.is_required(model, symbol) for symbol in declared.parameters},
        types,
        {symbol.name: checks.is_secure_output(model, symbol) for symbol in declared.outputs},
        model.target_scope,
        model,
    )


def _json_module(template: dict[str, Any]) -> ModuleTemplate:
    parameters: dict[str, Any] = template.get("parameters") or {}
    outputs: dict[str, Any] = template.get("outputs") or {}
    schema = str(template.get("$schema", "")).rstrip("#").rpartition("/")[2].lower()
    return ModuleTemplate(
        template,
        SourceMap(),
        {
            name: "defaultValue" not in body and not body.get("nullable")
            for name, body in parameters.items()
        },
        {},
        {
            name: str(body.get("type", "")).lower().startswith("secure")
            for name, body in outputs.items()
        },
        _SCOPE_OF_SCHEMA.get(schema, ""),
        None,
    )
