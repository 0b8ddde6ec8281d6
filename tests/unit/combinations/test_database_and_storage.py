"""Every kind of database with every kind of storage, in every domain that they can be in.

The shapes of a kind are what makes its template another one. Every pair of shapes is rendered, compiled and
validated; domain, sign-in and encryption go round, so that each of them meets every kind. What the rules of
the config refuse is in a table of pairs, with the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple, get_args

import pytest

from octoha_templates.config.load import load
from octoha_templates.config.model import Database, Domain, Storage
from octoha_templates.diagnostics import Severity
from octoha_templates.errors import ConfigError
from octoha_templates.pipeline import build
from octoha_templates.validation import validate_template
from tests.unit.deployment.engine import Deployed, deploy
from tests.unit.secret_flow import exposed
from tests.unit.validation.conftest import OFFICIAL, needs_official

Json = dict[str, Any]

DATABASES: dict[str, str] = {
    "azure-sql local vCore": "kind: azure-sql, redundancy: local",
    "azure-sql local Standard": "kind: azure-sql, redundancy: local, sku: S4, max_size_gib: 100",
    "azure-sql local Premium": "kind: azure-sql, redundancy: local, sku: P2, max_size_gib: 100",
    "azure-sql zone vCore": "kind: azure-sql, redundancy: zone, sku: BC_Gen5_4",
    "azure-sql zone Premium": "kind: azure-sql, redundancy: zone, sku: P2, max_size_gib: 100",
    "azure-sql geo vCore": "kind: azure-sql, redundancy: geo, geo: {location: northeurope}",
    "azure-sql geo Premium": (
        "kind: azure-sql, redundancy: geo, geo: {location: northeurope}, sku: P2, max_size_gib: 100"
    ),
    **{
        f"sql-vm-availability-group {network} {replicas}": (
            f"kind: sql-vm-availability-group, network: {network}, replicas: {replicas}"
        )
        for network in ("multi-subnet", "single-subnet")
        for replicas in (2, 3)
    },
    **{
        f"sql-vm-failover-cluster {storage}": (
            f"kind: sql-vm-failover-cluster, storage: {{kind: {storage}}}"
        )
        for storage in ("shared-disks", "premium-file-share")
    },
    "existing sql": "kind: existing, host: sql.corp.example.com, authentication: sql, user: octopus",
    "existing windows": "kind: existing, host: sql.corp.example.com, authentication: windows",
    "existing entra": (
        "kind: existing, host: octopus.database.windows.net, authentication: entra, "
        "private_endpoint: {resource_id: /subscriptions/00000000-0000-0000-0000-000000000000"
        "/resourceGroups/rg-data/providers/Microsoft.Sql/servers/octopus}"
    ),
}
# What goes round, by kind: the n-th storage meets the n-th of them, and so on from the start.
TURNS: dict[str, tuple[str, ...]] = {
    "azure-sql": (
        "authentication: entra",
        "authentication: sql",
        "authentication: entra, customer_managed_key: {}",
    ),
    "sql-vm-availability-group": ("authentication: windows", "authentication: sql"),
    "sql-vm-failover-cluster": ("authentication: windows", "authentication: sql"),
    "existing": ("database_name: Octopus",),
}
MOUNTS = ("unc", "symbolic-links", "mapped-drive")
STORAGES: dict[str, str] = {
    **{
        f"azure-files {access} {mount}": f"kind: azure-files, access: {access}, mount: {mount}"
        for mount in MOUNTS
        for access in ("storage-key", "ad-ds", "entra-kerberos")
    },
    **{
        f"dfs-replication domain {mount}": f"kind: dfs-replication, mount: {mount}"
        for mount in MOUNTS[:2]
    },
    **{
        f"existing {access} {mount}": (
            "kind: existing, unc_path: '\\\\files.corp.example.com\\octopus', "
            f"mount: {mount}, access: {credential}"
        )
        for mount in MOUNTS
        for access, credential in (
            ("none", "{kind: none}"),
            ("vault-secret", "{kind: vault-secret, user_name: 'FILES\\octopus'}"),
        )
    },
}
DOMAINS: dict[str, tuple[str, ...]] = {
    "none": (),
    "existing": (
        "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
        "network.dns_servers=[10.10.0.4, 10.10.0.5]",
    ),
    "new": ("domain={kind: new, fqdn: ad.example.com, net_bios_name: CORP}",),
}
ACCOUNTS: dict[str, tuple[str, ...]] = {
    "computer": (),
    "user": ("octopus.service_account={kind: user, name: 'CORP\\svc-octopus'}",),
    "group-managed": ("octopus.service_account={kind: group-managed, name: 'CORP\\gmsa-octo$'}",),
}
# What does not go together, and the codes it is refused with. A name stands for all shapes that begin with it.
REFUSED: dict[tuple[str, str], set[str]] = {
    ("database sql-vm-availability-group", "domain none"): {"OCT612"},
    ("database sql-vm-failover-cluster", "domain none"): {"OCT622"},
    ("database existing windows", "domain none"): {"OCT637"},
    ("storage azure-files ad-ds", "domain none"): {"OCT643"},
    ("storage azure-files entra-kerberos", "domain none"): {"OCT643"},
    ("storage dfs-replication", "domain none"): {"OCT643", "OCT651"},
    ("storage existing none", "domain none"): {"OCT643"},
    # Entra ID gives tickets to people only, of a domain that it is synchronised with.
    ("storage azure-files entra-kerberos", "account computer"): {"OCT706"},
    ("storage azure-files entra-kerberos", "account group-managed"): {"OCT706"},
    ("account user", "domain none"): {"OCT704"},
    ("account group-managed", "domain none"): {"OCT704"},
}
# A drive is mapped for all accounts of a machine with one credential, and nodes in a domain have none.
REFUSED_STORAGES = {
    "azure-files ad-ds mapped-drive": "OCT707",
    "azure-files entra-kerberos mapped-drive": "OCT707",
    "existing none mapped-drive": "OCT707",
}
# What works once a person has made the account: a warning says how.
WARNED = {("account group-managed", "domain new"): "OCT711"}
# What the keys of a database refuse among themselves.
REFUSED_DATABASES = {
    "kind: azure-sql, redundancy: zone, sku: S4, max_size_gib: 100": "OCT170",
    "kind: azure-sql, redundancy: geo, geo: {location: northeurope}, sku: S4, max_size_gib: 100": "OCT170",
    "kind: azure-sql, sku: GP_S_Gen5_4": "OCT630",
    "kind: azure-sql, redundancy: geo": "OCT631",
    "kind: azure-sql, redundancy: zone, geo: {location: northeurope}": "OCT631",
}
# What is said about a stack that is right: one zone, a domain that nothing needs, backups that lie beside the
# data, and a share that a person has to open first.
SAID_ALOUD = {"OCT191", "OCT605", "OCT629", "OCT644"}
# What every database and every storage gives to the others.
CONTRACT = {
    "database": {"name", "serverHostName", "databaseName", "connectionString"},
    "storage": {"name", "hostName", "uncPath", "credentialUserName"},
}
# Says that there is no way in, on purpose.
BASE = ("network.access=[{kind: none}]",)
SHAPES_THAT_FIT = [name for name in STORAGES if name not in REFUSED_STORAGES]


class Choice(NamedTuple):
    """One stack of the walk: a name of each table."""

    database: str
    storage: str
    domain: str
    account: str
    turn: str

    @property
    def settings(self) -> tuple[str, ...]:
        """What is written in the config."""
        return (
            *BASE,
            *DOMAINS[self.domain],
            *ACCOUNTS[self.account],
            f"database={{{DATABASES[self.database]}}}",
            *(f"database={{{turn}}}" for turn in [self.turn] if turn),
            f"storage={{{STORAGES[self.storage]}}}",
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the table of refusals calls its parts."""
        return (
            f"database {self.database}",
            f"storage {self.storage}",
            f"domain {self.domain}",
            f"account {self.account}",
        )

    def is_called(self, name: str) -> bool:
        """Say whether one of its parts has a name, or one that begins with it."""
        return any(f"{each} ".startswith(f"{name} ") for each in self.names)

    @property
    def refusals(self) -> set[str]:
        """The codes that it is refused with."""
        found = {
            code
            for (one, other), codes in REFUSED.items()
            if self.is_called(one) and self.is_called(other)
            for code in codes
        }
        alone = REFUSED_STORAGES.get(self.storage)
        return found | ({alone} if alone else set())

    @property
    def warnings(self) -> set[str]:
        """The codes that it is warned with."""
        return {
            code
            for (one, other), code in WARNED.items()
            if self.is_called(one) and self.is_called(other)
        }


