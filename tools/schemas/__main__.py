"""`python -m tools.schemas`: writes `schemas/<apiVersion>/<Provider>.json` anew, from the pinned packages.

    python -m tools.schemas [--sdk FOLDER] [--check] [--only PROVIDER]

`--check` writes nothing and exits 1 when a file would change.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.schemas.build import build_schemas
from tools.schemas.sources import installed_sources
from tools.schemas.write import schema_text, write_if_changed

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Make the schemas.

    Returns:
        The exit code: 0, or 1 when `--check` found a difference.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.schemas", description=__doc__)
    parser.add_argument(
        "--sdk", type=Path, default=_ROOT / "build" / "sdk", help="where the packages are put"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file would change"
    )
    parser.add_argument("--only", default="", help="one provider, such as Microsoft.Sql")
    options = parser.parse_args()
    schemas = _ROOT / "schemas"
    versions: dict[str, str] = json.loads((schemas / "apiVersions.json").read_text("utf-8"))
    wanted = {t: v for t, v in versions.items() if t.startswith(options.only)}
    files = build_schemas(installed_sources(_ROOT, options.sdk), wanted)
    changed = []
    for name, schema in sorted(files.items()):
        text = schema_text(schema)
        file = schemas / name
        if options.check:
            differs = not file.is_file() or file.read_text("utf-8") != text
        else:
            differs = write_if_changed(file, text)
        changed += [name] if differs else []
    sys.stdout.write(
        "".join(f"{'differs' if options.check else 'wrote'} schemas/{n}\n" for n in changed)
    )
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
