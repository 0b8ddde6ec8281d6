"""Octopus Server itself, and where its secrets come from when it is deployed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import Email, HostName, Part, Port, ResourceId


class Administrator(Part, frozen=True, kw_only=True):
    """The first Octopus administrator; the password is a secure parameter, never config."""

    username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._@-]{1,64}$",
            description="User name of the administrator.",
        ),
    ] = "octoadmin"
    email: Annotated[Email, Meta(description="E-mail address of the administrator.")]


class Installer(Part, frozen=True, kw_only=True):
    """Where the nodes take the Octopus Server MSI from, and how they know it is the right one.

    Source: octopus.com/docs, "Automate installation": the versioned download address.
    """

    base_url: Annotated[
        str,
        Meta(
            pattern=r"^https://[^\s'\"<>`{}|\\^]+[^/\s'\"<>`{}|\\^]$",
            max_length=1024,
            description="Folder of Octopus.<version>-x64.msi; a mirror in a closed network.",
        ),
    ] = "https://download.octopusdeploy.com/octopus"
    sha256: (
        Annotated[
            str,
            Meta(
                pattern=r"^[0-9a-fA-F]{64}$",
                description="SHA-256 of the MSI. Without it the Authenticode signature alone "
                "decides.",
                examples=["0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"],
            ),
        ]
        | None
    ) = None


class Octopus(Part, frozen=True, kw_only=True):
    """Octopus Server itself: version, licence tier, portal and ports."""

    version: Annotated[
        str,
        Meta(
            pattern=r"^20[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,6}$",
            description="Exact Octopus Server version; every node runs the same one.",
            examples=["2026.3.12345"],
        ),
    ]
    host_name: Annotated[HostName, Meta(description="DNS name of the portal, in lower case.")]
    administrator: Administrator
    license_tier: Annotated[
        Literal["professional", "enterprise"],
        Meta(description="Professional allows 2 nodes, Enterprise any number."),
    ] = "enterprise"
    installer: Installer = Installer()
    polling_port: Annotated[Port, Meta(description="Port of polling Tentacles on every node.")] = (
        10943
    )
    grpc_port: Annotated[
        Port, Meta(description="gRPC port for Kubernetes agents and Argo CD gateways.")
    ] = 8443
    hsts: Annotated[bool, Meta(description="Send HTTP Strict Transport Security.")] = False
    send_telemetry: Annotated[bool, Meta(description="Let Octopus send usage telemetry.")] = False


class EnvironmentVariables(
    Part, frozen=True, kw_only=True, tag="environment-variables", tag_field="kind"
):
    """Secrets come from environment variables of the person or pipeline that deploys."""


class KeyVaultReferences(
    Part, frozen=True, kw_only=True, tag="key-vault-references", tag_field="kind"
):
    """Secrets come from an operator's Key Vault, referenced by the parameter files."""

    vault_id: Annotated[ResourceId, Meta(description="Resource ID of the operator's Key Vault.")]


Secrets = EnvironmentVariables | KeyVaultReferences
