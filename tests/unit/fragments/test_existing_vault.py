"""A vault, a certificate and an account that exist already: what is made beside them, and what is left alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.pipeline import build

from .conftest import Component

VAULT = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-secrets/providers"
    "/Microsoft.KeyVault/vaults/kv-shared"
)
ROLES = "Microsoft.Authorization/roleAssignments"
SECRETS = "Microsoft.KeyVault/vaults/secrets"
DOMAIN = (
    "domain={kind: existing, fqdn: corp.contoso.com, net_bios_name: CONTOSO, join_user: join}",
    "network.dns_servers=[10.0.0.4]",
)
DATABASE = "database={kind: existing, host: sql.contoso.com, authentication: %s%s}"


def vault(more: str = "write_secrets: true") -> str:
    """Ask for the existing vault."""
    return f"key_vault={{kind: existing, vault_id: {VAULT}, {more}}}"


def certificate(more: str = "") -> str:
    """Ask for a certificate of that vault."""
    return f"octopus.certificate={{kind: key-vault, vault_id: {VAULT}, certificate_name: portal{more}}}"


def account(kind: str, name: str) -> tuple[str, ...]:
    """Ask for an account of the service, and its domain."""
    return (f"octopus.service_account={{kind: {kind}, name: 'CONTOSO\\{name}'}}", *DOMAIN)


@cache
def template(*settings: str) -> dict[str, Any]:
    """Compile a whole stack."""
    return build(load(None, settings=settings)).template


def modules(*settings: str) -> dict[str, dict[str, Any]]:
    """Give the nested deployments of a stack by the end of their names."""
    found = {}
    for resource in template(*settings)["resources"]:
        name = resource["name"].partition("'{0}-")[2].partition("'")[0]
        found[name] = resource
    return found


def secure_parameters(*settings: str) -> set[str]:
    """Name the secrets that a deployment asks for."""
    parameters = template(*settings)["parameters"].items()
    return {name for name, each in parameters if each["type"] == "securestring"}


COMBINATIONS = [
    (vault(),),
    (vault(), certificate()),
    (vault("write_secrets: true, private_endpoint: false"), certificate()),
    (certificate(", assign_role: false, private_endpoint: false"),),
    (certificate(), *account("user", "svc-octopus")),
    (vault(), *account("user", "svc-octopus"), "storage.mount=symbolic-links"),
    (*account("group-managed", "gmsa-octopus$"), "storage.mount=mapped-drive"),
    ("octopus.certificate={kind: self-signed}", "storage.mount=mapped-drive"),
    (vault(), DATABASE % ("sql", ", user: octopus")),
    (certificate(), *DOMAIN, DATABASE % ("windows", "")),
    (*account("group-managed", "gmsa-octopus$"), DATABASE % ("windows", "")),
    ("octopus.trusted_proxies=[10.1.2.3]", "octopus.hsts=true", "database.authentication=sql"),
]


@pytest.mark.parametrize("settings", COMBINATIONS, ids=" ".join)
def test_what_goes_together_has_no_findings(settings: tuple[str, ...]) -> None:
    bundle = build(load(None, settings=settings))
    # What the config says of itself is 1xx and 6xx upwards.
    assert [finding for finding in bundle.findings if "OCT2" <= finding.code < "OCT6"] == []


def test_nothing_of_an_existing_vault_is_deployed() -> None:
    for module in modules(vault(), certificate()).values():
        types = {item["type"] for item in module["properties"]["template"]["resources"]}
        assert "Microsoft.KeyVault/vaults" not in types


def test_what_belongs_into_the_vault_is_deployed_in_its_resource_group() -> None:
    found = modules(vault(), certificate())
    for name in ("key-vault-secrets", "key-vault-access", "certificate-access"):
        assert "split(parameters('" in found[name]["subscriptionId"]
        assert "[2]" in found[name]["subscriptionId"]
        assert "[4]" in found[name]["resourceGroup"]
    # The private endpoint is the stack's own.
    assert "resourceGroup" not in found["key-vault"]
    types = {item["type"] for item in found["key-vault"]["properties"]["template"]["resources"]}
    assert types == {
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    }


def test_the_nodes_may_read_their_own_secrets_one_by_one(component: Component) -> None:
    assignment = component("key-vault/access").only(ROLES)
    assert assignment["copy"]["count"] == "[length(parameters('secretNames'))]"
    assert "'Microsoft.KeyVault/vaults/secrets'" in assignment["scope"]
    assert "4633458b-17de-408a-b874-0445c86b69e6" in assignment["properties"]["roleDefinitionId"]
    assert assignment["properties"]["principalType"] == "ServicePrincipal"
    given = modules(vault("write_secrets: true, secret_prefix: prod-"))["key-vault-access"]
    assert given["properties"]["parameters"]["secretNames"]["value"] == [
        "prod-octopus-master-key",
        "prod-octopus-license",
        "prod-octopus-admin-password",
        "prod-portal-certificate",
        "prod-storage-account-key",
    ]


def test_alerts_on_a_vault_of_somebody_else_are_theirs() -> None:
    def alerts(*settings: str) -> str:
        return str(modules(*settings)["alerts"]["properties"])

    assert "Microsoft.KeyVault/vaults" in alerts()
    assert "Microsoft.KeyVault/vaults" not in alerts(vault())


def test_secrets_are_there_before_the_nodes_are_let_in_and_both_before_octopus() -> None:
    found = modules(vault(), certificate())
    assert any("key-vault-secrets" in each for each in found["key-vault-access"]["dependsOn"])
    waits_for = " ".join(found["octopus-server"]["dependsOn"])
    for name in ("key-vault-secrets", "key-vault-access", "certificate-access"):
        assert name in waits_for


def test_secrets_of_an_existing_vault_are_asked_for_only_when_they_are_written() -> None:
    share = DATABASE % ("windows", "")
    written = secure_parameters(vault(), *DOMAIN, share)
    assert {"octopusMasterKey", "octopusLicenseBase64", "portalCertificatePfx"} <= written
    # Storage keys are made by the deployment, so this stack has to write; the certificate need not.
    assert "portalCertificatePfx" not in secure_parameters(vault(), certificate())


def test_a_vault_of_the_certificate_is_reached_once() -> None:
    """Two endpoints would fight for one name in the private zone."""
    assert "certificate-key-vault" in modules(certificate())
    assert "certificate-key-vault" not in modules(vault(), certificate())
    apart = modules(vault("write_secrets: true, private_endpoint: false"), certificate())
    assert "certificate-key-vault" in apart
    assert "certificate-key-vault" not in modules(certificate(", private_endpoint: false"))


def test_no_role_is_assigned_where_somebody_else_does_it() -> None:
    assert "certificate-access" in modules(certificate())
    assert "certificate-access" not in modules(certificate(", assign_role: false"))
    by_hand = modules(vault("write_secrets: true, assign_role: false"))
    assert "key-vault-access" not in by_hand


def test_the_storage_key_goes_into_a_vault_elsewhere_by_a_module_there(
    component: Component,
) -> None:
    compiled = component("key-vault/secrets")
    key = compiled.find(SECRETS, "storageAccountKey")
    assert key["properties"]["value"].startswith("[listKeys(extensionResourceId(") or (
        "listKeys(resourceId(" in key["properties"]["value"]
    )
    assert "parameters('accountKeyIndex')" in key["properties"]["value"]
    storage = modules(vault())["storage"]["properties"]["template"]["resources"]
    assert SECRETS not in {item["type"] for item in storage}


def test_every_secret_that_is_written_comes_from_a_secure_parameter(component: Component) -> None:
    compiled = component(
        "key-vault/secrets",
        "database.authentication=sql",
        *account("user", "svc-octopus"),
    )
    values = [secret["properties"]["value"] for secret in compiled.all(SECRETS)]
    named = [value for value in values if "listKeys" not in value]
    assert len(named) == len(values) - 1
    assert len(named) == 6
    for value in named:
        name = value.removeprefix("[parameters('").removesuffix("')]")
        assert compiled.parameters[name]["type"] == "securestring"
        assert "defaultValue" not in compiled.parameters[name]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ((), "none"),
        (account("user", "svc-octopus"), "user"),
        (account("group-managed", "gmsa-octopus$"), "group-managed"),
    ],
)
def test_the_scripts_are_told_the_account_of_the_service(
    settings: tuple[str, ...], kind: str
) -> None:
    given = modules(*settings)["octopus-server"]["properties"]
    default = given["template"]["parameters"]["serviceAccount"]["defaultValue"]
    told = given["parameters"].get("serviceAccount", {}).get("value", default)
    assert told["kind"] == kind
    assert ("octopusServiceAccountPassword" in secure_parameters(*settings)) is (kind == "user")


def test_the_scripts_are_told_where_the_certificate_is_without_a_version() -> None:
    told = modules(certificate())["octopus-server"]["properties"]["parameters"]["certificate"]
    assert told["value"]["kind"] == "key-vault"
    assert told["value"]["name"] == "[parameters('certificateName')]"
    assert "environment().suffixes.keyvaultDns" in told["value"]["vaultUri"]
    assert "portalCertificatePfx" not in secure_parameters(certificate())


def test_an_account_of_a_share_is_told_with_the_name_of_its_secret() -> None:
    told = modules()["octopus-server"]["properties"]["parameters"]["shareCredential"]["value"]
    assert told["kind"] == "storage-key"
    assert "outputs.credentialUserName.value" in told["userName"]
    assert "outputs.secretNames.value.storageAccountKey" in told["secretName"]
