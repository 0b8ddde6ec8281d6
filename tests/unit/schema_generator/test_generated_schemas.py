"""`schemas/` is what the generator makes of the pinned packages."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.unit.validation.conftest import CHECKOUT, NOT_IN_THE_COPY, OFFICIAL, needs_official
from tools.schemas.build import build_schemas
from tools.schemas.report import compare
from tools.schemas.sources import (
    is_installed,
    locked_requirements,
    read_sources,
    read_support,
)
from tools.schemas.write import schema_text

SCHEMAS = CHECKOUT / "schemas"
TABLE = CHECKOUT / "tools" / "schemas" / "sources.toml"
SOURCES = {s.package: s for s in read_sources(TABLE, CHECKOUT / "build" / "sdk")}
VERSIONS: dict[str, str] = json.loads((SCHEMAS / "apiVersions.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("package", "provider"),
    [
        ("azure-mgmt-sql", "Microsoft.Sql"),  # the newer style
        ("azure-mgmt-storage", "Microsoft.Storage"),  # the older style
    ],
)
def test_a_provider_made_anew_is_the_one_that_is_here(package: str, provider: str) -> None:
    source = SOURCES[package]
    if not is_installed(CHECKOUT, source):
        pytest.skip("the azure-mgmt packages are not installed; `make schemas` does that")
    wanted = {t: v for t, v in VERSIONS.items() if t.split("/")[0] == provider}
    for name, schema in build_schemas([source], wanted).items():
        assert (SCHEMAS / name).read_text("utf-8") == schema_text(schema)


@needs_official
@pytest.mark.parametrize("resource_type", sorted(set(VERSIONS) - set(NOT_IN_THE_COPY)))
def test_each_settable_property_that_is_published_is_known_to_ours(resource_type: str) -> None:
    result = compare(resource_type, VERSIONS[resource_type], SCHEMAS, OFFICIAL)
    assert result is not None
    assert result.only_theirs == ()
    assert result.shared >= 3


def test_the_lock_has_each_package_that_is_asked_for_and_no_other() -> None:
    wanted = {f"{s.package}=={s.version}" for s in read_sources(TABLE, CHECKOUT)}
    locked = locked_requirements(SCHEMAS / "sdk.lock")
    assert set(locked) == wanted | set(read_support(TABLE))
    assert all("--hash=sha256:" in line for line in locked.values())


def test_each_exception_has_a_reason() -> None:
    table = tomllib.loads((TABLE.parent / "exceptions.toml").read_text("utf-8"))
    assert [row for rows in table.values() for row in rows if not row.get("reason")] == []


def test_the_files_have_no_descriptions_and_stay_small() -> None:
    files = sorted(SCHEMAS.glob("20*/Microsoft.*.json"))
    assert sum(path.stat().st_size for path in files) < 2_000_000
    notes = re.compile(r'"description":"')
    assert [p.name for p in files if notes.search(p.read_text("utf-8"))] == []


def test_the_table_of_versions_is_in_order() -> None:
    assert list(VERSIONS) == sorted(VERSIONS)
