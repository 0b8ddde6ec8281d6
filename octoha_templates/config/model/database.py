"""The alternatives for the Octopus database."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from octoha_templates.config.model.availability_group import (
    DiskGib,
    DomainAccount,
    SqlVmAvailabilityGroup,
)
from octoha_templates.config.model.base import (
    SHAPE,
    ComputerName,
    Guid,
    HostName,
    Part,
    Port,
    Region,
    ResourceId,
    VmSize,
)
from octoha_templates.config.model.nodes import Image, Patching


class EntraAdministrator(Part, frozen=True, kw_only=True):
    """A group or user of your own as Entra administrator of the SQL server."""

    login: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=128,
            description="Display name of the group or user.",
        ),
    ]
    object_id: Annotated[Guid, Meta(description="Object ID of the group or user.")]
    principal_type: Annotated[
        Literal["Group", "User"], Meta(description="A group outlives the people in it.")
    ] = "Group"


class GeoReplication(Part, frozen=True, kw_only=True):
    """A copy of the database in a second region, and the name that follows the primary one."""

    location: Annotated[
        Region,
        Meta(description="Region of the partner server.", examples=["northeurope"]),
    ]
    failover: Annotated[
        Literal["Manual", "Automatic"],
        Meta(
            description="Who fails over: a person, or Azure after the grace period, which can lose the "
            "last seconds."
        ),
    ] = "Manual"
    grace_period_minutes: Annotated[
        int,
        Meta(ge=60, le=1440, description="How long an automatic failover waits, in minutes."),
    ] = 60
    standby: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="The copy only waits: no licence is paid for it, and nobody reads from it.",
        ),
    ] = False


_IDENTITY = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-keys"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-sql-encryption"
)


class YourKey(Part, frozen=True, kw_only=True):
    """A key in a vault of yours that has purge protection, and an identity that may use it."""

    vault_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z](-?[A-Za-z0-9])+$",
            min_length=3,
            max_length=24,
            description="Name of the vault.",
            examples=["kv-keys"],
        ),
    ]
    key_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9-]{1,127}$",
            description="Name of the key.",
            examples=["octopus-sql"],
        ),
    ]
    key_version: Annotated[
        str,
        Meta(
            pattern=r"^[0-9a-f]{32}$",
            description="Version that a deployment sets; write the new one here after a rotation.",
            examples=["0123456789abcdef0123456789abcdef"],
        ),
    ]
    identity_id: Annotated[
        ResourceId,
        Meta(
            description="Identity with the role Key Vault Crypto Service Encryption User there.",
            examples=[_IDENTITY],
        ),
    ]


class CustomerManagedKey(Part, frozen=True, kw_only=True):
    """Encryption at rest with a key that is not Azure's; the stack's vault gets one by default."""

    existing: YourKey | None = None


class LongTermRetention(Part, frozen=True, kw_only=True):
    """Backups that are kept beyond those for any point in time; 0 keeps none."""

    weekly_weeks: Annotated[
        int, Meta(ge=0, le=520, description="Weeks that one backup of each week is kept.")
    ] = 4
    monthly_months: Annotated[
        int, Meta(ge=0, le=120, description="Months that one backup of each month is kept.")
    ] = 12
    yearly_years: Annotated[
        int, Meta(ge=0, le=10, description="Years that one backup of each year is kept.")
    ] = 0


class AzureSql(Part, frozen=True, kw_only=True, tag="azure-sql", tag_field="kind"):
    """Azure SQL Database, reached by private endpoint only."""

    redundancy: Annotated[
        Literal["local", "zone", "geo"],
        Meta(
            description="zone keeps replicas in several zones; geo does, too, and copies the database to "
            "a second region.",
        ),
    ] = "zone"
    geo: GeoReplication | None = None
    sku: Annotated[
        str,
        Meta(
            pattern=r"^(GP_(S_)?Gen5_(2|4|6|8|10|12|14|16|18|20|24|32|40|80)|BC_Gen5_(2|4|6|8|10|12|14|16|18|20|24|32|40|80)|S(3|4|6|7|9|12)|P(1|2|4|6|11|15))$",
            description="Service objective, by vCore or by DTU; never a serverless one.",
            examples=["GP_Gen5_4", "BC_Gen5_8", "P2"],
        ),
    ] = "GP_Gen5_4"
    database_name: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Name of the database.")
    ] = "Octopus"
    max_size_gib: Annotated[
        int, Meta(ge=1, le=4096, description="Largest size of the database, in GiB.")
    ] = 64
    license: Annotated[
        Literal["LicenseIncluded", "BasePrice"],
        Meta(description="BasePrice is Azure Hybrid Benefit; vCore tiers only."),
    ] = "LicenseIncluded"
    authentication: Annotated[
        Literal["entra", "sql"],
        Meta(
            extra_json_schema=SHAPE,
            description="entra: the nodes' managed identity and no password at all.",
        ),
    ] = "entra"
    entra_administrator: EntraAdministrator | None = None
    backup_retention_days: Annotated[
        int,
        Meta(
            ge=1,
            le=35,
            description="Days back to any of which the database can be restored.",
        ),
    ] = 14
    backup_redundancy: Annotated[
        Literal["Local", "Zone", "Geo", "GeoZone"],
        Meta(description="Where backups are kept; the Geo ones need a paired region."),
    ] = "Zone"
    long_term_retention: LongTermRetention = LongTermRetention()
    customer_managed_key: CustomerManagedKey | None = None
    threat_detection: Annotated[
        bool,
        Meta(description="Watch for unusual access (Microsoft Defender for SQL has a price)."),
    ] = True
    maintenance_window: Annotated[
        str,
        Meta(
            pattern=r"^SQL_[A-Za-z0-9]+(_DB_[12])?$",
            description="When Azure may maintain the database: SQL_Default, or a window of the region.",
            examples=["SQL_WestEurope_DB_1"],
        ),
    ] = "SQL_Default"

    @property
    def is_zone_redundant(self) -> bool:
        """Whether replicas are in several zones."""
        return self.redundancy in ("zone", "geo")

    @property
    def has_own_key(self) -> bool:
        """Whether the stack makes the key that the database is encrypted with."""
        return self.customer_managed_key is not None and self.customer_managed_key.existing is None

    @property
    def own_administrator(self) -> bool:
        """Whether an identity of the stack administers the server and makes the nodes' user."""
        return self.authentication == "entra" and self.entra_administrator is None


