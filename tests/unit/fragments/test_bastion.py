"""Azure Bastion: the one way to the desktops of the nodes."""

from __future__ import annotations

from typing import Any

from .conftest import Compiled, Component

BASTION = "access/bastion"
BASIC = "network.access=[{kind: bastion, sku: Basic, native_client: false}]"
NO_ZONES = "[if(empty(parameters('zones')), null(), parameters('zones'))]"

# An address lives in one zone or in all three.
ALL_ZONES = "[if(empty(parameters('zones')), null(), createArray('1', '2', '3'))]"
PREMIUM = "network.access=[{kind: bastion, sku: Premium, %s}]"


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
    assert set(_host(compiled)["properties"]) == {"enableKerberos", "ipConfigurations"}
    assert not {"scaleUnits", "enableNativeClient"} & set(compiled.parameters)


def test_address_is_standard_static_and_spans_the_zones(component: Component) -> None:
    address = component(BASTION).only("Microsoft.Network/publicIPAddresses")

    assert address["sku"] == {"name": "Standard", "tier": "Regional"}
    assert address["properties"]["publicIPAllocationMethod"] == "Static"
    assert address["zones"] == ALL_ZONES


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
    assert "Microsoft.Network/publicIPAddresses" in scopes[0]
    assert "Microsoft.Network/bastionHosts" in scopes[1]


def test_recording_turns_the_native_client_off(component: Component) -> None:
    """A tunnel would be a session that is not recorded."""
    compiled = component(BASTION, PREMIUM % "session_recording: true")
    properties = _host(compiled)["properties"]

    assert properties["enableSessionRecording"] is True
    assert properties["enableTunneling"] is False
    assert "enableNativeClient" not in compiled.parameters
    assert "dnsName" in compiled.outputs


def test_premium_without_recording_says_so_and_keeps_the_native_client(
    component: Component,
) -> None:
    properties = _host(component(BASTION, PREMIUM % "scale_units: 2"))["properties"]

    assert properties["enableSessionRecording"] is False
    assert properties["enablePrivateOnlyBastion"] is False
    assert properties["enableTunneling"] == "[parameters('enableNativeClient')]"


def test_standard_is_sent_nothing_that_only_premium_knows(component: Component) -> None:
    assert not {"enableSessionRecording", "enablePrivateOnlyBastion"} & set(
        _host(component(BASTION))["properties"]
    )


def test_private_only_has_no_public_address_at_all(component: Component) -> None:
    compiled = component(BASTION, PREMIUM % "private_only: true")
    (configuration,) = _host(compiled)["properties"]["ipConfigurations"]

    assert compiled.all("Microsoft.Network/publicIPAddresses") == []
    assert "publicIPAddress" not in configuration["properties"]
    assert _host(compiled)["properties"]["enablePrivateOnlyBastion"] is True
