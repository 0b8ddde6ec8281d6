"""The share of all nodes, and the key to it."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import load
from octoha_templates.pipeline import build

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


IN_DOMAIN = (
    "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
    "network.dns_servers=[10.0.0.4]",
)
AD_DS = (*IN_DOMAIN, "storage.access=ad-ds")
ENTRA = (
    *IN_DOMAIN,
    "octopus.service_account={kind: user, name: 'CORP\\svc-octopus'}",
    "storage.access=entra-kerberos",
)


@pytest.mark.parametrize("settings", [AD_DS, ENTRA], ids=["ad-ds", "entra-kerberos"])
def test_nodes_that_come_as_who_they_are_need_no_key(
    component: Component, settings: tuple[str, ...]
) -> None:
    compiled = component("storage/azure-files", *settings)
    account = compiled.only("Microsoft.Storage/storageAccounts")["properties"]
    smb = compiled.only("Microsoft.Storage/storageAccounts/fileServices")["properties"]

    assert account["allowSharedKeyAccess"] is False
    assert smb["protocolSettings"]["smb"]["authenticationMethods"] == "Kerberos"
    assert not compiled.all("Microsoft.KeyVault/vaults/secrets")
    assert compiled.template["outputs"]["credentialUserName"]["value"] == ""
    assert "listKeys" not in str(compiled.template)


def test_account_learns_its_domain_when_a_script_has_made_its_account(component: Component) -> None:
    compiled = component("storage/azure-files", *AD_DS)
    account = compiled.only("Microsoft.Storage/storageAccounts")["properties"]
    identity = account["azureFilesIdentityBasedAuthentication"]

    assert compiled.parameters["activeDirectoryProperties"]["defaultValue"] == {}
    assert identity["directoryServiceOptions"] == (
        "[if(empty(parameters('activeDirectoryProperties')), 'None', 'AD')]"
    )


@pytest.mark.parametrize("settings", [AD_DS, ENTRA], ids=["ad-ds", "entra-kerberos"])
def test_nobody_is_let_in_before_the_share_is_prepared(
    component: Component, settings: tuple[str, ...]
) -> None:
    compiled = component("storage/azure-files", *settings)
    account = compiled.only("Microsoft.Storage/storageAccounts")["properties"]
    identity = account["azureFilesIdentityBasedAuthentication"]

    assert compiled.parameters["shareIsReady"]["defaultValue"] is False
    assert identity["defaultSharePermission"] == (
        "[if(parameters('shareIsReady'), 'StorageFileDataSmbShareContributor', 'None')]"
    )


def test_child_domain_names_its_forest(component: Component) -> None:
    account = (
        "storage.active_directory={domain_guid: 00000000-0000-0000-0000-000000000000, "
        "domain_sid: S-1-5-21-1-2-3, storage_sid: S-1-5-21-1-2-3-4, sam_account_name: stoctopus%s}"
    )
    known = component("storage/azure-files", *AD_DS, account % "")
    child = component("storage/azure-files", *AD_DS, account % ", forest_name: example.com")

    forests = [
        each.parameters["activeDirectoryProperties"]["defaultValue"]["forestName"]
        for each in (known, child)
    ]
    assert forests == ["corp.example.com", "example.com"]


def test_rights_are_given_to_each_account_before_everybody_loses_theirs() -> None:
    text = build(load(settings=AD_DS)).files["DEPLOY.md"].decode()
    steps = [line for line in text.splitlines() if line.startswith("icacls $share /")]

    assert [step.split(" ", 3)[3].split(" #")[0].strip() for step in steps] == [
        "'CORP\\<group of your administrators>:(OI)(CI)F'",
        *(f"'CORP\\octopus-{number}$:(OI)(CI)M'" for number in (1, 2, 3)),
        "'*S-1-5-11' '*S-1-5-32-545' '*S-1-3-0'",
    ]


def test_name_behind_the_private_endpoint_is_known_to_entra_id() -> None:
    text = build(load(settings=ENTRA)).files["DEPLOY.md"].decode()

    assert "$account.privatelink.file.$suffix" in text
    assert "AzureAdJoined : YES" in text


def test_size_iops_and_throughput_are_bought_one_by_one(component: Component) -> None:
    settings = "storage={billing: provisioned-v2, quota_gib: 32, iops: 4000, throughput_mibps: 200}"
    compiled = component("storage/azure-files", settings)
    share = compiled.only("Microsoft.Storage/storageAccounts/fileServices/shares")["properties"]

    assert compiled.parameters["skuName"]["defaultValue"] == "PremiumV2_ZRS"
    assert (
        share["provisionedIops"]
        == "[if(equals(parameters('shareIops'), 0), null(), parameters('shareIops'))]"
    )
    assert compiled.parameters["shareThroughputMibps"]["defaultValue"] == 200


def test_existing_share_makes_nothing(component: Component) -> None:
    compiled = component("storage/existing")

    assert compiled.template["resources"] == []
    assert compiled.outputs["uncPath"] == "[parameters('uncPath')]"
