"""What the scripts of the domain controllers and of the file servers do in which order."""

from __future__ import annotations

import re

import pytest

from .conftest import ROOT, Script, command_name, nodes_of, text_of

CONTROLLER = ROOT / "templates/domain/new/scripts/domain-controller.ps1"
FILE_SERVER = ROOT / "templates/storage/dfs-replication/scripts/file-server.ps1"
SWITCH = ROOT / "templates/storage/dfs-replication/scripts/switch-replica.ps1"


@pytest.fixture
def controller() -> Script:
    """The script of the domain controllers."""
    return Script(CONTROLLER)


@pytest.fixture
def file_server() -> Script:
    """The script of the file servers."""
    return Script(FILE_SERVER)


@pytest.fixture
def switch() -> Script:
    """The script that leads the nodes to the other replica."""
    return Script(SWITCH)


def body_of(script: Script, function: str) -> str:
    """Give the text of a function."""
    return text_of(script.functions[function])


def calls_of(script: Script, function: str) -> list[str]:
    """Name the commands in a function, in the order of the text."""
    return [command_name(node) for node in nodes_of(script.functions[function], "command")]


def users_of(script: Script, command: str) -> set[str]:
    """Name the functions that call a command."""
    return {name for name in script.functions if command in calls_of(script, name)}


def test_a_controller_is_promoted_once(controller: Script) -> None:
    body = body_of(controller, "New-DomainController")
    assert body.index("Test-IsController") < body.index("return") < body.index("Install-Features")
    for cmdlet, function in (
        ("Install-ADDSForest", "Install-Forest"),
        ("Install-ADDSDomainController", "Install-Controller"),
    ):
        assert users_of(controller, cmdlet) == {function}
        assert users_of(controller, function) == {"New-DomainController"}


def test_no_second_domain_is_made_beside_one_that_answers(controller: Script) -> None:
    body = body_of(controller, "New-DomainController")
    assert re.search(
        r"if \(\$Settings\.isFirst -and -not \(Test-PartnerHasDomain\)\) \{\s+Install-Forest\s+\}",
        body,
    )


def test_the_machine_restarts_after_the_run_command_and_never_inside(controller: Script) -> None:
    assert "NoRebootOnCompletion          = $true" in body_of(controller, "Get-PromotionOptions")
    assert "Restart-Computer" not in controller.text
    assert calls_of(controller, "New-DomainController")[-1] == "Restart-Later"
    assert "'/r', '/t', '60'" in body_of(controller, "Restart-Later")


def test_directory_and_sysvol_lie_on_the_data_disk(controller: Script) -> None:
    options = body_of(controller, "Get-PromotionOptions")
    for key in ("DatabasePath", "LogPath", "SysvolPath"):
        assert re.search(rf'{key} += "\$\{{DataLetter\}}:', options)


@pytest.mark.parametrize(
    "setting",
    [
        "LDAPServerIntegrity=4,2",
        "LdapEnforceChannelBinding=4,2",
        "LanManServer\\Parameters\\RequireSecuritySignature=4,1",
        "LanmanWorkstation\\Parameters\\RequireSecuritySignature=4,1",
        "LmCompatibilityLevel=4,5",
        "Kerberos\\Parameters\\SupportedEncryptionTypes=4,2147483640",
    ],
)
def test_the_controllers_get_secure_settings_by_policy(controller: Script, setting: str) -> None:
    """As a registry value alone, the default policy of the controllers would take it back."""
    start = controller.text.index("$ComputerValues = @(")
    end = controller.text.index("$KnownSecrets", start)
    assert setting in controller.text[start:end]
    assert "-Values $ControllerValues" in body_of(controller, "Initialize-Domain")
    assert "-Order 1" in body_of(controller, "Set-SecurityPolicy")


def test_the_accounts_have_aes_keys_and_few_rights(controller: Script) -> None:
    assert "-KerberosEncryptionType @('AES128', 'AES256')" in body_of(
        controller, "New-ServiceAccount"
    )
    assert "Domain Admins" not in controller.text
    assert "Add-ADGroupMember" not in controller.text
    join = body_of(controller, "Grant-JoinRights")
    assert "GA" not in join
    assert "$Settings.unit" in join
    assert "distinguishedName" not in join
    assert "'ms-DS-MachineAccountQuota' = 0" in body_of(controller, "Set-DomainDefaults")


def test_the_domain_is_set_up_on_the_first_controller_only(controller: Script) -> None:
    body = body_of(controller, "Initialize-Controller")
    first = body[body.index("if ($Settings.isFirst)") : body.index("else")]
    assert first.index("Set-AdministratorPassword") < first.index("Invoke-AsAccount")
    assert users_of(controller, "Invoke-AsAccount") == {"Initialize-Controller"}


def test_names_that_the_controllers_do_not_know_are_asked_of_azure(controller: Script) -> None:
    assert "$AzureDns = '168.63.129.16'" in controller.text
    body = body_of(controller, "Set-NameResolution")
    assert "Set-DnsServerForwarder -IPAddress $AzureDns -UseRootHint $false" in body


