"""Rules about the database: what goes with which tier, and how much of it Octopus needs.

Source: learn.microsoft.com, "Resource limits for single databases" (vCore and DTU), "Availability
through redundancy"; octopus.com/docs, "Installation guidelines" (database size by total task cap).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Final

from octoha_templates.config.model import AzureSql, ExistingDatabase, Stack
from octoha_templates.config.places import Places
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic, Severity

_SYSTEM_DATABASES: Final = frozenset({"master", "model", "msdb", "tempdb"})
_DTUS: Final = {
    "S3": 100, "S4": 200, "S6": 400, "S7": 800, "S9": 1600, "S12": 3000,
    "P1": 125, "P2": 250, "P4": 500, "P6": 1000, "P11": 1750, "P15": 4000,
}  # fmt: skip
_DTU_SIZES_GIB: Final = (
    1,
    2,
    5,
    10,
    20,
    30,
    40,
    50,
    100,
    150,
    200,
    250,
    300,
    400,
    500,
    750,
    1024,
)
_LARGE_DTU_SIZES_GIB: Final = (*_DTU_SIZES_GIB, *range(1280, 4097, 256))
# The largest database by vCPUs, General Purpose and Business Critical alike.
_VCORE_LIMITS_GIB: Final = ((4, 1024), (6, 1536), (10, 2048), (20, 3072), (80, 4096))
# What Octopus asks for by total task cap: up to so many tasks, vCPUs, DTUs.
_SIZING: Final = ((10, 2, 50), (20, 2, 100), (40, 4, 200), (80, 8, 400), (160, 16, 800))


@reads("database.sku", "database.redundancy")
def zone_redundancy(site: Site) -> Iterator[Diagnostic]:
    """Zone redundancy is asked of a tier that has it."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    if database.is_zone_redundant and is_standard(database.sku):
        yield site.error(
            "OCT170",
            f"`database.redundancy` is {database.redundancy}, but {database.sku} is a Standard tier, which is "
            "never zone-redundant",
            site.at("database.redundancy", "database.sku"),
            "take GP_Gen5_4 or a P tier, or write redundancy: local",
        )


@reads("database.sku", "database.license")
def license_of_tier(site: Site) -> Iterator[Diagnostic]:
    """Azure Hybrid Benefit is asked of a tier that has it."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    if database.license == "BasePrice" and is_dtu(database.sku):
        yield site.error(
            "OCT171",
            f"`database.license` is BasePrice, but {database.sku} is a DTU tier, whose price "
            "includes the licence",
            site.at("database.license", "database.sku"),
            "leave license out, or take a vCore tier such as GP_Gen5_4",
        )


@reads("database.sku", "database.max_size_gib")
def largest_size(site: Site) -> Iterator[Diagnostic]:
    """The tier can have a database of that size."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    size, sku = database.max_size_gib, database.sku
    at = site.at("database.max_size_gib", "database.sku")
    limit = size_limit_gib(sku)
    if size > limit:
        yield site.error(
            "OCT172",
            f"`database.max_size_gib` is {size}, but {sku} holds at most {limit} GiB",
            at,
            "take a larger tier, or a smaller database",
        )
    elif is_dtu(sku) and size not in _LARGE_DTU_SIZES_GIB:
        fitting = _DTU_SIZES_GIB[bisect_left(_DTU_SIZES_GIB, size)]
        yield site.error(
            "OCT172",
            f"`database.max_size_gib` is {size}, but DTU tiers such as {sku} come in fixed sizes",
            at,
            f"write max_size_gib: {fitting}, the next larger one",
        )


@reads("database.sku", "nodes.count", "nodes.task_cap")
def large_enough(site: Site) -> Iterator[Diagnostic]:
    """The database is large enough for the tasks of all nodes together."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    nodes, sku = site.stack.nodes, database.sku
    total = nodes.count * nodes.task_cap
    at = site.at("database.sku", "nodes.task_cap", "nodes.count")
    row = next((row for row in _SIZING if total <= row[0]), None)
    if row is None:
        yield site.warning(
            "OCT174",
            f"{nodes.count} nodes run {total} tasks at a time, more than the 160 that Octopus "
            "gives sizes for",
            site.at("nodes.task_cap", "nodes.count"),
            "lower nodes.task_cap",
        )
        return
    has, needed, unit = (
        (_DTUS[sku], row[2], "DTUs") if is_dtu(sku) else (vcores(sku), row[1], "vCPUs")
    )
    if has < needed:
        yield site.warning(
            "OCT173",
            f"{sku} has {has} {unit}, but {nodes.count} nodes with {total} tasks in all want "
            f"{needed}",
            at,
            "take a larger tier, or lower nodes.task_cap",
        )


@reads("database.authentication", "database.entra_administrator")
def administrator_of_entra(site: Site) -> Iterator[Diagnostic]:
    """An Entra administrator is one that the stack can use."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    administrator = database.entra_administrator
    if administrator is None:
        return
    path = "database.entra_administrator"
    if administrator.login != administrator.login.strip():
        yield site.error(
            "OCT175",
            f"`{path}.login` starts or ends with a blank",
            site.at(f"{path}.login"),
            "delete the blank",
        )
    if database.authentication == "sql":
        yield site.error(
            "OCT176",
            f"`{path}` is given, but `database.authentication` is sql, where it has no effect",
            site.at(path),
            "write authentication: entra, or leave the administrator out",
        )
    else:
        yield site.note(
            "OCT177",
            "with an administrator of your own, the nodes cannot make their database user",
            site.at(path),
            "make it as that administrator; octoha-render explain OCT177 has the statement",
        )


