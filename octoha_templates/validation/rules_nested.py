"""Nested templates: the parameters given must be those that the template inside declares."""

from __future__ import annotations

from collections.abc import Iterator

from octoha_templates.diagnostics import Diagnostic
from octoha_templates.schemacheck import did_you_mean
from octoha_templates.validation.places import Places
from octoha_templates.validation.resources import title_of
from octoha_templates.validation.scopes import FoundResource, Json, TemplateScope


def nested_parameters(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find parameters that a nested template does not have, or needs and does not get.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT452, OCT453.
    """
    for resource in scope.resources:
        nested = resource.nested_template
        if nested is not None and resource.has_inner_scope and not resource.is_existing:
            yield from _compare(resource, nested, places)


def _compare(resource: FoundResource, nested: Json, places: Places) -> Iterator[Diagnostic]:
    """Compare what is given with what is declared."""
    given = resource.body["properties"].get("parameters", {})
    declared = nested.get("parameters", {})
    if not isinstance(given, dict) or not isinstance(declared, dict):
        return  # an expression, or a mistake that the schema reports
    known = {name.casefold() for name in declared}
    for name in given:
        if name.casefold() not in known:
            near = did_you_mean(name, list(declared))
            yield places.finding(
                "OCT452",
                (*resource.path, "properties", "parameters", name),
                f"{title_of(resource)}: the template inside has no parameter `{name}`",
                hint=f"did you mean `{near}`?" if near else "remove it",
            )
    present = {name.casefold() for name in given}
    for name, declaration in declared.items():
        if name.casefold() not in present and _is_needed(declaration, nested):
            yield places.finding(
                "OCT453",
                (*resource.path, "properties", "parameters"),
                f"{title_of(resource)}: the template inside needs the parameter `{name}`",
                hint=f"pass `{name}`, or give it a default",
            )


def _is_needed(declaration: object, nested: Json) -> bool:
    """Say whether a parameter must be given: its type may say no, in a definition of its own."""
    if not isinstance(declaration, dict):
        return False
    if "defaultValue" in declaration or declaration.get("nullable") is True:
        return False
    name = str(declaration.get("$ref", "")).removeprefix("#/definitions/")
    definitions = nested.get("definitions")
    definition = definitions.get(name) if isinstance(definitions, dict) else None
    return not (isinstance(definition, dict) and definition.get("nullable") is True)
