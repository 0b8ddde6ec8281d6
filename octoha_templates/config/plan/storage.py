"""What file servers add; a share by private endpoint is with the nodes.

Source: learn.microsoft.com, "Service overview and network port requirements for Windows" (Distributed
File System Namespaces, DFS Replication).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import DfsReplication, Stack
from octoha_templates.config.plan.parts import (
    NODES,
    VIRTUAL_NETWORK,
    Contribution,
    Rule,
    Subnet,
    subnet,
)

FILE_SERVERS: Final = subnet("file_servers", "file servers")

# RPC, file sharing, remote management, and what RPC hands out: replication and its administration.
_BETWEEN: Final = ("135", "445", "5985", "49152-65535")


def contribution(stack: Stack) -> Contribution:
    """Say what the shared folders add to the plan."""
    if not isinstance(stack.storage, DfsReplication):
        return Contribution()
    servers = Subnet(
        "file_servers",
        "the file servers",
        outbound=True,
        note="The nodes reach the shared folders, and the two servers reach each other.",
    )
    return Contribution((servers,), tuple(_rules()))


def _rules() -> Iterator[Rule]:
    yield Rule(
        "file_servers", "AllowNodesInbound", 350, NODES, FILE_SERVERS, ("445",),
        "Shared folders, and where the namespace leads to.",
    )  # fmt: skip
    yield Rule(
        "file_servers", "AllowReplicationInbound", 360, FILE_SERVERS, FILE_SERVERS, _BETWEEN,
        "Replication between the servers, and its administration.",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowFileServersOutbound", 350, NODES, FILE_SERVERS, ("445",),
        "Octopus opens its shared folders.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "file_servers", "DenyHopOutbound", 350, FILE_SERVERS, VIRTUAL_NETWORK, ("3389",),
        "A file server is no stepping stone to the desktops of other machines.", "Outbound", "Deny",
    )  # fmt: skip
