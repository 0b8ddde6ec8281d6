"""The embedded Bicep compiler: Bicep text to ARM JSON, without the official compiler.

What it accepts it compiles as the official compiler does, key for key; the rest is refused by name. It opens no file
itself: modules and loaded files come through a reader that is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octoha_templates.bicep.compiler import Compilation
from octoha_templates.bicep.files import Reader
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import BicepError, BicepSyntaxError, UnsupportedBicepError

_FIRST_CHECK = "OCT330"
_FIRST_REFUSAL = "OCT390"


@dataclass(frozen=True, slots=True)
class CompileResult:
    """A compiled file.

    Attributes:
        template: The ARM JSON.
        diagnostics: The warnings, by place.
        source_map: ARM JSON path -> place in the Bicep, `resources[3].properties.subnets[0].name`.
    """

    template: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]
    source_map: Mapping[str, Location]


def compile_text(
    text: str, *, file: str = "main.bicep", read: Reader | None = None
) -> CompileResult:
    """Compile the text of a Bicep file.

    Args:
        text: The Bicep.
        file: Its path relative to the root folder; paths in it start from there.
        read: Gives the content of other files by their path relative to the root folder, and raises
            FileNotFoundError; without one, no other file exists.

    Returns:
        The template, the warnings and the source map. The same input gives the same output.

    Raises:
        BicepSyntaxError: It does not parse, OCT300 to OCT329.
        UnsupportedBicepError: It uses what the embedded compiler does not compile, OCT390 to OCT399.
        BicepError: It cannot be compiled, OCT330 to OCT359; each of the three carries every finding.
    """
    compilation = Compilation(read or _no_files)
    emitted = compilation.compile(text, file)
    diagnostics = compilation.diagnostics()
    errors = [finding for finding in diagnostics if finding.is_error]
    if emitted is None or errors:
        raise _error_of(errors)(*diagnostics)
    return CompileResult(emitted.template, diagnostics, emitted.places)


def compile_file(path: str | Path) -> CompileResult:
    """Compile a Bicep file.

    Args:
        path: The file; its folder is the root folder, so modules must stand in it or below.

    Returns:
        As `compile_text`.

    Raises:
        BicepError: As `compile_text`; OCT340 also when the file itself cannot be read.
    """
    target = Path(path)
    read = folder_reader(target.parent)
    try:
        text = read(target.name).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (
            "it is not UTF-8 text"
            if isinstance(error, UnicodeDecodeError)
            else "it cannot be opened"
        )
        finding = Diagnostic(
            "OCT340",
            Severity.ERROR,
            f"the file cannot be read: {reason}",
            Location(target.name),
        )
        raise BicepError(finding) from error
    return compile_text(text, file=target.name, read=read)


def folder_reader(folder: Path) -> Reader:
    """Make a reader for the files in a folder and below."""

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    return read


def _no_files(path: str) -> bytes:
    raise FileNotFoundError(path)


def _error_of(errors: list[Diagnostic]) -> type[BicepError]:
    if any(finding.code < _FIRST_CHECK for finding in errors):
        return BicepSyntaxError
    if errors and all(finding.code >= _FIRST_REFUSAL for finding in errors):
        return UnsupportedBicepError
    return BicepError


__all__ = ["CompileResult", "Reader", "compile_file", "compile_text", "folder_reader"]
