"""The whole stack: every module once, wired by outputs, with the secrets kept secret."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from octoha_templates.config.load import load, load_stack
from octoha_templates.pipeline import build
from octoha_templates.rendering.components import components_of
from octoha_templates.rendering.modules import render_modules

SECURE = ("securestring", "secureObject")
MODULE = re.compile(r"^module (\w+) '([^']+)' = \{$", re.MULTILINE)
SETTINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("database.authentication=sql",),
    ("load_balancer.grpc=true",),
    ("load_balancer.portal_dns_zone=false",),
    ("network.access=[]", "backup={kind: none}"),
    ("network.access=[{kind: bastion, sku: Basic, native_client: false}]",),
    ("database.entra_administrator={login: dba, object_id: 00000000-0000-0000-0000-000000000001}",),
)


@cache
def _template(settings: tuple[str, ...] = ()) -> dict[str, Any]:
    return build(load(None, settings=settings)).template


def _deployment(end_of_name: str, settings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give the nested deployment of one module."""
    (found,) = [
        resource
        for resource in _template(settings)["resources"]
        if resource["name"] == f"[format('{{0}}-{end_of_name}', parameters('namePrefix'))]"
    ]
    deployment: dict[str, Any] = found
    return deployment


def _secure(template: dict[str, Any]) -> set[str]:
    return {
        name
        for name, parameter in template["parameters"].items()
        if parameter["type"].lower() in [kind.lower() for kind in SECURE]
    }


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_there_is_exactly_one_module_per_component(settings: tuple[str, ...]) -> None:
    stack = load_stack(settings=settings)
    main = render_modules(stack).modules[0].text
    found = [path for _, path in MODULE.findall(main)]

    assert sorted(found) == sorted(component.module for component in components_of(stack))


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_every_parameter_is_used_and_every_module_gets_what_it_requires(
    settings: tuple[str, ...],
) -> None:
    template = _template(settings)
    body = str(template["resources"]) + str(template["outputs"]) + str(template["variables"])

    for name in template["parameters"]:
        assert f"parameters('{name}')" in body, name
    for deployment in template["resources"]:
        declared = deployment["properties"]["template"]["parameters"]
        given = deployment["properties"]["parameters"]
        required = {name for name, each in declared.items() if "defaultValue" not in each}
        assert required <= set(given) <= set(declared), deployment["name"]


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_a_value_is_checked_in_main_as_strictly_as_in_the_module_it_goes_to(
    settings: tuple[str, ...],
) -> None:
    """Else a wrong value is found when half of the stack is deployed."""
    template = _template(settings)

    for deployment in template["resources"]:
        declared = deployment["properties"]["template"]["parameters"]
        for name, given in deployment["properties"]["parameters"].items():
            outer = re.fullmatch(r"\[parameters\('(\w+)'\)\]", str(given["value"]))
            if outer:
                found = _limits(template["parameters"][outer[1]])
                strict = _limits(declared[name])
                allowed = strict.pop("allowedValues", None)
                assert {limit: found.get(limit) for limit in strict} == strict, name
                assert allowed is None or set(found["allowedValues"]) <= set(allowed), name


def _limits(parameter: dict[str, Any]) -> dict[str, Any]:
    names = ("minLength", "maxLength", "minValue", "maxValue", "allowedValues")
    return {name: parameter[name] for name in names if name in parameter}


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_secrets_are_secure_without_default_and_handed_to_secure_parameters_only(
    settings: tuple[str, ...],
) -> None:
    template = _template(settings)
    secrets = _secure(template)

    assert secrets == {
        "octopusMasterKey",
        "octopusLicenseBase64",
        "octopusAdministratorPassword",
        "nodesAdministratorPassword",
        "portalCertificatePfx",
        *(["sqlAdministratorPassword"] if "database.authentication=sql" in settings else []),
    }
    for name in secrets:
        assert "defaultValue" not in template["parameters"][name]
    for deployment in template["resources"]:
        inner = _secure(deployment["properties"]["template"])
        for name, given in deployment["properties"]["parameters"].items():
            secret = any(f"parameters('{each}')" in str(given) for each in secrets)
            assert secret == (name in inner), (deployment["name"], name)


