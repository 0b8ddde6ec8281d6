"""622 to 629: a failover cluster instance of SQL Server."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_PREPARE = "learn.microsoft.com, Prepare virtual machines for an FCI"
_DISKS = "learn.microsoft.com, Create an FCI with Azure shared disks"
_SHARE = "learn.microsoft.com, Create an FCI with a premium file share"
_DOMAIN = (
    "network:\n  dns_servers: [10.0.0.4, 10.0.0.5]\ndomain:\n  kind: existing\n  fqdn: corp.example.com\n"
    "  net_bios_name: CORP\n  join_user: svc-join\n"
)
_CLUSTER = f"{_DOMAIN}database:\n  kind: sql-vm-failover-cluster\n"

SQL_FAILOVER_CLUSTER_CODES: tuple[Code, ...] = (
    Code(
        "OCT622",
        "A cluster without a domain",
        "The names of a cluster and of a clustered instance of SQL Server are computer accounts in a "
        "domain, and SQL Server runs as an account of it.",
        example="database:\n  kind: sql-vm-failover-cluster",
        instead=f"{_CLUSTER}  edition: standard",
        sources=(_PREPARE,),
    ),
    Code(
        "OCT623",
        "Storage and machines in different zones",
        "A locally redundant disk is in one zone, and a machine of another zone cannot hold it. A "
        "zone-redundant one is slower, which buys nothing when both machines are in one zone. The "
        "witness must not go down with a machine.",
        example=f"{_CLUSTER}  zones: [1, 2]\n  storage:\n    kind: shared-disks\n"
        "    redundancy: local",
        instead=f"{_CLUSTER}  zones: [1, 2]\n  storage:\n    kind: shared-disks\n"
        "    redundancy: zone",
        sources=(_PREPARE, _DISKS),
    ),
    Code(
        "OCT624",
        "A name that is taken",
        "Machines, cluster, instance and the name for clients are all accounts or records of one "
        "domain, where every name is there once.",
        example=f"{_CLUSTER}  cluster_name: octopus-1",
        instead=f"{_CLUSTER}  cluster_name: octopus-wsfc",
    ),
    Code(
        "OCT625",
        "A size that cannot hold the disks",
        "SQL Server wants premium storage. Shared disks are told apart by their SCSI number, which "
        "sizes with NVMe disks, version 6 and later, do not have.",
        example=f"{_CLUSTER}  size: Standard_E4ds_v6",
        instead=f"{_CLUSTER}  size: Standard_E4ds_v5",
        sources=(_DISKS,),
    ),
    Code(
        "OCT626",
        "An edition that is not for production",
        "Developer edition has every feature and is free, for development and test only. Standard "
        "allows a failover cluster instance of two machines.",
        example=f"{_CLUSTER}  edition: developer",
        instead=f"{_CLUSTER}  edition: standard",
        sources=("learn.microsoft.com, Editions and supported features of SQL Server 2022",),
    ),
    Code(
        "OCT627",
        "SQL Server runs as an administrator",
        "The account of the service needs no rights beyond its own. One that administers the "
        "machines, or joins machines to the domain, would hand both to whoever takes SQL Server over.",
        example=f"{_CLUSTER}  cluster_account: svc-sql\n  sql_service_account: svc-sql",
        instead=f"{_CLUSTER}  cluster_account: svc-cluster\n  sql_service_account: svc-sql",
        sources=("learn.microsoft.com, Configure Windows service accounts and permissions",),
    ),
    Code(
        "OCT628",
        "A small share for a database",
        "Data, log, tempdb and backups share the space and the operations per second of the share, "
        "and Azure gives a larger share more of them.",
        example=f"{_CLUSTER}  storage:\n    kind: premium-file-share\n    quota_gib: 100",
        instead=f"{_CLUSTER}  storage:\n    kind: premium-file-share\n    quota_gib: 1024",
        sources=(_SHARE,),
    ),
    Code(
        "OCT629",
        "Backups beside the data",
        "The automated backup of the SQL Server extension and Azure Backup do not know clustered "
        "instances on Azure machines, so SQL Server Agent writes the backups, to storage of the "
        "cluster. They undo a mistake. Against the loss of that storage, something has to copy them.",
        example=f"{_CLUSTER}  edition: standard",
        sources=(_SHARE,),
    ),
)
