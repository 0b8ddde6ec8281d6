"""What was found, where, and how to mend it.

Every stage reports in these values, so that a finding reads the same whether it comes from the YAML,
a fragment, the Bicep or the compiled template. They hold text only: building one does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a finding matters: an error stops the run, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, order=True, slots=True)
class Location:
    """A place in a text file.

    Units: line and column count from 1, in characters; 0 stands for "the whole file" or "the whole line".
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Write the place the way compilers do, without the parts that are not known."""
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding, such as the first of two declarations."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: Its entry in the catalogue, `OCT112`.
        severity: Whether it stops the run.
        message: What is wrong, in the user's words, with the value found and the value wanted.
        location: Where, or None where there is no file to point at.
        hint: What to do about it; empty when the message says it.
        related: Other places that matter, such as the fragment a Bicep line came from.
        path: The JSON path in the ARM template, for findings about templates.
    """

    code: str
    severity: Severity
    message: str
    location: Location | None = None
    hint: str = ""
    related: tuple[Related, ...] = ()
    path: str = ""

    @property
    def is_error(self) -> bool:
        """Say whether this finding stops the run."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """Write the finding on one line; `cli.reporters` makes the long form."""
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.severity.value} {self.code}: {self.message}"


def has_errors(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Say whether any of the findings stops the run."""
    return any(diagnostic.is_error for diagnostic in diagnostics)


def in_order(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort findings by place, then code, and drop exact repeats; the order never depends on hashing."""

    def key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        place = diagnostic.location or Location("")
        return (place.file, place.line, place.column, diagnostic.code, diagnostic.message)

    return tuple(dict.fromkeys(sorted(diagnostics, key=key)))
