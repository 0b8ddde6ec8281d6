"""660 to 674 and 684: what stands in front of the nodes."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_BALANCERS = "octopus.com/docs, Load balancers"
_POLLING = "octopus.com/docs, Polling Tentacles with HA"
_GATEWAY = "learn.microsoft.com, Application Gateway infrastructure configuration"
_FIREWALL = "learn.microsoft.com, Best practices for Web Application Firewall"
_RULE_SETS = "learn.microsoft.com, Web Application Firewall managed ruleset support policy"
_PUBLIC = "network:\n  client_prefixes: [203.0.113.0/26]\nload_balancer:\n  exposure: public"
_GATEWAY_KIND = "load_balancer:\n  kind: application-gateway"
_EXISTING = "load_balancer:\n  kind: existing\n  portal_address: 10.0.4.10"
_POOL = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/loadBalancers/lb"
)

LOAD_BALANCER_CODES: tuple[Code, ...] = (
    Code(
        "OCT660",
        "The portal is open to the Internet",
        "Everyone on the Internet can reach the sign-in page, because the config says so. This is "
        "told every time, so that it stays a decision.",
        example=f"{_PUBLIC}\n  open_to_internet: true",
        instead=_PUBLIC,
        sources=("octopus.com/docs, Exposing Octopus",),
    ),
    Code(
        "OCT661",
        "The polling ports are open to the Internet",
        "Everyone on the Internet can reach the port of polling Tentacles, because the config says "
        "so. Tentacles and server know each other by certificate, and the port is still one more "
        "to attack.",
        example=f"{_PUBLIC}\n  open_polling_to_internet: true",
        instead=_PUBLIC,
        sources=(_POLLING,),
    ),
    Code(
        "OCT662",
        "A public address for nobody",
        "A public front end is closed except for the prefixes that the network names, and none is "
        "named.",
        example="load_balancer:\n  exposure: public",
        instead=_PUBLIC,
    ),
    Code(
        "OCT663",
        "A key that has no effect",
        "A front end is internal or public; keys of the other one would do nothing, or open what is "
        "not there.",
        example="load_balancer:\n  open_to_internet: true",
        instead=f"{_PUBLIC}\n  open_to_internet: true",
    ),
    Code(
        "OCT664",
        "Reached from the Internet",
        "A front end has a public address, and security rules let the prefixes named come in.",
        example=_PUBLIC,
    ),
    Code(
        "OCT665",
        "A gateway that may not grow to its own size",
        "`max_capacity` is less than `min_capacity`.",
        example=f"{_GATEWAY_KIND}\n  min_capacity: 4\n  max_capacity: 2",
        instead=f"{_GATEWAY_KIND}\n  min_capacity: 2\n  max_capacity: 4",
    ),
    Code(
        "OCT666",
        "No room for the instances of a gateway",
        "Every instance of an application gateway takes an address of its subnet, its private front "
        "end one more, and Azure keeps five.",
        example="network:\n  subnets:\n    application_gateway: 10.20.2.0/28\n"
        f"{_GATEWAY_KIND}\n  max_capacity: 20",
        instead="network:\n  subnets:\n    application_gateway: 10.20.2.0/24\n"
        f"{_GATEWAY_KIND}\n  max_capacity: 20",
        sources=(_GATEWAY,),
    ),
    Code(
        "OCT667",
        "A small subnet for a gateway",
        "The gateway works in it. Azure recommends a /24, which has room for every scale and for "
        "upgrades, because a subnet in use cannot be enlarged everywhere.",
        example=f"network:\n  subnets:\n    application_gateway: 10.20.2.0/26\n{_GATEWAY_KIND}",
        instead=f"network:\n  subnets:\n    application_gateway: 10.20.2.0/24\n{_GATEWAY_KIND}",
        sources=(_GATEWAY,),
    ),
    Code(
        "OCT668",
        "The Internet as a prefix",
        "A public front end that is meant for everyone is opened by the key that says so. A prefix "
        "shorter than /8 would do the same without anybody noticing.",
        example="network:\n  client_prefixes: [0.0.0.0/0]\nload_balancer:\n  exposure: public",
        instead="load_balancer:\n  exposure: public\n  open_to_internet: true",
    ),
    Code(
        "OCT669",
        "A firewall that only watches",
        "In Detection mode the web application firewall writes attacks to its log and lets them "
        "through. That is right while it is tuned.",
        example=f"{_GATEWAY_KIND}\n  waf:\n    mode: Detection",
        instead=f"{_GATEWAY_KIND}\n  waf:\n    mode: Prevention",
        sources=(_FIREWALL,),
    ),
    Code(
        "OCT670",
        "A rule set that a cloud may not have",
        "New versions of the managed rules come to the sovereign clouds later.",
        example=f"cloud: AzureUSGovernment\nlocation: usgovvirginia\n{_GATEWAY_KIND}",
        instead="cloud: AzureUSGovernment\nlocation: usgovvirginia\n"
        f'{_GATEWAY_KIND}\n  waf:\n    rule_set_version: "2.1"',
        sources=(_RULE_SETS,),
    ),
    Code(
        "OCT671",
        "No way for polling Tentacles",
        "Polling Tentacles and Octopus check each other's certificates on port 10943, so nothing "
        "that ends TLS can stand between them. A balancer that speaks HTTP needs one beside it that "
        "does not. Listening Tentacles need neither.",
        example=f"{_GATEWAY_KIND}\n  polling: null",
        instead=f"{_GATEWAY_KIND}\n  polling: {{}}",
        sources=(_BALANCERS, _POLLING),
    ),
    Code(
        "OCT672",
        "Polling endpoints that do not lead to every node",
        "The node that runs a task hands it to the Tentacle, so a polling Tentacle polls every node "
        "on an address or a port of its own, which is never one of HTTP.",
        example="nodes:\n  count: 2\n"
        f"{_EXISTING}\n  polling_endpoints:\n    - {{node: octopus-1, address: '10.0.4.10:443'}}",
        instead="nodes:\n  count: 2\n"
        f"{_EXISTING}\n  polling_endpoints:\n    - {{node: octopus-1, address: '10.0.4.10:10943'}}\n"
        "    - {node: octopus-2, address: '10.0.4.10:10944'}",
        sources=(_POLLING,),
    ),
    Code(
        "OCT673",
        "Not a backend pool",
        "The interfaces of the nodes join backend pools, not the balancer itself.",
        example=f"{_EXISTING}\n  backend_pools: [{_POOL}]",
        instead=f"{_EXISTING}\n  backend_pools: [{_POOL}/backendAddressPools/octopus]",
    ),
    Code(
        "OCT674",
        "A balancer that is not let in",
        "A balancer that ends TLS calls the nodes from addresses of its own; the security group of "
        "the nodes lets only `network.client_prefixes` in.",
        example=f"network:\n  client_prefixes: [10.60.0.0/16]\n{_EXISTING}\n"
        "  trusted_proxies: [10.0.4.0/28]",
        instead=f"network:\n  client_prefixes: [10.60.0.0/16, 10.0.4.0/28]\n{_EXISTING}\n"
        "  trusted_proxies: [10.0.4.0/28]",
        sources=(_BALANCERS,),
    ),
    Code(
        "OCT684",
        "A gateway that cannot believe the nodes",
        "An application gateway speaks TLS to the nodes and checks their certificate: a public "
        "authority has signed it, or the root is given. A self-signed certificate is its own root.",
        example=f"octopus:\n  certificate: {{kind: self-signed}}\n{_GATEWAY_KIND}",
        instead=f"octopus:\n  certificate: {{kind: pfx}}\n{_GATEWAY_KIND}",
        sources=("learn.microsoft.com, Application Gateway, end-to-end TLS",),
    ),
)
