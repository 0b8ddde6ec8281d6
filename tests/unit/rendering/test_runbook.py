"""The runbook tells where each secret comes from, and nothing of what is not there."""

from __future__ import annotations

from octoha_templates.config.load import load_stack
from octoha_templates.rendering.components import components_of, get_component
from octoha_templates.rendering.runbook import SecretParameter, render_runbook

VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.KeyVault/vaults/kv-operators"
)
MASTER_KEY = SecretParameter(
    "octopusMasterKey", "OCTOHA_OCTOPUS_MASTER_KEY", "octopus-master-key", "Octopus master key"
)
OTHER = SecretParameter("somethingElse", "OCTOHA_SOMETHING_ELSE", "something-else", "another one")
TYPES = ("Microsoft.Compute/disks", "Microsoft.Sql/servers", "Microsoft.Resources/deployments")


def _runbook(*settings: str, environments: tuple[str, ...] = ()) -> str:
    stack = load_stack(settings=settings)
    return render_runbook(stack, components_of(stack), environments, (MASTER_KEY, OTHER), TYPES)


def test_every_secret_has_its_line_and_its_meaning() -> None:
    text = _runbook()

    for secret in (MASTER_KEY, OTHER):
        assert f"| `{secret.parameter}` | `{secret.variable}` | {secret.meaning} |" in text


def test_only_resource_providers_of_the_template_are_registered() -> None:
    providers = "for provider in Microsoft.AlertsManagement Microsoft.Compute Microsoft.Sql; do"

    assert providers in _runbook()


def test_quota_is_asked_for_every_machine() -> None:
    text = _runbook(
        "domain={kind: new, fqdn: ad.example.com, net_bios_name: EXAMPLE}",
        "database={kind: sql-vm-availability-group, size: Standard_E4ds_v5, replicas: 3}",
        "storage={kind: dfs-replication, size: Standard_D4s_v5}",
        "network.access=[{kind: bastion}, {kind: jump-box, size: Standard_D2s_v5}]",
    )

    assert (
        "The stack makes 3 virtual machines of size Standard_D2s_v5, 5 virtual machines of size "
        "Standard_D4s_v5 and 3 virtual machines of size Standard_E4ds_v5." in text
    )
    assert text.count("az vm list-skus --location westeurope --size") == 3


def test_vault_of_the_operator_is_named() -> None:
    text = _runbook(f"secrets={{kind: key-vault-references, vault_id: {VAULT}}}")

    assert "kv-operators" in text
    assert "`octopus-master-key`" in text


def test_every_environment_is_named() -> None:
    text = _runbook(environments=("test", "production"))

    assert "a resource group of its own: test, production; `main` is the stack" in text
    assert "Each environment" not in _runbook()


def test_component_alone_has_a_runbook_without_the_rest() -> None:
    stack = load_stack()
    text = render_runbook(stack, (get_component("network/new"),), (), (), TYPES)

    assert "Virtual network" in text
    assert "master key" not in text


def test_runbook_ends_with_one_line_break_and_has_no_mark_left() -> None:
    text = _runbook()

    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\ue0f0" not in text
