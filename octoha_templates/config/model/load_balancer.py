"""The alternatives for what stands in front of the nodes.

Every alternative is a struct of its own. What they share is who carries portal traffic to the nodes
(`nodes_join_pools`) and how polling Tentacles reach each node (`polling`): Octopus wants port 10943 of
every node on its own and never behind an HTTP layer, so a layer-7 balancer has a layer-4 one beside it.

Source: octopus.com/docs, "Load balancers", "Polling Tentacles with HA"; learn.microsoft.com, "Load
Balancer limits", "Application Gateway limits", "WAF request size limits", "Secure your origin with
Private Link in Azure Front Door Premium".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    Cidr,
    ImageName,
    IpAddress,
    Part,
    Port,
    Region,
    ResourceId,
    VmSize,
)
from octoha_templates.config.model.traffic_manager import (
    NewTrafficManagerProfile,
    TrafficManagerProfile,
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


class WafExclusion(Part, frozen=True, kw_only=True):
    """A part of requests whose values the managed rules do not look at."""

    variable: Annotated[
        Literal["RequestArgValues", "RequestCookieValues", "RequestHeaderValues"],
        Meta(description="Which part of a request; values in a JSON body count as arguments."),
    ] = "RequestArgValues"
    operator: Annotated[
        Literal["Equals", "StartsWith", "EndsWith", "Contains"],
        Meta(description="How the name is compared."),
    ] = "Equals"
    selector: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=256,
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
            description="Name of the argument, cookie or header, as the firewall log shows it.",
            examples=["ReleaseNotes"],
        ),
    ]


class Waf(Part, frozen=True, kw_only=True):
    """The web application firewall in front of the portal.

    Package uploads go through it and stay inspected: the limit of the firewall for uploads is above
    what Octopus is sent, and large bodies are let through on the upload paths only.
    """

    mode: Annotated[
        Literal["Prevention", "Detection"],
        Meta(description="Prevention blocks; Detection only writes to the log."),
    ] = "Prevention"
    rule_set_version: Annotated[
        Literal["2.1", "2.2"],
        Meta(
            extra_json_schema=SHAPE,
            description="Version of Microsoft_DefaultRuleSet; 2.1 where a cloud has no newer one.",
        ),
    ] = "2.2"
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

    @property
    def bot_rule_set_version(self) -> str:
        """The version of Microsoft_BotManagerRuleSet that came with the other rules."""
        return "1.0" if self.rule_set_version == "2.1" else "1.1"


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


class FrontDoorWaf(Part, frozen=True, kw_only=True):
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
    rule_set_version: Annotated[
        Literal["2.1", "2.2"],
        Meta(
            extra_json_schema=SHAPE,
            description="Version of Microsoft_DefaultRuleSet; 2.1 where a cloud has no newer one.",
        ),
    ] = "2.2"
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
    def bot_rule_set_version(self) -> str:
        """The version of Microsoft_BotManagerRuleSet that came with the other rules."""
        return "1.0" if self.rule_set_version == "2.1" else "1.1"

    @property
    def exclusion_values(self) -> list[dict[str, str]]:
        """The exclusions of the config, the way Front Door has them."""
        return _front_door_exclusions(self.exclusions)

    @property
    def octopus_exclusion_values(self) -> list[dict[str, str]]:
        """What every Octopus needs left alone: scripts, variables and tokens."""
        return _front_door_exclusions(_EXCLUDED_FOR_OCTOPUS)


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
# Scripts and variables are code and connection strings by nature, and tokens are random.
_EXCLUDED_FOR_OCTOPUS: Final = (
    WafExclusion(operator="Contains", selector="Octopus.Action."),
    WafExclusion(operator="EndsWith", selector="ScriptBody"),
    WafExclusion(operator="StartsWith", selector="Variables"),
    WafExclusion(operator="EndsWith", selector="ReleaseNotes"),
    WafExclusion(selector="id_token"),
    WafExclusion(selector="state"),
    WafExclusion(variable="RequestCookieValues", operator="StartsWith", selector="Octopus"),
    WafExclusion(variable="RequestHeaderValues", selector="Authorization"),
    WafExclusion(variable="RequestHeaderValues", selector="X-Octopus-Csrf-Token"),
)


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


SshPublicKey = Annotated[
    str,
    Meta(
        pattern=r"^(ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/=]+( [ -~]*)?$",
        max_length=4096,
        description="Public SSH key as ssh-keygen writes it.",
    ),
]


class ApplianceImage(Part, frozen=True, kw_only=True):
    """An offer of the marketplace; its SKU is the plan that the machines are billed by."""

    offer: Annotated[
        ImageName, Meta(description="Offer of the publisher.", examples=["f5-big-ip-byol"])
    ]
    sku: Annotated[
        ImageName,
        Meta(
            description="SKU of the offer; it is the plan, too.", examples=["f5-big-ltm-2slot-byol"]
        ),
    ]
    version: Annotated[
        ImageName | None,
        Meta(
            description="Version of the image; the newest when absent. Machines that exist keep "
            "theirs."
        ),
    ] = None


class _Appliance(AnyLoadBalancer, frozen=True, kw_only=True):
    """What both kinds of appliance have in common: two of them, and a balancer in front."""

    image: Annotated[
        ApplianceImage | None,
        Meta(description="Image from the marketplace; one that fits the licence when absent."),
    ] = None
    tls: Annotated[
        Literal["bridge", "passthrough"],
        Meta(
            extra_json_schema=SHAPE,
            description="bridge ends TLS on the appliance and encrypts anew to the nodes; "
            "passthrough leaves it to the nodes, and they do not see the clients' addresses.",
        ),
    ] = "bridge"
    exposure: Exposure = "internal"
    private_ip_address: PrivateIpAddress = None
    dns_label: PublicDnsLabel = None
    open_to_internet: OpenToInternet = False
    idle_timeout_minutes: Annotated[
        int,
        Meta(
            ge=4,
            le=100,
            extra_json_schema=SHAPE,
            description="Minutes until an idle connection is reset, here and on the appliances.",
        ),
    ] = 30
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
        """The appliances reach the nodes by their addresses."""
        return False

    @property
    def ends_tls(self) -> bool:
        """Whether it sees requests, and can tell the nodes who sent them."""
        return self.tls == "bridge"

    @property
    def has_public_front_end(self) -> bool:
        """Whether the balancer in front has an address on the Internet."""
        return self.exposure == "public"

    @property
    def has_private_front_end(self) -> bool:
        """Whether the balancer in front has an address of its subnet."""
        return self.exposure == "internal"

    @property
    def has_portal_zone(self) -> bool:
        """Whether there is a private DNS zone for the portal: only a private address goes in one."""
        return self.portal_dns_zone and self.exposure == "internal"


class F5BigIp(_Appliance, frozen=True, kw_only=True, tag="f5-big-ip", tag_field="kind"):
    """Two F5 BIG-IP, active and standby, with an Azure load balancer that follows the active one."""

    license: Annotated[
        Literal["hourly", "byol"],
        Meta(
            extra_json_schema=SHAPE,
            description="hourly is billed by Azure; byol needs a registration key for each unit.",
        ),
    ] = "hourly"
    throughput: Annotated[
        Literal["25m", "200m", "1g", "5g", "10g"],
        Meta(description="Throughput that an hourly licence allows, in bits per second."),
    ] = "200m"
    size: Annotated[
        VmSize,
        Meta(description="Virtual machine size; it needs as many network interfaces as asked for."),
    ] = "Standard_D8s_v4"
    interfaces: Annotated[
        Literal[2, 3],
        Meta(
            extra_json_schema=SHAPE,
            description="2 has management and traffic apart; 3 has the way to the nodes apart, too.",
        ),
    ] = 2
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_-]{0,31}$",
            description="Administrator besides the built-in one, which gets the same password.",
        ),
    ] = "bigipadmin"
    ssh_public_key: Annotated[
        SshPublicKey | None,
        Meta(description="Public SSH key of the administrator; a password it has in any case."),
    ] = None
    ntp_servers: Annotated[
        tuple[
            Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")], ...
        ],
        Meta(
            extra_json_schema=SHAPE,
            max_length=5,
            description="Time servers; the two units must agree on the time.",
        ),
    ] = ("time.windows.com",)
    verify_nodes: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Check the certificate of the nodes against the authorities that BIG-IP "
            "knows; not for one of an authority of your own.",
        ),
    ] = False
    probe_port: Annotated[
        Port,
        Meta(
            extra_json_schema=SHAPE,
            description="Port on which the active unit answers the health probe.",
        ),
    ] = 9080

    @property
    def publisher(self) -> str:
        """Who publishes the image."""
        return "f5-networks"

    @property
    def image_offer(self) -> str:
        """The offer of the image."""
        if self.image:
            return self.image.offer
        return "f5-big-ip-byol" if self.license == "byol" else "f5-big-ip-good"

    @property
    def image_sku(self) -> str:
        """The SKU of the image, which is its plan; two slots, so that it can be upgraded in place."""
        if self.image:
            return self.image.sku
        if self.license == "byol":
            return "f5-big-ltm-2slot-byol"
        return f"f5-bigip-virtual-edition-{self.throughput}-good-hourly"

    @property
    def image_version(self) -> str:
        """The version of the image; both units are made at once, so the newest is the same for both."""
        return (self.image and self.image.version) or "latest"


class KempLoadMaster(
    _Appliance, frozen=True, kw_only=True, tag="kemp-loadmaster", tag_field="kind"
):
    """Two Kemp LoadMaster, active and standby, with an Azure load balancer that follows the active one."""

    license: Annotated[
        Literal["byol", "hourly"],
        Meta(
            extra_json_schema=SHAPE,
            description="byol is activated with a Progress account; hourly is billed by Azure "
            "and needs an image.",
        ),
    ] = "byol"
    size: Annotated[VmSize, Meta(description="Virtual machine size; x64 with premium storage.")] = (
        "Standard_D2s_v4"
    )

    @property
    def admin_username(self) -> str:
        """The administrator, which has one name on every LoadMaster."""
        return "bal"

    @property
    def probe_port(self) -> int:
        """The port on which LoadMaster answers for high availability; fixed by the product."""
        return 8444

    @property
    def publisher(self) -> str:
        """Who publishes the image."""
        return "kemptech"

    @property
    def image_offer(self) -> str:
        """The offer of the image."""
        return self.image.offer if self.image else "vlm-azure"

    @property
    def image_sku(self) -> str:
        """The SKU of the image, which is its plan."""
        return self.image.sku if self.image else "basic-byol"

    @property
    def image_version(self) -> str:
        """The version of the image; both units are made at once, so the newest is the same for both."""
        return (self.image and self.image.version) or "latest"


LoadBalancer = (
    AzureLoadBalancer
    | ApplicationGateway
    | FrontDoor
    | F5BigIp
    | KempLoadMaster
    | TrafficManager
    | ExistingLoadBalancer
)
