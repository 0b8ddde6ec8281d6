"""Which components there are, which of them a stack asks for, and in which order they are deployed."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from octoha_templates.config.model import Stack
from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.errors import RenderError


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a stack that is rendered to one Bicep module.

    Attributes:
        role: What it does for the stack; the key in `stack.yaml`, with hyphens.
        kind: Which of the alternatives; the value of `kind`.
        title: A few words.
        description: One sentence for lists.
        scripts: The PowerShell files it brings, by name.
    """

    role: str
    kind: str
    title: str
    description: str
    scripts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its name on the command line: `database/azure-sql`."""
        return f"{self.role}/{self.kind}"

    @property
    def fragment(self) -> str:
        """The fragment that renders it, below `templates/`."""
        return f"{self.id}/module.bicep.j2"

    @property
    def module(self) -> str:
        """The module's file in the rendered folder; named after what tells it apart."""
        name = self.role if self.kind == "new" else self.kind
        return f"modules/{name}.bicep"


COMPONENTS: tuple[Component, ...] = (
    Component(
        "identity",
        "managed-identity",
        "Managed identities",
        "The identities that the nodes and the database administrator sign in with.",
    ),
    Component(
        "network",
        "new",
        "Virtual network",
        "Subnets with network security groups, NAT gateway and private DNS zones.",
    ),
    Component(
        "monitoring",
        "log-analytics",
        "Log Analytics",
        "Workspace, data collection rule and action group.",
    ),
    Component(
        "key-vault",
        "new",
        "Key Vault",
        "Master key, licence, passwords and certificate behind a private endpoint.",
    ),
    Component(
        "database",
        "azure-sql",
        "Azure SQL Database",
        "The Octopus database behind a private endpoint, without public access.",
    ),
    Component(
        "storage",
        "azure-files",
        "Azure Files",
        "The shared folders on a premium SMB share behind a private endpoint.",
    ),
    Component(
        "load-balancer",
        "azure-load-balancer",
        "Azure Load Balancer",
        "Standard internal load balancer with Octopus's own health probe.",
    ),
    Component(
        "nodes",
        "virtual-machines",
        "Octopus nodes",
        "Windows virtual machines over the availability zones, with Octopus installed and joined.",
        ("bootstrap-node.ps1",),
    ),
    Component(
        "access",
        "bastion",
        "Azure Bastion",
        "RDP to the nodes over HTTPS, without public addresses on them.",
    ),
    Component(
        "monitoring",
        "alerts",
        "Alerts",
        "Node, load balancer, way out, database and share alerts.",
    ),
    Component(
        "backup",
        "recovery-services",
        "Azure Backup",
        "Recovery Services vault with daily backups of the nodes and the share.",
    ),
)

_BY_ID = {component.id: component for component in COMPONENTS}

# A component that is not here is in every stack.
_ASKED_FOR: dict[str, Callable[[Stack], bool]] = {
    "access/bastion": lambda stack: "bastion" in access_kinds(stack),
    "backup/recovery-services": lambda stack: kind_of(stack.backup) == "recovery-services",
}


def kind_of(part: object) -> str:
    """Say which alternative a part of the stack is: the value of its `kind`."""
    return str(part.__struct_config__.tag)  # type: ignore[attr-defined]


def access_kinds(stack: Stack) -> tuple[str, ...]:
    """Say which ways in the stack asks for."""
    return tuple(kind_of(access) for access in stack.network.access)


def components_of(stack: Stack) -> tuple[Component, ...]:
    """Say which components a stack asks for, in the order of `main.bicep`."""
    return tuple(
        component
        for component in COMPONENTS
        if component.id not in _ASKED_FOR or _ASKED_FOR[component.id](stack)
    )


def get_component(component_id: str) -> Component:
    """Look a component up by its name on the command line.

    Raises:
        RenderError: OCT201, there is none of that name.
    """
    found = _BY_ID.get(component_id)
    if found is None:
        raise RenderError(_unknown(component_id))
    return found


def _unknown(component_id: str) -> Diagnostic:
    near = difflib.get_close_matches(component_id, list(_BY_ID), n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    return Diagnostic(
        "OCT201",
        Severity.ERROR,
        f"there is no component {component_id!r}",
        hint=f"{hint}`octoha-render list` shows all of them",
    )
