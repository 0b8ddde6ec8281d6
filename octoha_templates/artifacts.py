"""The folder of artifacts: what is in it, whether it is up to date, and how it is written."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError
from octoha_templates.folders import replace_folder, sweep

MANIFEST: Final = "manifest.json"


class Change(Enum):
    """What differs between a folder and what would be rendered."""

    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One file that is not as it would be rendered; `extra` is one of ours that is no longer rendered."""

    path: str
    change: Change


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What writing did, as paths in the folder."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def manifest(files: Mapping[str, bytes], about: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the folder: what made it, and the SHA-256 of every other file."""
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    return {**about, "files": hashes}


def compare(folder: Path, files: Mapping[str, bytes]) -> tuple[Difference, ...]:
    """Say which files are not as they would be rendered; files of other people do not count.

    Raises:
        ArtifactError: The folder, or a file in it, cannot be read.
    """
    found: list[Difference] = []
    for path, content in files.items():
        current = _read(folder, path)
        if current is None:
            found.append(Difference(path, Change.MISSING))
        elif current != content:
            found.append(Difference(path, Change.CHANGED))
    found += [Difference(path, Change.EXTRA) for path in _stale(folder, files)]
    return tuple(sorted(found, key=lambda difference: difference.path))


def unified_diff(folder: Path, files: Mapping[str, bytes]) -> str:
    """Show how the folder differs from what would be rendered, as a unified diff."""
    pieces: list[str] = []
    for difference in compare(folder, files):
        old = _read(folder, difference.path) or b""
        new = files.get(difference.path, b"")
        pieces += difflib.unified_diff(
            old.decode(errors="replace").splitlines(keepends=True),
            new.decode(errors="replace").splitlines(keepends=True),
            f"a/{difference.path}",
            f"b/{difference.path}",
        )
    return "".join(piece if piece.endswith("\n") else f"{piece}\n" for piece in pieces)


def write(folder: Path, files: Mapping[str, bytes]) -> WriteReport:
    """Write the files, all or none.

    Files of other people stay. A file of ours from an earlier run goes when it is no longer rendered and
    nobody changed it since. Nothing is touched when the folder is up to date.

    Raises:
        ArtifactError: OCT510, the place is no folder; OCT511, it cannot be written. The folder is then
            as it was.
    """
    if folder.exists() and not folder.is_dir():
        raise ArtifactError(_no_folder(folder))
    sweep(folder)
    differences = compare(folder, files)
    removed = tuple(d.path for d in differences if d.change is Change.EXTRA)
    written = tuple(d.path for d in differences if d.change is not Change.EXTRA)
    if differences:
        try:
            replace_folder(folder, files, removed)
        except OSError as cause:
            raise ArtifactError(_not_written(folder, cause)) from cause
    unchanged = tuple(path for path in files if path not in written)
    return WriteReport(written, unchanged, removed)


def _stale(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Find the files that the last run wrote, that nobody changed, and that are rendered no more."""
    stale: list[str] = []
    for path, expected in _last_files(folder).items():
        inside = not Path(path).is_absolute() and ".." not in Path(path).parts
        if path not in files and inside:
            current = _read(folder, path)
            if current is not None and hashlib.sha256(current).hexdigest() == expected:
                stale.append(path)
    return tuple(sorted(stale))


def _last_files(folder: Path) -> Mapping[str, str]:
    text = _read(folder, MANIFEST)
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return {}
    files = data.get("files") if isinstance(data, dict) else None
    if not isinstance(files, dict):
        return {}
    return {str(path): str(digest) for path, digest in files.items()}


def _read(folder: Path, path: str) -> bytes | None:
    """Read a file of the folder; None when there is none."""
    try:
        return (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        return b""
    except OSError as cause:
        raise ArtifactError(_not_read(folder / path, cause)) from cause


def _no_folder(folder: Path) -> Diagnostic:
    return Diagnostic(
        "OCT510",
        Severity.ERROR,
        "the output has to be a folder, but this is a file",
        Location(str(folder)),
        hint="name another folder with -o, or move the file away",
    )


def _not_written(folder: Path, cause: OSError) -> Diagnostic:
    return Diagnostic(
        "OCT511",
        Severity.ERROR,
        f"the folder cannot be written: {cause.strerror or cause}",
        Location(str(folder)),
        hint="nothing was changed; mend the permissions or make room, and run again",
    )


def _not_read(path: Path, cause: OSError) -> Diagnostic:
    return Diagnostic(
        "OCT512",
        Severity.ERROR,
        f"the file cannot be read: {cause.strerror or cause}",
        Location(str(path)),
        hint="mend the permissions, or name another folder with -o",
    )
