"""720 to 749: networks that exist, peerings, the way out, and what the Internet can reach."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_PEERING = "learn.microsoft.com, Virtual network peering"
_NETWORK = "learn.microsoft.com, Azure Virtual Network FAQ"
_REGIONS = "learn.microsoft.com, List of Azure regions"
_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub"
    "/providers/Microsoft.Network/virtualNetworks"
)

NETWORK_PART_CODES: tuple[Code, ...] = (
    Code(
        "OCT720",
        "A subnet is missing",
        "The stack puts something into a subnet that `network.subnets` does not name. An existing network is "
        "used as it is, so every subnet has to be named; those with create: true are added to it.",
        example=f"network:\n  kind: existing\n  virtual_network_id: {_ID}/spoke\n  subnets: {{}}",
        instead="network:\n  subnets:\n    nodes: {name: snet-octopus, address_prefix: 10.20.0.0/26}",
    ),
    Code(
        "OCT721",
        "A reserved subnet under another name",
        "Azure knows AzureBastionSubnet and GatewaySubnet by their names.",
        example=f"network:\n  kind: existing\n  virtual_network_id: {_ID}/spoke\n  access: [{{kind: bastion}}]\n"
        "  subnets:\n"
        "    bastion: {name: snet-bastion, address_prefix: 10.20.1.0/26}",
        instead="network:\n  subnets:\n    bastion: {name: AzureBastionSubnet, address_prefix: 10.20.1.0/26}",
        sources=(_NETWORK,),
    ),
    Code(
        "OCT722",
        "A firewall that cannot be",
        "The way out leads to an address that is none, or to one inside the stack's own subnets.",
        example="network:\n  outbound: {kind: firewall, next_hop: 10.20.0.4}",
        instead="network:\n  outbound: {kind: firewall, next_hop: 10.0.1.4}",
    ),
    Code(
        "OCT723",
        "Two remote gateways",
        "A network can use the VPN or ExpressRoute gateway of one peered network only, and of none when it has "
        "a gateway of its own.",
        example="network:\n  peerings:\n"
        f"    - {{name: one, virtual_network_id: {_ID}/one, use_remote_gateways: true}}\n"
        f"    - {{name: two, virtual_network_id: {_ID}/two, use_remote_gateways: true}}",
        sources=(_PEERING,),
    ),
    Code(
        "OCT724",
        "A peering given twice",
        "Each peering has a name of its own and leads to a network of its own.",
        example="network:\n  peerings:\n"
        f"    - {{name: hub, virtual_network_id: {_ID}/hub}}\n"
        f"    - {{name: hub, virtual_network_id: {_ID}/other}}",
        sources=(_PEERING,),
    ),
    Code(
        "OCT725",
        "Something is open to the Internet",
        "The config asks for it by name; this only says so aloud, once for every rule that lets the Internet in.",
        example="network:\n  access: [{kind: bastion}]",
        instead="network:\n  access: []",
    ),
    Code(
        "OCT726",
        "Answers that go another way",
        "A public load balancer hands the connection to a machine with the address of the client. With a "
        "firewall as the way out, the machine sends its answer there, and a firewall drops answers to "
        "connections that it has not seen: nobody outside could connect. An application gateway and a BIG-IP "
        "answer from subnets without that route.",
        example="network:\n  outbound: {kind: firewall, next_hop: 10.0.1.4}\n  client_prefixes: [203.0.113.0/26]\n"
        "load_balancer:\n  exposure: public",
        instead="network:\n  outbound: {kind: firewall, next_hop: 10.0.1.4}\nload_balancer:\n  exposure: internal",
        sources=(
            "learn.microsoft.com, Integrate Azure Firewall with Azure Standard Load Balancer",
        ),
    ),
    Code(
        "OCT727",
        "Zones in a region without",
        "Azure refuses machines in a zone, and zone-redundant services, where the region has no availability "
        "zones. Without zones the machines of a role stand in an availability set, and one data centre can "
        "take all of them.",
        example="location: westus",
        instead="location: westus2",
        sources=(_REGIONS,),
    ),
    Code(
        "OCT728",
        "A geo-redundant copy without a pair",
        "Geo-redundant backups are copied to the paired region, and newer regions have none.",
        example="location: italynorth\nbackup:\n  redundancy: GeoRedundant",
        instead="location: italynorth\nbackup:\n  redundancy: ZoneRedundant",
        sources=(_REGIONS,),
    ),
    Code(
        "OCT729",
        "A tier that the region does not have yet",
        "Zone-redundant premium file shares and NAT gateways of the tier StandardV2 come to one region after "
        "the other. The list grows: `regions` corrects what this package knows.",
        example="location: qatarcentral",
        instead="location: qatarcentral\nnetwork:\n  outbound: {kind: nat-gateway, sku: Standard}",
        sources=(
            "learn.microsoft.com, Redundancy support for SSD Azure file shares",
            "learn.microsoft.com, NAT Gateway SKUs",
        ),
    ),
    Code(
        "OCT730",
        "A region that is not known here",
        "The rules about zones and pairs know the regions of all clouds as they were when this package was "
        "made. A newer one is passed over; `regions` says what it has, and corrects what is out of date.",
        example="location: atlantiscentral",
        instead="location: atlantiscentral\nregions:\n  - {name: atlantiscentral, zones: true, pair: none}",
        sources=(_REGIONS,),
    ),
)
