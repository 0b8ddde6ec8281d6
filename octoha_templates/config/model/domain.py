"""The Active Directory domain that the machines join, if they join one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from octoha_templates.config.model.base import SHAPE, HostName, Part, VmSize

NetBiosName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}$",
        description="NetBIOS name of the domain: at most 15 letters, digits and hyphens.",
        examples=["CONTOSO"],
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
    """A domain of the stack's own with two controllers, for a closed network."""

    fqdn: Annotated[HostName, Meta(description="DNS name of the domain.")]
    net_bios_name: NetBiosName
    administrator_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Administrator of the domain; it joins the machines, too.",
        ),
    ] = "octodomain"
    size: Annotated[VmSize, Meta(description="Size of the domain controllers.")] = "Standard_D2s_v5"
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, used in turn."),
    ] = (1, 2)
    functional_level: Annotated[
        Literal["WinThreshold", "Win2025"],
        Meta(extra_json_schema=SHAPE, description="Forest and domain functional level."),
    ] = "WinThreshold"

    @property
    def joined(self) -> bool:
        """Whether machines join a domain."""
        return True

    @property
    def join_user(self) -> str:
        """The account that joins machines to the domain."""
        return self.administrator_username

    @property
    def ou_path(self) -> str | None:
        """Where computer accounts go: the domain's own container."""
        return None


Domain = NoDomain | ExistingDomain | NewDomain
