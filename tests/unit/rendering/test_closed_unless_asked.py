"""Whatever a config asks for: no public address, rule for the Internet or HTTP listener that it does not name.

Random configs over the load balancers, the ways in and the way out; what is looked at is the compiled
template, not the plan that it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from octoha_templates.config.load import load_text
from octoha_templates.pipeline import build

Json = dict[str, Any]
OPEN = {"*", "Internet", "0.0.0.0/0", "Any"}
OFFICES = ["203.0.113.0/26"]
OCTOPUS = {
    "version": "2026.3.12345",
    "host_name": "octopus.example.com",
    "administrator": {"email": "a@example.com"},
}

# A part of the config, and what it names: words that the names of public addresses, of open rules and of
# HTTP listeners may have because of it.
Asked = tuple[Json, frozenset[str]]


def _polling(draw: st.DrawFn) -> Asked:
    """Draw the balancer for polling Tentacles."""
    if not draw(st.booleans()):
        return {"grpc": draw(st.booleans())}, frozenset()
    is_open = draw(st.booleans())
    words = {"-polling'"} | ({"AllowInternetPollingInbound"} if is_open else set())
    return {"exposure": "public", "open_to_internet": is_open}, frozenset(words)


def _front_door(draw: st.DrawFn) -> Asked:
    """Draw Front Door, whose endpoint is on the Internet by its nature."""
    part: Json = {"kind": "front-door", "grpc": draw(st.booleans())}
    part["open_to_internet"] = draw(st.booleans())
    part["http_redirect"] = draw(st.booleans())
    words = {"endpointName"}
    words |= {"every client"} if part["open_to_internet"] else set()
    words |= {"http-"} if part["http_redirect"] else set()
    return part, frozenset(words)


@st.composite
def load_balancers(draw: st.DrawFn) -> Asked:
    """Draw what stands in front of the nodes."""
    kind = draw(
        st.sampled_from(
            [
                "azure-load-balancer",
                "application-gateway",
                "front-door",
                "traffic-manager",
                "existing",
            ]
        )
    )
    part: Json = {"kind": kind}
    words: set[str] = set()
    if kind == "front-door":
        return _front_door(draw)
    if kind == "existing":
        part["portal_address"] = "10.0.4.10"
    elif kind != "traffic-manager":  # which is public by its name
        exposures = ["internal", "public"] + ["both"] * (kind == "application-gateway")
        part["exposure"] = draw(st.sampled_from(exposures))
    if kind == "traffic-manager" or part.get("exposure", "internal") != "internal":
        words.add("-portal'")
        part["open_to_internet"] = draw(st.booleans())
        words |= {"AllowInternetPortalInbound"} if part["open_to_internet"] else set()
    if kind in ("azure-load-balancer", "traffic-manager"):
        part["grpc"] = draw(st.booleans())
        if part.get("exposure", "public") == "public":
            part["open_polling_to_internet"] = draw(st.booleans())
            words |= {"AllowInternetPollingInbound"} if part["open_polling_to_internet"] else set()
        return part, frozenset(words)
    if kind == "application-gateway":
        part["http_redirect"] = draw(st.booleans())
        words |= {"http-"} if part["http_redirect"] else set()
    part["polling"], of_polling = _polling(draw)
    return part, frozenset(words) | of_polling


WAYS_IN: tuple[Asked, ...] = (
    ({"kind": "bastion"}, frozenset({"-bastion'", "AllowHttpsInbound"})),
    ({"kind": "bastion", "sku": "Premium", "private_only": True}, frozenset()),
    ({"kind": "vpn-gateway", "point_to_site": {"kind": "entra"}}, frozenset({"-vpn"})),
)
WAYS_OUT: tuple[Asked, ...] = (
    ({"kind": "nat-gateway"}, frozenset({"-nat'"})),
    ({"kind": "firewall", "next_hop": "10.0.0.4"}, frozenset()),
    ({"kind": "none"}, frozenset()),
)


@st.composite
def configs(draw: st.DrawFn) -> Asked:
    """Draw a config, and what it asks for by name."""
    balancer, of_balancer = draw(load_balancers())
    # A firewall would drop the answers of nodes that the Internet reaches without a gateway between.
    is_direct = "-polling'" in of_balancer or (
        "-portal'" in of_balancer and balancer["kind"] != "application-gateway"
    )
    ways_out = [way for way in WAYS_OUT if not is_direct or way[0]["kind"] != "firewall"]
    out, of_out = draw(st.sampled_from(ways_out))
    ways = draw(st.lists(st.sampled_from(WAYS_IN), max_size=2, unique_by=lambda w: w[0]["kind"]))
    network = {
        "client_prefixes": OFFICES,
        "polling_prefixes": OFFICES,
        "outbound": out,
        "access": [way for way, _ in ways],
    }
    words = of_balancer | of_out | frozenset().union(*(words for _, words in ways))
    return {"octopus": OCTOPUS, "network": network, "load_balancer": balancer}, words


def _resources(config: Json) -> Iterator[Json]:
    template = build(load_text(json.dumps(config))).template
    for module in template["resources"]:
        yield from module["properties"]["template"]["resources"]


def _open_rules(resource: Json) -> Iterator[str]:
    """Name the rules that let everybody in."""
    for rule in resource["properties"].get("securityRules", ()):
        properties = rule["properties"]
        prefixes = {
            properties.get("sourceAddressPrefix"),
            *properties.get("sourceAddressPrefixes", ""),
        }
        if (
            properties["direction"] == "Inbound"
            and properties["access"] == "Allow"
            and prefixes & OPEN
        ):
            yield rule["name"]


def _open_edge(policy: Json) -> Iterator[str]:
    """Say when a firewall at the edge turns nobody away by address."""
    rules = [rule["name"] for rule in policy["properties"]["customRules"]["rules"]]
    if "BlockOtherClients" not in rules:
        yield "every client"


def _http_listeners(resource: Json) -> Iterator[str]:
    """Name what listens without TLS."""
    for listener in resource["properties"].get("httpListeners", ()):
        if listener["properties"]["protocol"] == "Http":
            yield listener["name"]
    if "Http" in resource["properties"].get("supportedProtocols", ()):
        yield "http-route"
    for rule in resource["properties"].get("loadBalancingRules", ()):
        if rule["properties"]["frontendPort"] == 80:
            yield f"rule {rule['name']}"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(configs())
def test_nothing_is_open_that_the_config_does_not_name(asked: Asked) -> None:
    config, words = asked
    opened: list[str] = []
    for resource in _resources(config):
        if resource["type"] == "Microsoft.Network/publicIPAddresses":
            opened.append(resource["name"])
        elif resource["type"] == "Microsoft.Network/networkSecurityGroups":
            opened += _open_rules(resource)
        elif resource["type"] == "Microsoft.Cdn/profiles/afdEndpoints":
            opened.append(resource["name"])
        elif resource["type"] == "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies":
            opened += _open_edge(resource)
        elif resource["type"].startswith(
            ("Microsoft.Network/load", "Microsoft.Network/appl", "Microsoft.Cdn/profiles/afdE")
        ):
            opened += _http_listeners(resource)

    assert not [name for name in opened if not any(word in name for word in words)]
    # And what it names is there.
    assert not [word for word in words if not any(word in name for name in opened)]
