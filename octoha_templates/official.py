"""The official Bicep compiler as an alternative, where `bicep` or `az` is on PATH."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from octoha_templates.bicep import CompileResult
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError, BicepError

_MAIN = "main.bicep"
_TIMEOUT_SECONDS = 120
_VERSION = re.compile(r"version (\d+(?:\.\d+)+)")
# C:\folder\main.bicep(3,7) : Error BCP057: The name "x" does not exist ...
_LINE = re.compile(
    r"^(?P<file>.+?)\((?P<line>\d+),(?P<column>\d+)\) : (?P<level>\w+) (?P<text>.+)$"
)


@dataclass(frozen=True, slots=True)
class OfficialCompiler:
    """Compiles files with the official compiler.

    Attributes:
        command: What to run before `build`.
        version: Its version, for the manifest.
    """

    command: tuple[str, ...]
    version: str

    @property
    def description(self) -> str:
        """Name the compiler for the manifest."""
        return f"bicep {self.version}"

    def __call__(self, files: Mapping[str, bytes]) -> CompileResult:
        """Compile `main.bicep` among the files.

        Raises:
            BicepError: OCT517, with every error that the compiler names.
            ArtifactError: OCT516, it cannot be run.
        """
        with tempfile.TemporaryDirectory(prefix="octoha-") as folder:
            for path, content in files.items():
                place = Path(folder) / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            return self.compile_file(Path(folder) / _MAIN)

    def compile_file(self, path: Path) -> CompileResult:
        """Compile a file where it is.

        Raises:
            BicepError: OCT517, with every error that the compiler names.
            ArtifactError: OCT516, it cannot be run.
        """
        done = _run((*self.command, "build", *self._file_arguments(path), "--stdout"))
        findings = _findings(done.stderr, str(path.parent))
        if done.returncode != 0:
            raise BicepError(*(findings or (_failed(done.stderr),)))
        return CompileResult(json.loads(done.stdout), findings, {})

    def _file_arguments(self, path: Path) -> tuple[str, ...]:
        is_az = len(self.command) > 1
        return ("--file", str(path)) if is_az else (str(path),)


def find_official_compiler() -> OfficialCompiler:
    """Find the official compiler on PATH: `bicep`, else the Azure CLI with its own.

    Raises:
        ArtifactError: OCT516, neither is there, or it cannot say its version.
    """
    for program, command in (("bicep", ("bicep",)), ("az", ("az", "bicep"))):
        found = shutil.which(program)
        if found:
            whole = (found, *command[1:])
            asked = ("version",) if len(whole) > 1 else ("--version",)
            match = _VERSION.search(_run((*whole, *asked)).stdout)
            if match:
                return OfficialCompiler(whole, match[1])
    raise ArtifactError(
        Diagnostic(
            "OCT516",
            Severity.ERROR,
            "the official Bicep compiler is not there: neither `bicep` nor `az bicep` answers on PATH",
            hint="install one of them, or leave --compiler out: the embedded compiler needs nothing",
        )
    )


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - a list, no shell; the program was found on PATH
            arguments, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise ArtifactError(
            Diagnostic(
                "OCT516",
                Severity.ERROR,
                f"the official Bicep compiler cannot be run: {type(cause).__name__}",
                Location(arguments[0]),
                hint="run it by hand to see why, or leave --compiler out",
            )
        ) from cause


def _findings(output: str, folder: str) -> tuple[Diagnostic, ...]:
    """Read the findings of the compiler, with paths as in the rendered folder."""
    found: list[Diagnostic] = []
    for match in filter(None, map(_LINE.match, output.splitlines())):
        file = match["file"].replace(str(Path(folder).resolve()), "").replace(folder, "")
        place = Location(
            file.lstrip("/\\").replace("\\", "/"), int(match["line"]), int(match["column"])
        )
        is_error = match["level"].lower() == "error"
        severity = Severity.ERROR if is_error else Severity.WARNING
        found.append(Diagnostic("OCT517", severity, match["text"], place))
    return tuple(found)


def _failed(output: str) -> Diagnostic:
    last = output.strip().splitlines()[-1:] or ["it gave no reason"]
    return Diagnostic("OCT517", Severity.ERROR, f"the official Bicep compiler failed: {last[0]}")
