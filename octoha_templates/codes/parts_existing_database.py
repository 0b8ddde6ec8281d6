"""634 to 639: a database that is there already."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_CONNECTION = "learn.microsoft.com, SqlConnection.ConnectionString"
_DATABASE = "octopus.com/docs, SQL Server database"
_ENDPOINT = "learn.microsoft.com, Azure Private Link for Azure SQL Database"

EXISTING_DATABASE_CODES: tuple[Code, ...] = (
    Code(
        "OCT634",
        "A database of another cloud",
        "The host name is one of Azure SQL in another cloud than the stack's. The clouds do not "
        "know each other's identities and private DNS zones.",
        example="database:\n  kind: existing\n  host: octopus.database.usgovcloudapi.net\n"
        "  authentication: entra",
        instead="database:\n  kind: existing\n  host: octopus.database.windows.net\n"
        "  authentication: entra",
    ),
    Code(
        "OCT635",
        "A keyword that the connection string must not have",
        "Octopus writes to its database all the time, so ApplicationIntent=ReadOnly, which leads "
        "to a read-only replica, stops it. A password belongs into a secure parameter. Other "
        "keywords are written by the stack from keys of their own.",
        example="database:\n  kind: existing\n  host: sql.example.com\n  authentication: sql\n"
        "  user: octopus\n  options:\n    ApplicationIntent: ReadOnly",
        instead="database:\n  kind: existing\n  host: sql.example.com\n  authentication: sql\n"
        "  user: octopus\n  options:\n    Max Pool Size: '200'",
        sources=(_CONNECTION, _DATABASE),
    ),
    Code(
        "OCT636",
        "A port and a named instance",
        "A client that is given a port does not look the instance up, so one of the two has no "
        "effect. Azure SQL has no named instances.",
        example="database:\n  kind: existing\n  host: sql.example.com\n  port: 14330\n"
        "  instance: OCTOPUS\n  authentication: sql\n  user: octopus",
        instead="database:\n  kind: existing\n  host: sql.example.com\n  port: 14330\n"
        "  authentication: sql\n  user: octopus",
        sources=("learn.microsoft.com, SQL Server Browser service",),
    ),
    Code(
        "OCT637",
        "A sign-in that cannot work",
        "With sql, Octopus signs in with a login and a password. With windows, it signs in as the "
        "computer accounts of its nodes, which takes a domain that both sides trust, and which "
        "Azure SQL Database does not have. With entra, it signs in as the nodes' managed identity.",
        example="database:\n  kind: existing\n  host: octopus.database.windows.net\n"
        "  authentication: windows",
        instead="database:\n  kind: existing\n  host: octopus.database.windows.net\n"
        "  authentication: entra",
        sources=(_DATABASE,),
    ),
    Code(
        "OCT638",
        "The database is far from the nodes",
        "Octopus asks its database many small questions for every page and every task, so the "
        "time on the way counts many times over. Nodes and database belong into one region.",
        example="database:\n  kind: existing\n  host: sql.example.com\n  authentication: sql\n"
        "  user: octopus\n  location: eastus",
        sources=("octopus.com/docs, High availability",),
    ),
    Code(
        "OCT639",
        "A private endpoint to another server",
        "The private DNS zone answers for the server of the endpoint only. The resource ID has to "
        "be that of the logical SQL server that the host names, and the port 1433.",
        example="database:\n  kind: existing\n  host: other.database.windows.net\n"
        "  authentication: entra\n  private_endpoint:\n"
        "    resource_id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
        "/providers/Microsoft.Sql/servers/octopus",
        instead="database:\n  kind: existing\n  host: octopus.database.windows.net\n"
        "  authentication: entra\n  private_endpoint:\n"
        "    resource_id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
        "/providers/Microsoft.Sql/servers/octopus",
        sources=(_ENDPOINT,),
    ),
)
