"""The script that hardens the jump box: what it closes, and what it must not close."""

from __future__ import annotations

import re

import pytest

from .conftest import ROOT, Script, command_name, nodes_of, text_of


@pytest.fixture
def harden() -> Script:
    """The script that hardens the jump box."""
    return Script(ROOT / "templates/access/jump-box/scripts/harden-jump-box.ps1")


def body(script: Script, function: str) -> str:
    """Give the text of a function."""
    return text_of(script.functions[function])


def test_every_part_of_the_hardening_runs(harden: Script) -> None:
    called = [command_name(node) for node in harden.commands]
    for part in (
        "Set-Firewall",
        "Set-RemoteDesktop",
        "Set-TransportSecurity",
        "Set-FileSharing",
        "Protect-Credential",
        "Set-Auditing",
        "Set-Defender",
        "Disable-UnusedService",
    ):
        assert called.count(part) == 1, part


def test_remote_desktop_stays_open_and_everything_else_is_closed(harden: Script) -> None:
    text = body(harden, "Set-Firewall")

    assert "-DefaultInboundAction Block" in text
    assert "$kept -notcontains $_.Group" in text
    assert text.index("Disable-NetFirewallRule") < text.index(
        "Get-NetFirewallRule -Group $RemoteDesktopRules | Enable-NetFirewallRule"
    )


def test_people_are_asked_who_they_are_before_a_desktop_is_made(harden: Script) -> None:
    text = body(harden, "Set-RemoteDesktop")

    for value in ("'UserAuthentication' 1", "'SecurityLayer' 2", "'MinEncryptionLevel' 3"):
        assert text.count(value) == 2, value
    assert "'MaxIdleTime' ($IdleMinutes * 60000)" in text
    for apart in ("fDisableCdm", "fDisableClip"):
        assert apart in text


def test_nothing_older_than_tls_1_2_is_spoken(harden: Script) -> None:
    text = body(harden, "Set-TransportSecurity")

    assert re.search(r"@\('SSL 2\.0', 'SSL 3\.0', 'TLS 1\.0', 'TLS 1\.1'\)", text)
    assert "'TLS 1.2" not in text.split("foreach ($old")[0]
    assert r"TLS 1.2\$side" in text


def test_file_sharing_is_signed_and_of_no_old_version(harden: Script) -> None:
    text = body(harden, "Set-FileSharing")

    assert "EnableSMB1Protocol = $false; RequireSecuritySignature = $true" in text
    assert "-FeatureName 'SMB1Protocol'" in text


def test_rules_and_subcategories_are_named_by_guid_once_each(harden: Script) -> None:
    """Their names are translated in other languages of Windows."""
    rules = re.findall(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'", harden.text)
    assert len(rules) == len(set(rules)) == 13
    subcategories = re.findall(r"'(0CCE92[0-9A-F]{2})'", harden.text)
    assert len(subcategories) == len(set(subcategories)) == 14


def test_programs_are_started_by_their_full_path(harden: Script) -> None:
    (call,) = [node for node in harden.commands if command_name(node) == "Invoke-Native"]

    assert "-FilePath $auditpol" in text_of(call)
    assert r"Join-Path $env:SystemRoot 'System32\auditpol.exe'" in body(harden, "Set-Auditing")


def test_what_is_already_as_wanted_is_not_written_again(harden: Script) -> None:
    text = body(harden, "Set-MachineValue")

    assert text.index("GetValue") < text.index("return") < text.index("SetValue")


def test_registry_is_written_in_one_place(harden: Script) -> None:
    writers = {
        name
        for name, function in harden.functions.items()
        for node in nodes_of(function, "member_access", "invokation_expression")
        if "Registry]::SetValue" in text_of(node)
    }

    assert writers == {"Set-MachineValue"}
