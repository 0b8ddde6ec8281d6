"""An ARM template in, findings out.

Each resource is checked by the one definition that its type and API version choose. The published
root schema tries all definitions on every resource instead, which takes seconds and ends in "not
valid under any of the given schemas". Nested templates are checked in the same way, all the way
down.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Location, in_order
from octoha_templates.schemacheck import Path, schema_problems
from octoha_templates.validation.places import Places
from octoha_templates.validation.registry import SchemaRegistry, registry_of
from octoha_templates.validation.resources import CODES, resource_findings
from octoha_templates.validation.rules_dependencies import dependencies
from octoha_templates.validation.rules_limits import limits
from octoha_templates.validation.rules_names import names
from octoha_templates.validation.rules_nested import nested_parameters
from octoha_templates.validation.rules_parameters import parameters
from octoha_templates.validation.rules_references import references, unused
from octoha_templates.validation.rules_secrets import secrets
from octoha_templates.validation.scopes import Json, TemplateScope, read_scopes

_ROOT: Final = "2019-04-01/deploymentTemplate.json"
_SYMBOLIC_ROOT: Final = _ROOT + "#/definitions/symbolicTemplate"

_MAX_DEPTH: Final = 90
_ANY_RESOURCE: Final = {"type": "any/type", "apiVersion": "any", "name": "any"}

Rule = Callable[[TemplateScope, Places], Iterator[Diagnostic]]
RULES: Final[tuple[Rule, ...]] = (
    limits,
    parameters,
    references,
    unused,
    dependencies,
    nested_parameters,
    secrets,
    names,
)


def validate_template(
    template: Mapping[str, Any],
    *,
    source_map: Mapping[str, Location] | None = None,
    file: str = "main.json",
    schemas: pathlib.Path | None = None,
) -> tuple[Diagnostic, ...]:
    """Check an ARM template, with every template nested in it.

    Args:
        template: The template, as data.
        source_map: JSON path -> where it came from, such as a line of Bicep; the nearest known
            place is named.
        file: What to call the template where no place is known.
        schemas: A folder in the published layout, to use in place of the schemas of this package.

    Returns:
        The findings in order of place; none when nothing is wrong.

    Raises:
        TemplateError: OCT460 or OCT461, the folder of schemas cannot be used.
    """
    places = Places(file, source_map or {})
    if not isinstance(template, dict):
        return (_not_an_object(places),)
    deep = _too_deep(template)
    if deep is not None:
        return (_nested_too_deeply(deep, places),)
    return in_order(_findings(template, registry_of(schemas), places))


def _findings(
    template: Mapping[str, Any], registry: SchemaRegistry, places: Places
) -> list[Diagnostic]:
    """Run every check on every template."""
    findings: list[Diagnostic] = []
    for scope in read_scopes(template):
        findings += _root_findings(scope, places)
        for resource in scope.resources:
            findings += resource_findings(resource, registry, places)
        for rule in RULES:
            findings += rule(scope, places)
    return findings


def _too_deep(template: Mapping[str, Any]) -> Path | None:
    """Find a value that is nested so deeply that checks would run out of stack; None is usual."""
    level: list[tuple[Path, Any]] = [((), template)]
    for _ in range(_MAX_DEPTH):
        below: list[tuple[Path, Any]] = []
        for path, value in level:
            if isinstance(value, dict):
                below += [((*path, k), v) for k, v in value.items() if isinstance(v, dict | list)]
            else:
                below += [
                    ((*path, i), v) for i, v in enumerate(value) if isinstance(v, dict | list)
                ]
        if not below:
            return None
        level = below
    return level[0][0]


def _nested_too_deeply(path: Path, places: Places) -> Diagnostic:
    """Say that a template is nested too deeply to be checked."""
    return places.finding(
        "OCT428",
        path,
        f"the template is nested more than {_MAX_DEPTH} levels deep, so it was not checked",
        hint="no resource of Azure needs that; look for a part that holds itself",
    )


def _not_an_object(places: Places) -> Diagnostic:
    """Say that something is no template at all."""
    hint = "a template begins with `{` and has `$schema`, `contentVersion` and `resources`"
    return places.finding("OCT406", (), "a template must be an object", hint=hint)


def _root_findings(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Check the frame of a template: its sections, parameters and outputs; not its resources."""
    # Always our own root: the published one refers to files that no folder has in full.
    address = _SYMBOLIC_ROOT if "languageVersion" in scope.body else _ROOT
    definition = registry_of(None).definition_at(address)
    frame = _frame(scope)
    if definition.accepts(frame):
        return
    for problem in schema_problems(definition.validator, frame):
        words = problem.message.replace("unknown key", "unknown property", 1)
        path = (*scope.path, *problem.path)
        yield places.finding(CODES[problem.kind], path, words, hint=problem.hint)


def _frame(scope: TemplateScope) -> Json:
    """Put a stand-in for each resource of a template, which has checks of its own."""
    body = dict(scope.body)
    resources = body.get("resources")
    if isinstance(resources, list):
        body["resources"] = [_stand_in(resource) for resource in resources]
    elif isinstance(resources, dict):
        body["resources"] = {key: _stand_in(value) for key, value in resources.items()}
    return body


def _stand_in(resource: Any) -> Any:
    """Give something that is right in place of a resource; what is no object at all stays."""
    return _ANY_RESOURCE if isinstance(resource, dict) else resource
