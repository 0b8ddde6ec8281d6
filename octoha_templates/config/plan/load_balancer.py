"""What the load balancers add: their front ends, and how clients and Tentacles reach the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    ApplicationGateway,
    AzureLoadBalancer,
    ExistingLoadBalancer,
    FrontDoor,
    PollingBalancer,
    Stack,
    TrafficManager,
)
from octoha_templates.config.plan.parts import (
    ANYONE,
    CLIENTS,
    GATEWAY_MANAGER,
    INTERNET,
    LOAD_BALANCER_PROBE,
    NODES,
    PRIVATE_ENDPOINTS,
    TENTACLES,
    Contribution,
    Rule,
    Subnet,
    subnet,
    tag,
)

GATEWAY: Final = subnet("application_gateway", "Application Gateway")
TRAFFIC_MANAGER: Final = tag("AzureTrafficManager", "health checks of Traffic Manager")
PRIVATE_LINK: Final = subnet("private_link", "private link of Front Door")

OPENED_BY_KEY: Final = ("AllowInternetPortalInbound", "AllowInternetPollingInbound")
"""The rules that a key of the load balancer, and not a prefix, opens to the Internet."""

_HEALTH_PROBE: Final = Rule(
    "nodes", "AllowHealthProbeInbound", 120, LOAD_BALANCER_PROBE, NODES, ("443",),
    "Health probe of the load balancer.",
)  # fmt: skip
_TRAFFIC_MANAGER_PROBE: Final = Rule(
    "nodes", "AllowTrafficManagerInbound", 110, TRAFFIC_MANAGER, NODES, ("443",),
    "Traffic Manager asks from the Internet whether the portal works.",
)  # fmt: skip
_FRONT_END: Final = Subnet(
    "load_balancer",
    "the front end of the load balancer",
    note="The rules of the nodes' subnet decide on balanced traffic; this group closes the subnet to "
    "anything else put there.",
)


def contribution(stack: Stack) -> Contribution:
    """Say what the load balancer adds to the plan."""
    balancer = stack.load_balancer
    subnets = list(_subnets(stack))
    rules = list(polling_rules(getattr(balancer, "polling", None)))
    if _is_probed_by_azure(stack):
        rules.append(_HEALTH_PROBE)
    if isinstance(balancer, AzureLoadBalancer):
        rules += _azure_load_balancer(balancer)
    elif isinstance(balancer, TrafficManager):
        rules += (*_azure_load_balancer(balancer), _TRAFFIC_MANAGER_PROBE)
    elif isinstance(balancer, ApplicationGateway):
        rules += _application_gateway(balancer)
    elif isinstance(balancer, FrontDoor):
        rules += _front_door(balancer)
    elif isinstance(balancer, ExistingLoadBalancer):
        rules += _existing(balancer)
    return Contribution(tuple(subnets), tuple(rules))


def _is_probed_by_azure(stack: Stack) -> bool:
    """Say whether an Azure load balancer asks the nodes, or may; others ask from their own addresses."""
    balancer, polling = stack.load_balancer, getattr(stack.load_balancer, "polling", None)
    if isinstance(balancer, AzureLoadBalancer | FrontDoor | TrafficManager | ExistingLoadBalancer):
        return True
    return polling is not None and polling.grpc


def _subnets(stack: Stack) -> Iterator[Subnet]:
    balancer = stack.load_balancer
    layer_4 = (
        balancer
        if isinstance(balancer, AzureLoadBalancer | FrontDoor | TrafficManager)
        else balancer.polling
    )
    if layer_4 is not None and layer_4.exposure == "internal":
        yield _FRONT_END
    if isinstance(balancer, FrontDoor):
        yield Subnet(
            "private_link",
            "the private link service",
            # Azure keeps five addresses of a subnet.
            smallest=29 if balancer.nat_addresses <= 3 else 28,
            has_private_link_service=True,
            note="The private link service calls the nodes from here; the rules of the nodes' subnet "
            "decide on that. This group closes the subnet to anything else put there.",
        )
    if isinstance(balancer, ApplicationGateway):
        yield Subnet(
            "application_gateway",
            "the application gateway",
            smallest=28,
            delegation="Microsoft.Network/applicationGateways",
            default_route=False,
            note="Clients reach a gateway by the address of its front end, which is not always one of "
            "its subnet, so the destination is left open.",
        )


def polling_rules(
    polling: AzureLoadBalancer | TrafficManager | PollingBalancer | None,
) -> Iterator[Rule]:
    """Let polling Tentacles and agents through to the nodes; the balancer keeps their addresses."""
    if polling is None:
        return
    is_open = (
        polling.open_polling_to_internet
        if isinstance(polling, AzureLoadBalancer | TrafficManager)
        else polling.open_to_internet
    )
    yield Rule(
        "nodes", "AllowPollingTentaclesInbound", 130, TENTACLES, NODES, ("pollingPort",),
        "Polling Tentacles, each node on its own.",
    )  # fmt: skip
    if is_open:
        yield Rule(
            "nodes", "AllowInternetPollingInbound", 135, INTERNET, NODES, ("pollingPort",),
            "Polling Tentacles from anywhere, because the config opens the port to the Internet.",
        )  # fmt: skip
    if polling.grpc:
        yield Rule(
            "nodes", "AllowGrpcInbound", 140, TENTACLES, NODES, ("grpcPort",),
            "Kubernetes agents and Argo CD gateways.",
        )  # fmt: skip


def _azure_load_balancer(balancer: AzureLoadBalancer | TrafficManager) -> Iterator[Rule]:
    """The balancer keeps the clients' addresses, so the nodes' own group decides who comes in."""
    yield Rule(
        "nodes", "AllowPortalInbound", 100, CLIENTS, NODES, ("443",),
        "Portal and API over HTTPS.",
    )  # fmt: skip
    if balancer.open_to_internet:
        yield Rule(
            "nodes", "AllowInternetPortalInbound", 105, INTERNET, NODES, ("443",),
            "Portal and API for everyone, because the config opens them to the Internet.",
        )  # fmt: skip
    yield from polling_rules(balancer)


def _application_gateway(balancer: ApplicationGateway) -> Iterator[Rule]:
    """Clients reach the gateway alone, and the gateway alone reaches the portal of the nodes.

    Source: Azure documentation, "Application Gateway infrastructure configuration": what a security
    group of its subnet has to let in. A gateway without public address is managed from inside Azure.
    """
    ports = ("80", "443") if balancer.http_redirect else ("443",)
    redirect = "; port 80 only redirects" if balancer.http_redirect else ""
    yield Rule(
        "application_gateway", "AllowPortalInbound", 100, CLIENTS, ANYONE, ports,
        f"Portal and API over HTTPS{redirect}.",
    )  # fmt: skip
    if balancer.open_to_internet:
        yield Rule(
            "application_gateway", "AllowInternetPortalInbound", 105, INTERNET, ANYONE, ports,
            "Portal and API for everyone, because the config opens them to the Internet.",
        )  # fmt: skip
    yield Rule(
        "application_gateway", "AllowNodesInbound", 110, NODES, ANYONE, ("443",),
        "Steps that run on a node call the API.",
    )  # fmt: skip
    if balancer.has_public_front_end:
        yield Rule(
            "application_gateway", "AllowGatewayManagerInbound", 120, GATEWAY_MANAGER, ANYONE,
            ("65200-65535",), "Azure manages the gateway; certificates of Azure lock these ports.",
        )  # fmt: skip
    yield Rule(
        "application_gateway", "AllowHealthProbeInbound", 130, LOAD_BALANCER_PROBE, ANYONE, ("*",),
        "Azure balances over the instances of the gateway.", protocol="*",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowApplicationGatewayInbound", 100, GATEWAY, NODES, ("443",),
        "Portal and API, through the gateway and its firewall only.",
    )  # fmt: skip
    yield Rule(
        "private_endpoints", "AllowApplicationGatewayInbound", 110, GATEWAY, PRIVATE_ENDPOINTS,
        ("443",), "The certificate in Key Vault.",
    )  # fmt: skip


def _front_door(balancer: FrontDoor) -> Iterator[Rule]:
    """Front Door comes in by the private link, for the portal alone; people inside by the balancer."""
    yield Rule(
        "nodes", "AllowPortalInbound", 100, CLIENTS, NODES, ("443",),
        "Portal and API over HTTPS, from inside, by the internal load balancer.",
    )  # fmt: skip
    yield Rule(
        "nodes", "AllowPrivateLinkInbound", 103, PRIVATE_LINK, NODES, ("443",),
        "Portal and API over HTTPS, through Front Door and its firewall.",
    )  # fmt: skip
    yield Rule(
        "nodes", "DenyPrivateLinkInbound", 106, PRIVATE_LINK, NODES, ("*",),
        "The private link reaches the load balancer on every port; only the portal is meant.",
        access="Deny", protocol="*",
    )  # fmt: skip
    yield from polling_rules(PollingBalancer(grpc=balancer.grpc))


def _existing(balancer: ExistingLoadBalancer) -> Iterator[Rule]:
    """Who calls the nodes, the balancer or its clients, is what the prefixes of the network say."""
    yield Rule(
        "nodes", "AllowPortalInbound", 100, CLIENTS, NODES, ("443",),
        "Portal and API over HTTPS, from the balancer or through it.",
    )  # fmt: skip
    if balancer.polling is None and balancer.polling_endpoints:
        yield Rule(
            "nodes", "AllowPollingTentaclesInbound", 130, TENTACLES, NODES, ("pollingPort",),
            "Polling Tentacles, each node on its own.",
        )  # fmt: skip
    if balancer.polling is None and balancer.grpc:
        yield Rule(
            "nodes", "AllowGrpcInbound", 140, TENTACLES, NODES, ("grpcPort",),
            "Kubernetes agents and Argo CD gateways.",
        )  # fmt: skip
