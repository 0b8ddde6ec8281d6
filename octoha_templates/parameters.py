"""The parameter files: one set of values per environment, read off what `main.bicep` has as defaults.

A value thus has one way from `stack.yaml` to a parameter: the fragment. Rendering the stack of an
environment and comparing it with the base shows, too, whether its overlay changes more than values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from octoha_templates.bicep import compile_text
from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import Parameter
from octoha_templates.config.model import KeyVaultReferences, Stack
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.rendering.literals import bicep_literal
from octoha_templates.rendering.modules import RenderedModule, RenderedStack
from octoha_templates.rendering.runbook import SecretParameter

Json = dict[str, Any]
PARAMETERS_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
)
_SECURE = frozenset({"securestring", "secureobject"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """What one environment is deployed with.

    Attributes:
        values: The value of every parameter that is not secret, in the order of `main.bicep`.
        secrets: The names of the secure parameters with what they are, in that order.
    """

    values: Mapping[str, Any]
    secrets: Mapping[str, str]


def parameter_set(declared: Mapping[str, Json]) -> ParameterSet:
    """Read the values of an environment off the parameters of its compiled `main.bicep`.

    Args:
        declared: The `parameters` of the ARM template. Defaults that are expressions, such as one that
            asks Azure, stay with the template.
    """
    secrets = {
        name: _meaning(parameter)
        for name, parameter in declared.items()
        if parameter["type"].lower() in _SECURE
    }
    values = {
        name: _plain(parameter["defaultValue"])
        for name, parameter in declared.items()
        if name not in secrets
        and "defaultValue" in parameter
        and not _is_expression(parameter["defaultValue"])
    }
    return ParameterSet(values, secrets)


def declared_parameters(main: RenderedModule) -> Mapping[str, Json]:
    """Compile the parameters of a `main.bicep`, and nothing else of it.

    Raises:
        BicepError: They do not compile; only a folder of overrides can cause that.
    """
    template = compile_text(_parameters_only(main), file=main.path).template
    declared: Mapping[str, Json] = template.get("parameters", {})
    return declared


def shape_findings(
    base: RenderedStack, other: RenderedStack, environment: str, file: str
) -> Iterator[Diagnostic]:
    """Find where an environment asks for another template, not only for other values.

    One template serves every environment, so its overlay may change parameters and nothing else. The
    config refuses the keys known to do more; this finds what a folder of overrides makes of the others.
    """
    theirs = {module.path: module for module in other.modules}
    if sorted(theirs) != sorted(module.path for module in base.modules):
        yield _shape_finding(environment, "other components", file)
        return
    for module in base.modules:
        if _shape(module) != _shape(theirs[module.path]):
            yield _shape_finding(environment, f"another {module.path}", file)
            return


def parameters_json(values: ParameterSet, stack: Stack) -> Json:
    """Write the parameters the way `az deployment group create --parameters @file` takes them.

    Secrets become references to the operator's Key Vault when the stack names one; else they are left
    out and the Azure CLI asks for them.

    Source: Azure documentation, "Create Resource Manager parameter file" and "Use Azure Key Vault to
    pass secure parameter value during deployment".
    """
    parameters: Json = {name: {"value": value} for name, value in values.values.items()}
    if isinstance(stack.secrets, KeyVaultReferences):
        for name in values.secrets:
            parameters[name] = {
                "reference": {
                    "keyVault": {"id": stack.secrets.vault_id},
                    "secretName": secret_name(name),
                }
            }
    return {"$schema": PARAMETERS_SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters}


def parameters_bicep(values: ParameterSet, stack: Stack) -> str:
    """Write the parameters as a `.bicepparam` file for `main.bicep`.

    Secrets come from the operator's Key Vault, or from environment variables while the file is built.
    """
    lines = ["using 'main.bicep'", ""]
    lines += [f"param {name} = {bicep_literal(value)}" for name, value in values.values.items()]
    lines.append("")
    lines += [f"param {name} = {_secret_expression(name, stack)}" for name in values.secrets]
    return "\n".join(lines) + "\n"


def secret_name(parameter: str) -> str:
    """Name the secret in the operator's vault: `octopusMasterKey` is `octopus-master-key`."""
    return _HUMP.sub("-", parameter).lower()


def environment_variable(parameter: str) -> str:
    """Name the environment variable: `octopusMasterKey` is `OCTOHA_OCTOPUS_MASTER_KEY`."""
    return "OCTOHA_" + _HUMP.sub("_", parameter).upper()


def _secret_expression(parameter: str, stack: Stack) -> str:
    if isinstance(stack.secrets, KeyVaultReferences):
        _, _, subscription, _, group, *_, vault = stack.secrets.vault_id.split("/")
        parts = (subscription, group, vault, secret_name(parameter))
        return f"az.getSecret({', '.join(map(bicep_literal, parts))})"
    return f"readEnvironmentVariable({bicep_literal(environment_variable(parameter))})"


def secret_parameters(values: ParameterSet) -> tuple[SecretParameter, ...]:
    """Name the secure parameters with where their values come from, for the runbook."""
    return tuple(
        SecretParameter(name, environment_variable(name), secret_name(name), meaning)
        for name, meaning in values.secrets.items()
    )


def _meaning(parameter: Json) -> str:
    """Take the description of a parameter without the word that says whether it is required."""
    description = str(parameter.get("metadata", {}).get("description", ""))
    return description.split(". ", 1)[-1].rstrip(".")


def _parameters_only(main: RenderedModule) -> str:
    return "\n\n".join(main.text[node.start : node.end] for node in _parameter_nodes(main)) + "\n"


def _parameter_nodes(module: RenderedModule) -> tuple[Parameter, ...]:
    statements = parse(module.text, module.path).program.statements
    return tuple(node for node in statements if isinstance(node, Parameter))


def _shape(module: RenderedModule) -> str:
    """Give the text without the defaults of its parameters."""
    pieces: list[str] = []
    position = 0
    for node in _parameter_nodes(module):
        if node.default is not None:
            pieces.append(module.text[position : node.default.start])
            position = node.default.end
    return "".join((*pieces, module.text[position:]))


def _is_expression(value: Any) -> bool:
    """Say whether Azure would have to work something out, anywhere in the value."""
    return any(
        text.startswith("[") and not text.startswith("[[") and text.endswith("]")
        for text in _strings(value)
    )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _plain(value: Any) -> Any:
    """Undo ARM's escape of a leading bracket: parameter files hold values, not expressions."""
    if isinstance(value, str):
        return value[1:] if value.startswith("[[") and value.endswith("]") else value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _shape_finding(environment: str, what: str, file: str) -> Diagnostic:
    return Diagnostic(
        "OCT210",
        Severity.ERROR,
        f"the environment {environment} asks for {what}, but one template serves all environments",
        Location(file),
        hint="environments may change values only; a stack of another shape wants a config of its own",
    )


def stable_json(value: Any) -> bytes:
    """Write JSON that is the same bytes for the same value on every machine, in the order given."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
