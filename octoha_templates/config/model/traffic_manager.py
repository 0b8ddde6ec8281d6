"""The profile of Azure Traffic Manager: how the name of the portal leads to the region that works.

Source: learn.microsoft.com, "Traffic Manager endpoint monitoring", "Traffic Manager routing methods",
"Traffic Manager endpoints", "Nested Traffic Manager profiles"; Azure REST API, trafficmanagerprofiles
2022-04-01.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from octoha_templates.config.model.base import NO_SHAPE, HostName, Part, Region, ResourceId

_ENDPOINTS: Final = "Microsoft.Network/trafficManagerProfiles"
_FAST: Final = 10
_EXAMPLE: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-octopus/providers"
    "/Microsoft.Network"
)
_EXAMPLE_ADDRESS: Final = f"{_EXAMPLE}/publicIPAddresses/pip-octopus-portal"
_EXAMPLE_PROFILE: Final = f"{_EXAMPLE}/trafficManagerProfiles/traf-octopus"

EndpointName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
        description="Name of the endpoint in the profile, such as its region.",
        examples=["northeurope"],
    ),
]
EndpointPriority = (
    Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="For routing priority: the lowest of those that work gets everybody.",
            examples=[2],
        ),
    ]
    | None
)
EndpointWeight = (
    Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="For routing weighted: its share; 1 when absent.",
            examples=[10],
        ),
    ]
    | None
)
GeoMapping = Annotated[
    tuple[
        Annotated[str, Meta(pattern=r"^(WORLD|GEO-[A-Z]{2}|[A-Z]{2}(-[A-Z]{2,3})?)$")],
        ...,
    ],
    Meta(
        max_length=300,
        description="For routing geographic: where its users are, WORLD, GEO-EU, DE or US-CA.",
    ),
]
EndpointEnabled = Annotated[
    bool, Meta(description="Whether the profile may lead to it; false takes it out.")
]
AlwaysServe = Annotated[
    bool, Meta(description="Lead to it without asking whether it works; hides a failure.")
]
EndpointLocation = Annotated[
    Region | None,
    Meta(description="For routing performance: the Azure region nearest to it."),
]


class OwnEndpoint(Part, frozen=True, kw_only=True):
    """What the profile knows of this stack: its public load balancer is an endpoint by itself."""

    priority: EndpointPriority = None
    weight: EndpointWeight = None
    geo_mapping: GeoMapping = ()
    always_serve: AlwaysServe = False
    enabled: EndpointEnabled = True


class AzureEndpoint(Part, frozen=True, kw_only=True, tag="azure", tag_field="kind"):
    """A public address in Azure, such as the one of the same stack in another region."""

    name: EndpointName
    resource_id: Annotated[
        ResourceId,
        Meta(
            description="Resource ID of a public IP address with a DNS label.",
            examples=[_EXAMPLE_ADDRESS],
        ),
    ]
    priority: EndpointPriority = None
    weight: EndpointWeight = None
    geo_mapping: GeoMapping = ()
    always_serve: AlwaysServe = False
    enabled: EndpointEnabled = True

    @property
    def target(self) -> str:
        """Where it leads."""
        return self.resource_id

    @property
    def settings(self) -> dict[str, Any]:
        """The properties that only this kind has, as Azure names them."""
        return {
            "targetResourceId": self.resource_id,
            "alwaysServe": _switch(self.always_serve),
        }


class ExternalEndpoint(Part, frozen=True, kw_only=True, tag="external", tag_field="kind"):
    """A public name outside the reach of this deployment, in Azure or not."""

    name: EndpointName
    host: Annotated[HostName, Meta(description="Public DNS name that answers for the portal.")]
    location: EndpointLocation = None
    priority: EndpointPriority = None
    weight: EndpointWeight = None
    geo_mapping: GeoMapping = ()
    always_serve: AlwaysServe = False
    enabled: EndpointEnabled = True

    @property
    def target(self) -> str:
        """Where it leads."""
        return self.host

    @property
    def settings(self) -> dict[str, Any]:
        """The properties that only this kind has, as Azure names them."""
        return {
            "target": self.host,
            "alwaysServe": _switch(self.always_serve),
            **_location(self.location),
        }


class NestedEndpoint(Part, frozen=True, kw_only=True, tag="nested", tag_field="kind"):
    """Another profile, which decides about endpoints of its own."""

    name: EndpointName
    profile_id: Annotated[
        ResourceId,
        Meta(description="Resource ID of the other profile.", examples=[_EXAMPLE_PROFILE]),
    ]
    min_child_endpoints: Annotated[
        int,
        Meta(
            ge=1,
            le=200,
            description="How many endpoints of that profile have to work for it to count.",
        ),
    ] = 1
    location: EndpointLocation = None
    priority: EndpointPriority = None
    weight: EndpointWeight = None
    geo_mapping: GeoMapping = ()
    enabled: EndpointEnabled = True

    @property
    def target(self) -> str:
        """Where it leads."""
        return self.profile_id

    @property
    def settings(self) -> dict[str, Any]:
        """The properties that only this kind has, as Azure names them."""
        return {
            "targetResourceId": self.profile_id,
            "minChildEndpoints": self.min_child_endpoints,
            **_location(self.location),
        }


TrafficManagerEndpoint = AzureEndpoint | ExternalEndpoint | NestedEndpoint


class NewTrafficManagerProfile(Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """A profile of the stack's own: the one place that lists the endpoints of all regions."""

    routing: Annotated[
        Literal["priority", "weighted", "performance", "geographic"],
        Meta(
            description="priority leads everybody to one region; the others spread people, which "
            "one Octopus instance in several regions does not support."
        ),
    ] = "priority"
    dns_name: (
        Annotated[
            str,
            Meta(
                pattern=r"^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])?$",
                description="First part of the profile's DNS name, unique in the cloud; one made "
                "of the name when absent.",
                examples=["contoso-octopus"],
            ),
        ]
        | None
    ) = None
    ttl_seconds: Annotated[
        int,
        Meta(ge=0, le=3600, description="Seconds that resolvers keep the answer."),
    ] = 60
    interval_seconds: Annotated[
        Literal[10, 30],
        Meta(description="Seconds between two health checks; 10 is billed as fast probing."),
    ] = 30
    timeout_seconds: (
        Annotated[
            int,
            Meta(
                ge=5,
                le=10,
                description="Seconds until a health check counts as failed, at most 9 when they "
                "come every 10; the longest when absent.",
                examples=[5],
            ),
        ]
        | None
    ) = None
    tolerated_failures: Annotated[
        int,
        Meta(ge=0, le=9, description="Failed health checks in a row that change nothing yet."),
    ] = 3
    traffic_view: Annotated[
        bool,
        Meta(description="Collect where queries come from; it is billed by the query."),
    ] = False
    own: OwnEndpoint = OwnEndpoint()
    endpoints: Annotated[
        tuple[TrafficManagerEndpoint, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=199,
            description="The other endpoints; no other stack may write them.",
        ),
    ] = ()

    @property
    def is_own(self) -> bool:
        """Whether the stack makes it."""
        return True

    @property
    def routing_method(self) -> str:
        """The routing as Azure names it."""
        return self.routing.capitalize()

    @property
    def probe_timeout(self) -> int:
        """Seconds until a health check counts as failed."""
        longest = _FAST - 1 if self.interval_seconds == _FAST else _FAST
        return self.timeout_seconds or longest

    @property
    def seconds_to_notice(self) -> int:
        """How long it takes at most until the name leads elsewhere, resolvers included."""
        checks = (self.tolerated_failures + 1) * self.interval_seconds
        return checks + self.probe_timeout + self.ttl_seconds

    @property
    def own_settings(self) -> dict[str, Any]:
        """The properties of the stack's own endpoint, as Azure names them, without its target."""
        return {
            "alwaysServe": _switch(self.own.always_serve),
            **self._placed(self.own, 1),
        }

    @property
    def endpoint_objects(self) -> list[dict[str, Any]]:
        """The other endpoints as Azure wants them."""
        return [
            {
                "name": endpoint.name,
                "type": f"{_ENDPOINTS}/{endpoint.__struct_config__.tag}Endpoints",
                "properties": {**endpoint.settings, **self._placed(endpoint, None)},
            }
            for endpoint in self.endpoints
        ]

    @property
    def watched_endpoints(self) -> list[str]:
        """The names of the other endpoints that have to work: those that are in use."""
        return [endpoint.name for endpoint in self.endpoints if endpoint.enabled]

    def _placed(
        self, endpoint: OwnEndpoint | TrafficManagerEndpoint, priority: int | None
    ) -> dict[str, Any]:
        """Say what the routing reads of an endpoint, and whether it is in use."""
        by_routing: dict[str, dict[str, Any]] = {
            "priority": {"priority": endpoint.priority or priority},
            "weighted": {"weight": endpoint.weight or 1},
            "performance": {},
            "geographic": {"geoMapping": list(endpoint.geo_mapping)},
        }
        return {"endpointStatus": _switch(endpoint.enabled), **by_routing[self.routing]}


class ExistingTrafficManagerProfile(
    Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"
):
    """The profile of another stack, which lists this one's endpoint; nothing of it is changed."""

    profile_id: Annotated[
        ResourceId,
        Meta(
            description="Resource ID of the profile that the other stack made.",
            examples=[_EXAMPLE_PROFILE],
        ),
    ]

    @property
    def is_own(self) -> bool:
        """Whether the stack makes it."""
        return False


TrafficManagerProfile = NewTrafficManagerProfile | ExistingTrafficManagerProfile


def _switch(is_on: bool) -> str:
    return "Enabled" if is_on else "Disabled"


def _location(region: str | None) -> dict[str, str]:
    return {"endpointLocation": region} if region else {}
