"""Which components there are, which of them a stack asks for, and in which order they are deployed."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from octoha_templates.config.model import ExistingKeyVault, KeyVaultCertificate, Stack
from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.errors import RenderError

# A kind that says nothing without its role.
_MODULE_NAMES: Final = {
    "new": "{role}",
    "existing": "{role}",
    "server": "{role}-{kind}",
    "polling": "{kind}-{role}",
    "certificate": "{kind}-{role}",
    "secrets": "{role}-{kind}",
    "access": "{role}-{kind}",
}

# For `octoha-render component`: the vault is a parameter of what is rendered.
_ANY_VAULT: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-secrets/providers/"
    "Microsoft.KeyVault/vaults/kv-secrets"
)
_ANY_WORKSPACE: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-logs/providers/"
    "Microsoft.OperationalInsights/workspaces/log-central"
)
_ANY_EXISTING_VAULT: Final = f"{{kind: existing, vault_id: {_ANY_VAULT}, write_secrets: true}}"
_ANY_CERTIFICATE: Final = (
    f"{{kind: key-vault, vault_id: {_ANY_VAULT}, certificate_name: octopus-portal}}"
)


_EXPRESSROUTE: Final = (
    "{kind: expressroute, circuit: {kind: new, provider: Equinix, peering_location: Amsterdam}}"
)


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a stack that is rendered to one Bicep module.

    Attributes:
        role: What it does for the stack; the key in `stack.yaml`, with hyphens.
        kind: Which of the alternatives; the value of `kind`.
        title: A few words.
        description: One sentence for lists.
        scripts: The script files it brings, by name.
        documents: The other files it brings, such as the configuration of an appliance; rendered from
            `documents/<name>.j2` in its folder.
        submodules: Further modules that it deploys elsewhere, such as into the resource group of an
            existing network; rendered from `submodules/<name>.bicep.j2` in its folder.
        standalone: What `octoha-render component` sets in a config that does not ask for it.
    """

    role: str
    kind: str
    title: str
    description: str
    scripts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    standalone: tuple[str, ...] = ()

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
        name = _MODULE_NAMES.get(self.kind, "{kind}").format(role=self.role, kind=self.kind)
        return f"modules/{name}.bicep"


