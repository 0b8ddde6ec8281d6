"""Rules that span several keys, and facts about Azure and Octopus that no type can say.

A rule is a function that yields findings. It names the values it reads, so that it is passed over
when one of them is wrong already: nobody is told twice about one mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.config.places import Path
from octoha_templates.config.rules.access import ACCESS_RULES
from octoha_templates.config.rules.appliances import APPLIANCE_RULES
from octoha_templates.config.rules.certificate import CERTIFICATE_RULES
from octoha_templates.config.rules.database import DATABASE_RULES
from octoha_templates.config.rules.domain import DOMAIN_RULES
from octoha_templates.config.rules.existing_database import EXISTING_DATABASE_RULES
from octoha_templates.config.rules.existing_network import EXISTING_NETWORK_RULES
from octoha_templates.config.rules.file_servers import FILE_SERVER_RULES
from octoha_templates.config.rules.front_door import FRONT_DOOR_RULES
from octoha_templates.config.rules.load_balancer import LOAD_BALANCER_RULES
from octoha_templates.config.rules.network import NETWORK_RULES
from octoha_templates.config.rules.nodes import NODE_RULES
from octoha_templates.config.rules.regions import REGION_RULES
from octoha_templates.config.rules.resilience import RESILIENCE_RULES
from octoha_templates.config.rules.rule import Rule, Site
from octoha_templates.config.rules.service import SERVICE_RULES
from octoha_templates.config.rules.sql_failover_cluster import SQL_FAILOVER_CLUSTER_RULES
from octoha_templates.config.rules.sql_vm import SQL_VM_RULES
from octoha_templates.config.rules.storage import STORAGE_RULES
from octoha_templates.config.rules.traffic_manager import TRAFFIC_MANAGER_RULES
from octoha_templates.diagnostics import Diagnostic

ALL_RULES: tuple[Rule, ...] = (
    *NETWORK_RULES,
    *EXISTING_NETWORK_RULES,
    *ACCESS_RULES,
    *NODE_RULES,
    *DATABASE_RULES,
    *STORAGE_RULES,
    *SQL_VM_RULES,
    *EXISTING_DATABASE_RULES,
    *SQL_FAILOVER_CLUSTER_RULES,
    *REGION_RULES,
    *SERVICE_RULES,
    *CERTIFICATE_RULES,
    *LOAD_BALANCER_RULES,
    *TRAFFIC_MANAGER_RULES,
    *APPLIANCE_RULES,
    *FRONT_DOOR_RULES,
    *DOMAIN_RULES,
    *FILE_SERVER_RULES,
    *RESILIENCE_RULES,
)


def rule_findings(site: Site, broken: tuple[Path, ...] = ()) -> Iterator[Diagnostic]:
    """Apply every rule whose values are not broken.

    Args:
        site: The stack and its places; values at broken paths are stand-ins.
        broken: Paths that have a finding already.

    Yields:
        Errors and warnings, in the order of the rules.
    """
    for rule in ALL_RULES:
        if not any(_touches(path, read) for path in broken for read in rule.reads):
            yield from rule.apply(site)


def _touches(path: Path, read: Path) -> bool:
    """Say whether one path lies on the way to, or below, the other."""
    length = min(len(path), len(read))
    return path[:length] == read[:length]
