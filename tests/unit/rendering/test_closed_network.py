"""The closed government network: nothing of it has a public address or is open to the Internet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.config.load import load
from octoha_templates.pipeline import Bundle, build

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "government.yaml"
OPEN = {"*", "Internet", "0.0.0.0/0", "Any"}


@cache
def bundle() -> Bundle:
    """Render the sample."""
    return build(load(SAMPLE))


def resources() -> Iterator[dict[str, Any]]:
    """Give every resource of every module."""
    for module in bundle().template["resources"]:
        yield from module["properties"]["template"]["resources"]


def test_nothing_has_a_public_address_or_a_way_out_of_its_own() -> None:
    types = {resource["type"] for resource in resources()}

    assert not {each for each in types if "publicIP" in each or "natGateways" in each}
    assert "publicIPAddress" not in json.dumps(list(resources()))
    assert "Microsoft.Network/virtualNetworkGateways" in types


@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_no_rule_lets_the_internet_in_or_the_machines_out_to_it(direction: str) -> None:
    end = "source" if direction == "Inbound" else "destination"
    let_through = [
        rule["name"]
        for resource in resources()
        if resource["type"] == "Microsoft.Network/networkSecurityGroups"
        for rule in resource["properties"]["securityRules"]
        if rule["properties"]["access"] == "Allow"
        and rule["properties"]["direction"] == direction
        and rule["properties"].get(f"{end}AddressPrefix") in OPEN
    ]

    assert let_through == []


def test_installer_comes_from_the_mirror_and_is_known_by_its_hash() -> None:
    parameters = bundle().template["parameters"]

    assert "octopusdeploy.com" not in json.dumps(parameters)
    assert parameters["installerBaseUrl"]["defaultValue"].startswith("https://mirror.")
    assert len(parameters["installerSha256"]["defaultValue"]) == 64


def test_runbook_signs_in_to_the_right_cloud_and_names_no_outbound_address() -> None:
    runbook = bundle().files["DEPLOY.md"].decode()

    assert "az cloud set --name AzureUSGovernment" in runbook
    assert "outboundIpAddress" not in runbook
