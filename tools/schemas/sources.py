"""The packages that the schemas are made from: which release, and installing them side by side.

Two releases of one package are needed at once, so each goes into a folder of its own instead of an environment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

# Written last into the folder of a source: what it was made of.
_STAMP = "installed.txt"


@dataclass(frozen=True, slots=True)
class Source:
    """One release of one package.

    Attributes:
        package: Its name on the index.
        version: Its release.
        module: What is imported.
        serves: API version of the release -> API version that its models are used for.
        folder: Where it is installed.
    """

    package: str
    version: str
    module: str
    serves: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()


def read_sources(file: Path, sdk: Path) -> tuple[Source, ...]:
    """Read the list of packages.

    Args:
        file: sources.toml.
        sdk: The folder that has, or will have, one folder for each release.

    Returns:
        The sources, in order of the file.
    """
    rows = tomllib.loads(file.read_text("utf-8"))["source"]
    return tuple(
        Source(
            row["package"],
            row["version"],
            row["module"],
            row.get("serves", {}),
            sdk / f"{row['package']}-{row['version']}",
        )
        for row in rows
    )


def read_support(file: Path) -> tuple[str, ...]:
    """Read the list of packages that are put beside every source.

    Args:
        file: sources.toml.

    Returns:
        `name==version`, in order of the file.
    """
    rows = tomllib.loads(file.read_text("utf-8")).get("support", [])
    return tuple(f"{row['package']}=={row['version']}" for row in rows)


def locked_requirements(lock: Path) -> dict[str, str]:
    """Read the lock file: `name==version` -> the requirement with its hashes.

    Args:
        lock: schemas/sdk.lock, a requirements file.

    Returns:
        One entry for each release.
    """
    found: dict[str, str] = {}
    joined = lock.read_text("utf-8").replace("\\\n", " ")
    for line in joined.splitlines():
        if line.strip() and not line.startswith("#"):
            found[line.split()[0]] = line
    return found


def installed_sources(root: Path, sdk: Path) -> tuple[Source, ...]:
    """Give the sources, after installing those that are missing.

    Args:
        root: The checkout.
        sdk: Where to.

    Returns:
        The sources.

    Raises:
        subprocess.CalledProcessError: pip could not install a release; its message is on the screen.
    """
    sources = read_sources(root / "tools" / "schemas" / "sources.toml", sdk)
    for source in sources:
        wanted = _requirements(root, source)
        if not is_installed(root, source):
            _install(source, wanted)
    return sources


def is_installed(root: Path, source: Source) -> bool:
    """Say whether a source is there, made of what the lock file says now.

    Args:
        root: The checkout.
        source: Which.

    Returns:
        False when it is missing, cut off half-way, or made of something else.
    """
    stamp = source.folder / _STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == _requirements(root, source)


def _requirements(root: Path, source: Source) -> str:
    """Write what is installed for a source, with hashes."""
    locked = locked_requirements(root / "schemas" / "sdk.lock")
    support = read_support(root / "tools" / "schemas" / "sources.toml")
    wanted = (f"{source.package}=={source.version}", *support)
    return "".join(locked[name] + "\n" for name in wanted)


def _install(source: Source, requirements: str) -> None:
    """Install one release and what is put beside it, checked against their hashes."""
    shutil.rmtree(source.folder, ignore_errors=True)
    source.folder.parent.mkdir(parents=True, exist_ok=True)
    pinned = source.folder.with_name(source.folder.name + ".requirements.txt")
    pinned.write_text(requirements, "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    command += ["--require-hashes", "--only-binary=:all:", "--target", str(source.folder)]
    subprocess.run([*command, "-r", str(pinned)], check=True)  # noqa: S603 - our own lock file
    pinned.replace(source.folder / _STAMP)
