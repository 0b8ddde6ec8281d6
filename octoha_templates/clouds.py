"""What `azure-cli-core` knows best: the clouds, the signed-in profile, what a secret looks like.

The only module that imports it, and only inside functions: it costs tens of milliseconds, which a
help text or a config check should not pay. Nothing here uses the network, and nothing is written:
the profile's own classes create and rewrite files, so the profile is read as the JSON that it is.
"""

from __future__ import annotations

import configparser
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError, ConfigError

_PROFILE: Final = "azureProfile.json"
_LARGEST_PROFILE: Final = 16 * 1024 * 1024
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/_~.=-]{32,}")


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure cloud.

    Attributes:
        name: As the CLI has it, `AzureUSGovernment`.
        resource_manager: Address of Azure Resource Manager, without a slash at the end.
        login: Address that tokens come from, without a slash at the end.
        portal: Address of the portal.
        storage_suffix: What storage names end with, `core.windows.net`.
        sql_suffix: What SQL server names end with, without the leading dot.
        key_vault_suffix: What vault names end with, without the leading dot.
    """

    name: str
    resource_manager: str
    login: str
    portal: str
    storage_suffix: str
    sql_suffix: str
    key_vault_suffix: str


@dataclass(frozen=True, slots=True)
class ProfileDefaults:
    """What the person who is signed in with `az login` works with.

    Attributes:
        cloud: The active cloud.
        tenant_id: Tenant of the subscription.
        subscription_id: The default subscription.
        subscription_name: Its display name.
        location: Default location, `az config set defaults.location`; empty when none is set.
        resource_group: Default resource group, `az config set defaults.group`; empty when none is
            set.
    """

    cloud: str
    tenant_id: str
    subscription_id: str
    subscription_name: str
    location: str
    resource_group: str

    @property
    def settings(self) -> tuple[str, ...]:
        """Write what a config has keys for, the way `--set` takes it."""
        location = (f"location={self.location}",) if self.location else ()
        return (f"cloud={self.cloud}", *location)


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A place in a text that looks like a secret; the secret itself is not kept.

    Attributes:
        name: What kind of secret it looks like, `AzureStorageAccountIdentifiableKey`.
        line: Where, counted from 1.
        column: Where, counted from 1, in characters.
    """

    name: str
    line: int
    column: int


@cache
def get_cloud(name: str) -> Cloud:
    """Look up a cloud.

    Args:
        name: `AzureCloud`, `AzureUSGovernment` or `AzureChinaCloud`.

    Raises:
        ConfigError: OCT196, azure-cli-core does not know the cloud.
    """
    from azure.cli.core.cloud import HARD_CODED_CLOUD_LIST

    found = next((cloud for cloud in HARD_CODED_CLOUD_LIST if cloud.name == name), None)
    if found is None:
        raise ConfigError(_unknown_cloud(name, [cloud.name for cloud in HARD_CODED_CLOUD_LIST]))
    return Cloud(
        name=name,
        resource_manager=str(found.endpoints.resource_manager).rstrip("/"),
        login=str(found.endpoints.active_directory).rstrip("/"),
        portal=str(found.endpoints.portal).rstrip("/"),
        storage_suffix=str(found.suffixes.storage_endpoint).lstrip("."),
        sql_suffix=str(found.suffixes.sql_server_hostname).lstrip("."),
        key_vault_suffix=str(found.suffixes.keyvault_dns).lstrip("."),
    )


def profile_defaults(folder: Path | None = None) -> ProfileDefaults:
    """Read who is signed in, and the defaults that `az` works with.

    Args:
        folder: The CLI's configuration folder; None for the one that `az` uses, `AZURE_CONFIG_DIR`
            included.

    Returns:
        The default subscription of the active cloud, and the defaults from the configuration.

    Raises:
        ArtifactError: OCT197, nobody is signed in; OCT198, the profile cannot be read.
    """
    from azure.cli.core._environment import get_config_dir

    where = folder or Path(get_config_dir())
    subscriptions = _subscriptions(where / _PROFILE)
    options = _Options(where)
    cloud = options.get("cloud", "name") or "AzureCloud"
    default = next(
        (
            one
            for one in subscriptions
            if one.get("isDefault") and one.get("environmentName") == cloud
        ),
        None,
    )
    if default is None:
        raise ArtifactError(_not_signed_in(cloud))
    return ProfileDefaults(
        cloud=cloud,
        tenant_id=str(default.get("tenantId", "")),
        subscription_id=str(default.get("id", "")),
        subscription_name=str(default.get("name", "")),
        location=options.get("defaults", "location"),
        resource_group=options.get("defaults", "group"),
    )


