"""What the load balancers add: their front ends, and how clients and Tentacles reach the nodes."""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.model import AzureLoadBalancer, Stack
from octoha_templates.config.plan.parts import CLIENTS, NODES, TENTACLES, Contribution, Rule, Subnet


def contribution(stack: Stack) -> Contribution:
    """Say what the load balancer adds to the plan."""
    if isinstance(stack.load_balancer, AzureLoadBalancer):
        return Contribution(
            (
                Subnet(
                    "load_balancer",
                    "the front end of the load balancer",
                    note="The rules of the nodes' subnet decide on balanced traffic; this group "
                    "closes the subnet to anything else put there.",
                ),
            ),
            tuple(_azure_load_balancer(stack.load_balancer)),
        )
    return Contribution()


def _azure_load_balancer(balancer: AzureLoadBalancer) -> Iterator[Rule]:
    """The balancer keeps the clients' addresses, so the nodes' own group decides who comes in."""
    yield Rule(
        "nodes", "AllowPortalInbound", 100, CLIENTS, NODES, ("443",),
        "Portal and API over HTTPS.",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowPollingTentaclesInbound", 130, TENTACLES, NODES, ("pollingPort",),
        "Polling Tentacles, each node on its own.",
    )  # fmt: skip
    if balancer.grpc:
        yield Rule(
            "nodes", "AllowGrpcInbound", 140, TENTACLES, NODES, ("grpcPort",),
            "Kubernetes agents and Argo CD gateways.",
        )  # fmt: skip
