"""Two domain controllers: fixed addresses, safe disks, and steps that no restart cuts off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.config.plan import network_plan
from octoha_templates.config.plan.parts import Rule

from .conftest import Compiled, Component

DOMAIN = "domain/new"
MACHINES = "Microsoft.Compute/virtualMachines"
STEPS = f"{MACHINES}/runCommands"
NEW = "domain={kind: new, fqdn: ad.example.com, net_bios_name: EXAMPLE}"
FILES = "storage={kind: dfs-replication}"
SERVICE = "octopus.service_account={kind: user, name: 'EXAMPLE\\svc-octopus'}"
CLUSTER = "database={kind: sql-vm-failover-cluster}"
ORDER = (
    ("dc-1-promote", 0),
    ("dc-2-await", 1),
    ("dc-3-configure", 0),
    ("dc-4-promote", 1),
    ("dc-5-await", 0),
    ("dc-6-configure", 1),
)
CONFIG = """
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: a@example.com}
domain: {kind: new, fqdn: ad.example.com, net_bios_name: EXAMPLE}
storage: {kind: dfs-replication}
"""


def steps_of(module: Compiled) -> dict[str, dict[str, Any]]:
    """Give the run commands by the last part of their name."""
    return {
        name: next(each for each in module.all(STEPS) if f"'{name}'" in each["name"])
        for name, _ in ORDER
    }


def task_of(step: dict[str, Any]) -> str:
    """Say which task of the script a run command does."""
    values = {each["name"]: each["value"] for each in step["properties"]["parameters"]}
    return str(values["Task"])


def secrets_of(module: Compiled, name: str) -> str:
    """Give the secrets of a run command as the expression that they are."""
    protected = steps_of(module)[name]["properties"].get("protectedParameters", [])
    return " ".join(str(each["value"]) for each in protected)


def test_each_step_waits_for_the_one_before(component: Component) -> None:
    steps = steps_of(component(DOMAIN, NEW))
    for (before, machine), (name, _) in pairwise(ORDER):
        waits = [each for each in steps[name]["dependsOn"] if before in each]
        assert len(waits) == 1, name
        assert f"parameters('machines')[{machine}].name" in waits[0]


def test_a_restart_is_watched_from_the_other_machine(component: Component) -> None:
    """A run command on a machine that is about to restart would be cut off."""
    steps = steps_of(component(DOMAIN, NEW))
    for index, (name, machine) in enumerate(ORDER):
        if task_of(steps[name]) == "Promote":
            following, other = ORDER[index + 1]
            assert task_of(steps[following]) == "Await"
            assert other == 1 - machine


def test_addresses_are_fixed_and_those_that_the_network_names_as_dns_servers(
    component: Component,
) -> None:
    module = component(DOMAIN, NEW)
    interface = module.only("Microsoft.Network/networkInterfaces")["properties"]
    configuration = interface["ipConfigurations"][0]["properties"]
    assert configuration["privateIPAllocationMethod"] == "Static"
    assert "publicIPAddress" not in configuration
    # The partner first, then the machine itself.
    first, second = interface["dnsSettings"]["dnsServers"]
    assert "sub(1, copyIndex())" in first
    assert "sub(1," not in second
    wanted = [
        f"[cidrHost(parameters('domainControllersSubnetPrefix'), {index})]" for index in (3, 4)
    ]
    assert module.template["variables"]["addresses"] == wanted
    network = component("network/new", NEW).template["variables"]["dnsServers"]
    assert network == wanted


def test_the_directory_lies_on_a_disk_without_cache(component: Component) -> None:
    machine = component(DOMAIN, NEW).only(MACHINES)["properties"]
    (disk,) = machine["storageProfile"]["dataDisks"]
    assert disk["caching"] == "None"
    assert disk["deleteOption"] == "Detach"
    assert machine["securityProfile"]["securityType"] == "TrustedLaunch"


@pytest.mark.parametrize("name", ["domain/new", "storage/dfs-replication"])
def test_patch_windows_never_meet(component: Component, name: str) -> None:
    settings = (NEW, FILES) if name.startswith("storage") else (NEW,)
    machines = component(name, *settings).parameters["machines"]["defaultValue"]
    assert machines[0]["maintenanceDay"] != machines[1]["maintenanceDay"]
    assert machines[0]["zone"] != machines[1]["zone"]


def test_passwords_are_protected_and_each_step_gets_its_own_only(component: Component) -> None:
    module = component(DOMAIN, NEW, FILES, CLUSTER)
    assert "restore" in secrets_of(module, "dc-1-promote")
    assert "join" not in secrets_of(module, "dc-1-promote")
    assert "restore" not in secrets_of(module, "dc-3-configure")
    for purpose in ("join", "cluster", "sqlService", "fileService"):
        assert f"'{purpose}'" in secrets_of(module, "dc-3-configure")
    for name in ("dc-2-await", "dc-5-await", "dc-6-configure"):
        assert secrets_of(module, name) == ""
    secure = {
        name for name, each in module.parameters.items() if each["type"].lower() == "securestring"
    }
    for name in secure:
        assert f"parameters('{name}')" not in str(module.template["variables"])
        assert f"parameters('{name}')" not in str(module.template["outputs"])


def test_only_accounts_that_somebody_asks_for_are_made(component: Component) -> None:
    purposes = [
        [
            each["purpose"]
            for each in component(DOMAIN, *more).template["variables"]["settings"]["accounts"]
        ]
        for more in ((NEW,), (NEW, FILES), (NEW, CLUSTER), (NEW, SERVICE))
    ]
    assert purposes == [
        ["join"],
        ["join", "fileService"],
        ["join", "cluster", "sqlService"],
        ["join", "octopusService"],
    ]


def test_the_domain_is_named_when_both_controllers_are_ready(component: Component) -> None:
    """Whoever joins reads the name from this module, and so waits for all of it."""
    module = component(DOMAIN, NEW)
    assert module.outputs["fqdn"] == "[parameters('domainFqdn')]"
    assert module.outputs["dnsServers"] == "[variables('addresses')]"
    assert set(module.outputs) >= {"name", "resourceId", "netBiosName", "virtualMachineNames"}
    assignment = module.only("Microsoft.Maintenance/configurationAssignments")
    assert any("dc-6-configure" in each for each in assignment["dependsOn"])


def rules_of(subnet: str) -> list[Rule]:
    """List what is let into a subnet of the whole stack."""
    rules = network_plan(stack_from_text(CONFIG)).rules_of(subnet)
    return [each for each in rules if (each.direction, each.access) == ("Inbound", "Allow")]


def test_only_subnets_of_the_stack_reach_the_ports_of_the_directory() -> None:
    for rule in rules_of("domain_controllers"):
        if rule.source.subnet == "":
            assert (rule.source.tag, rule.ports) == ("VirtualNetwork", ("53",))
    sources = {rule.source.subnet for rule in rules_of("domain_controllers")} - {""}
    assert sources == {"domain_controllers", "file_servers", "nodes"}


def test_members_reach_every_port_that_a_member_needs() -> None:
    open_to_nodes = {
        (rule.protocol, port)
        for rule in rules_of("domain_controllers")
        if rule.source.subnet == "nodes"
        for port in rule.ports
    }
    tcp = {("Tcp", port) for port in ("53", "88", "135", "389", "445", "464", "636", "49152-65535")}
    udp = {("Udp", port) for port in ("53", "88", "123", "389", "464")}
    assert tcp | udp <= open_to_nodes


def test_nodes_reach_the_share_of_the_file_servers_and_nothing_else_there() -> None:
    ports = [rule.ports for rule in rules_of("file_servers") if rule.source.subnet == "nodes"]
    assert ports == [("445",)]
