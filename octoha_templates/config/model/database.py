"""The alternatives for the Octopus database."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from octoha_templates.config.model.base import (
    SHAPE,
    Guid,
    HostName,
    Part,
    Port,
    Region,
    ResourceId,
)


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


class AzureSql(Part, frozen=True, kw_only=True, tag="azure-sql", tag_field="kind"):
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

    @property
    def own_administrator(self) -> bool:
        """Whether an identity of the stack administers the server and makes the nodes' user."""
        return self.authentication == "entra" and self.entra_administrator is None


AZURE_SQL_SUFFIXES = (
    ".database.windows.net",
    ".database.usgovcloudapi.net",
    ".database.chinacloudapi.cn",
)
"""How host names of Azure SQL end, which differs from cloud to cloud."""


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
        return self.host.endswith(AZURE_SQL_SUFFIXES)

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


Database = AzureSql | ExistingDatabase
