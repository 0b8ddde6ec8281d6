"""The output folder: compared, written in one step, and never at the cost of somebody's files."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from octoha_templates import artifacts, folders
from octoha_templates.artifacts import MANIFEST, Change, Difference
from octoha_templates.errors import ArtifactError


def _files(**content: str) -> dict[str, bytes]:
    """Make files of a run, with the manifest that names them; `__` stands for a slash and `_` for a dot."""
    files = {
        name.replace("__", "/").replace("_", "."): text.encode() for name, text in content.items()
    }
    files[MANIFEST] = json.dumps(artifacts.manifest(files, {})).encode()
    return files


def _tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def test_a_folder_is_made_with_everything_above_it(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    report = artifacts.write(target, _files(main_bicep="one", modules__x_bicep="two"))
    assert _tree(target) == {"main.bicep": "one", "modules/x.bicep": "two"}
    assert report.written == ("main.bicep", MANIFEST, "modules/x.bicep")
    assert [path.name for path in target.parent.iterdir()] == ["b"]


def test_files_of_other_people_stay(tmp_path: Path) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one"))
    (target / "notes").mkdir()
    (target / "notes" / "mine.txt").write_text("keep")
    (target / "empty").mkdir()
    (target / "link").symlink_to("main.bicep")
    artifacts.write(target, _files(main_bicep="two"))
    assert _tree(target) == {"main.bicep": "two", "link": "two", "notes/mine.txt": "keep"}
    assert (target / "link").is_symlink()
    assert (target / "empty").is_dir()


def test_a_file_that_is_no_longer_rendered_goes(tmp_path: Path) -> None:
    artifacts.write(tmp_path / "out", _files(main_bicep="one", modules__bastion_bicep="x"))
    report = artifacts.write(tmp_path / "out", _files(main_bicep="one"))
    assert report.removed == ("modules/bastion.bicep",)
    assert _tree(tmp_path / "out") == {"main.bicep": "one"}


def test_a_file_that_is_no_longer_rendered_stays_when_somebody_changed_it(tmp_path: Path) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one", extra_bicep="x"))
    (target / "extra.bicep").write_text("x, and a night's work")
    assert artifacts.write(target, _files(main_bicep="one")).removed == ()
    assert _tree(target)["extra.bicep"] == "x, and a night's work"


def test_a_manifest_that_points_outside_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"")
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one"))
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (target / MANIFEST).write_text(json.dumps({"files": {"../victim": empty}}))
    assert artifacts.write(target, _files(main_bicep="two")).removed == ()
    assert (tmp_path / "victim").exists()


def test_nothing_is_touched_when_the_folder_is_up_to_date(tmp_path: Path) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one"))
    before = (target.stat().st_ino, (target / "main.bicep").stat().st_mtime_ns)
    report = artifacts.write(target, _files(main_bicep="one"))
    assert report.written == ()
    assert report.unchanged == ("main.bicep", MANIFEST)
    assert before == (target.stat().st_ino, (target / "main.bicep").stat().st_mtime_ns)


def test_compare_names_what_is_missing_changed_and_extra(tmp_path: Path) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(a_json="1", b_json="2", c_json="3"))
    (target / "a.json").unlink()
    (target / "b.json").write_text("x")
    wanted = _files(a_json="1", b_json="2", c_json="3")
    del wanted["c.json"]
    assert artifacts.compare(target, wanted) == (
        Difference("a.json", Change.MISSING),
        Difference("b.json", Change.CHANGED),
        Difference("c.json", Change.EXTRA),
    )


def test_the_diff_shows_lines(tmp_path: Path) -> None:
    artifacts.write(tmp_path / "out", _files(main_bicep="one\n"))
    wanted = _files(main_bicep="two\n")
    wanted[MANIFEST] = (tmp_path / "out" / MANIFEST).read_bytes()
    shown = artifacts.unified_diff(tmp_path / "out", wanted)
    assert shown == "--- a/main.bicep\n+++ b/main.bicep\n@@ -1 +1 @@\n-one\n+two\n"


def test_a_file_in_place_of_the_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ArtifactError) as caught:
        artifacts.write(tmp_path / "out", _files(main_bicep="one"))
    assert [finding.code for finding in caught.value.diagnostics] == ["OCT510"]
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("step", ["_fill", "_carry_over", "_put_in_place"])
def test_a_full_disk_leaves_the_old_folder_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folders, step, full)
    with pytest.raises(ArtifactError) as caught:
        artifacts.write(target, _files(main_bicep="two"))
    assert [str(finding) for finding in caught.value.diagnostics] == [
        f"{target}: error OCT511: the folder cannot be written: No space left on device"
    ]
    assert caught.value.exit_code == 3
    assert _tree(target) == {"main.bicep": "one"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_two_renames_do_where_the_system_cannot_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    artifacts.write(tmp_path / "out", _files(main_bicep="one"))
    artifacts.write(tmp_path / "out", _files(main_bicep="two"))
    assert _tree(tmp_path / "out") == {"main.bicep": "two"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_killed_between_the_two_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one"))
    (target / "mine.txt").write_text("keep")
    target.rename(tmp_path / ".out.octoha-old")
    (tmp_path / ".out.octoha-new-abc").mkdir()
    artifacts.write(target, _files(main_bicep="two"))
    assert _tree(target) == {"main.bicep": "two", "mine.txt": "keep"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_mount_point_is_written_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    artifacts.write(target, _files(main_bicep="one", old_bicep="x"))
    inode = target.stat().st_ino
    monkeypatch.setattr(
        "octoha_templates.folders.os.path.ismount", lambda path: Path(path) == target
    )
    artifacts.write(target, _files(main_bicep="two"))
    assert _tree(target) == {"main.bicep": "two"}
    assert target.stat().st_ino == inode


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    artifacts.write(tmp_path / "out", _files(main_bicep="one"))
    assert (tmp_path / "out").is_symlink()
    assert _tree(tmp_path / "real") == {"main.bicep": "one"}


def test_the_manifest_names_every_file_by_its_hash() -> None:
    made: Mapping[str, object] = artifacts.manifest({"b": b"", "a": b"x"}, {"tool": {"name": "t"}})
    assert made == {
        "tool": {"name": "t"},
        "files": {
            "a": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            "b": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        },
    }
