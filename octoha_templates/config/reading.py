"""Bytes of a config, from a file or standard input, with every way that can fail told apart.

A config is small, so a large file is a mistake (a disk image, a log): it is refused before it is
read whole.
"""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import IO, Final

from octoha_templates._resources import data_folder
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import ArtifactError, ConfigError

MAX_BYTES: Final = 1024 * 1024
STANDARD_INPUT: Final = "-"
REFERENCE: Final = "reference.yaml"

_CLOSED: Final = "closed"

Source = str | Path | IO[str] | IO[bytes] | None
"""A path, `-` for standard input, an open file, or None for the embedded reference stack."""


def read_config(source: Source) -> tuple[str, str]:
    """Read a config whole.

    Args:
        source: Where it is; see `Source`.

    Returns:
        The text, and the name to call the file in findings: the path as given, `<stdin>`, or
        `reference.yaml` for the embedded one.

    Raises:
        ArtifactError: OCT117 to OCT119, it is missing, not a file, or cannot be read.
        ConfigError: OCT110 and OCT111, it is too large, or not UTF-8 text.
    """
    if source is None:
        return _decode(
            _read_path(data_folder("samples") / REFERENCE, REFERENCE), REFERENCE
        ), REFERENCE
    if not isinstance(source, str | Path):
        name = getattr(source, "name", None)
        file = name if isinstance(name, str) else "<stream>"
        return _decode(_read_stream(source, file), file), file
    if str(source) == STANDARD_INPUT:
        return _decode(_read_stream(sys.stdin, "<stdin>"), "<stdin>"), "<stdin>"
    return _decode(_read_path(Path(source), str(source)), str(source)), str(source)


def _read_stream(stream: IO[str] | IO[bytes] | None, file: str) -> bytes:
    """Read an open file, its bytes where it has some, at most one more than is allowed."""
    try:
        if stream is None:
            raise ValueError(_CLOSED)
        binary: IO[str] | IO[bytes] = getattr(stream, "buffer", stream)
        content = binary.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ArtifactError(_unreadable(file, error)) from error
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _read_path(path: Path, file: str) -> bytes:
    """Read at most one byte more than is allowed; only regular files and pipes are opened."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise ArtifactError(_is_a_folder(file))
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ArtifactError(_missing(file)) from error
    except (OSError, ValueError) as error:
        raise ArtifactError(_unreadable(file, error)) from error


def _decode(content: bytes, file: str) -> str:
    """Turn bytes into text: UTF-8, with or without a byte order mark."""
    if len(content) > MAX_BYTES:
        raise ConfigError(_too_large(file))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ConfigError(_not_text(file, 1, 1, "it is UTF-16"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8-sig", "ignore")
        raise ConfigError(
            _not_text(file, *position(good), "there is a byte that is not UTF-8")
        ) from error
    if "\0" in text:
        at = position(text[: text.index("\0")])
        raise ConfigError(_not_text(file, *at, "there is a NUL character: it is binary"))
    return text


def position(before: str) -> tuple[int, int]:
    """Say line and column, from 1, of what follows the text."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _too_large(file: str) -> Diagnostic:
    return Diagnostic(
        "OCT110",
        Severity.ERROR,
        "the config is larger than 1 MiB",
        Location(file),
        "a config is a few kilobytes; is this the right file?",
    )


def _not_text(file: str, line: int, column: int, why: str) -> Diagnostic:
    return Diagnostic(
        "OCT111",
        Severity.ERROR,
        f"the config is not UTF-8 text: {why}",
        Location(file, line, column),
        "save it as UTF-8",
    )


def _missing(file: str) -> Diagnostic:
    return Diagnostic(
        "OCT117",
        Severity.ERROR,
        "there is no such file",
        Location(file),
        "octoha-render init writes one to start from",
    )


def _is_a_folder(file: str) -> Diagnostic:
    return Diagnostic(
        "OCT118",
        Severity.ERROR,
        "this is a folder, but a config is a file",
        Location(file),
        "name the YAML file inside it",
    )


def _unreadable(file: str, error: OSError | ValueError) -> Diagnostic:
    reason = (
        (error.strerror or "it cannot be read") if isinstance(error, OSError) else "not a file name"
    )
    return Diagnostic(
        "OCT119",
        Severity.ERROR,
        f"the config cannot be read: {reason[0].lower()}{reason[1:]}",
        Location(file),
        "check the path and its permissions",
    )
