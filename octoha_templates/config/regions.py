"""What is known of Azure's regions: the data of this package, and what a config adds to it.

The data is `regions.toml` beside this file. Nobody knows all of Azure's regions at all times, so that
everything here may be unknown, and nothing that is unknown is a mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from octoha_templates.config.model import Stack

_DATA: Final = Path(__file__).with_name("regions.toml")
NO_PAIR: Final = "none"


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """What is known of a region; None for what is not.

    Attributes:
        cloud: The cloud it belongs to.
        zones: Whether it has availability zones.
        pair: The region that geo-redundant copies go to; `none` when it has no pair.
        zone_redundant_files: Whether it has zone-redundant premium file shares.
        nat_gateway_v2: Whether it has NAT gateways of the tier StandardV2.
    """

    cloud: str
    zones: bool | None = None
    pair: str | None = None
    zone_redundant_files: bool | None = None
    nat_gateway_v2: bool | None = None


@cache
def known_regions() -> Mapping[str, KnownRegion]:
    """Read the data of this package: the regions of all clouds, by name."""
    clouds = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {
        name: KnownRegion(cloud, **facts)
        for cloud, regions in clouds.items()
        for name, facts in regions.items()
    }


def region_of(stack: Stack, name: str) -> KnownRegion | None:
    """Say what is known of a region: what the config says of it, and the data of this package.

    Args:
        stack: The stack, with its `regions`.
        name: Short name of the region.

    Returns:
        What is known; None when neither knows the region.
    """
    found = known_regions().get(name)
    for said in stack.regions:
        if said.name == name:
            known = found or KnownRegion(stack.cloud)
            facts = {key: getattr(said, key) for key in said.__struct_fields__ if key != "name"}
            found = replace(
                known, **{key: value for key, value in facts.items() if value is not None}
            )
    return found
