"""The SQL server and the database of Octopus."""

from __future__ import annotations

import pytest

from .conftest import Component

AZURE_SQL = "database/azure-sql"
SERVERS = "Microsoft.Sql/servers"
DATABASES = "Microsoft.Sql/servers/databases"
SQL_AUTHENTICATION = "database.authentication=sql"


def test_entra_server_has_no_password_at_all(component: Component) -> None:
    compiled = component(AZURE_SQL)
    properties = compiled.only(SERVERS)["properties"]

    assert properties["administrators"]["azureADOnlyAuthentication"] is True
    assert "administratorLogin" not in properties
    assert not [name for name in compiled.parameters if "password" in name.lower()]


def test_stack_identity_is_the_administrator_as_an_application(
    component: Component,
) -> None:
    compiled = component(AZURE_SQL)

    assert compiled.parameters["administratorPrincipalType"]["defaultValue"] == "Application"
    assert "defaultValue" not in compiled.parameters["administratorSid"]


def test_entra_group_of_the_config_becomes_the_administrator(
    component: Component,
) -> None:
    sid = "11111111-2222-3333-4444-555555555555"
    compiled = component(
        AZURE_SQL,
        "database.entra_administrator.login=octopus-dba",
        f"database.entra_administrator.object_id={sid}",
    )

    assert compiled.parameters["administratorSid"]["defaultValue"] == sid
    assert compiled.parameters["administratorLogin"]["defaultValue"] == "octopus-dba"
    assert compiled.parameters["administratorPrincipalType"]["defaultValue"] == "Group"


def test_sql_authentication_takes_a_secure_password(component: Component) -> None:
    compiled = component(AZURE_SQL, SQL_AUTHENTICATION)
    properties = compiled.only(SERVERS)["properties"]

    assert compiled.parameters["administratorPassword"]["type"] == "securestring"
    assert properties["administratorLoginPassword"] == "[parameters('administratorPassword')]"
    assert "administrators" not in properties


def test_server_is_closed_to_the_internet_both_ways(component: Component) -> None:
    properties = component(AZURE_SQL).only(SERVERS)["properties"]

    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["restrictOutboundNetworkAccess"] == "Enabled"
    assert properties["minimalTlsVersion"] == "1.2"


@pytest.mark.parametrize("settings", [(), (SQL_AUTHENTICATION,)])
def test_connection_string_is_encrypted_and_without_password(
    component: Component, settings: tuple[str, ...]
) -> None:
    value = component(AZURE_SQL, *settings).outputs["connectionString"]

    assert "Encrypt=True" in value
    assert "Password" not in value.replace("Pwd", "Password")


def test_nodes_sign_in_with_their_own_identity(component: Component) -> None:
    value = component(AZURE_SQL).outputs["connectionString"]

    assert "'Authentication=Active Directory Managed Identity'" in value
    assert "format('User ID={0}', parameters('nodesIdentityClientId'))" in value


def test_collation_is_case_insensitive(component: Component) -> None:
    compiled = component(AZURE_SQL)

    assert "_CI_" in compiled.parameters["collation"]["defaultValue"]
    assert compiled.only(DATABASES)["properties"]["collation"] == "[parameters('collation')]"


def test_licence_counts_for_vcores_only(component: Component) -> None:
    properties = component(AZURE_SQL).only(DATABASES)["properties"]

    assert (
        properties["licenseType"] == "[if(variables('isVCore'), parameters('licenseType'), null())]"
    )


def test_policies_of_the_database_change_one_after_the_other(
    component: Component,
) -> None:
    compiled = component(AZURE_SQL)
    short = compiled.only(f"{DATABASES}/backupShortTermRetentionPolicies")
    long = compiled.only(f"{DATABASES}/backupLongTermRetentionPolicies")

    assert any("transparentDataEncryption" in item for item in short["dependsOn"])
    assert any("backupShortTermRetentionPolicies" in item for item in long["dependsOn"])


def test_audit_log_leaves_through_the_master_database(component: Component) -> None:
    compiled = component(AZURE_SQL)
    (audit,) = [
        setting
        for setting in compiled.all("Microsoft.Insights/diagnosticSettings")
        if "master" in setting["scope"]
    ]

    assert [log["category"] for log in audit["properties"]["logs"]] == ["SQLSecurityAuditEvents"]
    assert any("'Microsoft.Sql/servers'" in item for item in audit["dependsOn"])
    auditing = compiled.only(f"{SERVERS}/auditingSettings")
    assert auditing["properties"]["isAzureMonitorTargetEnabled"] is True
    assert auditing["condition"] == audit["condition"]


def test_no_firewall_rule_exists(component: Component) -> None:
    assert component(AZURE_SQL).all(f"{SERVERS}/firewallRules") == []
