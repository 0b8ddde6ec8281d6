"""What the ways in add: reserved subnets with the rules that Azure insists on.

Source: Azure documentation, "Working with NSG access and Azure Bastion".
"""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.model import Bastion, Stack
from octoha_templates.config.plan.parts import (
    ANYONE,
    GATEWAY_MANAGER,
    INTERNET,
    LOAD_BALANCER_PROBE,
    NODES,
    VIRTUAL_NETWORK,
    Contribution,
    Rule,
    Subnet,
    subnet,
    tag,
)

BASTION = subnet("bastion", "Azure Bastion")


def contribution(stack: Stack) -> Contribution:
    """Say what the ways in add to the plan."""
    if any(isinstance(access, Bastion) for access in stack.network.access):
        return Contribution(
            (
                Subnet(
                    "bastion",
                    "Azure Bastion",
                    smallest=26,
                    reserved_name="AzureBastionSubnet",
                    default_route=False,
                    note="Azure refuses the deployment of Bastion when one of the rules that it "
                    "needs is missing.",
                ),
            ),
            tuple(_bastion()),
            closed_outbound=("bastion",),
        )
    return Contribution()


def _bastion() -> Iterator[Rule]:
    yield Rule(
        "nodes", "AllowBastionInbound", 150, BASTION, NODES, ("3389",),
        "Operators, through Azure Bastion only.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowHttpsInbound", 100, INTERNET, ANYONE, ("443",),
        "Operators, who sign in with Entra ID first.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowGatewayManagerInbound", 110, GATEWAY_MANAGER, ANYONE, ("443",),
        "Control plane.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowLoadBalancerInbound", 120, LOAD_BALANCER_PROBE, ANYONE, ("443",),
        "Health probe of the service.",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowDataPlaneInbound", 130, VIRTUAL_NETWORK, VIRTUAL_NETWORK, ("8080", "5701"),
        "Between the instances of the service.", protocol="*",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowRdpAndSshOutbound", 100, ANYONE, VIRTUAL_NETWORK, ("22", "3389"),
        "To the machines.", "Outbound", protocol="*",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowAzureCloudOutbound", 110, ANYONE, tag("AzureCloud", "Azure services"), ("443",),
        "Diagnostics and control plane.", "Outbound",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowDataPlaneOutbound", 120, VIRTUAL_NETWORK, VIRTUAL_NETWORK, ("8080", "5701"),
        "Between the instances of the service.", "Outbound", protocol="*",
    )  # fmt: skip
    yield Rule(
        "bastion", "AllowSessionInformationOutbound", 130, ANYONE, INTERNET, ("80",),
        "Sessions and certificate checks.", "Outbound", protocol="*",
    )  # fmt: skip