def test_secrets_are_the_only_parameters_that_have_to_be_given() -> None:
    template = _template()

    required = {name for name, each in template["parameters"].items() if "defaultValue" not in each}
    assert required == _secure(template)


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_no_output_of_any_level_holds_a_secret(settings: tuple[str, ...]) -> None:
    template = _template(settings)
    templates = [template, *(each["properties"]["template"] for each in template["resources"])]

    for each in templates:
        text = str(each["outputs"])
        assert "list" not in re.findall(r"\b(list)[A-Z]\w*\(", text)
        for name in _secure(each):
            assert f"parameters('{name}')" not in text


@pytest.mark.parametrize(
    ("later", "first"),
    [
        ("octopus-server", "key-vault"),
        ("octopus-server", "database"),
        ("octopus-server", "storage"),
        ("octopus-server", "nodes"),
        ("nodes", "load-balancer"),
        ("nodes", "network"),
        ("nodes", "identity"),
        ("storage", "key-vault"),
        ("key-vault", "network"),
        ("backup", "nodes"),
        ("alerts", "nodes"),
    ],
)
def test_module_waits_for_what_it_needs(later: str, first: str) -> None:
    """Names resolve, roles are given and secrets are written before the first node starts."""
    waits_for = " ".join(_deployment(later)["dependsOn"])

    assert f"'{{0}}-{first}'" in waits_for


def test_first_node_is_ready_before_the_others_begin() -> None:
    nodes = _deployment("octopus-server")["properties"]["template"]["resources"]
    prepare, first, others = [item for item in nodes if item["type"].endswith("/runCommands")]

    assert "'prepare-node'" in prepare["name"]
    assert "parameters('nodes')[0].name" in first["name"]
    assert "copy" not in first
    assert others["copy"]["count"] == "[length(skip(parameters('nodes'), 1))]"
    assert (
        "[resourceId('Microsoft.Compute/virtualMachines/runCommands', "
        "parameters('nodes')[0].name, 'bootstrap-octopus')]"
    ) in others["dependsOn"]
    for command in (prepare, first, others):
        assert command["properties"]["treatFailureAsDeploymentFailure"] is True
        assert command["properties"]["asyncExecution"] is False


def test_role_and_secrets_are_inside_the_module_that_the_nodes_wait_for() -> None:
    types = [
        item["type"] for item in _deployment("key-vault")["properties"]["template"]["resources"]
    ]

    for needed in (
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.KeyVault/vaults/secrets",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    ):
        assert needed in types


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_no_two_deployments_have_one_name(settings: tuple[str, ...]) -> None:
    names = [deployment["name"] for deployment in _template(settings)["resources"]]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_what_every_module_shares_reaches_every_module(settings: tuple[str, ...]) -> None:
    for deployment in _template(settings)["resources"]:
        given = deployment["properties"]["parameters"]
        declared = deployment["properties"]["template"]["parameters"]
        for shared in ("location", "tags", "namePrefix", "workspaceResourceId"):
            assert (shared in given) == (shared in declared), (deployment["name"], shared)


def test_first_node_alone_may_sign_in_as_administrator_of_the_database() -> None:
    template = _deployment("nodes")["properties"]["template"]
    (machines,) = [
        item
        for item in template["resources"]
        if item["type"] == "Microsoft.Compute/virtualMachines"
    ]

    assert machines["identity"]["userAssignedIdentities"] == (
        "[if(equals(copyIndex(), 0), variables('firstNodeIdentities'), variables('nodesIdentity'))]"
    )


def test_outputs_tell_what_a_person_needs_next() -> None:
    assert {
        "portalUrl",
        "loadBalancerIpAddress",
        "pollingEndpoints",
        "outboundIpAddress",
        "nodeNames",
        "keyVaultUri",
    } <= set(_template()["outputs"])
