"""Environments differ in values only: what changes the template is what the types mark so."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from octoha_templates.bicep import compile_text
from octoha_templates.config.load import stack_from_text
from octoha_templates.config.places import dotted
from octoha_templates.config.structure import shape_of
from octoha_templates.rendering.modules import render_modules

MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}\n"
    "network: {access: [{kind: bastion}]}\n"
)
# Every key that is a value, with a value that is not the default.
OTHER_VALUES = """\
name: octo
location: usgovvirginia
cloud: AzureUSGovernment
tags: {a: b}
regions: [{name: usgovvirginia, nat_gateway_v2: true}]
octopus:
  version: 2026.3.54321
  host_name: other.example.org
  administrator: {username: somebody, email: b@example.com}
  license_tier: professional
  installer: {base_url: 'https://mirror.example.com/octopus', sha256: %s}
  polling_port: 10944
  grpc_port: 8444
  trusted_proxies: [10.70.0.0/24]
  hsts: true
  hsts_max_age_seconds: 3600
  send_telemetry: true
secrets:
  kind: key-vault-references
  vault_id: "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers\\
    /Microsoft.KeyVault/vaults/kv"
network:
  address_space: 10.30.0.0/22
  subnets:
    nodes: 10.30.0.0/26
    private_endpoints: 10.30.0.64/26
    load_balancer: 10.30.0.128/27
    bastion: 10.30.1.0/26
    file_servers: 10.30.0.160/28
    domain_controllers: 10.30.0.176/28
    database: 10.30.0.192/28
    database_2: 10.30.0.208/28
    database_3: 10.30.0.224/28
    private_link: 10.30.0.240/28
    gateway: 10.30.1.64/27
    jump_box: 10.30.1.96/28
    appliance_management: 10.30.1.112/28
    appliance_external: 10.30.1.128/28
    appliance_internal: 10.30.1.144/28
    application_gateway: 10.30.2.0/24
  dns_servers: [10.0.0.4]
  client_prefixes: [10.0.0.0/8]
  polling_prefixes: [10.60.0.0/16]
  outbound: {sku: Standard, idle_timeout_minutes: 20}
  access: [{sku: Standard, scale_units: 3, native_client: false}]
nodes:
  count: 2
  names: [blue, green]
  size: Standard_D8s_v5
  zones: [2, 3]
  task_cap: 5
  image: {publisher: Other, offer: Server, sku: 2025-datacenter, version: 1.2.3}
  os_disk_size_gib: 200
  data_disk_size_gib: 100
  admin_username: somebody
  encryption_at_host: true
  hybrid_benefit: true
  time_zone: W. Europe Standard Time
  patching: {first_day: Friday, start_time: "04:00", duration_minutes: 100}
database:
  redundancy: local
  sku: BC_Gen5_8
  database_name: Other
  max_size_gib: 100
  license: BasePrice
  backup_retention_days: 7
  backup_redundancy: Geo
  long_term_retention: {weekly_weeks: 1, monthly_months: 2, yearly_years: 3}
  threat_detection: false
  maintenance_window: SQL_WestEurope_DB_1
storage:
  redundancy: local
  share_name: other
  billing: provisioned-v2
  quota_gib: 500
  iops: 5000
  throughput_mibps: 300
  mount: symbolic-links
  drive_letter: Z
  soft_delete_days: 7
load_balancer:
  private_ip_address: 10.30.0.140
  first_polling_port: 20000
  idle_timeout_minutes: 10
key_vault: {sku: premium, soft_delete_retention_days: 7}
monitoring:
  retention_days: 30
  alert_emails: [c@example.com]
  cpu_percent: 50
  database_percent: 51
  share_percent: 52
backup:
  redundancy: GeoRedundant
  start_time: "01:00"
  daily_retention_days: 8
  weekly_retention_weeks: 9
