"""The types of `stack.yaml`: the one definition, with units, ranges and defaults.

The JSON Schema that editors use and that finds every mistake at once is made from these types, so a
constraint written here is checked everywhere. Every alternative of a component is a struct of its
own, told apart by `kind`; a module per part of the stack. Rules that span several keys live in
`config.rules`.

Source: the ranges come from the Azure naming rules and service limits pages and from the Octopus
high availability and sizing pages; each is named where it is used.
"""

from __future__ import annotations

from octoha_templates.config.model.access import Access, Bastion
from octoha_templates.config.model.base import (
    NO_SHAPE,
    SHAPE,
    Cidr,
    ClockTime,
    ComputerName,
    Email,
    Guid,
    HostName,
    ImageName,
    IpAddress,
    Name,
    Part,
    Port,
    Region,
    ResourceId,
    VmSize,
    Weekday,
)
from octoha_templates.config.model.database import (
    AzureSql,
    Database,
    DatabaseEndpoint,
    EntraAdministrator,
    ExistingDatabase,
)
from octoha_templates.config.model.domain import (
    Domain,
    ExistingDomain,
    NetBiosName,
    NewDomain,
    NoDomain,
    OuPath,
)
from octoha_templates.config.model.load_balancer import AzureLoadBalancer, LoadBalancer
from octoha_templates.config.model.network import NatGateway, Network, NewNetwork, Subnets
from octoha_templates.config.model.nodes import Image, Nodes, Patching, VirtualMachines
from octoha_templates.config.model.octopus import (
    Administrator,
    Certificate,
    CidrOrAddress,
    EnvironmentVariables,
    GroupManagedAccount,
    Installer,
    KeyVaultCertificate,
    KeyVaultReferences,
    LocalSystem,
    NoCertificate,
    Octopus,
    PfxCertificate,
    Secrets,
    SelfSignedCertificate,
    ServiceAccount,
    UserAccount,
)
from octoha_templates.config.model.operations import (
    Backup,
    ExistingKeyVault,
    KeyVault,
    LogAnalytics,
    Monitoring,
    NewKeyVault,
    NoBackup,
    RecoveryServices,
)
from octoha_templates.config.model.stack import Stack, Tag
from octoha_templates.config.model.storage import AzureFiles, Storage

__all__ = [
    "NO_SHAPE",
    "SHAPE",
    "Access",
    "Administrator",
    "AzureFiles",
    "AzureLoadBalancer",
    "AzureSql",
    "Backup",
    "Bastion",
    "Certificate",
    "Cidr",
    "CidrOrAddress",
    "ClockTime",
    "ComputerName",
    "Database",
    "DatabaseEndpoint",
    "Domain",
    "Email",
    "EntraAdministrator",
    "EnvironmentVariables",
    "ExistingDatabase",
    "ExistingDomain",
    "ExistingKeyVault",
    "GroupManagedAccount",
    "Guid",
    "HostName",
    "Image",
    "ImageName",
    "Installer",
    "IpAddress",
    "KeyVault",
    "KeyVaultCertificate",
    "KeyVaultReferences",
    "LoadBalancer",
    "LocalSystem",
    "LogAnalytics",
    "Monitoring",
    "Name",
    "NatGateway",
    "NetBiosName",
    "Network",
    "NewDomain",
    "NewKeyVault",
    "NewNetwork",
    "NoBackup",
    "NoCertificate",
    "NoDomain",
    "Nodes",
    "Octopus",
    "OuPath",
    "Part",
    "Patching",
    "PfxCertificate",
    "Port",
    "RecoveryServices",
    "Region",
    "ResourceId",
    "Secrets",
    "SelfSignedCertificate",
    "ServiceAccount",
    "Stack",
    "Storage",
    "Subnets",
    "Tag",
    "UserAccount",
    "VirtualMachines",
    "VmSize",
    "Weekday",
]
