"""What the web application firewalls of Application Gateway and Front Door share.

Source: learn.microsoft.com, "WAF exclusion lists", "DRS and CRS rule groups and rules".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from octoha_templates.config.model.base import (
    SHAPE,
    Part,
)


class WafExclusion(Part, frozen=True, kw_only=True):
    """A part of requests whose values the managed rules do not look at."""

    variable: Annotated[
        Literal["RequestArgValues", "RequestCookieValues", "RequestHeaderValues"],
        Meta(description="Which part of a request; values in a JSON body count as arguments."),
    ] = "RequestArgValues"
    operator: Annotated[
        Literal["Equals", "StartsWith", "EndsWith", "Contains"],
        Meta(description="How the name is compared."),
    ] = "Equals"
    selector: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=256,
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
            description="Name of the argument, cookie or header, as the firewall log shows it.",
            examples=["ReleaseNotes"],
        ),
    ]


# Scripts and variables are code and connection strings by nature, and tokens are random.
EXCLUDED_FOR_OCTOPUS: Final = (
    WafExclusion(operator="Contains", selector="Octopus.Action."),
    WafExclusion(operator="EndsWith", selector="ScriptBody"),
    WafExclusion(operator="StartsWith", selector="Variables"),
    WafExclusion(operator="EndsWith", selector="ReleaseNotes"),
    WafExclusion(selector="id_token"),
    WafExclusion(selector="state"),
    WafExclusion(variable="RequestCookieValues", operator="StartsWith", selector="Octopus"),
    WafExclusion(variable="RequestHeaderValues", selector="Authorization"),
    WafExclusion(variable="RequestHeaderValues", selector="X-Octopus-Csrf-Token"),
)


class AnyWaf(Part, frozen=True, kw_only=True):
    """What the firewalls of both web front ends have."""

    rule_set_version: Annotated[
        Literal["2.1", "2.2"],
        Meta(
            extra_json_schema=SHAPE,
            description="Version of Microsoft_DefaultRuleSet; 2.1 where a cloud has no newer one.",
        ),
    ] = "2.2"

    @property
    def bot_rule_set_version(self) -> str:
        """The version of Microsoft_BotManagerRuleSet that came with the other rules."""
        return "1.0" if self.rule_set_version == "2.1" else "1.1"

    @property
    def octopus_exclusions(self) -> tuple[WafExclusion, ...]:
        """What every Octopus needs left alone: scripts, variables and tokens."""
        return EXCLUDED_FOR_OCTOPUS
