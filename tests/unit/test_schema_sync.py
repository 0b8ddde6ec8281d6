from __future__ import annotations

import errno
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from octoha_templates.cli.schema_sync import command
from octoha_templates.errors import EXIT_SURROUNDINGS, ArtifactError
from octoha_templates.schema_sync import Limits, cache_folder, schemas_folder, sync
from octoha_templates.schema_sync.download import checked_base
from octoha_templates.validation.registry import registry_of

PUBLISHED = "https://schema.management.azure.com/schemas"
FAST = Limits(timeout=0.5, attempts=2, pause=0.0)
THING = ("Microsoft.Made/things", "2024-01-01")
FILE = "2024-01-01/Microsoft.Made.json"
REAL = Path(__file__).parents[3] / "shared" / "arm-schemas"


def _schema(name: str, kind: str = "", ref: str = "") -> bytes:
    one: dict[str, Any] = {"properties": {"type": {"enum": [kind]}, "x": {"$ref": ref}}}
    content = {"id": f"{PUBLISHED}/{name}#", "resourceDefinitions": {"one": one} if kind else {}}
    return json.dumps(content).encode()


class Site:
    def __init__(self) -> None:
        more = "2024-01-01/Microsoft.Made.More.json"
        self.files = {
            "common/definitions.json": _schema("common/definitions.json"),
            "2019-04-01/deploymentTemplate.json": _schema("2019-04-01/deploymentTemplate.json"),
            "2019-04-01/deploymentParameters.json": _schema("2019-04-01/deploymentParameters.json"),
            FILE: _schema(FILE, THING[0], f"{PUBLISHED}/{more}#/definitions/a"),
            more: _schema(more),
        }
        self.modes: dict[str, list[str]] = {}
        self.seen: list[tuple[str, dict[str, str], int]] = []
        self.base = ""
        self.done = threading.Event()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            name = self.path.partition("/schemas/")[2]
            modes = site.modes.get(name, [])
            mode = modes.pop(0) if modes else ""
            body = site.files.get(name)
            etag = f'"{hashlib.sha256(body or b"").hexdigest()}"'
            status, start = 200, 0
            wanted = self.headers.get("Range", "")
            if mode == "slow":
                site.done.wait(3)
                return
            if mode == "redirect":
                status = 302
            elif mode.isdigit():
                status = int(mode)
            elif body is None:
                status = 404
            elif self.headers.get("If-None-Match") == etag:
                status = 304
            elif wanted and self.headers.get("If-Range") == etag:
                status, start = 206, int(wanted[6:-1])
            site.seen.append((self.path, dict(self.headers), status))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.2:9/elsewhere.json")
            sent = body[start:] if body and status in (200, 206) else b""
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(sent)))
            if status == 206:
                self.send_header("Content-Range", f"bytes {start}-{len(body or b'') - 1}/*")
            self.end_headers()
            self.wfile.write(sent[:40] if mode == "truncated" else sent)

    return Handler


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    server.daemon_threads = False  # closing waits for them, so that no socket stays open
    made.base = f"http://127.0.0.1:{server.server_port}/schemas"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.done.set()
    server.shutdown()
    server.server_close()


def _code(site: Site, folder: Path, limits: Limits = FAST, pair: tuple[str, str] = THING) -> str:
    with pytest.raises(ArtifactError) as caught:
        sync([pair], folder, base=site.base, limits=limits)
    assert caught.value.exit_code == EXIT_SURROUNDINGS
    return caught.value.diagnostics[0].code


def test_what_a_type_needs_is_downloaded_and_references_are_followed(
    site: Site, tmp_path: Path
) -> None:
    done = sync([THING], tmp_path, base=site.base, limits=FAST)
    assert set(done.files) == set(site.files)
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == len(site.files)
    assert registry_of(tmp_path).find_resource(*THING) is not None
    assert not list(tmp_path.rglob("*.part"))


def test_a_second_run_downloads_nothing(site: Site, tmp_path: Path) -> None:
    sync([THING], tmp_path, base=site.base, limits=FAST)
    site.seen.clear()
    assert sync([THING], tmp_path, base=site.base, limits=FAST).received == 0
    assert {status for _, _, status in site.seen} == {304}


def test_a_truncated_download_is_resumed(site: Site, tmp_path: Path) -> None:
    site.modes[FILE] = ["truncated"]
    sync([THING], tmp_path, base=site.base, limits=FAST)
    assert (tmp_path / FILE).read_bytes() == site.files[FILE]
    assert 206 in {status for _, _, status in site.seen}


