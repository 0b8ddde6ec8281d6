"""745 to 749: Front Door and its private link."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_PRIVATE_LINK = "learn.microsoft.com, Secure your Origin with Private Link in Azure Front Door"
_LIMITS = "learn.microsoft.com, Azure Front Door limits"
_DOMAINS = "learn.microsoft.com, Domains in Azure Front Door"
_FRONT_DOOR = "network:\n  client_prefixes: [203.0.113.0/26]\nload_balancer:\n  kind: front-door"
_EXISTING = (
    "network:\n  kind: existing\n  client_prefixes: [203.0.113.0/26]\n  virtual_network_id: "
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/virtualNetworks/spoke\n  subnets:\n"
    "    nodes: {name: nodes, address_prefix: 10.20.0.0/26}\n"
    "    private_endpoints: {name: endpoints, address_prefix: 10.20.0.64/26}\n"
    "    load_balancer: {name: balancer, address_prefix: 10.20.0.128/27}\n"
    "    private_link: {name: link, address_prefix: 10.20.0.240/28%s}\n"
    "load_balancer:\n  kind: front-door"
)

FRONT_DOOR_CODES: tuple[Code, ...] = (
    Code(
        "OCT745",
        "No private link of Front Door in the region",
        "Front Door reaches the nodes by a private endpoint that it makes in a region of its own "
        "choice of regions. The nodes may be in any other region; the way between the two is inside "
        "Azure.",
        example=f"location: switzerlandnorth\n{_FRONT_DOOR}",
        instead=f"location: switzerlandnorth\n{_FRONT_DOOR}\n"
        "  private_link_locations: [germanywestcentral]",
        sources=(_PRIVATE_LINK,),
    ),
    Code(
        "OCT746",
        "A private link in a region that is not known for it",
        "Regions get the private link of Front Door one after the other. One that this version does "
        "not know is used when it is named; one of another cloud is an error.",
        example=f"{_FRONT_DOOR}\n  private_link_locations: [polandcentral]",
        instead=f"{_FRONT_DOOR}\n  private_link_locations: [germanywestcentral]",
        sources=(_PRIVATE_LINK,),
    ),
    Code(
        "OCT747",
        "Front Door reads no PFX",
        "A certificate of one's own comes to Front Door from a Key Vault in the same subscription, "
        "where it is a certificate. The PFX of `octopus.certificate` is a secret of the stack.",
        example=f"{_FRONT_DOOR}\n  certificate: key-vault",
        instead=f"{_FRONT_DOOR}\n  certificate: managed",
        sources=(_DOMAINS,),
    ),
    Code(
        "OCT748",
        "What Front Door does not carry",
        "A request above 2 GB passes only in chunks, a node has at most 240 seconds to start its "
        "answer, a WebSocket ends after four hours or five idle minutes, and the firewall looks at "
        "the first 128 KB of a body. Inside the network the load balancer has none of these limits.",
        example=_FRONT_DOOR,
        sources=(_LIMITS, "learn.microsoft.com, WebSocket in Azure Front Door"),
    ),
    Code(
        "OCT749",
        "A subnet that may refuse the private link service",
        "Azure refuses a private link service in a subnet whose network policies for private link "
        "services are on. The stack changes nothing in a subnet that it has not made.",
        example=_EXISTING % "",
        instead=_EXISTING % ", create: true",
        sources=("learn.microsoft.com, Manage network policies for Private Link services",),
    ),
)
