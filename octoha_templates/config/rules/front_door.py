"""Rules about Front Door: where it makes its private link, its certificate, and what it does not carry.

Source: learn.microsoft.com, "Secure your Origin with Private Link in Azure Front Door Premium", "Azure
Front Door limits", "Domains in Azure Front Door", "WebSocket in Azure Front Door".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import (
    ExistingNetwork,
    FrontDoor,
    KeyVaultCertificate,
)
from octoha_templates.config.rules.network import PLAN_READS
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.config.words import joined
from octoha_templates.diagnostics import Diagnostic

# Where Front Door makes private endpoints. A region that is new here is named in the config.
PRIVATE_LINK_REGIONS: Final[dict[str, tuple[str, ...]]] = {
    "AzureCloud": (
        "australiaeast",
        "brazilsouth",
        "canadacentral",
        "centralindia",
        "centralus",
        "eastasia",
        "eastus",
        "eastus2",
        "francecentral",
        "germanywestcentral",
        "japaneast",
        "koreacentral",
        "northeurope",
        "norwayeast",
        "southafricanorth",
        "southcentralus",
        "southeastasia",
        "swedencentral",
        "uaenorth",
        "uksouth",
        "westeurope",
        "westus2",
        "westus3",
    ),
    "AzureUSGovernment": ("usgovarizona", "usgovtexas", "usgovvirginia"),
    "AzureChinaCloud": ("chinaeast3", "chinanorth3"),
}
_LOCATIONS: Final = "load_balancer.private_link_locations"


@reads("load_balancer", "location", "cloud")
def private_link_region(site: Site) -> Iterator[Diagnostic]:
    """Front Door makes its private endpoint in some regions only, and not always in the stack's."""
    stack, balancer = site.stack, site.stack.load_balancer
    if not isinstance(balancer, FrontDoor):
        return
    known = PRIVATE_LINK_REGIONS.get(stack.cloud, ())
    if not balancer.private_link_locations and stack.location not in known:
        yield site.error(
            "OCT745",
            f"Front Door makes no private link in {stack.location}",
            site.at("location", "load_balancer"),
            f"name the nearest region that has it with `{_LOCATIONS}`; the nodes stay where they "
            f"are. Known ones are {joined(known, 'and')}",
        )
    for index, region in enumerate(balancer.private_link_locations):
        at = site.at(f"{_LOCATIONS}.{index}")
        if region in balancer.private_link_locations[:index]:
            yield site.error("OCT745", f"`{_LOCATIONS}` has {region} twice", at, "delete one")
        elif region not in known:
            yield _unknown_region(site, region, f"{_LOCATIONS}.{index}")


def _unknown_region(site: Site, region: str, path: str) -> Diagnostic:
    cloud = site.stack.cloud
    home = next((name for name, regions in PRIVATE_LINK_REGIONS.items() if region in regions), "")
    if home:
        return site.error(
            "OCT746",
            f"`{_LOCATIONS}` has {region}, a region of {home}, but `cloud` is {cloud}",
            site.at(path),
            f"take regions of {cloud}: {joined(PRIVATE_LINK_REGIONS[cloud])}",
        )
    return site.warning(
        "OCT746",
        f"whether Front Door makes a private link in {region} is not known here",
        site.at(path),
        "look it up; the deployment fails when it does not",
    )


@reads("load_balancer", "octopus.certificate")
def certificate_in_a_vault(site: Site) -> Iterator[Diagnostic]:
    """Front Door reads certificates of a Key Vault, and no certificate that is kept as a secret."""
    balancer = site.stack.load_balancer
    if (
        isinstance(balancer, FrontDoor)
        and balancer.reads_certificate
        and not isinstance(site.stack.octopus.certificate, KeyVaultCertificate)
    ):
        yield site.error(
            "OCT747",
            "`load_balancer.certificate` is key-vault, but `octopus.certificate` is none of a Key "
            "Vault: Front Door reads no PFX that is kept as a secret",
            site.at("load_balancer.certificate"),
            "write certificate: managed, and Front Door has one of its own, or take "
            "octopus.certificate of kind key-vault",
        )


@reads("load_balancer")
def what_front_door_does_not_carry(site: Site) -> Iterator[Diagnostic]:
    """Nobody finds out about the limits of Front Door by a release that does not go through."""
    balancer = site.stack.load_balancer
    if isinstance(balancer, FrontDoor):
        yield site.note(
            "OCT748",
            "Front Door takes no request above 2 GB unless it is sent in chunks, waits "
            f"{balancer.response_timeout_seconds} seconds for an answer to start, and inspects the "
            "first 128 KB of a body",
            site.at("load_balancer"),
            "send larger packages from inside, by the internal load balancer",
        )


@reads("network.subnets", *PLAN_READS)
def subnet_for_private_link(site: Site) -> Iterator[Diagnostic]:
    """A private link service takes addresses only where network policies are off for it."""
    network = site.stack.network
    if not isinstance(site.stack.load_balancer, FrontDoor):
        return
    if not isinstance(network, ExistingNetwork):
        return
    subnet = network.find_subnet("private_link")
    if subnet is not None and not subnet.create:
        virtual_network = network.virtual_network_id.rsplit("/", 1)[-1]
        yield site.warning(
            "OCT749",
            f"the subnet {subnet.name} is yours: a private link service is refused there until its "
            "network policies for private link services are off",
            site.at("network.subnets.private_link"),
            f"az network vnet subnet update --vnet-name {virtual_network} --name {subnet.name} "
            "--private-link-service-network-policies Disabled, with its resource group",
        )


FRONT_DOOR_RULES: tuple[Rule, ...] = (
    private_link_region,
    certificate_in_a_vault,
    what_front_door_does_not_carry,
    subnet_for_private_link,
)
