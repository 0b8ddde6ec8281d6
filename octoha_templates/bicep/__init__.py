"""The embedded Bicep compiler: Bicep text to ARM JSON, without the official compiler.

What it accepts it compiles as the official compiler does, key for key; the rest is refused by
name. It opens no file
itself: modules and loaded files come through a reader that is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octoha_templates.bicep.compiler import Compilation
from octoha_templates.bicep.files import Reader
from octoha_templates.bicep.parameter_files import emit_parameters
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
        UnsupportedBicepError: It uses what the embedded compiler does not compile, OCT390 to
            OCT399.
        BicepError: It cannot be compiled, OCT330 to OCT359; each of the three carries every
            finding.
    """
    compilation = Compilation(read or _no_files)
    emitted = compilation.compile(text, file)
    diagnostics = compilation.diagnostics()
    errors = [finding for finding in diagnostics if finding.is_error]
    if emitted is None or errors:
        raise _error_of(errors)(*diagnostics)
    return CompileResult(emitted.template, diagnostics, emitted.places)


def compile_file(path: str | Path, *, root: str | Path | None = None) -> CompileResult:
    """Compile a Bicep file.

    Args:
        path: The file.
        root: The root folder, in which the file and all that it names must be; its own folder without one.

    Returns:
        As `compile_text`.

    Raises:
        BicepError: As `compile_text`; OCT340 also when the file itself cannot be read.
    """
    name, read = _placed(Path(path), root)
    return compile_text(_text_of(name, read), file=name, read=read)


@dataclass(frozen=True, slots=True)
class ParametersResult:
    """A compiled parameter file.

    Attributes:
        parameters: The parameters JSON.
        diagnostics: The warnings, by place.
    """

    parameters: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]


def compile_params_text(
    text: str,
    *,
    file: str = "main.bicepparam",
    read: Reader | None = None,
    environment: Mapping[str, str] | None = None,
) -> ParametersResult:
    """Compile the text of a parameter file, `.bicepparam`, to parameters JSON.

    Args:
        text: The parameter file.
        file: Its path relative to the root folder; ends in `.bicepparam`.
        read: As for `compile_text`; gives the file that `using` names.
        environment: What `readEnvironmentVariable` reads; nothing is set without it.

    Raises:
        BicepError: As `compile_text`; also OCT357 when the file does not fit the one it is for, and
            OCT358 when a value is not known while compiling.
    """
    compilation = Compilation(read or _no_files)
    model = compilation.analyse(text, file)
    parameters = None
    if not any(finding.is_error for finding in compilation.diagnostics()):
        parameters = emit_parameters(compilation, model, environment or {})
    diagnostics = compilation.diagnostics()
    errors = [finding for finding in diagnostics if finding.is_error]
    if parameters is None or errors:
        raise _error_of(errors)(*diagnostics)
    return ParametersResult(parameters, diagnostics)


def compile_params_file(
    path: str | Path,
    *,
    root: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> ParametersResult:
    """Compile a parameter file.

    Args:
        path: The file.
        root: As for `compile_file`.
        environment: As for `compile_params_text`.

    Raises:
        BicepError: As `compile_params_text`; OCT340 also when the file itself cannot be read.
    """
    name, read = _placed(Path(path), root)
    return compile_params_text(_text_of(name, read), file=name, read=read, environment=environment)


def _placed(path: Path, root: str | Path | None) -> tuple[str, Reader]:
    """Give the path of a file relative to its root folder, and a reader for that folder."""
    if root is None:
        return path.name, folder_reader(path.parent)
    folder = Path(root).resolve()
    target = path.resolve()
    if not target.is_relative_to(folder):
        message = "the file is not in the root folder"
        hint = "name a folder above the file"
        raise BicepError(Diagnostic("OCT341", Severity.ERROR, message, Location(path.name), hint))
    return target.relative_to(folder).as_posix(), folder_reader(folder)


def _text_of(name: str, read: Reader) -> str:
    """Read the file that is compiled."""
    try:
        return read(name).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        is_text = not isinstance(error, UnicodeDecodeError)
        reason = "it cannot be opened" if is_text else "it is not UTF-8 text"
        message = f"the file cannot be read: {reason}"
        place = Location(name)
        raise BicepError(Diagnostic("OCT340", Severity.ERROR, message, place)) from error


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


__all__ = [
    "CompileResult",
    "ParametersResult",
    "Reader",
    "compile_file",
    "compile_params_file",
    "compile_params_text",
    "compile_text",
    "folder_reader",
]
