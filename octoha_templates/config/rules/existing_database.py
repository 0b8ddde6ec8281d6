"""Rules about a database that is there already: the address, the sign-in and the connection string.

Source: learn.microsoft.com, "SqlConnection.ConnectionString", "Azure SQL Database connectivity
architecture", "SQL Server Browser service"; octopus.com/docs, "SQL Server database".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import AZURE_SQL_SUFFIXES, ExistingDatabase
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

# Keys of the config, or decided by the stack, by the keyword in lower case and without blanks.
_OWN_KEYWORDS: Final = {
    "server": "database.host",
    "datasource": "database.host",
    "address": "database.host",
    "addr": "database.host",
    "networkaddress": "database.host",
    "database": "database.database_name",
    "initialcatalog": "database.database_name",
    "authentication": "database.authentication",
    "integratedsecurity": "database.authentication",
    "trustedconnection": "database.authentication",
    "userid": "database.user",
    "uid": "database.user",
    "user": "database.user",
    "multisubnetfailover": "database.multi_subnet_failover",
    "trustservercertificate": "database.trust_server_certificate",
}
_REFUSED: Final = {
    "applicationintent": "a read-only replica cannot run Octopus, and it never asks for one",
    "password": "the password is a secure parameter",
    "pwd": "the password is a secure parameter",
    "encrypt": "the connection is always encrypted",
    "persistsecurityinfo": "the password is not handed out again",
    "failoverpartner": "Octopus does not support mirroring; name a listener as the host",
    "attachdbfilename": "the database belongs to a server that all nodes reach",
    "userinstance": "the database belongs to a server that all nodes reach",
    "contextconnection": "Octopus does not run inside SQL Server",
    "replication": "Octopus does not support replication",
}


@reads("database.host", "cloud")
def host_of_this_cloud(site: Site) -> Iterator[Diagnostic]:
    """A host name of Azure SQL is one of the stack's own cloud."""
    database = site.stack.database
    if not isinstance(database, ExistingDatabase):
        return
    cloud = cloud_of_host(database.host)
    if cloud not in ("", site.stack.cloud):
        yield site.error(
            "OCT634",
            f"`database.host` is a name of {cloud}, but the stack is for {site.stack.cloud}",
            site.at("database.host", "cloud"),
            f"name a server below {AZURE_SQL_SUFFIXES[site.stack.cloud][1:]}, or write cloud: {cloud}",
        )


@reads("database.options")
def options_of_the_connection(site: Site) -> Iterator[Diagnostic]:
    """No keyword undoes what Octopus needs, or says again what a key says."""
    database = site.stack.database
    if not isinstance(database, ExistingDatabase):
        return
    for name in database.options:
        keyword = name.replace(" ", "").lower()
        at = site.at(f"database.options.{name}", "database.options")
        if keyword in _REFUSED:
            yield site.error(
                "OCT635",
                f"`database.options` sets {name}, but {_REFUSED[keyword]}",
                at,
                f"delete {name}",
            )
        elif keyword in _OWN_KEYWORDS:
            yield site.error(
                "OCT635",
                f"`database.options` sets {name}, which the stack writes itself",
                at,
                f"use {_OWN_KEYWORDS[keyword]} instead",
            )


@reads("database.port", "database.instance", "database.host")
def one_way_to_the_instance(site: Site) -> Iterator[Diagnostic]:
    """A port and a named instance are two answers to one question."""
    database = site.stack.database
    if not isinstance(database, ExistingDatabase) or database.instance is None:
        return
    if database.port is not None:
        yield site.error(
            "OCT636",
            f"`database.port` is {database.port} and `database.instance` is {database.instance}, "
            "but clients that are given a port pass over the instance",
            site.at("database.instance", "database.port"),
            "delete instance: the port leads to it",
        )
    elif cloud_of_host(database.host):
        yield site.error(
            "OCT636",
            f"`database.instance` is {database.instance}, but Azure SQL has no named instances",
            site.at("database.instance"),
            "delete instance",
        )


