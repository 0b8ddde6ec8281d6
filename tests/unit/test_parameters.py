"""Parameter files: the values of each environment, and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octoha_templates._resources import data_folder
from octoha_templates.config.load import Loaded, load_text
from octoha_templates.errors import RenderError
from octoha_templates.pipeline import build

BASE = """\
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admin@example.com}
"""
VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-ops"
    "/providers/Microsoft.KeyVault/vaults/kv-ops"
)
SECURE = [
    "nodesAdministratorPassword",
    "octopusMasterKey",
    "octopusLicenseBase64",
    "octopusAdministratorPassword",
    "portalCertificatePfx",
]


def _loaded(more: str = "") -> Loaded:
    return load_text(BASE + more)


def test_every_parameter_of_the_template_has_a_value_or_is_secret() -> None:
    bundle = build(_loaded())
    assert [*bundle.parameters["main"]["parameters"], *SECURE] == list(
        bundle.template["parameters"]
    )


def test_an_environment_has_its_own_values_and_the_rest_of_the_stack() -> None:
    bundle = build(_loaded("environments: {test: {nodes: {count: 2, size: Standard_D2s_v5}}}\n"))
    main, test = (bundle.parameters[name]["parameters"] for name in ("main", "test"))
    assert [node["name"] for node in test["nodes"]["value"]] == ["octopus-1", "octopus-2"]
    assert (main["nodeVmSize"]["value"], test["nodeVmSize"]["value"]) == (
        "Standard_D4s_v5",
        "Standard_D2s_v5",
    )
    assert {k: v for k, v in main.items() if k not in ("nodes", "nodeVmSize")} == {
        k: v for k, v in test.items() if k not in ("nodes", "nodeVmSize")
    }


def test_the_template_does_not_depend_on_the_environments() -> None:
    alone = build(_loaded())
    beside = build(_loaded("environments: {test: {nodes: {count: 2}}}\n"))
    assert alone.template == beside.template


def test_an_environment_of_another_shape_is_refused(tmp_path: Path) -> None:
    """The config refuses what it knows of; a folder of overrides may turn any value into a shape."""
    fragment = tmp_path / "shared" / "common-parameters.bicep.j2"
    fragment.parent.mkdir()
    ours = (data_folder("templates") / "shared" / fragment.name).read_text()
    fragment.write_text(ours + "{% if nodes.count > 2 %}\nvar large = true\n{% endif %}\n")
    with pytest.raises(RenderError) as caught:
        build(_loaded("environments: {test: {nodes: {count: 2}}}\n"), overrides=tmp_path)
    (finding,) = caught.value.diagnostics
    assert str(finding) == (
        "stack.yaml: error OCT210: the environment test asks for another modules/managed-identity.bicep, "
        "but one template serves all environments"
    )


def test_secrets_are_left_to_the_azure_cli_or_to_environment_variables() -> None:
    bundle = build(_loaded())
    assert not set(SECURE) & set(bundle.parameters["main"]["parameters"])
    lines = bundle.files["main.bicepparam"].decode().splitlines()
    assert lines[-1] == (
        "param portalCertificatePfx = readEnvironmentVariable('OCTOHA_PORTAL_CERTIFICATE_PFX')"
    )


def test_secrets_are_references_to_the_vault_of_the_operator() -> None:
    bundle = build(_loaded(f"secrets: {{kind: key-vault-references, vault_id: {VAULT}}}\n"))
    assert bundle.parameters["main"]["parameters"]["octopusMasterKey"] == {
        "reference": {"keyVault": {"id": VAULT}, "secretName": "octopus-master-key"}
    }
    assert (
        "param octopusMasterKey = az.getSecret('00000000-0000-0000-0000-000000000001', 'rg-ops', "
        "'kv-ops', 'octopus-master-key')"
    ) in bundle.files["main.bicepparam"].decode()


def test_a_leading_bracket_is_a_value_in_a_parameter_file() -> None:
    bundle = build(_loaded("tags: {note: '[concat(1)]'}\n"))
    assert bundle.template["parameters"]["tags"]["defaultValue"] == {"note": "[[concat(1)]"}
    written = json.loads(bundle.files["main.parameters.json"])
    assert written["parameters"]["tags"]["value"] == {"note": "[concat(1)]"}
