"""The ways in: for operators, for the people and machines of a company, and for its other networks.

Source: Azure documentation, "About Bastion configuration settings", "About VPN Gateway configuration
settings", "About ExpressRoute virtual network gateways", "About cryptographic requirements and Azure
VPN gateways".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    Cidr,
    ClockTime,
    ComputerName,
    Guid,
    HostName,
    IpAddress,
    Part,
    ResourceId,
    VmSize,
    Weekday,
)
from octoha_templates.config.model.nodes import Image


def _refused(reasons: dict[str, str]) -> dict[str, Any]:
    """Say why values that people know are not among those allowed; the finding says so, too."""
    return {"x-refused": reasons}


_NON_AZ = "it lives in one zone and is being retired; take {}AZ"
_REFUSED_BASTION = {
    "Developer": "it is shared with other tenants, knows one session and no subnet of yours, and is "
    "for trying things out",
}
_REFUSED_VPN = {
    "Basic": "it has no zones, no BGP, no OpenVPN and cannot grow; take VpnGw1AZ or more",
    **{f"VpnGw{n}": _NON_AZ.format(f"VpnGw{n}") for n in range(1, 6)},
    "Standard": "it is retired; take VpnGw1AZ or more",
    "HighPerformance": "it is retired; take VpnGw2AZ or more",
}
_REFUSED_EXPRESSROUTE = {
    "Standard": "it lives in one zone; take ErGw1AZ",
    "HighPerformance": "it lives in one zone; take ErGw2AZ",
    "UltraPerformance": "it lives in one zone; take ErGw3AZ",
}
_WEAK = "it is broken or too short; take one of the others"

ConnectionName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$",
        description="Name of a connection: up to 30 lower case letters, digits and hyphens.",
        examples=["london"],
    ),
]
Asn = Annotated[
    int, Meta(ge=1, le=4294967294, description="Autonomous system number.", examples=[65010])
]


class NoAccess(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """No way in of the stack's own: a hub or a peered network has one."""


class Bastion(Part, frozen=True, kw_only=True, tag="bastion", tag_field="kind"):
    """Azure Bastion: RDP to the nodes over HTTPS, without public addresses on them."""

    sku: Annotated[
        Literal["Basic", "Standard", "Premium"],
        Meta(
            extra_json_schema={**SHAPE, **_refused(_REFUSED_BASTION)},
            description="Basic is the portal's RDP only; Premium can record and be private.",
        ),
    ] = "Standard"
    private_only: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="No public address: reached over VPN, ExpressRoute or a peering (Premium). "
            "It stays so.",
        ),
    ] = False
    session_recording: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Record every session to a storage account of yours (Premium); turns the "
            "native client off.",
        ),
    ] = False
    kerberos: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Let people sign in with Kerberos; needs domain controllers in this network.",
        ),
    ] = False
    scale_units: Annotated[
        int,
        Meta(ge=2, le=50, description="Instances; each takes about 20 RDP sessions."),
    ] = 2
    native_client: Annotated[
        bool,
        Meta(description="Allow `az network bastion rdp` and tunnels (Standard and Premium)."),
    ] = True
    allowed_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Who may reach it; empty for the Internet, or, when private-only, for what "
            "is joined to the network.",
        ),
    ] = ()

    @property
    def has_more_than_basic(self) -> bool:
        """Whether the SKU knows scale units and the flags for clipboard, files, links, tunnels."""
        return self.sku != "Basic"

    @property
    def has_native_client(self) -> bool:
        """Whether the native client can be allowed at all."""
        return self.has_more_than_basic and not self.session_recording


