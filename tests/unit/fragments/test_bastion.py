"""Azure Bastion: the one way to the desktops of the nodes."""

from __future__ import annotations

from typing import Any

from .conftest import Compiled, Component

BASTION = "access/bastion"
BASIC = "network.access=[{kind: bastion, sku: Basic, native_client: false}]"
NO_ZONES = "[if(empty(parameters('zones')), null(), parameters('zones'))]"


def _host(compiled: Compiled) -> dict[str, Any]:
    return compiled.only("Microsoft.Network/bastionHosts")


def test_standard_keeps_clipboard_files_and_links_off(component: Component) -> None:
    host = _host(component(BASTION))

    assert host["sku"]["name"] == "Standard"
    properties = host["properties"]
    assert properties["disableCopyPaste"] is True
    for flag in ("enableFileCopy", "enableIpConnect", "enableShareableLink"):
        assert properties[flag] is False
    assert properties["enableTunneling"] == "[parameters('enableNativeClient')]"
    assert properties["scaleUnits"] == "[parameters('scaleUnits')]"


def test_basic_is_sent_nothing_that_only_standard_knows(component: Component) -> None:
    """Azure refuses a Basic host with a flag of Standard, even one that is false."""
    compiled = component(BASTION, BASIC)

    assert _host(compiled)["sku"]["name"] == "Basic"
    assert set(_host(compiled)["properties"]) == {"ipConfigurations"}
    assert not {"scaleUnits", "enableNativeClient"} & set(compiled.parameters)


def test_address_is_standard_static_and_spans_the_zones(component: Component) -> None:
    address = component(BASTION).only("Microsoft.Network/publicIPAddresses")

    assert address["sku"] == {"name": "Standard", "tier": "Regional"}
    assert address["properties"]["publicIPAllocationMethod"] == "Static"
    assert address["zones"] == NO_ZONES


def test_host_spans_the_zones_where_there_are_any(component: Component) -> None:
    assert _host(component(BASTION))["zones"] == NO_ZONES
    assert component(BASTION, "nodes.zones=[]").parameters["zones"]["defaultValue"] == []


def test_subnet_comes_from_outside_and_has_no_default(component: Component) -> None:
    compiled = component(BASTION)
    (configuration,) = _host(compiled)["properties"]["ipConfigurations"]

    assert configuration["properties"]["subnet"]["id"] == "[parameters('bastionSubnetResourceId')]"
    assert "defaultValue" not in compiled.parameters["bastionSubnetResourceId"]


def test_sessions_are_logged(component: Component) -> None:
    scopes = [
        setting["scope"]
        for setting in component(BASTION).all("Microsoft.Insights/diagnosticSettings")
    ]

    assert len(scopes) == 2
    assert "Microsoft.Network/bastionHosts" in scopes[0]
    assert "Microsoft.Network/publicIPAddresses" in scopes[1]
