"""A whole stack, as `stack.yaml` describes it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from octoha_templates.config.model.access import JumpBox
from octoha_templates.config.model.base import NO_SHAPE, Name, Part, Region
from octoha_templates.config.model.database import AzureSql, Database
from octoha_templates.config.model.domain import Domain, NoDomain
from octoha_templates.config.model.load_balancer import AzureLoadBalancer, LoadBalancer
from octoha_templates.config.model.network import Network, NewNetwork
from octoha_templates.config.model.nodes import Nodes, VirtualMachines
from octoha_templates.config.model.octopus import (
    EnvironmentVariables,
    Octopus,
    Secrets,
    UserAccount,
)
from octoha_templates.config.model.operations import (
    Backup,
    KeyVault,
    LogAnalytics,
    Monitoring,
    NewKeyVault,
    RecoveryServices,
)
from octoha_templates.config.model.storage import AzureFiles, Storage

Tag = Annotated[str, Meta(max_length=256)]


class RegionFacts(Part, frozen=True, kw_only=True):
    """What a region has, where it is newer than this package or different for you."""

    name: Annotated[Region, Meta(examples=["westeurope"])]
    zones: Annotated[
        bool | None, Meta(description="Whether it has availability zones.", examples=[True])
    ] = None
    pair: Annotated[
        Region | None,
        Meta(description="The region it is paired with, or none.", examples=["northeurope"]),
    ] = None
    zone_redundant_files: Annotated[
        bool | None,
        Meta(description="Whether it has zone-redundant premium file shares.", examples=[True]),
    ] = None
    nat_gateway_v2: Annotated[
        bool | None,
        Meta(description="Whether it has NAT gateways of the tier StandardV2.", examples=[True]),
    ] = None


class Stack(Part, frozen=True, kw_only=True):
    """A whole Octopus Deploy High Availability stack, as `stack.yaml` describes it."""

    name: Name = "octopus"
    location: Region = "westeurope"
    cloud: Annotated[
        Literal["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"],
        Meta(description="Which Azure; the names of azure-cli-core."),
    ] = "AzureCloud"
    tags: Annotated[
        dict[
            Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^<>%&\\?/]+$")],
            Tag,
        ],
        Meta(max_length=45, description="Tags of every resource."),
    ] = msgspec.field(default_factory=dict)
    regions: Annotated[
        tuple[RegionFacts, ...],
        Meta(
            extra_json_schema=NO_SHAPE,
            max_length=100,
            description="What regions have, beyond and instead of what this package knows of them.",
        ),
    ] = ()
    octopus: Octopus
    secrets: Annotated[
        Secrets,
        Meta(
            description="Where the secrets come from when the stack is deployed.",
            extra_json_schema=NO_SHAPE,
        ),
    ] = EnvironmentVariables()
    network: Network = NewNetwork()
    domain: Domain = NoDomain()
    nodes: Nodes = VirtualMachines()
    database: Database = AzureSql()
    storage: Storage = AzureFiles()
    load_balancer: LoadBalancer = AzureLoadBalancer()
    key_vault: KeyVault = NewKeyVault()
    monitoring: Monitoring = LogAnalytics()
    backup: Backup = RecoveryServices()
    environments: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,29}$")],
            dict[str, Any],
        ],
        Meta(
            max_length=20,
            description="Per environment, the values that differ from the rest.",
        ),
    ] = msgspec.field(default_factory=dict)

    @property
    def node_names(self) -> tuple[str, ...]:
        """The names of the nodes, in order; the first one creates the database schema."""
        if self.nodes.names:
            return self.nodes.names
        return tuple(f"{self.name}-{number}" for number in range(1, self.nodes.count + 1))

    @property
    def windows_accounts(self) -> tuple[str, ...]:
        """The accounts of the domain that Octopus is for a database with Windows authentication.

        The computer accounts of the nodes, which install and upgrade it, and the account of the
        service where it has one of its own.
        """
        domain = getattr(self.domain, "net_bios_name", "")
        computers = tuple(f"{domain}\\{name}$" for name in self.node_names) if domain else ()
        service = self.octopus.service_account.name
        return (*computers, service) if service else computers

    @property
    def jump_box_name(self) -> str:
        """The computer name of the jump box; Windows takes 15 characters."""
        given = [
            access.computer_name for access in self.network.access if isinstance(access, JumpBox)
        ]
        return (given and given[0]) or f"{self.name[:10].rstrip('-')}-jump"

    @property
    def machines_by_size(self) -> dict[str, int]:
        """How many virtual machines of each size the stack makes, for the quota of the region."""
        parts = (self.domain, self.database, self.storage, self.load_balancer, *self.network.access)
        sizes = Counter({self.nodes.size: len(self.node_names)})
        for part in parts:
            if hasattr(part, "size"):
                sizes[part.size] += 1 if isinstance(part, JumpBox) else getattr(part, "replicas", 2)
        return dict(sorted(sizes.items()))

    @property
    def directory_accounts(self) -> tuple[str, ...]:
        """The accounts that a domain of the stack's own has to have, by what they are for."""
        accounts = ["join"]
        if hasattr(self.database, "cluster_account"):
            accounts += ["cluster", "sqlService"]
        if hasattr(self.storage, "file_service_account"):
            accounts += ["fileService"]
        service, domain = self.octopus.service_account, getattr(self.domain, "net_bios_name", "")
        if isinstance(service, UserAccount) and service.name.upper().startswith(
            f"{domain.upper()}\\"
        ):
            accounts += ["octopusService"]
        return tuple(accounts)
