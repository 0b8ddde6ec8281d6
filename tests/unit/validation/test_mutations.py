"""Every single mistake of the common kinds is found, in every resource of a stack like the reference."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from octoha_templates.validation import registry_of, validate_template
from octoha_templates.validation.scopes import read_scopes
from tests.unit.validation.conftest import reference_like, rendered_templates, template
from tests.unit.validation.mutations import Mutation, mutations_of

_BODIES = {r["type"]: r for r in reference_like()["resources"]}
_SCHEMA_CODES = {f"OCT{number}" for number in range(401, 413)}


def schema_codes(body: dict[str, Any]) -> set[str]:
    """Check one resource; give the codes about its schema."""
    return {d.code for d in validate_template(template(body))} & _SCHEMA_CODES


@pytest.mark.parametrize("resource_type", sorted(_BODIES))
def test_each_single_mistake_in_a_resource_is_found(resource_type: str) -> None:
    mutations = list(mutations_of(_BODIES[resource_type], registry_of()))
    missed = [str(m) for m in mutations if not schema_codes(m.body) & m.codes]
    assert missed == []
    assert len(mutations) >= 8


def test_the_mistakes_are_of_every_kind() -> None:
    kinds = {m.kind.split()[0] for body in _BODIES.values() for m in _mutations(body)}
    assert kinds == {"rename", "drop", "wrong", "read-only"}


def _mutations(body: dict[str, Any]) -> Iterator[Mutation]:
    return mutations_of(body, registry_of())


def rendered_bodies() -> dict[str, dict[str, Any]]:
    """Give one resource of each type and shape in the rendered samples, which repeat themselves."""
    found: dict[str, dict[str, Any]] = {}
    for file in rendered_templates():
        for scope in read_scopes(json.loads(file.read_text("utf-8"))):
            for resource in scope.resources:
                if not (resource.is_existing or resource.is_deployment or resource.parents):
                    properties = resource.body.get("properties", {})
                    shape = json.dumps([resource.type, sorted(resource.body), sorted(properties)])
                    found.setdefault(shape, dict(resource.body))
    return found


@pytest.mark.skipif(not rendered_templates(), reason="no sample is rendered here")
def test_each_single_mistake_in_the_rendered_samples_is_found() -> None:
    missed = [
        f"{body['type']}: {mutation}"
        for body in rendered_bodies().values()
        for mutation in _mutations(body)
        if not schema_codes(mutation.body) & mutation.codes
    ]
    assert missed == []


def test_nothing_that_stands_in_a_template_breaks_the_checks() -> None:
    """Whatever a value is replaced with, there are findings or none, but never an exception."""
    original = reference_like()
    paths = list(_paths(original, ()))
    for number, path in enumerate(paths):
        body = copy.deepcopy(original)
        holder: Any = body
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = [None, 3, "x", [], {}, [[]], "[", "[x", "[parameters(1)]", {"a": 1}][
            number % 10
        ]
        assert isinstance(validate_template(body), tuple)


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))
