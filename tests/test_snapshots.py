"""Every file that is rendered, for every sample and every component, as a reviewer would read it.

`make baselines` refreshes the folders; the difference is the review. The compiled `main.json` of a stack is
kept too: a change of the compiler shows there even when the Bicep stays the same. A script is the same in every
folder, so it is kept once; the manifest of a folder has its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_snapshot.plugin import Snapshot

from octoha_templates.config.load import load
from octoha_templates.pipeline import build, build_component, load_for_component
from octoha_templates.rendering.components import COMPONENTS, Component

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
SCRIPTS = "scripts/"
SAMPLES = sorted((ROOT / "samples").glob("*.yaml"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_every_sample_renders_what_was_reviewed(sample: Path, snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = CASES / "samples"
    snapshot.assert_match_dir(_tree(_rendered(sample)), sample.stem)


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.id)
def test_every_component_renders_what_was_reviewed(
    component: Component, snapshot: Snapshot
) -> None:
    bundle = build_component(load_for_component(None, component.id), component.id)
    snapshot.snapshot_dir = CASES / "components"
    snapshot.assert_match_dir(_tree(bundle.files), component.id.replace("/", "-"))


def test_every_script_is_what_was_reviewed(snapshot: Snapshot) -> None:
    scripts: dict[str, bytes] = {}
    for files in map(_rendered, SAMPLES):
        for path, content in files.items():
            if path.startswith(SCRIPTS):
                assert scripts.setdefault(path, content) == content
    snapshot.snapshot_dir = CASES
    snapshot.assert_match_dir(
        {path.removeprefix(SCRIPTS): content.decode() for path, content in scripts.items()},
        "scripts",
    )


@cache
def _rendered(sample: Path) -> Mapping[str, bytes]:
    return build(load(sample)).files


def _tree(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Turn paths into the nested folders that the snapshot wants, without the scripts."""
    tree: dict[str, Any] = {}
    for path, content in files.items():
        if path.startswith(SCRIPTS):
            continue
        *folders, name = path.split("/")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[name] = content.decode()
    return tree
