"""Front Door Premium at the edge of Azure, with a private link to the nodes.

Source: learn.microsoft.com, "Secure your origin with Private Link in Azure Front Door Premium".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from octoha_templates.config.model.any_load_balancer import (
    AnyLoadBalancer,
    FirstPollingPort,
    Grpc,
    IdleTimeout,
    OpenToInternet,
    OriginHostName,
    PortalDnsZone,
    PrivateIpAddress,
)
from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    Region,
)
from octoha_templates.config.model.web_firewall import AnyWaf, WafExclusion


class FrontDoorWaf(AnyWaf, frozen=True, kw_only=True):
    """The web application firewall at the edge of Azure, in front of everything else.

    It looks at the first 128 KB of a body and lets the rest of it pass, so uploads need no limit here.
    """

    mode: Annotated[
        Literal["Prevention", "Detection"],
        Meta(
            description="What the managed rules do: Prevention blocks, Detection only writes to the "
            "log. Who may come in counts in both."
        ),
    ] = "Prevention"
    sign_ins_per_minute: Annotated[
        int,
        Meta(
            ge=10,
            le=5000,
            description="Sign-ins with a password that one address may try in a minute; every place "
            "of the edge counts on its own.",
        ),
    ] = 60
    exclusions: Annotated[
        tuple[WafExclusion, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=25,
            description="What the rules leave alone, apart from scripts, variables and tokens of "
            "Octopus.",
        ),
    ] = ()

    @property
    def exclusion_values(self) -> list[dict[str, str]]:
        """The exclusions of the config, the way Front Door has them."""
        return _front_door_exclusions(self.exclusions)

    @property
    def octopus_exclusion_values(self) -> list[dict[str, str]]:
        """The exclusions for every Octopus, the way Front Door has them."""
        return _front_door_exclusions(self.octopus_exclusions)


def _front_door_exclusions(exclusions: tuple[WafExclusion, ...]) -> list[dict[str, str]]:
    """Write exclusions the way Front Door has them: an argument is of the query, a form or JSON."""
    return [
        {
            "matchVariable": variable,
            "selectorMatchOperator": exclusion.operator,
            "selector": exclusion.selector,
        }
        for exclusion in exclusions
        for variable in _FRONT_DOOR_VARIABLES[exclusion.variable]
    ]


_FRONT_DOOR_VARIABLES: Final = {
    "RequestArgValues": (
        "QueryStringArgNames",
        "RequestBodyPostArgNames",
        "RequestBodyJsonArgNames",
    ),
    "RequestCookieValues": ("RequestCookieNames",),
    "RequestHeaderValues": ("RequestHeaderNames",),
}


class FrontDoor(AnyLoadBalancer, frozen=True, kw_only=True, tag="front-door", tag_field="kind"):
    """Front Door Premium at the edge of Azure, and a private link to an internal load balancer.

    The portal is on the Internet, open to network.client_prefixes; the nodes have no public address.
    The internal load balancer carries polling Tentacles and gRPC, which Front Door cannot.
    """

    open_to_internet: OpenToInternet = False
    http_redirect: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Listen on port 80 too, only to redirect to HTTPS for good.",
        ),
    ] = False
    certificate: Annotated[
        Literal["managed", "key-vault"],
        Meta(
            extra_json_schema=SHAPE,
            description="What clients are shown: managed is issued and renewed by Front Door, "
            "key-vault is the certificate of octopus.certificate of that kind.",
        ),
    ] = "managed"
    private_link_locations: Annotated[
        tuple[Region, ...],
        Meta(
            max_length=3,
            description="Regions that Front Door makes its private endpoints in; the stack's own "
            "when empty. A second one keeps the portal up when Front Door fails in the first.",
        ),
    ] = ()
    nat_addresses: Annotated[
        int,
        Meta(
            ge=1,
            le=8,
            description="Addresses that the private link service calls the nodes from; each has "
            "64,000 ports.",
        ),
    ] = 2
    origin_host_name: Annotated[
        OriginHostName | None,
        Meta(
            description="Name that Front Door looks for in the certificate of the nodes; "
            "octopus.host_name when absent.",
            examples=["octopus-origin.example.com"],
        ),
    ] = None
    response_timeout_seconds: Annotated[
        int,
        Meta(
            ge=16,
            le=240,
            description="Seconds a node may take to start its answer; 240 is the most that Front "
            "Door waits.",
        ),
    ] = 240
    probe_interval_seconds: Annotated[
        int,
        Meta(
            ge=5,
            le=255,
            description="Seconds between two health probes of one place of the edge; there are many "
            "of them.",
        ),
    ] = 60
    waf: FrontDoorWaf = FrontDoorWaf()
    private_ip_address: PrivateIpAddress = None
    first_polling_port: FirstPollingPort = 10943
    grpc: Grpc = False
    idle_timeout_minutes: IdleTimeout = 30
    portal_dns_zone: PortalDnsZone = True

    @property
    def exposure(self) -> Literal["internal", "public"]:
        """Where the load balancer behind it listens."""
        return "internal"

    @property
    def dns_label(self) -> None:
        """The load balancer behind it has no public address, so no label."""

    @property
    def has_public_front_end(self) -> bool:
        """It is on the Internet by nature."""
        return True

    @property
    def has_private_front_end(self) -> bool:
        """The load balancer behind it has an address of its subnet."""
        return True

    @property
    def has_polling_rules(self) -> bool:
        """The load balancer behind it carries polling Tentacles."""
        return True

    @property
    def has_portal_zone(self) -> bool:
        """Whether people inside find the portal at the load balancer."""
        return self.portal_dns_zone

    @property
    def reads_certificate(self) -> bool:
        """Whether it reads the certificate of the portal with an identity."""
        return self.certificate == "key-vault"
