"""The vault that the nodes start from."""

from __future__ import annotations

from .conftest import Component

KEY_VAULT = "key-vault/new"
VAULTS = "Microsoft.KeyVault/vaults"
SECRETS = "Microsoft.KeyVault/vaults/secrets"


def test_vault_can_be_neither_purged_nor_reached_from_outside(
    component: Component,
) -> None:
    properties = component(KEY_VAULT).only(VAULTS)["properties"]

    # Scanners look for both as literals, although soft delete can no longer be switched off.
    assert properties["enablePurgeProtection"] is True
    assert properties["enableSoftDelete"] is True
    assert properties["enableRbacAuthorization"] is True
    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"] == {
        "bypass": "AzureServices",
        "defaultAction": "Deny",
        "ipRules": [],
        "virtualNetworkRules": [],
    }


def test_every_secret_comes_from_a_secure_parameter_without_default(
    component: Component,
) -> None:
    compiled = component(KEY_VAULT, "database.authentication=sql")
    values = [secret["properties"]["value"] for secret in compiled.all(SECRETS)]

    assert len(values) == 5
    for value in values:
        name = value.removeprefix("[parameters('").removesuffix("')]")
        assert compiled.parameters[name]["type"] == "securestring"
        assert "defaultValue" not in compiled.parameters[name]


def test_every_secret_has_a_content_type(component: Component) -> None:
    secrets = component(KEY_VAULT).all(SECRETS)

    assert all(secret["properties"]["contentType"] for secret in secrets)
    assert "application/x-pkcs12" in {secret["properties"]["contentType"] for secret in secrets}


def test_sql_password_is_kept_only_for_sql_authentication(component: Component) -> None:
    entra = component(KEY_VAULT)
    sql = component(KEY_VAULT, "database.authentication=sql")

    assert "databasePassword" not in entra.parameters
    assert entra.template["variables"]["secretNames"]["databasePassword"] == ""
    assert sql.template["variables"]["secretNames"]["databasePassword"] == "sql-admin-password"


def test_nodes_may_read_secrets_and_nothing_else(component: Component) -> None:
    assignment = component(KEY_VAULT).only("Microsoft.Authorization/roleAssignments")

    assert "4633458b-17de-408a-b874-0445c86b69e6" in assignment["properties"]["roleDefinitionId"]
    assert assignment["properties"]["principalType"] == "ServicePrincipal"
    assert "Microsoft.KeyVault/vaults" in assignment["scope"]


def test_names_of_secrets_are_one_output_that_holds_no_value(
    component: Component,
) -> None:
    outputs = component(KEY_VAULT).outputs

    assert outputs["secretNames"] == "[variables('secretNames')]"
    assert not [name for name in outputs if "password" in name.lower()]


def test_secrets_carry_no_tags(component: Component) -> None:
    """A stack may have 45 tags, and a secret takes 15 at most."""
    assert not [secret for secret in component(KEY_VAULT).all(SECRETS) if "tags" in secret]


def test_date_of_expiry_is_on_every_secret_where_one_is_given(component: Component) -> None:
    secrets = [*component(KEY_VAULT).all(SECRETS), *component("storage/azure-files").all(SECRETS)]

    assert {secret["properties"]["attributes"] for secret in secrets} == {
        "[variables('secretAttributes')]"
    }
    attributes = component(KEY_VAULT).template["variables"]["secretAttributes"]
    assert "dateTimeToEpoch(parameters('keyVaultEntriesExpireOn'))" in attributes
