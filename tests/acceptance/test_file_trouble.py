"""Files that the commands cannot read or write: a finding, exit code 3, nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from octoha_templates import _resources
from octoha_templates.cli import cli
from octoha_templates.cli.exits import run
from octoha_templates.errors import ArtifactError


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["octoha-render", *arguments])
    return run(cli)


def test_a_file_of_the_output_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link that points at itself cannot be read by anyone, not even by root."""
    monkeypatch.chdir(tmp_path)
    Path("out").mkdir()
    Path("out/main.bicep").symlink_to("main.bicep")
    assert _call(monkeypatch, "stack", "--check") == 3
    assert "\nout/main.bicep: error OCT512: the file cannot be read" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == ["main.bicep"]


def test_a_single_file_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.bicep").write_text("output x string = 'y'\n")
    assert _call(monkeypatch, "build", "a.bicep", "-o", "absent/a.json") == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("absent/a.json: error OCT514: the file cannot be written")
    assert [path.name for path in tmp_path.iterdir()] == ["a.bicep"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_template_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("main.json").write_bytes(content)
    assert _call(monkeypatch, "validate", "main.json") == 3
    assert capsys.readouterr().err.startswith("main.json: error OCT515: the file cannot be read")


@pytest.mark.parametrize("command", ["build", "validate"])
@pytest.mark.parametrize("file", ["absent.bicep", "folder.bicep"])
def test_bicep_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    file: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.bicep").mkdir()
    assert _call(monkeypatch, command, file) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{file}: error OCT515: the file cannot be read")


def test_a_folder_without_schemas_is_not_taken_for_a_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    assert _call(monkeypatch, "stack", "--schemas", "empty") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error OCT461: there is no folder empty with schemas in it")
    assert not Path("out").exists()


@pytest.mark.parametrize("folder", ["templates", "schemas", "samples"])
def test_an_incomplete_installation_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str
) -> None:
    monkeypatch.setattr(_resources, "_PACKAGE", tmp_path / "octoha_templates")
    with pytest.raises(ArtifactError) as raised:
        _resources.data_folder.__wrapped__(folder)
    (finding,) = raised.value.diagnostics
    assert finding.code == "OCT501"
    assert folder in finding.message


@pytest.mark.parametrize("mistake", [RuntimeError("oh"), MemoryError(), RecursionError("deep")])
def test_a_bug_shows_its_traceback_and_where_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mistake: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise mistake

    monkeypatch.setattr("octoha_templates.api.load_stack", broken)
    assert _call(monkeypatch, "stack") == 70
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" in said.err
    assert "Please open an issue" in said.err


def test_an_interrupted_run_says_nothing_and_exits_as_shells_expect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("octoha_templates.api.load_stack", interrupted)
    assert _call(monkeypatch, "stack") == 130
    assert "Traceback" not in capsys.readouterr().err
