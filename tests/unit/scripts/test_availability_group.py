"""The script of the availability group: the order of its steps, and what it never does."""

from __future__ import annotations

import pytest

from .conftest import TEMPLATES, Script, command_name, nodes_of

SCRIPT = TEMPLATES / "database/sql-vm-availability-group/scripts/availability-group.ps1"


@pytest.fixture
def script() -> Script:
    return Script(SCRIPT)


def _calls(script: Script, function: str) -> list[str]:
    commands = nodes_of(script.functions[function], "command")
    return [name for name in map(command_name, commands) if name in script.functions]


def test_steps_come_in_the_order_that_the_group_needs(script: Script) -> None:
    assert _calls(script, "Initialize-OctopusDatabase") == [
        "Wait-ForMachines",
        "Get-PrimaryMachine",
        "Grant-Logins",
        "Set-GroupSeeding",
        "New-OctopusDatabase",
        "Add-DatabaseToGroup",
        "Wait-ForReplicas",
        "Grant-Database",
        "Test-Listener",
    ]


def test_nothing_is_dropped_restored_over_or_failed_over(script: Script) -> None:
    text = script.text.upper()
    for never in ("DROP ", "REMOVE DATABASE", "WITH REPLACE", "FORCE_FAILOVER", "REMOVE REPLICA"):
        assert never not in text


def test_primary_is_asked_for_and_not_assumed(script: Script) -> None:
    """After a failover another machine is primary than the one that the script runs on."""
    assert "$env:COMPUTERNAME" not in script.text
    for function in ("New-OctopusDatabase", "Add-DatabaseToGroup", "Grant-DatabaseToLogin"):
        assert "Get-MachineAddress $Primary" in script.functions[function].text.decode()  # type: ignore[union-attr]


def test_every_wait_has_a_limit_and_says_what_it_waits_for(script: Script) -> None:
    retries = [
        command.text.decode()  # type: ignore[union-attr]
        for command in script.commands
        if command_name(command) == "Invoke-WithRetry"
    ]
    assert len(retries) >= 3
    assert all("-What" in text and "-Attempts" in text for text in retries)


def test_login_has_the_same_identity_on_every_machine(script: Script) -> None:
    grant = script.functions["Grant-Logins"].text.decode()  # type: ignore[union-attr]

    first, then = (
        grant.index("-Machine $Primary -Sid ''"),
        grant.index("-Machine $machine -Sid $sid"),
    )
    assert first < grant.index("Get-LoginSid $Primary") < then
