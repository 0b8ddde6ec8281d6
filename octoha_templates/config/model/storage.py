"""The alternatives for the folders that the nodes share."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import Part


class AzureFiles(Part, frozen=True, kw_only=True, tag="azure-files", tag_field="kind"):
    """Azure Files premium share over SMB, reached by private endpoint only."""

    redundancy: Annotated[
        Literal["local", "zone"], Meta(description="zone keeps copies in three zones.")
    ] = "zone"
    share_name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9](-?[a-z0-9])+$",
            min_length=3,
            max_length=63,
            description="Name of the share.",
        ),
    ] = "octopus"
    quota_gib: Annotated[
        int,
        Meta(
            ge=100,
            le=102400,
            description="Provisioned size; it sets the performance too.",
        ),
    ] = 256
    mount: Annotated[
        Literal["unc", "mapped-drive", "symbolic-links"],
        Meta(
            description="unc: one cluster shared root. mapped-drive: the same as a drive. "
            "symbolic-links: links below the Octopus home."
        ),
    ] = "unc"
    drive_letter: Annotated[
        str,
        Meta(
            pattern=r"^[G-Z]$",
            description="Letter of a mapped drive, the same on every node.",
            examples=["X"],
        ),
    ] = "X"
    soft_delete_days: Annotated[
        int, Meta(ge=1, le=365, description="Days a deleted share can be brought back.")
    ] = 14

    @property
    def credential(self) -> str:
        """How the nodes are let into the share: with the key of the storage account."""
        return "storage-key"


Storage = AzureFiles
