"""Application Gateway with its web application firewall in front of the nodes.

Source: learn.microsoft.com, "Application Gateway limits", "WAF request size limits".
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.any_load_balancer import (
    AnyLoadBalancer,
    OpenToInternet,
    PollingBalancer,
    PortalDnsZone,
    PublicDnsLabel,
)
from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    IpAddress,
)
from octoha_templates.config.model.web_firewall import AnyWaf, WafExclusion


class Waf(AnyWaf, frozen=True, kw_only=True):
    """The web application firewall in front of the portal.

    Package uploads go through it and stay inspected: the limit of the firewall for uploads is above
    what Octopus is sent, and large bodies are let through on the upload paths only.
    """

    mode: Annotated[
        Literal["Prevention", "Detection"],
        Meta(description="Prevention blocks; Detection only writes to the log."),
    ] = "Prevention"
    upload_limit_mb: Annotated[
        int,
        Meta(ge=100, le=4000, description="Largest package upload, in MB; Azure takes up to 4000."),
    ] = 4000
    body_limit_mb: Annotated[
        int,
        Meta(ge=2, le=100, description="Largest body of requests that are no uploads, in MB."),
    ] = 16
    sign_ins_per_minute: Annotated[
        int,
        Meta(
            ge=5,
            le=5000,
            description="Sign-ins with a password that one address may try in a minute.",
        ),
    ] = 60
    exclusions: Annotated[
        tuple[WafExclusion, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=100,
            description="What the rules leave alone, apart from scripts, variables and tokens of "
            "Octopus.",
        ),
    ] = ()


class ApplicationGateway(
    AnyLoadBalancer, frozen=True, kw_only=True, tag="application-gateway", tag_field="kind"
):
    """Application Gateway WAF_v2 over the zones, TLS again to the nodes, and a balancer for polling."""

    exposure: Annotated[
        Literal["internal", "public", "both"],
        Meta(
            extra_json_schema=SHAPE,
            description="Where it listens. public is closed except for network.client_prefixes.",
        ),
    ] = "internal"
    private_ip_address: Annotated[
        IpAddress | None,
        Meta(
            description="Private front-end address; the last one of its subnet when absent.",
            examples=["10.20.2.254"],
        ),
    ] = None
    dns_label: PublicDnsLabel = None
    open_to_internet: OpenToInternet = False
    http_redirect: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Listen on port 80 too, only to redirect to HTTPS for good.",
        ),
    ] = False
    min_capacity: Annotated[
        int, Meta(ge=2, le=124, description="Instances that are always there.")
    ] = 2
    max_capacity: Annotated[
        int, Meta(ge=2, le=125, description="Instances that it grows to under load.")
    ] = 10
    request_timeout_seconds: Annotated[
        int,
        Meta(
            ge=60,
            le=86400,
            description="Seconds a node may take to answer; uploads and long queries need time.",
        ),
    ] = 900
    drain_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=3600,
            description="Seconds that requests under way keep a node that is taken out.",
        ),
    ] = 300
    backend_root_certificates: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^MII[A-Za-z0-9+/]+={0,2}$",
                    max_length=33000,
                    description="Root certificate in DER, in base64 on one line.",
                ),
            ],
            ...,
        ],
        Meta(
            max_length=10,
            description="Roots of a private authority that signed the nodes' certificate; empty "
            "for a public one.",
        ),
    ] = ()
    waf: Waf = Waf()
    portal_dns_zone: PortalDnsZone = True
    polling: Annotated[
        PollingBalancer | None,
        Meta(
            extra_json_schema=SHAPE,
            description="The balancer for polling Tentacles and gRPC; null when nobody polls.",
        ),
    ] = PollingBalancer()

    @property
    def nodes_join_pools(self) -> bool:
        """The gateway lists addresses: interfaces that join it change it, one after the other."""
        return False

    @property
    def reads_certificate(self) -> bool:
        """It shows clients the certificate of the portal."""
        return True

    @property
    def has_public_front_end(self) -> bool:
        """Whether it listens on an address on the Internet."""
        return self.exposure in ("public", "both")

    @property
    def has_private_front_end(self) -> bool:
        """Whether it listens on an address of its subnet."""
        return self.exposure in ("internal", "both")

    @property
    def front_ends(self) -> tuple[str, ...]:
        """The names of its front ends."""
        named = (("private", self.has_private_front_end), ("public", self.has_public_front_end))
        return tuple(name for name, is_there in named if is_there)

    @property
    def has_portal_zone(self) -> bool:
        """Whether there is a private DNS zone for the portal: only a private address goes in one."""
        return self.portal_dns_zone and self.has_private_front_end
