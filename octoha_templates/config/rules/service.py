"""Rules about ports, and what the stack is given from outside.

Source: octopus.com/docs, "Installation", ports; learn.microsoft.com, "Load Balancer limits".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import KeyVaultReferences
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_PORTAL_PORTS: Final = (80, 443)
_PORTS_OF_WINDOWS: Final = {
    135: "RPC",
    139: "NetBIOS",
    445: "SMB",
    3389: "remote desktop",
    5985: "WinRM",
    5986: "WinRM",
    47001: "WinRM",
}


@reads("octopus.polling_port", "octopus.grpc_port")
def ports_of_nodes(site: Site) -> Iterator[Diagnostic]:
    """The ports that a node listens on are different from each other and from what Windows uses."""
    octopus = site.stack.octopus
    for key, port in (
        ("polling_port", octopus.polling_port),
        ("grpc_port", octopus.grpc_port),
    ):
        owner = "the portal" if port in _PORTAL_PORTS else _PORTS_OF_WINDOWS.get(port)
        if owner:
            path = f"octopus.{key}"
            yield site.error(
                "OCT180",
                f"`{path}` is {port}, the port of {owner} on every node",
                site.at(path),
                "take a free port; Octopus uses 10943 for polling and 8443 for gRPC",
            )
    if octopus.polling_port == octopus.grpc_port:
        yield site.error(
            "OCT180",
            f"`octopus.polling_port` and `octopus.grpc_port` are both {octopus.grpc_port}",
            site.at("octopus.grpc_port", "octopus.polling_port"),
            "take two ports",
        )


@reads("secrets")
def vault_is_a_vault(site: Site) -> Iterator[Diagnostic]:
    """The resource that secrets are referenced from is a Key Vault."""
    secrets = site.stack.secrets
    if isinstance(secrets, KeyVaultReferences) and (
        "/providers/microsoft.keyvault/vaults/" not in secrets.vault_id.lower()
        or secrets.vault_id.count("/") != 8
    ):
        yield site.error(
            "OCT183",
            "`secrets.vault_id` is not the resource ID of a Key Vault",
            site.at("secrets.vault_id"),
            "az keyvault show --name NAME --query id prints it",
        )


SERVICE_RULES: tuple[Rule, ...] = (
    ports_of_nodes,
    vault_is_a_vault,
)
