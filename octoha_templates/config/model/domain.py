"""The Active Directory domain that the machines join, if they join one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import ComputerName, HostName, Part, VmSize
from octoha_templates.config.model.nodes import Image, Patching

NetBiosName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}$",
        description="NetBIOS name of the domain: at most 15 letters, digits and hyphens.",
        examples=["CONTOSO"],
    ),
]
DirectoryAccount = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
        description="Account of the domain by its short name, without the domain.",
    ),
]
OuPath = Annotated[
    str,
    Meta(
        pattern=r"^((OU|CN)=[^,=\"<>;\\]+,)*(DC=[A-Za-z0-9-]+)(,DC=[A-Za-z0-9-]+)*$",
        max_length=512,
        description="Distinguished name of the organizational unit for the computer accounts.",
        examples=["OU=Octopus,OU=Servers,DC=corp,DC=example,DC=com"],
    ),
]


class NoDomain(Part, frozen=True, kw_only=True, tag="none", tag_field="kind"):
    """The machines are in no domain."""

    @property
    def joined(self) -> bool:
        """Whether machines join a domain."""
        return False


class ExistingDomain(Part, frozen=True, kw_only=True, tag="existing", tag_field="kind"):
    """A domain of yours; `network.dns_servers` names its controllers."""

    fqdn: Annotated[HostName, Meta(description="DNS name of the domain.")]
    net_bios_name: NetBiosName
    join_user: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{1,64}$",
            description="Account that joins machines to the domain, without the domain's name.",
            examples=["svc-domain-join"],
        ),
    ]
    ou_path: OuPath | None = None

    @property
    def joined(self) -> bool:
        """Whether machines join a domain."""
        return True


class NewDomain(Part, frozen=True, kw_only=True, tag="new", tag_field="kind"):
    """A domain of the stack's own with two controllers, for a closed network.

    Its servers lie in an organizational unit of their own, where the account that joins them may make
    computer accounts and nothing else.
    """

    fqdn: Annotated[HostName, Meta(description="DNS name of the domain, which nobody else uses.")]
    net_bios_name: NetBiosName
    administrator_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Administrator of the controllers and of the domain.",
        ),
    ] = "octodomain"
    join_user: Annotated[
        DirectoryAccount,
        Meta(description="Account that joins machines to the domain; it can do nothing else."),
    ] = "svc-octo-join"
    organizational_unit: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,62}[A-Za-z0-9]$",
            description="Organizational unit for the stack's servers, accounts and groups.",
        ),
    ] = "Octopus"
    groups: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,62}[A-Za-z0-9]$",
                    description="Name of a group.",
                ),
            ],
            ...,
        ],
        Meta(max_length=20, description="Security groups to make, such as the SQL administrators."),
    ] = ()
    site_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$",
            description="Active Directory site of the network.",
        ),
    ] = "Azure"
    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=2, description="Names of the controllers; empty for <name>-dc1, -dc2."),
    ] = ()
    size: Annotated[VmSize, Meta(description="Size of the domain controllers.")] = "Standard_D2s_v5"
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, used in turn."),
    ] = (1, 2)
    image: Image = Image()
    data_disk_size_gib: Annotated[
        int,
        Meta(ge=16, le=4095, description="Disk for directory, logs and SYSVOL, in GiB."),
    ] = 32
    functional_level: Annotated[
        Literal["WinThreshold", "Win2025"],
        Meta(description="Forest and domain functional level; WinThreshold is 2016 to 2022."),
    ] = "WinThreshold"
    patching: Annotated[
        Patching, Meta(description="When the platform patches the controllers, a day each.")
    ] = Patching(first_day="Monday", start_time="22:00")

    @property
    def joined(self) -> bool:
        """Whether machines join a domain."""
        return True

    @property
    def distinguished_name(self) -> str:
        """The name of the domain in its directory."""
        return ",".join(f"DC={label}" for label in self.fqdn.split("."))

    @property
    def ou_path(self) -> str:
        """Where computer accounts go: the stack's own organizational unit."""
        return f"OU={self.organizational_unit},{self.distinguished_name}"

    def names_for(self, stack_name: str) -> tuple[str, ...]:
        """Say what the two controllers are called in a stack of that name.

        Returns:
            The names given, or ones such as `octopus-dc1`; Windows takes 15 characters.
        """
        prefix = stack_name[:11].rstrip("-")
        return self.names or (f"{prefix}-dc1", f"{prefix}-dc2")


Domain = NoDomain | ExistingDomain | NewDomain
