"""Every script of the templates parses and keeps to the rules for running unattended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tree_sitter import Node

from .conftest import Script, command_name, name_of, nodes_of, text_of

# Managed run commands take scripts inline up to about this size.
LARGEST_SCRIPT = 64 * 1024

# Cmdlets of Windows PowerShell 5.1 and Windows Server 2022 that the scripts may use; a typing
# error is not among them.
CMDLETS = frozenset(
    {
        "Add-ClusterDisk",
        "Add-ClusterNode",
        "Add-ClusterResource",
        "Add-Content",
        "Add-DfsrConnection",
        "Add-DfsrMember",
        "Add-LocalGroupMember",
        "Add-MpPreference",
        "Add-PartitionAccessPath",
        "Add-Type",
        "Clear-Disk",
        "Clear-DnsClientCache",
        "ConvertFrom-Json",
        "ConvertTo-Json",
        "ConvertTo-SecureString",
        "Copy-Item",
        "Disable-NetFirewallRule",
        "Disable-WindowsOptionalFeature",
        "Enable-ADOptionalFeature",
        "Enable-NetFirewallRule",
        "ForEach-Object",
        "Format-Volume",
        "Get-ADComputer",
        "Get-ADDomain",
        "Get-ADObject",
        "Get-ADOptionalFeature",
        "Get-ADOrganizationalUnit",
        "Get-ADReplicationPartnerMetadata",
        "Get-ADReplicationSite",
        "Get-ADReplicationSubnet",
        "Get-AuthenticodeSignature",
        "Get-ChildItem",
        "Get-CimInstance",
        "Get-Cluster",
        "Get-ClusterAvailableDisk",
        "Get-ClusterGroup",
        "Get-ClusterNetwork",
        "Get-ClusterParameter",
        "Get-ClusterResource",
        "Get-Command",
        "Get-Content",
        "Get-DfsReplicatedFolder",
        "Get-DfsReplicationGroup",
        "Get-DfsnFolder",
        "Get-DfsnFolderTarget",
        "Get-DfsnRoot",
        "Get-DfsnRootTarget",
        "Get-DfsrBacklog",
        "Get-DfsrConnection",
        "Get-DfsrMember",
        "Get-DfsrMembership",
        "Get-Disk",
        "Get-DnsClientServerAddress",
        "Get-DnsServerForwarder",
        "Get-FileHash",
        "Get-GPInheritance",
        "Get-GPO",
        "Get-Item",
        "Get-NetFirewallRule",
        "Get-NetIPConfiguration",
        "Get-Partition",
        "Get-PartitionSupportedSize",
        "Get-ScheduledTask",
        "Get-ScheduledTaskInfo",
        "Get-Service",
        "Get-SmbGlobalMapping",
        "Get-SmbOpenFile",
        "Get-SmbShare",
        "Get-SmbShareAccess",
        "Get-Volume",
        "Get-WindowsOptionalFeature",
        "Grant-SmbShareAccess",
        "Initialize-Disk",
        "Install-ADDSDomainController",
        "Install-ADDSForest",
        "Install-WindowsFeature",
        "Invoke-RestMethod",
        "Join-Path",
        "Move-ClusterGroup",
        "Move-Item",
        "New-ADComputer",
        "New-ADGroup",
        "New-ADOrganizationalUnit",
        "New-ADReplicationSubnet",
        "New-ADUser",
        "New-CimSession",
        "New-Cluster",
        "New-DfsReplicatedFolder",
        "New-DfsReplicationGroup",
        "New-DfsnFolder",
        "New-DfsnFolderTarget",
        "New-DfsnRoot",
        "New-DfsnRootTarget",
        "New-GPLink",
        "New-GPO",
        "New-Item",
        "New-ItemProperty",
        "New-NetFirewallRule",
        "New-Object",
        "New-Partition",
        "New-ScheduledTaskAction",
        "New-ScheduledTaskPrincipal",
        "New-ScheduledTaskSettingsSet",
        "New-ScheduledTaskTrigger",
        "New-SmbGlobalMapping",
        "New-SmbShare",
        "New-TimeSpan",
        "Out-Null",
        "Register-ScheduledTask",
        "Remove-CimSession",
        "Remove-Item",
        "Remove-NetFirewallRule",
        "Remove-SmbGlobalMapping",
        "Rename-ADObject",
        "Resize-Partition",
        "Resolve-DnsName",
        "Restart-Service",
        "Revoke-SmbShareAccess",
        "Select-Object",
        "Set-ADAccountPassword",
        "Set-ADComputer",
        "Set-ADDefaultDomainPasswordPolicy",
        "Set-ADDomain",
        "Set-ADObject",
        "Set-ClusterOwnerNode",
        "Set-ClusterParameter",
        "Set-ClusterQuorum",
        "Set-Content",
        "Set-DfsnFolderTarget",
        "Set-DfsrGroupSchedule",
        "Set-DfsrMembership",
        "Set-Disk",
        "Set-DnsClientServerAddress",
        "Set-DnsServerForwarder",
        "Set-DnsServerScavenging",
        "Set-MpPreference",
        "Set-NetFirewallProfile",
        "Set-Service",
        "Set-SmbServerConfiguration",
        "Set-StrictMode",
        "Sort-Object",
        "Split-Path",
        "Start-ClusterGroup",
        "Start-ClusterResource",
        "Start-ScheduledTask",
        "Start-Sleep",
        "Stop-ClusterGroup",
        "Stop-Service",
        "Test-Cluster",
        "Test-Path",
        "Unregister-ScheduledTask",
        "Update-DfsrConfigurationFromAD",
        "Where-Object",
        "Write-Host",
    }
)
APPROVED_VERBS = frozenset(
    {
        "Add",
        "Assert",
        "Complete",
        "Connect",
        "ConvertTo",
        "Disable",
        "Enable",
        "Expand",
        "Find",
        "Format",
        "Get",
        "Grant",
        "Initialize",
        "Install",
        "Invoke",
        "Join",
        "Move",
        "New",
        "Open",
        "Protect",
        "Publish",
        "Read",
        "Register",
        "Restart",
        "Save",
        "Send",
        "Set",
        "Show",
        "Start",
        "Stop",
        "Switch",
        "Test",
        "Uninstall",
        "Update",
        "Wait",
        "Write",
    }
)
AUTOMATIC = frozenset({"_", "true", "false", "null", "env", "matches", "pscommandpath", "psitem"})
READS_SECRETS = frozenset(
    {
        "Get-VaultEntry",
        "Get-VaultSecret",
        "Get-ManagedIdentityToken",
        "Get-OctopusConnectionString",
        "Get-MasterKey",
        "Get-PortalCertificate",
        # What turns the secrets of the operator into text, and into the documents of an appliance.
        "Get-SecretText",
        "Get-CertificateValues",
        "Get-UnitValues",
        "Get-PortalValues",
        "Read-Document",
        "Get-GivenSecret",
        "Get-SecureSecret",
    }
)
# Gives what anybody may see: thumbprint, names and dates of a certificate, the kind of a password.
GIVES_PUBLIC_PARTS = frozenset({"Read-PortalCertificate"})
WRITES_TEXT = frozenset(
    {
        "Write-Host",
        "Write-Output",
        "Write-Verbose",
        "Write-Debug",
        "Write-Warning",
        "Write-Error",
        "Write-Information",
        "Add-Content",
        "Out-File",
        "Set-Content",
        "Tee-Object",
        "Start-Transcript",
        "Export-Csv",
        "Export-Clixml",
    }
)


def test_script_parses_without_error(script: Script) -> None:
    broken = [
        f"{node.start_point.row + 1}: {node.type} {text_of(node)[:60]}"
        for node in nodes_of(script.tree)
        if node.type == "ERROR" or node.is_missing
    ]
    assert broken == []


def test_script_is_plain_ascii_with_unix_line_ends_and_small_enough_to_go_inline(
    script: Script,
) -> None:
    assert all(byte < 128 for byte in script.data)
    assert b"\r" not in script.data
    assert b"\t" not in script.data
    assert script.data.endswith(b"}\n")
    assert len(script.data) < LARGEST_SCRIPT


def test_script_explains_itself_and_every_parameter(script: Script) -> None:
    assert script.text.startswith("<#\n.SYNOPSIS\n")
    help_text = script.text[: script.text.index("#>")]
    for section in (".DESCRIPTION", ".EXAMPLE"):
        assert f"\n{section}\n" in help_text
    block = next(nodes_of(script.tree, "param_block"))
    declared = {text_of(parameter)[1:] for parameter in parameters_of(block)}
    assert declared == set(re.findall(r"^\.PARAMETER (\w+)$", help_text, re.MULTILINE))


def test_script_begins_with_strict_mode_and_stops_at_the_first_error(script: Script) -> None:
    statements = next(node for node in script.tree.children if node.type == "statement_list")
    assert [text_of(node) for node in statements.children[:2]] == [
        "Set-StrictMode -Version Latest",
        "$ErrorActionPreference = 'Stop'",
    ]


def test_commands_are_known_cmdlets_or_functions_of_the_script_and_never_aliases(
    script: Script,
) -> None:
    known = CMDLETS | set(script.functions)
    assert sorted({command_name(node) for node in script.commands} - known) == []


def test_functions_are_called_and_named_with_an_approved_verb(script: Script) -> None:
    called = {command_name(node) for node in script.commands}
    assert sorted(set(script.functions) - called) == []
    assert (
        sorted(name for name in script.functions if name.split("-")[0] not in APPROVED_VERBS) == []
    )


def test_functions_are_called_with_parameters_that_they_have(script: Script) -> None:
    wrong = []
    for command in script.commands:
        function = script.functions.get(command_name(command))
        if function is None:
            continue
        block = next(nodes_of(function, "param_block"), None)
        declared = {name_of(node) for node in parameters_of(block)} if block else set()
        used = {text_of(node)[1:].lower() for node in own_parameters(command)}
        if not used <= declared:
            wrong.append(f"{command.start_point.row + 1}: {text_of(command)}")
    assert wrong == []


def test_only_one_function_starts_programs(script: Script) -> None:
    """A program started elsewhere could fail without anybody noticing, or show its arguments."""
    starters = {"start-process", "invoke-expression", "cmd", "powershell"}
    names = {command_name(node).lower() for node in script.commands}
    assert names & starters == set()
    assert {name for name in names if "." in name} == set()
    for operator in nodes_of(script.tree, "command_invokation_operator"):
        assert text_of(operator.parent or operator) == "& $Action"
    process = [
        node
        for node in nodes_of(script.tree, "type_name")
        if text_of(node) == "System.Diagnostics.Process"
    ]
    assert {function_around(node) for node in process} <= {"Invoke-Native"}


def test_that_function_checks_the_exit_code_and_names_no_argument_but_the_first(
    script: Script,
) -> None:
    if "Invoke-Native" not in script.functions:
        pytest.skip("the script starts no program")
    body = text_of(script.functions["Invoke-Native"])
    assert re.search(r"if \(\$AllowedExitCodes -notcontains \$code\) \{\s+throw ", body)
    thrown = [
        text_of(node)
        for node in nodes_of(script.functions["Invoke-Native"], "flow_control_statement")
    ]
    for statement in (text for text in thrown if text.startswith("throw")):
        assert "$start" not in statement
        assert statement.replace("$($Arguments[0])", "").count("$Arguments") == 0


def test_every_program_is_given_its_arguments_one_by_one(script: Script) -> None:
    """One string would have to be quoted by hand."""
    calls = [node for node in script.commands if command_name(node) == "Invoke-Native"]
    assert bool(calls) == ("Invoke-Native" in script.functions)
    for call in calls:
        assert re.search(r"-Arguments (@\(|\$arguments\b)", text_of(call)), text_of(call)


def test_only_the_log_function_writes_text_for_people(script: Script) -> None:
    writers = {
        (function_around(node), command_name(node))
        for node in script.commands
        if command_name(node) in WRITES_TEXT
    }
    assert writers <= {
        ("Write-Log", "Add-Content"),
        ("Write-Log", "Write-Host"),
        ("Set-State", "Set-Content"),
        ("Save-Settings", "Set-Content"),
        ("Save-Script", "Set-Content"),
    }
    assert "Protect-Text $Message" in text_of(script.functions["Write-Log"])


def test_no_secret_reaches_the_log_a_message_or_a_file(script: Script) -> None:
    shown = [
        node
        for node in script.commands
        if command_name(node) in {"Write-Log", "Write-Event", "Set-State", "Save-Settings"}
    ]
    shown += [
        node
        for node in nodes_of(script.tree, "flow_control_statement")
        if text_of(node).startswith("throw")
    ]
    assert shown
    for node in shown:
        secret = secret_variables(script, function_around(node))
        used = {name_of(variable) for variable in nodes_of(node, "variable")}
        assert used & secret == set(), text_of(node)
        assert {
            command_name(inner) for inner in nodes_of(node, "command")
        } & READS_SECRETS == set(), text_of(node)


def test_secrets_on_a_command_line_are_preceded_by_the_check_for_recorded_command_lines(
    script: Script,
) -> None:
    for name, function in script.functions.items():
        text = text_of(function)
        passed = re.search(r'"--\w+=\$\(Get-', text)
        if passed:
            assert 0 <= text.find("Assert-CommandLinesAreNotRecorded") < passed.start(), name


def test_variables_are_assigned_before_strict_mode_meets_them(script: Script) -> None:
    outer = assigned_in(script.tree, skip_functions=True) | AUTOMATIC
    unknown = []
    for name, function in script.functions.items():
        known = outer | assigned_in(function)
        used = {
            name_of(node) for node in nodes_of(function, "variable") if ":" not in name_of(node)
        }
        unknown += [f"{name}: ${variable}" for variable in sorted(used - known)]
    assert unknown == []


def parameters_of(block: Node) -> Iterator[Node]:
    """Give the variables that a param block declares."""
    for parameter in nodes_of(block, "script_parameter"):
        yield next(child for child in parameter.children if child.type == "variable")


def own_parameters(command: Node) -> Iterator[Node]:
    """Give the -Names of a command itself, without those of commands inside its arguments."""
    for elements in (child for child in command.children if child.type == "command_elements"):
        yield from (child for child in elements.children if child.type == "command_parameter")


def function_around(node: Node) -> str:
    """Name the function that a node stands in, or nothing at the top."""
    current: Node | None = node
    while current is not None and current.type != "function_statement":
        current = current.parent
    return text_of(next(nodes_of(current, "function_name"))) if current else ""


def assigned_in(root: Node, *, skip_functions: bool = False) -> set[str]:
    """Name the variables that are parameters, loop variables or targets of an assignment."""
    found: set[str] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if skip_functions and node.type == "function_statement":
            continue
        if node.type in {"left_assignment_expression", "script_parameter"}:
            found |= {name_of(variable) for variable in nodes_of(node, "variable")}
        if node.type == "foreach_statement":
            found.add(name_of(next(nodes_of(node, "variable"))))
        pending += node.children
    return found


def secret_variables(script: Script, function_name: str) -> set[str]:
    """Name the variables of a function that hold a secret, directly or through another variable."""
    function = script.functions.get(function_name)
    if function is None:
        return set()
    secret: set[str] = {"bearer", "headers", "known"}
    for _ in range(3):
        for assignment in nodes_of(function, "assignment_expression"):
            target, value = assignment.children[0], assignment.children[-1]
            called = {command_name(node) for node in nodes_of(value, "command")}
            carries = {name_of(node) for node in nodes_of(value, "variable")} & secret
            if called & READS_SECRETS or (carries and not called & GIVES_PUBLIC_PARTS):
                secret |= {name_of(node) for node in nodes_of(target, "variable")}
    return secret
