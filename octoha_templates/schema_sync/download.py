"""Downloads one file by HTTP: limits, ETag, resuming, retries, and findings for what goes wrong."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.errors import ArtifactError

OFFICIAL: Final = "https://schema.management.azure.com/schemas"
Progress = Callable[[str, int, int], None]
_CHUNK: Final = 64 * 1024
_NOT_MODIFIED: Final = 304
_PARTIAL: Final = 206
_UNSATISFIABLE: Final = 416
_MISSING: Final = (404, 410)
_SERVER_FAULT: Final = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long.

    Units: bytes and seconds.
    """

    file: int = 32 * 1024 * 1024
    total: int = 256 * 1024 * 1024
    timeout: float = 30.0
    attempts: int = 3
    pause: float = 0.5


class _Again(Exception):  # noqa: N818 - a signal between two functions of this module
    """This attempt failed in a way that another may not; carries the finding."""

    def __init__(self, finding: ArtifactError) -> None:
        super().__init__(str(finding))
        self.finding = finding


def failure(code: str, message: str, hint: str = "") -> ArtifactError:
    """Make the exception for a finding."""
    return ArtifactError(Diagnostic(code, Severity.ERROR, message, hint=hint))


def checked_base(base: str) -> str:
    """Give a base address without its last slash.

    Raises:
        ArtifactError: OCT521, it is neither https nor http to this machine, or holds credentials.
    """
    try:
        parts = urlsplit(base)
        host = parts.hostname or ""
        good = parts.port != 0 and bool(host) and parts.username is None
    except ValueError:
        raise failure("OCT521", "the address of the schemas is not a URL") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not (good and safe) or parts.query or parts.fragment:
        hint = "give https://HOST/PATH, without a user, a query or a fragment"
        raise failure("OCT521", "schemas are taken from https addresses only", hint)
    return base.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to the same scheme, host and port."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Refuse other hosts."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            fp.close()
            raise failure("OCT521", f"the server redirects to another host: {new.hostname}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Downloader:
    """Downloads files below a base address into a folder; remembers ETags and counts bytes."""

    def __init__(self, base: str, folder: Path, limits: Limits, progress: Progress | None) -> None:
        self._base = checked_base(base)
        self._folder = folder
        self._limits = limits
        self._progress = progress
        self._opener = urllib.request.build_opener(_SameHost)
        self.etags: dict[str, str] = {}
        self.received = 0

    def fetch(self, name: str) -> bool:
        """Bring a file up to date.

        Args:
            name: Below the base address, already known to be within the layout.

        Returns:
            False when the server has no such file.

        Raises:
            ArtifactError: OCT521, OCT522, OCT524 or OCT525.
        """
        for attempt in range(self._limits.attempts):
            try:
                return self._attempt(name)
            except _Again as again:
                if attempt + 1 == self._limits.attempts:
                    raise again.finding from again
                time.sleep(self._limits.pause * 2**attempt)
        raise failure("OCT522", f"{name}: no attempt was allowed")

    def _attempt(self, name: str) -> bool:
        part = self._folder / f"{name}.part"
        try:
            with self._opener.open(self._request(name, part), timeout=self._limits.timeout) as got:
                self._receive(got, name, part)
        except urllib.error.HTTPError as error:
            return self._refused(error, name, part)
        except (
            http.client.HTTPException,
            urllib.error.URLError,
            TimeoutError,
            ConnectionError,
            ssl.SSLError,
        ) as e:
            reason = getattr(e, "reason", None) or str(e) or type(e).__name__
            hint = "check the network, HTTPS_PROXY and NO_PROXY, or use a mirror with --from"
            raise _Again(failure("OCT522", f"{name} cannot be downloaded: {reason}", hint)) from e
        except OSError as error:
            raise failure(
                "OCT525", f"{name} cannot be written: {error.strerror or error}"
            ) from error
        return True

    def _request(self, name: str, part: Path) -> urllib.request.Request:
        request = urllib.request.Request(f"{self._base}/{name}")  # noqa: S310 - checked above
        tag = part.with_suffix(".etag")
        if part.is_file() and tag.is_file():
            request.add_header("Range", f"bytes={part.stat().st_size}-")
            request.add_header("If-Range", tag.read_text("utf-8"))
        elif name in self.etags and (self._folder / name).is_file():
            request.add_header("If-None-Match", self.etags[name])
        return request

    def _refused(self, error: urllib.error.HTTPError, name: str, part: Path) -> bool:
        with error:
            if error.code == _NOT_MODIFIED:
                return True
            if error.code in _MISSING:
                return False
        finding = failure("OCT524", f"{name}: the server answers {error.code}")
        if error.code == _UNSATISFIABLE:
            _drop(part)
        elif error.code < _SERVER_FAULT:
            raise finding
        raise _Again(finding)

    def _receive(self, got: Any, name: str, part: Path) -> None:
        headers: Message = got.headers
        resumes = got.status == _PARTIAL
        begun = part.stat().st_size if resumes else 0
        if resumes and not headers.get("Content-Range", "").startswith(f"bytes {begun}-"):
            _drop(part)
            raise _Again(failure("OCT524", f"{name}: the server resumes at another place"))
        length = headers.get("Content-Length", "")
        whole = begun + int(length) if length.isdigit() else 0
        self._within(name, max(begun, whole))
        part.parent.mkdir(parents=True, exist_ok=True)
        etag = headers.get("ETag", "")
        _drop(part.with_suffix(".etag")) if not etag else part.with_suffix(".etag").write_text(
            etag, "utf-8"
        )
        size = self._copy(got, name, part, begun, whole)
        if whole and size != whole:
            raise _Again(
                failure("OCT524", f"{name}: the download stopped at {size} of {whole} bytes")
            )
        self._finish(name, part, etag)

    def _copy(self, got: Any, name: str, part: Path, begun: int, whole: int) -> int:
        size = begun
        with part.open("ab" if begun else "wb") as file:
            while chunk := got.read(_CHUNK):
                size += len(chunk)
                self.received += len(chunk)
                self._within(name, size)
                file.write(chunk)
                if self._progress:
                    self._progress(name, size, whole)
        return size

    def _within(self, name: str, size: int) -> None:
        if size > self._limits.file or self.received > self._limits.total:
            raise failure("OCT524", f"{name} is too large: more than the limit of bytes")

    def _finish(self, name: str, part: Path, etag: str) -> None:
        """Put a complete file in its place, once it is known to be the schema asked for."""
        try:
            content = json.loads(part.read_bytes())
            address = content["id"].replace("http://", "https://", 1).rstrip("#")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            address = ""
        if address.casefold() != f"{OFFICIAL}/{name}".casefold():
            _drop(part)
            raise failure("OCT524", f"{name}: what the server sent is not that schema")
        part.replace(self._folder / name)
        _drop(part)
        self.etags.pop(name, None)
        if etag:
            self.etags[name] = etag


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    part.with_suffix(".etag").unlink(missing_ok=True)
