"""Octopus Deploy High Availability on Azure: render, compile and validate the templates.

    from octoha_templates import load_stack, render
    bundle = render(load_stack("stack.yaml"))
    bundle.write("out")

Importing this package is cheap: each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from octoha_templates.api import load_stack as load_stack
    from octoha_templates.api import render as render
    from octoha_templates.bicep import CompileResult as CompileResult
    from octoha_templates.bicep import compile_file as compile_file
    from octoha_templates.bicep import compile_text as compile_text
    from octoha_templates.diagnostics import Diagnostic as Diagnostic
    from octoha_templates.diagnostics import Location as Location
    from octoha_templates.diagnostics import Severity as Severity
    from octoha_templates.errors import ArtifactError as ArtifactError
    from octoha_templates.errors import BicepError as BicepError
    from octoha_templates.errors import BicepSyntaxError as BicepSyntaxError
    from octoha_templates.errors import ConfigError as ConfigError
    from octoha_templates.errors import OctohaError as OctohaError
    from octoha_templates.errors import RenderError as RenderError
    from octoha_templates.errors import TemplateError as TemplateError
    from octoha_templates.errors import UnsupportedBicepError as UnsupportedBicepError
    from octoha_templates.pipeline import Bundle as Bundle
    from octoha_templates.validation import validate_template as validate_template

_HOMES = {
    "ArtifactError": "errors",
    "BicepError": "errors",
    "BicepSyntaxError": "errors",
    "Bundle": "pipeline",
    "CompileResult": "bicep",
    "ConfigError": "errors",
    "Diagnostic": "diagnostics",
    "Location": "diagnostics",
    "OctohaError": "errors",
    "RenderError": "errors",
    "Severity": "diagnostics",
    "TemplateError": "errors",
    "UnsupportedBicepError": "errors",
    "compile_file": "bicep",
    "compile_text": "bicep",
    "load_stack": "api",
    "render": "api",
    "validate_template": "validation",
}

__all__ = [  # noqa: PLE0604 - the names are those of _HOMES, in one place
    *_HOMES
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *_HOMES})
