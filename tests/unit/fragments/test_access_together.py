"""Every pair of ways in renders, compiles and validates with nothing to say."""

from __future__ import annotations

from itertools import combinations

import pytest

from octoha_templates.config.load import load_text
from octoha_templates.pipeline import build

CONFIG = """\
octopus: {version: 2026.3.12345, host_name: octopus.example.com, administrator: {email: a@b.example}}
monitoring: {alert_emails: [a@b.example]}
network:
  access:
"""
WAYS = (
    "{kind: bastion, sku: Basic, native_client: false}",
    "{kind: bastion}",
    "{kind: bastion, sku: Premium, session_recording: true, allowed_prefixes: [203.0.113.0/24]}",
    "{kind: bastion, sku: Premium, private_only: true}",
    "{kind: vpn-gateway, point_to_site: {kind: entra}}",
    (
        "{kind: vpn-gateway, active_active: false, bgp: {apipa_addresses: [169.254.21.2]}, "
        "connections: [{name: a-1, gateway_address: 203.0.113.1, bgp: {asn: 65020, "
        "peering_address: 169.254.21.1}}]}"
    ),
    (
        "{kind: vpn-gateway, connections: [{name: b, gateway_fqdn: b.example.com, "
        "address_prefixes: [10.60.0.0/16]}], point_to_site: {kind: certificate, "
        "root_certificates: [{name: r, public_data: MII%s}]}}"
    )
    % ("A" * 117),
    "{kind: expressroute, circuit: {provider: Equinix, peering_location: Amsterdam}}",
    (
        "{kind: expressroute, own_public_address: true, circuit: {provider: Equinix, "
        "peering_location: Amsterdam, provisioned: true}, private_peering: {peer_asn: 65020, "
        "vlan_id: 1, primary_prefix: 192.168.1.0/30, secondary_prefix: 192.168.1.4/30}}"
    ),
    "{kind: jump-box, operator_prefixes: [10.61.0.0/16]}",
    "{kind: jump-box, sign_in: local, just_in_time: true, auto_shutdown: null, reach: [winrm]}",
)
# What the config says aloud about ways in; nothing else may be said, and nothing about a template.
SAID_ALOUD = {"OCT686", "OCT695", "OCT696", "OCT698", "OCT725"}


def kind(way: str) -> str:
    """Give the kind of a way in."""
    return way.split("kind: ")[1].split(",", maxsplit=1)[0].rstrip("}")


PAIRS = [pair for pair in combinations(WAYS, 2) if kind(pair[0]) != kind(pair[1])]


@pytest.mark.parametrize(
    "pair", PAIRS, ids=[f"{kind(a)}-{kind(b)}-{n}" for n, (a, b) in enumerate(PAIRS)]
)
def test_a_pair_of_ways_in_renders_and_validates(pair: tuple[str, str]) -> None:
    items = "".join(f"    - {way}\n" for way in pair)
    bundle = build(load_text(CONFIG + items, "stack.yaml"))

    assert {finding.code for finding in bundle.findings} <= SAID_ALOUD
    for way in pair:
        assert any(kind(way) in path for path in bundle.files), kind(way)
