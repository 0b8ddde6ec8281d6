"""The engine stops where Azure would, so that the tests which use it can fail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.deployment.engine import GROUP, SUBSCRIPTION, deploy
from tests.unit.deployment.flows import Flow, is_let_through
from tests.unit.deployment.functions import SECRET, DeploymentError

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
VAULT = "Microsoft.KeyVault/vaults"


def _template(*resources: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"resources": list(resources), **parts}


def _resource(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "apiVersion": "2025-01-01", "name": name, **more}


PRINCIPAL = {"principal": f"[reference(resourceId('{IDENTITY}', 'id')).principalId]"}


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (_template(_resource(VAULT, "[createArray('a')[1]]")), "there is no [1]"),
        (_template(_resource(VAULT, "[parameters('a')]")), "there is no `a`"),
        (_template(_resource(VAULT, "a"), _resource(VAULT, "a")), "is made twice"),
        (
            _template(_resource(IDENTITY, "id"), outputs={"a": {"type": "int", "value": "b"}}),
            "not of the type int",
        ),
        (
            _template(parameters={"a": {"type": "int", "defaultValue": 3, "maxValue": 2}}),
            "`a` may not be 3",
        ),
        (_template(parameters={"a": {"type": "string"}}), "`a` has no value"),
        (
            _template(_resource(VAULT, "v", properties=PRINCIPAL), _resource(IDENTITY, "id")),
            "is read before it is made",
        ),
        (
            _template(
                _resource(IDENTITY, "id", condition=False),
                _resource(
                    VAULT,
                    "v",
                    properties=PRINCIPAL,
                    dependsOn=[f"[resourceId('{IDENTITY}', 'id')]"],
                ),
            ),
            "is read and was not made",
        ),
        (_template(_resource(VAULT, "v", dependsOn=["w"])), "which the template lacks"),
        (
            _template(_resource(VAULT, "v", dependsOn=[f"[resourceId('{VAULT}', 'v')]"])),
            "each waits for another",
        ),
        (_template(_resource(VAULT, "[substring('ab', 1, 2)]")), "reaches beyond"),
    ],
)
def test_it_stops_where_azure_would(template: dict[str, Any], reason: str) -> None:
    with pytest.raises(DeploymentError) as stopped:
        deploy(template, {})

    assert reason in str(stopped.value)


def test_resources_are_made_after_what_they_depend_on_and_loops_are_rolled_out() -> None:
    vault = _resource(
        VAULT,
        "[format('v{0}', copyIndex())]",
        copy={"name": "vaults", "count": 2},
        properties=PRINCIPAL,
        dependsOn=[f"[resourceId('{IDENTITY}', 'id')]"],
    )

    made = deploy(_template(vault, _resource(IDENTITY, "id")), {})

    assert [each.name for each in made.resources.values()] == ["id", "v0", "v1"]
    start = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers"
    assert made.of_type(VAULT)[1].id == f"{start}/{VAULT}/v1"


def test_a_secret_is_known_by_its_mark_also_in_base64() -> None:
    made = deploy(
        _template(
            _resource(VAULT, "v", properties={"hidden": "[base64(parameters('password'))]"}),
            parameters={"password": {"type": "securestring"}},
        ),
        {},
    )

    assert SECRET in made.of_type(VAULT)[0].body["properties"]["hidden"]


def test_the_first_rule_that_fits_decides_and_the_network_is_open_without_one() -> None:
    deny = {
        "access": "Deny",
        "direction": "Inbound",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    }
    allow = {
        **deny,
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "10.0.0.0/24",
        "destinationPortRange": "1000-2000",
    }

    def let_through(*rules: dict[str, Any], source: str = "10.0.0.9", port: int = 1433) -> bool:
        return is_let_through(rules, "Inbound", Flow(source, "10.0.1.4", port, "Tcp"))

    assert let_through()
    assert let_through(allow, deny)
    assert not let_through(deny, allow)
    assert not let_through(allow, deny, source="10.0.2.9")
    assert not let_through(allow, deny, port=22)
