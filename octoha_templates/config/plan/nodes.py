"""The subnets of the nodes and of the private endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.model import AzureFiles, AzureSql, ExistingDatabase, Stack
from octoha_templates.config.plan.parts import (
    FILE_ZONE,
    INTERNET,
    KEY_VAULT_ZONE,
    NODES,
    PRIVATE_ENDPOINTS,
    SQL_ZONE,
    VIRTUAL_NETWORK,
    Contribution,
    Rule,
    Subnet,
    Zone,
)


def contribution(stack: Stack) -> Contribution:
    """Say what the nodes, and the services they reach by private endpoint, add to the plan."""
    subnets = (
        Subnet(
            "nodes",
            "the nodes",
            outbound=True,
            note="Names everyone who may reach a node. Outbound stays open otherwise: where "
            "deployments go is for Octopus to say.",
        ),
        Subnet("private_endpoints", "the private endpoints", has_private_endpoints=True),
    )
    return Contribution(subnets, tuple(_rules(stack)), tuple(_zones(stack)))


def _zones(stack: Stack) -> Iterator[Zone]:
    yield KEY_VAULT_ZONE
    if _has_sql_endpoint(stack):
        yield SQL_ZONE
    if isinstance(stack.storage, AzureFiles):
        yield FILE_ZONE


def _rules(stack: Stack) -> Iterator[Rule]:
    services = tuple(_services(stack))
    yield Rule(
        "nodes", "AllowNodesInbound", 110, NODES, NODES, ("443",),
        "Steps that run on a node call the API.",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowPrivateEndpointsOutbound", 100, NODES, PRIVATE_ENDPOINTS, services,
        "Key Vault, shared folders and database.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "nodes", "DenyHopOutbound", 110, NODES, VIRTUAL_NETWORK, ("3389",),
        "A node is no stepping stone to the desktops of other machines.", "Outbound", "Deny",
    )  # fmt: skip
    yield Rule(
        "nodes", "DenySmbToInternetOutbound", 120, NODES, INTERNET, ("139", "445"),
        "File sharing stays inside.", "Outbound", "Deny",
    )  # fmt: skip
    yield Rule(
        "private_endpoints", "AllowNodesInbound", 100, NODES, PRIVATE_ENDPOINTS, services,
        "Key Vault, shared folders and database, for the nodes only.",
    )  # fmt: skip


def _services(stack: Stack) -> Iterator[str]:
    """List the ports of the services behind private endpoints; Key Vault is always there."""
    yield "443"
    if isinstance(stack.storage, AzureFiles):
        yield "445"
    if _has_sql_endpoint(stack):
        yield "1433"


def _has_sql_endpoint(stack: Stack) -> bool:
    """Say whether the database is reached by a private endpoint in this network."""
    database = stack.database
    if isinstance(database, ExistingDatabase):
        return database.private_endpoint is not None
    return isinstance(database, AzureSql)
