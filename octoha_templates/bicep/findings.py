"""Collects what is wrong with Bicep that parses."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from octoha_templates.bicep.source import SourceText
from octoha_templates.diagnostics import Diagnostic, Related, Severity, in_order


class Findings:
    """The findings about one file; `#disable-next-line` is respected when they are taken out."""

    __slots__ = ("_found", "refused", "source")

    def __init__(self, source: SourceText) -> None:
        """Start with none."""
        self.source = source
        self._found: list[Diagnostic] = []
        self.refused = False

    def error(
        self,
        code: str,
        at: int,
        message: str,
        hint: str = "",
        related: tuple[Related, ...] = (),
    ) -> None:
        """Note something that cannot be compiled."""
        self._add(Severity.ERROR, code, at, message, hint, related)

    def warn(self, code: str, at: int, message: str, hint: str = "") -> None:
        """Note something that compiles and should be mended."""
        self._add(Severity.WARNING, code, at, message, hint, ())

    def refuse(self, code: str, at: int, what: str) -> None:
        """Note something that is right, but that this compiler does not compile."""
        self.refused = True
        hint = "compile with the official compiler: `--compiler bicep`"
        self._add(
            Severity.ERROR,
            code,
            at,
            f"{what} is not compiled by the embedded compiler",
            hint,
            (),
        )

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take over findings made elsewhere."""
        self._found.extend(diagnostics)

    def all(self) -> tuple[Diagnostic, ...]:
        """Give the findings by place."""
        return in_order(self._found)

    def _add(
        self,
        severity: Severity,
        code: str,
        at: int,
        message: str,
        hint: str,
        related: tuple[Related, ...],
    ) -> None:
        place = self.source.location(max(at, 0))
        self._found.append(Diagnostic(code, severity, message, place, hint, related))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Word the hint for a name that is nearly right; empty when nothing is near."""
    choices = {choice.lower(): choice for choice in sorted(set(known), reverse=True)}
    near = get_close_matches(name.lower(), sorted(choices), 1, 0.7)
    return f"did you mean `{choices[near[0]]}`?" if near else ""