def vcpus_for_tasks(total: int) -> int | None:
    """Say how many vCPUs Octopus wants for so many tasks at a time; None beyond what it has sizes for."""
    return next((vcpus for tasks, vcpus, _ in _SIZING if total <= tasks), None)


def is_dtu(sku: str) -> bool:
    """Say whether a service objective is bought in DTUs."""
    return sku in _DTUS


def is_standard(sku: str) -> bool:
    """Say whether a service objective is of the Standard DTU tier."""
    return is_dtu(sku) and sku.startswith("S")


def vcores(sku: str) -> int:
    """Read the vCPUs of a vCore service objective: `GP_Gen5_4`."""
    return int(sku.rpartition("_")[2])


def size_limit_gib(sku: str) -> int:
    """Say how large a database of a tier can be, in GiB."""
    if is_dtu(sku):
        return 4096 if sku in ("P11", "P15") else 1024
    return next(limit for most, limit in _VCORE_LIMITS_GIB if vcores(sku) <= most)


@reads("database.sku")
def never_serverless(site: Site) -> Iterator[Diagnostic]:
    """The database is always awake."""
    database = site.stack.database
    if isinstance(database, AzureSql) and "_S_" in database.sku:
        yield site.error(
            "OCT630",
            f"`database.sku` is {database.sku}, a serverless one, but Octopus asks its database every few "
            "seconds, so that it never pauses and costs more than a provisioned one",
            site.at("database.sku"),
            f"write sku: {database.sku.replace('_S_', '_')}",
        )


@reads("database.redundancy", "database.geo", "location")
def second_region(site: Site) -> Iterator[Diagnostic]:
    """Geo-replication names another region, and nothing else does."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    if database.redundancy == "geo" and database.geo is None:
        yield site.error(
            "OCT631",
            "`database.redundancy` is geo, but `database.geo` does not say where the second server is",
            site.at("database.redundancy"),
            "write geo: {location: northeurope}, the region that is paired with yours",
        )
    elif database.redundancy != "geo" and database.geo is not None:
        yield site.error(
            "OCT631",
            f"`database.geo` is given, but `database.redundancy` is {database.redundancy}, where it has no "
            "effect",
            site.at("database.geo"),
            "write redundancy: geo, or leave geo out",
        )
    elif database.geo is not None and database.geo.location == site.stack.location:
        yield site.error(
            "OCT632",
            f"`database.geo.location` is {database.geo.location}, where the stack is already",
            site.at("database.geo.location"),
            "take another region; replicas inside this one come with zone redundancy",
        )


@reads("database.geo", "database.sku")
def standby_of_tier(site: Site) -> Iterator[Diagnostic]:
    """A standby copy is asked of a tier that has it."""
    database = site.stack.database
    if not isinstance(database, AzureSql):
        return
    if database.geo is not None and database.geo.standby and is_dtu(database.sku):
        yield site.error(
            "OCT633",
            f"`database.geo.standby` is true, but {database.sku} is a DTU tier, whose copies always have a "
            "licence",
            site.at("database.geo.standby"),
            "write standby: false, or take a vCore tier such as GP_Gen5_4",
        )


@reads("database.database_name")
def database_of_its_own(site: Site) -> Iterator[Diagnostic]:
    """Octopus does not live in a database of SQL Server itself."""
    name = site.stack.database.database_name
    if name.lower() in _SYSTEM_DATABASES:
        yield site.error(
            "OCT178",
            f"`database.database_name` is {name}, which belongs to SQL Server itself",
            site.at("database.database_name"),
            "write database_name: Octopus",
        )


def one_database_each(environments: Mapping[str, Stack], places: Places) -> Iterator[Diagnostic]:
    """Two environments do not find each other's database.

    Args:
        environments: The stacks of the environments, by name.
        places: Where the values of the config are written.

    Yields:
        A finding for every environment whose existing database another one has already.
    """
    taken: dict[tuple[str, str, str], str] = {}
    for name, stack in environments.items():
        database = stack.database
        if not isinstance(database, ExistingDatabase):
            continue
        # An instance beside the default one, or its port, makes another server of the same host.
        server = f"{database.instance or ''}:{database.server_port}".lower()
        where = (database.host, server, database.database_name.lower())
        other = taken.setdefault(where, name)
        if other != name:
            yield Diagnostic(
                "OCT179",
                Severity.WARNING,
                f"the environments {other} and {name} have the same database, {database.database_name} on "
                f"{database.host}",
                places.of_first_written(("environments", name, "database"), ("environments", name)),
                f"write environments.{name}.database.database_name",
            )


DATABASE_RULES: tuple[Rule, ...] = (
    zone_redundancy,
    license_of_tier,
    largest_size,
    large_enough,
    administrator_of_entra,
    never_serverless,
    second_region,
    standby_of_tier,
    database_of_its_own,
)
