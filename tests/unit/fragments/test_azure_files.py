"""The share of all nodes, and the key to it."""

from __future__ import annotations

from .conftest import Component

AZURE_FILES = "storage/azure-files"
ACCOUNTS = "Microsoft.Storage/storageAccounts"


def test_account_key_goes_from_the_account_into_the_vault_and_nowhere_else(
    component: Component,
) -> None:
    compiled = component(AZURE_FILES)
    secret = compiled.only("Microsoft.KeyVault/vaults/secrets")

    assert secret["properties"]["value"].startswith("[listKeys(")
    assert "listKeys" not in str(compiled.template["outputs"])
    assert str(compiled.template).count("listKeys(") == 1


def test_secret_waits_for_the_account(component: Component) -> None:
    secret = component(AZURE_FILES).only("Microsoft.KeyVault/vaults/secrets")

    assert secret["dependsOn"] == [f"[resourceId('{ACCOUNTS}', parameters('storageAccountName'))]"]


def test_account_answers_in_the_network_only(component: Component) -> None:
    properties = component(AZURE_FILES).only(ACCOUNTS)["properties"]

    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"]["defaultAction"] == "Deny"
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties["allowBlobPublicAccess"] is False


def test_redundancy_of_the_config_chooses_the_sku(component: Component) -> None:
    local = component(AZURE_FILES, "storage.redundancy=local").parameters
    zone = component(AZURE_FILES).parameters

    assert zone["skuName"]["defaultValue"] == "Premium_ZRS"
    assert local["skuName"]["defaultValue"] == "Premium_LRS"


def test_smb_is_new_and_encrypted_and_takes_the_account_key(
    component: Component,
) -> None:
    compiled = component(AZURE_FILES)
    smb = compiled.only(f"{ACCOUNTS}/fileServices")["properties"]["protocolSettings"]["smb"]

    assert smb["versions"] == "SMB3.1.1"
    assert smb["encryptionInTransit"] == {"required": True}
    # Without NTLMv2 the account key opens nothing.
    assert "NTLMv2" in smb["authenticationMethods"]
    # Windows offers this cipher first, before the account is known.
    assert "AES-128-GCM" in compiled.parameters["smbChannelEncryption"]["defaultValue"]


def test_unc_path_has_two_backslashes_in_front_and_the_suffix_of_the_cloud(
    component: Component,
) -> None:
    unc_path = component(AZURE_FILES).outputs["uncPath"]

    assert unc_path.startswith("[format('\\\\{0}.file.{1}\\{2}'")
    assert "environment().suffixes.storage" in unc_path
