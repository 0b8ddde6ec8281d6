"""`python -m tools.schemas.lock`: writes schemas/sdk.lock anew, with the hash of every package in sources.toml."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.schemas.sources import read_sources, read_support

_ROOT = Path(__file__).resolve().parents[2]
_HEADER = "# The packages that schemas/ is made from. Written by `python -m tools.schemas.lock`.\n"


def main() -> int:
    """Download every package once and write down its hash.

    Returns:
        The exit code, 0.
    """
    table = _ROOT / "tools" / "schemas" / "sources.toml"
    sources = [f"{s.package}=={s.version}" for s in read_sources(table, Path())]
    wanted = sorted([*sources, *read_support(table)])
    lines = [f"{name} \\\n    --hash=sha256:{_hash(name)}\n" for name in wanted]
    (_ROOT / "schemas" / "sdk.lock").write_text(_HEADER + "".join(lines), "utf-8")
    return 0


def _hash(requirement: str) -> str:
    """Give the SHA-256 of the wheel of a release."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
        ]
        subprocess.run([*command, "-d", folder, requirement], check=True)  # noqa: S603 - sources.toml
        (wheel,) = Path(folder).iterdir()
        return hashlib.sha256(wheel.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
