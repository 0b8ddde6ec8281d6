"""What the script of the failover cluster does in which order, as whom, and with which T-SQL."""

from __future__ import annotations

import re

import pytest

from .conftest import TEMPLATES, Script, command_name, nodes_of, text_of

PATH = TEMPLATES / "database/sql-vm-failover-cluster/scripts/failover-cluster.ps1"


@pytest.fixture(scope="module")
def cluster() -> Script:
    """The script that makes the cluster."""
    return Script(PATH)


def steps_of(script: Script, function: str) -> list[str]:
    """Name the script's own functions that a function calls, in the order of the text."""
    called = [command_name(node) for node in nodes_of(script.functions[function], "command")]
    return [name for name in called if name in script.functions]


def callers_of(script: Script, function: str) -> set[str]:
    """Name the functions that call a function."""
    return {name for name in script.functions if function in steps_of(script, name)}


def statements_of(script: Script) -> dict[str, str]:
    """Give the T-SQL in here-strings, by the function it is in."""
    found = {}
    for name, function in script.functions.items():
        for text in re.findall(r"@'\n(.*?)\n'@", text_of(function), re.DOTALL):
            if "using System" not in text:
                found[name] = text
    return found


def without_texts(statement: str) -> str:
    """Take the texts out of T-SQL; a quotation mark inside is doubled."""
    return re.sub(r"N?'(?:[^']|'')*'", "N''", statement)


def test_machine_is_prepared_before_it_knows_the_domain(cluster: Script) -> None:
    assert steps_of(cluster, "Initialize-Machine") == [
        "Uninstall-ImageInstance",
        "Install-ClusterFeature",
        "Set-FirewallRule",
        "Set-LoopbackNames",
    ]
    prepared = text_of(cluster.functions["Initialize-Machine"])
    assert "Account" not in prepared
    uninstall = text_of(cluster.functions["Uninstall-ImageInstance"])
    # A clustered instance is what this is all about; it is never taken for the image's.
    assert "Test-ClusteredInstance" in uninstall
    assert uninstall.index("return") < uninstall.index("'/ACTION=Uninstall'")


def test_cluster_comes_before_its_witness_its_storage_and_the_instance(cluster: Script) -> None:
    assert steps_of(cluster, "New-ClusterAndInstance") == [
        "Test-ClusterMember",
        "Test-ClusterAnswers",
        "Join-ClusterAndInstance",
        "Initialize-SharedDisks",
        "New-WindowsCluster",
        "Set-ClusterTolerance",
        "Set-Witness",
        "Test-FileShare",
        "Set-ShareCredential",
        "Initialize-ShareFolders",
        "Add-SharedDisksToCluster",
        "Move-FreeDisksHere",
        "Install-Instance",
    ]
    made = steps_of(cluster, "New-WindowsCluster")
    assert made.index("Test-ClusterConfiguration") < made.index("Invoke-WithRetry")


def test_instance_gets_its_name_before_anybody_connects_and_a_trial_last(cluster: Script) -> None:
    assert steps_of(cluster, "Complete-Instance") == [
        "Set-InstanceAddress",
        "Set-DistributedName",
        "Set-InstanceRegistry",
        "Restart-Instance",
        "Set-ServiceNames",
        "Assert-Edition",
        "Set-InstanceOptions",
        "Set-DiagnosticsPath",
        "New-OctopusDatabase",
        "Grant-Logins",
        "Set-Backups",
        "Test-Failover",
    ]


def test_failover_is_tried_once_and_not_while_octopus_runs(cluster: Script) -> None:
    trial = text_of(cluster.functions["Test-Failover"])

    assert "Invoke-WhenChanged -Step 'failover'" in trial
    assert trial.index("Test-DatabaseInUse") < trial.index("return") < trial.index("Move-Instance")
    # It ends where it began.
    assert trial.index("machines[1]") < trial.index("machines[0]")
    assert callers_of(cluster, "Restart-Instance") == {"Complete-Instance"}
    assert re.search(
        r"if \(-not \$script:RestartNeeded\) \{\s+return",
        text_of(cluster.functions["Restart-Instance"]),
    )


