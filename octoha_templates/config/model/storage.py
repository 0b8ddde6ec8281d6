"""The alternatives for the folders that the nodes share."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    ComputerName,
    Guid,
    HostName,
    Part,
    VmSize,
)
from octoha_templates.config.model.domain import DirectoryAccount
from octoha_templates.config.model.nodes import Image, Patching

_GUID = "00000000-0000-0000-0000-000000000000"
Sid = Annotated[
    str,
    Meta(
        pattern=r"^S-1-5-21(-[0-9]{1,10}){3,4}$",
        description="Security identifier of Windows.",
        examples=["S-1-5-21-1111111111-2222222222-3333333333"],
    ),
]


# Names of a host as DNS has them, and of folders as Windows keeps them; the disks of a server, C$, are no shares.
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FOLDER = r"[A-Za-z0-9]([A-Za-z0-9 ._$-]{0,78}[A-Za-z0-9_$-])?"
_UNC_PATH = rf"^\\\\{_LABEL}(\.{_LABEL})*(?!\\[A-Za-z]\$(\\|$))(\\{_FOLDER}){{1,8}}$"
Iops = Annotated[
    int, Meta(ge=3000, le=102400, description="Provisioned IOPS; v2 only.", examples=[4000])
]
Throughput = Annotated[
    int,
    Meta(ge=100, le=10340, description="Provisioned throughput in MiB/s; v2 only.", examples=[200]),
]


class ActiveDirectoryAccount(Part, frozen=True, kw_only=True):
    """The account of the storage account in the domain, which a script makes after the first deployment.

    The script prints the four values; see the runbook.
    """

    domain_guid: Annotated[Guid, Meta(description="GUID of the domain.", examples=[_GUID])]
    domain_sid: Annotated[Sid, Meta(description="SID of the domain.")]
    storage_sid: Annotated[Sid, Meta(description="SID of the account of the storage account.")]
    sam_account_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9-]{1,15}$",
            description="Short name of the account of the storage account, without the dollar.",
            examples=["stoctopus"],
        ),
    ]
    forest_name: Annotated[
        HostName | None,
        Meta(
            description="Name of the forest, where the domain is a child; else that of the domain."
        ),
    ] = None


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
    billing: Annotated[
        Literal["provisioned-v1", "provisioned-v2"],
        Meta(
            description="v1: the size sets the performance. v2: size, IOPS and throughput are "
            "bought one by one."
        ),
    ] = "provisioned-v1"
    quota_gib: Annotated[
        int,
        Meta(
            ge=32,
            le=102400,
            description="Provisioned size, in GiB; with v1 it sets the performance, and 100 is the least.",
        ),
    ] = 256
    iops: Iops | None = None
    throughput_mibps: Throughput | None = None
    access: Annotated[
        Literal["storage-key", "ad-ds", "entra-kerberos"],
        Meta(
            extra_json_schema=SHAPE,
            description="storage-key: the key of the account, from the vault. ad-ds: accounts of a "
            "domain. entra-kerberos: accounts of a domain that Entra ID knows, too.",
        ),
    ] = "storage-key"
    allow_shared_key_access: Annotated[
        bool,
        Meta(description="Whether your policies let a storage account have keys that work."),
    ] = True
    active_directory: Annotated[
        ActiveDirectoryAccount | None,
        Meta(
            extra_json_schema=NO_SHAPE,
            description="With ad-ds: the account of the storage account in the domain.",
        ),
    ] = None
    consent_given: Annotated[
        bool,
        Meta(
            description="With entra-kerberos: an administrator has agreed to the application of the "
            "storage account."
        ),
    ] = False
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
        """How the nodes are let into the share: with the key of the account, or as who they are."""
        return "storage-key" if self.access == "storage-key" else "domain"

    @property
    def is_ready(self) -> bool:
        """Whether nodes can open the share: with ad-ds and entra-kerberos a person helps first."""
        if self.access == "ad-ds":
            return self.active_directory is not None
        return self.access == "storage-key" or self.consent_given

    @property
    def sku(self) -> str:
        """The kind of the storage account."""
        kind = "PremiumV2" if self.billing == "provisioned-v2" else "Premium"
        return f"{kind}_{'ZRS' if self.redundancy == 'zone' else 'LRS'}"


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


class NoCredential(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """The nodes open the share as who they are in the domain."""


class VaultSecret(Part, frozen=True, kw_only=True, tag="vault-secret", tag_field="kind"):
    """The nodes open the share as an account whose password is in the vault."""

    user_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{1,64}(\\[A-Za-z0-9._$-]{1,64})?$",
            description="Account, with its domain or server where it has one.",
            examples=["FILES\\octopus"],
        ),
    ]


class ExistingShare(Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A share that is there already; nothing of it is changed."""

    unc_path: Annotated[
        str,
        Meta(
            pattern=_UNC_PATH,
            max_length=240,
            description="UNC path of the folder for Octopus, the same on every node.",
            examples=["\\\\files.corp.example.com\\octopus"],
        ),
    ]
    access: Annotated[
        NoCredential | VaultSecret,
        Meta(description="How the nodes are let in."),
    ] = NoCredential()
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

    @property
    def credential(self) -> str:
        """How the nodes are let into the share."""
        return "vault-secret" if isinstance(self.access, VaultSecret) else "domain"

    @property
    def host(self) -> str:
        """The server of the share."""
        return self.unc_path.split("\\")[2]


Storage = AzureFiles | DfsReplication | ExistingShare
