"""Rules about certificate and account that need parts of other kinds than the reference stack has."""

from __future__ import annotations

import msgspec
import pytest

from octoha_templates.config.load import load_text
from octoha_templates.config.model import (
    ApplicationGateway,
    AzureFiles,
    AzureLoadBalancer,
    ExistingLoadBalancer,
    GroupManagedAccount,
    LocalSystem,
    SelfSignedCertificate,
    ServiceAccount,
    Stack,
    UserAccount,
)
from octoha_templates.config.places import Places
from octoha_templates.config.rules.certificate import (
    CERTIFICATE_RULES,
    is_on_the_internet,
    is_vault,
)
from octoha_templates.config.rules.rule import Site

MINIMAL = """\
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: a@example.com}
"""


def stack(**parts: object) -> Stack:
    """Give the smallest stack with other parts."""
    return msgspec.structs.replace(load_text(MINIMAL, "stack.yaml").stack, **parts)


def with_octopus(**keys: object) -> dict[str, object]:
    """Give `octopus` with other keys."""
    return {"octopus": msgspec.structs.replace(stack().octopus, **keys)}


def codes_of(checked: Stack) -> list[str]:
    """Name what the rules find."""
    site = Site(checked, Places("stack.yaml"))
    return [finding.code for rule in CERTIFICATE_RULES for finding in rule.apply(site)]


def test_a_self_signed_certificate_is_for_an_internal_front_end_only() -> None:
    octopus = with_octopus(certificate=SelfSignedCertificate())
    assert codes_of(stack(**octopus)) == []
    assert codes_of(stack(**octopus, load_balancer=AzureLoadBalancer(exposure="public"))) == [
        "OCT701"
    ]


def test_a_front_end_is_on_the_internet_when_it_listens_there() -> None:
    assert not is_on_the_internet(stack())
    assert is_on_the_internet(stack(load_balancer=AzureLoadBalancer(exposure="public")))
    assert is_on_the_internet(stack(load_balancer=ApplicationGateway(exposure="both")))
    assert not is_on_the_internet(stack(load_balancer=ApplicationGateway(exposure="internal")))


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("203.0.113.10", True),
        ("20.50.2.10", True),
        ("10.0.4.10", False),
        ("100.64.0.10", False),
        ("balancer.example.com", False),
    ],
)
def test_a_balancer_that_exists_is_on_the_internet_when_its_address_is(
    address: str, is_public: bool
) -> None:
    balancer = ExistingLoadBalancer(portal_address=address)
    octopus = with_octopus(certificate=SelfSignedCertificate())

    assert is_on_the_internet(stack(load_balancer=balancer)) is is_public
    assert ("OCT701" in codes_of(stack(**octopus, load_balancer=balancer))) is is_public


@pytest.mark.parametrize(
    ("account", "found"),
    [
        (LocalSystem(), ["OCT706"]),
        (GroupManagedAccount(name="CORP\\gmsa-octopus$"), ["OCT704", "OCT706"]),
        (UserAccount(name="CORP\\svc-octopus"), ["OCT704"]),
    ],
)
def test_entra_kerberos_gives_tickets_to_accounts_of_people_only(
    account: ServiceAccount, found: list[str]
) -> None:
    share = AzureFiles(access="entra-kerberos")
    assert codes_of(stack(**with_octopus(service_account=account), storage=share)) == found


def test_a_drive_is_mapped_with_a_stored_credential_only() -> None:
    assert codes_of(stack(storage=AzureFiles(mount="mapped-drive"))) == []
    assert codes_of(stack(storage=AzureFiles(access="ad-ds", mount="mapped-drive"))) == ["OCT707"]


@pytest.mark.parametrize(
    ("rest", "is_one"),
    [
        ("Microsoft.KeyVault/vaults/kv", True),
        ("microsoft.keyvault/Vaults/kv", True),
        ("Microsoft.KeyVault/vaults/kv/secrets/one", False),
        ("Microsoft.KeyVault/managedHSMs/hsm", False),
    ],
)
def test_a_vault_is_told_by_its_resource_id(rest: str, is_one: bool) -> None:
    start = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/"
    assert is_vault(start + rest) is is_one