AZURE_SQL_SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "AzureCloud": ".database.windows.net",
        "AzureUSGovernment": ".database.usgovcloudapi.net",
        "AzureChinaCloud": ".database.chinacloudapi.cn",
    }
)
"""How host names of Azure SQL end in each cloud."""


class DatabaseEndpoint(Part, frozen=True, kw_only=True):
    """A private endpoint of the stack's own for an Azure SQL server that lies elsewhere."""

    resource_id: Annotated[
        ResourceId,
        Meta(description="Resource ID of the logical SQL server, in any subscription."),
    ]
    approval: Annotated[
        Literal["automatic", "manual"],
        Meta(
            extra_json_schema=SHAPE,
            description="manual waits for the server's owner; automatic needs rights on the "
            "server.",
        ),
    ] = "automatic"


class ExistingDatabase(Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A database that is there already: nothing is made but the way to it."""

    host: Annotated[HostName, Meta(description="DNS name of the server, listener or group.")]
    port: Annotated[
        Port | None, Meta(description="TCP port; 1433 unless an instance is named.")
    ] = None
    instance: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,15}$",
                description="Named instance, looked up with SQL Browser.",
            ),
        ]
        | None
    ) = None
    database_name: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Name of the empty database.")
    ] = "Octopus"
    authentication: Annotated[
        Literal["sql", "windows", "entra"],
        Meta(
            extra_json_schema=SHAPE,
            description="sql: a login with password; windows: the nodes' computer accounts; entra: "
            "their managed identity.",
        ),
    ]
    user: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9._@-]{1,128}$",
                description="Login for sql; the password is a secure parameter, never config.",
            ),
        ]
        | None
    ) = None
    multi_subnet_failover: Annotated[
        bool,
        Meta(description="Try all addresses at once: for a listener or a distributed name."),
    ] = False
    trust_server_certificate: Annotated[
        bool,
        Meta(description="Take any certificate of the server, such as a self-signed one."),
    ] = False
    options: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z ]{1,40}$")],
            Annotated[str, Meta(pattern=r"^[^;={}'\"\s]([^;={}'\"]{0,126}[^;={}'\"\s])?$")],
        ],
        Meta(
            max_length=10,
            description="More keywords of the connection string, such as Max Pool Size.",
        ),
    ] = msgspec.field(default_factory=dict)
    location: Annotated[
        Region | None, Meta(description="Region of the database; Octopus wants that of the nodes.")
    ] = None
    private_endpoint: Annotated[
        DatabaseEndpoint | None,
        Meta(
            extra_json_schema=SHAPE,
            description="Makes a private endpoint for it; Azure SQL Database only.",
        ),
    ] = None

    @property
    def own_administrator(self) -> bool:
        """Whether an identity of the stack administers the server: it is somebody else's."""
        return False

    @property
    def is_azure_sql(self) -> bool:
        """Whether the host is one of Azure SQL, in any cloud."""
        return self.host.endswith(tuple(AZURE_SQL_SUFFIXES.values()))

    @property
    def server_name(self) -> str:
        """The host; of Azure SQL the name alone, because what follows differs from cloud to cloud."""
        return self.host.split(".", 1)[0] if self.is_azure_sql else self.host

    @property
    def server_port(self) -> int:
        """The port that the nodes go to; a named instance has one of its own choosing."""
        return self.port or 1433

    @property
    def connection_options(self) -> tuple[str, ...]:
        """The extra keywords as the connection string has them."""
        return tuple(f"{key}={value}" for key, value in self.options.items())


class SharedDisks(Part, frozen=True, kw_only=True, tag="shared-disks", tag_field="kind"):
    """Managed disks that both machines hold; the cluster decides which of them writes."""

    redundancy: Annotated[
        Literal["local", "zone"],
        Meta(description="zone is Premium_ZRS with a copy in every zone; local Premium_LRS."),
    ] = "zone"
    data_disk_size_gib: Annotated[DiskGib, Meta(description="Data files, in GiB.")] = 256
    log_disk_size_gib: Annotated[DiskGib, Meta(description="Transaction logs, in GiB.")] = 128
    tempdb_disk_size_gib: Annotated[DiskGib, Meta(description="tempdb, in GiB.")] = 64
    backup_disk_size_gib: Annotated[DiskGib, Meta(description="Backups, in GiB.")] = 512


class PremiumFileShare(Part, frozen=True, kw_only=True, tag="premium-file-share", tag_field="kind"):
    """A share of Azure Files on SSD, reached by private endpoint with the account's key."""

    redundancy: Annotated[
        Literal["local", "zone"],
        Meta(description="zone is Premium_ZRS with a copy in every zone; local Premium_LRS."),
    ] = "zone"
    quota_gib: Annotated[
        int,
        Meta(ge=100, le=102400, description="Size of the share, in GiB; its speed grows with it."),
    ] = 1024


class ClusterNames(NamedTuple):
    """What a cluster of SQL Server machines is called in its domain.

    Attributes:
        machines: The machines, in order.
        cluster: The Windows cluster.
        instance: The network name of the instance, which no client uses.
        client: The name that clients use, without the domain.
    """

    machines: tuple[str, ...]
    cluster: str
    instance: str
    client: str


class SqlVmFailoverCluster(
    Part, frozen=True, kw_only=True, tag="sql-vm-failover-cluster", tag_field="kind"
):
    """Two SQL Server machines with one clustered instance on storage that both reach."""

    version: Annotated[Literal["2022", "2025"], Meta(description="Version of SQL Server.")] = "2022"
    edition: Annotated[
        Literal["standard", "enterprise", "developer"],
        Meta(description="standard is enough for two machines; developer is not for production."),
    ] = "standard"
    license: Annotated[
        Literal["PAYG", "AHUB"],
        Meta(description="PAYG is paid by the hour; AHUB is Azure Hybrid Benefit."),
    ] = "PAYG"
    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=2, description="Names of the two machines; empty for <name>-sql1, -sql2."),
    ] = ()
    size: Annotated[
        VmSize, Meta(description="Size of the machines, with premium storage and SCSI disks.")
    ] = "Standard_E4ds_v5"
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=2, description="Availability zones, used in turn; empty for none."),
    ] = (1, 2)
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Local administrator of the machines.",
        ),
    ] = "sqllocal"
    storage: Annotated[
        SharedDisks | PremiumFileShare,
        Meta(extra_json_schema=SHAPE, description="What both machines reach."),
    ] = SharedDisks()
    witness_redundancy: Annotated[
        Literal["local", "zone"],
        Meta(description="Where the cloud witness is kept; zone for machines in two zones."),
    ] = "zone"
    cluster_name: Annotated[
        ComputerName | None, Meta(description="Name of the Windows cluster in the domain.")
    ] = None
    instance_name: Annotated[
        ComputerName | None,
        Meta(description="Network name of the instance, which no client uses."),
    ] = None
    client_name: Annotated[
        ComputerName | None,
        Meta(description="Name that clients use: the distributed network name, without domain."),
    ] = None
    port: Annotated[
        Port, Meta(extra_json_schema=SHAPE, description="TCP port of the instance.")
    ] = 1433
    database_name: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Name of the database.")
    ] = "Octopus"
    authentication: Annotated[
        Literal["windows", "sql"],
        Meta(
            extra_json_schema=SHAPE,
            description="windows: the nodes' computer accounts and no password at all.",
        ),
    ] = "windows"
    cluster_account: Annotated[
        DomainAccount, Meta(description="Domain account that makes cluster and instance.")
    ] = "svc-octo-cluster"
    sql_service_account: Annotated[
        DomainAccount, Meta(description="Domain account that SQL Server runs as.")
    ] = "svc-octo-sql"
    administrators: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$",
                    description="Group or account of the domain, without the domain.",
                ),
            ],
            ...,
        ],
        Meta(max_length=8, description="Who administers SQL Server beside the cluster account."),
    ] = ()
    trust_server_certificate: Annotated[
        bool,
        Meta(
            description="Take the certificate that SQL Server made for itself; false when both "
            "machines have one that the nodes trust."
        ),
    ] = True
    backup_retention_days: Annotated[
        int,
        Meta(ge=1, le=60, description="Days that SQL Server's own backups are kept."),
    ] = 14
    patching: Annotated[
        Patching, Meta(description="When the platform patches the machines, a day each.")
    ] = Patching(first_day="Saturday")

    @property
    def own_administrator(self) -> bool:
        """Whether an identity of the stack administers the server: a domain account does."""
        return False

    @property
    def image(self) -> Image:
        """The marketplace image; it brings the media that the clustered instance is made from."""
        developer = "sqldev" if self.version == "2022" else "stddev"
        edition = developer if self.edition == "developer" else self.edition
        return Image(
            publisher="MicrosoftSQLServer",
            offer=f"sql{self.version}-ws{self.version}",
            sku=f"{edition}-gen2",
        )

    def names_for(self, stack_name: str) -> ClusterNames:
        """Say what machines and cluster are called in a stack of that name.

        Returns:
            The names given, or ones such as `octopus-sql1`; the domain takes 15 characters, so the
            stack's name is cut where needed.
        """
        prefix = stack_name[:10].rstrip("-")
        return ClusterNames(
            self.names or (f"{prefix}-sql1", f"{prefix}-sql2"),
            self.cluster_name or f"{prefix}-wsfc",
            self.instance_name or f"{prefix}-fci",
            self.client_name or f"{prefix}-sql",
        )

    @property
    def on_shared_disks(self) -> bool:
        """Whether the instance lies on disks, and not on a share."""
        return isinstance(self.storage, SharedDisks)


Database = AzureSql | ExistingDatabase | SqlVmAvailabilityGroup | SqlVmFailoverCluster
