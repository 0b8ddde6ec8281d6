"""Where a config comes from, and every way that reading it can fail."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from octoha_templates.config.load import load, load_stack
from octoha_templates.config.reading import MAX_BYTES, read_config
from octoha_templates.errors import EXIT_INPUT, EXIT_SURROUNDINGS, ArtifactError, ConfigError

MINIMAL = (
    "octopus: {version: 2026.3.12345, host_name: octopus.example.com, "
    "administrator: {email: a@example.com}}\n"
)


def test_no_source_means_the_embedded_reference_stack() -> None:
    text, file = read_config(None)
    assert file == "reference.yaml"
    assert text.startswith("# yaml-language-server")
    assert load().file == "reference.yaml"


def test_a_path_may_be_text_or_a_path_object(tmp_path: Path) -> None:
    path = tmp_path / "stack.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert load_stack(path) == load_stack(str(path))


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(MINIMAL.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert load("-").file == "<stdin>"


@pytest.mark.parametrize("stream", [io.StringIO(MINIMAL), io.BytesIO(MINIMAL.encode())])
def test_an_open_file_is_read(stream: io.StringIO | io.BytesIO) -> None:
    assert load(stream).file == "<stream>"


def test_a_closed_standard_input_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ArtifactError) as raised:
        load("-")
    assert str(raised.value.diagnostics[0]).startswith("<stdin>: error OCT119")


def test_a_closed_file_is_a_finding() -> None:
    stream = io.StringIO(MINIMAL)
    stream.close()
    with pytest.raises(ArtifactError) as raised:
        load(stream)
    assert raised.value.diagnostics[0].code == "OCT119"


def test_a_file_opened_in_another_encoding_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "stack.yaml"
    path.write_text(MINIMAL + "tags: {owner: caf\u00e9}\n", encoding="utf-8")
    with path.open(encoding="ascii") as stream:
        assert load(stream).stack.tags == {"owner": "caf\u00e9"}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "stack.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_stack(path).name == "octopus"


def test_a_missing_file_is_the_surroundings(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as raised:
        load(tmp_path / "absent.yaml")
    (finding,) = raised.value.diagnostics
    assert (finding.code, raised.value.exit_code) == ("OCT117", EXIT_SURROUNDINGS)
    assert finding.message == "there is no such file"


def test_a_folder_is_the_surroundings(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as raised:
        load(tmp_path)
    assert raised.value.diagnostics[0].code == "OCT118"


def test_a_file_below_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ArtifactError) as raised:
        load(tmp_path / "file" / "stack.yaml")
    (finding,) = raised.value.diagnostics
    assert (finding.code, raised.value.exit_code) == ("OCT119", EXIT_SURROUNDINGS)
    assert finding.message == "the config cannot be read: not a directory"


def test_no_permission_is_the_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stack.yaml"
    path.write_text(MINIMAL, encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a chmod would not stop root
    with pytest.raises(ArtifactError) as raised:
        load(path)
    assert raised.value.diagnostics[0].message == "the config cannot be read: permission denied"


def test_a_name_that_no_file_can_have_is_a_finding() -> None:
    with pytest.raises(ArtifactError) as raised:
        load("a\0b")
    assert raised.value.diagnostics[0].code == "OCT119"


def test_a_file_of_a_hundred_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), 100 * 1024 * 1024)
    with pytest.raises(ConfigError) as raised:
        load(path)
    (finding,) = raised.value.diagnostics
    assert (finding.code, raised.value.exit_code) == ("OCT110", EXIT_INPUT)


def test_the_largest_file_allowed_is_read() -> None:
    comment = "# " + "x" * (MAX_BYTES - len(MINIMAL) - 3) + "\n"
    assert load(io.StringIO(MINIMAL + comment)).stack.name == "octopus"


@pytest.mark.parametrize(
    ("content", "line", "column", "why"),
    [
        (b"name: x\nb: \xff\n", 2, 4, "there is a byte that is not UTF-8"),
        (b"name: a\0b\n", 1, 8, "there is a NUL character: it is binary"),
        (b"\x89PNG\r\n\x1a\n", 1, 1, "there is a byte that is not UTF-8"),
        ("name: x".encode("utf-16"), 1, 1, "it is UTF-16"),
    ],
    ids=["latin-1", "nul", "image", "utf-16"],
)
def test_what_is_not_text_is_found_with_its_place(
    content: bytes, line: int, column: int, why: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(io.BytesIO(content))
    (finding,) = raised.value.diagnostics
    assert finding.code == "OCT111"
    assert str(finding.location) == f"<stream>:{line}:{column}"
    assert finding.message.endswith(why)
