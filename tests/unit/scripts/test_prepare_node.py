"""What the preparation of a node does, for every way to the share and every account of the service."""

from __future__ import annotations

import re

import pytest

from .conftest import Script, command_name, nodes_of, text_of
from .test_bootstrap_node import callers_of, steps_of


def body_of(script: Script, function: str) -> str:
    """Give the text of a function."""
    return text_of(script.functions[function])


def test_steps_come_in_the_order_that_the_share_needs(prepare: Script) -> None:
    assert steps_of(prepare, "Initialize-Node") == [
        "Initialize-HomeFolder",
        "Disable-OldTls",
        "Set-FirewallRules",
        "Set-OwnPortalAddress",
        "Set-DefenderExclusions",
        "Initialize-ServiceAccount",
        "Initialize-Share",
        "Initialize-SharedLinks",
    ]
    # The folders are there before anything is linked to them, and before Octopus is installed.
    assert steps_of(prepare, "Initialize-Share") == [
        "Enable-CloudKerberos",
        "Test-ShareIsForLocalSystem",
        "Set-ShareCredential",
        "Set-SharedDrive",
        "Initialize-SharedFolders",
        "Test-ShareIsWritable",
        "Invoke-AsServiceAccount",
    ]


def test_old_protocols_are_off_and_script_steps_take_what_windows_has(prepare: Script) -> None:
    """Windows PowerShell that chooses for itself would have nothing left to choose."""
    body = body_of(prepare, "Disable-OldTls")
    assert "'SSL 3.0', 'TLS 1.0', 'TLS 1.1'" in body
    assert "'SchUseStrongCrypto', 'SystemDefaultTlsVersions'" in body
    assert "'HKLM:\\SOFTWARE', 'HKLM:\\SOFTWARE\\WOW6432Node'" in body
    assert "TLS 1.2" not in body


def test_all_six_folders_are_made_on_the_share_itself(prepare: Script, bootstrap: Script) -> None:
    folders = ["Artifacts", "Packages", "TaskLogs", "Imports", "EventExports", "Telemetry"]
    assert "$SharedFolders = " + ", ".join(f"'{name}'" for name in folders) in prepare.text
    assert re.findall(r"^    (\w+) += '\w+'$", bootstrap.text, re.MULTILINE) == folders
    making = body_of(prepare, "Initialize-SharedFolders")
    assert "CreateDirectory((Join-Path $Settings.uncPath $name))" in making


def test_a_refresh_renews_what_the_preparation_made(prepare: Script) -> None:
    assert steps_of(prepare, "Update-Node") == ["Initialize-ServiceAccount", "Initialize-Share"]


def test_the_account_of_the_service_stores_its_own_credential_and_proves_that_it_can_write(
    prepare: Script,
) -> None:
    assert steps_of(prepare, "Initialize-AccountShare") == [
        "Set-ShareCredential",
        "Initialize-SharedFolders",
        "Test-ShareIsWritable",
    ]
    assert "'Account' { Initialize-AccountShare }" in body_of(prepare, "Invoke-Task")


@pytest.mark.parametrize("kind", ["storage-key", "vault-secret"])
def test_a_credential_is_stored_for_the_kinds_that_have_one(prepare: Script, kind: str) -> None:
    assert f"'{kind}'" in body_of(prepare, "Test-StoredCredential")
    assert "if (Test-StoredCredential)" in body_of(prepare, "Set-ShareCredential")


@pytest.mark.parametrize("kind", ["domain", "none"])
def test_no_credential_is_stored_for_those_that_are_let_in_as_who_they_are(
    prepare: Script, kind: str
) -> None:
    assert f"'{kind}'" not in body_of(prepare, "Test-StoredCredential")


def test_a_drive_is_there_for_every_account_and_after_a_restart(
    prepare: Script, bootstrap: Script
) -> None:
    making = body_of(prepare, "New-SharedDrive")
    assert "New-SmbGlobalMapping" in making
    assert "-Persistent $true" in making
    assert "-FullAccess $accounts" in making
    assert "if ($Settings.shareMount -ne 'mapped-drive')" in body_of(prepare, "Set-SharedDrive")
    # The service starts when the drive is there: not by itself, but after the refresh at the start.
    service = body_of(bootstrap, "Install-OctopusService")
    assert re.search(r"if \(Test-StartByScript\) \{\s+\$start = 'demand'\s+\}", service)
    refresh = body_of(bootstrap, "Update-Node")
    assert refresh.index("Update-Share") < refresh.index("'--start'")
    assert "-AtStartup" in body_of(bootstrap, "Register-RefreshTask")


