"""The facts about clouds, the signed-in profile, and the net for secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from octoha_templates.clouds import (
    ProfileDefaults,
    find_secrets,
    get_cloud,
    mask_secrets,
    profile_defaults,
)
from octoha_templates.config.load import stack_from_text
from octoha_templates.config.model import AZURE_SQL_SUFFIXES, Stack
from octoha_templates.config.plan.parts import FILE_ZONE
from octoha_templates.config.starter import commented_config
from octoha_templates.errors import EXIT_SURROUNDINGS, ArtifactError, ConfigError

ROOT = Path(__file__).resolve().parents[2]
# Has the form of a key of a package registry, and is none.
KEY = "npm_" + "a" * 36
SUBSCRIPTION = {
    "id": "11111111-1111-1111-1111-111111111111",
    "name": "Platform",
    "tenantId": "22222222-2222-2222-2222-222222222222",
    "isDefault": True,
    "environmentName": "AzureCloud",
    "state": "Enabled",
}


def az_folder(root: Path, profile: Any, config: str = "") -> Path:
    """Make a configuration folder as `az login` leaves it."""
    root.mkdir(exist_ok=True)
    (root / "azureProfile.json").write_text(json.dumps(profile), encoding="utf-8-sig")
    (root / "config").write_text(config, encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AZURE_CONFIG_DIR", "AZURE_DEFAULTS_LOCATION", "AZURE_DEFAULTS_GROUP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "suffixes"),
    [
        ("AzureCloud", ("core.windows.net", "database.windows.net", "vault.azure.net")),
        (
            "AzureUSGovernment",
            ("core.usgovcloudapi.net", "database.usgovcloudapi.net", "vault.usgovcloudapi.net"),
        ),
        (
            "AzureChinaCloud",
            ("core.chinacloudapi.cn", "database.chinacloudapi.cn", "vault.azure.cn"),
        ),
    ],
)
def test_each_cloud_has_its_own_suffixes(name: str, suffixes: tuple[str, str, str]) -> None:
    cloud = get_cloud(name)
    assert (cloud.storage_suffix, cloud.sql_suffix, cloud.key_vault_suffix) == suffixes
    assert cloud.resource_manager.startswith("https://management.")
    assert not cloud.resource_manager.endswith("/")


def test_every_cloud_of_the_config_is_known() -> None:
    field = next(field for field in msgspec.structs.fields(Stack) if field.name == "cloud")
    for name in get_args(get_args(field.type)[0]):
        assert get_cloud(name).portal.startswith("https://portal.")


def test_config_has_every_cloud_that_the_azure_cli_has() -> None:
    """But the German one, which Microsoft closed in 2021, and Bleu, which publishes no list of services."""
    from azure.cli.core.cloud import HARD_CODED_CLOUD_LIST

    field = next(field for field in msgspec.structs.fields(Stack) if field.name == "cloud")
    ours = set(get_args(get_args(field.type)[0]))
    theirs = {cloud.name for cloud in HARD_CODED_CLOUD_LIST}
    assert ours <= theirs
    assert theirs - ours <= {"AzureGermanCloud", "AzureBleuCloud"}


def test_host_names_of_azure_sql_and_azure_files_end_as_the_azure_cli_says() -> None:
    clouds = {name: get_cloud(name) for name in AZURE_SQL_SUFFIXES}

    assert dict(AZURE_SQL_SUFFIXES) == {name: f".{it.sql_suffix}" for name, it in clouds.items()}
    assert FILE_ZONE.names == {
        name: f"privatelink.file.{it.storage_suffix}" for name, it in clouds.items()
    }


def test_an_unknown_cloud_is_a_finding() -> None:
    with pytest.raises(ConfigError) as raised:
        get_cloud("AzureMoon")
    (finding,) = raised.value.diagnostics
    assert finding.code == "OCT196"
    assert "AzureUSGovernment" in finding.hint


def test_the_signed_in_profile_gives_the_defaults(tmp_path: Path) -> None:
    folder = az_folder(
        tmp_path / "az",
        {"subscriptions": [{**SUBSCRIPTION, "isDefault": False}, SUBSCRIPTION]},
        "[defaults]\nlocation = northeurope\ngroup = rg-octopus\n",
    )
    assert profile_defaults(folder) == ProfileDefaults(
        "AzureCloud",
        "22222222-2222-2222-2222-222222222222",
        "11111111-1111-1111-1111-111111111111",
        "Platform",
        "northeurope",
        "rg-octopus",
    )


def test_the_folder_is_the_one_that_az_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = az_folder(tmp_path / "az", {"subscriptions": [SUBSCRIPTION]})
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(folder))
    monkeypatch.setenv("AZURE_DEFAULTS_LOCATION", "uksouth")
    assert profile_defaults().location == "uksouth"


def test_the_active_cloud_decides_which_subscription_counts(tmp_path: Path) -> None:
    government = {**SUBSCRIPTION, "environmentName": "AzureUSGovernment", "name": "Gov"}
    folder = az_folder(
        tmp_path / "az",
        {"subscriptions": [SUBSCRIPTION, government]},
        "[cloud]\nname = AzureUSGovernment\n",
    )
    assert profile_defaults(folder).subscription_name == "Gov"


def test_the_defaults_can_be_set_in_a_config(tmp_path: Path) -> None:
    folder = az_folder(
        tmp_path / "az",
        {"subscriptions": [SUBSCRIPTION]},
        "[defaults]\nlocation = northeurope\n",
    )
    settings = profile_defaults(folder).settings
    assert settings == ("cloud=AzureCloud", "location=northeurope")
    assert stack_from_text(commented_config(), settings=settings).location == "northeurope"


@pytest.mark.parametrize(
    "profile",
    [{"subscriptions": []}, {"subscriptions": [{**SUBSCRIPTION, "isDefault": False}]}, {}],
)
def test_without_a_default_subscription_nobody_is_signed_in(tmp_path: Path, profile: Any) -> None:
    with pytest.raises(ArtifactError) as raised:
        profile_defaults(az_folder(tmp_path / "az", profile))
    assert raised.value.diagnostics[0].code == "OCT197"
    assert raised.value.exit_code == EXIT_SURROUNDINGS


def test_without_a_profile_nobody_is_signed_in_and_nothing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "absent"
    with pytest.raises(ArtifactError) as raised:
        profile_defaults(folder)
    assert raised.value.diagnostics[0].hint.startswith("az login")
    assert not folder.exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"subscriptions": 5}']
)
def test_a_damaged_profile_is_a_finding_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    folder = az_folder(tmp_path / "az", {})
    (folder / "azureProfile.json").write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        profile_defaults(folder)
    assert raised.value.diagnostics[0].code == "OCT198"
    assert (folder / "azureProfile.json").read_bytes() == content


def test_a_damaged_configuration_is_a_finding(tmp_path: Path) -> None:
    folder = az_folder(tmp_path / "az", {"subscriptions": [SUBSCRIPTION]}, "[defaults\nx")
    with pytest.raises(ArtifactError) as raised:
        profile_defaults(folder)
    assert raised.value.diagnostics[0].code == "OCT198"


def test_secrets_are_masked_and_found_by_place() -> None:
    text = f"first line\nkey: {KEY} end"
    assert KEY not in mask_secrets(text)
    assert mask_secrets(text).startswith("first line\nkey: ")
    (found,) = find_secrets(text)
    assert (found.name, found.line, found.column) == ("NpmAuthorKey", 2, 6)
    assert KEY not in str(found)


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "dapi" + "0123456789abcdef" * 2,
        "oy2" + "abcdefg" * 6 + "a",
        "a" * 76 + "+ASt" + "b" * 5 + "A==",
        "abc8Q~" + "d" * 34,
    ],
)
@pytest.mark.parametrize("around", ["{}", "x={};", '"{}"', "one {} two\n{}\n"])
def test_only_long_runs_are_tried_and_nothing_is_missed(secret: str, around: str) -> None:
    from azure.cli.core.credential_helper import redact_credential_for_string

    text = around.replace("{}", secret)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert mask_secrets(text) == redact_credential_for_string(text)
    assert secret not in mask_secrets(text)
    assert len(find_secrets(text)) == around.count("{}")


@pytest.mark.parametrize("text", ["", "nothing here", commented_config()])
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert mask_secrets(text) == text
    assert find_secrets(text) == ()


def test_importing_the_module_does_not_import_the_azure_cli() -> None:
    script = "import sys, octoha_templates.clouds; sys.exit('azure.cli.core' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert run.returncode == 0
