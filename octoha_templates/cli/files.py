"""Reads and writes single files for the commands; every failure is a finding."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError, BicepError


def write_text(file: str, text: str) -> None:
    """Write a file in one step: a failure leaves the old one.

    Raises:
        ArtifactError: OCT514, it cannot be written.
    """
    target = Path(file)
    try:
        handle, fresh = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as new:
                new.write(text)
            mask = os.umask(0)
            os.umask(mask)
            Path(fresh).chmod(0o666 & ~mask)
            Path(fresh).replace(target)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
    except OSError as cause:
        raise ArtifactError(
            Diagnostic(
                "OCT514",
                Severity.ERROR,
                f"the file cannot be written: {cause.strerror or cause}",
                Location(file),
                hint="name a file in a folder that you may write to",
            )
        ) from cause


def require_readable(file: str) -> None:
    """Make sure that a file named on the command line can be opened.

    Raises:
        ArtifactError: OCT515, it is missing, a folder, or may not be read.
    """
    try:
        with Path(file).open("rb"):
            return
    except (OSError, ValueError) as cause:
        raise ArtifactError(
            _unread(file, getattr(cause, "strerror", None) or str(cause))
        ) from cause


def read_text(file: str) -> str:
    """Read a text file.

    Raises:
        ArtifactError: OCT515, it cannot be read, or is not UTF-8 text.
    """
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as cause:
        raise ArtifactError(_unread(file, "it is not UTF-8 text")) from cause
    except (OSError, ValueError) as cause:
        raise ArtifactError(
            _unread(file, getattr(cause, "strerror", None) or str(cause))
        ) from cause


@contextmanager
def places_below(folder: Path) -> Iterator[None]:
    """Name files as the person did, not as the compiler that works in a folder does.

    Raises:
        OctohaError: What was raised inside, with its findings renamed.
    """
    try:
        yield
    except BicepError as error:
        raise type(error)(*renamed(error.diagnostics, folder)) from error


def renamed(findings: Iterable[Diagnostic], folder: Path) -> tuple[Diagnostic, ...]:
    """Put a folder in front of the files in findings."""
    return tuple(
        replace(
            finding,
            location=_below(finding.location, folder),
            related=tuple(
                replace(each, location=_below(each.location, folder) or each.location)
                for each in finding.related
            ),
        )
        for finding in findings
    )


def _below(place: Location | None, folder: Path) -> Location | None:
    return replace(place, file=(folder / place.file).as_posix()) if place else None


def _unread(file: str, reason: str) -> Diagnostic:
    return Diagnostic(
        "OCT515",
        Severity.ERROR,
        f"the file cannot be read: {reason}",
        Location(file),
        hint="name a file that is there and that you may read",
    )
