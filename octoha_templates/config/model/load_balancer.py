"""The alternatives for what stands in front of the nodes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, IpAddress, Part, Port


class AzureLoadBalancer(
    Part, frozen=True, kw_only=True, tag="azure-load-balancer", tag_field="kind"
):
    """Standard internal load balancer, zone-redundant; TLS ends on the nodes."""

    private_ip_address: Annotated[
        IpAddress | None,
        Meta(
            description="Fixed front-end address; Azure chooses when absent.",
            examples=["10.20.0.132"],
        ),
    ] = None
    first_polling_port: Annotated[
        Port,
        Meta(description="Front-end port of the first node's polling port; the others follow."),
    ] = 10943
    grpc: Annotated[
        bool, Meta(extra_json_schema=SHAPE, description="Balance the gRPC port too.")
    ] = False
    idle_timeout_minutes: Annotated[
        int,
        Meta(ge=4, le=100, description="Minutes until an idle connection is reset."),
    ] = 30
    portal_dns_zone: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Make a private DNS zone for the portal's name, pointing at the front end.",
        ),
    ] = True


LoadBalancer = AzureLoadBalancer
