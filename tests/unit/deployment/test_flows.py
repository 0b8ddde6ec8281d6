"""A flow that one security group lets through is let through by that of the other side, too."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.deployment.engine import Deployed
from tests.unit.deployment.flows import (
    Flow,
    is_let_through,
    ports,
    prefixes,
    rules_of,
    subnets,
)
from tests.unit.deployment.test_deployments import SAMPLES, deployed

OTHER_SIDE = {"Inbound": "Outbound", "Outbound": "Inbound"}


def wanted(made: Deployed) -> Iterator[tuple[str, str, Flow]]:
    """Give every flow between two subnets that a rule of one of them lets through."""
    ranges = subnets(made)
    for name, (_, group) in ranges.items():
        for rule in rules_of(made, group):
            if rule["access"] != "Allow":
                continue
            for source, target in _pairs(made, rule):
                protocol = "Tcp" if rule["protocol"] == "*" else rule["protocol"]
                for port in ports(rule):
                    first = 0 if port == "*" else int(port.partition("-")[0])
                    flow = Flow(str(source[10]), str(target[11]), first, protocol)
                    yield name, rule["direction"], flow


def _pairs(
    made: Deployed, rule: dict[str, object]
) -> Iterator[tuple[ipaddress.IPv4Network, ipaddress.IPv4Network]]:
    known = [whole for whole, _ in subnets(made).values()]
    for source in prefixes(rule, "source"):
        for target in prefixes(rule, "destination"):
            if source[0].isdigit() and target[0].isdigit():
                pair = ipaddress.IPv4Network(source), ipaddress.IPv4Network(target)
                if pair[0] in known and pair[1] in known:
                    yield pair


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: folder.name)
def test_both_sides_of_a_flow_let_it_through(folder: Path) -> None:
    made = deployed(folder)
    groups = {str(whole): rules_of(made, group) for whole, group in subnets(made).values()}
    blocked = []
    for name, direction, flow in wanted(made):
        address = flow.source if direction == "Inbound" else flow.target
        for whole, rules in groups.items():
            if ipaddress.ip_address(address) in ipaddress.ip_network(whole) and not is_let_through(
                rules, OTHER_SIDE[direction], flow
            ):
                blocked.append(f"{name} {direction}: {flow} is blocked at {whole}")

    assert blocked == []
