"""Puts the packages' answers together: one schema file for each provider and API version."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.schemas.emit import Emitter, Json
from tools.schemas.exceptions import Exceptions, read_exceptions
from tools.schemas.resource_types import fixed_names, sections
from tools.schemas.sources import Source
from tools.schemas.wire import model_from_json

_BASE = "https://schema.management.azure.com/schemas/"
_HERE = Path(__file__).resolve().parent


class MissingTypesError(Exception):
    """No package knows some of the resource types wanted."""


def build_schemas(sources: Iterable[Source], wanted: Mapping[str, str]) -> dict[str, Json]:
    """Make the schema files.

    Args:
        sources: The installed packages.
        wanted: Resource type -> API version.

    Returns:
        Path below `schemas/` -> the file.

    Raises:
        MissingTypesError: A type or version is in none of the packages.
    """
    exceptions = read_exceptions(_HERE / "exceptions.toml")
    files: dict[str, Json] = {}
    left = dict(wanted)
    for source in sources:
        answer = _ask(source, left)
        for resource_type, resource in answer["resources"].items():
            version = left.pop(resource_type)
            _add(files, resource_type, version, resource, answer["models"], exceptions)
    if left:
        raise MissingTypesError(", ".join(f"{t}@{v}" for t, v in sorted(left.items())))
    return files


def _ask(source: Source, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Read one package in its own process."""
    theirs = {ours: models for models, ours in source.serves.items()}
    question = {t: theirs.get(v, v) for t, v in wanted.items()}
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tools.schemas.extract", str(source.folder), source.module],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        cwd=_HERE.parents[1],
    )
    if done.returncode:
        message = f"{source.package} {source.version} cannot be read:\n{done.stderr}"
        raise RuntimeError(message)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _add(
    files: dict[str, Json],
    resource_type: str,
    version: str,
    resource: dict[str, Any],
    models: dict[str, dict[str, Any]],
    exceptions: Exceptions,
) -> None:
    """Put one resource into its file, with the definitions it needs."""
    provider, _, rest = resource_type.partition("/")
    path = f"{version}/{provider}.json"
    file = files.setdefault(path, _empty_file(path, provider))
    shapes = {name: model_from_json(data) for name, data in models[resource["group"]].items()}
    emitter = Emitter(provider, shapes, exceptions)
    url = resource["urls"][0]
    definition = emitter.resource(
        resource_type, version, shapes[resource["model"]], fixed_names(url)[-1]
    )
    for section in sorted({s for u in resource["urls"] for s in sections(u)}):
        file.setdefault(section, {})[rest.replace("/", "_")] = definition
    for name, schema in emitter.definitions.items():
        if file["definitions"].setdefault(name, schema) != schema:
            message = f"{path}: two different models are called {name}"
            raise RuntimeError(message)


def _empty_file(path: str, provider: str) -> Json:
    """Begin a schema file."""
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "definitions": {},
        "id": f"{_BASE}{path}#",
        "resourceDefinitions": {},
        "title": provider,
    }
