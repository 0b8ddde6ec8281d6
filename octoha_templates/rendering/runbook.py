"""The runbook `DEPLOY.md`: Markdown for the person who deploys, made from the same stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from octoha_templates.config.model import KeyVaultReferences, Stack
from octoha_templates.rendering.components import Component, components_of, kind_of
from octoha_templates.rendering.modules import render_text

_FRAGMENT = "DEPLOY.md.j2"

# What the secure parameters are, for people.
_MEANINGS = {
    "octopusMasterKey": "master key of Octopus: 16 random bytes in base64",
    "octopusLicenseBase64": "the licence XML in base64",
    "octopusAdministratorPassword": "password of the first Octopus administrator",
    "nodesAdministratorPassword": "password of the local administrator of the nodes",
    "adminPassword": "password of the local administrator of the nodes",
    "portalCertificatePfx": "certificate of the portal: a PFX without password, in base64",
    "sqlAdministratorPassword": "password of the SQL administrator",
    "administratorPassword": "password of the SQL administrator",
}

# Source: Azure documentation, "Resource providers for Azure services".
_PROVIDERS = (
    "Microsoft.AlertsManagement",
    "Microsoft.Compute",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.Maintenance",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.RecoveryServices",
    "Microsoft.Sql",
    "Microsoft.Storage",
)


@dataclass(frozen=True, slots=True)
class SecretParameter:
    """A secure parameter, and where its value comes from.

    Attributes:
        parameter: Its name in the template.
        variable: The environment variable that a `.bicepparam` file reads.
        vault: The secret in the operator's vault.
    """

    parameter: str
    variable: str
    vault: str

    @property
    def meaning(self) -> str:
        """Say what it is."""
        return _MEANINGS.get(self.parameter, "a secret of this template")


def render_runbook(
    stack: Stack,
    components: Sequence[Component],
    environments: Sequence[str],
    secrets: Sequence[SecretParameter],
) -> str:
    """Render the runbook of a stack or of one component.

    Args:
        stack: The stack.
        components: What the folder deploys.
        environments: The environments that have parameter files.
        secrets: The secure parameters of the template, in order.

    Returns:
        Markdown.

    Raises:
        RenderError: The fragment cannot be rendered.
    """
    values = {
        **{field: getattr(stack, field) for field in stack.__struct_fields__},
        "whole": tuple(components) == components_of(stack),
        "components": components,
        "titles": [component.title for component in components],
        "environments": environments,
        "secrets": secrets,
        "has_octopus_secrets": any(each.parameter == "octopusMasterKey" for each in secrets),
        "secrets_kind": kind_of(stack.secrets),
        "vault_name": _vault_name(stack),
        "providers": _PROVIDERS,
        "node_count": len(stack.node_names),
        "backup_kind": kind_of(stack.backup),
    }
    return render_text(_FRAGMENT, values)


def _vault_name(stack: Stack) -> str:
    if isinstance(stack.secrets, KeyVaultReferences):
        return stack.secrets.vault_id.rsplit("/", 1)[-1]
    return ""
