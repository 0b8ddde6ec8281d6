"""What compiles and should be mended: the warnings, as the official linter gives them by default.

A warning is taken away by `#disable-next-line` with our code or with the official linter's name
for the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.bicep.decorators import find_decorator
from octoha_templates.bicep.dependencies import resolve_dependencies
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.symbols import (
    ModuleSymbol,
    OutputSymbol,
    ParameterSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import (
    Array,
    Call,
    Decorator,
    Interpolation,
    Metadata,
    MethodCall,
    Name,
    NamedType,
    NestedAccess,
    Node,
    Object,
    Property,
    String,
)
from octoha_templates.bicep.walk import children, descendants
from octoha_templates.codes import CATALOGUE
from octoha_templates.diagnostics import Diagnostic

_CLOUD_HOSTS: Final = re.compile(
    r"(?<![A-Za-z0-9-])(?:"
    r"api\.loganalytics\.io|asazure\.windows\.net|azuredatalakeanalytics\.net|"
    r"azuredatalakestore\.net|batch\.core\.windows\.net|core\.windows\.net|database\.windows\.net|"
    r"datalake\.azure\.net|gallery\.azure\.com|graph\.windows\.net|login\.microsoftonline\.com|"
    r"(?<!schema\.)management\.azure\.com|management\.core\.windows\.net|trafficmanager\.net|"
    r"vault\.azure\.net)(?![A-Za-z0-9-])",
    re.IGNORECASE,
)


def lint(model: FileModel) -> None:
    """Look for everything that is worth a warning."""
    if model.program.is_parameter_file:
        return
    _unused(model)
    for parameter in model.declared.parameters:
        _secure_default(model, parameter)
    for output in model.declared.outputs:
        _secret_output(model, output)
    for statement in model.program.statements:
        if not isinstance(statement, Metadata):
            for node in _values(statement):
                _expression(model, node)
    _unnecessary_dependencies(model)


def _values(node: Node) -> Iterator[Node]:
    """Give every node below one but those of decorators."""
    for child in children(node):
        if not isinstance(child, Decorator):
            yield child
            yield from _values(child)


# --- Declarations ---------------------------------------------------------------------------------


def _unused(model: FileModel) -> None:
    declared, findings = model.declared, model.findings
    for parameter in declared.parameters:
        if parameter not in declared.used:
            at = parameter.node.name.start
            findings.warn(
                "OCT360", at, f"nothing reads the parameter `{parameter.name}`", "remove it"
            )
    for variable in declared.variables:
        exported = find_decorator(variable.node.decorators, "export")
        if variable not in declared.used and not exported:
            at = variable.node.name.start
            findings.warn(
                "OCT361", at, f"nothing reads the variable `{variable.name}`", "remove it"
            )
    for resource in declared.all_resources():
        if resource.existing and resource not in declared.used and not resource.nested:
            at = resource.node.name.start
            message = f"nothing refers to the existing resource `{resource.name}`"
            findings.warn("OCT369", at, message, "remove it")


def _secure_default(model: FileModel, parameter: ParameterSymbol) -> None:
    default = parameter.node.default
    if default is None or not find_decorator(parameter.node.decorators, "secure"):
        return
    is_text = isinstance(default, String) and bool(default.value)
    is_object = isinstance(default, Object) and bool(default.members)
    if is_text or is_object or isinstance(default, Interpolation):
        message = f"the default of `{parameter.name}` is a secret that everybody can read"
        model.findings.warn("OCT364", default.start, message, "remove the default")


def _secret_output(model: FileModel, output: OutputSymbol) -> None:
    if find_decorator(output.node.decorators, "secure"):
        return
    for node in descendants(output.node.value):
        secret = _secret(model, node)
        if secret:
            message = f"the output `{output.name}` holds a secret: {secret}"
            hint = "keep it in a key vault, or put `@secure()` before the output"
            model.findings.warn("OCT363", output.node.start, message, hint)
            return


def _secret(model: FileModel, node: Node) -> str:
    """Say which secret an expression is; empty for none."""
    if isinstance(node, Name):
        symbol = model.symbol_of(node)
        if isinstance(symbol, ParameterSymbol) and find_decorator(symbol.node.decorators, "secure"):
            return f"the parameter `{symbol.name}`"
    if isinstance(node, Call | MethodCall) and re.match(r"list[A-Z]", node.name.name):
        return f"what `{node.name.name}()` gives"
    return ""


# --- Expressions ----------------------------------------------------------------------------------


def _expression(model: FileModel, node: Node) -> None:
    match node:
        case String(value=text):
            _address(model, node, text)
        case Interpolation(segments=segments):
            for segment in segments:
                _address(model, node, segment)
            parent = model.declared.parents.get(node)
            if not isinstance(parent, Property) or parent.key is not node:
                _needless(model, node)
        case Call(name=name, arguments=arguments) if name.name == "concat":
            if any(isinstance(argument, String | Interpolation) for argument in arguments):
                message = "a string with `${}` is easier to read than `concat()`"
                model.findings.warn("OCT366", node.start, message, "write '...${...}'")
        case Property(value=String(value=text)) if node.name == "adminUsername" and text:
            message = "the name of the administrator stands in the file"
            model.findings.warn("OCT368", node.value.start, message, "make it a parameter")
        case _:
            pass


def _address(model: FileModel, node: Node, text: str) -> None:
    found = _CLOUD_HOSTS.search(text)
    if found:
        message = f"the address `{found[0]}` is right in one Azure cloud only"
        hint = "take it from `environment()`"
        model.findings.warn("OCT362", node.start, message, hint)


def _needless(model: FileModel, node: Interpolation) -> None:
    if any(node.segments) or len(node.expressions) != 1 or node.multi_line:
        return
    inner = node.expressions[0]
    symbol = model.symbol_of(inner)
    is_text = False
    if isinstance(symbol, ParameterSymbol):
        kind = symbol.node.type
        is_text = isinstance(kind, NamedType) and kind.name == "string"
    elif isinstance(symbol, VariableSymbol):
        is_text = isinstance(symbol.node.value, String | Interpolation)
    if is_text and isinstance(inner, Name):
        message = f"the string is nothing but `{inner.name}`"
        model.findings.warn("OCT367", node.start, message, f"write {inner.name}")


# --- Dependencies ---------------------------------------------------------------------------------


def _unnecessary_dependencies(model: FileModel) -> None:
    """Report what is waited for because it is used, and written in `dependsOn` as well."""
    symbols: list[ResourceSymbol | ModuleSymbol] = [
        *model.declared.all_resources(),
        *model.declared.modules,
    ]
    written = [symbol for symbol in symbols if symbol.find("dependsOn")]
    if not written:
        return
    implied = resolve_dependencies(model, explicit=False)
    for symbol in written:
        entries = symbol.find("dependsOn")
        targets: set[Symbol] = {use.target for use in implied.get(symbol, ()) if use.index is None}
        if entries is not None and isinstance(entries.value, Array):
            for item in entries.value.items:
                _unnecessary(model, symbol, item, targets)


def _unnecessary(
    model: FileModel, symbol: ResourceSymbol | ModuleSymbol, item: Node, targets: set[Symbol]
) -> None:
    if not isinstance(item, Name | NestedAccess):
        return
    target = model.symbol_of(item)
    if (
        isinstance(target, ResourceSymbol | ModuleSymbol)
        and target in targets
        and not target.is_loop
    ):
        message = f"`{symbol.name}` waits for `{target.name}` already, because it uses it"
        model.findings.warn("OCT365", item.start, message, "remove the entry")


# --- Comments that take warnings away -------------------------------------------------------------


def shown(model: FileModel) -> list[Diagnostic]:
    """Give the findings about a file that no comment takes away; errors always stay."""
    found = model.findings.all()
    if not model.program.pragmas or not found:
        return list(found)
    source = model.program.source
    next_lines: dict[int, set[str]] = {}
    ranges: list[tuple[int, str, bool]] = []
    for pragma in model.program.pragmas:
        line = source.line(pragma.start)
        if pragma.kind == "disable-next-line":
            next_lines.setdefault(line + 1, set()).update(pragma.codes)
        else:
            starts = pragma.kind == "disable-diagnostics"
            ranges.extend((line, code, starts) for code in pragma.codes)
    return [item for item in found if item.is_error or not _hidden(item, next_lines, ranges)]


def _hidden(
    item: Diagnostic, next_lines: dict[int, set[str]], ranges: list[tuple[int, str, bool]]
) -> bool:
    line = item.location.line if item.location else 0
    entry = CATALOGUE.get(item.code)
    names = {item.code, entry.bcp if entry else item.code}
    if names & next_lines.get(line, set()):
        return True
    off = False
    for start, code, starts in ranges:
        if start < line and code in names:
            off = starts
    return off