def test_a_node_that_an_operator_stopped_stays_so(bootstrap: Script) -> None:
    assert "Set-State 'stopped' 'by an operator'" in body_of(bootstrap, "Stop-Node")
    assert "(Get-State)['stopped'] -ne 'by an operator'" in body_of(bootstrap, "Update-Node")
    assert "Set-State 'stopped' ''" in body_of(bootstrap, "Update-OctopusVersion")


def test_an_open_drive_is_not_taken_from_a_running_service(prepare: Script) -> None:
    body = body_of(prepare, "Set-SharedDrive")
    running = body.index("$service.Status -eq 'Running'")
    assert running < body.index("return", running) < body.index("New-SharedDrive $drive")


def test_every_node_has_the_same_root(bootstrap: Script) -> None:
    """The nodes read it from the database, so the text has to lead to the share on each of them."""
    root = body_of(bootstrap, "Get-SharedRoot")
    assert "'mapped-drive' { return \"$($Settings.shareDriveLetter):\\\" }" in root
    assert "default { return $Settings.uncPath }" in root


def test_links_are_made_before_the_folders_and_each_path_is_set(
    prepare: Script, bootstrap: Script
) -> None:
    linking = body_of(prepare, "New-SharedFolderLink")
    assert linking.index("throw ") < linking.index("[System.IO.Directory]::Delete($link)")
    assert linking.index("Delete($link)") < linking.index("[OctopusNode.DirectoryLink]::Create")
    paths = body_of(bootstrap, "Set-SharedPaths")
    assert '"--$($SharedFolders[$_])=$(Join-Path $HomeFolder $_)"' in paths
    for option in ("artifacts", "nugetRepository", "taskLogs"):
        assert f"'{option}'" in bootstrap.text


def test_an_account_gets_the_rights_it_needs_and_no_others(prepare: Script) -> None:
    rights = set(re.findall(r"'(Se\w+Right)'", prepare.text))
    assert rights == {"SeServiceLogonRight", "SeBatchLogonRight"}
    assert "'http', 'add', 'urlacl'" in body_of(prepare, "Set-UrlReservation")
    # Read and run, where LocalSystem's own copy of the script is not.
    copying = body_of(prepare, "Initialize-ServiceAccount")
    assert "Protect-Folder $AccountFolder (Get-AccountEntry '0x1200a9')" in copying
    for step in ("Grant-AccountRights", "Set-UrlReservation"):
        assert callers_of(prepare, step) == {"Initialize-ServiceAccount"}


def test_warnings_of_the_compiler_do_not_stop_a_node(prepare: Script) -> None:
    """Windows PowerShell takes them for errors otherwise."""
    assert "Add-Type -IgnoreWarnings" in body_of(prepare, "Add-NativeTypes")


def test_the_task_of_the_account_is_gone_with_its_password(prepare: Script) -> None:
    body = body_of(prepare, "Invoke-AsServiceAccount")
    assert body.index("finally") < body.index("Unregister-ScheduledTask")
    registering = body_of(prepare, "Register-AccountTask")
    assert "-LogonType Password" in registering
    [argument] = re.findall(r"\$arguments = (.*)", registering)
    assert "assword" not in argument


def test_a_password_of_the_service_reaches_octopus_in_its_environment_only(
    bootstrap: Script,
) -> None:
    body = body_of(bootstrap, "Set-ServiceAccount")
    assert "OCTOPUS_SERVICE_PASSWORD = $password" in body
    assert "--password" not in body
    [user, managed] = re.findall(r"'(user|group-managed)' \{", body)
    assert (user, managed) == ("user", "group-managed")
    assert "'managedaccount', $ServiceName, 'true'" in body
    assert "'config', $ServiceName, 'obj=', 'LocalSystem'" in body


