"""The types of `stack.yaml`: the one definition, with units, ranges and defaults.

The JSON Schema that editors use and that finds every mistake at once is made from these types, so a
constraint written here is checked everywhere. Every alternative of a component is a struct of its
own, told apart by `kind`. Rules that span several keys live in `config.rules`.

Source: the ranges come from the Azure naming rules and service limits pages and from the Octopus
high availability and sizing pages; each is named where it is used.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

SHAPE: dict[str, Any] = {"x-shape": True}
"""Marks a key that decides what the template contains, so that environments cannot differ in it."""
NO_SHAPE: dict[str, Any] = {"x-shape": False}
"""Marks a component outside the template: environments can differ even in its kind."""

ImageName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        max_length=128,
        description="Part of the name of a marketplace image.",
    ),
]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{0,10}[a-z0-9]$",
        description="Prefix of resource names: 2 to 12 lower case letters, digits and hyphens.",
        examples=["octopus"],
    ),
]
Region = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]{4,40}$",
        description="Azure region by its short name.",
        examples=["westeurope"],
    ),
]
Cidr = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$",
        description="IPv4 range in CIDR notation.",
        examples=["10.20.0.0/22"],
    ),
]
IpAddress = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}$",
        description="IPv4 address.",
        examples=["10.20.0.4"],
    ),
]
HostName = Annotated[
    str,
    Meta(
        pattern=r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
        description="Fully qualified DNS name in lower case.",
        examples=["octopus.example.com"],
    ),
]
Guid = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="GUID.",
    ),
]
ResourceId = Annotated[
    str,
    Meta(
        pattern=(
            r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9_().-]{1,90}"
            r"/providers/[A-Za-z.]+(/[A-Za-z]+/[A-Za-z0-9_.-]+)+$"
        ),
        max_length=1024,
        description="Azure resource ID.",
    ),
]
Email = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._%+'-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$",
        max_length=254,
        description="E-mail address.",
        examples=["octopus-admins@example.com"],
    ),
]
Port = Annotated[int, Meta(ge=1, le=65535, description="TCP port.")]
VmSize = Annotated[
    str,
    Meta(
        pattern=r"^Standard_[A-Za-z0-9-]+(_[A-Za-z0-9]+)*$",
        description="Virtual machine size.",
        examples=["Standard_D4s_v5"],
    ),
]
ComputerName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$",
        min_length=2,
        max_length=15,
        description="Windows computer name: at most 15 letters, digits and hyphens.",
    ),
]
ClockTime = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):(00|30)$",
        description="Time of day, on the half hour.",
    ),
]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a stack share: immutable, named arguments, no unknown keys."""


class Administrator(_Part, frozen=True, kw_only=True):
    """The first Octopus administrator; the password is a secure parameter, never config."""

    username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._@-]{1,64}$",
            description="User name of the administrator.",
        ),
    ] = "octoadmin"
    email: Annotated[Email, Meta(description="E-mail address of the administrator.")]


class Installer(_Part, frozen=True, kw_only=True):
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


class Octopus(_Part, frozen=True, kw_only=True):
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
    _Part, frozen=True, kw_only=True, tag="environment-variables", tag_field="kind"
):
    """Secrets come from environment variables of the person or pipeline that deploys."""


class KeyVaultReferences(
    _Part, frozen=True, kw_only=True, tag="key-vault-references", tag_field="kind"
):
    """Secrets come from an operator's Key Vault, referenced by the parameter files."""

    vault_id: Annotated[ResourceId, Meta(description="Resource ID of the operator's Key Vault.")]


class Subnets(_Part, frozen=True, kw_only=True):
    """The address ranges of the subnets; Azure keeps five addresses of each for itself."""

    nodes: Annotated[
        Cidr,
        Meta(description="The nodes; room for as many as count says and for replacements."),
    ] = "10.20.0.0/26"
    private_endpoints: Annotated[
        Cidr,
        Meta(description="Private endpoints of Key Vault, database and storage; /29 or larger."),
    ] = "10.20.0.64/26"
    load_balancer: Annotated[
        Cidr, Meta(description="Front end of the load balancer; /29 or larger.")
    ] = "10.20.0.128/27"
    bastion: Annotated[Cidr, Meta(description="AzureBastionSubnet; /26 or larger.")] = (
        "10.20.1.0/26"
    )


class NatGateway(_Part, frozen=True, kw_only=True):
    """The way out: fixed public addresses for package feeds, downloads and listening Tentacles."""

    sku: Annotated[
        Literal["Standard", "StandardV2"],
        Meta(description="StandardV2 is zone-redundant; Standard lives in one zone."),
    ] = "StandardV2"
    idle_timeout_minutes: Annotated[
        int, Meta(ge=4, le=120, description="Minutes until an idle flow is dropped.")
    ] = 10


