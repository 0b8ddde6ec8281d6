"""What regions have: the data of the package, what a config adds to it, and the rules that read both."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

import pytest

from octoha_templates.config.load import load_text
from octoha_templates.config.model import Region, Stack
from octoha_templates.config.regions import NO_PAIR, known_regions, region_of
from octoha_templates.diagnostics import Diagnostic
from octoha_templates.errors import ConfigError

MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}\n"
)
CODES = ("OCT182", "OCT730", "OCT727", "OCT728", "OCT729")
WITHOUT_ZONES = (
    "nodes: {zones: []}\n"
    "database: {redundancy: local, backup_redundancy: Local}\n"
    "storage: {redundancy: local}\n"
    "backup: {redundancy: LocallyRedundant}\n"
)
OWN_DOMAIN = "domain: {kind: new, fqdn: ad.example.com, net_bios_name: AD, zones: []}\n"


def findings(text: str) -> list[Diagnostic]:
    """Give the findings about regions of a config."""
    try:
        found = load_text(MINIMAL + text).warnings
    except ConfigError as error:
        found = error.diagnostics
    return [each for each in found if each.code in CODES]


def codes(text: str) -> list[str]:
    """Give their codes."""
    return [each.code for each in findings(text)]


def test_every_region_of_the_data_is_one_that_a_config_can_name() -> None:
    (pattern,) = [each.pattern for each in get_args(Region) if getattr(each, "pattern", None)]

    for name in known_regions():
        assert re.fullmatch(pattern, name), name


def test_pairs_lead_to_regions_of_the_same_cloud() -> None:
    regions = known_regions()

    for name, known in regions.items():
        assert known.pair == NO_PAIR or regions[str(known.pair)].cloud == known.cloud, name


def test_only_regions_with_zones_have_zone_redundant_shares() -> None:
    for name, known in known_regions().items():
        assert known.zones or not known.zone_redundant_files, name


def test_every_cloud_of_the_config_has_regions() -> None:
    clouds = set(get_args(get_type_hints(Stack)["cloud"]))

    assert {known.cloud for known in known_regions().values()} == clouds


@pytest.mark.parametrize(
    ("name", "zones", "pair"),
    [
        ("westeurope", True, "northeurope"),
        ("westus", False, "eastus"),
        ("italynorth", True, "none"),
        ("westus3", True, "eastus"),
        ("usgovvirginia", True, "usgovtexas"),
        ("usgovarizona", False, "usgovtexas"),
        ("chinanorth3", True, "chinaeast3"),
    ],
)
def test_data_says_what_the_documentation_says(name: str, zones: bool, pair: str) -> None:
    known = known_regions()[name]

    assert (known.zones, known.pair) == (zones, pair)


def test_reference_stack_fits_most_regions_as_it_is() -> None:
    """So that the defaults are right wherever there are zones."""
    for name, known in known_regions().items():
        found = codes(f"location: {name}\ncloud: {known.cloud}\n")
        assert ("OCT727" in found) is not known.zones, name
        assert "OCT728" not in found, name


def test_a_region_without_zones_is_said_once_with_every_key_and_its_way_out() -> None:
    (found,) = findings("location: westus\n")

    assert found.code == "OCT727"
    assert found.is_error
    for change in (
        "nodes.zones: []",
        "database.redundancy: local",
        "database.backup_redundancy: Local",
        "storage.redundancy: local",
        "backup.redundancy: LocallyRedundant",
    ):
        assert change in found.hint
    assert found.hint.endswith("or take a region that has them, such as eastus")


def test_the_way_out_of_a_region_without_zones_is_one() -> None:
    assert codes("location: westus\n" + WITHOUT_ZONES) == []


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("domain: {kind: new, fqdn: ad.example.com, net_bios_name: AD}", "domain.zones"),
        (
            OWN_DOMAIN + "database: {kind: sql-vm-availability-group, zones: []}",
            "database.witness_redundancy",
        ),
        (
            OWN_DOMAIN
            + "database: {kind: sql-vm-failover-cluster, zones: [], witness_redundancy: local}",
            "database.storage.redundancy",
        ),
    ],
)
def test_machines_of_every_role_are_looked_at(part: str, key: str) -> None:
    kept = [
        line
        for line in WITHOUT_ZONES.splitlines()
        if not part.rsplit("\n", maxsplit=1)[-1].startswith(line.split(":")[0])
    ]
    (found,) = [
        each
        for each in findings("location: westus\n" + "\n".join([*kept, part]) + "\n")
        if each.code == "OCT727"
    ]

    assert f"`{key}`" in found.message


def test_a_region_that_is_not_known_is_a_note_and_never_an_error() -> None:
    (found,) = findings("location: atlantiscentral\n")

    assert found.code == "OCT730"
    assert not found.is_error
    assert "regions: [{name: atlantiscentral, zones: true, pair: none}]" in found.hint


def test_a_slip_in_the_name_of_a_region_is_guessed() -> None:
    (found,) = findings("location: westeurop\n")

    assert found.hint.startswith("did you mean westeurope?")


def test_config_says_what_a_new_region_has() -> None:
    new = "location: atlantiscentral\nregions: [{name: atlantiscentral, zones: %s, pair: %s}]\n"

    assert codes(new % ("true", "none")) == []
    assert codes(new % ("false", "none")) == ["OCT727"]
    assert codes(new % ("true", "none") + "backup: {redundancy: GeoRedundant}\n") == ["OCT728"]
    assert codes(new % ("true", "westus") + "backup: {redundancy: GeoRedundant}\n") == []


def test_config_corrects_the_data_key_by_key() -> None:
    assert codes("location: westus\nregions: [{name: westus, zones: true}]\n") == []
    stack = load_text(
        MINIMAL + "regions: [{name: westus, zones: true}, {name: westus, pair: none}]\n"
    ).stack
    known = region_of(stack, "westus")

    assert known is not None
    assert (known.cloud, known.zones, known.pair) == ("AzureCloud", True, "none")


def test_geo_redundant_copies_want_a_pair() -> None:
    text = "location: italynorth\nbackup: {redundancy: GeoRedundant}\ndatabase: {backup_redundancy: %s}\n"

    assert codes(text % "Zone") == ["OCT728"]
    assert codes(text % "GeoZone") == ["OCT728", "OCT728"]
    assert codes(text.replace("italynorth", "westeurope") % "Geo") == []


def test_tiers_that_come_to_regions_one_by_one_are_warnings() -> None:
    found = findings("location: chilecentral\n")

    assert [each.code for each in found] == ["OCT729", "OCT729"]
    assert not any(each.is_error for each in found)
    assert (
        codes(
            "location: chilecentral\nregions: "
            "[{name: chilecentral, zone_redundant_files: true, nat_gateway_v2: true}]\n"
        )
        == []
    )


def test_second_region_is_one_of_the_same_cloud_and_known() -> None:
    geo = "database: {redundancy: geo, geo: {location: %s}}\n"

    assert codes(geo % "northeurope") == []
    assert codes(geo % "usgovtexas") == ["OCT182"]
    assert codes(geo % "atlantiscentral") == ["OCT730"]


@pytest.mark.parametrize(
    ("location", "cloud"),
    [("usgovmoon", "AzureUSGovernment"), ("chinawest9", "AzureChinaCloud"), ("moon", "AzureCloud")],
)
def test_cloud_of_an_unknown_region_is_read_from_its_name(location: str, cloud: str) -> None:
    assert codes(f"location: {location}\ncloud: {cloud}\n") == ["OCT730"]
    wrong = "AzureCloud" if cloud != "AzureCloud" else "AzureUSGovernment"
    assert codes(f"location: {location}\ncloud: {wrong}\n") == ["OCT182"]


def test_environments_may_be_in_regions_that_they_describe_themselves() -> None:
    loaded = load_text(
        MINIMAL
        + "environments: {moon: {location: moonbase, regions: [{name: moonbase, zones: true, pair: none}]}}\n"
    )

    assert loaded.environments["moon"].location == "moonbase"
    assert not [each for each in loaded.warnings if each.code in CODES]


@pytest.mark.parametrize(
    ("size", "refused"),
    [
        ("Standard_B2ms", True),
        ("Standard_B8ms", True),
        ("Standard_B12ms", False),
        ("Standard_B4s_v2", False),
        ("Standard_D2s_v5", False),
    ],
)
def test_every_machine_has_a_size_with_accelerated_networking(size: str, refused: bool) -> None:
    text = (
        MINIMAL
        + f"nodes: {{size: {size}}}\nnetwork: {{access: [{{kind: jump-box, size: {size}}}]}}\n"
    )
    try:
        found = load_text(text).warnings
    except ConfigError as error:
        found = error.diagnostics
    messages = [each.message for each in found if each.code == "OCT159"]

    assert messages == [
        f"`{path}.size` is {size}, which has no accelerated networking"
        for path in ("nodes", "network.access[0]")
        if refused
    ]
