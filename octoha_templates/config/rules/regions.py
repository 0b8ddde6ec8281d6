"""Rules about what a region has: zones, a pair, and the tiers that not every region offers.

Source: the pages that `regions.toml` names.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from octoha_templates.config.model import (
    AzureFiles,
    AzureSql,
    NatGateway,
    RecoveryServices,
    SqlVmFailoverCluster,
)
from octoha_templates.config.regions import NO_PAIR, known_regions, region_of
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic


@reads("cloud", "location", "database.geo", "regions")
def region_of_cloud(site: Site) -> Iterator[Diagnostic]:
    """Every region is one of the cloud."""
    cloud = site.stack.cloud
    for path, name in _locations(site):
        known = region_of(site.stack, name)
        home = known.cloud if known else _cloud_by_name(name)
        if home != cloud:
            yield site.error(
                "OCT182",
                f"`{path}` is {name}, a region of {home}, but `cloud` is {cloud}",
                site.at(path, "cloud"),
                f"write cloud: {home}, or take a region of {cloud}",
            )


@reads("cloud", "location", "database.geo", "regions")
def region_is_known(site: Site) -> Iterator[Diagnostic]:
    """A region that nobody here knows is passed over, and said to be."""
    for path, name in _locations(site):
        if region_of(site.stack, name) is None:
            near = difflib.get_close_matches(name, known_regions(), n=1, cutoff=0.8)
            meant = (
                f"did you mean {near[0]}? If not, say what it has: "
                if near
                else "say what it has: "
            )
            yield site.note(
                "OCT730",
                f"`{path}` is {name}, a region that is not known here: whether it has zones and a pair is "
                "not checked",
                site.at(path),
                f"{meant}regions: [{{name: {name}, zones: true, pair: none}}]",
            )


@reads(
    "location", "regions", "nodes.zones", "domain", "database", "storage", "backup",
    "network.outbound",
)  # fmt: skip
def zones_of_region(site: Site) -> Iterator[Diagnostic]:
    """Nothing asks for availability zones in a region that has none."""
    location = site.stack.location
    known = region_of(site.stack, location)
    asks = _asks_for_zones(site)
    if known is None or known.zones is not False or not asks:
        return
    pair = region_of(site.stack, known.pair) if known.pair not in (None, NO_PAIR) else None
    other = f", such as {known.pair}" if pair and pair.zones else ""
    yield site.error(
        "OCT727",
        f"`location` is {location}, a region without availability zones, but "
        f"{joined((f'`{path}`' for path in asks), 'and')} "
        f"{'asks' if len(asks) == 1 else 'ask'} for them",
        site.at("location", *asks),
        f"write {joined((f'{path}: {value}' for path, value in asks.items()), 'and')}; or take a region "
        f"that has them{other}",
    )


@reads("location", "regions", "database.backup_redundancy", "backup.redundancy")
def pair_of_region(site: Site) -> Iterator[Diagnostic]:
    """Nothing is copied to the pair of a region that has none."""
    stack = site.stack
    known = region_of(stack, stack.location)
    if known is None or known.pair != NO_PAIR:
        return
    for path, value, instead in (
        ("database.backup_redundancy", getattr(stack.database, "backup_redundancy", ""), "Zone"),
        ("backup.redundancy", getattr(stack.backup, "redundancy", ""), "ZoneRedundant"),
    ):
        if value.startswith("Geo"):
            yield site.error(
                "OCT728",
                f"`{path}` is {value}, but {stack.location} has no paired region to copy to",
                site.at(path, "location"),
                f"write {path}: {instead}, or take a region that has a pair",
            )


@reads("location", "regions", "storage", "network.outbound", "database")
def tiers_of_region(site: Site) -> Iterator[Diagnostic]:
    """A tier that is not in every region is pointed out where it is not known to be."""
    stack = site.stack
    known = region_of(stack, stack.location)
    if known is None:
        return
    storage, outbound = stack.storage, getattr(stack.network, "outbound", None)
    if (
        isinstance(storage, AzureFiles)
        and storage.redundancy == "zone"
        and known.zones
        and known.zone_redundant_files is False
    ):
        yield site.warning(
            "OCT729",
            f"{stack.location} has no zone-redundant premium file shares yet",
            site.at("storage.redundancy", "location"),
            "write storage.redundancy: local; or, if it has them by now, "
            f"{_correction(stack.location, 'zone_redundant_files')}",
        )
    if (
        isinstance(outbound, NatGateway)
        and outbound.sku == "StandardV2"
        and known.nat_gateway_v2 is False
    ):
        yield site.warning(
            "OCT729",
            f"{stack.location} has no NAT gateway of the tier StandardV2 yet",
            site.at("network.outbound.sku", "location"),
            "write network.outbound.sku: Standard; or, if it has it by now, "
            f"{_correction(stack.location, 'nat_gateway_v2')}",
        )


def _correction(location: str, key: str) -> str:
    """Write how a config corrects the data."""
    return f"regions: [{{name: {location}, {key}: true}}]"


def _locations(site: Site) -> Iterator[tuple[str, str]]:
    """List the regions that a stack is in, and where the config says so."""
    yield "location", site.stack.location
    geo = getattr(site.stack.database, "geo", None)
    if geo is not None:
        yield "database.geo.location", geo.location


def _cloud_by_name(name: str) -> str:
    """Guess the cloud of a region that is not known; sovereign clouds name theirs alike."""
    if name.startswith(("usgov", "usdod")):
        return "AzureUSGovernment"
    return "AzureChinaCloud" if name.startswith("china") else "AzureCloud"


def _asks_for_zones(site: Site) -> dict[str, str]:
    """List the keys that ask for zones, with what they say where there are none."""
    stack = site.stack
    database, storage, backup = stack.database, stack.storage, stack.backup
    asks = {
        f"{role}.zones": "[]"
        for role in ("nodes", "domain", "database", "storage")
        if getattr(getattr(stack, role), "zones", ())
    }
    if isinstance(database, AzureSql):
        if database.is_zone_redundant:
            asks["database.redundancy"] = "local"
        if database.backup_redundancy in ("Zone", "GeoZone"):
            asks["database.backup_redundancy"] = (
                "Local" if database.backup_redundancy == "Zone" else "Geo"
            )
    if getattr(database, "witness_redundancy", "") == "zone":
        asks["database.witness_redundancy"] = "local"
    if isinstance(database, SqlVmFailoverCluster) and database.storage.redundancy == "zone":
        asks["database.storage.redundancy"] = "local"
    if isinstance(storage, AzureFiles) and storage.redundancy == "zone":
        asks["storage.redundancy"] = "local"
    if isinstance(backup, RecoveryServices) and backup.redundancy == "ZoneRedundant":
        asks["backup.redundancy"] = "LocallyRedundant"
    return asks


REGION_RULES: tuple[Rule, ...] = (
    region_of_cloud,
    region_is_known,
    zones_of_region,
    pair_of_region,
    tiers_of_region,
)
