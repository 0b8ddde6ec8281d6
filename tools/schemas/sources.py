"""The packages that the schemas are made from: which release, and installing them side by side.

Two releases of one package are needed at once, so each goes into a folder of its own instead of an environment.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


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
        subprocess.CalledProcessError: pip could not install a release; its own message is on the screen.
    """
    sources = read_sources(root / "tools" / "schemas" / "sources.toml", sdk)
    requirements = locked_requirements(root / "schemas" / "sdk.lock")
    for source in sources:
        if not source.folder.is_dir():
            _install(source, requirements[f"{source.package}=={source.version}"])
    return sources


def _install(source: Source, requirement: str) -> None:
    """Install one release, checked against its hash, without what it depends on."""
    source.folder.parent.mkdir(parents=True, exist_ok=True)
    pinned = source.folder.with_suffix(".requirement.txt")
    pinned.write_text(requirement + "\n", "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    command += ["--require-hashes", "--only-binary=:all:", "--target", str(source.folder)]
    subprocess.run([*command, "-r", str(pinned)], check=True)  # noqa: S603 - our own lock file
    pinned.unlink()
