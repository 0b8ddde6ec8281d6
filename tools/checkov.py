"""Holds everything that is rendered to checkov: `make checkov`.

Renders every sample and every component, runs checkov over them in one go, and compares what fails with the
`.checkov.yaml` of each folder. A check that fails and is not listed there needs mending, or a reason in
`templates/checkov.toml`; an entry there that nothing fails any more has to go. At last checkov runs in a folder
the way its owner would run it, and must be content.

checkov lives in an environment of its own and is asked not to call home.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from octoha_templates.config.load import load
from octoha_templates.pipeline import build, build_component, load_for_component
from octoha_templates.rendering.checkov import CHECKS_FILE, CONFIG_FILE, known_checks
from octoha_templates.rendering.components import COMPONENTS

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
OWNERS_FOLDER = "stacks/reference"

_SOURCE = f"templates/{CHECKS_FILE}"
_WIDTH = 100
# No call for guidelines, none for a newer version, and no account of whoever runs it.
_OFFLINE = "--skip-download"
# Without the source of every resource, and failures alone: otherwise the report has gigabytes.
_SHORT = ("--compact", "--quiet")
_ENVIRONMENT = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "LOG_LEVEL": "ERROR"}
_ACCOUNT = ("BC_", "CKV_", "PRISMA_")


@dataclass(frozen=True, order=True, slots=True)
class Failure:
    """A check that a resource fails."""

    folder: str
    check: str
    resource: str
    title: str


def main(arguments: list[str] | None = None) -> int:
    """Render, run and compare; 0 when all is as it is written down."""
    parser = argparse.ArgumentParser(description="Hold everything that is rendered to checkov.")
    parser.add_argument("program", type=Path, help="the command checkov")
    parser.add_argument("folder", type=Path, help="where to render to; it is emptied")
    options = parser.parse_args(arguments)
    program, folder = options.program.absolute(), options.folder.absolute()
    listed = render_all(folder)
    result = _run(program, folder, "--framework", "arm", "--output", "json", "--soft-fail", *_SHORT)
    try:
        problems = compare(failures_of(json.loads(result.stdout)), listed)
    except ValueError as cause:
        problems = [f"checkov did not give a report: {cause}", result.stdout, result.stderr]
    if not problems:
        problems = _as_its_owner(program, folder / OWNERS_FOLDER)
    print(*problems or [_closing(listed)], sep="\n")
    return 1 if problems else 0


def render_all(folder: Path) -> dict[str, frozenset[str]]:
    """Render every sample and every component, and give the checks that each folder lists."""
    shutil.rmtree(folder, ignore_errors=True)
    bundles = {f"stacks/{each.stem}": build(load(each)) for each in sorted(SAMPLES.glob("*.yaml"))}
    for each in COMPONENTS:
        loaded = load_for_component(None, each.id)
        bundles[f"components/{each.id.replace('/', '-')}"] = build_component(loaded, each.id)
    listed = {}
    for name, bundle in bundles.items():
        (folder / name).mkdir(parents=True)
        bundle.write(folder / name)
        config = yaml.safe_load(bundle.files[CONFIG_FILE])
        listed[name] = frozenset(config.get("skip-check", ()))
    return listed


def failures_of(report: Mapping[str, Any]) -> list[Failure]:
    """Read what fails from checkov's JSON.

    Raises:
        ValueError: checkov could not read a template, or read none.
    """
    summary = report.get("summary", report)
    if summary.get("parsing_errors") or not summary.get("resource_count"):
        raise ValueError(f"checkov did not read the templates: {summary}")
    return [
        Failure(
            str(Path(each["file_path"].lstrip("/")).parent.as_posix()),
            each["check_id"],
            _short(each["resource"]),
            each["check_name"],
        )
        for each in report["results"]["failed_checks"]
    ]


def compare(failures: Iterable[Failure], listed: Mapping[str, frozenset[str]]) -> list[str]:
    """Say which checks fail without a reason, and which reasons nobody needs.

    Args:
        failures: What checkov found.
        listed: The checks that the `.checkov.yaml` of each folder lists.

    Returns:
        Lines for people; empty when all is as it is written down.
    """
    found = sorted(set(failures))
    lines = [
        f"{each.folder}: {each.check} fails for {each.resource}: {each.title}"
        for each in found
        if each.check not in listed[each.folder]
    ]
    if lines:
        lines.append(
            f"Mend the fragment, or add the check with its types and the reason to {_SOURCE}; "
            "where it has an entry, `only` and `passes` of that are too narrow."
        )
    failing = {each.check for each in found}
    stale = [each.id for each in known_checks() if each.id not in failing]
    lines += [
        f"{_SOURCE}: nothing fails {each} any more; take the entry out, or add a sample that needs it."
        for each in stale
    ]
    return lines


def _short(resource: str) -> str:
    """Give a resource on one line; checkov puts whole parameters into names."""
    kind, _, name = resource.partition(".[")
    text = f"{kind} {name.removesuffix(']')}".strip()
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."


def _as_its_owner(program: Path, folder: Path) -> list[str]:
    done = _run(program, folder, *_SHORT)
    if done.returncode == 0:
        return []
    return [f"`checkov -d .` in {folder} is not content:", done.stdout, done.stderr]


def _run(program: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(_ACCOUNT)}
    return subprocess.run(  # noqa: S603  the command is that of the caller
        [str(program), "-d", ".", _OFFLINE, *options],
        cwd=folder,
        # A config in the home of whoever runs this must not count.
        env={**environment, **_ENVIRONMENT, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def _closing(listed: Mapping[str, frozenset[str]]) -> str:
    return f"checkov: {len(listed)} templates, {len(known_checks())} checks with a reason, no other fails"


if __name__ == "__main__":
    sys.exit(main())