def _subscriptions(path: Path) -> list[dict[str, Any]]:
    """Read the subscriptions that were cached when somebody signed in."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_PROFILE)
        found = json.loads(content.decode("utf-8-sig")).get("subscriptions") or []
        return [one for one in found if isinstance(one, dict)]
    except FileNotFoundError as error:
        raise ArtifactError(_not_signed_in("")) from error
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ArtifactError(_unreadable_profile()) from error


class _Options:
    """The CLI's configuration: environment variables first, then the file."""

    def __init__(self, folder: Path) -> None:
        from azure.cli.core._config import ENV_VAR_PREFIX
        from knack.config import CLIConfig

        try:
            self._config = CLIConfig(str(folder), ENV_VAR_PREFIX, "config")
        except (configparser.Error, OSError, ValueError) as error:
            raise ArtifactError(_unreadable_profile()) from error

    def get(self, section: str, option: str) -> str:
        """Read one option; empty when it is not set, or not text."""
        try:
            return str(self._config.get(section, option, fallback="") or "")
        except configparser.Error:
            return ""


def mask_secrets(text: str) -> str:
    """Replace everything that surely is a secret, such as a storage key, with a mask.

    A last net under everything that is written or shown: nothing should ever be caught in it.

    Args:
        text: Any text.

    Returns:
        The text; unchanged when there is no secret in it.

    Source: microsoft-security-utilities-secret-masker, the patterns of high confidence, as the
    Azure CLI uses them.
    """
    parts: list[str] = []
    done = 0
    for start, end, _, mask in _iter_secrets(text):
        if start >= done:
            parts += [text[done:start], mask]
        done = max(done, end)
    return "".join((*parts, text[done:]))


def find_secrets(text: str) -> tuple[FoundSecret, ...]:
    """Find everything in a text that surely is a secret.

    Args:
        text: Any text.

    Returns:
        Kinds and places, in order; never the secrets.
    """
    return tuple(
        FoundSecret(name, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        for start, _, name, _ in _iter_secrets(text)
    )


def _iter_secrets(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield start, end, kind and mask of every secret, in order.

    The masker tries 26 patterns at every character, 0.7 seconds for a megabyte. All of them want a
    long run of a few characters, so only such runs, with what stands before and after them, are
    shown to it.
    """
    runs = [(max(run.start() - 1, 0), run.end() + 1) for run in _LONG_RUN.finditer(text)]
    if not runs:
        return
    from azure.cli.core.credential_helper import get_secret_masker

    masker = get_secret_masker()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its lock uses an old name
        for start, end in runs:
            found = [
                (start + one.start, start + one.end, str(one.name), str(one.redaction_token))
                for one in masker.detect_secrets(text[start:end])
            ]
            yield from sorted(found)


def _unknown_cloud(name: str, known: list[str]) -> Diagnostic:
    return Diagnostic(
        "OCT196",
        Severity.ERROR,
        f"azure-cli-core knows no cloud {name!r}",
        hint=f"known: {', '.join(known)}",
    )


def _not_signed_in(cloud: str) -> Diagnostic:
    where = f" in {cloud}" if cloud else ""
    return Diagnostic(
        "OCT197",
        Severity.ERROR,
        f"nobody is signed in to Azure{where}, so there are no values to take from there",
        hint="az login, and az account set where there are several subscriptions",
    )


def _unreadable_profile() -> Diagnostic:
    return Diagnostic(
        "OCT198",
        Severity.ERROR,
        "the profile of the Azure CLI cannot be read",
        Location(_PROFILE),
        "az account clear and az login write it anew",
    )