class Bastion(_Part, frozen=True, kw_only=True, tag="bastion", tag_field="kind"):
    """Azure Bastion: RDP to the nodes over HTTPS, without public addresses on them."""

    sku: Annotated[
        Literal["Basic", "Standard"],
        Meta(extra_json_schema=SHAPE, description="Basic is the portal's RDP only."),
    ] = "Standard"
    scale_units: Annotated[
        int,
        Meta(ge=2, le=50, description="Instances; each takes about 20 RDP sessions."),
    ] = 2
    native_client: Annotated[
        bool, Meta(description="Allow `az network bastion rdp` and tunnels (Standard).")
    ] = True


class NewNetwork(_Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """A virtual network of the stack's own, closed except for what the components need."""

    address_space: Annotated[
        Cidr, Meta(description="Address space; all subnets lie inside it.")
    ] = "10.20.0.0/22"
    subnets: Subnets = Subnets()
    dns_servers: Annotated[
        tuple[IpAddress, ...],
        Meta(max_length=10, description="DNS servers; empty for Azure's own."),
    ] = ()
    client_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Who may open the portal; empty for the virtual network and what is "
            "joined to it.",
        ),
    ] = ()
    polling_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Where polling Tentacles call from; empty for the virtual network and "
            "what is joined to it.",
        ),
    ] = ()
    nat_gateway: NatGateway = NatGateway()
    access: Annotated[
        tuple[Bastion, ...],
        Meta(extra_json_schema=SHAPE, max_length=4, description="Ways in for operators."),
    ] = (Bastion(),)


class Image(_Part, frozen=True, kw_only=True):
    """The marketplace image of the nodes; generation 2, for trusted launch."""

    publisher: Annotated[ImageName, Meta(description="Publisher of the image.")] = (
        "MicrosoftWindowsServer"
    )
    offer: Annotated[ImageName, Meta(description="Offer of the publisher.")] = "WindowsServer"
    sku: Annotated[ImageName, Meta(description="Edition of Windows Server.")] = (
        "2022-datacenter-azure-edition"
    )
    version: Annotated[
        ImageName, Meta(description="Version of the image; latest when the nodes are made.")
    ] = "latest"


class Patching(_Part, frozen=True, kw_only=True):
    """When the platform patches and restarts the nodes: never two in one window.

    The first node takes the week day given, the others the following days.
    """

    first_day: Annotated[
        Weekday,
        Meta(description="Day of the first node; the others follow, a day each."),
    ] = "Tuesday"
    start_time: Annotated[
        ClockTime, Meta(description="Start of the window, in the nodes' time zone.")
    ] = "02:00"
    duration_minutes: Annotated[
        int, Meta(ge=90, le=235, description="Length of the window, in minutes.")
    ] = 180


class VirtualMachines(_Part, frozen=True, kw_only=True, tag="virtual-machines", tag_field="kind"):
    """Octopus Server on Windows virtual machines, one per availability zone in turn."""

    count: Annotated[
        int,
        Meta(
            ge=1,
            le=16,
            description="Number of nodes; high availability needs 2 or more.",
        ),
    ] = 3
    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=16, description="Node names; empty for <name>-1, <name>-2, ..."),
    ] = ()
    size: Annotated[VmSize, Meta(description="Virtual machine size; x64 with premium storage.")] = (
        "Standard_D4s_v5"
    )
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, used in turn."),
    ] = (1, 2, 3)
    task_cap: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Tasks that one node runs at a time; 0 for portal only.",
        ),
    ] = 10
    image: Image = Image()
    os_disk_size_gib: Annotated[int, Meta(ge=127, le=4095, description="System disk, in GiB.")] = (
        128
    )
    data_disk_size_gib: Annotated[
        int,
        Meta(ge=32, le=32767, description="Disk for the local Octopus home, in GiB."),
    ] = 64
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Local administrator of the nodes.",
        ),
    ] = "octolocal"
    encryption_at_host: Annotated[
        bool,
        Meta(
            description="Encrypt caches and temporary disks too; the subscription feature must "
            "be registered."
        ),
    ] = False
    hybrid_benefit: Annotated[
        bool, Meta(description="Use Windows Server licences that you already own.")
    ] = False
    time_zone: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9 ().+-]{2,64}$",
            description="Windows time zone ID of the nodes.",
        ),
    ] = "UTC"
    patching: Patching = Patching()


class EntraAdministrator(_Part, frozen=True, kw_only=True):
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


