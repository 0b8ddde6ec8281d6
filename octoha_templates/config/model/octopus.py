"""Octopus Server itself, and where its secrets come from when it is deployed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    SHAPE,
    Email,
    HostName,
    Part,
    Port,
    ResourceId,
)

CidrOrAddress = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}(/[0-9]{1,2})?$",
        description="IPv4 address, or IPv4 range in CIDR notation.",
        examples=["10.20.2.0/24"],
    ),
]


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


class PfxCertificate(Part, frozen=True, kw_only=True, tag="pfx", tag_field="kind"):
    """The portal's certificate is a PFX that is given with every deployment."""


class KeyVaultCertificate(Part, frozen=True, kw_only=True, tag="key-vault", tag_field="kind"):
    """The portal's certificate lies in a Key Vault of yours, which renews it; the nodes follow."""

    vault_id: Annotated[ResourceId, Meta(description="Resource ID of the certificate's vault.")]
    certificate_name: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Za-z-]{1,127}$",
            description="Name of the certificate in the vault; its content type is PKCS #12.",
            examples=["octopus-portal"],
        ),
    ]
    assign_role: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Let the nodes read this certificate; false when somebody else assigns "
            "the role.",
        ),
    ] = True
    private_endpoint: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Make a private endpoint for the vault in the network of the stack.",
        ),
    ] = True


class SelfSignedCertificate(Part, frozen=True, kw_only=True, tag="self-signed", tag_field="kind"):
    """For a trial: a self-signed PFX that is given with every deployment; no browser trusts it."""


class NoCertificate(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """No certificate: a finding says how to get one, because the portal is HTTPS only."""


Certificate = PfxCertificate | KeyVaultCertificate | SelfSignedCertificate | NoCertificate


class LocalSystem(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """Octopus runs as LocalSystem, which is the computer account to other machines."""

    @property
    def name(self) -> str:
        """The account with its domain; empty for LocalSystem."""
        return ""


class UserAccount(Part, frozen=True, kw_only=True, tag="user", tag_field="kind"):
    """Octopus runs as an account of the domain, whose password is a secure parameter."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}\\[A-Za-z0-9._-]{1,20}$",
            description="The account, as DOMAIN\\name.",
            examples=["CONTOSO\\svc-octopus"],
        ),
    ]


class GroupManagedAccount(Part, frozen=True, kw_only=True, tag="group-managed", tag_field="kind"):
    """Octopus runs as a group managed service account; the domain changes its password."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}\\[A-Za-z0-9._-]{1,15}\$$",
            description="The account, as DOMAIN\\name$.",
            examples=["CONTOSO\\gmsa-octopus$"],
        ),
    ]


ServiceAccount = LocalSystem | UserAccount | GroupManagedAccount


class Octopus(Part, frozen=True, kw_only=True):
    """Octopus Server itself: version, licence tier, portal, certificate, account and ports."""

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
    certificate: Certificate | None = PfxCertificate()
    service_account: ServiceAccount = LocalSystem()
    trusted_proxies: Annotated[
        tuple[CidrOrAddress, ...],
        Meta(
            max_length=50,
            description="Who else may name the caller's address in X-Forwarded-For; the load "
            "balancer's own addresses are added by themselves.",
        ),
    ] = ()
    hsts: Annotated[bool, Meta(description="Send HTTP Strict Transport Security.")] = False
    hsts_max_age_seconds: Annotated[
        int,
        Meta(
            ge=300,
            le=63072000,
            description="How long browsers remember that the portal is HTTPS only. Begin with an "
            "hour, 3600, and raise it when all works.",
        ),
    ] = 31556926
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
