"""Load balancer appliances: pairs of F5 BIG-IP and Kemp LoadMaster.

Source: the pages of the makers in the Azure Marketplace.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.any_load_balancer import (
    AnyLoadBalancer,
    Exposure,
    OpenToInternet,
    PollingBalancer,
    PortalDnsZone,
    PrivateIpAddress,
    PublicDnsLabel,
)
from octoha_templates.config.model.base import (
    SHAPE,
    ImageName,
    Part,
    Port,
    VmSize,
)

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