class AzureSql(_Part, frozen=True, kw_only=True, tag="azure-sql", tag_field="kind"):
    """Azure SQL Database, reached by private endpoint only."""

    redundancy: Annotated[
        Literal["local", "zone"],
        Meta(description="zone keeps replicas in several zones."),
    ] = "zone"
    sku: Annotated[
        str,
        Meta(
            pattern=r"^(GP_Gen5_(2|4|6|8|10|12|14|16|18|20|24|32|40|80)|BC_Gen5_(2|4|6|8|10|12|14|16|18|20|24|32|40|80)|S(3|4|6|7|9|12)|P(1|2|4|6|11|15))$",
            description="Service objective. Serverless is not offered: Octopus polls, so it "
            "never pauses.",
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


class AzureFiles(_Part, frozen=True, kw_only=True, tag="azure-files", tag_field="kind"):
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
        Literal["unc", "symbolic-links"],
        Meta(
            description="unc: one cluster shared root. symbolic-links: links below the Octopus "
            "home."
        ),
    ] = "unc"
    soft_delete_days: Annotated[
        int, Meta(ge=1, le=365, description="Days a deleted share can be brought back.")
    ] = 14


class AzureLoadBalancer(
    _Part, frozen=True, kw_only=True, tag="azure-load-balancer", tag_field="kind"
):
    """Standard internal load balancer, zone-redundant; TLS ends on the nodes."""

    private_ip_address: Annotated[
        IpAddress | None,
        Meta(
            description="Fixed front-end address; Azure chooses when absent.",
            examples=["10.20.0.132"],
        ),
    ] = None
    first_polling_port: Annotated[
        Port,
        Meta(description="Front-end port of the first node's polling port; the others follow."),
    ] = 10943
    grpc: Annotated[
        bool, Meta(extra_json_schema=SHAPE, description="Balance the gRPC port too.")
    ] = False
    idle_timeout_minutes: Annotated[
        int,
        Meta(ge=4, le=100, description="Minutes until an idle connection is reset."),
    ] = 30
    portal_dns_zone: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Make a private DNS zone for the portal's name, pointing at the front end.",
        ),
    ] = True


class KeyVault(_Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """The stack's own Key Vault: master key, licence, passwords, certificate, storage key."""

    sku: Annotated[
        Literal["standard", "premium"],
        Meta(description="premium keeps keys in hardware."),
    ] = "standard"
    soft_delete_retention_days: Annotated[
        int, Meta(ge=7, le=90, description="Days a deleted secret can be brought back.")
    ] = 90


class LogAnalytics(_Part, frozen=True, kw_only=True, tag="log-analytics", tag_field="kind"):
    """Log Analytics with agent, data collection rule and alerts."""

    retention_days: Annotated[int, Meta(ge=30, le=730, description="Days logs are kept.")] = 90
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


class RecoveryServices(_Part, frozen=True, kw_only=True, tag="recovery-services", tag_field="kind"):
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


class NoBackup(_Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """No backup by the stack: somebody else's vault protects the nodes and the share."""


Secrets = EnvironmentVariables | KeyVaultReferences
Network = NewNetwork
Nodes = VirtualMachines
Database = AzureSql
Storage = AzureFiles
LoadBalancer = AzureLoadBalancer
Backup = RecoveryServices | NoBackup
Tag = Annotated[str, Meta(max_length=256)]


class Stack(_Part, frozen=True, kw_only=True):
    """A whole Octopus Deploy High Availability stack, as `stack.yaml` describes it."""

    name: Name = "octopus"
    location: Region = "westeurope"
    cloud: Annotated[
        Literal["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"],
        Meta(description="Which Azure; the names of azure-cli-core."),
    ] = "AzureCloud"
    tags: Annotated[
        dict[
            Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^<>%&\\?/]+$")],
            Tag,
        ],
        Meta(max_length=45, description="Tags of every resource."),
    ] = {}
    octopus: Octopus
    secrets: Annotated[
        Secrets,
        Meta(
            description="Where the secrets come from when the stack is deployed.",
            extra_json_schema=NO_SHAPE,
        ),
    ] = EnvironmentVariables()
    network: Network = NewNetwork()
    nodes: Nodes = VirtualMachines()
    database: Database = AzureSql()
    storage: Storage = AzureFiles()
    load_balancer: LoadBalancer = AzureLoadBalancer()
    key_vault: KeyVault = KeyVault()
    monitoring: LogAnalytics = LogAnalytics()
    backup: Backup = RecoveryServices()
    environments: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,29}$")],
            dict[str, Any],
        ],
        Meta(
            max_length=20,
            description="Per environment, the values that differ from the rest.",
        ),
    ] = {}

    @property
    def node_names(self) -> tuple[str, ...]:
        """The names of the nodes, in order; the first one creates the database schema."""
        if self.nodes.names:
            return self.nodes.names
        return tuple(f"{self.name}-{number}" for number in range(1, self.nodes.count + 1))
