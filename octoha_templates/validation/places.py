"""Where a finding about a template is: its JSON path, and the place that the path came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from octoha_templates.diagnostics import Diagnostic, Location, Related, Severity
from octoha_templates.schemacheck import Path, json_path


@dataclass(frozen=True, slots=True)
class Places:
    """Finds the place of a JSON path.

    Attributes:
        file: The file to name where nothing more is known.
        source_map: JSON path -> place in the Bicep, or in the JSON itself.
    """

    file: str
    source_map: Mapping[str, Location]

    def locate(self, path: Path) -> Location:
        """Give the place of the path, or of the nearest thing around it that has one.

        Args:
            path: From the root of the template.

        Returns:
            The place; the file alone when nothing around has one.
        """
        for length in range(len(path), 0, -1):
            place = self.source_map.get(json_path(path[:length]))
            if place is not None:
                return place
        return self.source_map.get("", Location(self.file))

    def finding(
        self,
        code: str,
        path: Path,
        message: str,
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        related: tuple[Related, ...] = (),
    ) -> Diagnostic:
        """Make a finding at a path.

        Args:
            code: Its catalogue code.
            path: From the root of the template.
            message: What is wrong.
            hint: What to do about it.
            severity: How much it matters.
            related: Other places that matter.

        Returns:
            The finding, with path and place.
        """
        return Diagnostic(
            code, severity, message, self.locate(path), hint, related, json_path(path)
        )
