"""Finds the PUT operations of an SDK package: URL, default API version and body model.

The source text is read as a syntax tree. Both generator styles build the request in a module-level function
`build_*_request` and call it from a method of an `*Operations` class whose signature names the model of the body.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.schemas.shapes import Operation

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_MODEL_NAME = re.compile(r"_models\.(?:_models\.)?(\w+)")


@dataclass(frozen=True, slots=True)
class _Builder:
    """What a `build_*_request` function says."""

    url: str
    api_version: str


def put_operations(root: Path, package: str) -> tuple[Operation, ...]:
    """List every operation of a package that creates or replaces something.

    Args:
        root: The folder that the package was installed into.
        package: Its import name, `azure.mgmt.network`.

    Returns:
        The operations in order of file and line; a multi-version package has each of its versions.
    """
    folder = root.joinpath(*package.split("."))
    found: list[Operation] = []
    for file in sorted(folder.rglob("operations/*_operations.py")):
        relative = file.relative_to(root)
        if "aio" not in relative.parts:
            models = ".".join((*relative.parent.parent.parts, "models"))
            found += _operations_of(ast.parse(file.read_text("utf-8")), models)
    return tuple(found)


def _operations_of(tree: ast.Module, models: str) -> Iterator[Operation]:
    """Join the builders of one file with the methods that call them."""
    builders = {
        node.name: builder
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and (builder := _builder_of(node)) is not None
    }
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _operations_of_method(method, builders, models)


def _operations_of_method(
    method: ast.FunctionDef, builders: dict[str, _Builder], models: str
) -> Iterator[Operation]:
    """Yield an operation when a method calls a builder and takes a model."""
    for call in ast.walk(method):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            builder = builders.get(call.func.id)
            model = _body_model(method)
            if builder is not None and model:
                yield Operation(builder.url, builder.api_version, model, models)


def _builder_of(function: ast.FunctionDef) -> _Builder | None:
    """Read a builder function; None when it does not build a PUT."""
    strings = [n.value for n in ast.walk(function) if isinstance(n, ast.Constant)]
    texts = [value for value in strings if isinstance(value, str)]
    is_put = any(
        isinstance(node, ast.keyword)
        and node.arg == "method"
        and isinstance(node.value, ast.Constant)
        and node.value.value == "PUT"
        for node in ast.walk(function)
    )
    urls = [text for text in texts if text.startswith("/") and "/providers/" in text.lower()]
    urls += [text for text in texts if text.startswith("/subscriptions/") and text not in urls]
    versions = [text for text in texts if _API_VERSION.fullmatch(text)]
    if not (is_put and urls and versions):
        return None
    return _Builder(urls[0], versions[0])


def _body_model(method: ast.FunctionDef) -> str:
    """Name the model that a method takes; empty when it takes none."""
    arguments = [*method.args.args, *method.args.kwonlyargs]
    for argument in arguments:
        if argument.annotation is not None:
            annotation = ast.unparse(argument.annotation)
            match = _MODEL_NAME.search(annotation)
            if match and "str," not in annotation:  # `Union[str, _models.X]` is a name with an enum
                return match.group(1)
    return ""