def test_the_environment_of_a_program_is_its_own(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Invoke-Native")
    assert "$start.EnvironmentVariables[$variable] = $Environment[$variable]" in body
    assert "$env:" not in body


@pytest.mark.parametrize("kind", ["entra", "sql", "windows"])
def test_the_database_is_opened_in_every_way(bootstrap: Script, kind: str) -> None:
    assert f"'{kind}'" in body_of(bootstrap, "Open-Database")
    assert f"'{kind}'" in body_of(bootstrap, "Get-DatabaseLogin")


def test_users_of_the_database_are_made_for_the_identity_only(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Initialize-Database")
    guard = body.index("$Settings.databaseAuthentication -eq 'entra'")
    assert guard < body.index("Grant-DatabaseAccess") < body.index("Wait-ForDatabase\n")
    assert callers_of(bootstrap, "Grant-DatabaseAccess") == {"Initialize-Database"}
    assert "CREATE LOGIN" not in bootstrap.text


def test_a_node_waits_for_a_database_that_takes_changes(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Wait-ForDatabase")
    assert "N'Updateability') <> N'READ_WRITE'" in body
    assert "HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CONTROL')" in body
    assert "-LimitMinutes 60" in body
    # What it waits for is in every line of the log.
    assert "$(Get-DatabaseLogin)" in body_of(bootstrap, "Invoke-Sql")


def test_nothing_listens_for_http(bootstrap: Script, prepare: Script) -> None:
    prefixes = re.findall(r"--webListenPrefixes=([^\"]+)", bootstrap.text)
    assert prefixes == ["https://localhost:$PortalPort/"]
    for script in (bootstrap, prepare):
        assert "http://localhost" not in script.text
        assert "$PortalPort = 443" in script.text
    assert "'--webForceSSL=True'" in bootstrap.text


def test_a_certificate_is_looked_at_before_it_is_kept(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Install-PortalCertificate")
    assert body.index("Assert-CertificateFitsPortal") < body.index("Add-Certificate")
    assert steps_of(bootstrap, "Assert-CertificateFitsPortal")[-1] == "Assert-CertificateIsTrusted"
    trusted = body_of(bootstrap, "Assert-CertificateIsTrusted")
    assert "$Settings.certificate.kind -ne 'self-signed'" in trusted
    checks = body_of(bootstrap, "Assert-CertificateFitsPortal")
    assert "$own.NotAfter" in checks
    assert "md5|sha1" in checks
    assert "AddDays(30)" in checks


@pytest.mark.parametrize(
    ("formatted", "names"),
    [
        ("DNS Name=octopus.example.com", ["octopus.example.com"]),
        (
            "DNS-Name=octopus.example.com, DNS-Name=*.b.example",
            ["octopus.example.com", "*.b.example"],
        ),
        ("Nom DNS=a.example", ["a.example"]),
    ],
)
def test_names_are_read_from_a_certificate_in_any_language(
    bootstrap: Script, formatted: str, names: list[str]
) -> None:
    [pattern] = re.findall(r"Format\(\$false\), '([^']+)'", bootstrap.text)
    assert re.findall(pattern, formatted) == names


def test_a_new_certificate_is_bound_without_stopping_the_service(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Update-Node")
    assert "Set-PortalBinding (Install-PortalCertificate)" in body
    for step in ("--stop", "--restart", "--drain"):
        assert step not in body
    # A share that is away does not keep a certificate from being renewed.
    assert body.index("Set-PortalBinding") < body.index("throw ")


def test_what_a_refresh_cannot_renew_reaches_the_alerts(bootstrap: Script) -> None:
    assert callers_of(bootstrap, "Write-Event") == {"Assert-CertificateFitsPortal"}
    end = bootstrap.text[bootstrap.text.rindex("catch {") :]
    assert "if ($Task -eq 'Refresh')" in end
    assert "Write-Event -Kind 'ERROR'" in end
    assert "(Protect-Text $Message)" in body_of(bootstrap, "Write-Event")
    assert "$EventSource = 'OctopusNode'" in bootstrap.text


def test_a_certificate_of_a_vault_is_taken_without_a_version(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Get-PortalCertificate")
    assert "Get-VaultEntry -Name $source.name -VaultUri $source.vaultUri" in body
    assert "'application/x-pkcs12'" in body
    assert "'{0}/secrets/{1}?api-version=" in body_of(bootstrap, "Get-VaultEntry")


def test_proxies_are_trusted_only_when_there_are_some(bootstrap: Script) -> None:
    body = body_of(bootstrap, "Set-ServerConfiguration")
    assert re.search(
        r"trustedProxies\)\.Count -gt 0\) \{\s+\$options \+= \"--trustedProxies=", body
    )


def test_both_scripts_are_told_the_same_and_take_turns(prepare: Script, bootstrap: Script) -> None:
    for script in (prepare, bootstrap):
        names = {command_name(node) for node in nodes_of(script.tree, "command")}
        assert {"Read-Settings", "Invoke-Alone"} <= names
    assert "'OctopusNodePrepare'" in prepare.text
    assert "Invoke-Alone 'OctopusNode' {" in bootstrap.text