class IpsecPolicy(Part, frozen=True, kw_only=True):
    """How a site-to-site tunnel is encrypted; the other end has to say the same.

    The default is the Commercial National Security Algorithm suite.
    """

    ike_encryption: Annotated[
        Literal["AES128", "AES192", "AES256", "GCMAES128", "GCMAES256"],
        Meta(
            extra_json_schema={**SHAPE, **_refused({"DES": _WEAK, "DES3": _WEAK})},
            description="Encryption of phase 1.",
        ),
    ] = "AES256"
    ike_integrity: Annotated[
        Literal["SHA256", "SHA384"],
        Meta(
            extra_json_schema={**SHAPE, **_refused({"MD5": _WEAK, "SHA1": _WEAK})},
            description="Integrity of phase 1.",
        ),
    ] = "SHA384"
    dh_group: Annotated[
        Literal["DHGroup14", "DHGroup24", "ECP256", "ECP384"],
        Meta(
            extra_json_schema={
                **SHAPE,
                **_refused({"None": _WEAK, "DHGroup1": _WEAK, "DHGroup2": _WEAK}),
            },
            description="Diffie-Hellman group of phase 1.",
        ),
    ] = "ECP384"
    ipsec_encryption: Annotated[
        Literal["AES128", "AES192", "AES256", "GCMAES128", "GCMAES192", "GCMAES256"],
        Meta(
            extra_json_schema={
                **SHAPE,
                **_refused({"None": _WEAK, "DES": _WEAK, "DES3": _WEAK}),
            },
            description="Encryption of phase 2.",
        ),
    ] = "GCMAES256"
    ipsec_integrity: Annotated[
        Literal["SHA256", "GCMAES128", "GCMAES192", "GCMAES256"],
        Meta(
            extra_json_schema={**SHAPE, **_refused({"MD5": _WEAK, "SHA1": _WEAK})},
            description="Integrity of phase 2; with GCM the same as the encryption.",
        ),
    ] = "GCMAES256"
    pfs_group: Annotated[
        Literal["PFS14", "PFS24", "PFS2048", "ECP256", "ECP384"],
        Meta(
            extra_json_schema={
                **SHAPE,
                **_refused({"None": _WEAK, "PFS1": _WEAK, "PFS2": _WEAK}),
            },
            description="Perfect forward secrecy of phase 2.",
        ),
    ] = "ECP384"
    sa_lifetime_seconds: Annotated[
        int,
        Meta(
            extra_json_schema=SHAPE,
            ge=300,
            le=172799,
            description="Life of a phase 2 key, in seconds.",
        ),
    ] = 27000
    sa_data_size_kib: Annotated[
        int,
        Meta(
            extra_json_schema=SHAPE,
            ge=1024,
            le=2147483647,
            description="Traffic for a phase 2 key, in KiB.",
        ),
    ] = 102400000


class BgpPeer(Part, frozen=True, kw_only=True):
    """The BGP speaker at the other end of a tunnel."""

    asn: Annotated[Asn, Meta(description="Autonomous system number of the other end.")]
    peering_address: Annotated[
        IpAddress,
        Meta(description="Address that it peers from, inside the tunnel.", examples=["10.60.0.1"]),
    ]


class VpnConnection(Part, frozen=True, kw_only=True):
    """A site-to-site tunnel to one device; its shared key is a secure parameter."""

    name: Annotated[
        ConnectionName,
        Meta(extra_json_schema=SHAPE, description="Name of the connection, such as its place."),
    ]
    gateway_address: Annotated[
        IpAddress | None,
        Meta(description="Public address of the device; or gateway_fqdn."),
    ] = None
    gateway_fqdn: Annotated[
        HostName | None,
        Meta(
            description="DNS name of a device whose address changes; or gateway_address.",
            examples=["vpn.example.com"],
        ),
    ] = None
    address_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=200,
            description="Ranges behind the device; with BGP it announces them by itself.",
        ),
    ] = ()
    bgp: Annotated[
        BgpPeer | None, Meta(description="BGP at the other end; needs bgp of the gateway.")
    ] = None
    mode: Annotated[
        Literal["Default", "InitiatorOnly", "ResponderOnly"],
        Meta(extra_json_schema=SHAPE, description="Who may open the tunnel; Default is both."),
    ] = "Default"
    dpd_timeout_seconds: Annotated[
        int,
        Meta(
            extra_json_schema=SHAPE,
            ge=9,
            le=3600,
            description="Silence after which the other end counts as dead, in seconds.",
        ),
    ] = 45
    ipsec_policy: IpsecPolicy = IpsecPolicy()

    @property
    def symbol(self) -> str:
        """The end of its names in Bicep: `london-1` is `London1`."""
        return "".join(part.capitalize() for part in self.name.split("-"))


