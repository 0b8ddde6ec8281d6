"""A config -> Stack: every problem in one go.

    text --source--> document --settings, overlays--> document --check--> Stack --rules--> findings

The embedded reference stack is read the same way; it is what `None` stands for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import msgspec

from octoha_templates.config.check import check
from octoha_templates.config.model import Stack
from octoha_templates.config.overlays import (
    ENVIRONMENTS,
    environment_names,
    nested_environments,
    overlaid,
    reserved_name,
    shape_findings,
    unknown_environment,
    without_environments,
)
from octoha_templates.config.places import Document, Places
from octoha_templates.config.reading import Source, read_config
from octoha_templates.config.rules import rule_findings
from octoha_templates.config.rules.database import one_database_each
from octoha_templates.config.rules.rule import Site
from octoha_templates.config.settings import apply_settings
from octoha_templates.config.source import parse
from octoha_templates.config.structure import plain_data
from octoha_templates.diagnostics import Diagnostic, Severity, has_errors, in_order
from octoha_templates.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Loaded:
    """A config that is right.

    Attributes:
        stack: The stack that the config describes.
        environments: The stack of each environment, by name, in the order written.
        warnings: What works and should be looked at; shown, never dropped.
        config_hash: SHA-256 of the values, settings and defaults included; what is a comment,
            layout or a default written out makes no difference.
        file: What the config is called in findings.
    """

    stack: Stack
    environments: Mapping[str, Stack]
    warnings: tuple[Diagnostic, ...]
    config_hash: str
    file: str


def load(source: Source = None, *, settings: Sequence[str] = ()) -> Loaded:
    """Read a config and check all of it, environments included.

    Args:
        source: A path, `-` for standard input, an open file, or None for the embedded reference
            stack.
        settings: Changes on top, `nodes.count=2`; they count for every environment, too.

    Returns:
        The stack, the environments, and the warnings.

    Raises:
        ArtifactError: The file is missing or cannot be read.
        ConfigError: With every error and warning there is.
    """
    text, file = read_config(source)
    return load_text(text, file, settings=settings)


def load_text(text: str, file: str = "stack.yaml", *, settings: Sequence[str] = ()) -> Loaded:
    """Read a config that is in memory already; otherwise like `load`.

    Args:
        text: The YAML.
        file: What to call it in findings.
        settings: As for `load`.
    """
    parsed = parse(text, file)
    if not isinstance(parsed.document.data, dict):
        raise ConfigError(_not_a_mapping(parsed.document))
    return _loaded(apply_settings(parsed.document, settings), parsed.findings, settings)


def loaded_from_stack(stack: Stack) -> Loaded:
    """Check a stack that was made or changed in Python, the way a config is checked.

    Args:
        stack: The stack, with its `environments`.

    Returns:
        As `load` does; findings have no line to point at.

    Raises:
        ConfigError: With every error and warning there is.
    """
    return _loaded(Document(plain_data(stack), Places("stack")), (), ())


def _loaded(document: Document, found: tuple[Diagnostic, ...], settings: Sequence[str]) -> Loaded:
    """Check the stack and all its environments, and raise once."""
    stack, findings = _checked(without_environments(document), "")
    findings = (*_not_at(found, findings), *_form_of_environments(document))
    findings = (*found, *findings)
    environments: dict[str, Stack] = {}
    for name in environment_names(document):
        its, its_findings = _checked_environment(document, name, settings, stack)
        findings += _only_of(name, its_findings, findings)
        if its is not None:
            environments[name] = its
    findings += tuple(one_database_each(environments, document.places))
    ordered = in_order(findings)
    if stack is None or has_errors(ordered):
        raise ConfigError(*(one for one in ordered if one.severity is not Severity.INFO))
    whole = msgspec.structs.replace(stack, environments=document.data.get(ENVIRONMENTS) or {})
    file = document.places.file
    return Loaded(whole, MappingProxyType(environments), ordered, _hash_of(whole), file)


def load_stack(
    source: Source = None,
    *,
    settings: Sequence[str] = (),
    environment: str | None = None,
) -> Stack:
    """Read the stack that a config describes.

    Args:
        source: A path, `-` for standard input, an open file, or None for the embedded reference
            stack.
        settings: Changes on top, `nodes.count=2`.
        environment: Which environment's values to take; None for the stack without overlay.

    Returns:
        The stack. Warnings are left out here; `load` has them.

    Raises:
        ArtifactError: The file is missing or cannot be read.
        ConfigError: With every error and warning there is.
    """
    return stack_for(load(source, settings=settings), environment)


def stack_from_text(
    text: str,
    file: str = "stack.yaml",
    *,
    settings: Sequence[str] = (),
    environment: str | None = None,
) -> Stack:
    """Read a stack from YAML in memory; otherwise like `load_stack`.

    Args:
        text: The YAML.
        file: What to call it in findings.
        settings: As for `load_stack`.
        environment: As for `load_stack`.
    """
    return stack_for(load_text(text, file, settings=settings), environment)


def stack_for(loaded: Loaded, environment: str | None) -> Stack:
    """Take the stack of one environment out of a config.

    Args:
        loaded: The config.
        environment: The name; None for the stack without overlay.

    Raises:
        ConfigError: OCT133, the config has no such environment.
    """
    if environment is None:
        return loaded.stack
    if environment not in loaded.environments:
        raise ConfigError(unknown_environment(environment, tuple(loaded.environments), loaded.file))
    return loaded.environments[environment]


def _checked(document: Document, environment: str) -> tuple[Stack | None, tuple[Diagnostic, ...]]:
    """Check a document by the types and by the rules.

    Returns:
        The stack, where there are errors with stand-ins for what is wrong, or None; and the
        findings.
    """
    checked = check(document)
    if checked.stack is None:
        return None, checked.findings
    site = Site(checked.stack, document.places, environment)
    return checked.stack, (*checked.findings, *rule_findings(site, checked.broken))


def _checked_environment(
    document: Document, name: str, settings: Sequence[str], stack: Stack | None
) -> tuple[Stack | None, tuple[Diagnostic, ...]]:
    """Check the stack of one environment, and that the same template serves it."""
    overlay = apply_settings(overlaid(document, name), _for_stack(settings))
    its, findings = _checked(overlay, name)
    findings += (*nested_environments(document, name), *reserved_name(document, name))
    if stack is not None and its is not None:
        findings += _not_at(findings, tuple(shape_findings(stack, its, overlay.places)))
    return its, findings


def _not_at(before: Sequence[Diagnostic], found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Leave out what is said about a value that has an error already."""
    places = {finding.location for finding in before if finding.is_error}
    return tuple(finding for finding in found if finding.location not in places)


