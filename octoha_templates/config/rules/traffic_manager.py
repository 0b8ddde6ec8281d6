"""Rules about Traffic Manager: what has to be public for it, and a profile that leads where it should.

Source: learn.microsoft.com, "Traffic Manager endpoint monitoring", "Traffic Manager routing methods",
"Traffic Manager endpoints", "Traffic Manager FAQ"; octopus.com/docs, "Disaster recovery".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    AzureEndpoint,
    ExistingTrafficManagerProfile,
    NestedEndpoint,
    NewTrafficManagerProfile,
    OwnEndpoint,
    TrafficManager,
    TrafficManagerEndpoint,
)
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_PATH: Final = "load_balancer.profile"
_WORLD: Final = "WORLD"
_LONGEST_FAST_TIMEOUT: Final = 9
_SEGMENTS_OF_AN_ID: Final = 9
# What each routing reads of an endpoint, by the key of the config.
_READ_BY: Final = {"priority": "priority", "weight": "weighted", "geo_mapping": "geographic"}

# An endpoint, the stack's own one included, and where it is in the config.
_Placed = tuple[str, OwnEndpoint | TrafficManagerEndpoint]


@reads("load_balancer", "network.client_prefixes", "network.polling_prefixes")
def public_for_traffic_manager(site: Site) -> Iterator[Diagnostic]:
    """Whoever takes Traffic Manager is told what it needs to be public."""
    balancer = site.stack.load_balancer
    if isinstance(balancer, TrafficManager):
        yield site.note(
            "OCT740",
            "Traffic Manager leads to public addresses only: the load balancer of this region has one, "
            "and beside those whom the config lets in, the service tag AzureTrafficManager may reach "
            "port 443 of the nodes for its health check",
            site.at("load_balancer.kind", "load_balancer"),
            "application-gateway or azure-load-balancer stay inside the network",
        )


@reads("load_balancer", "name")
def endpoints_fit_the_routing(site: Site) -> Iterator[Diagnostic]:
    """Every endpoint has what the routing reads, once, and nothing that it does not read."""
    profile = _own_profile(site)
    if profile is None:
        return
    for key, routing in _READ_BY.items():
        if profile.routing != routing:
            yield from _without_effect(site, profile, key, routing)
    if profile.routing == "priority":
        yield from _priorities(site, profile)
    elif profile.routing == "performance":
        yield from _locations(site, profile)
    elif profile.routing == "geographic":
        yield from _geography(site, profile)
    yield from _twice(site, profile)


def _without_effect(
    site: Site, profile: NewTrafficManagerProfile, key: str, routing: str
) -> Iterator[Diagnostic]:
    for path, endpoint in _all(profile):
        if getattr(endpoint, key):
            yield site.error(
                "OCT741",
                f"`{_shown(path)}.{key}` has no effect with routing: {profile.routing}",
                site.at(f"{path}.{key}"),
                f"delete it, or write routing: {routing}",
            )


def _priorities(site: Site, profile: NewTrafficManagerProfile) -> Iterator[Diagnostic]:
    seen: dict[int, str] = {}
    for path, endpoint in _all(profile):
        priority = endpoint.priority or (1 if isinstance(endpoint, OwnEndpoint) else None)
        if priority is None:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` has no priority, which routing: priority reads",
                site.at(path),
                "write priority: 2 for what this region fails over to",
            )
        elif priority in seen:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` and `{_shown(seen[priority])}` both have priority {priority}",
                site.at(f"{path}.priority", path),
                "Azure wants another number for each endpoint; this stack's own is 1 unless it says so",
            )
        else:
            seen[priority] = path


def _locations(site: Site, profile: NewTrafficManagerProfile) -> Iterator[Diagnostic]:
    for path, endpoint in _all(profile):
        if hasattr(endpoint, "location") and endpoint.location is None:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` has no location, so Traffic Manager cannot tell how far it is",
                site.at(path),
                "write location: with the Azure region nearest to it",
            )


def _geography(site: Site, profile: NewTrafficManagerProfile) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for path, endpoint in _all(profile):
        if not endpoint.geo_mapping:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` has no geo_mapping, which routing: geographic reads",
                site.at(path, _PATH),
                "write geo_mapping: [WORLD] for the one that everybody else is led to",
            )
        for index, place in enumerate(endpoint.geo_mapping):
            if place in seen:
                yield site.error(
                    "OCT741",
                    f"{place} belongs to `{_shown(seen[place])}` already",
                    site.at(f"{path}.geo_mapping.{index}"),
                    "a place belongs to one endpoint; several for one place are a nested profile",
                )
            seen.setdefault(place, path)


def _twice(site: Site, profile: NewTrafficManagerProfile) -> Iterator[Diagnostic]:
    names, targets = {site.stack.name}, set()
    for index, endpoint in enumerate(profile.endpoints):
        path = f"{_PATH}.endpoints.{index}"
        if endpoint.name.lower() in names:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` has the name {endpoint.name}, as another endpoint has; this stack's own has "
                "the name of the stack",
                site.at(f"{path}.name"),
                "give it the name of its region",
            )
        if endpoint.target.lower() in targets:
            yield site.error(
                "OCT741",
                f"`{_shown(path)}` leads where another endpoint does",
                site.at(path),
                "delete one",
            )
        names.add(endpoint.name.lower())
        targets.add(endpoint.target.lower())


@reads("load_balancer")
def health_check_has_time(site: Site) -> Iterator[Diagnostic]:
    """A health check that comes every ten seconds is over before the next one."""
    profile = _own_profile(site)
    if profile and profile.probe_timeout >= profile.interval_seconds:
        yield site.error(
            "OCT741",
            f"`{_PATH}.timeout_seconds` is {profile.timeout_seconds}, but a health check every "
            f"{profile.interval_seconds} seconds may take {_LONGEST_FAST_TIMEOUT} at most",
            site.at(f"{_PATH}.timeout_seconds", f"{_PATH}.interval_seconds"),
            f"write {_LONGEST_FAST_TIMEOUT} or less, or interval_seconds: 30",
        )


@reads("load_balancer")
def something_to_fail_over_to(site: Site) -> Iterator[Diagnostic]:
    """There is an endpoint behind every other one, and a failure shows."""
    profile = _own_profile(site)
    if profile is None:
        return
    in_use = [(path, endpoint) for path, endpoint in _all(profile) if endpoint.enabled]
    if not in_use:
        yield site.error(
            "OCT741",
            "no endpoint of the profile is enabled, so the name of the portal would lead nowhere",
            site.at(f"{_PATH}.own.enabled"),
            "write enabled: true for the region that is in use",
        )
    if not profile.endpoints:
        yield site.note(
            "OCT742",
            "the profile leads to this region only, so there is nothing to fail over to",
            site.at(f"{_PATH}.endpoints", _PATH, "load_balancer"),
            "deploy the stack in a second region and list the output endpointResourceId here",
        )
    for path, endpoint in in_use:
        if getattr(endpoint, "always_serve", False) and len(in_use) > 1:
            yield site.warning(
                "OCT742",
                f"`{_shown(path)}` is served whether it works or not, so nothing leads people away from it",
                site.at(f"{path}.always_serve"),
                "delete always_serve",
            )
    if profile.routing == "geographic":
        yield from _behind_every_place(site, in_use)


def _behind_every_place(site: Site, in_use: list[_Placed]) -> Iterator[Diagnostic]:
    if not any(_WORLD in endpoint.geo_mapping for _, endpoint in in_use):
        yield site.warning(
            "OCT742",
            "people from places that no endpoint is mapped to get no answer",
            site.at(f"{_PATH}.routing", _PATH),
            "map WORLD to one endpoint",
        )
    for path, endpoint in in_use:
        if not isinstance(endpoint, NestedEndpoint):
            yield site.note(
                "OCT742",
                f"`{_shown(path)}` is the only one for its places; when it fails, people there are led nowhere else",
                site.at(path, _PATH),
                "take a nested profile with two endpoints for each group of places",
            )


@reads("load_balancer", "nodes.task_cap")
def one_region_at_a_time(site: Site) -> Iterator[Diagnostic]:
    """One Octopus instance works in one region at a time; the others stand by."""
    balancer = site.stack.load_balancer
    if not isinstance(balancer, TrafficManager):
        return
    if isinstance(balancer.profile, ExistingTrafficManagerProfile):
        if site.stack.nodes.task_cap:
            yield site.warning(
                "OCT743",
                f"`nodes.task_cap` is {site.stack.nodes.task_cap}, but this stack joins the profile of "
                "another: its nodes would take tasks far from the database and the files",
                site.at("nodes.task_cap", "nodes", _PATH),
                "write task_cap: 0 until this region is the one in use",
            )
        return
    profile = balancer.profile
    if profile.routing != "priority":
        if profile.watched_endpoints:
            yield site.warning(
                "OCT743",
                f"routing: {profile.routing} spreads people over regions, but Octopus does not support "
                "one instance in several regions",
                site.at(f"{_PATH}.routing"),
                "write routing: priority, unless the endpoints lead to the same region in the end",
            )
        return
    if not profile.own.enabled and site.stack.nodes.task_cap:
        yield site.warning(
            "OCT743",
            f"the profile leads people to another region, but `nodes.task_cap` is "
            f"{site.stack.nodes.task_cap}: the nodes here would take tasks far from the database",
            site.at("nodes.task_cap", f"{_PATH}.own.enabled"),
            "write task_cap: 0 while another region is the one in use",
        )
    for index, endpoint in enumerate(profile.endpoints):
        if endpoint.enabled and profile.own.enabled:
            path = f"{_PATH}.endpoints.{index}"
            yield site.note(
                "OCT743",
                f"`{_shown(path)}` is served by itself when this region fails, but database and files "
                "do not follow by themselves",
                site.at(path),
                "write enabled: false until somebody has moved them",
            )


@reads("load_balancer")
def resources_of_the_right_kind(site: Site) -> Iterator[Diagnostic]:
    """What is named by resource ID is what it has to be."""
    balancer = site.stack.load_balancer
    if not isinstance(balancer, TrafficManager):
        return
    if isinstance(balancer.profile, ExistingTrafficManagerProfile):
        yield from _wrong_kind(
            site, f"{_PATH}.profile_id", balancer.profile.profile_id, "trafficManagerProfiles"
        )
        return
    for index, endpoint in enumerate(balancer.profile.endpoints):
        path = f"{_PATH}.endpoints.{index}"
        if isinstance(endpoint, AzureEndpoint):
            yield from _wrong_kind(
                site, f"{path}.resource_id", endpoint.resource_id, "publicIPAddresses"
            )
        elif isinstance(endpoint, NestedEndpoint):
            yield from _wrong_kind(
                site, f"{path}.profile_id", endpoint.profile_id, "trafficManagerProfiles"
            )


def _wrong_kind(site: Site, path: str, resource_id: str, wanted: str) -> Iterator[Diagnostic]:
    parts = resource_id.lower().split("/")
    if parts[6:8] != ["microsoft.network", wanted.lower()] or len(parts) != _SEGMENTS_OF_AN_ID:
        yield site.error(
            "OCT744",
            f"`{_shown(path)}` is not the resource ID that Traffic Manager needs here",
            site.at(path),
            f".../Microsoft.Network/{wanted}/<name>",
        )


def _shown(path: str) -> str:
    """Write a path for people: `endpoints[0]`."""
    return re.sub(r"\.([0-9]+)", r"[\1]", path)


def _own_profile(site: Site) -> NewTrafficManagerProfile | None:
    profile = getattr(site.stack.load_balancer, "profile", None)
    return profile if isinstance(profile, NewTrafficManagerProfile) else None


def _all(profile: NewTrafficManagerProfile) -> Iterator[_Placed]:
    """Yield every endpoint with its path, the stack's own one first."""
    yield f"{_PATH}.own", profile.own
    for index, endpoint in enumerate(profile.endpoints):
        yield f"{_PATH}.endpoints.{index}", endpoint


TRAFFIC_MANAGER_RULES: tuple[Rule, ...] = (
    public_for_traffic_manager,
    endpoints_fit_the_routing,
    health_check_has_time,
    something_to_fail_over_to,
    one_region_at_a_time,
    resources_of_the_right_kind,
)