class Bgp(Part, frozen=True, kw_only=True):
    """BGP of the VPN gateway: routes are exchanged and not written down."""

    asn: Annotated[
        Asn,
        Meta(
            description="Autonomous system number of the gateway; beside ExpressRoute it has to "
            "stay 65515."
        ),
    ] = 65515
    apipa_addresses: Annotated[
        tuple[IpAddress, ...],
        Meta(
            extra_json_schema=SHAPE,
            max_length=2,
            description="Peering address of each instance, from 169.254.21.0 to 169.254.22.255, "
            "where the device wants one; empty for addresses of the network.",
        ),
    ] = ()


class _PointToSite(Part, frozen=True, kw_only=True):
    """What the ways of people to sign in to the VPN have in common."""

    address_pool: Annotated[
        Cidr,
        Meta(
            description="Range that clients get their address from; nobody else's.",
            examples=["172.16.201.0/24"],
        ),
    ] = "172.16.201.0/24"
    custom_routes: Annotated[
        tuple[Cidr, ...],
        Meta(max_length=50, description="Further ranges that clients reach through the VPN."),
    ] = ()


class EntraPointToSite(_PointToSite, frozen=True, kw_only=True, tag="entra", tag_field="kind"):
    """People sign in to the VPN with Entra ID, and with Conditional Access, in the Azure VPN Client."""

    tenant_id: Annotated[
        Guid | None, Meta(description="Entra tenant; without it the one of the subscription.")
    ] = None
    audience: Annotated[
        Guid | None,
        Meta(
            description="App ID that the client asks for, such as one of your own for certain "
            "groups; without it Microsoft's for the cloud."
        ),
    ] = None


class RootCertificate(Part, frozen=True, kw_only=True):
    """An authority whose client certificates are let in."""

    name: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A name for it."),
    ]
    public_data: Annotated[
        str,
        Meta(
            pattern=r"^MI[A-Za-z0-9+/]{100,}={0,2}$",
            max_length=16384,
            description="The certificate in base64 on one line, without its BEGIN and END lines. It "
            "is public; the private key stays with the authority.",
        ),
    ]


class RevokedCertificate(Part, frozen=True, kw_only=True):
    """A client certificate that is not let in any more."""

    name: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A name for it."),
    ]
    thumbprint: Annotated[
        str, Meta(pattern=r"^[0-9a-fA-F]{40}$", description="SHA-1 thumbprint of the certificate.")
    ]


class CertificatePointToSite(
    _PointToSite, frozen=True, kw_only=True, tag="certificate", tag_field="kind"
):
    """Machines sign in to the VPN with a client certificate."""

    root_certificates: Annotated[
        tuple[RootCertificate, ...],
        Meta(
            extra_json_schema=NO_SHAPE, min_length=1, max_length=20, description="The authorities."
        ),
    ]
    revoked_certificates: Annotated[
        tuple[RevokedCertificate, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=100,
            description="Client certificates that are not let in any more.",
        ),
    ] = ()
    protocols: Annotated[
        tuple[Literal["IkeV2", "OpenVPN"], ...],
        Meta(min_length=1, max_length=2, description="Tunnels that clients may open."),
    ] = ("IkeV2", "OpenVPN")

    @property
    def root_certificate_list(self) -> list[dict[str, str]]:
        """The authorities, the way the parameter of the gateway takes them."""
        return [
            {"name": each.name, "publicData": each.public_data} for each in self.root_certificates
        ]

    @property
    def revoked_certificate_list(self) -> list[dict[str, str]]:
        """What is not let in any more, the way the parameter of the gateway takes it."""
        return [
            {"name": each.name, "thumbprint": each.thumbprint} for each in self.revoked_certificates
        ]


PointToSite = EntraPointToSite | CertificatePointToSite


