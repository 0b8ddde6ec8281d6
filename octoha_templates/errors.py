"""The exceptions of the library: each carries its findings and the exit code it stands for."""

from __future__ import annotations

from typing import ClassVar

from octoha_templates.diagnostics import Diagnostic

EXIT_DONE = 0
EXIT_INPUT = 1
EXIT_USAGE = 2
EXIT_SURROUNDINGS = 3
EXIT_BUG = 70


class OctohaError(Exception):
    """The base of everything this library raises on purpose.

    Attributes:
        diagnostics: Every finding, in order of place; never empty.
        exit_code: What the command line exits with.
    """

    exit_code: ClassVar[int] = EXIT_INPUT

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Take the findings; the first one becomes the message."""
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics


class ConfigError(OctohaError):
    """The YAML needs mending."""


class RenderError(OctohaError):
    """A fragment cannot be rendered."""


class BicepError(OctohaError):
    """The Bicep needs mending."""


class BicepSyntaxError(BicepError):
    """The Bicep does not parse."""


class UnsupportedBicepError(BicepError):
    """The Bicep may be right, but the embedded compiler does not compile it."""


class TemplateError(OctohaError):
    """The ARM template does not stand up to its schema or to ARM's rules."""


class ArtifactError(OctohaError):
    """A file or folder cannot be read or written."""

    exit_code: ClassVar[int] = EXIT_SURROUNDINGS
