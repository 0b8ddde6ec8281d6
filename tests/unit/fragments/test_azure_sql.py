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


GEO = "database={redundancy: geo, geo: {location: northeurope}}"
LONG_TERM = "Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies"
OWN_KEY = "database.customer_managed_key={}"
YOUR_KEY = (
    "database.customer_managed_key={existing: {vault_name: kv-keys, key_name: octopus, key_version: "
    "'0123456789abcdef0123456789abcdef', identity_id: /subscriptions/00000000-0000-0000-0000-"
    "000000000000/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id}}"
)
LISTENER = (
    "format('{0}{1}', parameters('failoverGroupName'), environment().suffixes.sqlServerHostname)"
)


def test_partner_server_is_as_closed_as_the_first_and_in_the_other_region(
    component: Component,
) -> None:
    first, partner = component("database/azure-sql", GEO).all("Microsoft.Sql/servers")

    assert partner["location"] == "[parameters('partnerLocation')]"
    assert partner["properties"] == first["properties"]
    assert first["properties"]["publicNetworkAccess"] == "Disabled"


def test_nodes_reach_either_server_by_a_private_endpoint_in_one_zone(component: Component) -> None:
    compiled = component("database/azure-sql", GEO)
    groups = compiled.all("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")

    assert len(compiled.all("Microsoft.Network/privateEndpoints")) == 2
    zones = {str(group["properties"]["privateDnsZoneConfigs"][0]["properties"]) for group in groups}
    assert len(zones) == 1


def test_nodes_use_the_name_that_follows_the_primary(component: Component) -> None:
    compiled = component("database/azure-sql", GEO)
    outputs = compiled.template["outputs"]

    assert compiled.template["variables"]["listenerHostName"] == f"[{LISTENER}]"
    assert "variables('listenerHostName')" in outputs["connectionString"]["value"]
    assert "reference(" not in outputs["connectionString"]["value"]


def test_failover_group_waits_for_both_ways_in_and_reads_nowhere(component: Component) -> None:
    group = component("database/azure-sql", GEO).only("Microsoft.Sql/servers/failoverGroups")
    waits_for = " ".join(group["dependsOn"])

    assert waits_for.count("privateDnsZoneGroups") == 2
    assert "backupLongTermRetentionPolicies" in waits_for
    assert group["properties"]["readOnlyEndpoint"] == {"failoverPolicy": "Disabled"}
    assert "secondaryType" not in group["properties"]


def test_after_a_failover_nothing_of_the_database_is_touched(component: Component) -> None:
    """Azure takes changes of a database and of its failover group at the primary server only."""
    compiled = component("database/azure-sql", GEO)
    at_primary = "[equals(parameters('primaryServer'), 'first')]"

    for kind in (
        "databases",
        "databases/transparentDataEncryption",
        "databases/backupShortTermRetentionPolicies",
        "failoverGroups",
    ):
        assert compiled.only(f"Microsoft.Sql/servers/{kind}")["condition"] == at_primary
    retention = compiled.find(LONG_TERM, "parameters('serverName')")
    assert retention["condition"] == at_primary
    for server in compiled.all("Microsoft.Sql/servers"):
        assert "condition" not in server
    assert "parameters('primaryServer')" in compiled.outputs["databaseResourceId"]


def test_copy_keeps_backups_for_as_long_when_it_is_primary(component: Component) -> None:
    compiled = component("database/azure-sql", GEO)
    first = compiled.find(LONG_TERM, "parameters('serverName')")
    partner = compiled.find(LONG_TERM, "parameters('partnerServerName')")

    assert partner["properties"] == first["properties"]
    assert "condition" not in partner
    assert any("failoverGroups" in each for each in partner["dependsOn"])
    logs = [
        each["properties"]["logs"]
        for each in compiled.all("Microsoft.Insights/diagnosticSettings")
        if "parameters('databaseName')" in each["scope"]
    ]
    assert len(logs) == 2
    assert logs[0] == logs[1]


def test_threat_detection_that_is_turned_off_is_written_as_off(component: Component) -> None:
    compiled = component("database/azure-sql", "database.threat_detection=false")
    state = "[if(parameters('enableThreatDetection'), 'Enabled', 'Disabled')]"

    assert compiled.parameters["enableThreatDetection"]["defaultValue"] is False
    for kind in ("securityAlertPolicies", "sqlVulnerabilityAssessments"):
        resource = compiled.only(f"Microsoft.Sql/servers/{kind}")
        assert "condition" not in resource
        assert resource["properties"]["state"] == state


def test_one_region_knows_nothing_of_a_second(component: Component) -> None:
    compiled = component("database/azure-sql")

    assert not {"primaryServer", "partnerLocation", "failoverGroupName"} & set(compiled.parameters)
    assert "condition" not in compiled.only("Microsoft.Sql/servers/databases")


def test_key_of_the_stack_is_made_and_allowed_before_the_server(component: Component) -> None:
    compiled = component("database/azure-sql", OWN_KEY)
    server = compiled.only("Microsoft.Sql/servers")
    key = compiled.only("Microsoft.KeyVault/vaults/keys")
    role = compiled.only("Microsoft.Authorization/roleAssignments")

    assert key["properties"]["kty"] == (
        "[if(equals(parameters('keyVaultSkuName'), 'premium'), 'RSA-HSM', 'RSA')]"
    )
    assert key["properties"]["attributes"]["exportable"] is False
    assert "e147488a-f6f5-4113-8e2d-b22465e65bf6" in role["properties"]["roleDefinitionId"]
    assert "Microsoft.Authorization/roleAssignments" in " ".join(server["dependsOn"])
    assert server["identity"]["type"] == "UserAssigned"


def test_key_of_yours_is_only_referred_to(component: Component) -> None:
    compiled = component("database/azure-sql", YOUR_KEY)
    protector = compiled.only("Microsoft.Sql/servers/encryptionProtector")

    assert not compiled.all("Microsoft.KeyVault/vaults/keys")
    assert protector["properties"] == {
        "serverKeyType": "AzureKeyVault",
        "serverKeyName": "[variables('encryptionKeyIdentifier')]",
        "autoRotationEnabled": True,
    }
    assert "keyVaultName" not in compiled.parameters


def test_both_servers_of_a_pair_are_encrypted_with_the_key(component: Component) -> None:
    compiled = component("database/azure-sql", GEO, OWN_KEY)

    assert len(compiled.all("Microsoft.Sql/servers/encryptionProtector")) == 2


def test_long_term_retention_is_what_the_config_says(component: Component) -> None:
    retention = "database.long_term_retention={weekly_weeks: 0, monthly_months: 3, yearly_years: 7}"
    parameters = component("database/azure-sql", retention).parameters

    assert [
        parameters[f"{period}Retention"]["defaultValue"]
        for period in ("weekly", "monthly", "yearly")
    ] == ["PT0S", "P3M", "P7Y"]
