"""`.bicepparam` to parameters JSON: every value worked out while compiling.

ARM works nothing out in a parameter file, so variables, functions and `readEnvironmentVariable`
are evaluated here. What they may read is passed in, as everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from octoha_templates.bicep.checks import report_depth
from octoha_templates.bicep.compiler import Compilation
from octoha_templates.bicep.evaluate import Evaluator, NotKnownError
from octoha_templates.bicep.findings import did_you_mean
from octoha_templates.bicep.imports import resolve_imports
from octoha_templates.bicep.ir import FunctionCall, LambdaValue, Literal, Value
from octoha_templates.bicep.lower import Lowerer, NotLoweredError, qualified
from octoha_templates.bicep.model import FileModel, ModuleTemplate
from octoha_templates.bicep.syntax import Call, Extends, MethodCall, Node, Using

EXTERNAL: Final = frozenset({"externalInput", "readCliArg", "readEnvVar"})
PARAMETERS_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
)


def emit_parameters(
    compilation: Compilation, model: FileModel, environment: Mapping[str, str]
) -> dict[str, Any] | None:
    """Write the parameters JSON of a parameter file.

    Args:
        compilation: The run; compiles the file that `using` names.
        model: The parameter file, analysed.
        environment: The environment variables.

    Returns:
        The JSON, or None when there are errors.
    """
    template = _template(compilation, model)
    files = _with_extended(compilation, model)
    parameters: dict[str, Any] = {}
    for file in files:
        values = _Values(file, environment)
        for symbol in file.declared.assignments:
            if symbol.name not in parameters:
                parameters[symbol.name] = values.parameter(symbol.node.value)
    if template is not None:
        _check_fit(model, template, set(parameters))
    return {
        "$schema": PARAMETERS_SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
    }


def _template(compilation: Compilation, model: FileModel) -> ModuleTemplate | None:
    """Compile the file that the parameters are for."""
    using = next((item for item in model.program.statements if isinstance(item, Using)), None)
    if using is None:
        message = "a parameter file says which file it is for"
        model.findings.error("OCT357", 0, message, "start with `using 'main.bicep'`")
        return None
    if using.configuration is not None:
        model.findings.refuse("OCT392", using.start, "`using ... with`")
    return compilation.used_template(model, using.path) if using.path is not None else None


def _with_extended(compilation: Compilation, model: FileModel) -> list[FileModel]:
    """List a parameter file and those it extends; what comes first counts."""
    found = [model]
    for file in found:
        for statement in file.program.statements:
            other = None
            if isinstance(statement, Extends):
                other = compilation.extended(file, statement.path)
            if other is not None and other in found:
                message = f"`{file.path}` and `{other.path}` extend each other"
                file.findings.error("OCT342", statement.start, message)
            elif other is not None:
                found.append(other)
    return found


def _check_fit(model: FileModel, template: ModuleTemplate, given: set[str]) -> None:
    """Report parameters that the file does not have, and those it needs."""
    for symbol in model.declared.assignments:
        if symbol.name not in template.parameters:
            message = f"the file has no parameter `{symbol.name}`"
            hint = did_you_mean(symbol.name, template.parameters)
            model.findings.error("OCT357", symbol.node.name.start, message, hint)
    needed = [name for name, required in template.parameters.items() if required]
    missing = [name for name in needed if name not in given]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        message = f"{listed} must be given a value"
        model.findings.error("OCT357", 0, message, "add `param name = value`")


class _Values:
    """Works out the values of one parameter file."""

    def __init__(self, model: FileModel, environment: Mapping[str, str]) -> None:
        self.model = model
        self.environment = environment
        self.imported = resolve_imports(model)
        self.lowerer = Lowerer(model)

    def parameter(self, node: Node) -> dict[str, Any] | None:
        """Write one parameter: its value, or the place of a secret."""
        if isinstance(node, Call | MethodCall) and node.name.name == "getSecret":
            return self._reference(node)
        value = self._value(node)
        return None if isinstance(value, NotKnownError) else {"value": value}

    def _value(self, node: Node) -> Any:
        try:
            return Evaluator(self._known).value(self.lowerer.lower(node))
        except RecursionError:
            report_depth(self.model)
            return NotKnownError("")
        except NotLoweredError as error:
            self.model.findings.refuse("OCT393", error.node.start, error.what)
            return NotKnownError("")
        except NotKnownError as error:
            message = f"the value is not known while compiling: {error}"
            self.model.findings.error("OCT358", node.start, message)
            return error

    def _known(self, call: FunctionCall) -> Value | None:
        """Give what the functions of a parameter file stand for."""
        name = call.name
        first = call.arguments[0] if call.arguments else None
        if name == "variables" and isinstance(first, Literal):
            return self._variable(str(first.value))
        if "." in name:
            return self._user_function(name)
        if name in EXTERNAL:
            raise NotLoweredError(Node(0, 0), f"`{name}()`")
        if name == "readEnvironmentVariable" and isinstance(first, Literal):
            found = self.environment.get(str(first.value))
            if found is not None:
                return Literal(found)
            if len(call.arguments) > 1:
                return call.arguments[1]
            raise NotKnownError(f"the environment variable `{first.value}` is not set")
        return None

    def _variable(self, name: str) -> Value | None:
        """Find a variable, one that was imported, or the content of a file."""
        for symbol in self.model.declared.variables:
            if symbol.name == name:
                return self.lowerer.lower(symbol.node.value)
        for loaded in self.model.file_variables.values():
            if loaded.name == name:
                return loaded.value
        found = (other.value() for other in self.imported.variables if other.name == name)
        return next(found, None)

    def _user_function(self, name: str) -> Value | None:
        """Find a function that was imported."""
        for found in self.imported.functions:
            if qualified(found.name) == name:
                node = found.symbol.node
                names = tuple(parameter.name.name for parameter in node.parameters)
                return LambdaValue(names, Lowerer(found.model).lower(node.body))
        return None

    def _reference(self, node: Call | MethodCall) -> dict[str, Any] | None:
        parts = [self._value(argument) for argument in node.arguments]
        if any(isinstance(part, NotKnownError) for part in parts) or len(parts) < 4:
            return None
        subscription, group, vault, secret = parts[:4]
        place = f"/subscriptions/{subscription}/resourceGroups/{group}"
        reference: dict[str, Any] = {
            "keyVault": {"id": f"{place}/providers/Microsoft.KeyVault/vaults/{vault}"},
            "secretName": secret,
        }
        if len(parts) > 4:
            reference["secretVersion"] = parts[4]
        return {"reference": reference}