""" % ("a" * 64)
HUB = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    "/Microsoft.Network/{what}"
)
PEERING = (
    "network.peerings=[{name: hub, virtual_network_id: "
    + HUB.format(what="virtualNetworks/hub")
    + "}]"
)
VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"
    "/Microsoft.KeyVault/vaults/kv"
)
ZONE = (
    "network.private_dns_zones.{key}="
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub"
)
DOMAIN = (
    "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: x}\n"
    "network.dns_servers=[10.0.0.4]"
)
# A change that needs another one has it on a line of its own.
# A public front end alone has a label; and environments have no environments.
ONLY_OF_OTHER_SHAPES = {
    "environments",
    "load_balancer.dns_label",
    "storage.active_directory",
    "storage.allow_shared_key_access",
    "storage.consent_given",
}
SHAPE_CHANGES = {
    "octopus.certificate": "octopus.certificate="
    f"{{kind: key-vault, vault_id: {VAULT}, certificate_name: portal}}",
    "octopus.service_account": "octopus.service_account={kind: user, name: 'CORP\\octopus'}\n"
    + DOMAIN,
    "key_vault": f"key_vault={{kind: existing, vault_id: {VAULT}, write_secrets: true}}",
    "network": "network={kind: existing, access: [], virtual_network_id: "
    + HUB.format(what="virtualNetworks/spoke")
    + ", subnets: {nodes: {name: a, address_prefix: 10.0.0.0/26}, "
    "private_endpoints: {name: b, address_prefix: 10.0.0.64/26}, "
    "load_balancer: {name: c, address_prefix: 10.0.0.128/26}}}",
    "network.access": "network.access=[]",
    "network.access[0].sku": "network.access=[{sku: Basic, native_client: false}]",
    "domain": DOMAIN,
    "network.outbound": "network.outbound={kind: none}",
    "network.peerings": PEERING,
    "network.private_dns_zones.key_vault": ZONE.format(key="key_vault"),
    "network.private_dns_zones.sql": ZONE.format(key="sql"),
    "network.private_dns_zones.file": ZONE.format(key="file"),
    "network.access[0].private_only": "network.access=[{sku: Premium, private_only: true}]",
    "network.access[0].session_recording": "network.access=[{sku: Premium, session_recording: true}]",
    "network.access[0].kerberos": "network.access=[{kerberos: true}]",
    "storage": "storage={kind: existing, unc_path: '\\\\files.corp.example.com\\octopus', access: "
    "{kind: vault-secret, user_name: octopus}}",
    "storage.access": "storage.access=ad-ds\n" + DOMAIN,
    "database.geo": "database={redundancy: geo, geo: {location: northeurope}}",
    "database.customer_managed_key": "database.customer_managed_key={}",
    "database.authentication": "database.authentication=sql",
    "database.entra_administrator": "database.entra_administrator="
    "{login: x, object_id: 00000000-0000-0000-0000-000000000000}",
    "load_balancer.exposure": "load_balancer={exposure: public, open_to_internet: true}",
    "load_balancer.open_to_internet": "load_balancer={exposure: public, open_to_internet: true}",
    "load_balancer.open_polling_to_internet": "load_balancer={exposure: public, "
    "open_polling_to_internet: true}",
    "load_balancer.grpc": "load_balancer.grpc=true",
    "load_balancer.portal_dns_zone": "load_balancer.portal_dns_zone=false",
    "monitoring": "monitoring={kind: existing, workspace_id: "
    + HUB.replace("Microsoft.Network", "Microsoft.OperationalInsights").format(
        what="workspaces/log"
    )
    + "}",
    "backup": "backup={kind: none}",
}


@cache
def template_of(text: str, *settings: str) -> dict[str, Any]:
    """Render and compile a config."""
    rendered = render_modules(stack_from_text(text, settings=settings))
    files = {module.path: module.text.encode() for module in rendered.modules}
    files |= rendered.scripts

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return compile_text(files["main.bicep"].decode(), read=read).template


def without_values(template: dict[str, Any]) -> dict[str, Any]:
    """Leave out defaults of parameters, and of modules' parameters that the stack passes."""
    left = copy.deepcopy(template)
    for parameter in left["parameters"].values():
        parameter.pop("defaultValue", None)
    for resource in left["resources"]:
        inner = resource.get("properties", {}).get("template", {}).get("parameters", {})
        for name in resource.get("properties", {}).get("parameters", {}):
            inner[name].pop("defaultValue", None)
    return left


def test_two_stacks_that_differ_in_every_value_have_one_template() -> None:
    one, other = template_of(MINIMAL), template_of(OTHER_VALUES)
    assert without_values(one) == without_values(other)
    assert one["parameters"] != other["parameters"]


def test_every_value_of_the_other_stack_differs_and_no_shape_does() -> None:
    one, other = stack_from_text(MINIMAL), stack_from_text(OTHER_VALUES)
    assert shape_of(one) == shape_of(other)
    unchanged = list(_equal_values(one, other, ""))
    assert unchanged == [], "give these another value above"


def _equal_values(one: Any, other: Any, path: str) -> Any:
    """Yield the keys whose value is the same in both, shapes and environments aside."""
    shapes = {".".join(map(str, inner)) for inner in shape_of(stack_from_text(MINIMAL))}
    for name in one.__struct_fields__:
        here = f"{path}.{name}" if path else name
        mine, its = getattr(one, name), getattr(other, name)
        if hasattr(mine, "__struct_fields__"):
            yield from _equal_values(mine, its, here)
        elif mine == its and here not in shapes and here not in ONLY_OF_OTHER_SHAPES:
            yield here


@pytest.mark.parametrize("key", SHAPE_CHANGES)
def test_each_mark_of_shape_stands_for_another_template(key: str) -> None:
    changed = template_of(MINIMAL, *SHAPE_CHANGES[key].splitlines())
    assert without_values(changed) != without_values(template_of(MINIMAL))


def test_every_mark_of_shape_has_a_change_above() -> None:
    without_alternative = {
        "octopus",
        "octopus.administrator",
        "octopus.installer",
        "network.subnets",
        "network.private_dns_zones",
        "network.private_dns_zones.blob",
        "network.access[0]",
        "nodes",
        "nodes.image",
        "nodes.patching",
        "database",
        "database.long_term_retention",
        "load_balancer",
    }
    marked = {dotted(path) for path in shape_of(stack_from_text(MINIMAL))}
    assert marked - without_alternative == set(SHAPE_CHANGES)
