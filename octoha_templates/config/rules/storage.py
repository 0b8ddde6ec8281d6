"""Rules about the shared folders: what the share costs and gives, and who is let in.

Source: learn.microsoft.com, "Understand Azure Files billing", "Overview of Azure Files identity-based
authentication"; octopus.com/docs, "Azure file storage", "Local storage".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from octoha_templates.config.model import AzureFiles, ExistingShare
from octoha_templates.config.rules.network import address_from_text
from octoha_templates.config.rules.rule import Rule, Site, reads
from octoha_templates.diagnostics import Diagnostic

_SMALLEST_V1: Final = 100


@reads("storage.access", "storage.allow_shared_key_access")
def keys_allowed(site: Site) -> Iterator[Diagnostic]:
    """A key is asked for only where your policies allow keys."""
    storage = site.stack.storage
    if not isinstance(storage, AzureFiles):
        return
    if storage.access == "storage-key" and not storage.allow_shared_key_access:
        yield site.error(
            "OCT640",
            "`storage.access` is storage-key, but `storage.allow_shared_key_access` is false: without the key, "
            "nodes that come with it find the share closed",
            site.at("storage.allow_shared_key_access", "storage.access"),
            "write access: ad-ds with a domain, or take kind: dfs-replication",
        )


@reads("storage.billing", "storage.quota_gib", "storage.iops", "storage.throughput_mibps")
def billing_fits(site: Site) -> Iterator[Diagnostic]:
    """Size and performance are bought the way the billing sells them."""
    storage = site.stack.storage
    if not isinstance(storage, AzureFiles) or storage.billing == "provisioned-v2":
        return
    if storage.quota_gib < _SMALLEST_V1:
        yield site.error(
            "OCT641",
            f"`storage.quota_gib` is {storage.quota_gib}, but a premium share of the first billing model has "
            f"{_SMALLEST_V1} GiB or more",
            site.at("storage.quota_gib", "storage.billing"),
            "write quota_gib: 100, or billing: provisioned-v2",
        )
    for key in ("iops", "throughput_mibps"):
        if getattr(storage, key) is not None:
            yield site.error(
                "OCT642",
                f"`storage.{key}` is given, but with `storage.billing` provisioned-v1 the size sets the performance",
                site.at(f"storage.{key}"),
                "write billing: provisioned-v2, or leave it out",
            )


@reads("storage", "domain")
def nodes_known_to_share(site: Site) -> Iterator[Diagnostic]:
    """Nodes that come as who they are, are somebody."""
    storage = site.stack.storage
    if storage.credential == "domain" and not site.stack.domain.joined:
        yield site.error(
            "OCT643",
            "the nodes open the share as who they are in a domain, but `domain` is none",
            site.at("storage.access", "storage"),
            "name the domain, or take a way in with a password: access: storage-key for azure-files, "
            "access: {kind: vault-secret, ...} for an existing share",
        )


@reads("storage.access", "storage.active_directory", "storage.consent_given")
def help_of_a_person(site: Site) -> Iterator[Diagnostic]:
    """What a person does between two deployments is said, and asked for where it counts only."""
    storage = site.stack.storage
    if not isinstance(storage, AzureFiles):
        return
    for key, given, access in (
        ("active_directory", storage.active_directory is not None, "ad-ds"),
        ("consent_given", storage.consent_given, "entra-kerberos"),
    ):
        if given and storage.access != access:
            yield site.error(
                "OCT645",
                f"`storage.{key}` is given, but `storage.access` is {storage.access}, where it has no effect",
                site.at(f"storage.{key}"),
                f"write access: {access}, or leave it out",
            )
        elif not given and storage.access == access:
            yield site.note(
                "OCT644",
                "this deployment makes everything but Octopus, because nobody can open the share yet",
                site.at("storage.access"),
                f"do what DEPLOY.md says about the share, then write {key} and deploy again",
            )


@reads("storage.unc_path")
def name_of_server(site: Site) -> Iterator[Diagnostic]:
    """The server of a share has a name."""
    storage = site.stack.storage
    if isinstance(storage, ExistingShare) and address_from_text(storage.host) is not None:
        yield site.warning(
            "OCT646",
            f"`storage.unc_path` names its server by the address {storage.host}, with which there is no Kerberos",
            site.at("storage.unc_path"),
            "write the name of the server",
        )


@reads("storage.unc_path", "domain")
def one_place(site: Site) -> Iterator[Diagnostic]:
    """A path of a domain's namespace may lead to several servers."""
    storage, fqdn = site.stack.storage, getattr(site.stack.domain, "fqdn", "")
    if isinstance(storage, ExistingShare) and fqdn and storage.host.lower() == fqdn.lower():
        yield site.note(
            "OCT647",
            f"`storage.unc_path` is a DFS namespace of {fqdn}, which may lead different nodes to different servers",
            site.at("storage.unc_path"),
            "let the folder have one enabled target, as kind: dfs-replication does",
        )


STORAGE_RULES: tuple[Rule, ...] = (
    keys_allowed,
    billing_fits,
    nodes_known_to_share,
    help_of_a_person,
    name_of_server,
    one_place,
)