def test_a_server_that_fails_once_is_asked_again(site: Site, tmp_path: Path) -> None:
    site.modes[FILE] = ["500"]
    assert FILE in sync([THING], tmp_path, base=site.base, limits=FAST).files


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("truncated", "OCT524"),
        ("500", "OCT524"),
        ("403", "OCT524"),
        ("404", "OCT523"),
        ("redirect", "OCT521"),
        ("slow", "OCT522"),
    ],
)
def test_a_server_that_keeps_failing_is_a_finding(
    site: Site, tmp_path: Path, mode: str, code: str
) -> None:
    site.modes[FILE] = [mode] * 4
    limits = Limits(timeout=0.3, attempts=1)
    assert _code(site, tmp_path, limits) == code
    assert not (tmp_path / FILE).exists()


def test_too_large_a_file_and_too_much_in_all_are_findings(site: Site, tmp_path: Path) -> None:
    assert _code(site, tmp_path / "a", Limits(file=50)) == "OCT524"
    assert _code(site, tmp_path / "b", Limits(total=150)) == "OCT524"


def test_something_else_than_the_schema_is_refused(site: Site, tmp_path: Path) -> None:
    site.files[FILE] = b"<html>sign in</html>"
    assert _code(site, tmp_path) == "OCT524"
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("ref", [f"{PUBLISHED}/../../evil.json", "file:///etc/passwd"])
def test_a_reference_out_of_the_layout_is_refused(site: Site, tmp_path: Path, ref: str) -> None:
    site.files[FILE] = _schema(FILE, THING[0], ref)
    assert _code(site, tmp_path) == "OCT521"


def test_a_type_in_an_unknown_file_is_found_by_the_index(site: Site, tmp_path: Path) -> None:
    odd, index = "2024-01-01/Microsoft.Made.Odd.json", "common/autogeneratedResources.json"
    site.files[odd] = _schema(odd, "Microsoft.Made/odd")
    site.files[index] = _schema(index, "x", f"{PUBLISHED}/{odd}#/resourceDefinitions/one")
    pair = ("Microsoft.Made/odd", "2024-01-01")
    assert odd in sync([pair], tmp_path, base=site.base, limits=FAST).files


def test_the_proxy_variables_are_respected(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", site.base.removesuffix("/schemas"))
    sync([THING], tmp_path, base="http://127.0.0.1:9/schemas", limits=FAST)
    assert all(path.startswith("http://127.0.0.1:9/") for path, _, _ in site.seen)


def test_no_server_is_a_finding(site: Site, tmp_path: Path) -> None:
    site.base = "http://127.0.0.1:9/schemas"
    assert _code(site, tmp_path) == "OCT522"


def test_a_cache_that_cannot_be_written_is_a_finding(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert _code(site, tmp_path / "file") == "OCT525"


@pytest.mark.parametrize(
    "base", ["http://example.com/s", "file:///s", "https://u:p@h/s", "ftp://h"]
)
def test_only_https_or_this_machine_will_do(base: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        checked_base(base)
    assert caught.value.diagnostics[0].code == "OCT521"


def test_official_means_the_cache_once_it_is_filled(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ArtifactError) as caught:
        schemas_folder("official")
    assert caught.value.diagnostics[0].code == "OCT520"
    sync([THING], cache_folder(), base=site.base, limits=FAST)
    assert schemas_folder("official") == cache_folder()
    (cache_folder() / FILE).write_text("{}")
    with pytest.raises(ArtifactError):
        schemas_folder("official")


@pytest.mark.skipif(not REAL.is_dir(), reason="the published schemas are not beside the checkout")
def test_the_real_published_files_are_taken(site: Site, tmp_path: Path) -> None:
    site.files = {p.relative_to(REAL).as_posix(): p.read_bytes() for p in REAL.rglob("*.json")}
    pairs = [
        ("Microsoft.Network/privateDnsZones", "2024-06-01"),
        ("Microsoft.KeyVault/vaults", "2026-02-01"),
    ]
    sync(pairs, tmp_path, base=site.base)
    assert all(registry_of(tmp_path).find_resource(*pair) for pair in pairs)


def test_a_full_disk_is_a_finding(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert _code(site, tmp_path) == "OCT525"


def test_the_command_fills_a_folder_for_a_template(site: Site, tmp_path: Path) -> None:
    template = tmp_path / "main.json"
    template.write_text(json.dumps({"resources": [{"type": THING[0], "apiVersion": THING[1]}]}))
    arguments = [str(template), "--from", site.base, "--into", str(tmp_path / "into")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "into" / FILE).read_bytes() == site.files[FILE]
    assert "5 files" in result.output