_EXISTING_NETWORK: Final = (
    "network={kind: existing, virtual_network_id: /subscriptions/"
    "00000000-0000-0000-0000-000000000000/resourceGroups/rg-network/providers/Microsoft.Network"
    "/virtualNetworks/vnet-spoke, subnets: {"
    "nodes: {name: snet-octopus, address_prefix: 10.20.0.0/26}, "
    "private_endpoints: {name: snet-endpoints, address_prefix: 10.20.0.64/26}, "
    "load_balancer: {name: snet-octopus-lb, address_prefix: 10.20.0.128/27, create: true}}, "
    "access: []}"
)

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
        "network",
        "existing",
        "Existing virtual network",
        "Refers to a network of yours and adds only the subnets and private DNS zones that it lacks.",
        submodules=("network-subnets",),
        standalone=(_EXISTING_NETWORK,),
    ),
    Component(
        "monitoring",
        "log-analytics",
        "Log Analytics",
        "Workspace, data collection rule and action group.",
    ),
    Component(
        "monitoring",
        "existing",
        "Existing Log Analytics workspace",
        "The way to a workspace that exists already, with data collection rule and action group.",
        submodules=("monitoring-collection",),
        standalone=(f"monitoring={{kind: existing, workspace_id: {_ANY_WORKSPACE}}}",),
    ),
    Component(
        "domain",
        "new",
        "Domain controllers",
        "Two Windows Server domain controllers in different zones, for a closed network.",
        ("domain-controller.ps1",),
        standalone=("domain={kind: new, fqdn: ad.example.com, net_bios_name: EXAMPLE}",),
    ),
    Component(
        "key-vault",
        "new",
        "Key Vault",
        "Master key, licence, passwords and certificate behind a private endpoint.",
        standalone=("key_vault={kind: new}",),
    ),
    Component(
        "key-vault",
        "existing",
        "Existing Key Vault",
        "The way to a vault that exists already, for the secrets of the nodes.",
        standalone=(f"key_vault={_ANY_EXISTING_VAULT}",),
    ),
    Component(
        "key-vault",
        "certificate",
        "Vault of the portal certificate",
        "The way to the vault that keeps and renews the certificate of the portal.",
        standalone=(f"octopus.certificate={_ANY_CERTIFICATE}",),
    ),
    Component(
        "load-balancer",
        "azure-load-balancer",
        "Azure Load Balancer",
        "Standard load balancer, internal or public, with Octopus's own health probe.",
        standalone=("load_balancer={kind: azure-load-balancer}",),
    ),
    Component(
        "load-balancer",
        "f5-big-ip",
        "F5 BIG-IP",
        "Active and standby BIG-IP, closed management, and a load balancer that follows the active one.",
        ("apply-f5.ps1",),
        ("f5-do.json", "f5-as3.json"),
        standalone=("load_balancer={kind: f5-big-ip}",),
    ),
    Component(
        "load-balancer",
        "kemp-loadmaster",
        "Kemp LoadMaster",
        "Active and standby LoadMaster, closed management, and a load balancer that follows the active one.",
        ("configure-loadmaster.ps1",),
        ("loadmaster.json",),
        standalone=("load_balancer={kind: kemp-loadmaster}",),
    ),
    Component(
        "load-balancer",
        "application-gateway",
        "Application Gateway",
        "Web application firewall and HTTPS front of the portal over the zones.",
        standalone=("load_balancer={kind: application-gateway}",),
    ),
    Component(
        "load-balancer",
        "front-door",
        "Front Door",
        "Front Door Premium with its firewall, and a private link to an internal load balancer.",
        standalone=(
            "network.client_prefixes=[203.0.113.0/26]",
            "load_balancer={kind: front-door}",
        ),
    ),
    Component(
        "load-balancer",
        "traffic-manager",
        "Traffic Manager",
        "A public load balancer in this region, and the DNS profile that leads to the region that works.",
        standalone=(
            "network.client_prefixes=[203.0.113.0/26]",
            "load_balancer={kind: traffic-manager}",
        ),
    ),
    Component(
        "load-balancer",
        "existing",
        "Existing load balancer",
        "Addresses and pools of a balancer that exists already; nothing is made.",
        standalone=("load_balancer={kind: existing, portal_address: balancer.example.com}",),
    ),
    Component(
        "load-balancer",
        "polling",
        "Polling load balancer",
        "A port per node for polling Tentacles beside a balancer that speaks HTTP.",
        standalone=("load_balancer={kind: application-gateway}",),
    ),
    Component(
        "nodes",
        "virtual-machines",
        "Octopus nodes",
        "Windows virtual machines over the availability zones.",
    ),
    Component(
        "database",
        "azure-sql",
        "Azure SQL Database",
        "The Octopus database behind a private endpoint, without public access.",
        standalone=("database={kind: azure-sql}",),
    ),
    Component(
        "database",
        "existing",
        "Existing database",
        "The connection string of a database that is there already, and the way to it.",
        standalone=(
            "database={kind: existing, host: sql.example.com, authentication: sql, user: octopus}",
        ),
    ),
    Component(
        "database",
        "sql-vm-availability-group",
        "SQL Server availability group",
        "SQL Server machines in several zones with an Always On availability group.",
        ("availability-group.ps1",),
        standalone=(
            (
                "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, "
                "join_user: svc-join}"
            ),
            "network.dns_servers=[10.10.0.4, 10.10.0.5]",
            "database={kind: sql-vm-availability-group}",
        ),
    ),
    Component(
        "database",
        "sql-vm-failover-cluster",
        "SQL Server failover cluster instance",
        "Two SQL Server machines with one clustered instance on shared disks or a premium share.",
        ("failover-cluster.ps1",),
        standalone=(
            (
                "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, "
                "join_user: svc-join}"
            ),
            "network.dns_servers=[10.10.0.4, 10.10.0.5]",
            "database={kind: sql-vm-failover-cluster}",
        ),
    ),
    Component(
        "storage",
        "azure-files",
        "Azure Files",
        "The shared folders on a premium SMB share behind a private endpoint.",
        ("join-storage-account.ps1",),
        standalone=("storage={kind: azure-files}",),
    ),
    Component(
        "storage",
        "dfs-replication",
        "File servers with DFS",
        "Two Windows file servers in different zones, one of them active, and their replication.",
        ("file-server.ps1", "switch-replica.ps1"),
        standalone=(
            "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, join_user: svc-join}",
            "network.dns_servers=[10.10.0.4, 10.10.0.5]",
            "storage={kind: dfs-replication}",
        ),
    ),
    Component(
        "storage",
        "existing",
        "Existing share",
        "The path of a share that is there already; nothing is made.",
        standalone=(
            (
                "domain={kind: existing, fqdn: corp.example.com, net_bios_name: CORP, "
                "join_user: svc-join}"
            ),
            "network.dns_servers=[10.10.0.4, 10.10.0.5]",
            "storage={kind: existing, unc_path: '\\\\files.corp.example.com\\octopus'}",
        ),
    ),
    Component(
        "key-vault",
        "secrets",
        "Secrets in an existing Key Vault",
        "Writes what the nodes need to start into a vault that exists already.",
        standalone=(f"key_vault={{kind: existing, vault_id: {_ANY_VAULT}, write_secrets: true}}",),
    ),
    Component(
        "key-vault",
        "access",
        "Access to an existing Key Vault",
        "Lets the nodes read their own secrets in a vault that exists already.",
        standalone=(f"octopus.certificate={_ANY_CERTIFICATE}",),
    ),
    Component(
        "octopus",
        "server",
        "Octopus Server",
        "Installs Octopus Server on the nodes and joins them to one cluster.",
        ("bootstrap-node.ps1", "prepare-node.ps1"),
    ),
    Component(
        "access",
        "bastion",
        "Azure Bastion",
        "RDP to the nodes over HTTPS, without public addresses on them.",
        standalone=("network.access=[{kind: bastion}]",),
    ),
    Component(
        "access",
        "vpn-gateway",
        "VPN gateway",
        "Tunnels to the networks of a company and to the machines of its people.",
        standalone=("network.access=[{kind: vpn-gateway, point_to_site: {kind: entra}}]",),
    ),
    Component(
        "access",
        "expressroute",
        "ExpressRoute",
        "A private line to the networks of a company: gateway, circuit and connection.",
        standalone=("network.access=[" + _EXPRESSROUTE + "]",),
    ),
    Component(
        "access",
        "jump-box",
        "Jump box",
        "A hardened Windows machine without public address, beside the nodes.",
        ("harden-jump-box.ps1",),
        standalone=("network.access=[{kind: bastion}, {kind: jump-box}]",),
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
        standalone=("backup={kind: recovery-services}",),
    ),
)

