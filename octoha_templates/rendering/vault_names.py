"""Which secrets the nodes read from their vault, and under which names.

Who writes them, who lets the nodes read them and who reads them are different fragments, and the
vault may be one that others use too; so the names are put together here and nowhere else.
"""

from __future__ import annotations

from octoha_templates.config.model import KeyVaultCertificate, Stack, UserAccount
from octoha_templates.rendering.components import kind_of

_DATABASE_PASSWORDS = {"azure-sql": "sql-admin-password"}


def vault_names(stack: Stack) -> dict[str, str]:
    """Name the secrets of the vault that the nodes read.

    Returns:
        Name by what it holds; empty for one that this stack does without.
    """
    credential = getattr(stack.storage, "credential", "storage-key")
    names = {
        "masterKey": "octopus-master-key",
        "license": "octopus-license",
        "administratorPassword": "octopus-admin-password",
        "certificate": _when("portal-certificate", not _has_own_vault(stack)),
        "storageAccountKey": _when("storage-account-key", credential == "storage-key"),
        "sharePassword": _when("share-password", credential == "vault-secret"),
        "databasePassword": _when(
            _DATABASE_PASSWORDS.get(kind_of(stack.database), "octopus-database-password"),
            stack.database.authentication == "sql",
        ),
        "serviceAccountPassword": _when(
            "service-account-password", isinstance(stack.octopus.service_account, UserAccount)
        ),
    }
    prefix = stack.key_vault.secret_prefix
    return {key: f"{prefix}{name}" if name else "" for key, name in names.items()}


def _has_own_vault(stack: Stack) -> bool:
    return isinstance(stack.octopus.certificate, KeyVaultCertificate)


def _when(name: str, wanted: bool) -> str:
    return name if wanted else ""
