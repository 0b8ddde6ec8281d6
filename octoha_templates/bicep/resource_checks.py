"""Checks the bodies of resources and modules, as far as that needs no types of resources."""

from __future__ import annotations

from typing import Final

from octoha_templates.bicep.findings import did_you_mean
from octoha_templates.bicep.model import FileModel, ModuleTemplate
from octoha_templates.bicep.resources import has_extension
from octoha_templates.bicep.symbols import ModuleSymbol, ResourceSymbol, spreads
from octoha_templates.bicep.syntax import (
    Array,
    Boolean,
    Expression,
    For,
    Integer,
    Interpolation,
    Member,
    Name,
    NamedType,
    Object,
    Parenthesised,
    Property,
    String,
)
from octoha_templates.bicep.walk import descendants
from octoha_templates.diagnostics import Related

_MODULE_PROPERTIES: Final = (
    "name",
    "params",
    "scope",
    "dependsOn",
    "identity",
    "extensionConfigs",
)
_ARM_TYPES: Final = {"string": "a string", "int": "a whole number", "bool": "true or false",
                     "object": "an object", "array": "an array"}  # fmt: skip


def check_bodies(model: FileModel) -> None:
    """Check every resource and module of a file."""
    for resource in model.declared.all_resources():
        _check_resource(model, resource)
    for module in model.declared.modules:
        _check_module(model, module)
    _check_outputs(model)
    _check_values(model)


def _check_values(model: FileModel) -> None:
    """Report defaults and outputs that are of another type than declared."""
    declared = model.declared
    pairs = [(symbol.name, symbol.node.type, symbol.node.default) for symbol in declared.parameters]
    pairs += [(symbol.name, symbol.node.type, symbol.node.value) for symbol in declared.outputs]
    for name, kind, value in pairs:
        wanted = kind.name if isinstance(kind, NamedType) and not model.symbol_of(kind) else ""
        given = literal_kind(value) if value is not None else ""
        if value is not None and wanted in _ARM_TYPES and given and given != wanted:
            message = f"`{name}` is {_ARM_TYPES[wanted]}, not {_ARM_TYPES[given]}"
            model.findings.error("OCT349", value.start, message)


def _check_resource(model: FileModel, resource: ResourceSymbol) -> None:
    if resource.body is None:
        return
    _check_repeated(model, resource.body)
    is_azure = "/" in resource.type and not has_extension(model)
    if is_azure and resource.find("name") is None and not spreads(resource.body):
        message = f"the resource `{resource.name}` has no name"
        model.findings.error("OCT348", resource.node.name.start, message, "add the property `name`")


def _check_repeated(model: FileModel, body: Object) -> None:
    """Report properties that are there twice."""
    seen: dict[str, Property] = {}
    for node in body.members:
        if isinstance(node, Property) and node.name is not None:
            first = seen.setdefault(node.name.lower(), node)
            if first is not node:
                place = model.findings.source.location(first.start)
                message = f"the property `{node.name}` is there twice"
                related = (Related("the first one", place),)
                model.findings.error("OCT331", node.start, message, "remove one of them", related)


def _check_module(model: FileModel, module: ModuleSymbol) -> None:
    if module.body is None:
        return
    _check_repeated(model, module.body)
    for member in module.body.members:
        name = member.name if isinstance(member, Property) else None
        if name is not None and name not in _MODULE_PROPERTIES:
            hint = (
                did_you_mean(name, _MODULE_PROPERTIES)
                or "a module has name, params, scope, dependsOn"
            )
            message = f"a module has no property `{name}`"
            model.findings.error("OCT347", member.start, message, hint)
        elif name == "extensionConfigs":
            model.findings.refuse("OCT392", member.start, "`extensionConfigs` of a module")
    template = model.modules.get(module)
    if template is not None:
        _check_params(model, module, template)


def _check_params(model: FileModel, module: ModuleSymbol, template: ModuleTemplate) -> None:
    written = module.find("params")
    params = written.value if written else None
    given: set[str] = set()
    if isinstance(params, Object):
        _check_repeated(model, params)
        for member in params.members:
            if isinstance(member, Property) and member.name is not None:
                given.add(member.name)
                _check_param(model, module, template, member)
        if spreads(params):
            return
    elif params is not None:
        return
    missing = [
        name for name, required in template.parameters.items() if required and name not in given
    ]
    if missing:
        at = written.start if written else module.node.name.start
        listed = ", ".join(f"`{name}`" for name in missing)
        message = f"the module `{module.name}` is not given {listed}"
        model.findings.error(
            "OCT346",
            at,
            message,
            "add it to `params`, or give it a default in the module",
        )


def _check_param(
    model: FileModel, module: ModuleSymbol, template: ModuleTemplate, member: Property
) -> None:
    name = member.name or ""
    if name not in template.parameters:
        hint = did_you_mean(name, template.parameters)
        message = f"the module `{module.name}` has no parameter `{name}`"
        model.findings.error("OCT347", member.start, message, hint)
        return
    wanted = template.parameter_types.get(name)
    kind = literal_kind(member.value)
    if wanted in _ARM_TYPES and kind and kind != wanted:
        message = f"the parameter `{name}` is {_ARM_TYPES[wanted]}, not {_ARM_TYPES[kind]}"
        model.findings.error("OCT349", member.value.start, message)


def literal_kind(node: Expression) -> str:
    """Say which type a literal has; empty for anything else."""
    match node:
        case Parenthesised(expression=inner):
            return literal_kind(inner)
        case String() | Interpolation():
            return "string"
        case Boolean():
            return "bool"
        case Integer():
            return "int"
        case Object():
            return "object"
        case Array() | For():
            return "array"
        case _:
            return ""


def _check_outputs(model: FileModel) -> None:
    """Report outputs that a module does not have."""
    for statement in model.program.statements:
        for node in descendants(statement):
            if not isinstance(node, Member) or not isinstance(node.base, Member):
                continue
            outputs = node.base
            symbol = model.symbol_of(outputs.base) if isinstance(outputs.base, Name) else None
            if not isinstance(symbol, ModuleSymbol) or outputs.name.name != "outputs":
                continue
            template = model.modules.get(symbol)
            if template is not None and node.name.name not in template.outputs:
                message = f"the module `{symbol.name}` has no output `{node.name.name}`"
                hint = did_you_mean(node.name.name, template.outputs)
                model.findings.error("OCT355", node.name.start, message, hint)
