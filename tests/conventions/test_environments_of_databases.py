"""Environments differ in values only, for the kinds of database that the stack does not have by default, too."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.config.structure import shape_of
from tests.conventions.test_environments_share_a_template import template_of, without_values

START = """\
octopus: {version: 2026.3.12345, host_name: octopus.example.com, administrator: {email: a@b.example}}
network: {dns_servers: [10.0.0.4, 10.0.0.5]}
domain: {kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}
"""
PAIRS = {
    "failover cluster on disks": (
        "database: {kind: sql-vm-failover-cluster}",
        """database:
  kind: sql-vm-failover-cluster
  version: "2025"
  edition: enterprise
  license: AHUB
  names: [a-sql, b-sql]
  size: Standard_E8ds_v5
  zones: [3]
  admin_username: somebody
  storage:
    kind: shared-disks
    redundancy: local
    data_disk_size_gib: 512
    log_disk_size_gib: 64
    tempdb_disk_size_gib: 32
    backup_disk_size_gib: 128
  witness_redundancy: local
  cluster_name: cluster
  instance_name: instance
  client_name: clients
  database_name: Other
  cluster_account: svc-a
  sql_service_account: svc-b
  administrators: [SQL Administrators]
  backup_retention_days: 3
  trust_server_certificate: false
  patching: {first_day: Friday, start_time: "04:00", duration_minutes: 100}""",
    ),
    "failover cluster on a share": (
        "database: {kind: sql-vm-failover-cluster, storage: {kind: premium-file-share}}",
        (
            "database: {kind: sql-vm-failover-cluster, "
            "storage: {kind: premium-file-share, redundancy: local, quota_gib: 2048}}"
        ),
    ),
    "existing": (
        "database: {kind: existing, host: sql.example.com, authentication: sql, user: octopus}",
        (
            "database: {kind: existing, host: o.database.windows.net, database_name: Other, "
            "authentication: sql, user: other, multi_subnet_failover: true, "
            "trust_server_certificate: true, options: {Max Pool Size: '10'}, location: westeurope}"
        ),
    ),
    "existing on a named instance": (
        "database: {kind: existing, host: sql.example.com, authentication: windows}",
        "database: {kind: existing, host: sql.example.com, authentication: windows, instance: B}",
    ),
}


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_two_stacks_that_differ_in_the_values_of_a_database_have_one_template(
    one: str, other: str
) -> None:
    assert shape_of(stack_from_text(START + one)) == shape_of(stack_from_text(START + other))
    first, second = template_of(START + one), template_of(START + other)
    assert without_values(first) == without_values(second)
    assert first["parameters"] != second["parameters"]


@pytest.mark.parametrize(
    "changed",
    [
        "database: {kind: sql-vm-failover-cluster, authentication: sql}",
        "database: {kind: sql-vm-failover-cluster, port: 14330}",
        "database: {kind: sql-vm-failover-cluster, storage: {kind: premium-file-share}}",
    ],
)
def test_each_mark_of_shape_of_a_database_stands_for_another_template(changed: str) -> None:
    usual = "database: {kind: sql-vm-failover-cluster}"
    assert shape_of(stack_from_text(START + usual)) != shape_of(stack_from_text(START + changed))
    assert without_values(template_of(START + usual)) != without_values(
        template_of(START + changed)
    )
