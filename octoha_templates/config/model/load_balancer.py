"""The alternatives for what stands in front of the nodes, each a struct of its own.

Source: octopus.com/docs, "Load balancers"; learn.microsoft.com, "Load Balancer limits".
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.any_load_balancer import (
    AnyLoadBalancer,
    Exposure,
    FirstPollingPort,
    Grpc,
    IdleTimeout,
    OpenPollingToInternet,
    OpenToInternet,
    PollingBalancer,
    PortalDnsZone,
    PrivateIpAddress,
    PublicDnsLabel,
)
from octoha_templates.config.model.appliances import F5BigIp, KempLoadMaster
from octoha_templates.config.model.application_gateway import ApplicationGateway
from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    Cidr,
    Part,
    ResourceId,
)
from octoha_templates.config.model.front_door import FrontDoor
from octoha_templates.config.model.traffic_manager import (
    NewTrafficManagerProfile,
    TrafficManagerProfile,
)


class AzureLoadBalancer(
    AnyLoadBalancer, frozen=True, kw_only=True, tag="azure-load-balancer", tag_field="kind"
):
    """Standard load balancer, zone-redundant, internal or public; TLS ends on the nodes."""

    exposure: Exposure = "internal"
    private_ip_address: PrivateIpAddress = None
    dns_label: PublicDnsLabel = None
    open_to_internet: OpenToInternet = False
    open_polling_to_internet: OpenPollingToInternet = False
    first_polling_port: FirstPollingPort = 10943
    grpc: Grpc = False
    idle_timeout_minutes: IdleTimeout = 30
    portal_dns_zone: PortalDnsZone = True

    @property
    def has_polling_rules(self) -> bool:
        """It carries polling Tentacles itself."""
        return True

    @property
    def has_portal_zone(self) -> bool:
        """Whether there is a private DNS zone for the portal: only a private address goes in one."""
        return self.portal_dns_zone and self.exposure == "internal"


class TrafficManager(
    AnyLoadBalancer, frozen=True, kw_only=True, tag="traffic-manager", tag_field="kind"
):
    """DNS that leads people to the region that works, over a public Azure load balancer in each.

    It carries no traffic itself: TLS ends on the nodes, and every port passes. One Octopus instance runs in
    one region at a time, so the others stand by.
    """

    dns_label: PublicDnsLabel = None
    open_to_internet: OpenToInternet = False
    open_polling_to_internet: OpenPollingToInternet = False
    first_polling_port: FirstPollingPort = 10943
    grpc: Grpc = False
    idle_timeout_minutes: IdleTimeout = 30
    profile: TrafficManagerProfile = NewTrafficManagerProfile()

    @property
    def exposure(self) -> Literal["public"]:
        """Traffic Manager asks the load balancer from the Internet."""
        return "public"

    @property
    def private_ip_address(self) -> None:
        """The load balancer has no address of the network."""
        return None

    @property
    def has_polling_rules(self) -> bool:
        """The load balancer of the region carries polling Tentacles."""
        return True


class PollingEndpoint(Part, frozen=True, kw_only=True):
    """Where polling Tentacles reach one node through a balancer that exists already."""

    node: Annotated[str, Meta(min_length=1, max_length=15, description="Name of the node.")]
    address: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[0-9]{1,5}$",
            description="Address or name, and port.",
            examples=["octopus.example.com:10943"],
        ),
    ]


class ExistingLoadBalancer(
    AnyLoadBalancer, frozen=True, kw_only=True, tag="existing", tag_field="kind"
):
    """A balancer that exists already; nothing of it is made or changed."""

    portal_address: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",
            description="Name or address of the balancer, which the portal's name leads to.",
            examples=["10.0.4.4", "balancer.example.com"],
        ),
    ]
    trusted_proxies: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Where it calls the nodes from when it ends TLS; its forwarded headers are "
            "believed. Empty for one that passes connections on.",
        ),
    ] = ()
    backend_pools: Annotated[
        tuple[ResourceId, ...],
        Meta(
            max_length=10, description="Backend pools of Azure load balancers that the nodes join."
        ),
    ] = ()
    application_gateway_pools: Annotated[
        tuple[ResourceId, ...],
        Meta(
            max_length=10, description="Backend pools of application gateways that the nodes join."
        ),
    ] = ()
    polling_endpoints: Annotated[
        tuple[PollingEndpoint, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=16,
            description="Where polling Tentacles reach each node through it.",
        ),
    ] = ()
    grpc: Annotated[
        bool, Meta(extra_json_schema=SHAPE, description="It balances the gRPC port too.")
    ] = False
    polling: Annotated[
        PollingBalancer | None,
        Meta(
            extra_json_schema=SHAPE,
            description="Make a balancer of the stack's own for polling Tentacles and gRPC.",
        ),
    ] = None

    @property
    def has_metrics(self) -> bool:
        """Whoever runs it watches it."""
        return False

    @property
    def portal_target(self) -> Literal["A", "CNAME"]:
        """The kind of DNS record for the name of the portal."""
        return "A" if self.portal_address.replace(".", "").isdigit() else "CNAME"


LoadBalancer = (
    AzureLoadBalancer
    | ApplicationGateway
    | FrontDoor
    | F5BigIp
    | KempLoadMaster
    | TrafficManager
    | ExistingLoadBalancer
)
