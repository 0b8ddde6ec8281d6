"""The virtual network, its subnets and the way out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from octoha_templates.config.model.access import Access
from octoha_templates.config.model.base import (
    SHAPE,
    Cidr,
    IpAddress,
    Part,
    ResourceGroupId,
    ResourceId,
)

_HUB = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub"
    "/providers/Microsoft.Network/virtualNetworks/hub"
)


class Subnets(Part, frozen=True, kw_only=True):
    """The address ranges of the subnets; Azure keeps five addresses of each for itself.

    A subnet is made only when the stack has something to put in it.
    """

    nodes: Annotated[
        Cidr,
        Meta(description="The nodes; room for as many as count says and for replacements."),
    ] = "10.20.0.0/26"
    private_endpoints: Annotated[
        Cidr,
        Meta(description="Private endpoints of Key Vault, database and storage; /29 or larger."),
    ] = "10.20.0.64/26"
    load_balancer: Annotated[
        Cidr,
        Meta(description="Front end of the load balancer; /29 or larger."),
    ] = "10.20.0.128/27"
    file_servers: Annotated[
        Cidr,
        Meta(description="The file servers of DFS replication; /29 or larger."),
    ] = "10.20.0.160/28"
    domain_controllers: Annotated[
        Cidr,
        Meta(description="The domain controllers of the stack; /29 or larger."),
    ] = "10.20.0.176/28"
    database: Annotated[
        Cidr,
        Meta(description="The SQL Server machines, or the first of them; /29 or larger."),
    ] = "10.20.0.192/28"
    database_2: Annotated[
        Cidr,
        Meta(description="The second SQL Server machine of a multi-subnet availability group."),
    ] = "10.20.0.208/28"
    database_3: Annotated[
        Cidr,
        Meta(description="The third SQL Server machine of a multi-subnet availability group."),
    ] = "10.20.0.224/28"
    private_link: Annotated[
        Cidr,
        Meta(description="The private link service that Front Door comes in by; /29 or larger."),
    ] = "10.20.0.240/28"
    bastion: Annotated[
        Cidr,
        Meta(description="AzureBastionSubnet; /26 or larger."),
    ] = "10.20.1.0/26"
    gateway: Annotated[
        Cidr,
        Meta(description="GatewaySubnet of VPN and ExpressRoute gateways; /27 or larger."),
    ] = "10.20.1.64/27"
    jump_box: Annotated[
        Cidr,
        Meta(description="The jump box; /29 or larger."),
    ] = "10.20.1.96/28"
    appliance_management: Annotated[
        Cidr,
        Meta(description="Management interfaces of load balancer appliances; /29 or larger."),
    ] = "10.20.1.112/28"
    appliance_external: Annotated[
        Cidr,
        Meta(
            description="Interfaces of load balancer appliances towards the clients; /29 or larger."
        ),
    ] = "10.20.1.128/28"
    appliance_internal: Annotated[
        Cidr,
        Meta(
            description="Interfaces of load balancer appliances towards the nodes; /29 or larger."
        ),
    ] = "10.20.1.144/28"
    application_gateway: Annotated[
        Cidr,
        Meta(description="Application Gateway alone; a /24 has room for every scale."),
    ] = "10.20.2.0/24"


class NatGateway(Part, frozen=True, kw_only=True, tag="nat-gateway", tag_field="kind"):
    """The way out: fixed public addresses for package feeds, downloads and listening Tentacles."""

    sku: Annotated[
        Literal["Standard", "StandardV2"],
        Meta(description="StandardV2 is zone-redundant; Standard lives in one zone."),
    ] = "StandardV2"
    idle_timeout_minutes: Annotated[
        int, Meta(ge=4, le=120, description="Minutes until an idle flow is dropped.")
    ] = 10


class Firewall(Part, frozen=True, kw_only=True, tag="firewall", tag_field="kind"):
    """The way out through a firewall of yours, such as the one of the hub; no public address."""

    next_hop: Annotated[
        IpAddress,
        Meta(description="Private address of the firewall.", examples=["10.0.1.4"]),
    ]


class NoOutbound(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """No way out to the Internet: what the nodes need comes from mirrors inside."""


class Peering(Part, frozen=True, kw_only=True):
    """A virtual network that the stack's own is joined to, such as the hub."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,78}[A-Za-z0-9_]$",
            description="Name of the peering.",
            examples=["to-hub"],
        ),
    ]
    virtual_network_id: Annotated[
        ResourceId,
        Meta(
            description="Resource ID of the other virtual network.",
            examples=[_HUB],
        ),
    ]
    use_remote_gateways: Annotated[
        bool, Meta(description="Use the VPN or ExpressRoute gateway of the other network.")
    ] = False
    allow_forwarded_traffic: Annotated[
        bool, Meta(description="Take traffic that the other network only passes on.")
    ] = True

    @property
    def subscription(self) -> str:
        """The subscription of the other network."""
        return self.virtual_network_id.split("/")[2]

    @property
    def resource_group(self) -> str:
        """The resource group of the other network."""
        return self.virtual_network_id.split("/")[4]

    @property
    def virtual_network_name(self) -> str:
        """The name of the other network."""
        return self.virtual_network_id.rsplit("/", 1)[-1]


class PrivateDnsZones(Part, frozen=True, kw_only=True):
    """The resource groups of private DNS zones that exist, usually in the hub; others are made."""

    key_vault: Annotated[
        ResourceGroupId | None,
        Meta(extra_json_schema=SHAPE, description="Resource group with the zone of Key Vault."),
    ] = None
    sql: Annotated[
        ResourceGroupId | None,
        Meta(extra_json_schema=SHAPE, description="Resource group with the zone of Azure SQL."),
    ] = None
    file: Annotated[
        ResourceGroupId | None,
        Meta(extra_json_schema=SHAPE, description="Resource group with the zone of Azure Files."),
    ] = None
    blob: Annotated[
        ResourceGroupId | None,
        Meta(extra_json_schema=SHAPE, description="Resource group with the zone of Blob Storage."),
    ] = None

    @property
    def given(self) -> tuple[str, ...]:
        """The keys of those that exist already."""
        return tuple(key for key in self.__struct_fields__ if getattr(self, key))


