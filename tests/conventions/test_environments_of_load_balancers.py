"""Environments differ in values only, for the load balancers that the stack does not have by default, too."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.config.structure import shape_of
from tests.conventions.test_environments_share_a_template import template_of, without_values

START = """\
octopus: {version: 2026.3.12345, host_name: octopus.example.com, administrator: {email: a@b.example}}
network: {client_prefixes: [203.0.113.0/26, 10.0.0.0/8], polling_prefixes: [203.0.113.0/26]}
nodes: {count: 2}
"""
POOL = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/{kind}/balancer/backendAddressPools/octopus"
)
ENDPOINTS = """load_balancer:
  kind: existing
  portal_address: {host}
  polling_endpoints:
    - {{node: octopus-1, address: "{host}:10943"}}
    - {{node: octopus-2, address: "{host}:10944"}}"""
PAIRS = {
    "public": (
        "load_balancer: {exposure: public}",
        """load_balancer:
  exposure: public
  dns_label: octopus-portal
  first_polling_port: 20000
  idle_timeout_minutes: 10""",
    ),
    "application gateway": (
        "load_balancer: {kind: application-gateway, exposure: both, polling: {exposure: public}}",
        f"""load_balancer:
  kind: application-gateway
  exposure: both
  private_ip_address: 10.20.2.200
  dns_label: octopus-portal
  min_capacity: 3
  max_capacity: 20
  request_timeout_seconds: 1800
  drain_seconds: 60
  backend_root_certificates: [MII{"A" * 100}=, MII{"B" * 100}=]
  waf:
    mode: Detection
    upload_limit_mb: 2000
    body_limit_mb: 8
    sign_ins_per_minute: 10
    exclusions: [{{selector: Description}}]
  polling:
    exposure: public
    dns_label: octopus-polling
    first_polling_port: 20000
    idle_timeout_minutes: 10""",
    ),
    "polling inside": (
        "load_balancer: {kind: application-gateway}",
        "load_balancer: {kind: application-gateway, polling: {private_ip_address: 10.20.0.140}}",
    ),
    "existing": (
        "load_balancer: {kind: existing, portal_address: 10.0.4.10}",
        f"""load_balancer:
  kind: existing
  portal_address: balancer.example.com
  trusted_proxies: [10.0.4.0/28]
  backend_pools: [{POOL.format(kind="loadBalancers")}]
  application_gateway_pools: [{POOL.format(kind="applicationGateways")}]""",
    ),
    "existing with endpoints": (
        ENDPOINTS.format(host="10.0.4.10"),
        ENDPOINTS.format(host="10.0.4.11"),
    ),
}
# The key, a stack without it and one with it.
GATEWAY = "load_balancer: {kind: application-gateway}"
EXISTING = "load_balancer: {kind: existing, portal_address: 10.0.4.10}"
SHAPES = {
    "exposure": (GATEWAY, "{kind: application-gateway, exposure: both}"),
    "open_to_internet": (
        "load_balancer: {kind: application-gateway, exposure: both}",
        "{kind: application-gateway, exposure: both, open_to_internet: true}",
    ),
    "http_redirect": (GATEWAY, "{kind: application-gateway, http_redirect: true}"),
    "portal_dns_zone": (GATEWAY, "{kind: application-gateway, portal_dns_zone: false}"),
    "waf.rule_set_version": (
        GATEWAY,
        '{kind: application-gateway, waf: {rule_set_version: "2.1"}}',
    ),
    "polling": (GATEWAY, "{kind: application-gateway, polling: null}"),
    "polling.exposure": (GATEWAY, "{kind: application-gateway, polling: {exposure: public}}"),
    "polling.open_to_internet": (
        "load_balancer: {kind: application-gateway, polling: {exposure: public}}",
        "{kind: application-gateway, polling: {exposure: public, open_to_internet: true}}",
    ),
    "polling.grpc": (GATEWAY, "{kind: application-gateway, polling: {grpc: true}}"),
    "existing grpc": (EXISTING, "{kind: existing, portal_address: 10.0.4.10, grpc: true}"),
    "existing polling": (EXISTING, "{kind: existing, portal_address: 10.0.4.10, polling: {}}"),
}


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_two_stacks_that_differ_in_the_values_of_a_balancer_have_one_template(
    one: str, other: str
) -> None:
    assert shape_of(stack_from_text(START + one)) == shape_of(stack_from_text(START + other))
    first, second = template_of(START + one), template_of(START + other)
    assert without_values(first) == without_values(second)
    assert first["parameters"] != second["parameters"]


@pytest.mark.parametrize(("one", "other"), SHAPES.values(), ids=SHAPES.keys())
def test_each_mark_of_shape_of_a_balancer_stands_for_another_template(one: str, other: str) -> None:
    other = f"load_balancer: {other}"
    assert shape_of(stack_from_text(START + one)) != shape_of(stack_from_text(START + other))
    assert without_values(template_of(START + one)) != without_values(template_of(START + other))
