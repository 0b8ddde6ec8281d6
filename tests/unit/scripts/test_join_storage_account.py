"""The script that makes a storage account known in a domain."""

from __future__ import annotations

import re

import pytest

from .conftest import TEMPLATES, Script, text_of


@pytest.fixture
def script() -> Script:
    return Script(TEMPLATES / "storage/azure-files/scripts/join-storage-account.ps1")


def test_key_becomes_a_password_in_memory_and_is_masked_in_the_log(script: Script) -> None:
    body = text_of(script.functions["Get-KerberosKey"])

    assert body.index("$KnownSecrets.Add($key.value)") < body.index("return $key.value")
    join = text_of(script.functions["Join-StorageAccount"])
    assert "ConvertTo-SecureString -String (Get-KerberosKey)" in join


def test_account_that_is_there_is_kept(script: Script) -> None:
    body = text_of(script.functions["Set-StorageComputer"])

    assert "Remove-ADComputer" not in script.text
    assert body.index("Get-ADComputer -Filter") < body.index("New-ADComputer")
    assert "-Reset" in body


def test_what_it_prints_is_what_the_config_wants(script: Script) -> None:
    from octoha_templates.config.model import ActiveDirectoryAccount

    printed = re.findall(
        r'Write-Log "    (\w+): \$\(', text_of(script.functions["Join-StorageAccount"])
    )
    assert tuple(printed) == ActiveDirectoryAccount.__struct_fields__


def test_only_strong_tickets_are_asked_for(script: Script) -> None:
    assert set(re.findall(r"-KerberosEncryptionType (\w+)", script.text)) == {"AES256"}
