"""What the bootstrap of a node does in which order, and how it hands arguments to programs."""

from __future__ import annotations

import re
import subprocess

import pytest

from .conftest import Script, command_name, nodes_of, text_of


def steps_of(script: Script, function: str) -> list[str]:
    """Name the script's own functions that a function calls, in the order of the text."""
    called = [command_name(node) for node in nodes_of(script.functions[function], "command")]
    return [name for name in called if name in script.functions]


def callers_of(script: Script, function: str) -> set[str]:
    """Name the functions that call a function."""
    return {name for name in script.functions if function in steps_of(script, name)}


def test_steps_of_a_node_come_in_the_order_that_octopus_needs(bootstrap: Script) -> None:
    steps = steps_of(bootstrap, "Install-Node")
    needed = [
        "Install-OctopusServer",
        "Initialize-Database",
        "New-Instance",
        "Connect-Database",
        "Set-ServerConfiguration",
        "Complete-FirstSetup",
        "Set-TaskCap",
        "Install-PortalCertificate",
        "Set-PortalBinding",
        "Install-OctopusService",
        "Start-OctopusService",
        "Wait-ForPing",
    ]
    assert [step for step in steps if step in needed] == needed


@pytest.mark.parametrize("step", ["New-Administrator", "Set-License", "Set-SharedPaths"])
def test_what_would_reset_something_runs_once_and_on_the_first_node(
    bootstrap: Script, step: str
) -> None:
    assert callers_of(bootstrap, step) == {"Complete-FirstSetup"}
    assert callers_of(bootstrap, "Complete-FirstSetup") == {"Install-Node"}
    guard = r"if \(\$Settings\.isFirstNode\) \{\s+Complete-FirstSetup "
    assert re.search(guard, text_of(bootstrap.functions["Install-Node"]))
    once = text_of(bootstrap.functions["Complete-FirstSetup"])
    assert re.search(r"if \(\$SetupState -eq 'finished'\) \{\s+return\s+\}", once)
    assert once.index(step) < once.index("Set-SetupState 'finished'")


def test_only_an_unfinished_cluster_gets_a_schema(bootstrap: Script) -> None:
    assert bootstrap.text.count("'--create'") == 1
    connect = text_of(bootstrap.functions["Connect-Database"])
    assert re.search(r"if \(-not \$isCreated\) \{\s+\$options \+= '--create'\s+\}", connect)
    others = text_of(bootstrap.functions["Initialize-Database"])
    assert re.search(r"if \(-not \$Settings\.isFirstNode\) \{[^}]+return 'finished'\s+\}", others)


def test_nothing_ever_deletes_a_database_or_an_instance(bootstrap: Script) -> None:
    for option in ("delete-instance", "lost-master-key", "--uninstall", "DROP DATABASE"):
        assert option not in bootstrap.text
    assert "--delete" not in bootstrap.text


def test_a_running_instance_is_never_upgraded_by_a_deployment(bootstrap: Script) -> None:
    assert callers_of(bootstrap, "Install-OctopusMsi") == {
        "Install-OctopusServer",
        "Update-OctopusVersion",
    }
    install = text_of(bootstrap.functions["Install-OctopusServer"])
    assert install.index("throw (") < install.index("Install-OctopusMsi")
    assert "DEPLOY.md" in install


def test_a_node_asks_itself_for_the_portal(prepare: Script) -> None:
    """An internal load balancer loses what it would hand back to the machine it came from."""
    body = text_of(prepare.functions["Set-OwnPortalAddress"])
    assert callers_of(prepare, "Set-OwnPortalAddress") == {"Initialize-Node"}
    assert "127.0.0.1 $($Settings.portalHostName) $marker" in body
    # Nothing is written the second time, and an older name of the portal goes.
    assert body.index("return") < body.index("WriteAllLines")
    assert "-not $_.EndsWith($marker)" in body


def test_installer_is_checked_before_it_runs(bootstrap: Script) -> None:
    body = text_of(bootstrap.functions["Install-OctopusMsi"])
    assert body.index("Assert-InstallerIsGenuine") < body.index("'msiexec.exe'")
    checks = text_of(bootstrap.functions["Assert-InstallerIsGenuine"])
    assert "$signature.Status -ne 'Valid'" in checks
    assert "Octopus Deploy" in checks


def test_no_cloud_host_name_is_written_into_the_scripts(bootstrap: Script, prepare: Script) -> None:
    for suffix in (".core.", "vault.azure", "database.windows", ".net/", "login.microsoft"):
        assert suffix not in bootstrap.text
        assert suffix not in prepare.text


@pytest.mark.parametrize(
    "argument",
    [
        "--home=C:\\Program Files\\x",
        "--home=C:\\Program Files\\",
        '--password=a "quoted" word',
        '--password=back\\slash \\" and more\\\\',
        "--connectionString=Server=tcp:x,1433;Authentication=Active Directory Managed Identity",
        "two  spaces\tand a tab",
        "",
    ],
)
def test_arguments_are_quoted_as_windows_reads_them(bootstrap: Script, argument: str) -> None:
    body = text_of(bootstrap.functions["ConvertTo-NativeArgument"])
    steps = re.findall(r"\[regex\]::Replace\(\$\w+, '([^']+)', '([^']+)'\)", body)
    assert len(steps) == 2
    escaped = argument
    for pattern, replacement in steps:
        in_python = replacement.replace("\\", "\\\\").replace("$1", "\\1")
        escaped = re.sub(pattern, in_python, escaped)
    assert f'"{escaped}"' == subprocess.list2cmdline([argument])