@cache
def _walk() -> tuple[Choice, ...]:
    """Give a stack for every pair of shapes, and with it what was met least before."""
    met: set[tuple[str, str]] = set()
    walked: list[Choice] = []
    for database, storage in product(DATABASES, SHAPES_THAT_FIT):
        fitting = [
            choice
            for others in product(DOMAINS, ACCOUNTS, TURNS[database.split()[0]])
            if not (choice := Choice(database, storage, *others)).refusals and not choice.warnings
        ]
        best = max(fitting, key=lambda choice: len(_meetings(choice) - met))
        met |= _meetings(best)
        walked.append(best)
    return tuple(walked)


def _meetings(choice: Choice) -> set[tuple[str, str]]:
    """Name what meets what in a stack."""
    parts = (choice.database, choice.storage)
    pairs = {(part, other) for part in parts for other in (choice.domain, choice.account)}
    kind = choice.storage.split()[0]
    return pairs | {(choice.database, f"{choice.turn} {kind}"), (choice.domain, choice.account)}


class Outcome(NamedTuple):
    """What is to say about one stack."""

    choice: Choice
    findings: list[str]
    published: list[str]
    secrets: list[str]
    contract: list[str]


@cache
def _outcomes(database: str) -> list[Outcome]:
    return [_outcome(choice) for choice in _walk() if choice.database == database]


