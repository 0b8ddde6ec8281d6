"""What the parts of a stack have in common: names, addresses, sizes, and the marks for shape.

Source: the Azure naming rules and service limits pages.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

SHAPE: dict[str, Any] = {"x-shape": True}
"""Marks a key that decides what the template contains, so that environments cannot differ in it."""
NO_SHAPE: dict[str, Any] = {"x-shape": False}
"""Marks a component outside the template, or a list whose length is a value: environments can differ in it."""

ImageName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        max_length=128,
        description="Part of the name of a marketplace image.",
    ),
]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{0,10}[a-z0-9]$",
        description="Prefix of resource names: 2 to 12 lower case letters, digits and hyphens.",
        examples=["octopus"],
    ),
]
Region = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]{4,40}$",
        description="Azure region by its short name.",
        examples=["westeurope"],
    ),
]
Cidr = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$",
        description="IPv4 range in CIDR notation.",
        examples=["10.20.0.0/22"],
    ),
]
IpAddress = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}$",
        description="IPv4 address.",
        examples=["10.20.0.4"],
    ),
]
HostName = Annotated[
    str,
    Meta(
        pattern=r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
        description="Fully qualified DNS name in lower case.",
        examples=["octopus.example.com"],
    ),
]
Guid = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="GUID.",
    ),
]
ResourceId = Annotated[
    str,
    Meta(
        pattern=(
            r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9_().-]{1,90}"
            r"/providers/[A-Za-z.]+(/[A-Za-z]+/[A-Za-z0-9_.-]+)+$"
        ),
        max_length=1024,
        description="Azure resource ID.",
    ),
]
ResourceGroupId = Annotated[
    str,
    Meta(
        pattern=r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9_().-]{1,90}$",
        description="Resource ID of a resource group.",
        examples=["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub"],
    ),
]
Email = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._%+'-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$",
        max_length=254,
        description="E-mail address.",
        examples=["octopus-admins@example.com"],
    ),
]
Port = Annotated[int, Meta(ge=1, le=65535, description="TCP port.")]
VmSize = Annotated[
    str,
    Meta(
        pattern=r"^Standard_[A-Za-z0-9-]+(_[A-Za-z0-9]+)*$",
        description="Virtual machine size.",
        examples=["Standard_D4s_v5"],
    ),
]
ComputerName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$",
        min_length=2,
        max_length=15,
        description="Windows computer name: at most 15 letters, digits and hyphens.",
    ),
]
ClockTime = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):(00|30)$",
        description="Time of day, on the half hour.",
    ),
]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a stack share: immutable, named arguments, no unknown keys."""