def _only_of(
    environment: str, found: Sequence[Diagnostic], before: Sequence[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Keep what the stack itself does not have too, and say which environment it is about."""
    known = {(finding.code, finding.message, finding.location) for finding in before}
    return tuple(
        replace(finding, message=f"{finding.message} (environment {environment})")
        for finding in found
        if (finding.code, finding.message, finding.location) not in known
    )


def _form_of_environments(document: Document) -> tuple[Diagnostic, ...]:
    """Check names and form of the overlays; what is inside them is checked once merged."""
    environments = document.data.get(ENVIRONMENTS)
    if environments is None:
        return ()
    shape: Any = environments
    if isinstance(environments, dict):
        shape = {
            name: {} if isinstance(inner, dict) else inner for name, inner in environments.items()
        }
    minimal = {"octopus": _ANY_OCTOPUS, ENVIRONMENTS: shape}
    return check(Document(minimal, document.places)).findings


_ANY_OCTOPUS = {
    "version": "2026.3.12345",
    "host_name": "octopus.example.com",
    "administrator": {"email": "nobody@example.com"},
}


def _for_stack(settings: Sequence[str]) -> tuple[str, ...]:
    """Leave out the settings that are about one environment: they are in its overlay already."""
    return tuple(
        setting for setting in settings if not setting.strip().startswith(f"{ENVIRONMENTS}.")
    )


def _hash_of(stack: Stack) -> str:
    data = msgspec.to_builtins(stack)
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _not_a_mapping(document: Document) -> Diagnostic:
    found = "a list" if isinstance(document.data, list) else "a single value"
    return Diagnostic(
        "OCT114",
        Severity.ERROR,
        f"the config is {found}, but keys and values are wanted",
        document.places.values.get(()),
        "octoha-render init writes a config to start from",
    )
