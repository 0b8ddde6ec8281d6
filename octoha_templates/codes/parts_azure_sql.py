"""630 to 633: Azure SQL Database in one region and in two."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_TIERS = "learn.microsoft.com, Azure SQL Database, serverless compute tier"
_GROUPS = "learn.microsoft.com, Failover groups overview and best practices, Azure SQL Database"

AZURE_SQL_CODES: tuple[Code, ...] = (
    Code(
        "OCT630",
        "A serverless database",
        "A serverless database is cheap while it pauses. Octopus asks its database every few seconds, so that it "
        "never pauses; a node that finds it paused all the same fails its tasks.",
        example="database:\n  sku: GP_S_Gen5_4",
        instead="database:\n  sku: GP_Gen5_4",
        sources=(_TIERS,),
    ),
    Code(
        "OCT631",
        "A second region without geo-replication, or the other way round",
        "`redundancy: geo` asks for a copy in a second region, and `geo` says where: they belong together.",
        example="database:\n  redundancy: geo",
        instead="database:\n  redundancy: geo\n  geo: {location: northeurope}",
        sources=(_GROUPS,),
    ),
    Code(
        "OCT632",
        "A second region that is the first",
        "A failover group copies to a server in another region; inside a region, zone redundancy does that.",
        example="location: westeurope\ndatabase:\n  redundancy: geo\n  geo: {location: westeurope}",
        instead="location: westeurope\ndatabase:\n  redundancy: geo\n  geo: {location: northeurope}",
        sources=(_GROUPS,),
    ),
    Code(
        "OCT633",
        "A standby copy of a DTU database",
        "The copy without a licence exists in the vCore tiers only.",
        example="database:\n  sku: P2\n  redundancy: geo\n  geo: {location: northeurope, standby: true}",
        instead="database:\n  sku: GP_Gen5_4\n  redundancy: geo\n  geo: {location: northeurope, standby: true}",
        sources=(_GROUPS,),
    ),
)
