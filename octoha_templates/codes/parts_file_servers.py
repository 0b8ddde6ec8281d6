"""650 to 659: file servers with DFS."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_OCTOPUS = "octopus.com/docs, Local storage"
_DFSR = "learn.microsoft.com, DFS Replication FAQ"
_DFS = (
    "domain:\n  kind: new\n  fqdn: ad.example.com\n  net_bios_name: EXAMPLE\n"
    "storage:\n  kind: dfs-replication\n"
)

FILE_SERVER_CODES: tuple[Code, ...] = (
    Code(
        "OCT650",
        "Several active replicas",
        "Octopus expects that a file is there for every node as soon as it is written. DFS "
        "Replication comes later, copies no file that is open, knows no locks, and keeps the later "
        "one of two. So every node uses the same replica, and a script leads them all to the other "
        "one when it has to be.",
        example=f"{_DFS}  active_replicas: [1, 2]",
        instead=f"{_DFS}  active_replicas: [2]",
        sources=(_OCTOPUS, _DFSR),
    ),
    Code(
        "OCT651",
        "File servers without a domain",
        "The namespace that all nodes use is kept in a domain, replication is set up in it, and the "
        "nodes are let in by their accounts of it.",
        example="storage:\n  kind: dfs-replication",
        instead=_DFS.strip(),
        sources=(_DFSR,),
    ),
    Code(
        "OCT652",
        "Both file servers in one zone",
        "The second replica is there for the day that the first one fails; in one zone both fail.",
        example=f"{_DFS}  zones: [2]",
        instead=f"{_DFS}  zones: [2, 3]",
    ),
    Code(
        "OCT653",
        "Names of the file servers",
        "There are two file servers, and a domain knows every machine by a name of its own.",
        example=f"{_DFS}  names: [octopus-1, octopus-2]",
        instead=f"{_DFS}  names: [octopus-files1, octopus-files2]",
    ),
    Code(
        "OCT654",
        "More staging than disk",
        "Files on their way to the other replica are staged on the same disk. The 32 largest files "
        "together are what staging needs; the rest belongs to the folders.",
        example=f"{_DFS}  data_disk_size_gib: 64\n  staging_quota_gib: 60",
        instead=f"{_DFS}  data_disk_size_gib: 512\n  staging_quota_gib: 64",
        sources=(_DFSR,),
    ),
    Code(
        "OCT655",
        "A size without premium disks",
        "The shared folders lie on premium disks, and Windows Server runs on x64.",
        example=f"{_DFS}  size: Standard_D4_v5",
        instead=f"{_DFS}  size: Standard_D4s_v5",
    ),
    Code(
        "OCT656",
        "One name for two shares",
        "Each file server shares the folders and the root of the namespace. The root has the name of "
        "the namespace; the folders need another one.",
        example=f"{_DFS}  share_name: Octopus",
        instead=f"{_DFS}  share_name: OctopusShared",
    ),
)
