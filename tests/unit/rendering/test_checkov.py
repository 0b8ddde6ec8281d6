"""`.checkov.yaml`: which checks a folder lists, and what its reader is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from octoha_templates._resources import data_folder
from octoha_templates.config.load import load
from octoha_templates.pipeline import Bundle, Format, build, build_component, load_for_component
from octoha_templates.rendering.checkov import (
    CONFIG_FILE,
    Check,
    checkov_config,
    failing_checks,
    known_checks,
)
from octoha_templates.rendering.components import COMPONENTS

README = (data_folder("templates") / "README.md").read_text(encoding="utf-8")
CHECKS = {check.id: check for check in known_checks()}
WINDOWS = {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer"}


def _config(bundle: Bundle) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(bundle.files[CONFIG_FILE])
    return config


def _listed(*settings: str) -> set[str]:
    return set(_config(build(load(None, settings=settings)))["skip-check"])


def _template(**resource: Any) -> dict[str, Any]:
    return {"resources": [resource]}


def _nested(template: dict[str, Any]) -> dict[str, Any]:
    deployment = {"type": "Microsoft.Resources/deployments", "properties": {"template": template}}
    return {"resources": [deployment]}


def _failing(template: dict[str, Any]) -> set[str]:
    return {check.id for check in failing_checks(template)}


@pytest.mark.parametrize("check", known_checks(), ids=lambda each: each.id)
def test_every_check_says_what_it_looks_at_and_why_it_may_fail(check: Check) -> None:
    assert re.fullmatch(r"CKV2?_AZURE_\d+", check.id)
    assert check.why in {"decided", "mistaken"}
    assert check.types
    assert all(re.fullmatch(r"Microsoft(\.\w+)+(/\w+)+", each) for each in check.types)
    assert len(check.reason) > 40
    assert check.reason.endswith(".")
    assert "\n" not in check.reason
    for pattern in (*check.only.values(), *check.passes.values()):
        re.compile(pattern)


def test_every_key_of_the_file_is_known() -> None:
    text = (data_folder("templates") / "checkov.toml").read_text(encoding="utf-8")
    keys = set(re.findall(r"^(\w+) =", text, re.MULTILINE))

    assert keys <= {"why", "types", "reason", "also", "only", "passes"}


def test_no_reason_is_given_twice() -> None:
    assert len({check.reason for check in known_checks()}) == len(known_checks())
    table = README.split("## Rules that the templates do not follow, and why")[1]
    rows = "\n".join(line for line in table.splitlines() if line.startswith("|"))
    assert "CKV" not in rows
    assert not [rule for check in known_checks() for rule in check.also if rule in rows]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.id)
def test_every_component_ships_it_and_the_manifest_knows_it(component: Any) -> None:
    bundle = build_component(load_for_component(None, component.id), component.id)

    assert set(_config(bundle)) <= {"framework", "skip-check"}
    assert CONFIG_FILE in json.loads(bundle.files["manifest.json"])["files"]


def test_a_stack_lists_each_check_with_its_reason_above_it() -> None:
    text = build(load(None)).files[CONFIG_FILE].decode()
    listed = re.findall(r"((?:^  # .+\n)+)  - (CKV\w+)$", text, re.MULTILINE)

    assert [name for _, name in listed] == yaml.safe_load(text)["skip-check"]
    for comment, name in listed:
        words = " ".join(line.strip()[2:] for line in comment.splitlines())
        assert words == f"{CHECKS[name].why.capitalize()}. {CHECKS[name].reason}"


@pytest.mark.parametrize(
    ("formats", "framework"), [("both", "arm"), ("arm", "arm"), ("bicep", "bicep")]
)
def test_checkov_reads_what_the_folder_has(formats: Format, framework: str) -> None:
    config = _config(build(load(None), formats=formats))

    assert config["framework"] == [framework]
    assert "CKV_AZURE_50" in config["skip-check"]


def test_a_template_that_fails_nothing_lists_nothing() -> None:
    assert yaml.safe_load(checkov_config({"resources": []}, bicep=False)) == {"framework": ["arm"]}


def test_the_order_is_that_of_the_file_whatever_the_order_of_resources() -> None:
    template = build(load(None)).template
    turned = {**template, "resources": template["resources"][::-1]}

    assert checkov_config(template, bicep=False) == checkov_config(turned, bicep=False)


def test_only_what_a_stack_has_is_listed() -> None:
    reference = _listed()

    assert not reference & {"CKV_AZURE_135", "CKV_AZURE_149", "CKV2_AZURE_27", "CKV_AZURE_112"}
    assert "CKV_AZURE_135" in _listed("load_balancer={kind: application-gateway}")
    assert "CKV_AZURE_149" in _listed("load_balancer={kind: f5-big-ip}")
    assert "CKV2_AZURE_27" in _listed("database.authentication=sql")
    assert {"CKV_AZURE_40", "CKV_AZURE_112"} <= _listed("database.customer_managed_key={}")


def test_a_value_that_the_check_wants_is_seen_where_checkov_sees_it() -> None:
    machine = {"type": "Microsoft.Compute/virtualMachines"}
    image = {"storageProfile": {"imageReference": "[parameters('image')]"}}
    alone = {
        "parameters": {"image": {"type": "object", "defaultValue": WINDOWS}},
        **_template(**machine, properties=image),
    }

    assert "CKV_AZURE_1" not in _failing(alone)
    # It does not follow parameters into a nested template.
    assert "CKV_AZURE_1" in _failing(_nested(alone))


@pytest.mark.parametrize(
    ("check", "resource_type", "properties", "fails"),
    [
        ("CKV_AZURE_50", "Microsoft.Compute/virtualMachines", {}, True),
        (
            "CKV_AZURE_50",
            "Microsoft.Compute/virtualMachines",
            {"osProfile": {"allowExtensionOperations": False}},
            False,
        ),
        ("CKV_AZURE_149", "Microsoft.Compute/virtualMachines", {"osProfile": {}}, False),
        (
            "CKV_AZURE_149",
            "Microsoft.Compute/virtualMachines",
            {"osProfile": {"linuxConfiguration": {"disablePasswordAuthentication": False}}},
            True,
        ),
        ("CKV_AZURE_112", "Microsoft.KeyVault/vaults/keys", {"kty": "RSA-HSM"}, False),
        ("CKV_AZURE_112", "Microsoft.KeyVault/vaults/keys", {"kty": "RSA"}, True),
        ("CKV_AZURE_229", "Microsoft.Sql/servers/databases", {"zoneRedundant": True}, False),
        ("CKV_AZURE_229", "Microsoft.Sql/servers/databases", {"zoneRedundant": False}, True),
        ("CKV_AZURE_2", "Microsoft.Storage/storageAccounts", {}, False),
    ],
)
def test_a_check_fails_for_what_it_looks_at(
    check: str, resource_type: str, properties: dict[str, Any], fails: bool
) -> None:
    template = _template(type=resource_type, properties=properties)

    assert (check in _failing(template)) == fails


def test_a_key_of_a_premium_vault_is_in_hardware() -> None:
    settings = ("database.customer_managed_key={}", "key_vault={kind: new, sku: premium}")
    files = build(load(None, settings=settings)).files

    assert "keyVaultSkuName: keyVaultSku\n" in files["main.bicep"].decode()
    assert "param keyVaultSku string = 'premium'" in files["main.bicep"].decode()
    module = files["modules/azure-sql.bicep"].decode()
    assert "kty: keyVaultSkuName == 'premium' ? 'RSA-HSM' : 'RSA'\n" in module