class VpnGateway(Part, frozen=True, kw_only=True, tag="vpn-gateway", tag_field="kind"):
    """A VPN gateway: tunnels to the networks of a company, and to the machines of its people."""

    sku: Annotated[
        Literal["VpnGw1AZ", "VpnGw2AZ", "VpnGw3AZ", "VpnGw4AZ", "VpnGw5AZ"],
        Meta(
            extra_json_schema=_refused(_REFUSED_VPN),
            description="Size. VpnGw1AZ is of the first generation and cannot grow into the others.",
        ),
    ] = "VpnGw2AZ"
    active_active: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Both instances carry traffic, each with an address of its own.",
        ),
    ] = True
    bgp: Annotated[
        Bgp | None, Meta(description="BGP; without it every connection names its ranges.")
    ] = None
    connections: Annotated[
        tuple[VpnConnection, ...],
        Meta(max_length=30, description="Site-to-site tunnels."),
    ] = ()
    point_to_site: Annotated[
        PointToSite | None, Meta(description="How single machines and people come in.")
    ] = None

    @property
    def point_to_site_kind(self) -> str:
        """How single machines and people sign in: `entra`, `certificate`, or `none` of them."""
        if self.point_to_site is None:
            return "none"
        return "entra" if isinstance(self.point_to_site, EntraPointToSite) else "certificate"

    @property
    def public_addresses(self) -> tuple[str, ...]:
        """Name the public addresses: one per instance, and one for clients of both.

        Source: Azure documentation, "About VPN Gateway configuration settings", active-active mode.
        """
        if not self.active_active:
            return ("first",)
        return ("first", "second", "clients") if self.point_to_site else ("first", "second")


class NewCircuit(Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """A circuit that the stack orders. Azure charges for it from the moment it exists."""

    provider: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9 .&'()+/-]{0,79}$",
            description="Connectivity provider, as `az network express-route "
            "list-service-providers` names it.",
            examples=["Equinix"],
        ),
    ]
    peering_location: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9 .&'()+/-]{0,79}$",
            description="Peering location of the provider.",
            examples=["Amsterdam"],
        ),
    ]
    bandwidth_mbps: Annotated[
        Literal[50, 100, 200, 500, 1000, 2000, 5000, 10000],
        Meta(description="Bandwidth in Mbit/s. It can grow and not shrink."),
    ] = 50
    tier: Annotated[
        Literal["Local", "Standard", "Premium"],
        Meta(description="Local reaches the regions of the peering location, Premium all regions."),
    ] = "Standard"
    family: Annotated[
        Literal["MeteredData", "UnlimitedData"],
        Meta(description="How outgoing traffic is charged; UnlimitedData cannot be left again."),
    ] = "MeteredData"
    provisioned: Annotated[
        bool,
        Meta(
            description="Whether the provider has done its part; peering and connection are made "
            "only then."
        ),
    ] = False


