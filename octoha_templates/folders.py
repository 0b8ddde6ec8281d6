"""Puts a whole folder in its place in one step, so that a crash leaves the old one or the new one.

The new folder is written beside its place, made durable, and exchanged with the old one. What other
people put into the old folder is carried over before the exchange.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_OLD: Final = "old"
_NEW: Final = re.compile(r"(\d+)-.*")


def replace_folder(folder: Path, files: Mapping[str, bytes], drop: Collection[str]) -> None:
    """Make a folder hold exactly the files given, and what was not ours before.

    Args:
        folder: Where; a link is followed. Folders above it are made.
        files: Content by path, with `/` between the parts.
        drop: Paths in the old folder that are not carried over.

    Raises:
        OSError: It cannot be written; the old folder is as it was and nothing is left behind.
    """
    target = Path(os.path.realpath(folder))
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.ismount(target):
        _replace_inside(target, files, drop)
        return
    fresh = Path(tempfile.mkdtemp(prefix=f"{_prefix(target)}{os.getpid()}-", dir=target.parent))
    try:
        _fill(fresh, files)
        if target.is_dir():
            _carry_over(target, fresh, set(files) | set(drop))
        _same_mode(target, fresh)
        _put_in_place(fresh, target)
    finally:
        # After the exchange this is the old folder; after a failure it is what was begun.
        shutil.rmtree(fresh, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed runs left beside a folder, and bring it back if one moved it aside.

    What a run that goes on at this moment has beside it stays.
    """
    target = Path(os.path.realpath(folder))
    aside = target.parent / f"{_prefix(target)}{_OLD}"
    if aside.is_dir() and not target.exists():
        aside.rename(target)
    for rest in target.parent.glob(f"{_glob_text(_prefix(target))}*"):
        if not _belongs_to_a_run(rest.name.removeprefix(_prefix(target))):
            shutil.rmtree(rest, ignore_errors=True)


def _belongs_to_a_run(name: str) -> bool:
    match = _NEW.fullmatch(name)
    if match is None or os.name != "posix":
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return int(match[1]) != os.getpid()


def _glob_text(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def _prefix(target: Path) -> str:
    return f".{target.name}.octoha-"


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _carry_over(old: Path, new: Path, without: Collection[str]) -> None:
    """Link what is not ours into the new folder; the content is never copied where a link will do."""
    for root, folders, names in os.walk(old):
        here = Path(root).relative_to(old)
        links = [name for name in folders if (old / here / name).is_symlink()]
        for name in (*names, *links):
            if (here / name).as_posix() not in without:
                (new / here).mkdir(parents=True, exist_ok=True)
                _link_or_copy(old / here / name, new / here / name)
        for name in set(folders) - set(links):
            if not any((old / here / name).iterdir()):
                (new / here / name).mkdir(parents=True, exist_ok=True)


def _link_or_copy(source: Path, place: Path) -> None:
    try:
        os.link(source, place, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, place, follow_symlinks=False)


def _same_mode(old: Path, new: Path) -> None:
    if old.is_dir():
        shutil.copymode(old, new)
        return
    mask = os.umask(0)
    os.umask(mask)
    new.chmod(0o777 & ~mask)


def _put_in_place(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        # Two steps, where the system has no exchange; `sweep` mends what a crash in between leaves.
        aside = target.parent / f"{_prefix(target)}{_OLD}"
        target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            aside.rename(target)
            raise
        aside.rename(fresh)
    _flush_folder(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system cannot. Source: renameat2(2)."""
    if not sys.platform.startswith("linux"):
        return False
    rename: Callable[..., int] | None = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace_inside(target: Path, files: Mapping[str, bytes], drop: Collection[str]) -> None:
    """Replace file by file: a mount point, as in a container, cannot be exchanged as a whole."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{_prefix(target)}{os.getpid()}-", dir=target))
    try:
        _fill(fresh, files)
        for path in files:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).replace(target / path)
        for path in drop:
            (target / path).unlink(missing_ok=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
