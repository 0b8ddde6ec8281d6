"""Whatever a config asks for: no public address, rule for the Internet or HTTP listener that it does not name.

Random configs: a sample, or a balancer with ways in, a way out, a database and a storage, of which a few
options are changed. Options come from the types of the config, so that a new one is tried by itself. What is
looked at is what Azure would make of the compiled template, not the plan that it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st
from msgspec.inspect import (
    BoolType,
    Field,
    LiteralType,
    Metadata,
    NoneType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from octoha_templates.config.load import Loaded, load, load_text
from octoha_templates.config.model import Stack
from octoha_templates.errors import ConfigError
from octoha_templates.pipeline import build
from octoha_templates.rendering.components import kind_of, kinds_of
from tests.unit.combinations.test_database_and_storage import (
    ACCOUNTS,
    DATABASES,
    DOMAINS,
    SHAPES_THAT_FIT,
    STORAGES,
)
from tests.unit.deployment.engine import Deployed, deploy
from tests.unit.deployment.test_deployments import deployed
from tests.unit.fragments.test_access_together import WAYS, kind
from tests.unit.fragments.test_load_balancer_contract import SHAPES

Json = dict[str, Any]
SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("*.yaml"))
CASES = Path(__file__).parents[2] / "cases" / "samples"
EVERYBODY = {"*", "Internet", "0.0.0.0/0", "Any"}
# Service tags that stand for no address of the Internet, or for the control plane of Azure's own gateways.
INSIDE = {"VirtualNetwork", "AzureLoadBalancer", "GatewayManager"}
OFFICES = ("network.client_prefixes=[203.0.113.0/26]", "network.polling_prefixes=[203.0.113.64/26]")
WAYS_OUT = ("{kind: nat-gateway}", "{kind: firewall, next_hop: 10.0.0.4}", "{kind: none}")
# What lets the Internet in is tried more often than anything else.
TELLING = ("open", "exposure", "public", "private", "http", "kind", "sku")


OCTOPUS = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}"
)
Load = Callable[[tuple[str, ...]], Loaded]


def _stack(*settings: str) -> Load:
    """Give what loads a stack with further settings."""
    return lambda more: load_text(OCTOPUS, settings=(*settings, *more))


def _sample(path: Path) -> Load:
    return lambda more: load(path, settings=more)


@st.composite
def stacks(draw: st.DrawFn, shape: str) -> Load:
    """Draw a stack with a certain balancer and one kind of everything else."""
    ways = draw(st.lists(st.sampled_from(WAYS), max_size=3, unique_by=kind))
    parts = (
        *SHAPES[shape],
        *(OFFICES if draw(st.booleans()) else ()),
        f"network.access=[{', '.join(ways)}]",
        *DOMAINS["existing"],
        *ACCOUNTS["user"],
        f"database={{{DATABASES[draw(st.sampled_from(list(DATABASES)))]}}}",
        f"storage={{{STORAGES[draw(st.sampled_from(SHAPES_THAT_FIT))]}}}",
    )
    # Some balancers and ways in need a way out, or one without a firewall: the rules of the config say which.
    outs = draw(st.permutations(WAYS_OUT))
    loads = [_stack(*parts, f"network.outbound={out}") for out in outs]
    return next(load for load in loads if _is_right(load))


def _is_right(base: Load) -> bool:
    try:
        base(())
    except ConfigError:
        return False
    return True


def options(part: Any, path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give every option of a stack that has a few values, and the values, as settings have them."""
    for field in _fields(part):
        value, at = getattr(part, field.name), f"{path}.{field.name}".lstrip(".")
        values = tuple(_values(field.type))
        if len(values) > 1:
            yield at, values
        for index, item in enumerate(value if isinstance(value, tuple) else ()):
            yield from options(item, f"{at}[{index}]")
        yield from options(value, at)


def _fields(part: Any) -> tuple[Field, ...]:
    found = type_info(type(part)) if isinstance(part, msgspec.Struct) else None
    return found.fields if isinstance(found, StructType) else ()