class ExistingSubnet(Part, frozen=True, kw_only=True):
    """A subnet of an existing network, by name; it is added when asked for."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$",
            description="Name of the subnet.",
            examples=["snet-octopus"],
        ),
    ]
    address_prefix: Annotated[
        Cidr, Meta(description="Its address range.", examples=["10.20.0.0/26"])
    ]
    create: Annotated[
        bool,
        Meta(
            extra_json_schema=SHAPE,
            description="Add it to the network, with a security group of its own.",
        ),
    ] = False


class ExistingSubnets(Part, frozen=True, kw_only=True):
    """The subnets of an existing network that the stack uses; only those it needs are wanted."""

    nodes: ExistingSubnet | None = None
    private_endpoints: ExistingSubnet | None = None
    load_balancer: ExistingSubnet | None = None
    file_servers: ExistingSubnet | None = None
    domain_controllers: ExistingSubnet | None = None
    database: ExistingSubnet | None = None
    database_2: ExistingSubnet | None = None
    database_3: ExistingSubnet | None = None
    private_link: ExistingSubnet | None = None
    bastion: ExistingSubnet | None = None
    gateway: ExistingSubnet | None = None
    jump_box: ExistingSubnet | None = None
    appliance_management: ExistingSubnet | None = None
    appliance_external: ExistingSubnet | None = None
    appliance_internal: ExistingSubnet | None = None
    application_gateway: ExistingSubnet | None = None


class _AnyNetwork(Part, frozen=True, kw_only=True):
    """What a new and an existing network have in common."""

    dns_servers: Annotated[
        tuple[IpAddress, ...],
        Meta(max_length=10, description="DNS servers; empty for Azure's own."),
    ] = ()
    client_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Who may open the portal; empty for the virtual network and what is "
            "joined to it.",
        ),
    ] = ()
    polling_prefixes: Annotated[
        tuple[Cidr, ...],
        Meta(
            max_length=50,
            description="Where polling Tentacles call from; empty for the virtual network and "
            "what is joined to it.",
        ),
    ] = ()
    private_dns_zones: Annotated[
        PrivateDnsZones, Meta(description="Private DNS zones that exist already.")
    ] = PrivateDnsZones()
    access: Annotated[
        tuple[Access, ...],
        Meta(extra_json_schema=SHAPE, max_length=4, description="Ways in for operators."),
    ] = ()


class NewNetwork(_AnyNetwork, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """A virtual network of the stack's own, closed except for what the components need."""

    address_space: Annotated[
        Cidr, Meta(description="Address space; all subnets lie inside it.")
    ] = "10.20.0.0/22"
    subnets: Subnets = Subnets()
    outbound: Outbound = NatGateway()
    peerings: Annotated[
        tuple[Peering, ...],
        Meta(extra_json_schema=SHAPE, max_length=10, description="Networks it is joined to."),
    ] = ()

    def prefix_of(self, subnet: str) -> str:
        """Give the address range of a subnet, by its key."""
        return str(getattr(self.subnets, subnet))

    @property
    def site_prefixes(self) -> tuple[str, ...]:
        """The ranges of the network, the way an Active Directory site has them."""
        return (self.address_space,)

    @property
    def peering_values(self) -> list[dict[str, Any]]:
        """The peerings, the way the parameter of the template has them."""
        return [
            {
                "name": peering.name,
                "virtualNetworkResourceId": peering.virtual_network_id,
                "useRemoteGateways": peering.use_remote_gateways,
                "allowForwardedTraffic": peering.allow_forwarded_traffic,
            }
            for peering in self.peerings
        ]


class ExistingNetwork(_AnyNetwork, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A virtual network of yours, in any resource group; the stack goes to its subscription and region."""

    virtual_network_id: Annotated[
        ResourceId, Meta(description="Resource ID of the virtual network.", examples=[_HUB])
    ]
    subnets: ExistingSubnets

    @property
    def subscription(self) -> str:
        """The subscription of the network; Azure wants machines and private endpoints in the same."""
        return self.virtual_network_id.split("/")[2]

    def find_subnet(self, key: str) -> ExistingSubnet | None:
        """Give a subnet by its key; None when the config does not name it."""
        found: ExistingSubnet | None = getattr(self.subnets, key)
        return found

    def prefix_of(self, subnet: str) -> str:
        """Give the address range of a subnet, by its key; empty when the config does not name it."""
        found = self.find_subnet(subnet)
        return found.address_prefix if found else ""

    def subnet_name(self, subnet: str) -> str:
        """Give the name of a subnet, by its key; empty when the config does not name it."""
        found = self.find_subnet(subnet)
        return found.name if found else ""

    @property
    def site_prefixes(self) -> tuple[str, ...]:
        """The ranges of the subnets that the config names, for an Active Directory site."""
        keys = self.subnets.__struct_fields__
        return tuple(found.address_prefix for key in keys if (found := self.find_subnet(key)))

    @property
    def created_subnets(self) -> tuple[str, ...]:
        """The keys of the subnets that are added to the network."""
        keys = self.subnets.__struct_fields__
        return tuple(key for key in keys if (found := self.find_subnet(key)) and found.create)


Outbound = NatGateway | Firewall | NoOutbound
Network = NewNetwork | ExistingNetwork