def test_a_disk_that_is_not_blank_is_never_formatted(cluster: Script) -> None:
    body = text_of(cluster.functions["Format-SharedDisk"])

    assert body.index("-ne 'RAW'") < body.index("throw") < body.index("Initialize-Disk")
    assert body.index("return") < body.index("Initialize-Disk")
    assert "Clear-Disk" not in cluster.text
    # In a cluster, a disk that the other machine holds may look blank.
    outer = text_of(cluster.functions["Initialize-SharedDisks"])
    assert re.search(r"if \(Test-ClusterMember\) \{\s+return", outer)
    assert callers_of(cluster, "Format-SharedDisk") == {"Initialize-SharedDisks"}


def test_nothing_removes_an_instance_a_cluster_or_a_database(cluster: Script) -> None:
    for command in ("Remove-Cluster", "Remove-ClusterNode", "RemoveNode", "DROP DATABASE"):
        assert command not in cluster.text


def test_domain_accounts_act_in_a_task_that_is_gone_afterwards(cluster: Script) -> None:
    body = text_of(cluster.functions["Invoke-AsAccount"])
    last = body[body.index("finally") :]

    assert "Unregister-ScheduledTask" in last
    assert "Remove-Item -LiteralPath $sealed" in last
    assert "-RunLevel Highest" in text_of(cluster.functions["Register-AccountTask"])
    # The arguments of the task name the step and hold no secret.
    (arguments,) = re.findall(r"\$arguments = \"([^\n]+)", cluster.text)
    assert "assword" not in arguments
    assert "Key" not in arguments


def test_account_of_sql_server_gets_the_key_of_the_share_and_nothing_else(cluster: Script) -> None:
    body = text_of(cluster.functions["Get-Handover"])

    assert "($AccountStep -ne 'Credential' -or $name -eq 'shareAccessKey')" in body
    # The password of the cluster account goes to the task itself and is handed to nobody.
    assert "clusterAccountPassword" not in body
    assert "Remove-Item -LiteralPath $AccountFolder -Recurse" in text_of(
        cluster.functions["Grant-ShareToSqlServer"]
    )


def test_what_is_handed_over_is_sealed_and_gone_once_read(cluster: Script) -> None:
    assert "ProtectedData]::Protect(" in text_of(cluster.functions["Protect-Handover"])
    body = text_of(cluster.functions["Open-Handover"])
    assert body.index("ReadAllBytes") < body.index("finally") < body.index("Remove-Item")
    assert steps_of(cluster, "Invoke-AccountStep")[0] == "Open-Handover"


def test_a_machine_that_was_made_again_joins_the_cluster_that_is_there(cluster: Script) -> None:
    body = text_of(cluster.functions["New-ClusterAndInstance"])

    assert body.index("Test-ClusterAnswers") < body.index("Join-ClusterAndInstance")
    # The disks of a living instance are never touched.
    assert body.index("return") < body.index("Initialize-SharedDisks")


@pytest.mark.parametrize("function", ["Install-Instance", "Add-MachineToInstance"])
def test_setup_is_told_no_password_while_windows_records_command_lines(
    cluster: Script, function: str
) -> None:
    body = text_of(cluster.functions[function])

    assert body.index("Test-ClusteredInstance") < body.index("Assert-CommandLinesAreNotRecorded")
    assert body.index("Assert-CommandLinesAreNotRecorded") < body.index("/SQLSVCPASSWORD")
    assert "PASSWORD" not in text_of(cluster.functions["Get-SetupLines"])


@pytest.mark.parametrize(
    ("action", "accepts"),
    [("Uninstall", False), ("InstallFailoverCluster", True), ("AddNode", True)],
)
def test_setup_gets_only_what_its_action_knows(cluster: Script, action: str, accepts: bool) -> None:
    """Setup refuses parameters that belong to another action."""
    (call,) = [
        text_of(node)
        for node in cluster.commands
        if command_name(node) == "Invoke-SetupProgram" and f"/ACTION={action}'" in text_of(node)
    ]

    assert ("/IACCEPTSQLSERVERLICENSETERMS" in call) == accepts
    assert ("$SkippedRule" in call) == accepts
    assert ("/FAILOVERCLUSTERIPADDRESSES" in call) == (action == "AddNode")
    assert "'/Q'" in text_of(cluster.functions["Invoke-SetupProgram"])


def test_instance_is_one_that_octopus_can_use(cluster: Script) -> None:
    assert "$Collation = 'SQL_Latin1_General_CP1_CI_AS'" in cluster.text
    lines = text_of(cluster.functions["Get-SetupLines"])
    for wanted in (
        "SQLCOLLATION",
        "FAILOVERCLUSTERNETWORKNAME",
        "FAILOVERCLUSTERIPADDRESSES",
        "FAILOVERCLUSTERDISKS",
    ):
        assert wanted in lines
    assert "*Evaluation*" in text_of(cluster.functions["Assert-Edition"])