def _values(kind: Type) -> Iterator[str]:
    """Give the values of a type that has a few."""
    match kind:
        case Metadata(type=inner):
            yield from _values(inner)
        case UnionType(types=types):
            for each in types:
                yield from _values(each)
        case BoolType():
            yield from ("true", "false")
        case LiteralType(values=values):
            yield from map(str, values)
        case NoneType():
            yield "null"
        case StructType(cls=cls, fields=fields) if not any(each.required for each in fields):
            tag = cls.__struct_config__.tag
            yield f"{{kind: {tag}}}" if tag else "{}"


@st.composite
def configs(draw: st.DrawFn, base: Load) -> Loaded:
    """Change some options of a stack, each of which the rules of the config allow."""
    kept: tuple[str, ...] = ()
    loaded = base(kept)
    for _ in range(draw(st.integers(0, 6))):
        found = dict(options(loaded.stack))
        telling = [at for at in found if at.rpartition(".")[2].startswith(TELLING)]
        at = draw(st.sampled_from(telling if draw(st.booleans()) else list(found)))
        setting = f"{at}={draw(st.sampled_from(found[at]))}"
        try:
            loaded = base((*kept, setting))
        except ConfigError:
            continue
        kept = (*kept, setting)
        event(at)
    return loaded


# What a balancer opens by its kind alone: Traffic Manager asks from the Internet how the portal is, and Front
# Door is at the edge of Azure.
BY_KIND: dict[str, set[str]] = {
    "traffic-manager": {"rule AllowTrafficManagerInbound"},
    "front-door": {"edge"},
}


def asked(stack: Stack) -> set[str]:
    """Name what a config opens, by the keys that say so.

    A NAT gateway has an address that nobody can call; every other one is asked for by its kind.
    """
    balancer, network = stack.load_balancer, stack.network
    found = set(BY_KIND.get(kind_of(balancer), ()))
    if kinds_of(stack)["outbound"] == "nat-gateway":
        found.add("address nat")
    if getattr(balancer, "exposure", "internal") != "internal":
        found.add("address portal")
        found |= {"rule AllowInternetPortalInbound"} if balancer.open_to_internet else set()  # type: ignore[union-attr]
        if getattr(balancer, "open_polling_to_internet", False):
            found.add("rule AllowInternetPollingInbound")
    if kind_of(balancer) == "front-door" and balancer.open_to_internet:  # type: ignore[union-attr]
        found.add("edge for everybody")
    polling = getattr(balancer, "polling", None)
    if polling and polling.exposure == "public":
        found.add("address polling")
        found |= {"rule AllowInternetPollingInbound"} if polling.open_to_internet else set()
    if getattr(balancer, "http_redirect", False):
        found |= {f"redirect http-{end}" for end in getattr(balancer, "front_ends", ["edge"])}
    for access in network.access:
        found |= _asked_by(access)
    return found


def _asked_by(access: Any) -> set[str]:
    match kind_of(access):
        case "bastion" if not access.private_only:
            rules = set() if access.allowed_prefixes else {"rule AllowHttpsInbound"}
            return {"address bastion"} | rules
        case "vpn-gateway":
            return {f"address vpn-{name}" for name in access.public_addresses}
        case "expressroute" if access.own_public_address:
            return {"address expressroute"}
        case _:
            return set()


def opened(made: Deployed, name: str) -> Iterator[str]:
    """Name what is open to the Internet in what was made."""
    for resource in made.resources.values():
        properties = resource.body.get("properties") or {}
        if resource.type == "Microsoft.Network/publicIPAddresses":
            yield f"address {resource.name.removeprefix(f'pip-{name}-')}"
        elif resource.type == "Microsoft.Network/networkSecurityGroups":
            for rule in properties["securityRules"]:
                yield from _open_rule(rule)
        elif resource.type == "Microsoft.Network/networkSecurityGroups/securityRules":
            yield from _open_rule({"name": resource.name, "properties": properties})
        elif resource.type in LISTENERS:
            yield from LISTENERS[resource.type](properties)


