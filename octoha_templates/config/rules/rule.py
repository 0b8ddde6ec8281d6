"""What a rule is: a function, and the values it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from octoha_templates.config.model import Stack
from octoha_templates.config.places import Path, Places
from octoha_templates.diagnostics import Diagnostic, Location, Related, Severity


@dataclass(frozen=True, slots=True)
class Site:
    """A stack and where it is written: what a rule works on.

    Attributes:
        stack: The stack.
        places: Where its values are written.
        environment: Which environment it is for; empty for the stack itself.
    """

    stack: Stack
    places: Places
    environment: str = ""

    def at(self, *paths: str) -> Location:
        """Say where the first of these values is that is written in the config."""
        return self.places.of_first_written(*(as_path(path) for path in paths))

    def error(
        self, code: str, message: str, at: Location, hint: str = "", *related: Related
    ) -> Diagnostic:
        """Make a finding that stops the run."""
        return Diagnostic(code, Severity.ERROR, message, at, hint, related)

    def warning(self, code: str, message: str, at: Location, hint: str = "") -> Diagnostic:
        """Make a finding that does not stop the run, but that the reader should act on."""
        return Diagnostic(code, Severity.WARNING, message, at, hint)

    def note(self, code: str, message: str, at: Location, hint: str = "") -> Diagnostic:
        """Make a finding about something that works and has a price."""
        return Diagnostic(code, Severity.INFO, message, at, hint)


Check = Callable[[Site], Iterator[Diagnostic]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check and the paths of the values it reads."""

    apply: Check
    reads: tuple[Path, ...]


def reads(*paths: str) -> Callable[[Check], Rule]:
    """Turn a check into a rule.

    Args:
        paths: What it reads, `nodes.count`; list items are written with their index,
            `network.access.0.sku`.
    """

    def to_rule(check: Check) -> Rule:
        return Rule(check, tuple(as_path(path) for path in paths))

    return to_rule


def as_path(text: str) -> Path:
    """Read `network.access.0.sku`: all digits are a position in a list."""
    return tuple(int(part) if part.isdigit() else part for part in text.split("."))