@pytest.mark.parametrize("path", [CONTROLLER, FILE_SERVER])
def test_what_an_account_does_leaves_neither_task_nor_secret_behind(path: object) -> None:
    script = Script(path)  # type: ignore[arg-type]
    body = body_of(script, "Invoke-AsAccount")
    cleaned = body[body.index("finally") :]
    assert "Unregister-ScheduledTask" in cleaned
    assert "Remove-Item -LiteralPath $HandoverFile" in cleaned
    opened = body_of(script, "Open-Handover")
    assert opened.index("Remove-Item") < opened.index("Unprotect")


def test_namespace_and_replication_are_made_by_the_account_of_the_domain(
    file_server: Script,
) -> None:
    """LocalSystem of a server may not change the directory."""
    for name in ("New-DfsnRoot", "New-DfsnFolder", "New-DfsReplicationGroup", "Set-DfsrMembership"):
        for user in users_of(file_server, name):
            assert user in {
                "Initialize-Root",
                "Initialize-Folder",
                "Initialize-Group",
                "Set-Membership",
            }
    assert users_of(file_server, "Publish-Folders") == {"Invoke-AccountStep"}
    assert "'Account' { Invoke-AccountStep }" in body_of(file_server, "Invoke-Task")


def test_one_target_is_online_and_a_run_never_changes_which(file_server: Script) -> None:
    body = body_of(file_server, "Initialize-Folder")
    assert body.count("-TargetState Online") == 1
    assert "-State Offline" in body
    assert "Set-DfsnFolderTarget" not in file_server.text
    publish = calls_of(file_server, "Publish-Folders")
    assert publish.index("Assert-OneActiveTarget") < publish.index("Wait-ForReplication")
    assert "$online.Count -ne 1" in body_of(file_server, "Assert-OneActiveTarget")


def test_the_first_contents_are_named_once(file_server: Script) -> None:
    """Said again, the primary member would win over newer files of the other one."""
    body = body_of(file_server, "Set-Membership")
    assert body.count("PrimaryMember") == 1
    guard = body.index("if (\"$($present.ContentPath)\" -eq '')")
    assert guard < body.index("PrimaryMember") < body.index("elseif")


def test_files_of_every_name_are_replicated(file_server: Script) -> None:
    """By default *.bak, *.tmp and ~* would stay behind."""
    assert "-FileNameToExclude 'node-*.tmp'" in body_of(file_server, "Initialize-Group")


def test_only_the_active_server_lets_the_nodes_write(file_server: Script) -> None:
    share = body_of(file_server, "Initialize-ContentShare")
    assert "-EncryptData $true" in share
    assert "-CachingMode None" in share
    assert "Everyone" not in file_server.text
    right = body_of(file_server, "Get-NodeRight")
    assert re.search(
        r"\$Settings\.machineName -eq \$Settings\.activeServer\) \{\s+return 'Change'", right
    )
    # Modify, and neither full control nor the right to change rights.
    assert "0x1301bf" in body_of(file_server, "Set-ContentAccess")


def test_a_switch_turns_the_old_target_off_before_the_new_one_on(switch: Script) -> None:
    body = body_of(switch, "Switch-Replica")
    order = [
        "Assert-Caller",
        "Assert-NothingIsOpen",
        "Assert-NothingIsBehind",
        "Set-ShareRight -Name $other -Right 'Read'",
        "Set-Target -Name $other -State 'Offline'",
        "Set-ShareRight -Name $Server -Right 'Change'",
        "Set-Target -Name $Server -State 'Online'",
        "Assert-Switched",
    ]
    places = [body.index(step) for step in order]
    assert places == sorted(places)
    # Again after nobody can write any more.
    assert body.rindex("Assert-NothingIsBehind") > body.index("-Right 'Read'")


def test_a_forced_switch_asks_nothing_of_the_lost_server(switch: Script) -> None:
    body = body_of(switch, "Switch-Replica")
    forced = body[body.index("if ($Force)") : body.index("else {")]
    assert "Assert-" not in forced
    assert "Set-ShareRight" not in forced
    assert "WARNING" in forced


def test_a_switch_that_is_done_changes_nothing(switch: Script) -> None:
    target = body_of(switch, "Set-Target")
    assert target.index("return") < target.index("Set-DfsnFolderTarget -Path")
    right = body_of(switch, "Set-ShareRight")
    assert right.index("continue") < right.index("Revoke-SmbShareAccess")


def test_the_scripts_and_octopus_know_the_same_folders(
    file_server: Script, bootstrap: Script
) -> None:
    listed = re.search(r"\$SharedFolders = ('.+')", file_server.text)
    assert listed
    names = set(re.findall(r"'(\w+)'", listed[1]))
    block = bootstrap.text[bootstrap.text.index("$SharedFolders = [ordered]@{") :]
    assert names == set(re.findall(r"^    (\w+) +=", block[: block.index("}")], re.MULTILINE))