@reads("database.authentication", "database.user", "database.host", "domain")
def sign_in_that_can_work(site: Site) -> Iterator[Diagnostic]:
    """The nodes can sign in the way that is asked for."""
    database = site.stack.database
    if not isinstance(database, ExistingDatabase):
        return
    if database.authentication == "sql" and database.user is None:
        yield site.error(
            "OCT637",
            "`database.authentication` is sql, but `database.user` does not say which login",
            site.at("database.authentication"),
            "write user: octopus; its password is the parameter octopusDatabasePassword",
        )
    if database.authentication != "sql" and database.user is not None:
        yield site.error(
            "OCT637",
            f"`database.user` is {database.user}, but with {database.authentication} the nodes "
            "sign in as themselves",
            site.at("database.user"),
            "delete user, or write authentication: sql",
        )
    if database.authentication != "windows":
        return
    if cloud_of_host(database.host):
        yield site.error(
            "OCT637",
            "`database.authentication` is windows, which Azure SQL Database does not have",
            site.at("database.authentication", "database.host"),
            "write authentication: entra",
        )
    elif not site.stack.domain.joined:
        yield site.error(
            "OCT637",
            "`database.authentication` is windows, but the nodes are in no domain",
            site.at("database.authentication"),
            "say which one with `domain`, or write authentication: sql",
        )


@reads("database.location", "location")
def region_of_the_nodes(site: Site) -> Iterator[Diagnostic]:
    """The database lies where the nodes are."""
    database = site.stack.database
    if isinstance(database, ExistingDatabase) and database.location not in (
        None,
        site.stack.location,
    ):
        yield site.warning(
            "OCT638",
            f"the database is in {database.location}, but the nodes are in {site.stack.location}; "
            "Octopus asks it many small questions and wants both in one region",
            site.at("database.location", "location"),
            "move one of them",
        )


@reads("database.private_endpoint", "database.host", "database.port")
def endpoint_of_that_server(site: Site) -> Iterator[Diagnostic]:
    """A private endpoint leads to the server that the host names."""
    database = site.stack.database
    if not isinstance(database, ExistingDatabase) or database.private_endpoint is None:
        return
    at = site.at("database.private_endpoint.resource_id", "database.private_endpoint")
    segments = database.private_endpoint.resource_id.lower().split("/")
    server = segments[-1]
    if segments[6:8] != ["microsoft.sql", "servers"] or len(segments) != 9:
        yield site.error(
            "OCT639",
            "`database.private_endpoint.resource_id` is not the ID of a logical SQL server",
            at,
            "it ends with /providers/Microsoft.Sql/servers/<name>",
        )
    elif not cloud_of_host(database.host):
        yield site.error(
            "OCT639",
            f"`database.host` is {database.host}, which a private endpoint of Azure SQL does not "
            "answer to",
            site.at("database.host"),
            f"write host: {server}{AZURE_SQL_SUFFIXES[site.stack.cloud]}",
        )
    elif database.host.split(".")[0] != server:
        yield site.error(
            "OCT639",
            f"`database.host` is {database.host}, but the private endpoint leads to {server}",
            site.at("database.host"),
            "name the same server in both; through a failover group, make the endpoints outside",
        )
    elif database.server_port != 1433:
        yield site.error(
            "OCT639",
            f"`database.port` is {database.port}, but Azure SQL listens on 1433",
            site.at("database.port"),
            "delete port",
        )


def cloud_of_host(host: str) -> str:
    """Say which cloud's Azure SQL a host name belongs to; empty for another kind of server."""
    return next(
        (cloud for cloud, suffix in AZURE_SQL_SUFFIXES.items() if host.endswith(suffix)), ""
    )


EXISTING_DATABASE_RULES: tuple[Rule, ...] = (
    host_of_this_cloud,
    options_of_the_connection,
    one_way_to_the_instance,
    sign_in_that_can_work,
    region_of_the_nodes,
    endpoint_of_that_server,
)
