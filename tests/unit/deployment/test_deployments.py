"""Every sample, played as Azure Resource Manager would: it comes to its end, and what it made fits."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.validation.rules_names import NAME_RULES
from tests.unit.deployment.engine import GROUP, SUBSCRIPTION, Deployed, Resource, deploy
from tests.unit.deployment.functions import SECRET

SAMPLES = sorted((Path(__file__).parents[2] / "cases/samples").iterdir())
MACHINES = "Microsoft.Compute/virtualMachines"
NETWORKS = "Microsoft.Network/virtualNetworks"
OWN = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/".casefold()

# Where a secret may be written: what Azure never gives back, and a vault.
SECRET_PLACES = (
    ".properties.administratorLoginPassword",
    ".properties.authorizationKey",
    ".properties.osProfile.adminPassword",
    ".properties.protectedParameters[].value",
    ".properties.protectedSettings.",
    ".properties.sharedKey",
    ".properties.serverConfigurationsManagementSettings.sqlConnectivityUpdateSettings.",
    ".properties.wsfcDomainCredentials.",
    ".properties.wsfcDomainProfile.storageAccountPrimaryKey",
    ".properties.autoBackupSettings.storageAccessKey",
)
each_sample = pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: folder.name)


@cache
def deployed(folder: Path, environment: str = "main") -> Deployed:
    """Play the deployment of a sample, or of one of its environments."""
    template = json.loads((folder / "main.json").read_text())
    given = json.loads((folder / f"{environment}.parameters.json").read_text())["parameters"]
    values = {name: entry["value"] for name, entry in given.items() if "value" in entry}
    return deploy(template, values)


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Walk every text in a value with the path to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, f"{path}[]")


def real(made: Deployed) -> list[Resource]:
    """Give what was made beside the nested deployments."""
    return [
        each for each in made.resources.values() if each.type != "Microsoft.Resources/deployments"
    ]


@each_sample
def test_every_sample_can_be_deployed(folder: Path) -> None:
    environments = [
        each.name.removesuffix(".parameters.json") for each in folder.glob("*.param*.json")
    ]

    assert "main" in environments
    for environment in environments:
        assert deployed(folder, environment).of_type(MACHINES)


@each_sample
def test_every_machine_has_a_computer_name_of_its_own_that_windows_takes(folder: Path) -> None:
    profiles = [each.body["properties"]["osProfile"] for each in deployed(folder).of_type(MACHINES)]
    names = [profile["computerName"].casefold() for profile in profiles]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"(?!\d+$)[a-z0-9-]{1,15}", name)] == []


@each_sample
def test_every_name_is_one_that_azure_takes(folder: Path) -> None:
    wrong = []
    for resource in deployed(folder).resources.values():
        rule = NAME_RULES.get(resource.type)
        name = resource.name.rpartition("/")[2]
        if rule and not (
            rule.shortest <= len(name) <= rule.longest and re.fullmatch(rule.pattern, name)
        ):
            wrong.append(resource.id)

    assert wrong == []


@each_sample
def test_secrets_are_written_only_where_azure_keeps_them(folder: Path) -> None:
    made = deployed(folder)
    leaks = [
        f"{resource.type}: {path}"
        for resource in real(made)
        for path, text in texts(resource.body)
        if SECRET in text
        and resource.type != "Microsoft.KeyVault/vaults/secrets"
        and not path.startswith(SECRET_PLACES)
    ]

    assert leaks == []
    assert [path for path, text in texts(made.outputs) if SECRET in text] == []


@each_sample
def test_what_is_referred_to_by_its_id_is_there(folder: Path) -> None:
    made = deployed(folder)
    there = set(made.resources)
    for resource in real(made):
        there |= set(_inline(resource.id.casefold(), resource.body.get("properties")))
    missing = {
        f"{resource.type}{path}: {text}"
        for resource in real(made)
        for path, text in texts(resource.body)
        if text.casefold().startswith(OWN) and text.casefold().rstrip("/") not in there
    }

    assert missing == set()


@each_sample
def test_subnets_lie_in_their_network_and_apart(folder: Path) -> None:
    made = deployed(folder)
    for network in made.of_type(NETWORKS):
        space = [
            ipaddress.IPv4Network(each)
            for each in network.body["properties"]["addressSpace"]["addressPrefixes"]
        ]
        subnets = [range_of(each) for each in subnets_of(made, network)]
        assert all(any(each.subnet_of(whole) for whole in space) for each in subnets)
        assert [pair for pair in combinations(subnets, 2) if pair[0].overlaps(pair[1])] == []


@each_sample
def test_fixed_addresses_are_in_their_subnet_and_used_once(folder: Path) -> None:
    made = deployed(folder)
    ranges = {
        f"{network.id}/subnets/{subnet['name']}".casefold(): range_of(subnet)
        for network in made.of_type(NETWORKS)
        for subnet in subnets_of(made, network)
    }
    fixed: dict[str, str] = {}
    for resource in real(made):
        for entry in _entries(resource.body.get("properties")):
            address = entry.get("privateIPAddress")
            subnet = (entry.get("subnet") or {}).get("id", "").casefold()
            if address and subnet in ranges:
                assert ipaddress.ip_address(address) in ranges[subnet], resource.id
                # Azure keeps the first four addresses of a subnet and the last one.
                assert ipaddress.ip_address(address) not in list(ranges[subnet])[:4], resource.id
                assert fixed.setdefault(address, resource.id) == resource.id


def subnets_of(made: Deployed, network: Resource) -> list[dict[str, Any]]:
    """Give the subnets of a network, those made inside and those made on their own."""
    own = made.of_type(f"{NETWORKS}/subnets")
    apart = [
        {"name": each.name.rpartition("/")[2], **each.body}
        for each in own
        if each.id.casefold().startswith(f"{network.id}/".casefold())
    ]
    return [*network.body["properties"].get("subnets", []), *apart]


def range_of(subnet: dict[str, Any]) -> ipaddress.IPv4Network:
    """Give the range of a subnet."""
    properties = subnet["properties"]
    return ipaddress.IPv4Network(
        properties.get("addressPrefix") or properties["addressPrefixes"][0]
    )


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    """Walk the properties of every inline entry."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


def _inline(identifier: str, properties: Any) -> Iterator[str]:
    """Give the IDs of what is written inside a resource, such as the pools of a load balancer."""
    for key, value in (properties or {}).items() if isinstance(properties, dict) else ():
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, dict) and "name" in entry:
                inner = f"{identifier}/{key}/{entry['name']}".casefold()
                yield inner
                yield from _inline(inner, entry.get("properties"))
