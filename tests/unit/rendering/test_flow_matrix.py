"""The ports and flows in `DEPLOY.md` are those of the security groups in `main.json`, row by row.

The runbook's table is read as a person reads it, and the rules as Azure gets them, with the values of the
parameters: neither is asked for the plan that both were made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.model import NewNetwork
from octoha_templates.config.plan import network_plan
from tests.unit.deployment.engine import Deployed, Resource
from tests.unit.deployment.test_deployments import NETWORKS, deployed, subnets_of

CASES = Path(__file__).parents[2] / "cases" / "samples"
SAMPLES = Path(__file__).parents[3] / "samples"
NAMES = sorted(path.parent.name for path in CASES.glob("*/main.json"))
# What people read for the plain service tags; others have their names in brackets, or are called by them.
SPOKEN = {
    "any address": "*",
    "the Internet": "Internet",
    "the virtual network and what is joined to it": "VirtualNetwork",
}
# Azure allows no security group there.
WITHOUT_GROUP = {"GatewaySubnet"}
LAST = 4096


class Flow(NamedTuple):
    """A row of the table, or a rule."""

    group: str
    direction: str
    source: frozenset[str]
    destination: frozenset[str]
    protocol: str
    ports: frozenset[str]
    why: str


def _written(sample: str) -> Iterator[Flow]:
    """Give the rows of the table, with the name of the security group for what people call it."""
    text = (CASES / sample / "DEPLOY.md").read_text()
    section = text.split("\n### Ports and flows\n")[1].split("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    plan = network_plan(load(SAMPLES / f"{sample}.yaml").stack)
    slugs = {subnet.title: subnet.slug for subnet in plan.subnets}
    for row in rows[1:]:
        cells = [
            cell.replace("\\|", "|").replace("\\", "").strip()
            for cell in re.split(r"(?<!\\)\|", row)
        ]
        _, group, direction, source, destination, protocol, ports, why, _ = cells
        yield Flow(
            slugs[group],
            direction,
            _addresses(source),
            _addresses(destination),
            protocol,
            frozenset(ports.split(", ")),
            why,
        )


def _addresses(cell: str) -> frozenset[str]:
    """Read who is meant: the ranges in brackets, or the service tag."""
    listed = re.search(r" \(([^()]*)\)$", cell)
    names = listed[1].split(", ") if listed else [cell]
    return frozenset(SPOKEN.get(name, name) for name in names)


def _made(sample: str) -> Deployed:
    return deployed(CASES / sample)


def _compiled(sample: str) -> Iterator[Flow]:
    """Give the rules of all security groups, but for the last ones, which deny the rest."""
    for group in _groups(sample):
        for rule in group.body["properties"]["securityRules"]:
            properties = rule["properties"]
            if properties["priority"] == LAST:
                continue
            denied = "" if properties["access"] == "Allow" else ", denied"
            yield Flow(
                _slug(group.name, sample),
                properties["direction"] + denied,
                _either(properties, "sourceAddressPrefix", "sourceAddressPrefixes"),
                _either(properties, "destinationAddressPrefix", "destinationAddressPrefixes"),
                properties["protocol"],
                _either(properties, "destinationPortRange", "destinationPortRanges"),
                properties["description"],
            )


def _groups(sample: str) -> list[Resource]:
    return _made(sample).of_type("Microsoft.Network/networkSecurityGroups")


def _slug(group: str, sample: str) -> str:
    """Give the part of a security group's name that says which subnet it belongs to."""
    return group.rpartition(f"nsg-{load(SAMPLES / f'{sample}.yaml').stack.name}-")[2]


def _either(properties: dict[str, Any], one: str, several: str) -> frozenset[str]:
    """Read what has one key for one value and another for several."""
    assert (one in properties) != (several in properties), (one, properties)
    return frozenset(map(str, properties.get(several) or [properties[one]]))


@pytest.mark.parametrize("sample", NAMES)
def test_every_rule_is_a_row_and_every_row_is_a_rule(sample: str) -> None:
    written, compiled = list(_written(sample)), list(_compiled(sample))
    made = {_slug(group.name, sample) for group in _groups(sample)}
    if isinstance(load(SAMPLES / f"{sample}.yaml").stack.network, NewNetwork):
        assert {row.group for row in written} <= made

    # The subnets of an existing network have security groups of somebody else: those rows ask for rules.
    assert [row for row in written if row.group in made] == compiled


@pytest.mark.parametrize("sample", NAMES)
def test_every_subnet_has_the_group_of_its_own(sample: str) -> None:
    made, groups = _made(sample), {_slug(group.name, sample) for group in _groups(sample)}
    linked = {
        subnet["name"]: subnet["properties"].get("networkSecurityGroup", {}).get("id")
        for network in made.of_type(NETWORKS)
        for subnet in subnets_of(made, network)
    }
    without = {name for name, group in linked.items() if group is None}
    used = [_slug(group, sample) for group in linked.values() if group]

    assert without <= WITHOUT_GROUP
    assert sorted(used) == sorted(groups) or not made.of_type(NETWORKS)


@pytest.mark.parametrize("sample", NAMES)
def test_every_group_ends_by_denying_the_rest(sample: str) -> None:
    for group in _groups(sample):
        last = [
            rule["properties"]
            for rule in group.body["properties"]["securityRules"]
            if rule["properties"]["priority"] == LAST
        ]
        assert "Inbound" in {rule["direction"] for rule in last}, group.name
        for rule in last:
            assert rule["access"] == "Deny"
            assert {rule["protocol"], rule["sourceAddressPrefix"]} == {"*"}
            assert {rule["destinationAddressPrefix"], rule["destinationPortRange"]} == {"*"}