def _outcome(choice: Choice) -> Outcome:
    bundle = build(load(None, settings=choice.settings))
    published = validate_template(bundle.template, schemas=OFFICIAL) if OFFICIAL.is_dir() else ()
    given = bundle.parameters["main"]["parameters"].items()
    made = deploy(bundle.template, {name: each["value"] for name, each in given if "value" in each})
    return Outcome(
        choice,
        [str(each) for each in bundle.findings if each.code not in SAID_ALOUD],
        [str(each) for each in published if each.severity is not Severity.INFO],
        [str(each) for each in exposed(bundle.template)],
        [*_breaches(made), *_unordered(bundle.template)],
    )


def _breaches(made: Deployed) -> Iterator[str]:
    """Say how database and storage break what nodes expect of them."""
    outputs = {
        each.name.removeprefix("octopus-"): each.body["properties"]["outputs"]
        for each in made.of_type("Microsoft.Resources/deployments")
    }
    for module, names in CONTRACT.items():
        missing = names - set(outputs[module])
        if missing:
            yield f"{module} does not say its {', '.join(sorted(missing))}"
            return
    missing = {"databaseHostName", "databaseName", "sharePath"} - set(made.outputs)
    if missing:
        yield f"nobody learns {', '.join(sorted(missing))}"
    text = outputs["database"]["connectionString"]["value"]
    if (
        "Encrypt=True;" not in f"{text};"
        or outputs["database"]["serverHostName"]["value"] not in text
    ):
        yield f"the connection string lacks something: {text}"
    if re.search("ApplicationIntent|Password=|Pwd=", text, re.IGNORECASE):
        yield f"the connection string has what it must not have: {text}"
    path, host = (outputs["storage"][key]["value"] for key in ("uncPath", "hostName"))
    if not path.startswith(f"\\\\{host}\\"):
        yield f"the path is not below {host}: {path}"