def _open_ports(balancer: Json) -> Iterator[str]:
    for rule in balancer.get("loadBalancingRules", ()):
        if rule["properties"]["frontendPort"] in (80, 8080):
            yield f"listener {rule['name']}"


def _edge(_: Json) -> Iterator[str]:
    yield "edge"


def _route(route: Json) -> Iterator[str]:
    if "Http" in route["supportedProtocols"]:
        yield f"{'redirect' if route['httpsRedirect'] == 'Enabled' else 'listener'} http-edge"


def _open_edge(policy: Json) -> Iterator[str]:
    """Say when the firewall at the edge turns nobody away by their address."""
    rules = {rule["name"]: rule for rule in policy["customRules"]["rules"]}
    closing = rules.get("BlockOtherClients", {"action": "Allow", "enabledState": "Disabled"})
    if (closing["action"], closing["enabledState"]) != ("Block", "Enabled"):
        yield "edge for everybody"


def _open_rule(rule: Json) -> Iterator[str]:
    properties = rule["properties"]
    if (properties["direction"], properties["access"]) == ("Inbound", "Allow"):
        sources = _sources(properties)
        if sources & EVERYBODY or {each for each in sources if not each[0].isdigit()} - INSIDE:
            yield f"rule {rule['name']}"


def _sources(properties: Json) -> set[str]:
    one = properties.get("sourceAddressPrefix")
    return {*([one] if one else []), *(properties.get("sourceAddressPrefixes") or ())}


def _listeners(gateway: Json) -> Iterator[str]:
    """Name the listeners without TLS; one that only redirects to HTTPS is called so."""
    redirects = {
        each["name"]: each["properties"] for each in gateway.get("redirectConfigurations", ())
    }
    for listener in gateway["httpListeners"]:
        if listener["properties"]["protocol"] != "Http":
            continue
        rules = [
            each["properties"]
            for each in gateway["requestRoutingRules"]
            if each["properties"]["httpListener"]["id"].endswith(f"/{listener['name']}")
        ]
        targets = [
            redirects.get(rule.get("redirectConfiguration", {}).get("id", "").rpartition("/")[2])
            for rule in rules
        ]
        only = all(
            target
            and target["redirectType"] == "Permanent"
            and "/https-" in target["targetListener"]["id"]
            and "backendAddressPool" not in rule
            for rule, target in zip(rules, targets, strict=True)
        )
        yield f"{'redirect' if rules and only else 'listener'} {listener['name']}"


LISTENERS: dict[str, Callable[[Json], Iterator[str]]] = {
    "Microsoft.Network/applicationGateways": _listeners,
    "Microsoft.Network/loadBalancers": _open_ports,
    "Microsoft.Cdn/profiles/afdEndpoints": _edge,
    "Microsoft.Cdn/profiles/afdEndpoints/routes": _route,
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies": _open_edge,
}
# Beside the network: what a service itself has to say to whoever calls it from outside.
CLOSED: dict[str, Json] = {
    "Microsoft.Sql/servers": {"publicNetworkAccess": "Disabled"},
    "Microsoft.KeyVault/vaults": {"publicNetworkAccess": "Disabled"},
    "Microsoft.RecoveryServices/vaults": {"publicNetworkAccess": "Disabled"},
    "Microsoft.Compute/disks": {
        "publicNetworkAccess": "Disabled",
        "networkAccessPolicy": "DenyAll",
    },
    "Microsoft.Storage/storageAccounts": {
        "publicNetworkAccess": "Disabled",
        "allowBlobPublicAccess": False,
        "supportsHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
    },
}
# No config can ask for these.
NEVER = {
    "Microsoft.Sql/servers/firewallRules",
    "Microsoft.Sql/servers/virtualNetworkRules",
    "Microsoft.Network/publicIPPrefixes",
}


