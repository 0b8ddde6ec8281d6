"""The module of Octopus Server: what the nodes' script is told, and who waits for whom."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from octoha_templates.bicep import CompileResult, compile_text
from octoha_templates.config.load import stack_from_text
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import read_script, render_component

SCRIPT = "octopus/server/scripts/bootstrap-node.ps1"
MINIMAL = """
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admins@example.com}
"""


@cache
def compiled(more: str = "") -> CompileResult:
    """Render and compile the module."""
    rendering = render_component(stack_from_text(MINIMAL + more), get_component("octopus/server"))
    main = rendering.modules[0]
    return compile_text(main.text, file=main.path, read=rendering.scripts.__getitem__)


def resources(result: CompileResult, resource_type: str) -> list[dict[str, Any]]:
    """List the resources of a type."""
    return [item for item in result.template["resources"] if item["type"] == resource_type]


def default(result: CompileResult, parameter: str) -> Any:
    """Give the default of a parameter."""
    return result.template["parameters"][parameter]["defaultValue"]


def test_other_nodes_wait_for_the_bootstrap_of_the_first() -> None:
    first, others = resources(compiled(), "Microsoft.Compute/virtualMachines/runCommands")
    if "copy" in first:
        first, others = others, first
    assert others["copy"]["count"] == "[length(skip(parameters('nodes'), 1))]"
    assert any("bootstrap-octopus" in item for item in others["dependsOn"])
    for command in (first, others):
        properties = command["properties"]
        assert properties["treatFailureAsDeploymentFailure"] is True
        assert properties["asyncExecution"] is False
        assert "protectedParameters" not in properties
        assert [item["name"] for item in properties["parameters"]] == ["Configuration"]


def test_run_commands_carry_the_script_itself() -> None:
    result = compiled()
    assert read_script(SCRIPT).decode("ascii") in result.template["variables"].values()


def test_script_reads_exactly_what_the_run_commands_tell_it() -> None:
    script = read_script(SCRIPT).decode("ascii")
    read_by_script = set(re.findall(r"\$Settings\.(\w+)", script))
    told = set(compiled().template["variables"]["bootstrapConfiguration"])
    for command in resources(compiled(), "Microsoft.Compute/virtualMachines/runCommands"):
        expression = command["properties"]["parameters"][0]["value"]
        own = set(re.findall(r"'(\w+)', ", expression.partition("createObject")[2]))
        assert told | {name for name in own if name in read_by_script} == read_by_script


def test_script_reads_the_names_of_vault_entries_that_it_is_told() -> None:
    script = read_script(SCRIPT).decode("ascii")
    read_by_script = set(re.findall(r"\$Settings\.keyVaultEntries\.(\w+)", script))
    assert read_by_script == set(default(compiled(), "keyVaultEntries"))


def test_sql_authentication_names_the_password_in_the_vault_and_entra_has_none() -> None:
    by_password = compiled("database: {kind: azure-sql, authentication: sql}")
    assert (
        default(by_password, "keyVaultEntries")["sqlAdministratorPassword"] == "sql-admin-password"
    )
    assert default(compiled(), "keyVaultEntries")["sqlAdministratorPassword"] == ""
