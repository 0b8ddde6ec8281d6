"""One resource against the one definition that its type and API version choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.schemacheck import (
    Kind,
    SchemaProblem,
    did_you_mean,
    schema_problems,
)
from octoha_templates.validation.arm_expressions import is_expression
from octoha_templates.validation.copies import expand_copies, original_path
from octoha_templates.validation.places import Places
from octoha_templates.validation.registry import ResourceSchema, SchemaRegistry
from octoha_templates.validation.scopes import FoundResource

CODES: Final = {
    Kind.UNKNOWN_KEY: "OCT403",
    Kind.READ_ONLY_KEY: "OCT404",
    Kind.MISSING_KEY: "OCT405",
    Kind.WRONG_TYPE: "OCT406",
    Kind.WRONG_VALUE: "OCT407",
    Kind.WRONG_CASE: "OCT408",
    Kind.OUT_OF_RANGE: "OCT409",
    Kind.WRONG_LENGTH: "OCT409",
    Kind.WRONG_PATTERN: "OCT409",
    Kind.REPEATED: "OCT409",
    Kind.NO_MATCH: "OCT411",
}
# What symbolic templates may write on any resource, and the published definitions do not know.
_SYMBOLIC_KEYS: Final = ("existing", "@options", "import", "extension")


def resource_findings(
    resource: FoundResource, registry: SchemaRegistry, places: Places
) -> Iterator[Diagnostic]:
    """Check a resource, without those nested in it.

    Args:
        resource: Which.
        registry: The schemas.
        places: Where things are.

    Yields:
        What is wrong: the type, the version, the name, or anything in the body.
    """
    if "import" in resource.body or "extension" in resource.body:
        return  # not a resource of Azure: an extension's own type
    if _is_old_style(resource):
        yield _old_style(resource, places)
        return
    schema = registry.find_resource(resource.type, str(resource.body.get("apiVersion", "")))
    if schema is None:
        yield from _without_schema(resource, registry, places)
        return
    yield from _segments(resource, places)
    yield from _body(resource, schema, places)


def title_of(resource: FoundResource) -> str:
    """Name a resource in a message: its type and, where it is plain text, its name."""
    name = resource.name if isinstance(resource.name, str) else ""
    return f"{resource.type} '{name}'" if name and not is_expression(name) else resource.type


def _without_schema(
    resource: FoundResource, registry: SchemaRegistry, places: Places
) -> Iterator[Diagnostic]:
    """Say why no definition fits: no version, another version, or no such type."""
    own_type = resource.body.get("type")
    if not isinstance(own_type, str) or not own_type:
        yield places.finding(
            "OCT405", resource.path, "a resource without `type`", hint="add `type`"
        )
        return
    versions = registry.api_versions(resource.type)
    if not versions:
        yield _unknown_type(resource, registry, places)
    elif "apiVersion" not in resource.body:
        hint = f"add `apiVersion`, such as {versions[-1]}"
        message = f"{title_of(resource)} has no `apiVersion`"
        yield places.finding("OCT405", resource.path, message, hint=hint)
    else:
        yield _unknown_version(resource, versions, places)


def _unknown_type(resource: FoundResource, registry: SchemaRegistry, places: Places) -> Diagnostic:
    """Report a type that no schema covers; a provider that none covers is only a warning."""
    provider = resource.type.split("/")[0]
    known = registry.resource_types(provider)
    path = (*resource.path, "type")
    if not known:
        near = did_you_mean(provider, registry.providers())
        return places.finding(
            "OCT412",
            path,
            f"no schema covers {resource.type}, so this resource was not checked",
            hint=f"did you mean {near}?"
            if near
            else "name a folder with more schemas: --schemas DIR",
            severity=Severity.ERROR if near else Severity.WARNING,
        )
    near = did_you_mean(resource.type, known)
    return places.finding(
        "OCT401",
        path,
        f"{provider} has no resource type {resource.type} in the schemas",
        hint=f"did you mean {near}?" if near else "name a folder with more schemas: --schemas DIR",
    )


def _unknown_version(
    resource: FoundResource, versions: tuple[str, ...], places: Places
) -> Diagnostic:
    """Report an API version that the schemas do not have of a type they know."""
    return places.finding(
        "OCT402",
        (*resource.path, "apiVersion"),
        f"{resource.type} has no API version {resource.body['apiVersion']} in the schemas",
        hint="use " + " or ".join(versions[-3:]),
    )


def _is_old_style(resource: FoundResource) -> bool:
    """Say whether a type spells an extension the old way: `.../providers/roleAssignments`."""
    return "providers" in resource.type.casefold().split("/")[1:]


def _old_style(resource: FoundResource, places: Places) -> Diagnostic:
    """Say that a resource was not checked because its type hides what it is."""
    return places.finding(
        "OCT413",
        (*resource.path, "type"),
        f"{resource.type} names an extension resource the old way, so it was not checked",
        hint="write the type of the extension alone, and `scope` for what it extends",
        severity=Severity.WARNING,
    )


def _segments(resource: FoundResource, places: Places) -> Iterator[Diagnostic]:
    """Check that a name has one segment for each segment of the type after the provider."""
    name = resource.name
    if not isinstance(name, str) or is_expression(name):
        return
    own_type = str(resource.body.get("type", ""))
    is_nested = bool(resource.parents) and "." not in own_type.split("/", maxsplit=1)[0]
    wanted = len(own_type.split("/")) - (0 if is_nested else 1)
    found = len(name.split("/"))
    if wanted != found:
        yield places.finding(
            "OCT410",
            (*resource.path, "name"),
            f"the name '{name}' has {found} segments, but {own_type} needs {wanted}",
            hint="write the names of the parents before it, with slashes" if found < wanted else "",
        )


def _body(resource: FoundResource, schema: ResourceSchema, places: Places) -> Iterator[Diagnostic]:
    """Check the body against the definition."""
    instance, moves = expand_copies(_instance(resource, schema))
    if schema.accepts(instance):
        return
    for problem in schema_problems(schema.validator, instance):
        if problem.key == "name" and problem.kind is Kind.MISSING_KEY and resource.is_existing:
            continue
        path = (*resource.path, *original_path(problem.path, moves))
        yield places.finding(
            CODES[problem.kind], path, _message(problem, resource), hint=problem.hint
        )


def _instance(resource: FoundResource, schema: ResourceSchema) -> dict[str, Any]:
    """Prepare a resource for its definition.

    The type gets the letters' case of the schema, as Azure does not mind it; nested resources and
    templates are left to checks of their own; what only symbolic templates have is taken out.
    """
    instance = {k: v for k, v in resource.body.items() if k not in _SYMBOLIC_KEYS}
    instance["type"] = schema.resource_type
    instance.pop("resources", None)
    if resource.is_existing:
        instance = {
            k: instance[k] for k in ("name", "type", "apiVersion", "scope") if k in instance
        }
        required = schema.schema.get("required", ())
        instance.update({key: "[null()]" for key in required if key not in instance})
    if resource.nested_template is not None:
        instance["properties"] = _deployment_properties(instance["properties"])
    return instance


def _deployment_properties(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Take the template out of a deployment, and give its scope the letters' case of the schema.

    Bicep writes `inner`, and the schemas know `Inner` only; the template engine does not mind.
    """
    prepared = {**properties, "template": {}}
    options = properties.get("expressionEvaluationOptions")
    if isinstance(options, dict) and isinstance(options.get("scope"), str):
        scope = str(options["scope"])
        names = {name.casefold(): name for name in ("NotSpecified", "Outer", "Inner")}
        changed = {**options, "scope": names.get(scope.casefold(), scope)}
        prepared["expressionEvaluationOptions"] = changed
    return prepared


def _message(problem: SchemaProblem, resource: FoundResource) -> str:
    """Word a problem for people who read templates: the resource first, then the property."""
    words = problem.message.replace("unknown key", "unknown property", 1)
    return f"{title_of(resource)}: {words}"
