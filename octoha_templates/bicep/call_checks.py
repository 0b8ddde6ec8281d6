"""Checks calls: does the function exist, may it stand there, has it the right number of arguments."""

from __future__ import annotations

from octoha_templates.bicep.findings import did_you_mean
from octoha_templates.bicep.functions import (
    FUNCTIONS,
    MANY,
    PARAMETER_FILE_ONLY,
    KnownFunction,
    find_function,
)
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.symbols import (
    FunctionSymbol,
    NamespaceSymbol,
    ResourceSymbol,
)
from octoha_templates.bicep.syntax import (
    Call,
    Decorator,
    Function,
    MethodCall,
    Node,
    Parameter,
)
from octoha_templates.bicep.walk import children

_ONLY_IN_DEFAULTS = frozenset({"newGuid", "utcNow"})


def check_calls(model: FileModel) -> None:
    """Check every call of a file."""
    for statement in model.program.statements:
        in_default = isinstance(statement, Parameter)
        if isinstance(statement, Function):
            _visit(model, statement.body, in_default=True)
        else:
            _visit(model, statement, in_default=in_default)


def _visit(model: FileModel, node: Node, *, in_default: bool) -> None:
    if isinstance(node, Decorator):
        for argument in node.arguments:
            _visit(model, argument, in_default=in_default)
        return
    if isinstance(node, Call):
        _check_call(model, node, in_default=in_default)
    elif isinstance(node, MethodCall):
        _check_method(model, node, in_default=in_default)
    for child in children(node):
        _visit(model, child, in_default=in_default)


def _check_call(model: FileModel, node: Call, *, in_default: bool) -> None:
    symbol = model.symbol_of(node)
    if isinstance(symbol, FunctionSymbol):
        count = len(symbol.node.parameters)
        _check_count(model, node, KnownFunction(symbol.name, count, count))
    elif symbol is None:
        _check_known(model, node, "", in_default=in_default)


def _check_method(model: FileModel, node: MethodCall, *, in_default: bool) -> None:
    base = model.symbol_of(node.base)
    if isinstance(base, NamespaceSymbol):
        _check_known(model, node, base.name, in_default=in_default)
    elif isinstance(base, ResourceSymbol):
        name = node.name.name
        if name != "getSecret" and not name.startswith("list"):
            message = f"a resource has no function `{name}`"
            hint = did_you_mean(name, ["getSecret", "listKeys", "listSecrets"])
            model.findings.error("OCT337", node.name.start, message, hint)


def _check_known(
    model: FileModel, node: Call | MethodCall, namespace: str, *, in_default: bool
) -> None:
    """Check a call of a function of the language."""
    name = node.name.name
    found = find_function(name)
    at = node.name.start
    if found is None or (namespace and found.namespace != namespace):
        users = [symbol.name for symbol in model.declared.functions]
        hint = did_you_mean(name, [*FUNCTIONS, *users])
        model.findings.error("OCT337", at, f"there is no function `{name}`", hint)
        return
    _check_count(model, node, found)
    if name in PARAMETER_FILE_ONLY and not model.program.is_parameter_file:
        message = f"`{name}()` stands in parameter files only"
        model.findings.error("OCT356", at, message, "read it in a .bicepparam file")
    elif name in _ONLY_IN_DEFAULTS and not in_default:
        message = f"`{name}()` stands in the default value of a parameter only"
        model.findings.error("OCT356", at, message, "add a parameter with it as the default")


def _check_count(model: FileModel, node: Call | MethodCall, found: KnownFunction) -> None:
    count = len(node.arguments)
    if found.least <= count <= found.most:
        return
    if found.most == MANY:
        wanted = f"{found.least} or more arguments"
    elif found.least == found.most:
        wanted = f"{found.least} argument{'' if found.least == 1 else 's'}"
    else:
        wanted = f"{found.least} to {found.most} arguments"
    message = f"`{found.name}()` takes {wanted}, not {count}"
    model.findings.error("OCT338", node.name.start, message)
