"""A database that is there already: its connection string, and the way to it."""

from __future__ import annotations

import pytest

from .conftest import Component

EXISTING = "database/existing"
ENDPOINTS = "Microsoft.Network/privateEndpoints"
SERVER_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.Sql/servers/octopus"
)


def settings(host: str, authentication: str, *others: str) -> tuple[str, ...]:
    """Ask for an existing database."""
    user = ", user: octopus" if authentication == "sql" else ""
    more = "".join(f", {other}" for other in others)
    return (
        f"database={{kind: existing, host: {host}, authentication: {authentication}{user}{more}}}",
    )


def test_nothing_is_made_for_a_database_of_somebody_else(component: Component) -> None:
    compiled = component(EXISTING, *settings("sql.example.com", "sql"))

    assert compiled.template["resources"] == []
    assert [name for name, each in compiled.parameters.items() if "defaultValue" not in each] == []


@pytest.mark.parametrize(
    ("authentication", "last"),
    [
        ("sql", "format('User ID={0}', parameters('userName'))"),
        ("entra", "format('User ID={0}', parameters('nodesIdentityClientId'))"),
    ],
)
def test_connection_string_ends_with_who_signs_in_and_has_no_password(
    component: Component, authentication: str, last: str
) -> None:
    value = component(EXISTING, *settings("sql.example.com", authentication)).outputs[
        "connectionString"
    ]

    assert last in value.rsplit("connectionOptions", 1)[1]
    assert "Encrypt=True" in value
    assert "Password" not in value
    assert "ApplicationIntent" not in value


def test_computer_accounts_sign_in_without_a_name(component: Component) -> None:
    compiled = component(
        EXISTING,
        "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: join}",
        "network.dns_servers=[10.0.0.4, 10.0.0.5]",
        *settings("sql.example.com", "windows"),
    )

    assert "'Integrated Security=True'" in compiled.outputs["connectionString"]
    assert "User ID" not in compiled.outputs["connectionString"]


def test_port_leads_to_the_server_and_a_named_instance_is_looked_up(component: Component) -> None:
    by_port = component(EXISTING, *settings("sql.example.com", "sql", "port: 14330"))
    by_name = component(EXISTING, *settings("sql.example.com", "sql", "instance: OCTO"))

    assert by_port.parameters["serverPort"]["defaultValue"] == 14330
    assert by_port.parameters["instanceName"]["defaultValue"] == ""
    assert by_name.parameters["instanceName"]["defaultValue"] == "OCTO"
    address = by_port.template["variables"]["serverAddress"]
    assert address.startswith("[if(empty(parameters('instanceName')), format('tcp:{0},{1}'")


def test_host_of_azure_sql_takes_its_ending_from_the_cloud(component: Component) -> None:
    compiled = component(EXISTING, *settings("octopus.database.windows.net", "entra"))

    assert compiled.parameters["serverName"]["defaultValue"] == "octopus"
    assert (
        "environment().suffixes.sqlServerHostname"
        in compiled.template["variables"]["serverHostName"]
    )


def test_options_of_the_config_are_added_as_they_are(component: Component) -> None:
    compiled = component(
        EXISTING, *settings("sql.example.com", "sql", "options: {Max Pool Size: '200'}")
    )

    assert compiled.parameters["connectionOptions"]["defaultValue"] == ["Max Pool Size=200"]


@pytest.mark.parametrize(
    ("approval", "key"),
    [
        ("automatic", "privateLinkServiceConnections"),
        ("manual", "manualPrivateLinkServiceConnections"),
    ],
)
def test_private_endpoint_leads_to_the_server_and_waits_for_its_owner_when_asked(
    component: Component, approval: str, key: str
) -> None:
    endpoint = f"private_endpoint: {{resource_id: {SERVER_ID}, approval: {approval}}}"
    compiled = component(EXISTING, *settings("octopus.database.windows.net", "entra", endpoint))
    (connection,) = compiled.only(ENDPOINTS)["properties"][key]

    assert connection["properties"]["groupIds"] == ["sqlServer"]
    assert connection["properties"]["privateLinkServiceId"] == "[parameters('serverResourceId')]"
    assert compiled.only(f"{ENDPOINTS}/privateDnsZoneGroups")
