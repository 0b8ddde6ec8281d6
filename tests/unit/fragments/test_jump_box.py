"""The jump box: a machine that nobody reaches from the Internet, and that forgets nobody was there."""

from __future__ import annotations

import pytest

from .conftest import Component

JUMP = "access/jump-box"
MACHINE = "Microsoft.Compute/virtualMachines"
EXTENSIONS = f"{MACHINE}/extensions"
DOMAIN = (
    "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
    "network.dns_servers=[10.0.0.4, 10.0.0.5]",
)


def access(text: str) -> str:
    """Write the setting for a jump box behind Bastion."""
    return f"network.access=[{{kind: bastion}}, {{kind: jump-box, {text}}}]"


def test_machine_has_no_public_address_and_starts_trusted(component: Component) -> None:
    compiled = component(JUMP)
    properties = compiled.only(MACHINE)["properties"]

    assert compiled.all("Microsoft.Network/publicIPAddresses") == []
    interface = compiled.only("Microsoft.Network/networkInterfaces")["properties"]
    assert "publicIPAddress" not in str(interface)
    assert properties["securityProfile"]["securityType"] == "TrustedLaunch"
    assert properties["securityProfile"]["encryptionAtHost"] == (
        "[if(parameters('encryptionAtHost'), true(), null())]"
    )
    assert properties["osProfile"]["adminPassword"] == "[parameters('adminPassword')]"
    assert compiled.parameters["adminPassword"]["type"] == "securestring"


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ((access("sign_in: entra"),), {"AADLoginForWindows", "AzureMonitorWindowsAgent"}),
        (
            (access("sign_in: domain"), *DOMAIN),
            {"JsonADDomainExtension", "AzureMonitorWindowsAgent"},
        ),
        ((access("sign_in: local"),), {"AzureMonitorWindowsAgent"}),
    ],
)
def test_people_sign_in_the_way_that_is_asked_for(
    component: Component, settings: tuple[str, ...], wanted: set[str]
) -> None:
    compiled = component(JUMP, *settings)

    assert {each["properties"]["type"] for each in compiled.all(EXTENSIONS)} == wanted
    assert ("domainJoinPassword" in compiled.parameters) is ("JsonADDomainExtension" in wanted)


def test_hardening_comes_last_and_carries_no_secret(component: Component) -> None:
    compiled = component(JUMP)
    command = compiled.only(f"{MACHINE}/runCommands")

    waited_for = " ".join(command["dependsOn"])
    assert "AADLoginForWindows" in waited_for
    assert "AzureMonitorWindowsAgent" in waited_for
    assert command["properties"]["treatFailureAsDeploymentFailure"] is True
    assert "protectedParameters" not in command["properties"]
    assert "adminPassword" not in str(command)
    settings = compiled.template["variables"]["hardeningConfiguration"]
    assert settings == {"idleMinutes": "[parameters('idleMinutes')]"}


def test_it_is_turned_off_at_night_unless_told_otherwise(component: Component) -> None:
    schedule = component(JUMP).only("Microsoft.DevTestLab/schedules")

    assert schedule["name"] == "[format('shutdown-computevm-{0}', parameters('computerName'))]"
    assert schedule["properties"]["taskType"] == "ComputeVmShutdownTask"
    assert component(JUMP).parameters["autoShutdownTime"]["defaultValue"] == "2000"
    stays = component(JUMP, access("auto_shutdown: null"))
    assert stays.all("Microsoft.DevTestLab/schedules") == []


def test_it_is_patched_by_day_because_it_is_off_at_night(component: Component) -> None:
    compiled = component(JUMP)
    window = compiled.only("Microsoft.Maintenance/maintenanceConfigurations")["properties"]

    assert window["maintenanceScope"] == "InGuestPatch"
    assert compiled.parameters["maintenanceStartTime"]["defaultValue"] == "12:00"
    patching = compiled.only(MACHINE)["properties"]["osProfile"]["windowsConfiguration"]
    assert patching["patchSettings"]["patchMode"] == "AutomaticByPlatform"


@pytest.mark.parametrize(
    ("stack", "wanted"),
    [("octopus", "octopus-jump"), ("abcdefghijkl", "abcdefghij-jump"), ("abcdefghi-kl", None)],
)
def test_its_name_fits_windows_whatever_the_stack_is_called(
    component: Component, stack: str, wanted: str | None
) -> None:
    name = component(JUMP, f"name={stack}").parameters["computerName"]["defaultValue"]

    assert len(name) <= 15
    assert name == (wanted or "abcdefghi-jump")


def test_a_name_of_ones_own_is_taken_as_it_is(component: Component) -> None:
    compiled = component(JUMP, access("computer_name: JUMP-01"))

    assert compiled.parameters["computerName"]["defaultValue"] == "JUMP-01"