_BY_ID = {component.id: component for component in COMPONENTS}

# In every stack, whatever it asks for.
_ALWAYS: Final = frozenset({"identity/managed-identity", "octopus/server", "monitoring/alerts"})


def _has_key_vault_to_let_in(stack: Stack) -> bool:
    parts = (stack.key_vault, stack.octopus.certificate)
    return any(getattr(part, "assign_role", False) for part in parts)


def _has_certificate_vault_to_reach(stack: Stack) -> bool:
    """Say whether the certificate's vault needs a private endpoint that nothing else makes."""
    certificate, vault = stack.octopus.certificate, stack.key_vault
    return (
        isinstance(certificate, KeyVaultCertificate)
        and certificate.private_endpoint
        and not (
            isinstance(vault, ExistingKeyVault)
            and vault.private_endpoint
            and vault.vault_id.lower() == certificate.vault_id.lower()
        )
    )


# What stands beside a component of another kind.
_BESIDE: Final[dict[str, Callable[[Stack], bool]]] = {
    "load-balancer/polling": lambda stack: (
        getattr(stack.load_balancer, "polling", None) is not None
    ),
    "key-vault/certificate": _has_certificate_vault_to_reach,
    "key-vault/secrets": lambda stack: (
        isinstance(stack.key_vault, ExistingKeyVault) and stack.key_vault.write_secrets
    ),
    "key-vault/access": _has_key_vault_to_let_in,
}

_WITH_MACHINES: Final = (
    ("domain", "new"),
    ("database", "sql-vm-availability-group"),
    ("database", "sql-vm-failover-cluster"),
    ("storage", "dfs-replication"),
)

_ROLES: Final = (
    "network",
    "domain",
    "nodes",
    "database",
    "storage",
    "load_balancer",
    "key_vault",
    "monitoring",
    "backup",
)


def kind_of(part: object) -> str:
    """Say which alternative a part of the stack is: the value of its `kind`."""
    return str(part.__struct_config__.tag)  # type: ignore[attr-defined]


def kinds_of(stack: Stack) -> dict[str, str]:
    """Say which alternative each part of a stack is, by its key.

    `outbound` is the network's way out; `certificate` and `service_account` are Octopus's own.
    """
    kinds = {role: kind_of(getattr(stack, role)) for role in _ROLES}
    outbound = getattr(stack.network, "outbound", None)
    parts = {
        "outbound": outbound,
        "certificate": stack.octopus.certificate,
        "service_account": stack.octopus.service_account,
    }
    return kinds | {key: "none" if part is None else kind_of(part) for key, part in parts.items()}


def machine_modules(stack: Stack) -> tuple[str, ...]:
    """Name the modules of `main.bicep` beside the nodes that make machines, by their symbols.

    Each has the outputs `virtualMachineNames` and `virtualMachineResourceIds`, so that alerts and
    backups take all machines in.
    """
    kinds = kinds_of(stack)
    return tuple(symbol for symbol, kind in _WITH_MACHINES if kinds[symbol] == kind)


def components_of(stack: Stack) -> tuple[Component, ...]:
    """Say which components a stack asks for, in the order of `main.bicep`."""
    asked_for = {f"{role.replace('_', '-')}/{kind}" for role, kind in kinds_of(stack).items()}
    asked_for |= {f"access/{kind_of(access)}" for access in stack.network.access}
    asked_for |= {component for component, is_there in _BESIDE.items() if is_there(stack)}
    return tuple(
        component
        for component in COMPONENTS
        if component.id in _ALWAYS or component.id in asked_for
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