class ExistingCircuit(Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A circuit that exists and is provisioned; nothing of it is changed."""

    circuit_id: Annotated[ResourceId, Meta(description="Resource ID of the circuit.")]
    needs_authorization: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="The circuit belongs to somebody else, who gives an authorization key: "
            "the secure parameter expressRouteAuthorizationKey.",
        ),
    ] = False


class PrivatePeering(Part, frozen=True, kw_only=True):
    """The private peering of a circuit, where the provider leaves it to the customer."""

    peer_asn: Annotated[Asn, Meta(description="Autonomous system number of your side.")]
    vlan_id: Annotated[int, Meta(ge=1, le=4094, description="VLAN agreed with the provider.")]
    primary_prefix: Annotated[
        Cidr,
        Meta(
            description="The /30 of the first link; yours is its first address.",
            examples=["192.168.100.0/30"],
        ),
    ]
    secondary_prefix: Annotated[
        Cidr,
        Meta(
            description="The /30 of the second link; yours is its first address.",
            examples=["192.168.100.4/30"],
        ),
    ]


class ExpressRoute(Part, frozen=True, kw_only=True, tag="expressroute", tag_field="kind"):
    """An ExpressRoute gateway: a private line to the networks of a company."""

    sku: Annotated[
        Literal["ErGw1AZ", "ErGw2AZ", "ErGw3AZ", "ErGwScale"],
        Meta(
            extra_json_schema=_refused(_REFUSED_EXPRESSROUTE),
            description="Size; ErGwScale grows and shrinks by itself.",
        ),
    ] = "ErGw1AZ"
    min_scale_units: Annotated[
        int, Meta(ge=1, le=40, description="Fewest scale units of ErGwScale, 1 Gbit/s each.")
    ] = 1
    max_scale_units: Annotated[
        int, Meta(ge=1, le=40, description="Most scale units of ErGwScale.")
    ] = 2
    own_public_address: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Give the gateway a public address of the stack's, for a cloud where Azure "
            "does not keep one by itself yet. Traffic never uses it.",
        ),
    ] = False
    circuit: NewCircuit | ExistingCircuit
    private_peering: Annotated[
        PrivatePeering | None,
        Meta(
            description="Private peering of a new circuit; leave it out when the provider makes it."
        ),
    ] = None
    routing_weight: Annotated[
        int, Meta(ge=0, le=32000, description="Preference among several circuits; more is better.")
    ] = 0
    fast_path: Annotated[
        bool,
        Meta(
            description="Let traffic pass the gateway by; ErGw3AZ, or ErGwScale from 10 units on."
        ),
    ] = False

    @property
    def orders_circuit(self) -> bool:
        """Whether the circuit is the stack's own."""
        return isinstance(self.circuit, NewCircuit)

    @property
    def needs_authorization(self) -> bool:
        """Whether the circuit is somebody else's, who gives an authorization key."""
        return isinstance(self.circuit, ExistingCircuit) and self.circuit.needs_authorization


class JumpBoxPatching(Part, frozen=True, kw_only=True):
    """When the platform patches and restarts the jump box: by day, because it is off at night."""

    day: Annotated[Weekday, Meta(description="Day of the week.")] = "Wednesday"
    start_time: Annotated[
        ClockTime, Meta(description="Start of the window, in the nodes' time zone.")
    ] = "12:00"
    duration_minutes: Annotated[
        int, Meta(ge=90, le=235, description="Length of the window, in minutes.")
    ] = 120


class JumpBox(Part, frozen=True, kw_only=True, tag="jump-box", tag_field="kind"):
    """A hardened Windows machine without public address, for tools that have to be near the nodes."""

    computer_name: Annotated[
        ComputerName | None, Meta(description="Its name; without it <name>-jump.")
    ] = None
    size: Annotated[VmSize, Meta(description="Virtual machine size; x64 with premium storage.")] = (
        "Standard_D2s_v5"
    )
    image: Image = Image()
    os_disk_size_gib: Annotated[int, Meta(ge=127, le=4095, description="System disk, in GiB.")] = (
        128
    )
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Local administrator, for emergencies.",
        ),
    ] = "jumplocal"
    sign_in: Annotated[
        Literal["entra", "domain", "local"],
        Meta(
            extra_json_schema=SHAPE,
            description="Who signs in: Entra ID by role on the machine, accounts of the domain, or "
            "the local administrator only.",
        ),
    ] = "entra"
    operator_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Networks whose people may open its desktop, besides Bastion and the VPN "
            "clients of the stack.",
        ),
    ] = ()
    just_in_time: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="No standing rule lets anybody in: Defender for Servers opens the port on "
            "request.",
        ),
    ] = False
    reach: Annotated[
        tuple[Literal["rdp", "winrm"], ...],
        Meta(
            extra_json_schema=SHAPE,
            min_length=1,
            max_length=2,
            description="How it may reach the other machines of the stack.",
        ),
    ] = ("rdp",)
    auto_shutdown: Annotated[
        ClockTime | None,
        Meta(
            description="When it is turned off every day, in the nodes' time zone; null for never.",
        ),
    ] = "20:00"
    idle_minutes: Annotated[
        int,
        Meta(ge=5, le=480, description="Minutes until an idle session is disconnected."),
    ] = 15
    patching: JumpBoxPatching = JumpBoxPatching()


Access = Bastion | VpnGateway | ExpressRoute | JumpBox | NoAccess
