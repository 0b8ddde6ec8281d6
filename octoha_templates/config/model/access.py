"""The ways in for operators."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, Part


class Bastion(Part, frozen=True, kw_only=True, tag="bastion", tag_field="kind"):
    """Azure Bastion: RDP to the nodes over HTTPS, without public addresses on them."""

    sku: Annotated[
        Literal["Basic", "Standard"],
        Meta(extra_json_schema=SHAPE, description="Basic is the portal's RDP only."),
    ] = "Standard"
    scale_units: Annotated[
        int,
        Meta(ge=2, le=50, description="Instances; each takes about 20 RDP sessions."),
    ] = 2
    native_client: Annotated[
        bool, Meta(description="Allow `az network bastion rdp` and tunnels (Standard).")
    ] = True


Access = Bastion
