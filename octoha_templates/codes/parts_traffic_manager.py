"""740 to 744: Traffic Manager, and one Octopus instance in one region at a time."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_MONITORING = "learn.microsoft.com, Traffic Manager endpoint monitoring"
_ROUTING = "learn.microsoft.com, Traffic Manager routing methods"
_ENDPOINTS = "learn.microsoft.com, Traffic Manager endpoints"
_RECOVERY = "octopus.com/docs, Disaster recovery"
_START = "network:\n  client_prefixes: [203.0.113.0/26]\nload_balancer:\n  kind: traffic-manager"
_IN = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-octopus-ne/providers"
    "/Microsoft.Network"
)
_ADDRESS = f"{_IN}/publicIPAddresses/pip-octopus-ne-portal"
_PROFILE = f"{_IN}/trafficManagerProfiles/traf-octopus"
_SECOND = f"{{kind: azure, name: northeurope, resource_id: {_ADDRESS}"


def _with_profile(*lines: str) -> str:
    """Write a config whose profile has these lines."""
    return "\n    ".join((f"{_START}\n  profile:", *lines))


TRAFFIC_MANAGER_CODES: tuple[Code, ...] = (
    Code(
        "OCT740",
        "What Traffic Manager needs to be public",
        "Traffic Manager is DNS: it answers with the name of a public address and asks that address "
        "from the Internet whether the portal works. A load balancer inside a network cannot be its "
        "endpoint. The security group of the nodes lets in the service tag AzureTrafficManager on port "
        "443, and those whom the config names; nobody else.",
        example=_START,
        sources=(_ENDPOINTS, "learn.microsoft.com, Traffic Manager FAQ"),
    ),
    Code(
        "OCT741",
        "A profile that does not fit together",
        "Each routing reads something of every endpoint: priority a number that no other endpoint has, "
        "weighted a weight, geographic places that no other endpoint has, performance the location of "
        "what is not in Azure. Names and targets are given once, one endpoint at least is in use, and a "
        "health check every 10 seconds is over after 9.",
        example=_with_profile("endpoints:", f"  - {_SECOND}, priority: 1}}"),
        instead=_with_profile("endpoints:", f"  - {_SECOND}, priority: 2}}"),
        sources=(_ROUTING, _MONITORING),
    ),
    Code(
        "OCT742",
        "Nothing to fail over to",
        "A profile is for leading people elsewhere when a region fails. With one endpoint, with one "
        "that is served whether it works or not, or with places that only one endpoint is for, it "
        "cannot.",
        example=_START,
        instead=_with_profile("endpoints:", f"  - {_SECOND}, priority: 2}}"),
        sources=(_ROUTING, _MONITORING),
    ),
    Code(
        "OCT743",
        "One instance in two regions",
        "The nodes of one Octopus instance, its database and its files belong into one region: across "
        "regions Octopus supports a standby only. So a profile leads to one region after the other, and "
        "the nodes of the others take no tasks until they are the ones in use.",
        example=_with_profile("kind: existing", f"profile_id: {_PROFILE}"),
        instead=_with_profile("kind: existing", f"profile_id: {_PROFILE}")
        + "\nnodes:\n  task_cap: 0",
        sources=(_RECOVERY,),
    ),
    Code(
        "OCT744",
        "Not an endpoint or a profile",
        "An endpoint in Azure is a public IP address with a DNS label, not the load balancer that it "
        "belongs to; a nested endpoint, or the profile of another stack, is a Traffic Manager profile.",
        example=_with_profile(
            "endpoints:",
            "  - {kind: azure, name: northeurope, priority: 2, "
            f"resource_id: {_IN}/loadBalancers/lbe-octopus-ne}}",
        ),
        instead=_with_profile("endpoints:", f"  - {_SECOND}, priority: 2}}"),
        sources=(_ENDPOINTS,),
    ),
)
