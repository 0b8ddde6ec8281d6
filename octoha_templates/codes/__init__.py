"""The catalogue of finding codes: what each means, an example, and what to write instead.

Codes stay for life; a retired code is not reused. One module per hundred: `config` 1xx, `rendering` 2xx,
`bicep` 3xx, `template` 4xx, `files` 5xx,
`parts_*` 6xx and 7xx for the rules of single kinds.
"""

from __future__ import annotations

from octoha_templates.codes._entry import Code
from octoha_templates.codes.bicep import BICEP_CODES
from octoha_templates.codes.config import CONFIG_CODES
from octoha_templates.codes.files import FILE_CODES
from octoha_templates.codes.parts_access import ACCESS_CODES
from octoha_templates.codes.parts_appliances import APPLIANCE_CODES
from octoha_templates.codes.parts_azure_sql import AZURE_SQL_CODES
from octoha_templates.codes.parts_certificate import CERTIFICATE_CODES
from octoha_templates.codes.parts_domain import DOMAIN_CODES
from octoha_templates.codes.parts_existing_database import EXISTING_DATABASE_CODES
from octoha_templates.codes.parts_file_servers import FILE_SERVER_CODES
from octoha_templates.codes.parts_front_door import FRONT_DOOR_CODES
from octoha_templates.codes.parts_load_balancer import LOAD_BALANCER_CODES
from octoha_templates.codes.parts_network import NETWORK_PART_CODES
from octoha_templates.codes.parts_sql_failover_cluster import SQL_FAILOVER_CLUSTER_CODES
from octoha_templates.codes.parts_sql_vm import SQL_VM_CODES
from octoha_templates.codes.parts_storage import STORAGE_CODES
from octoha_templates.codes.parts_traffic_manager import TRAFFIC_MANAGER_CODES
from octoha_templates.codes.rendering import RENDERING_CODES
from octoha_templates.codes.sync import SYNC_CODES
from octoha_templates.codes.template import TEMPLATE_CODES

CATALOGUE: dict[str, Code] = {
    entry.code: entry
    for entry in (
        *CONFIG_CODES,
        *NETWORK_PART_CODES,
        *SQL_VM_CODES,
        *AZURE_SQL_CODES,
        *STORAGE_CODES,
        *RENDERING_CODES,
        *BICEP_CODES,
        *TEMPLATE_CODES,
        *FILE_CODES,
        *SYNC_CODES,
        *ACCESS_CODES,
        *EXISTING_DATABASE_CODES,
        *CERTIFICATE_CODES,
        *LOAD_BALANCER_CODES,
        *TRAFFIC_MANAGER_CODES,
        *SQL_FAILOVER_CLUSTER_CODES,
        *APPLIANCE_CODES,
        *DOMAIN_CODES,
        *FILE_SERVER_CODES,
        *FRONT_DOOR_CODES,
    )
}

__all__ = ["CATALOGUE", "Code"]
