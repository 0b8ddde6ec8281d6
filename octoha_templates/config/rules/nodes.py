"""Rules about the nodes: how many, what they are called, how large, when they are patched.

Source: octopus.com/docs, "High availability" and "Installation guidelines" (task caps, licence,
tested counts); learn.microsoft.com, "Virtual machine naming conventions", "Bv1 size series"
(accelerated networking from 12 vCPUs); Microsoft.Compute, osProfile.adminUsername.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.places import dotted
from octoha_templates.config.rules.rule import Rule, Site, as_path, reads
from octoha_templates.diagnostics import Diagnostic

TASKS_PER_VCPU: Final = 5
"""Octopus sizes nodes at 10 tasks for 2 cores, 20 for 4, and so on up to 160 for 32."""

RESERVED_USERS: Final = frozenset(
    {
        "administrator", "admin", "user", "user1", "user2", "user3", "user4", "user5",
        "test", "test1", "test2", "test3", "admin1", "admin2", "1", "123", "a", "actuser",
        "adm", "aspnet", "backup", "console", "david", "guest", "john", "owner", "root",
        "server", "sql", "support", "support_388945a0", "sys",
    }
)  # fmt: skip
_SIZE = re.compile(r"Standard_([A-Z]+)([0-9]+)(?:-([0-9]+))?([a-z]*)")
_FIRST_BURSTABLE: Final = re.compile(r"Standard_B([0-9]+)(?:ls|ms|s)")
_BURSTABLE_WITH_NETWORKING: Final = 12
_DAYS_OF_WEEK: Final = 7


@reads("nodes.count", "nodes.names")
def as_many_names(site: Site) -> Iterator[Diagnostic]:
    """There are as many names as nodes, or none."""
    nodes = site.stack.nodes
    if nodes.names and len(nodes.names) != nodes.count:
        yield site.error(
            "OCT150",
            f"`nodes.names` has {len(nodes.names)} names, but `nodes.count` is {nodes.count}",
            site.at("nodes.names", "nodes.count"),
            "write one name for each node, or leave names out",
        )


@reads("nodes.names")
def names_once(site: Site) -> Iterator[Diagnostic]:
    """No two nodes have the same name; Windows does not tell upper from lower case."""
    seen: set[str] = set()
    for index, name in enumerate(site.stack.nodes.names):
        if name.lower() in seen:
            yield site.error(
                "OCT151",
                f"`nodes.names` has {name} twice",
                site.at(f"nodes.names.{index}"),
                "Octopus tells nodes apart by name; capitals make no difference",
            )
        seen.add(name.lower())


@reads("nodes.count")
def enough_nodes(site: Site) -> Iterator[Diagnostic]:
    """High availability has two nodes or more; an environment for trying out may have one."""
    if site.stack.nodes.count < 2:
        make = site.warning if site.environment else site.error
        yield make(
            "OCT112",
            f"`nodes.count` is {site.stack.nodes.count}, but high availability needs 2 or more",
            site.at("nodes.count"),
            "set nodes.count to 2 or more; only an environment may have a single node",
        )


@reads("nodes.count", "octopus.license_tier")
def nodes_in_licence(site: Site) -> Iterator[Diagnostic]:
    """The licence allows that many nodes."""
    count = site.stack.nodes.count
    if site.stack.octopus.license_tier == "professional" and count > 2:
        yield site.error(
            "OCT152",
            f"`nodes.count` is {count}, but a Professional licence allows 2 nodes",
            site.at("nodes.count", "octopus.license_tier"),
            "set nodes.count to 2, or octopus.license_tier to enterprise",
        )


@reads("nodes.count")
def many_nodes(site: Site) -> Iterator[Diagnostic]:
    """More nodes than help are pointed out."""
    count = site.stack.nodes.count
    if count > 8:
        yield site.warning(
            "OCT154",
            f"`nodes.count` is {count}, but Octopus was never tested with more than 8 nodes",
            site.at("nodes.count"),
            "fewer nodes with a higher task_cap; every node loads the same database",
        )
    elif count > 4:
        yield site.warning(
            "OCT153",
            f"`nodes.count` is {count}; 2 to 4 nodes are usual, and returns diminish after that",
            site.at("nodes.count"),
            "raise nodes.task_cap before adding nodes",
        )


@reads("nodes.task_cap", "nodes.size")
def tasks_for_size(site: Site) -> Iterator[Diagnostic]:
    """A node is large enough for its task cap."""
    nodes = site.stack.nodes
    vcpus = vcpus_of_size(nodes.size)
    if vcpus and nodes.task_cap > vcpus * TASKS_PER_VCPU and nodes.task_cap <= 160:
        needed = -(-nodes.task_cap // TASKS_PER_VCPU)
        yield site.warning(
            "OCT155",
            f"`nodes.task_cap` is {nodes.task_cap}, but {nodes.size} with {vcpus} vCPUs is sized "
            f"for {vcpus * TASKS_PER_VCPU} tasks",
            site.at("nodes.task_cap", "nodes.size"),
            f"lower task_cap, or take a size with {needed} vCPUs or more",
        )


@reads("nodes.task_cap")
def task_cap_ceiling(site: Site) -> Iterator[Diagnostic]:
    """The task cap is one that works in practice."""
    cap = site.stack.nodes.task_cap
    if cap > 160:
        yield site.error(
            "OCT157",
            f"`nodes.task_cap` is {cap}, but nodes with more than 160 tasks do not work well",
            site.at("nodes.task_cap"),
            "take 80 or less, and more nodes",
        )
    elif cap > 80:
        yield site.warning(
            "OCT156",
            f"`nodes.task_cap` is {cap}; 40 to 80 is the practical ceiling",
            site.at("nodes.task_cap"),
            "rather more nodes than more tasks on each",
        )


@reads("nodes.zones")
def zones_once(site: Site) -> Iterator[Diagnostic]:
    """No availability zone is named twice."""
    zones = site.stack.nodes.zones
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            path = f"nodes.zones.{index}"
            yield site.error(
                "OCT158", f"`nodes.zones` has {zone} twice", site.at(path), "delete one"
            )


@reads("nodes.size")
def size_fits(site: Site) -> Iterator[Diagnostic]:
    """The size runs Windows Server on premium disks."""
    size = site.stack.nodes.size
    found = _SIZE.match(size)
    if not found:
        return
    family, features = found[1], found[4]
    at = site.at("nodes.size")
    if "p" in features:
        yield site.error(
            "OCT159",
            f"`nodes.size` is {size}, an Arm size, but Octopus Server runs on x64",
            at,
            "take a size without the letter p, such as Standard_D4s_v5",
        )
    elif "s" not in features and not family.endswith("S"):
        yield site.error(
            "OCT159",
            f"`nodes.size` is {size}, which has no premium disks",
            at,
            "take a size with the letter s, such as Standard_D4s_v5",
        )
    elif family == "B":
        yield site.warning(
            "OCT160",
            f"`nodes.size` is {size}, a burstable size: deployments stall when its credits are "
            "used up",
            at,
            "take the D series for production",
        )


@reads("nodes.size", "domain", "storage", "network.access")
def networking_of_size(site: Site) -> Iterator[Diagnostic]:
    """Every machine has a size with accelerated networking, which their network interfaces ask for."""
    stack = site.stack
    parts = {role: getattr(stack, role) for role in ("nodes", "domain", "storage")}
    parts |= {f"network.access.{index}": each for index, each in enumerate(stack.network.access)}
    for path, part in parts.items():
        size = getattr(part, "size", "")
        found = _FIRST_BURSTABLE.fullmatch(size)
        if found and int(found[1]) < _BURSTABLE_WITH_NETWORKING:
            yield site.error(
                "OCT159",
                f"`{dotted(as_path(path))}.size` is {size}, which has no accelerated networking",
                site.at(f"{path}.size"),
                "take a newer size, such as Standard_D4s_v5; for a trial, Standard_B4s_v2",
            )


@reads("nodes.admin_username")
def admin_name(site: Site) -> Iterator[Diagnostic]:
    """The local administrator has a name that Azure takes."""
    name = site.stack.nodes.admin_username
    if name.lower() in RESERVED_USERS:
        yield site.error(
            "OCT161",
            f"`nodes.admin_username` is {name}, a name that Azure refuses",
            site.at("nodes.admin_username"),
            "take one that nobody guesses, such as octolocal",
        )


@reads("nodes.count")
def patch_days(site: Site) -> Iterator[Diagnostic]:
    """Every node has a day of the week of its own for patches."""
    count = site.stack.nodes.count
    if count > _DAYS_OF_WEEK:
        yield site.warning(
            "OCT162",
            f"{count} nodes share seven patch days, so some are restarted in the same window",
            site.at("nodes.count"),
            "take 7 nodes or fewer, or patch with a tool of your own",
        )


@reads("nodes.encryption_at_host")
def encryption_feature(site: Site) -> Iterator[Diagnostic]:
    """Encryption at host is a feature that a subscription has to have switched on."""
    if site.stack.nodes.encryption_at_host:
        yield site.note(
            "OCT163",
            "encryption at host wants the feature EncryptionAtHost in the subscription",
            site.at("nodes.encryption_at_host"),
            "az feature register --namespace Microsoft.Compute --name EncryptionAtHost",
        )


def vcpus_of_size(size: str) -> int:
    """Read the vCPUs out of the name of a size; 0 when the name does not say."""
    found = _SIZE.match(size)
    return int(found[3] or found[2]) if found else 0


def has_premium_disks(size: str) -> bool:
    """Say whether a size takes premium disks, by the letter s in its name."""
    found = _SIZE.match(size)
    return found is None or "s" in found[4] or found[1].endswith("S")


def is_burstable(size: str) -> bool:
    """Say whether a size saves up processor time."""
    return size.startswith("Standard_B")


NODE_RULES: tuple[Rule, ...] = (
    as_many_names,
    names_once,
    enough_nodes,
    nodes_in_licence,
    many_nodes,
    tasks_for_size,
    task_cap_ceiling,
    zones_once,
    size_fits,
    networking_of_size,
    admin_name,
    patch_days,
    encryption_feature,
)
