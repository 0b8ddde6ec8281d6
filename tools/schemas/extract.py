"""Reads one SDK package in a process of its own and prints what it says about the resource types asked for.

Two releases of one package cannot be imported side by side, so every source has its own process:
`python -m tools.schemas.extract FOLDER MODULE` reads the wanted types from standard input.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.schemas import classic_models, field_models
from tools.schemas.operations import put_operations
from tools.schemas.resource_types import is_literal, matches, resource_url
from tools.schemas.shapes import ListOf, MapOf, Model, ModelRef, Operation, WireType
from tools.schemas.wire import model_to_json


def extract(root: Path, module: str, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Describe the wanted resource types that a package knows, with every model they reach.

    Args:
        root: The folder that the package was installed into.
        module: Its import name.
        wanted: Resource type -> the API version that the package uses for it.

    Returns:
        {"resources": {type: {"model": name, "urls": [...], "group": module}}, "models": {group: {name: model}}}.
    """
    operations = put_operations(root, module)
    resources: dict[str, Any] = {}
    models: dict[str, dict[str, Any]] = {}
    for resource_type, version in sorted(wanted.items()):
        of_version = [o for o in operations if o.api_version == version]
        fitting = [o for o in of_version if matches(o.url, resource_type)]
        if not fitting:
            continue
        chosen = _group_of([o for o in fitting if is_literal(o.url)] or fitting, version)
        resources[resource_type] = {
            "model": chosen[0].model,
            "group": chosen[0].models_module,
            "urls": sorted({resource_url(o.url) for o in chosen}),
        }
        _add_models(models.setdefault(chosen[0].models_module, {}), chosen[0])
    return {"resources": resources, "models": models}


def _group_of(operations: list[Operation], version: str) -> list[Operation]:
    """Choose one folder of a multi-version package: the one named after the version, else the first."""
    folder = "v" + version.replace("-", "_")
    named = [o for o in operations if folder in o.models_module.split(".")]
    first = (named or operations)[0].models_module
    return [o for o in (named or operations) if o.models_module == first]


def _add_models(found: dict[str, Any], operation: Operation) -> None:
    """Read the model of an operation and every model that it reaches."""
    module = importlib.import_module(operation.models_module)
    waiting = [operation.model]
    while waiting:
        name = waiting.pop()
        if name not in found:
            model = _read(name, module)
            found[name] = model_to_json(model)
            waiting += sorted(_reached(model))


def _read(name: str, module: ModuleType) -> Model:
    """Read a model by whichever style it has."""
    cls = getattr(module, name, None) or getattr(
        importlib.import_module(module.__name__ + "._models"), name
    )
    if classic_models.is_classic(cls):
        return classic_models.read_model(cls, module)
    return field_models.read_model(cls, module)


def _reached(model: Model) -> set[str]:
    """Name the models that a model refers to in what people can set."""
    names = set(model.subtypes.values())
    for prop in model.properties:
        if not prop.read_only:
            names.update(_names_in(prop.type))
    if model.additional is not None:
        names.update(_names_in(model.additional))
    return names


def _names_in(wire: WireType) -> Iterable[str]:
    """Name the models inside a type."""
    if isinstance(wire, ModelRef):
        return (wire.name,)
    if isinstance(wire, ListOf):
        return _names_in(wire.item)
    if isinstance(wire, MapOf):
        return _names_in(wire.value)
    return ()


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    for package in ("azure", "azure.mgmt", "azure.mgmt.resource"):
        # The folders below `azure` come from several installations; a namespace found earlier must see this one.
        if package in sys.modules:
            sys.modules[package].__path__.insert(0, str(Path(sys.argv[1], *package.split("."))))
    json.dump(
        extract(Path(sys.argv[1]), sys.argv[2], json.load(sys.stdin)), sys.stdout, sort_keys=True
    )
