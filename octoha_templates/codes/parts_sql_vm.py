"""610 to 621: SQL Server machines with an availability group."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_OVERVIEW = "learn.microsoft.com, Availability group overview for SQL Server on Azure VMs"
_EDITIONS = "learn.microsoft.com, Editions and supported features of SQL Server 2022"
_SIZES = "learn.microsoft.com, Sizes for virtual machines in Azure"
_SIZING = "octopus.com/docs, Installation guidelines"
_DOMAIN = (
    "domain: {kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}\n"
    "network: {dns_servers: [10.0.0.4]}\n"
)
_KIND = "database:\n  kind: sql-vm-availability-group\n"

SQL_VM_CODES: tuple[Code, ...] = (
    Code(
        "OCT610",
        "An edition without availability groups",
        "Standard has basic availability groups only: one database in each, two replicas, and Azure's groups of SQL "
        "virtual machines do not form them.",
        example=f"{_DOMAIN}{_KIND}  edition: standard",
        instead=f"{_DOMAIN}database:\n  kind: sql-vm-failover-cluster\n  edition: standard",
        sources=(_EDITIONS,),
    ),
    Code(
        "OCT611",
        "A database for development",
        "The developer edition has every feature, but its licence forbids production.",
        example=f"{_DOMAIN}{_KIND}  edition: developer",
        instead=f"{_DOMAIN}{_KIND}  edition: enterprise",
        sources=(_EDITIONS,),
    ),
    Code(
        "OCT612",
        "A cluster without a domain",
        "Azure forms the Windows cluster of an availability group in an Active Directory domain.",
        example=_KIND,
        instead=f"{_DOMAIN}{_KIND}",
        sources=(_OVERVIEW,),
    ),
    Code(
        "OCT613",
        "Not as many names as machines",
        "`database.names` has a name for every SQL Server machine, or is left out.",
        example=f"{_DOMAIN}{_KIND}  names: [sql-a]",
        instead=f"{_DOMAIN}{_KIND}  names: [sql-a, sql-b]",
    ),
    Code(
        "OCT614",
        "A name that is taken",
        "Machines, cluster, listener and nodes are computer accounts of one domain, which has every name once.",
        example=f"{_DOMAIN}{_KIND}  listener_name: octopus-sql1",
        instead=f"{_DOMAIN}{_KIND}  listener_name: octopus-db",
    ),
    Code(
        "OCT615",
        "SQL Server machines in one zone",
        "A zone that fails takes every machine in it; the group needs the others.",
        example=f"{_DOMAIN}{_KIND}  zones: [1]",
        instead=f"{_DOMAIN}{_KIND}  zones: [1, 2]",
        sources=(_OVERVIEW,),
    ),
    Code(
        "OCT616",
        "SQL Server machines without zones",
        "Where the region has no zones, an availability set keeps the machines apart inside one data centre.",
        example=f"{_DOMAIN}{_KIND}  zones: []",
        sources=(_OVERVIEW,),
    ),
    Code(
        "OCT617",
        "SQL Server machines too small for the tasks",
        "Octopus gives database sizes by the total task cap of all nodes; each machine may have to serve alone.",
        example=f"nodes: {{task_cap: 50}}\n{_DOMAIN}{_KIND}  size: Standard_E4s_v5",
        instead=f"{_DOMAIN}{_KIND}  size: Standard_E8s_v5",
        sources=(_SIZING,),
    ),
    Code(
        "OCT618",
        "More disks than the size takes",
        "A virtual machine size takes so many data disks; logs and tempdb have one each.",
        example=f"{_DOMAIN}{_KIND}  size: Standard_E2s_v5\n  data_disks: 4",
        instead=f"{_DOMAIN}{_KIND}  size: Standard_E4s_v5\n  data_disks: 4",
        sources=(_SIZES,),
    ),
    Code(
        "OCT619",
        "A size that SQL Server should not have",
        "SQL Server wants premium disks and processors that are always there; memory-optimised E sizes suit it best.",
        example=f"{_DOMAIN}{_KIND}  size: Standard_B4ms",
        instead=f"{_DOMAIN}{_KIND}  size: Standard_E4s_v5",
        sources=(_SIZES,),
    ),
    Code(
        "OCT620",
        "A replica with the free licence",
        "Azure asks nothing for the SQL Server licence of a replica for disaster recovery, while nobody reads from it.",
        example=f"{_DOMAIN}{_KIND}  free_secondary: true",
        sources=("learn.microsoft.com, Pricing guidance for SQL Server Azure VMs",),
    ),
)
