"""A template as the engine sees it: scopes, each with parameters, resources and expressions.

A nested template is a scope of its own when it is evaluated on its own (`inner`). Otherwise its
expressions belong to the template around it, which is what people forget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from octoha_templates.schemacheck import Path
from octoha_templates.validation.arm_expressions import (
    Call,
    ExpressionSyntaxError,
    calls_of,
    is_expression,
)

DEPLOYMENTS: Final = "microsoft.resources/deployments"
_TEMPLATE: Final = ("properties", "template")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Used:
    """An expression of a template.

    Attributes:
        path: Where it is, from the root of the outermost template.
        text: As it is written.
        calls: Every call in it, the outer ones first; none when it cannot be read.
        problem: Why it cannot be read; empty when it can.
        loops: The names of the loops around it; the loop of the resource is "".
    """

    path: Path
    text: str
    calls: tuple[Call, ...]
    problem: str = ""
    loops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class FoundResource:
    """A resource, wherever it stands.

    Attributes:
        path: Where.
        body: What stands there.
        type: The full type, parents included; as text, even when it was something else.
        name: The name as it is written, names of the parents not included.
        parents: The resources that it is nested in, the outermost first.
        symbol: Its symbolic name; empty in a list.
    """

    path: Path
    body: Json
    type: str
    name: Any
    parents: tuple[FoundResource, ...] = ()
    symbol: str = ""

    @property
    def is_existing(self) -> bool:
        """Say whether it is only referred to, and not deployed."""
        return self.body.get("existing") is True

    @property
    def is_deployment(self) -> bool:
        """Say whether it is a nested or linked deployment."""
        return self.type.casefold() == DEPLOYMENTS

    @property
    def nested_template(self) -> Json | None:
        """Give the template inside, when it is a deployment that carries one."""
        properties = self.body.get("properties")
        template = properties.get("template") if isinstance(properties, dict) else None
        return template if self.is_deployment and isinstance(template, dict) else None

    @property
    def has_inner_scope(self) -> bool:
        """Say whether the template inside is evaluated on its own."""
        options = self.body.get("properties", {}).get("expressionEvaluationOptions", {})
        scope = options.get("scope") if isinstance(options, dict) else None
        return isinstance(scope, str) and scope.casefold() == "inner"


@dataclass(frozen=True, slots=True, eq=False)
class TemplateScope:
    """One template and what is evaluated with it.

    Attributes:
        path: Where it is; () for the outermost one.
        body: The template.
        deployment: The resource that carries it; None for the outermost one.
        resources: Its resources, nested children included.
        expressions: Every expression that is evaluated here; those of nested templates too, where
            these are evaluated together with this one.
        is_inner: Whether its expressions are its own.
    """

    path: Path
    body: Json
    deployment: FoundResource | None
    resources: tuple[FoundResource, ...]
    expressions: tuple[Used, ...]
    is_inner: bool = True

    def section(self, name: str) -> Json:
        """Give `parameters`, `variables` or `outputs`; empty when absent or of the wrong type."""
        value = self.body.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def is_symbolic(self) -> bool:
        """Say whether resources have symbolic names."""
        return isinstance(self.body.get("resources"), dict)


@dataclass(slots=True)
class _Collected:
    """What is found on the way through one scope."""

    resources: list[FoundResource] = field(default_factory=list)
    expressions: list[Used] = field(default_factory=list)


def read_scopes(template: Json) -> tuple[TemplateScope, ...]:
    """Find every template in a template.

    Args:
        template: The outermost one.

    Returns:
        The outermost one first, then those inside, in order of place.
    """
    return tuple(_scopes_of(template, (), None, is_inner=True))


def _scopes_of(
    body: Json, path: Path, deployment: FoundResource | None, *, is_inner: bool
) -> Iterator[TemplateScope]:
    """Give the scope of one template, then those inside it."""
    found = _Collected()
    found.resources += _resources_of(body.get("resources"), (*path, "resources"), ())
    inner_templates = {
        (*r.path, *_TEMPLATE) for r in found.resources if r.nested_template and r.has_inner_scope
    }
    _collect(body, path, frozenset(), inner_templates, found.expressions)
    yield TemplateScope(
        path, body, deployment, tuple(found.resources), tuple(found.expressions), is_inner
    )
    for resource in found.resources:
        nested = resource.nested_template
        if nested is not None:
            yield from _scopes_of(
                nested,
                (*resource.path, *_TEMPLATE),
                resource,
                is_inner=resource.has_inner_scope,
            )


def _resources_of(
    value: Any, path: Path, parents: tuple[FoundResource, ...]
) -> Iterator[FoundResource]:
    """Go through resources in a list or by symbolic name, each followed by those nested in it."""
    entries: list[tuple[str | int, Any]] = []
    if isinstance(value, list):
        entries = list(enumerate(value))
    elif isinstance(value, dict):
        entries = list(value.items())
    for key, body in entries:
        if isinstance(body, dict):
            symbol = key if isinstance(key, str) else ""
            resource = FoundResource(
                (*path, key), body, full_type(body, parents), body.get("name"), parents, symbol
            )
            yield resource
            yield from _resources_of(
                body.get("resources"), (*path, key, "resources"), (*parents, resource)
            )


def full_type(body: Json, parents: tuple[FoundResource, ...]) -> str:
    """Give the full type of a resource; one nested in another says only the last part of its own.

    Args:
        body: The resource.
        parents: What it is nested in.

    Returns:
        The type, such as `Microsoft.Network/virtualNetworks/subnets`.
    """
    own = body.get("type")
    text = own if isinstance(own, str) else ""
    if not parents or "." in text.split("/")[0]:
        return text
    return f"{parents[-1].type}/{text}"


def _collect(
    value: Any, path: Path, loops: frozenset[str], skip: set[Path], found: list[Used]
) -> None:
    """Collect the expressions of a value, keys included."""
    if isinstance(value, str):
        if value[:1] == "[" and is_expression(value):
            found.append(_used(value, path, loops))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _collect(item, (*path, index), loops, skip, found)
    elif isinstance(value, dict) and path not in skip:
        _collect_object(value, path, loops, skip, found)


def _collect_object(
    value: dict[str, Any], path: Path, loops: frozenset[str], skip: set[Path], found: list[Used]
) -> None:
    """Collect the expressions of an object; a loop in it is known to what the loop repeats."""
    copy = value.get("copy")
    here = loops
    if isinstance(copy, dict):
        here = loops | {"", str(copy.get("name", ""))}
    for key, inner in value.items():
        if key[:1] == "[" and is_expression(key):
            found.append(_used(key, (*path, key), here))
        if key == "copy" and isinstance(inner, list):
            _collect_loops(inner, (*path, key), here, skip, found)
        elif key == "copy" and isinstance(inner, dict):
            for name, part in inner.items():
                _collect(part, (*path, key, name), here if name == "input" else loops, skip, found)
        else:
            _collect(inner, (*path, key), here, skip, found)


def _collect_loops(
    copies: list[Any], path: Path, loops: frozenset[str], skip: set[Path], found: list[Used]
) -> None:
    """Collect the expressions of property loops; only the input of each knows the loop."""
    for index, copy in enumerate(copies):
        if not isinstance(copy, dict):
            continue
        for key, part in copy.items():
            here = loops | {str(copy.get("name", ""))} if key == "input" else loops
            _collect(part, (*path, index, key), here, skip, found)


def _used(text: str, path: Path, loops: frozenset[str]) -> Used:
    """Read one expression."""
    try:
        return Used(path, text, calls_of(text), "", loops)
    except ExpressionSyntaxError as error:
        return Used(path, text, (), str(error), loops)
