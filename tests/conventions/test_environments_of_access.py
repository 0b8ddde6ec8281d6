"""Environments differ in values only, for every way in, too."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.config.structure import shape_of
from tests.conventions.test_environments_share_a_template import template_of, without_values

START = """\
octopus: {version: 2026.3.12345, host_name: octopus.example.com, administrator: {email: a@b.example}}
network:
  access:
    - """
GUID = "11111111-2222-3333-4444-555555555555"
CERTIFICATE = "{name: %s, public_data: MII%s}"
CIRCUIT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/expressRouteCircuits/"
)
TUNNEL = (
    "kind: vpn-gateway, bgp: {asn: %s}, connections: [{name: site, gateway_address: %s, "
    "address_prefixes: [%s], bgp: {asn: %s, peering_address: %s}}]"
)
CLIENTS = (
    "kind: vpn-gateway, point_to_site: {kind: certificate, address_pool: %s, custom_routes: [%s], "
    "root_certificates: [%s], revoked_certificates: [%s], protocols: [%s]}"
)
PAIRS = {
    "bastion": (
        "kind: bastion, sku: Premium, allowed_prefixes: [203.0.113.0/24]",
        (
            "kind: bastion, sku: Premium, allowed_prefixes: [198.51.100.0/24], "
            "scale_units: 4, native_client: false"
        ),
    ),
    "tunnels": (
        TUNNEL % (65515, "203.0.113.1", "10.60.0.0/16", 65020, "10.60.0.1"),
        TUNNEL % (65010, "203.0.113.2", "10.61.0.0/16", 65021, "10.61.0.1"),
    ),
    "size and people": (
        "kind: vpn-gateway, point_to_site: {kind: entra}",
        (
            "kind: vpn-gateway, sku: VpnGw5AZ, point_to_site: {kind: entra, address_pool: "
            f"172.17.0.0/24, custom_routes: [10.60.0.0/16], tenant_id: {GUID}, audience: {GUID}}}"
        ),
    ),
    "machines": (
        CLIENTS % ("172.16.0.0/24", "", CERTIFICATE % ("a", "A" * 117), "", "OpenVPN"),
        CLIENTS
        % (
            "172.17.0.0/24",
            "10.60.0.0/16",
            ", ".join(CERTIFICATE % (name, name.upper() * 117) for name in "bc"),
            "{name: lost, thumbprint: '%s'}" % ("0" * 40),
            "IkeV2, OpenVPN",
        ),
    ),
    "new circuit": (
        (
            "kind: expressroute, circuit: {provider: Equinix, peering_location: Amsterdam}, "
            "private_peering: {peer_asn: 65020, vlan_id: 1, primary_prefix: 192.168.1.0/30, "
            "secondary_prefix: 192.168.1.4/30}"
        ),
        (
            "kind: expressroute, sku: ErGwScale, min_scale_units: 10, max_scale_units: 20, "
            "routing_weight: 5, fast_path: true, circuit: {provider: Other, peering_location: "
            "London, bandwidth_mbps: 1000, tier: Local, family: UnlimitedData, provisioned: true}, "
            "private_peering: {peer_asn: 65021, vlan_id: 2, primary_prefix: 192.168.2.0/30, "
            "secondary_prefix: 192.168.2.4/30}"
        ),
    ),
    "existing circuit": (
        f"kind: expressroute, circuit: {{kind: existing, circuit_id: {CIRCUIT}one}}",
        f"kind: expressroute, circuit: {{kind: existing, circuit_id: {CIRCUIT}other}}",
    ),
    "jump box": (
        "kind: jump-box, operator_prefixes: [10.60.0.0/16]",
        (
            "kind: jump-box, operator_prefixes: [10.61.0.0/16], computer_name: OTHER, size: "
            "Standard_D4s_v5, image: {publisher: Other, offer: Server, sku: 2025-datacenter, "
            "version: 1.2.3}, os_disk_size_gib: 256, admin_username: somebody, auto_shutdown: "
            '"18:00", idle_minutes: 30, patching: {day: Friday, start_time: "08:00", '
            "duration_minutes: 100}"
        ),
    ),
}
SHAPES = {
    "kind: bastion": ("sku: Basic, native_client: false", "sku: Premium", "kerberos: true"),
    "kind: bastion, sku: Premium": ("private_only: true", "session_recording: true"),
    "kind: vpn-gateway, point_to_site: {kind: entra}": (
        "active_active: false",
        "bgp: {}",
        "connections: [{name: a, gateway_address: 203.0.113.1, address_prefixes: [10.60.0.0/16]}]",
    ),
    "kind: expressroute, circuit: {provider: Equinix, peering_location: Amsterdam}": (
        "own_public_address: true",
        (
            "private_peering: {peer_asn: 65020, vlan_id: 1, primary_prefix: 192.168.1.0/30, "
            "secondary_prefix: 192.168.1.4/30}"
        ),
    ),
    "kind: jump-box, operator_prefixes: [10.60.0.0/16]": (
        "sign_in: local",
        "just_in_time: true",
        "reach: [rdp, winrm]",
    ),
}


def config(access: str) -> str:
    """Write a config with one way in."""
    return f"{START}{{{access}}}\n"


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_two_stacks_that_differ_in_the_values_of_a_way_in_have_one_template(
    one: str, other: str
) -> None:
    first, second = config(one), config(other)

    assert shape_of(stack_from_text(first)) == shape_of(stack_from_text(second))
    assert without_values(template_of(first)) == without_values(template_of(second))
    assert template_of(first)["parameters"] != template_of(second)["parameters"]


@pytest.mark.parametrize(
    ("usual", "changed"),
    [(usual, change) for usual, changes in SHAPES.items() for change in changes],
)
def test_each_mark_of_shape_of_a_way_in_stands_for_another_template(
    usual: str, changed: str
) -> None:
    first, second = config(usual), config(_with(usual, changed))

    assert shape_of(stack_from_text(first)) != shape_of(stack_from_text(second))
    assert without_values(template_of(first)) != without_values(template_of(second))


def _with(usual: str, changed: str) -> str:
    """Put keys beside others; one that is given already is replaced."""
    if changed.startswith("sku:"):
        usual = usual.split(", sku:", maxsplit=1)[0]
    return f"{usual}, {changed}"
