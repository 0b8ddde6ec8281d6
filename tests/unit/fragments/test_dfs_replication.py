"""Two file servers with DFS: one replica for all nodes, by the nodes' own accounts."""

from __future__ import annotations

import pytest

from octoha_templates.config.load import stack_from_text
from octoha_templates.rendering.modules import render_modules

from .conftest import Compiled, Component

FILES = "storage/dfs-replication"
MACHINES = "Microsoft.Compute/virtualMachines"
EXTENSIONS = f"{MACHINES}/extensions"
STEPS = f"{MACHINES}/runCommands"
SETTINGS = (
    "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
    "network.dns_servers=[10.10.0.4, 10.10.0.5]",
    "storage={kind: dfs-replication}",
)
CONFIG = """
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: a@example.com}
domain: {kind: new, fqdn: ad.example.com, net_bios_name: EXAMPLE}
"""


def step_of(module: Compiled, name: str) -> dict[str, object]:
    """Give a run command by the last part of its name."""
    return next(each for each in module.all(STEPS) if f"'{name}'" in each["name"])


def main_of(more: str) -> str:
    """Render the main file of a stack."""
    return render_modules(stack_from_text(CONFIG + more)).modules[0].text


def test_the_path_is_the_one_of_the_namespace_and_of_no_server(component: Component) -> None:
    module = component(FILES, *SETTINGS)
    path = module.outputs["uncPath"]
    assert "machines" not in path
    for parameter in ("domainFqdn", "namespaceName", "folderName"):
        assert f"parameters('{parameter}')" in path
    assert module.outputs["credentialUserName"] == ""


def test_servers_are_prepared_in_the_domain_and_published_by_one(component: Component) -> None:
    module = component(FILES, *SETTINGS)
    prepare, publish = step_of(module, "files-1-prepare"), step_of(module, "files-2-publish")
    assert any("JsonADDomainExtension" in each for each in prepare["dependsOn"])  # type: ignore[attr-defined]
    assert "prepareServers" in publish["dependsOn"]  # type: ignore[operator]
    assert "copy" in prepare
    assert "copy" not in publish


def test_the_password_goes_to_the_one_step_that_needs_it(component: Component) -> None:
    module = component(FILES, *SETTINGS)
    holders = [
        each["name"] for each in module.all(STEPS) if "protectedParameters" in each["properties"]
    ]
    assert len(holders) == 1
    assert "files-2-publish" in holders[0]
    assert "Password" not in str(module.template["variables"]["settings"])


def test_there_is_one_active_server_and_it_is_the_one_asked_for(component: Component) -> None:
    module = component(FILES, *SETTINGS, "storage.active_replicas=[2]")
    assert module.parameters["activeReplica"]["defaultValue"] == 2
    settings = module.template["variables"]["settings"]
    assert settings["activeServer"] == (
        "[parameters('machines')[sub(parameters('activeReplica'), 1)].name]"
    )


def test_folders_outlive_their_server(component: Component) -> None:
    module = component(FILES, *SETTINGS)
    (disk,) = module.only(MACHINES)["properties"]["storageProfile"]["dataDisks"]
    assert disk["deleteOption"] == "Detach"
    shared = module.only("Microsoft.Compute/disks")
    assert shared["sku"]["name"] == "Premium_LRS"
    assert shared["properties"]["networkAccessPolicy"] == "DenyAll"


def test_nodes_are_let_in_by_their_own_accounts() -> None:
    main = main_of("storage: {kind: dfs-replication}\n")
    assert "nodeNames: octopusNodes.outputs.names" in main
    assert "kind: 'domain'" in main
    assert "storageAccountKey" not in main


def test_whoever_joins_waits_for_the_controllers() -> None:
    main = main_of("storage: {kind: dfs-replication}\n")
    module = main[main.index("module storage ") :]
    assert "domainFqdn: domain.outputs.fqdn" in module[: module.index("\n}")]
    nodes = main[main.index("module octopusNodes ") :]
    assert "domainFqdn: domain.outputs.fqdn" in nodes[: nodes.index("\n}")]


def test_machines_beside_the_nodes_are_watched_and_backed_up() -> None:
    main = main_of("storage: {kind: dfs-replication}\n")
    for output in ("virtualMachineNames", "virtualMachineResourceIds"):
        assert f"domain.outputs.{output}" in main
        assert f"storage.outputs.{output}" in main


@pytest.mark.parametrize("mount", ["unc", "symbolic-links"])
def test_every_way_to_mount_reaches_the_nodes(mount: str) -> None:
    main = main_of(f"storage: {{kind: dfs-replication, mount: {mount}}}\n")
    assert f"param shareMount string = '{mount}'" in main
