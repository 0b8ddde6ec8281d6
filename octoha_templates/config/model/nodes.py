"""The machines that Octopus Server runs on."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from octoha_templates.config.model.base import (
    ClockTime,
    ComputerName,
    ImageName,
    Part,
    VmSize,
    Weekday,
)


class Image(Part, frozen=True, kw_only=True):
    """The marketplace image of the nodes; generation 2, for trusted launch."""

    publisher: Annotated[ImageName, Meta(description="Publisher of the image.")] = (
        "MicrosoftWindowsServer"
    )
    offer: Annotated[ImageName, Meta(description="Offer of the publisher.")] = "WindowsServer"
    sku: Annotated[ImageName, Meta(description="Edition of Windows Server.")] = (
        "2022-datacenter-azure-edition"
    )
    version: Annotated[
        ImageName, Meta(description="Version of the image; latest when the nodes are made.")
    ] = "latest"


class Patching(Part, frozen=True, kw_only=True):
    """When the platform patches and restarts the nodes: never two in one window.

    The first node takes the week day given, the others the following days.
    """

    first_day: Annotated[
        Weekday,
        Meta(description="Day of the first node; the others follow, a day each."),
    ] = "Tuesday"
    start_time: Annotated[
        ClockTime, Meta(description="Start of the window, in the nodes' time zone.")
    ] = "02:00"
    duration_minutes: Annotated[
        int, Meta(ge=90, le=235, description="Length of the window, in minutes.")
    ] = 180


class VirtualMachines(Part, frozen=True, kw_only=True, tag="virtual-machines", tag_field="kind"):
    """Octopus Server on Windows virtual machines, one per availability zone in turn."""

    count: Annotated[
        int,
        Meta(
            ge=1,
            le=16,
            description="Number of nodes; high availability needs 2 or more.",
        ),
    ] = 3
    names: Annotated[
        tuple[ComputerName, ...],
        Meta(max_length=16, description="Node names; empty for <name>-1, <name>-2, ..."),
    ] = ()
    size: Annotated[VmSize, Meta(description="Virtual machine size; x64 with premium storage.")] = (
        "Standard_D4s_v5"
    )
    zones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=3)], ...],
        Meta(max_length=3, description="Availability zones, used in turn."),
    ] = (1, 2, 3)
    task_cap: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Tasks that one node runs at a time; 0 for portal only.",
        ),
    ] = 10
    image: Image = Image()
    os_disk_size_gib: Annotated[int, Meta(ge=127, le=4095, description="System disk, in GiB.")] = (
        128
    )
    data_disk_size_gib: Annotated[
        int,
        Meta(ge=32, le=32767, description="Disk for the local Octopus home, in GiB."),
    ] = 64
    admin_username: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]{1,20}$",
            description="Local administrator of the nodes.",
        ),
    ] = "octolocal"
    encryption_at_host: Annotated[
        bool,
        Meta(
            description="Encrypt caches and temporary disks too; the subscription feature must "
            "be registered."
        ),
    ] = False
    hybrid_benefit: Annotated[
        bool, Meta(description="Use Windows Server licences that you already own.")
    ] = False
    time_zone: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9 ().+-]{2,64}$",
            description="Windows time zone ID of the nodes.",
        ),
    ] = "UTC"
    patching: Patching = Patching()


Nodes = VirtualMachines
