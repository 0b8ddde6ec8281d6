"""The runbook `DEPLOY.md`: Markdown for the person who deploys, made from the same stack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from octoha_templates.config.model import KeyVaultReferences, Stack
from octoha_templates.config.plan import flow_matrix
from octoha_templates.rendering.components import Component, components_of, kind_of
from octoha_templates.rendering.modules import context_of, render_text

_FRAGMENT = "DEPLOY.md.j2"

# Azure Monitor alerts belong to a provider that no resource type of a template names.
_ALWAYS = "Microsoft.AlertsManagement"
# Nobody has to register what deployments and role assignments themselves are.
_OWN = frozenset({"Microsoft.Authorization", "Microsoft.Resources"})


@dataclass(frozen=True, slots=True)
class SecretParameter:
    """A secure parameter, and where its value comes from.

    Attributes:
        parameter: Its name in the template.
        variable: The environment variable that a `.bicepparam` file reads.
        vault: The secret in the operator's vault.
        meaning: What it is, for people.
    """

    parameter: str
    variable: str
    vault: str
    meaning: str


def render_runbook(
    stack: Stack,
    components: Sequence[Component],
    environments: Sequence[str],
    secrets: Sequence[SecretParameter],
    resource_types: Iterable[str],
) -> str:
    """Render the runbook of a stack or of one component.

    Args:
        stack: The stack.
        components: What the folder deploys.
        environments: The environments that have parameter files.
        secrets: The secure parameters of the template, in order.
        resource_types: What the template deploys, nested templates included.

    Returns:
        Markdown.

    Raises:
        RenderError: The fragment cannot be rendered.
    """
    whole = tuple(components) == components_of(stack)
    values = {
        **context_of(stack, tuple(components)),
        "whole": whole,
        "titles": [component.title for component in components],
        "environments": environments,
        "secure_parameters": secrets,
        "has_octopus_secrets": any(each.parameter == "octopusMasterKey" for each in secrets),
        "has_certificate": any(each.parameter == "portalCertificatePfx" for each in secrets),
        "secrets_kind": kind_of(stack.secrets),
        "vault_name": _vault_name(stack),
        "providers": sorted({_ALWAYS, *(each.split("/")[0] for each in resource_types)} - _OWN),
        "node_count": len(stack.node_names),
        "matrix": flow_matrix(stack) if whole else (),
    }
    return render_text(_FRAGMENT, values)


def _vault_name(stack: Stack) -> str:
    if isinstance(stack.secrets, KeyVaultReferences):
        return stack.secrets.vault_id.rsplit("/", 1)[-1]
    return ""
