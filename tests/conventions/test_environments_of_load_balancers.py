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
PROFILE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/trafficManagerProfiles/traf"
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
    "Front Door": (
        "load_balancer: {kind: front-door}",
        """load_balancer:
  kind: front-door
  private_link_locations: [northeurope, westeurope]
  nat_addresses: 1
  origin_host_name: origin.example.com
  response_timeout_seconds: 120
  probe_interval_seconds: 30
  private_ip_address: 10.20.0.140
  first_polling_port: 20000
  idle_timeout_minutes: 10
  waf:
    mode: Detection
    sign_ins_per_minute: 10
    exclusions: [{selector: Description}]""",
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
    "Traffic Manager": (
        "load_balancer: {kind: traffic-manager}",
        f"""load_balancer:
  kind: traffic-manager
  dns_label: octopus-portal
  first_polling_port: 20000
  idle_timeout_minutes: 10
  profile:
    routing: geographic
    dns_name: contoso-octopus
    ttl_seconds: 30
    interval_seconds: 10
    timeout_seconds: 5
    tolerated_failures: 1
    traffic_view: true
    own: {{geo_mapping: [GEO-EU, DE], always_serve: true, enabled: false}}
    endpoints:
      - {{kind: nested, name: world, profile_id: {PROFILE}, geo_mapping: [WORLD]}}
      - {{kind: external, name: london, host: london.example.com, geo_mapping: [GB]}}""",
    ),
    "Traffic Manager with the profile of another stack": (
        f"load_balancer: {{kind: traffic-manager, profile: {{kind: existing, profile_id: {PROFILE}}}}}",
        f"load_balancer: {{kind: traffic-manager, profile: {{kind: existing, profile_id: {PROFILE}2}}}}",
    ),
    "BIG-IP": (
        "load_balancer: {kind: f5-big-ip, polling: null}",
        """load_balancer:
  kind: f5-big-ip
  throughput: 1g
  size: Standard_D16s_v4
  admin_username: somebody
  ssh_public_key: ssh-rsa AAAAB3NzaC1yc2E=
  private_ip_address: 10.20.0.140
  polling: null""",
    ),
    "public BIG-IP with an image of one's own": (
        """load_balancer:
  kind: f5-big-ip
  license: byol
  exposure: public
  interfaces: 3
  image: {offer: f5-big-ip-byol, sku: f5-big-ltm-2slot-byol}""",
        """load_balancer:
  kind: f5-big-ip
  license: byol
  exposure: public
  interfaces: 3
  image: {offer: f5-big-ip-byol, sku: f5-big-all-2slot-byol, version: 17.5.100000}
  dns_label: octopus-portal
  polling: {first_polling_port: 20000, idle_timeout_minutes: 10, private_ip_address: 10.20.0.141}""",
    ),
    "LoadMaster": (
        "load_balancer: {kind: kemp-loadmaster, image: {offer: vlm-azure, sku: basic-byol}}",
        """load_balancer:
  kind: kemp-loadmaster
  size: Standard_D4s_v4
  image: {offer: vlm-azure, sku: other-byol, version: 7.2.63}
  private_ip_address: 10.20.0.140""",
    ),
    "existing with endpoints": (
        ENDPOINTS.format(host="10.0.4.10"),
        ENDPOINTS.format(host="10.0.4.11"),
    ),
}
# The key, a stack without it and one with it.
GATEWAY = "load_balancer: {kind: application-gateway}"
FRONT_DOOR = "load_balancer: {kind: front-door}"
EXISTING = "load_balancer: {kind: existing, portal_address: 10.0.4.10}"
BIG_IP = "load_balancer: {kind: f5-big-ip}"
LOADMASTER = "load_balancer: {kind: kemp-loadmaster}"
TRAFFIC_MANAGER = "load_balancer: {kind: traffic-manager}"
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
    "Front Door open_to_internet": (FRONT_DOOR, "{kind: front-door, open_to_internet: true}"),
    "Front Door http_redirect": (FRONT_DOOR, "{kind: front-door, http_redirect: true}"),
    "Front Door grpc": (FRONT_DOOR, "{kind: front-door, grpc: true}"),
    "Front Door portal_dns_zone": (FRONT_DOOR, "{kind: front-door, portal_dns_zone: false}"),
    "Front Door waf.rule_set_version": (
        FRONT_DOOR,
        '{kind: front-door, waf: {rule_set_version: "2.1"}}',
    ),
    "BIG-IP interfaces": (BIG_IP, "{kind: f5-big-ip, interfaces: 3}"),
    "BIG-IP license": (BIG_IP, "{kind: f5-big-ip, license: byol}"),
    "BIG-IP tls": (BIG_IP, "{kind: f5-big-ip, tls: passthrough}"),
    "BIG-IP exposure": (BIG_IP, "{kind: f5-big-ip, exposure: public}"),
    "BIG-IP polling": (BIG_IP, "{kind: f5-big-ip, polling: null}"),
    "BIG-IP probe_port": (BIG_IP, "{kind: f5-big-ip, probe_port: 9081}"),
    "LoadMaster tls": (LOADMASTER, "{kind: kemp-loadmaster, tls: passthrough}"),
    "LoadMaster portal_dns_zone": (LOADMASTER, "{kind: kemp-loadmaster, portal_dns_zone: false}"),
    "Traffic Manager grpc": (TRAFFIC_MANAGER, "{kind: traffic-manager, grpc: true}"),
    "Traffic Manager open_to_internet": (
        TRAFFIC_MANAGER,
        "{kind: traffic-manager, open_to_internet: true}",
    ),
    "Traffic Manager profile": (
        TRAFFIC_MANAGER,
        f"{{kind: traffic-manager, profile: {{kind: existing, profile_id: {PROFILE}}}}}",
    ),
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


@pytest.mark.parametrize(
    "changed",
    [
        "{kind: f5-big-ip, idle_timeout_minutes: 10}",
        "{kind: f5-big-ip, ntp_servers: [10.0.0.5]}",
        "{kind: f5-big-ip, verify_nodes: true}",
        "{kind: kemp-loadmaster, idle_timeout_minutes: 10}",
    ],
)
def test_what_the_documents_of_appliances_say_is_the_same_in_all_environments(changed: str) -> None:
    """One folder has one document, so what it holds is marked as shape, too."""
    usual = f"{changed.split(',', maxsplit=1)[0]}}}"
    one, other = f"load_balancer: {usual}", f"load_balancer: {changed}"
    assert shape_of(stack_from_text(START + one)) != shape_of(stack_from_text(START + other))


def test_certificate_that_front_door_shows_is_marked_as_shape() -> None:
    vault = POOL.format(kind="vaults").split("/providers", maxsplit=1)[0] + (
        "/providers/Microsoft.KeyVault/vaults/kv"
    )
    certificate = f"certificate: {{kind: key-vault, vault_id: {vault}, certificate_name: octopus}}"
    start = START.replace("administrator:", f"{certificate}, administrator:")
    one, other = start + FRONT_DOOR, start + FRONT_DOOR.replace("}", ", certificate: key-vault}")
    assert shape_of(stack_from_text(one)) != shape_of(stack_from_text(other))
    assert without_values(template_of(one)) != without_values(template_of(other))
