"""What exists already is referred to: nothing is written into a place of somebody else but what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.pipeline import build

OTHERS = "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups"
NETWORK = (
    "network={{kind: existing, virtual_network_id: " + OTHERS + "/rg-network/providers"
    "/Microsoft.Network/virtualNetworks/vnet-spoke, subnets: {{"
    "nodes: {{name: snet-octopus, address_prefix: 10.20.0.0/26}}, "
    "private_endpoints: {{name: snet-endpoints, address_prefix: 10.20.0.64/26}}, "
    "load_balancer: {{name: snet-octopus-lb, address_prefix: 10.20.0.128/27, create: {create}}}}}, "
    "private_dns_zones: {{key_vault: " + OTHERS + "/rg-dns, sql: " + OTHERS + "/rg-dns, "
    "file: " + OTHERS + "/rg-dns}}, access: []}}"
)
VAULT = (
    "key_vault={{kind: existing, vault_id: " + OTHERS + "/rg-secrets/providers/Microsoft.KeyVault"
    "/vaults/kv-shared, write_secrets: {write}, assign_role: {assign}}}"
)
WORKSPACE = (
    "monitoring={kind: existing, workspace_id: " + OTHERS + "/rg-logs/providers"
    "/Microsoft.OperationalInsights/workspaces/log-central}"
)
SHARE = (
    "storage={kind: existing, unc_path: '\\\\files.example.com\\octopus', "
    "access: {kind: vault-secret, user_name: octopus}}"
)
PEERING = (
    "network.peerings=[{name: to-hub, virtual_network_id: " + OTHERS + "/rg-hub/providers"
    "/Microsoft.Network/virtualNetworks/vnet-hub, use_remote_gateways: true}]"
)
DNS = "network.private_dns_zones={key_vault: %s, sql: %s, file: %s}" % ((OTHERS + "/rg-dns",) * 3)


def elsewhere(template: dict[str, Any], foreign: bool = False) -> Iterator[str]:
    """List the types of what a template makes in another resource group than its own."""
    for resource in template["resources"]:
        is_foreign = foreign or "resourceGroup" in resource or "subscriptionId" in resource
        inner = resource.get("properties", {}).get("template")
        if inner is not None:
            yield from elsewhere(inner, is_foreign)
        elif is_foreign:
            yield resource["type"]


def made_elsewhere(*settings: str) -> list[str]:
    """Render a stack and list what it makes in places of others."""
    return sorted(set(elsewhere(build(load(None, settings=settings)).template)))


@pytest.mark.parametrize(
    ("create", "write", "assign", "made"),
    [
        ("false", "false", "false", []),
        ("false", "false", "true", ["Microsoft.Authorization/roleAssignments"]),
        ("false", "true", "false", ["Microsoft.KeyVault/vaults/secrets"]),
        (
            "true",
            "false",
            "false",
            [
                "Microsoft.Network/networkSecurityGroups",
                "Microsoft.Network/virtualNetworks/subnets",
            ],
        ),
    ],
)
def test_only_what_was_asked_for_is_made_in_a_place_of_somebody_else(
    create: str, write: str, assign: str, made: list[str]
) -> None:
    """Beside the switches, nothing is left: no zone, no link, no record, no setting of the workspace."""
    settings = (
        NETWORK.format(create=create),
        VAULT.format(write=write, assign=assign),
        WORKSPACE,
        SHARE,
    )

    assert made_elsewhere(*settings) == made


def test_a_spoke_makes_its_own_side_of_a_peering_and_leaves_the_zones_of_the_hub_alone() -> None:
    assert made_elsewhere(PEERING, DNS) == []


def test_no_zone_or_link_is_made_where_the_zone_exists() -> None:
    template = build(load(None, settings=(PEERING, DNS))).template
    types = str(template["resources"])

    assert "'type': 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'" in types
    for zone in ("vaultcore", "sqlServerHostname", "privatelink.file"):
        assert not any(
            zone in str(each["name"])
            for each in walk(template)
            if each["type"].startswith("Microsoft.Network/privateDnsZones")
        )


def walk(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk the resources of a template and of the ones inside it."""
    for resource in template["resources"]:
        yield resource
        yield from walk(resource.get("properties", {}).get("template", {"resources": []}))


def test_runbook_tells_the_owners_of_a_hub_what_is_theirs_to_do() -> None:
    text = build(load(None, settings=(PEERING, DNS))).files["DEPLOY.md"].decode()

    assert "az network vnet peering create --name to-octopus --vnet-name vnet-hub" in text
    assert text.count("az network private-dns link vnet create --name link-octopus") == 3
    assert "--zone-name privatelink.vaultcore.azure.net" in text
    assert "--zone-name privatelink.database.windows.net" in text
    assert "--zone-name privatelink.file.core.windows.net" in text


def test_zones_in_the_runbook_are_those_of_the_cloud() -> None:
    settings = (PEERING, DNS, "cloud=AzureUSGovernment", "location=usgovvirginia")
    text = build(load(None, settings=settings)).files["DEPLOY.md"].decode()

    assert "--zone-name privatelink.vaultcore.usgovcloudapi.net" in text
    assert "--zone-name privatelink.database.usgovcloudapi.net" in text
    assert "--zone-name privatelink.file.core.usgovcloudapi.net" in text


def test_runbook_sends_the_stack_to_the_subscription_of_the_network() -> None:
    """Azure joins a network interface, and a private endpoint, to networks of its own subscription only."""
    settings = (NETWORK.format(create="false"),)
    text = build(load(None, settings=settings)).files["DEPLOY.md"].decode()

    assert "az account set --subscription 33333333-3333-3333-3333-333333333333" in text
    assert "Whoever owns the network makes these rules in the security groups" in text
