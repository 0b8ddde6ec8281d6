"""`schemas/`, or any folder in the published layout, as validators for resources; fetches nothing.

A folder is read as it is asked for: the file of a provider when the first of its types comes up,
and a validator when its type does. The published files refer to each other by absolute addresses,
which are mapped onto the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from octoha_templates._resources import data_folder
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import TemplateError
from octoha_templates.validation.published import mended
from octoha_templates.validation.quick import Check, QuickCompiler, UnsupportedKeywordError

if TYPE_CHECKING:
    from jsonschema import Draft4Validator
    from referencing import Resource

BASE: Final = "https://schema.management.azure.com/schemas/"
_COMMON: Final = "common/definitions.json"
_SECTION_SUFFIX = "esourcedefinitions"


@dataclass(frozen=True, eq=False)
class Definition:
    """A definition of a folder, ready to check with.

    Attributes:
        registry: The folder.
        address: Where it stands below the folder,
            `common/definitions.json#/definitions/expression`.
        schema: The definition itself.
    """

    registry: SchemaRegistry
    address: str
    schema: Mapping[str, Any]

    def accepts(self, instance: Any) -> bool:
        """Say whether a value is valid; fast, and without a reason.

        Args:
            instance: Plain data.

        Returns:
            What `validator` would say.
        """
        if self._quick is not None:
            try:
                return self._quick(instance)
            except UnsupportedKeywordError:
                pass
        return bool(self.validator.is_valid(instance))

    @cached_property
    def _quick(self) -> Check | None:
        """Compile the definition; None when it has a keyword that only the validator knows."""
        try:
            return self.registry.quick.compile({"$ref": BASE + self.address}, "")
        except UnsupportedKeywordError:
            return None

    @cached_property
    def validator(self) -> Draft4Validator:
        """Make the validator that says what is wrong."""
        return self.registry.validator_at(self.address)


@dataclass(frozen=True, eq=False)
class ResourceSchema(Definition):
    """The definition of a resource type.

    Attributes:
        resource_type: The type, in the letters' case of the schema.
        api_version: Its version.
    """

    resource_type: str
    api_version: str


class SchemaRegistry:
    """The schemas of one folder.

    What was read is kept, and nothing that was handed out changes later.
    """

    def __init__(self, folder: Path, *, is_published: bool = False) -> None:
        """Take a folder; nothing is read yet.

        Args:
            folder: Has `<apiVersion>/<Provider>*.json` and `common/definitions.json`.
            is_published: Whether it is Microsoft's own, which is mended as it is read.
        """
        self._folder = folder
        self._is_published = is_published
        self._files: dict[str, dict[str, Any]] = {}
        self._resources: dict[tuple[str, str], ResourceSchema | None] = {}
        self._index: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self._definitions: dict[str, Definition] = {}
        self._references: Any = None
        self.quick = QuickCompiler(self.resolve)

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
        provider = resource_type.split("/", maxsplit=1)[0]
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

    def definition_at(self, address: str) -> Definition:
        """Give any definition, by address.

        Args:
            address: Below the folder: `2019-04-01/deploymentTemplate.json#/definitions/parameter`.

        Returns:
            The definition; the same one every time.
        """
        if address not in self._definitions:
            self._definitions[address] = Definition(
                self, address, self.resolve(BASE + address, "")[0]
            )
        return self._definitions[address]

    def validator_at(self, address: str) -> Draft4Validator:
        """Make a validator of `jsonschema` for a definition.

        Args:
            address: Below the folder.

        Returns:
            Its validator.
        """
        # Here, and not above: the import takes longer than most checks that find nothing.
        from jsonschema import Draft4Validator

        self._load_references(address.partition("#")[0])
        return Draft4Validator({"$ref": BASE + address}, registry=self._references)

    def _load_references(self, file: str) -> None:
        """Get a file ready for the validators once, as they would do it anew for every value."""
        from referencing import Registry

        if self._references is None:
            retrieve: Any = self._retrieve
            self._references = Registry(retrieve=retrieve)  # type: ignore[call-arg]
        for name in (_COMMON, file):
            if BASE + name not in self._references and (self._folder / name).is_file():
                resource = self._retrieve(name)
                self._references = self._references.with_resource(BASE + name, resource).crawl()

    def _versions(self) -> tuple[str, ...]:
        """List the folders of API versions."""
        return tuple(sorted(p.name for p in self._folder.iterdir() if p.name[:2] == "20"))

    def _make_resource(self, resource_type: str, api_version: str) -> ResourceSchema | None:
        """Look a type up and make its validator."""
        provider = resource_type.split("/", maxsplit=1)[0]
        found = self._types_of(provider, api_version).get(resource_type)
        if found is None:
            return None
        name, address = found
        schema, _ = self.resolve(BASE + address, "")
        return ResourceSchema(self, address, schema, name, api_version)

    def _types_of(self, provider: str, api_version: str) -> dict[str, tuple[str, str]]:
        """Index the types of a provider in a version: folded type -> its name and address."""
        key = (provider.casefold(), api_version)
        if key not in self._index:
            self._index[key] = dict(self._iter_types(*key))
        return self._index[key]

    def _iter_types(self, provider: str, api_version: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """Go through the definitions of a provider; of several for a type, the main one is last."""
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
            content = _read_json(self._folder / file, file)
            self._files[file] = mended(content) if self._is_published else content
        return self._files[file]

    def resolve(self, reference: str, file: str) -> tuple[Any, str]:
        """Follow a reference.

        Args:
            reference: What a `$ref` says: an absolute address, or `#/definitions/...`.
            file: The file that it stands in, below the folder.

        Returns:
            What it points at, and the file that has that.
        """
        address, _, pointer = reference.partition("#")
        target = _file_of(address) if address else file
        schema: Any = self._read(target)
        for part in filter(None, pointer.split("/")):
            schema = schema[part.replace("~1", "/").replace("~0", "~")]
        return schema, target

    def _retrieve(self, address: str) -> Resource[Any]:
        """Find the file that an absolute address stands for; called by the validators."""
        from referencing import Resource
        from referencing.jsonschema import DRAFT4

        return Resource.from_contents(self._read(_file_of(address)), default_specification=DRAFT4)


def _file_of(address: str) -> str:
    """Map an absolute address onto the folder."""
    return address.replace("http://", "https://", 1).removeprefix(BASE)


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
        TemplateError: OCT461, the folder is not there, or has no schemas in it.
    """
    if folder is None:
        return SchemaRegistry(data_folder("schemas"))
    if not any(folder.glob("[0-9][0-9][0-9][0-9]-*/*.json")):
        raise TemplateError(
            Diagnostic(
                "OCT461",
                Severity.ERROR,
                f"there is no folder {folder.name} with schemas in it",
                hint="give a folder that has <apiVersion>/<Provider>.json in it",
            )
        )
    return SchemaRegistry(folder, is_published=True)
