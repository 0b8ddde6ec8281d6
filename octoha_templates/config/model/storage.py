"""The alternatives for the folders that the nodes share."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import ComputerName, Part, VmSize
from octoha_templates.config.model.domain import DirectoryAccount
from octoha_templates.config.model.nodes import Image, Patching


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


class DfsReplication(Part, frozen=True, kw_only=True, tag="dfs-replication", tag_field="kind"):
    """Two Windows file servers with DFS namespace and replication, in a domain.

    Every node is led to the same replica; the other one follows and takes over by a script.
    """

    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=2, description="Names of the servers; empty for <name>-fs1, -fs2."),
    ] = ()
    size: Annotated[VmSize, Meta(description="Size of the servers; with premium storage.")] = (
        "Standard_D4s_v5"
    )
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, used in turn."),
    ] = (1, 2)
    image: Image = Image()
    admin_username: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9_-]{1,20}$", description="Local administrator of the servers."),
    ] = "fileslocal"
    data_disk_size_gib: Annotated[
        int,
        Meta(ge=64, le=32767, description="Premium disk for the shared folders, in GiB; NTFS."),
    ] = 256
    staging_quota_gib: Annotated[
        int,
        Meta(ge=4, le=4096, description="Room for files on their way to the other replica."),
    ] = 32
    namespace: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,30}$",
            description="Name of the DFS namespace: the share in \\\\domain\\namespace.",
        ),
    ] = "Octopus"
    folder: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,30}$",
            description="Folder of the namespace that leads to the active replica.",
        ),
    ] = "Shared"
    share_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,30}$",
            description="Name of the share on each server.",
        ),
    ] = "OctopusShared"
    active_replicas: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=2)], ...],
        Meta(
            max_length=2,
            description="The server that all nodes use at first; exactly one. Later the script "
            "switch-replica.ps1 decides.",
        ),
    ] = (1,)
    file_service_account: Annotated[
        DirectoryAccount,
        Meta(description="Domain account that makes namespace and replication, and switches."),
    ] = "svc-octo-files"
    mount: Annotated[
        Literal["unc", "symbolic-links"],
        Meta(
            description="unc: one cluster shared root. symbolic-links: links below the Octopus home."
        ),
    ] = "unc"
    patching: Annotated[
        Patching, Meta(description="When the platform patches the servers, a day each.")
    ] = Patching(first_day="Saturday", start_time="22:00")

    @property
    def credential(self) -> str:
        """How the nodes are let into the share: by their own accounts of the domain."""
        return "domain"

    def names_for(self, stack_name: str) -> tuple[str, ...]:
        """Say what the two servers are called in a stack of that name.

        Returns:
            The names given, or ones such as `octopus-fs1`; Windows takes 15 characters.
        """
        prefix = stack_name[:11].rstrip("-")
        return self.names or (f"{prefix}-fs1", f"{prefix}-fs2")


Storage = AzureFiles | DfsReplication