def wrong(made: Deployed, stack: Stack) -> Iterator[str]:
    """Say what may be so in no stack."""
    known = set(_texts(msgspec.to_builtins(stack)))
    for resource in made.resources.values():
        properties = resource.body.get("properties") or {}
        where = f"{resource.type} {resource.name}"
        if resource.type in NEVER:
            yield where
        for key, value in CLOSED.get(resource.type, {}).items():
            if properties.get(key) != value:
                yield f"{where}: {key} is {properties.get(key)}"
        if properties.get("networkAcls", {}).get("defaultAction", "Deny") != "Deny":
            yield f"{where}: everybody is let in by default"
        if resource.type == "Microsoft.Network/networkInterfaces" and "publicIPAddress" in str(
            properties
        ):
            yield f"{where}: a machine has a public address"
        if "outboundRules" in properties:
            yield f"{where}: a way out of its own"
        if resource.type == "Microsoft.Network/networkSecurityGroups":
            for rule in properties["securityRules"]:
                strange = {
                    each
                    for each in _sources(rule["properties"])
                    if each[0].isdigit() and not known & {each, each.removesuffix("/32")}
                }
                if strange:
                    yield f"{where}, {rule['name']}: {strange} is nowhere in the config"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if _is_list(value) else ():
        yield from _texts(item)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def made_of(loaded: Loaded) -> Deployed:
    """Play the deployment of a config."""
    bundle = build(loaded)
    given = bundle.parameters["main"]["parameters"].items()
    return deploy(bundle.template, {name: each["value"] for name, each in given if "value" in each})


# A config that is wrong is small enough as it is.
QUICK = settings(deadline=None, derandomize=True, phases=[Phase.generate])


def check(loaded: Loaded) -> None:
    """Hold what a config makes to what it asks for: nothing else, and all of it."""
    made = made_of(loaded)

    assert list(wrong(made, loaded.stack)) == []
    assert set(opened(made, loaded.stack.name)) == asked(loaded.stack)


@pytest.mark.parametrize("shape", SHAPES)
@settings(QUICK, max_examples=3)
@given(st.data())
def test_stack_opens_nothing_that_its_config_does_not_name(shape: str, data: st.DataObject) -> None:
    check(data.draw(configs(data.draw(stacks(shape)))))


@settings(QUICK, max_examples=8)
@given(st.data())
def test_sample_that_is_changed_opens_nothing_that_it_does_not_name(data: st.DataObject) -> None:
    check(data.draw(configs(_sample(data.draw(st.sampled_from(SAMPLES))))))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_option_of_a_balancer_opens_what_it_names(shape: str) -> None:
    """One after the other, so that none of them is left to chance."""
    base = _stack(*SHAPES[shape])
    for at, values in options(base(()).stack.load_balancer, "load_balancer"):
        if not at.rpartition(".")[2].startswith(("open", "exposure", "http", "public", "private")):
            continue
        for value in values:
            try:
                loaded = base((f"{at}={value}",))
            except ConfigError:
                continue
            check(loaded)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_opens_nothing_that_it_does_not_name(sample: Path) -> None:
    stack, made = load(sample).stack, deployed(CASES / sample.stem)

    assert list(wrong(made, stack)) == []
    assert set(opened(made, stack.name)) == asked(stack)


@cache
def _known_options() -> frozenset[str]:
    return frozenset(
        at.rpartition(".")[2]
        for shape in SHAPES
        for at, _ in options(load(None, settings=SHAPES[shape]).stack)
    )


@pytest.mark.parametrize(
    "option",
    [
        "exposure", "open_to_internet", "open_polling_to_internet", "http_redirect", "polling",
        "private_only", "redundancy", "threat_detection", "encryption_at_host",
    ],
)  # fmt: skip
def test_option_is_among_those_that_are_changed(option: str) -> None:
    assert option in _known_options()
