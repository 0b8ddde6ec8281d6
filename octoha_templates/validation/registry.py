"""`schemas/`, or any folder in the published layout, as validators for resources; fetches nothing.

A folder is read as it is asked for: the file of a provider when the first of its types comes up, and a
validator when its type does. The published files refer to each other by absolute addresses, which are
mapped onto the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import DRAFT4

from octoha_templates._resources import data_folder
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import TemplateError

BASE: Final = "https://schema.management.azure.com/schemas/"
_SECTION_SUFFIX = "esourcedefinitions"


@dataclass(frozen=True, slots=True, eq=False)
class ResourceSchema:
    """What one resource type is checked against.

    Attributes:
        resource_type: The type, in the letters' case of the schema.
        api_version: Its version.
        address: Where the definition stands, as an absolute address.
        definition: The definition itself.
        validator: Checks a resource.
    """

    resource_type: str
    api_version: str
    address: str
    definition: Mapping[str, Any]
    validator: Draft4Validator


class SchemaRegistry:
    """The schemas of one folder.

    What was read is kept, and nothing that was handed out changes later.
    """

    def __init__(self, folder: Path) -> None:
        """Take a folder; nothing is read yet.

        Args:
            folder: Has `<apiVersion>/<Provider>*.json` and `common/definitions.json`.
        """
        self._folder = folder
        self._files: dict[str, dict[str, Any]] = {}
        self._resources: dict[tuple[str, str], ResourceSchema | None] = {}
        self._index: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self._registry: Registry[Any] = Registry(retrieve=self._retrieve)

    def find_resource(self, resource_type: str, api_version: str) -> ResourceSchema | None:
        """Find the schema of a resource type.

        Args:
            resource_type: `Microsoft.Network/virtualNetworks`; the letters' case does not matter.
            api_version: `2025-05-01`.

        Returns:
            The schema, or None when the folder has no such type in that version.
        """
        key = (resource_type.casefold(), api_version)
        if key not in self._resources:
            self._resources[key] = self._make_resource(*key)
        return self._resources[key]

    def api_versions(self, resource_type: str) -> tuple[str, ...]:
        """List the versions that the folder has of a type, oldest first.

        Args:
            resource_type: The type; the letters' case does not matter.

        Returns:
            The versions; none when the type is not known.
        """
        wanted = resource_type.casefold()
        provider = resource_type.split("/")[0]
        return tuple(v for v in self._versions() if wanted in self._types_of(provider, v))

    def resource_types(self, provider: str) -> tuple[str, ...]:
        """List the types that the folder has of a provider, in any version.

        Args:
            provider: `Microsoft.Network`; the letters' case does not matter.

        Returns:
            The types, in order of name.
        """
        names = {name for v in self._versions() for name, _ in self._types_of(provider, v).values()}
        return tuple(sorted(names))

    def providers(self) -> tuple[str, ...]:
        """List the providers that the folder has anything of, in order of name."""
        stems = {file.stem for file in self._folder.glob("*/*.json")}
        return tuple(
            sorted({".".join(s.split(".")[:2]) for s in stems if s.startswith("Microsoft.")})
        )

    def validator_at(self, address: str) -> Draft4Validator:
        """Make a validator for any definition.

        Args:
            address: Below the folder: `2019-04-01/deploymentTemplate.json#/definitions/parameter`.

        Returns:
            Its validator.
        """
        return Draft4Validator({"$ref": BASE + address}, registry=self._registry)

    def _versions(self) -> tuple[str, ...]:
        """List the folders of API versions."""
        return tuple(sorted(p.name for p in self._folder.iterdir() if p.name[:2] == "20"))

    def _make_resource(self, resource_type: str, api_version: str) -> ResourceSchema | None:
        """Look a type up and make its validator."""
        provider = resource_type.split("/")[0]
        found = self._types_of(provider, api_version).get(resource_type)
        if found is None:
            return None
        name, address = found
        file, _, pointer = address.partition("#")
        definition: Any = self._read(file)
        for part in pointer.strip("/").split("/"):
            definition = definition[part]
        return ResourceSchema(
            name, api_version, BASE + address, definition, self.validator_at(address)
        )

    def _types_of(self, provider: str, api_version: str) -> dict[str, tuple[str, str]]:
        """Index the types of a provider in a version: folded type -> its name and address."""
        key = (provider.casefold(), api_version)
        if key not in self._index:
            self._index[key] = dict(self._iter_types(*key))
        return self._index[key]

    def _iter_types(self, provider: str, api_version: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """Go through the definitions of a provider; of several for one type, the general one comes last."""
        for name in self._file_names(provider, api_version):
            file = f"{api_version}/{name}"
            content = self._read(file)
            for section in sorted(content, key=lambda s: (s == "resourceDefinitions", s)):
                if section.casefold().endswith(_SECTION_SUFFIX):
                    for key, definition in sorted(content[section].items()):
                        for type_name in _types_in(definition):
                            address = f"{file}#/{section}/{key}"
                            yield type_name.casefold(), (type_name, address)

    def _file_names(self, provider: str, api_version: str) -> list[str]:
        """List the files of a provider: `Microsoft.Network.json`, `Microsoft.Network.NRP.json`."""
        folder = self._folder / api_version
        if not folder.is_dir():
            return []
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ".json")
        return [n for n in names if n.casefold().startswith(provider + ".")]

    def _read(self, file: str) -> dict[str, Any]:
        """Read a file of the folder, once."""
        if file not in self._files:
            self._files[file] = _read_json(self._folder / file, file)
        return self._files[file]

    def _retrieve(self, address: str) -> Resource[Any]:
        """Find the file that an absolute address stands for; called by the validators."""
        name = address.replace("http://", "https://", 1).removeprefix(BASE)
        if name == address or not (self._folder / name).is_file():
            raise NoSuchResource(ref=address)
        return Resource.from_contents(self._read(name), default_specification=DRAFT4)


def _types_in(definition: Mapping[str, Any]) -> list[str]:
    """Give the resource types that a definition is for."""
    types: list[str] = definition.get("properties", {}).get("type", {}).get("enum", [])
    return types


def _read_json(path: Path, name: str) -> dict[str, Any]:
    """Read a schema file.

    Raises:
        TemplateError: OCT460, the file cannot be read or is not JSON.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TemplateError(_unreadable(name)) from error
    return data


def _unreadable(name: str) -> Diagnostic:
    """Say that a schema file cannot be used."""
    return Diagnostic(
        "OCT460",
        Severity.ERROR,
        f"the schema file {name} cannot be read, or is not JSON",
        Location(name),
        "download it again, or leave --schemas out to use the schemas of this package",
    )


@cache
def registry_of(folder: Path | None = None) -> SchemaRegistry:
    """Give the registry of a folder; the same one every time.

    Args:
        folder: A folder in the published layout; None for the schemas of this package.

    Returns:
        The registry.

    Raises:
        TemplateError: OCT461, the folder is not there.
    """
    if folder is None:
        return SchemaRegistry(data_folder("schemas"))
    if not folder.is_dir():
        raise TemplateError(
            Diagnostic(
                "OCT461",
                Severity.ERROR,
                f"there is no folder {folder.name} with schemas",
                hint="give a folder that has <apiVersion>/<Provider>.json in it",
            )
        )
    return SchemaRegistry(folder)
