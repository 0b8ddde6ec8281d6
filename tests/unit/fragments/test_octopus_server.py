"""The module of Octopus Server: what the nodes' script is told, and who waits for whom."""

from __future__ import annotations

import re
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from octoha_templates.bicep import CompileResult, compile_text
from octoha_templates.config.load import stack_from_text
from octoha_templates.config.model import Certificate, Database, ServiceAccount, Storage
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import read_script, render_component
from octoha_templates.validation import validate_template

SCRIPTS = (
    "octopus/server/scripts/prepare-node.ps1",
    "octopus/server/scripts/bootstrap-node.ps1",
)
VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"
    "/Microsoft.KeyVault/vaults/kv"
)
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


def run_commands(result: CompileResult) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Give the preparation, the bootstrap of the first node, and that of the others."""
    prepare, first, others = resources(result, "Microsoft.Compute/virtualMachines/runCommands")
    return prepare, first, others


def test_every_node_is_prepared_by_itself_and_the_others_wait_for_the_first() -> None:
    prepare, first, others = run_commands(compiled())
    assert prepare["copy"]["count"] == "[length(parameters('nodes'))]"
    assert "dependsOn" not in prepare
    assert "copy" not in first
    assert [item.rpartition(", ")[2] for item in first["dependsOn"]] == ["'prepare-node')]"]
    assert others["copy"]["count"] == "[length(skip(parameters('nodes'), 1))]"
    assert [item.rpartition(", ")[2] for item in others["dependsOn"]] == [
        "'bootstrap-octopus')]",
        "'prepare-node')]",
    ]


def test_run_commands_fail_the_deployment_and_are_told_no_secret() -> None:
    for command in run_commands(compiled()):
        properties = command["properties"]
        assert properties["treatFailureAsDeploymentFailure"] is True
        assert properties["asyncExecution"] is False
        assert "protectedParameters" not in properties
        assert [item["name"] for item in properties["parameters"]] == ["Configuration"]


@pytest.mark.parametrize(
    "more",
    [
        "",
        "database: {kind: azure-sql, authentication: sql}",
        "storage: {kind: azure-files, mount: mapped-drive}",
        "storage: {kind: azure-files, mount: symbolic-links}",
        f"key_vault: {{kind: existing, vault_id: {VAULT}, write_secrets: true}}",
    ],
)
def test_module_has_no_findings(more: str) -> None:
    result = compiled(more)
    assert result.diagnostics == ()
    assert validate_template(result.template) == ()


def test_run_commands_carry_the_scripts_themselves() -> None:
    texts = compiled().template["variables"].values()
    for script in SCRIPTS:
        assert read_script(script).decode("ascii") in texts


def read_of_settings(pattern: str) -> set[str]:
    """Say what the scripts read of the settings."""
    return {
        name for script in SCRIPTS for name in re.findall(pattern, read_script(script).decode())
    }


def test_scripts_read_exactly_what_the_run_commands_tell_them() -> None:
    variables = compiled().template["variables"]
    [nodes] = [item for item in variables["copy"] if item["name"] == "nodeSettings"]
    of_one_node = set(re.findall(r"'(\w+)', ", nodes["input"].partition("createObject")[2]))
    told = set(variables["settings"]) | of_one_node
    assert told == read_of_settings(r"\$Settings\.(\w+)")


def test_scripts_read_the_names_of_vault_entries_that_they_are_told() -> None:
    by_name = read_of_settings(r"\$Settings\.keyVaultEntries\.(\w+)")
    # The secret of the share comes with the credential of the share.
    assert by_name | {"storageAccountKey", "sharePassword"} == set(
        default(compiled(), "keyVaultEntries")
    )


def test_only_the_first_node_is_told_the_identity_that_administers_the_database() -> None:
    [nodes] = compiled().template["variables"]["copy"]
    told = nodes["input"]
    assert (
        "'databaseAdministratorClientId', if(equals(copyIndex('nodeSettings'), 0), "
        "parameters('databaseAdministratorClientId'), '')"
    ) in told
    assert "'isFirstNode', equals(copyIndex('nodeSettings'), 0)" in told


def test_sql_authentication_names_the_password_in_the_vault_and_entra_has_none() -> None:
    by_password = compiled("database: {kind: azure-sql, authentication: sql}")
    assert default(by_password, "keyVaultEntries")["databasePassword"] == "sql-admin-password"
    assert default(by_password, "databaseAuthentication") == "sql"
    assert default(compiled(), "keyVaultEntries")["databasePassword"] == ""
    assert default(compiled(), "databaseAuthentication") == "entra"


def test_names_of_secrets_in_a_shared_vault_carry_the_prefix_of_the_stack() -> None:
    entries = default(
        compiled(
            f"key_vault: {{kind: existing, vault_id: {VAULT}, write_secrets: true, "
            "secret_prefix: prod-}"
        ),
        "keyVaultEntries",
    )
    assert entries["masterKey"] == "prod-octopus-master-key"
    # What the stack does without stays empty, prefix or not.
    assert entries["serviceAccountPassword"] == ""


def values_of(union: Any, field: str) -> set[str]:
    """List what a key of any alternative of a part may hold."""
    found: set[str] = set()
    for struct in get_args(union) or (union,):
        kind = get_type_hints(struct, include_extras=True).get(field)
        annotated = get_args(kind)[0] if kind is not None else None
        found |= set(get_args(annotated))
    return found


def tags_of(union: Any) -> set[str]:
    """List the kinds of a part."""
    return {str(each.__struct_config__.tag) for each in get_args(union) if each is not NoneType}


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        (1, values_of(Database, "authentication")),
        (0, values_of(Storage, "mount") - {"unc"}),
        (1, values_of(Storage, "mount") - {"unc"}),
        (1, tags_of(ServiceAccount)),
        (0, tags_of(ServiceAccount) - {"user"}),
        (1, tags_of(Certificate) - {"pfx", "none"}),
    ],
    ids=["authentication", "mount", "paths", "service", "account", "certificate"],
)
def test_scripts_know_every_value_that_the_config_may_hold(script: int, wanted: set[str]) -> None:
    """What is left out is what they do when nothing else is asked for."""
    text = read_script(SCRIPTS[script]).decode()
    assert len(wanted) > 1
    assert [value for value in sorted(wanted) if f"'{value}'" not in text] == []
