"""What the tests of the fragments share: a component, rendered and compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from octoha_templates.bicep import compile_text
from octoha_templates.pipeline import load_for_component
from octoha_templates.rendering.components import get_component
from octoha_templates.rendering.modules import render_component


@dataclass(frozen=True)
class Compiled:
    """The ARM template of one component, with ways to find things in it."""

    template: dict[str, Any]

    def all(self, resource_type: str) -> list[dict[str, Any]]:
        """List the resources of a type, in the order of the template."""
        return [item for item in self.template["resources"] if item["type"] == resource_type]

    def only(self, resource_type: str) -> dict[str, Any]:
        """Give the one resource of a type."""
        (found,) = self.all(resource_type)
        return found

    def find(self, resource_type: str, part_of_name: str) -> dict[str, Any]:
        """Give the one resource of a type whose name expression contains a text."""
        (found,) = [item for item in self.all(resource_type) if part_of_name in item["name"]]
        return found

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name."""
        parameters: dict[str, Any] = self.template["parameters"]
        return parameters

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs by name; of an output that is a loop, the loop."""
        return {
            name: output.get("value", output.get("copy"))
            for name, output in self.template["outputs"].items()
        }


Component = Callable[..., Compiled]


@cache
def _compiled(component_id: str, settings: tuple[str, ...]) -> Compiled:
    stack = load_for_component(None, component_id, settings).stack
    rendered = render_component(stack, get_component(component_id))
    result = compile_text(
        rendered.modules[0].text, file="main.bicep", read=rendered.scripts.__getitem__
    )
    assert result.diagnostics == ()
    return Compiled(result.template)


@pytest.fixture
def component() -> Component:
    """Compile a component of the reference stack, with settings such as `nodes.count=2` on top."""
    return lambda component_id, *settings: _compiled(component_id, settings)
