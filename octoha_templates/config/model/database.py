"""The alternatives for the Octopus database."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, Guid, Part


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


Database = AzureSql
