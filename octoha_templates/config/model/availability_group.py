"""SQL Server on virtual machines with an Always On availability group."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, ComputerName, Part, VmSize
from octoha_templates.config.model.nodes import Image, Patching

DomainAccount = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
        description="Account of the domain by its short name, without the domain.",
    ),
]
DiskGib = Annotated[
    int, Meta(ge=32, le=32767, description="Size of a disk, in GiB; it may grow, never shrink.")
]


class Disk(NamedTuple):
    """A data disk of a SQL Server machine.

    Attributes:
        name: What it is for, with a number where there are several.
        lun: Logical unit number.
        caching: What the host caches.
        size: The parameter with its size in GiB.
    """

    name: str
    lun: int
    caching: str
    size: str

    @property
    def id(self) -> str:
        """Its resource ID as a Bicep expression, in a loop over the machines."""
        return f"{self.name}Disks[index].id"


class GroupNames(NamedTuple):
    """What an availability group is called in its domain.

    Attributes:
        machines: The machines, in order.
        cluster: The Windows cluster.
        group: The availability group.
        listener: The name that clients use, without the domain.
    """

    machines: tuple[str, ...]
    cluster: str
    group: str
    listener: str


class SqlVmAvailabilityGroup(
    Part, frozen=True, kw_only=True, tag="sql-vm-availability-group", tag_field="kind"
):
    """Two or three SQL Server machines with an Always On availability group."""

    replicas: Annotated[
        Literal[2, 3],
        Meta(
            extra_json_schema=SHAPE,
            description="Number of machines; the second takes over by itself, the third by hand.",
        ),
    ] = 2
    version: Annotated[Literal["2022", "2025"], Meta(description="Version of SQL Server.")] = "2022"
    edition: Annotated[
        Literal["enterprise", "developer", "standard"],
        Meta(
            description="enterprise; developer is not for production; standard has no such group."
        ),
    ] = "enterprise"
    license: Annotated[
        Literal["PAYG", "AHUB"],
        Meta(description="PAYG is paid by the hour; AHUB is Azure Hybrid Benefit."),
    ] = "PAYG"
    free_secondary: Annotated[
        bool,
        Meta(description="Ask for the free licence of a second machine that nobody reads from."),
    ] = False
    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=3, description="Names of the machines; empty for <name>-sql1, -sql2, ..."),
    ] = ()
    size: Annotated[VmSize, Meta(description="Size of the machines; with premium storage.")] = (
        "Standard_E4s_v5"
    )
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, one per machine in turn."),
    ] = (1, 2, 3)
    network: Annotated[
        Literal["multi-subnet", "single-subnet"],
        Meta(
            extra_json_schema=SHAPE,
            description="multi-subnet: a subnet per machine and no load balancer. single-subnet: "
            "an internal load balancer in front of the listener.",
        ),
    ] = "multi-subnet"
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Local administrator of the machines.",
        ),
    ] = "sqllocal"
    data_disks: Annotated[
        int,
        Meta(
            ge=1,
            le=8,
            extra_json_schema=SHAPE,
            description="Disks that the data files are striped over.",
        ),
    ] = 1
    data_disk_size_gib: Annotated[DiskGib, Meta(description="Each data disk, in GiB.")] = 256
    log_disk_size_gib: Annotated[DiskGib, Meta(description="Transaction logs, in GiB.")] = 128
    tempdb_disk_size_gib: Annotated[DiskGib, Meta(description="tempdb, in GiB.")] = 64
    cluster_name: Annotated[
        ComputerName | None, Meta(description="Name of the Windows cluster in the domain.")
    ] = None
    availability_group_name: Annotated[
        ComputerName | None, Meta(description="Name of the availability group.")
    ] = None
    listener_name: Annotated[
        ComputerName | None, Meta(description="Name that clients use, without the domain.")
    ] = None
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
        DomainAccount, Meta(description="Domain account that makes cluster and listener.")
    ] = "svc-octo-cluster"
    sql_service_account: Annotated[
        DomainAccount, Meta(description="Domain account that SQL Server runs as.")
    ] = "svc-octo-sql"
    witness_redundancy: Annotated[
        Literal["local", "zone"],
        Meta(description="Where the cloud witness and the backups are kept."),
    ] = "zone"
    backup_retention_days: Annotated[
        int,
        Meta(ge=1, le=90, description="Days that automated backups are kept."),
    ] = 30
    max_dop: Annotated[
        int, Meta(ge=0, le=64, description="Processors that one query may use; 0 for all.")
    ] = 0
    patching: Annotated[
        Patching, Meta(description="When the platform patches the machines, a day each.")
    ] = Patching(first_day="Saturday")

    @property
    def own_administrator(self) -> bool:
        """Whether an identity of the stack administers the server: a SQL login does."""
        return False

    @property
    def is_multi_subnet(self) -> bool:
        """Whether every machine has a subnet of its own."""
        return self.network == "multi-subnet"

    @property
    def image(self) -> Image:
        """The marketplace image."""
        developer = "sqldev" if self.version == "2022" else "entdev"
        return Image(
            publisher="MicrosoftSQLServer",
            offer=f"sql{self.version}-ws{self.version}",
            sku=f"{developer if self.edition == 'developer' else self.edition}-gen2",
        )

    @property
    def group_offer(self) -> str:
        """The image, the way a group of SQL virtual machines names it."""
        return f"SQL{self.version}-WS{self.version}"

    @property
    def subnets(self) -> tuple[str, ...]:
        """The keys of the subnets, one per machine or one for all."""
        keys = ("database", "database_2", "database_3")
        return keys[: self.replicas] if self.is_multi_subnet else keys[:1]

    @property
    def disks(self) -> tuple[Disk, ...]:
        """The data disks of each machine.

        Source: Azure documentation, "Storage: performance best practices for SQL Server on Azure VMs":
        read caching for data and tempdb, none for logs.
        """
        several = self.data_disks > 1
        data = [
            Disk(f"data{number}" if several else "data", number - 1, "ReadOnly", "dataDiskSizeGiB")
            for number in range(1, self.data_disks + 1)
        ]
        return (
            *data,
            Disk("log", self.data_disks, "None", "logDiskSizeGiB"),
            Disk("tempdb", self.data_disks + 1, "ReadOnly", "tempdbDiskSizeGiB"),
        )

    def names_for(self, stack_name: str) -> GroupNames:
        """Say what machines, cluster and listener are called in a stack of that name.

        Returns:
            The names given, or ones such as `octopus-sql1`; the domain takes 15 characters, so the
            stack's name is cut where needed.
        """
        prefix = stack_name[:10].rstrip("-")
        machines = tuple(f"{prefix}-sql{number}" for number in range(1, self.replicas + 1))
        return GroupNames(
            self.names or machines,
            self.cluster_name or f"{prefix}-wsfc",
            self.availability_group_name or f"{prefix}-ag",
            self.listener_name or f"{prefix}-sql",
        )
