"""What the alternatives in front of the nodes share.

Who carries portal traffic to the nodes (`nodes_join_pools`), and how polling Tentacles reach each node
(`polling`): Octopus wants port 10943 of every node on its own and never behind an HTTP layer, so a layer-7
balancer has a layer-4 one beside it.

Source: octopus.com/docs, "Load balancers", "Polling Tentacles with HA"; learn.microsoft.com, "Load
Balancer limits".
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    SHAPE,
    IpAddress,
    Part,
    Port,
)

DnsLabel = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{1,61}[a-z0-9]$",
        description="First part of the DNS name that Azure gives a public address.",
        examples=["octopus-portal"],
    ),
]
Exposure = Annotated[
    Literal["internal", "public"],
    Meta(
        extra_json_schema=SHAPE,
        description="public has an address on the Internet, closed except for the prefixes named.",
    ),
]
FirstPollingPort = Annotated[
    Port,
    Meta(description="Front-end port of the first node's polling port; the others follow."),
]
Grpc = Annotated[bool, Meta(extra_json_schema=SHAPE, description="Balance the gRPC port too.")]
IdleTimeout = Annotated[
    int, Meta(ge=4, le=100, description="Minutes until an idle connection is reset.")
]
OriginHostName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
        max_length=253,
    ),
]
PrivateIpAddress = Annotated[
    IpAddress | None,
    Meta(
        description="Fixed front-end address; Azure chooses when absent.",
        examples=["10.20.0.132"],
    ),
]
PublicDnsLabel = Annotated[
    DnsLabel | None,
    Meta(description="DNS label of the public address; one made of the name when absent."),
]
PortalDnsZone = Annotated[
    bool,
    Meta(
        extra_json_schema=SHAPE,
        description="Make a private DNS zone for the portal's name, pointing at the private front "
        "end.",
    ),
]
OpenToInternet = Annotated[
    bool,
    Meta(
        extra_json_schema=SHAPE,
        description="Let everyone on the Internet open the portal, not only "
        "network.client_prefixes.",
    ),
]
OpenPollingToInternet = Annotated[
    bool,
    Meta(
        extra_json_schema=SHAPE,
        description="Let polling Tentacles call from anywhere on the Internet, not only from "
        "network.polling_prefixes.",
    ),
]


class PollingBalancer(Part, frozen=True, kw_only=True):
    """The Standard load balancer beside a layer-7 one: a port per node for polling Tentacles, and gRPC.

    HTTP layers cannot carry either: polling Tentacles authenticate each other with certificates of
    their own, end to end.
    """

    exposure: Exposure = "internal"
    private_ip_address: PrivateIpAddress = None
    dns_label: PublicDnsLabel = None
    open_to_internet: OpenPollingToInternet = False
    first_polling_port: FirstPollingPort = 10943
    grpc: Grpc = False
    idle_timeout_minutes: IdleTimeout = 30


class AnyLoadBalancer(Part, frozen=True, kw_only=True):
    """What every alternative answers."""

    @property
    def has_polling_rules(self) -> bool:
        """Whether the balancer itself has an inbound NAT rule per node that its interface joins."""
        return False

    @property
    def has_portal_zone(self) -> bool:
        """Whether there is a private DNS zone for the name of the portal."""
        return False

    @property
    def has_metrics(self) -> bool:
        """Whether it is a resource of the stack that alerts can watch."""
        return True

    @property
    def nodes_join_pools(self) -> bool:
        """Whether the interfaces of the nodes join its pools; otherwise it lists their addresses."""
        return True

    @property
    def reads_certificate(self) -> bool:
        """Whether it reads the certificate of the portal in the vault, with an identity of its own."""
        return False
