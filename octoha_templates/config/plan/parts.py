"""What a network plan is made of: subnets, and rules between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from octoha_templates.config.model import AZURE_SQL_SUFFIXES

Direction = Literal["Inbound", "Outbound"]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet that the stack has something to put in.

    Attributes:
        key: The key in `network.subnets`.
        title: What is in it, for people.
        smallest: The longest prefix that is large enough, 29 for a /29.
        reserved_name: The name that Azure asks for; empty where it is free.
        outbound: Whether what is in it goes out to the Internet.
        has_security_group: Whether it has a network security group; Azure forbids one on some.
        has_private_endpoints: Whether the security group has to count for private endpoints.
        has_private_link_service: Whether a private link service takes addresses from it.
        delegation: The service that it is given to; empty for none.
        default_route: Whether a route of one's own may lead everything to a firewall.
        note: What a reader of its security group should know; empty for nothing.
    """

    key: str
    title: str
    smallest: int = 29
    reserved_name: str = ""
    outbound: bool = False
    has_security_group: bool = True
    has_private_endpoints: bool = False
    has_private_link_service: bool = False
    delegation: str = ""
    default_route: bool = True
    note: str = ""

    @property
    def symbol(self) -> str:
        """Its key in camel case, the start of its symbols and parameters in Bicep."""
        first, *others = self.key.split("_")
        return first + "".join(other.capitalize() for other in others)

    @property
    def parameter(self) -> str:
        """The parameter with its range."""
        return f"{self.symbol}SubnetPrefix"

    @property
    def output(self) -> str:
        """The output with its resource ID."""
        return f"{self.symbol}SubnetResourceId"

    @property
    def slug(self) -> str:
        """Its key in the form of resource names."""
        return self.key.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a flow.

    Attributes:
        title: Who it is, for people.
        subnet: The key of a subnet; empty for what is not one.
        tag: A service tag, or `*` for any address; empty for what is not one.
        parameter: A list parameter with prefixes; empty when it is none. An empty list stands for the
            virtual network and what is joined to it.
    """

    title: str
    subnet: str = ""
    tag: str = ""
    parameter: str = ""


def subnet(key: str, title: str) -> Peer:
    """Name a subnet as the end of a flow."""
    return Peer(title, subnet=key)


def tag(name: str, title: str = "") -> Peer:
    """Name a service tag as the end of a flow."""
    return Peer(title or name, tag=name)


def listed(parameter: str, title: str) -> Peer:
    """Name the prefixes in a parameter as the end of a flow."""
    return Peer(title, parameter=parameter)


ANYONE: Final = tag("*", "any address")
INTERNET: Final = tag("Internet", "the Internet")
VIRTUAL_NETWORK: Final = tag("VirtualNetwork", "the virtual network and what is joined to it")
LOAD_BALANCER_PROBE: Final = tag("AzureLoadBalancer", "health probe of Azure")
GATEWAY_MANAGER: Final = tag("GatewayManager", "control plane of Azure gateways")
CLIENTS: Final = listed("clientPrefixes", "who opens the portal")
TENTACLES: Final = listed("pollingPrefixes", "polling Tentacles and agents")

NODES: Final = subnet("nodes", "Octopus nodes")
PRIVATE_ENDPOINTS: Final = subnet("private_endpoints", "private endpoints")


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A list parameter with prefixes that rules read, and what it holds for this stack.

    Attributes:
        parameter: Its name; a `Peer` with that name is one end of a flow.
        description: What it is for, as parameters say it.
        prefixes: Its default; never empty.
    """

    parameter: str
    description: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the security group of one subnet.

    Attributes:
        subnet: The key of the subnet whose security group it is in.
        name: Its name in Azure, `AllowPortalInbound`.
        priority: 100 to 4095; unique in the group for the direction.
        source: Where the traffic comes from.
        destination: Where it goes to.
        ports: Port numbers or ranges, or the name of an integer parameter such as `pollingPort`.
        why: What it is for, in a sentence.
        direction: Seen from the subnet.
        access: Whether it is let through.
        protocol: Tcp, Udp, Icmp or `*`.
    """

    subnet: str
    name: str
    priority: int
    source: Peer
    destination: Peer
    ports: tuple[str, ...]
    why: str
    direction: Direction = "Inbound"
    access: Literal["Allow", "Deny"] = "Allow"
    protocol: Literal["Tcp", "Udp", "Icmp", "*"] = "Tcp"


@dataclass(frozen=True, slots=True)
class Zone:
    """A private DNS zone for private endpoints of one service.

    Attributes:
        key: The key in `network.private_dns_zones`.
        title: The service, for people.
        name: Its name as a Bicep expression, which differs from cloud to cloud.
        names: The same, by cloud.
    """

    key: str
    title: str
    name: str
    names: Mapping[str, str] = field(compare=False)

    @property
    def symbol(self) -> str:
        """The start of its symbols in Bicep."""
        first, *others = self.key.split("_")
        return first + "".join(other.capitalize() for other in others)

    @property
    def output(self) -> str:
        """The output with its resource ID."""
        return f"{self.symbol}PrivateDnsZoneResourceId"


def _storage_zones(service: str) -> dict[str, str]:
    return {cloud: f"privatelink.{service}.{suffix}" for cloud, suffix in _STORAGE.items()}


# Source: Azure documentation, "Azure Private Endpoint private DNS zone values".
_STORAGE: Final = {
    "AzureCloud": "core.windows.net",
    "AzureUSGovernment": "core.usgovcloudapi.net",
    "AzureChinaCloud": "core.chinacloudapi.cn",
}
KEY_VAULT_ZONE: Final = Zone(
    "key_vault",
    "Key Vault",
    "keyVaultDnsZoneNames[environment().name]",
    {
        "AzureCloud": "privatelink.vaultcore.azure.net",
        "AzureUSGovernment": "privatelink.vaultcore.usgovcloudapi.net",
        "AzureChinaCloud": "privatelink.vaultcore.azure.cn",
    },
)
SQL_ZONE: Final = Zone(
    "sql",
    "Azure SQL",
    "'privatelink${environment().suffixes.sqlServerHostname}'",
    {cloud: f"privatelink{suffix}" for cloud, suffix in AZURE_SQL_SUFFIXES.items()},
)
FILE_ZONE: Final = Zone(
    "file",
    "Azure Files",
    "'privatelink.file.${environment().suffixes.storage}'",
    _storage_zones("file"),
)
BLOB_ZONE: Final = Zone(
    "blob",
    "Azure Blob Storage",
    "'privatelink.blob.${environment().suffixes.storage}'",
    _storage_zones("blob"),
)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part of a stack adds to its network plan.

    Attributes:
        subnets: The subnets it needs.
        rules: The rules it needs, in any security group.
        zones: The private DNS zones it needs.
        closed_outbound: The keys of subnets that nothing else may leave.
        lists: The lists of prefixes that only its rules read.
    """

    subnets: tuple[Subnet, ...] = ()
    rules: tuple[Rule, ...] = ()
    zones: tuple[Zone, ...] = ()
    closed_outbound: tuple[str, ...] = ()
    lists: tuple[PrefixList, ...] = ()
