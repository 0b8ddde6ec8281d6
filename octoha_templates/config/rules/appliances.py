"""Rules about load balancer appliances: image and licence, size, cloud, who reaches their management.

Source: the azure-offer-list of f5-azure-arm-templates-v2 (offers, SKUs); LoadMaster HA for Azure;
learn.microsoft.com, "Dsv4 series" and its neighbours (network interfaces per size), "Azure Marketplace:
pricing and availability of a virtual machine plan" (China: free and bring-your-own-licence plans only).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import ExistingNetwork, F5BigIp, JumpBox, KempLoadMaster
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_SIZE: Final = re.compile(r"Standard_([A-Z]+)([0-9]+)(?:-[0-9]+)?([a-z]*)(?:_v([0-9]+))?")
# Sizes with fewer vCPUs have two interfaces, in all families that the images run on.
_VCPUS_FOR_THREE_INTERFACES: Final = 8
_VCPUS_OF_BIG_IP: Final = 4
_FIRST_NVME_GENERATION: Final = 6


@reads("load_balancer")
def image_of_licence(site: Site) -> Iterator[Diagnostic]:
    """The image is one of the product, and is billed the way the licence says."""
    balancer = site.stack.load_balancer
    if isinstance(balancer, F5BigIp):
        yield from _image_of_f5(site, balancer)
    if isinstance(balancer, KempLoadMaster):
        yield from _image_of_kemp(site, balancer)


def _image_of_f5(site: Site, balancer: F5BigIp) -> Iterator[Diagnostic]:
    offer, sku = balancer.image_offer, balancer.image_sku
    if balancer.image and not offer.startswith("f5-big-ip"):
        yield _wrong_image(site, f"{offer} is no offer of BIG-IP", "take f5-big-ip-byol")
    elif balancer.license == "byol" and "byol" not in sku:
        yield _wrong_image(
            site,
            f"{sku} is billed by the hour, but `load_balancer.license` is byol",
            "take the SKU f5-big-ltm-2slot-byol of the offer f5-big-ip-byol",
        )
    elif balancer.license == "hourly" and "hourly" not in sku:
        yield _wrong_image(
            site,
            f"{sku} wants a licence of your own, but `load_balancer.license` is hourly",
            "leave image out, or write license: byol",
        )
    elif balancer.throughput != F5BigIp().throughput and (
        balancer.image or balancer.license == "byol"
    ):
        yield site.error(
            "OCT676",
            "`load_balancer.throughput` has no effect: "
            + ("the image says it" if balancer.image else "a licence of your own says it"),
            site.at("load_balancer.throughput"),
            "delete it",
        )


def _image_of_kemp(site: Site, balancer: KempLoadMaster) -> Iterator[Diagnostic]:
    sku = balancer.image_sku
    if "free" in sku:
        yield _wrong_image(
            site,
            f"{sku} is the free LoadMaster, which cannot be one of a pair",
            "take basic-byol with a licence, or a SKU that is billed by the hour",
        )
    elif balancer.license == "hourly" and balancer.image is None:
        yield _wrong_image(
            site,
            "`load_balancer.license` is hourly, and only you know which plan you want",
            "name it with load_balancer.image; az vm image list-skus --publisher kemptech "
            "--offer vlm-azure --location <region> shows the plans",
        )
    elif (balancer.license == "byol") != ("byol" in sku):
        yield _wrong_image(
            site,
            f"{sku} does not go with `load_balancer.license`, which is {balancer.license}",
            "the SKUs with byol in their names want a licence of your own, the others are billed "
            "by the hour",
        )


def _wrong_image(site: Site, message: str, hint: str) -> Diagnostic:
    at = site.at("load_balancer.image", "load_balancer.license")
    return site.error("OCT675", message, at, hint)


@reads("load_balancer")
def size_of_appliance(site: Site) -> Iterator[Diagnostic]:
    """The size is one that the image runs on, with as many network interfaces as asked for."""
    balancer = site.stack.load_balancer
    if not isinstance(balancer, F5BigIp | KempLoadMaster):
        return
    at = site.at("load_balancer.size", "load_balancer.interfaces")
    parts = _SIZE.fullmatch(balancer.size)
    if parts is None:
        return
    family, vcpus, features, generation = parts.groups()
    reason = ""
    if family == "B":
        reason = "saves up processor time and has none left when the portal is busy"
    elif "p" in features:
        reason = "has ARM processors, and the images are for x64"
    elif int(generation or 1) >= _FIRST_NVME_GENERATION:
        reason = "starts generation 2 images only, and the images are generation 1"
    elif "s" not in features.lower() and family != "DS":
        reason = "has no premium storage"
    if reason:
        yield site.error(
            "OCT677",
            f"`load_balancer.size` is {balancer.size}, which {reason}",
            at,
            "take a size such as Standard_D8s_v4"
            if isinstance(balancer, F5BigIp)
            else "take a size such as Standard_D2s_v4",
        )
    elif isinstance(balancer, F5BigIp):
        yield from _size_of_f5(site, balancer, int(vcpus))


def _size_of_f5(site: Site, balancer: F5BigIp, vcpus: int) -> Iterator[Diagnostic]:
    at = site.at("load_balancer.size", "load_balancer.interfaces")
    if balancer.interfaces > 2 and vcpus < _VCPUS_FOR_THREE_INTERFACES:
        yield site.error(
            "OCT678",
            f"`load_balancer.interfaces` is {balancer.interfaces}, but {balancer.size} has two",
            at,
            "take a size with 8 vCPUs or more, or interfaces: 2",
        )
    elif vcpus < _VCPUS_OF_BIG_IP:
        yield site.warning(
            "OCT678",
            f"{balancer.size} has {vcpus} vCPUs; BIG-IP with its declarative interfaces wants "
            f"{_VCPUS_OF_BIG_IP} or more",
            at,
        )


@reads("load_balancer", "cloud")
def cloud_of_appliance(site: Site) -> Iterator[Diagnostic]:
    """The marketplace of the cloud has the plan; what nobody knows from here is said."""
    balancer, cloud = site.stack.load_balancer, site.stack.cloud
    if not isinstance(balancer, F5BigIp | KempLoadMaster) or cloud == "AzureCloud":
        return
    at = site.at("cloud", "load_balancer.license")
    if cloud == "AzureChinaCloud" and balancer.license == "hourly":
        yield site.error(
            "OCT679",
            "the marketplace of AzureChinaCloud bills no software by the hour",
            at,
            "write license: byol",
        )
        return
    yield site.warning(
        "OCT679",
        f"whether the marketplace of {cloud} has {balancer.publisher}:{balancer.image_offer}:"
        f"{balancer.image_sku} differs from subscription to subscription",
        at,
        f"az vm image list --all --publisher {balancer.publisher} --offer {balancer.image_offer} "
        f"--location {site.stack.location} shows it",
    )


@reads("load_balancer", "network.access", "network.kind")
def management_has_a_way(site: Site) -> Iterator[Diagnostic]:
    """Somebody reaches the management of the appliances, or they stay unconfigured; a note, as for nodes."""
    balancer, network = site.stack.load_balancer, site.stack.network
    if not isinstance(balancer, F5BigIp | KempLoadMaster) or isinstance(network, ExistingNetwork):
        return
    if not any(isinstance(access, JumpBox) for access in network.access):
        yield site.note(
            "OCT680",
            "nobody can configure the appliances: their management is open to the jump box only, "
            "and the stack has none",
            site.at("network.access", "load_balancer"),
            "add a jump-box to network.access, now or later; the script that configures them runs there",
        )


@reads("load_balancer", "network.outbound")
def licence_needs_the_internet(site: Site) -> Iterator[Diagnostic]:
    """A licence of one's own is activated over the Internet, unless somebody does it by hand."""
    balancer, outbound = site.stack.load_balancer, getattr(site.stack.network, "outbound", None)
    if not isinstance(balancer, F5BigIp | KempLoadMaster) or balancer.license != "byol":
        return
    if outbound is not None and outbound.__struct_config__.tag == "none":
        yield site.warning(
            "OCT681",
            "the licences cannot be activated by themselves: the network has no way out",
            site.at("network.outbound", "load_balancer.license"),
            "activate them by hand before the script runs, see DEPLOY.md, or write license: hourly",
        )


@reads("load_balancer")
def addresses_of_clients(site: Site) -> Iterator[Diagnostic]:
    """When TLS passes through, the nodes do not see who calls."""
    balancer = site.stack.load_balancer
    if isinstance(balancer, F5BigIp | KempLoadMaster) and not balancer.ends_tls:
        yield site.note(
            "OCT682",
            "with tls: passthrough the audit log of Octopus shows the appliances' addresses, not "
            "those of the clients",
            site.at("load_balancer.tls"),
            "tls: bridge tells the nodes who calls",
        )


APPLIANCE_RULES: tuple[Rule, ...] = (
    image_of_licence,
    size_of_appliance,
    cloud_of_appliance,
    management_has_a_way,
    licence_needs_the_internet,
    addresses_of_clients,
)
