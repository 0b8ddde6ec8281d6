"""Secrets at rest, monitoring and backup."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, ClockTime, Email, Part, ResourceId

_WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-logs"
    "/providers/Microsoft.OperationalInsights/workspaces/log-central"
)


class NewKeyVault(Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """The stack's own Key Vault: master key, licence, passwords, certificate, storage key."""

    sku: Annotated[
        Literal["standard", "premium"],
        Meta(description="premium keeps keys in hardware."),
    ] = "standard"
    soft_delete_retention_days: Annotated[
        int, Meta(ge=7, le=90, description="Days a deleted secret can be brought back.")
    ] = 90

    @property
    def writes_secrets(self) -> bool:
        """Whether the deployment writes the secrets that the nodes read."""
        return True

    @property
    def secret_prefix(self) -> str:
        """What the names of the secrets begin with."""
        return ""


class ExistingKeyVault(Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A vault of yours, in any resource group or subscription; its settings stay as they are."""

    vault_id: Annotated[ResourceId, Meta(description="Resource ID of the vault.")]
    write_secrets: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Write the secrets with every deployment; otherwise they have to be there.",
        ),
    ] = False
    assign_role: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Let the nodes read their secrets, one by one; false when somebody else "
            "assigns the role.",
        ),
    ] = True
    private_endpoint: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Make a private endpoint for the vault in the network of the stack.",
        ),
    ] = True
    secret_prefix: Annotated[
        str,
        Meta(
            pattern=r"^[0-9A-Za-z-]{0,60}$",
            description="What the names of the secrets begin with, where stacks share a vault.",
            examples=["prod-"],
        ),
    ] = ""

    @property
    def writes_secrets(self) -> bool:
        """Whether the deployment writes the secrets that the nodes read."""
        return self.write_secrets


class _AnyMonitoring(Part, frozen=True, kw_only=True):
    """What a workspace of the stack's own and one of yours have in common: the alerts."""

    alert_emails: Annotated[
        tuple[Email, ...], Meta(max_length=20, description="Who gets the alerts.")
    ] = ()
    cpu_percent: Annotated[
        int, Meta(ge=1, le=100, description="CPU of a node above which an alert fires.")
    ] = 85
    database_percent: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Load or size of the database above which an alert fires.",
        ),
    ] = 85
    share_percent: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Used part of the share above which an alert fires.",
        ),
    ] = 80


class LogAnalytics(
    _AnyMonitoring, frozen=True, kw_only=True, tag="log-analytics", tag_field="kind"
):
    """Log Analytics with agent, data collection rule and alerts."""

    retention_days: Annotated[int, Meta(ge=30, le=730, description="Days logs are kept.")] = 90


class ExistingLogAnalytics(
    _AnyMonitoring, frozen=True, kw_only=True, tag="existing", tag_field="kind"
):
    """A workspace of yours, in any resource group, subscription or region; it stays as it is."""

    workspace_id: Annotated[
        ResourceId,
        Meta(description="Resource ID of the workspace.", examples=[_WORKSPACE]),
    ]


class RecoveryServices(Part, frozen=True, kw_only=True, tag="recovery-services", tag_field="kind"):
    """Recovery Services vault with daily backups of the nodes and the share."""

    redundancy: Annotated[
        Literal["LocallyRedundant", "ZoneRedundant", "GeoRedundant"],
        Meta(description="Where recovery points are kept."),
    ] = "ZoneRedundant"
    start_time: Annotated[ClockTime, Meta(description="When the backup starts, UTC.")] = "00:30"
    daily_retention_days: Annotated[
        int, Meta(ge=7, le=200, description="Days that daily recovery points are kept.")
    ] = 30
    weekly_retention_weeks: Annotated[
        int,
        Meta(ge=1, le=200, description="Weeks that weekly recovery points are kept."),
    ] = 12


class NoBackup(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """No backup by the stack: somebody else's vault protects the nodes and the share."""


KeyVault = NewKeyVault | ExistingKeyVault
Monitoring = LogAnalytics | ExistingLogAnalytics
Backup = RecoveryServices | NoBackup