def test_address_of_the_instance_goes_back_to_the_subnet(cluster: Script) -> None:
    body = text_of(cluster.functions["Set-InstanceAddress"])

    assert "169.254.1.1" in body
    assert "OverrideAddressMatch = 1" in body
    # The name of the instance itself stays: without it there is no clustered instance.
    assert "Remove-ClusterResource" not in cluster.text


@pytest.mark.parametrize(
    ("address", "length", "start", "last", "mask"),
    [
        ("10.20.0.197", 28, "10.20.0.192", "10.20.0.206", "255.255.255.240"),
        ("10.20.255.4", 24, "10.20.255.0", "10.20.255.254", "255.255.255.0"),
        ("192.168.1.6", 29, "192.168.1.0", "192.168.1.6", "255.255.255.248"),
        ("172.16.9.9", 20, "172.16.0.0", "172.16.15.254", "255.255.240.0"),
    ],
)
def test_arithmetic_of_the_subnet_is_right(
    cluster: Script, address: str, length: int, start: str, last: str, mask: str
) -> None:
    """The lines of the script, worked out here: there is no Windows to run them on."""
    body = text_of(cluster.functions["Get-SubnetAddress"])
    for line in (
        "$hosts = [long][Math]::Pow(2, 32 - $prefixLength)",
        "$start = $address - ($address % $hosts)",
        "$mask = [long]4294967296 - $hosts",
        "ConvertTo-DottedAddress ($start + $hosts - 2)",
    ):
        assert line in body
    number = int.from_bytes(bytes(map(int, address.split("."))), "big")
    hosts = 2 ** (32 - length)
    begin = number - number % hosts

    def dotted(value: int) -> str:
        return ".".join(map(str, value.to_bytes(4, "big")))

    assert dotted(begin) == start
    assert dotted(begin + hosts - 2) == last
    assert dotted(4294967296 - hosts) == mask


def test_statements_are_closed_and_quote_their_names(cluster: Script) -> None:
    statements = statements_of(cluster)

    assert len(statements) >= 6
    for name, statement in statements.items():
        bare = without_texts(statement)
        assert "'" not in bare.replace("N''", ""), name
        assert bare.count("(") == bare.count(")"), name
        words = re.findall(r"\b(BEGIN|CASE|END)\b", bare)
        assert words.count("BEGIN") + words.count("CASE") == words.count("END"), name
        assert statement.rstrip().endswith(";"), name
        # A name of the config is never put together with a statement as it is.
        assert not re.search(r"'\s*\+\s*@(database|login|name)\b", statement), name


def test_statements_use_only_variables_that_are_declared_or_handed_in(cluster: Script) -> None:
    for name, statement in statements_of(cluster).items():
        bare = without_texts(statement)
        declared = {each.lower() for each in re.findall(r"DECLARE (@\w+)", bare)}
        # Of a procedure, @job_name = @name: what stands before the sign is the procedure's own.
        used = {
            each.lower() for each in re.findall(r"@\w+", re.sub(r"@\w+ = (?=[@N0-9])", "", bare))
        }
        handed = {
            f"@{each.lower()}"
            for each in re.findall(
                r"^\s*(\w+)\s+= ", text_of(cluster.functions[name]).split("\n'@")[1], re.MULTILINE
            )
        }
        handed |= {
            f"@{each.lower()}"
            for each in re.findall(r"@\{ (\w+) = ", text_of(cluster.functions[name]))
        }
        assert used <= declared | handed, name


def test_password_of_the_login_travels_as_a_parameter(cluster: Script) -> None:
    body = text_of(cluster.functions["Grant-PasswordLogin"])

    assert "QUOTENAME(@password, N'''')" in body
    assert "password = Get-GivenSecret 'databasePassword'" in body
    assert body.count("Get-GivenSecret") == 1


def test_only_the_waiting_functions_loop_and_all_have_a_limit(cluster: Script) -> None:
    loops = list(nodes_of(cluster.tree, "while_statement", "do_statement", "for_statement"))

    assert [text_of(node)[:4] for node in loops] == ["for ", "do {"]
    assert "$deadline" in text_of(cluster.functions["Wait-ForAccountTask"])