def _unordered(template: Json) -> Iterator[str]:
    """Say what the installation of Octopus does not wait for."""
    (server,) = [each for each in template["resources"] if "-octopus-server'" in each["name"]]
    for module in ("database", "storage", "nodes"):
        if not any(f"{{0}}-{module}'" in each for each in server["dependsOn"]):
            yield f"Octopus is installed without waiting for {module}"


@pytest.mark.parametrize("database", DATABASES)
def test_database_goes_with_every_storage(database: str) -> None:
    outcomes = _outcomes(database)

    assert [each for each in outcomes if each.findings or each.secrets or each.contract] == []


@needs_official
@pytest.mark.parametrize("database", DATABASES)
def test_published_schemas_agree(database: str) -> None:
    assert [each for each in _outcomes(database) if each.published] == []


def test_every_kind_and_every_pair_is_walked() -> None:
    walked = _walk()

    # All kinds that there are, with each other, and every shape with every shape.
    for role, kinds in (("database", Database), ("storage", Storage), ("domain", Domain)):
        there_are = {str(kind.__struct_config__.tag) for kind in get_args(kinds)}
        assert {getattr(choice, role).split()[0] for choice in walked} == there_are
    pairs = {(choice.database, choice.storage) for choice in walked}
    assert pairs == set(product(DATABASES, SHAPES_THAT_FIT))
    # Each of them in every domain that takes it, with every account, and in every turn.
    for role, others in (("domain", DOMAINS), ("account", ACCOUNTS)):
        for part in ("database", "storage"):
            met = {(getattr(choice, part), getattr(choice, role)) for choice in walked}
            assert met >= set(_possible(part, role, others)), (part, role)
    kinds_of_storage = {name.split()[0] for name in STORAGES}
    for database in DATABASES:
        turns = TURNS[database.split()[0]]
        met_by = {(c.storage.split()[0], c.turn) for c in walked if c.database == database}
        assert {turn for _, turn in met_by} == set(turns)
        assert {kind for kind, _ in met_by} == kinds_of_storage


def _possible(
    part: str, role: str, others: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Give the pairs that nothing refuses."""
    shapes = DATABASES if part == "database" else SHAPES_THAT_FIT
    for shape, other in product(shapes, others):
        refused = any(
            f"{part} {shape} ".startswith(f"{one} ") and second == f"{role} {other}"
            for one, second in REFUSED
        )
        if not refused:
            yield shape, other


@pytest.mark.parametrize("database", DATABASES)
def test_what_does_not_go_together_is_refused_and_nothing_else(database: str) -> None:
    for storage, domain, account in product(STORAGES, DOMAINS, ACCOUNTS):
        choice = Choice(database, storage, domain, account, "")
        # The rules of accounts look at domain and storage, whatever the database is.
        if account == "computer" or database == "azure-sql zone vCore":
            assert _refused(choice.settings) == choice.refusals, choice


@pytest.mark.parametrize("storage", REFUSED_STORAGES)
def test_storage_that_fits_nothing_is_refused(storage: str) -> None:
    settings = (*BASE, *DOMAINS["existing"], *ACCOUNTS["user"], f"storage={{{STORAGES[storage]}}}")

    assert _refused(settings) == {REFUSED_STORAGES[storage]}


@pytest.mark.parametrize("database", REFUSED_DATABASES)
def test_database_that_cannot_be_is_refused(database: str) -> None:
    assert _refused((*BASE, f"database={{{database}}}")) == {REFUSED_DATABASES[database]}


@pytest.mark.parametrize("pair", WARNED)
def test_what_a_person_prepares_is_warned_of(pair: tuple[str, str]) -> None:
    account, domain = (name.partition(" ")[2] for name in pair)
    warnings = load(None, settings=(*BASE, *DOMAINS[domain], *ACCOUNTS[account])).warnings

    assert {each.code for each in warnings if each.severity is Severity.WARNING} == {WARNED[pair]}


def _refused(settings: tuple[str, ...]) -> set[str]:
    """Give the codes of the errors."""
    try:
        load(None, settings=settings)
    except ConfigError as error:
        return {each.code for each in error.diagnostics if each.is_error}
    return set()
