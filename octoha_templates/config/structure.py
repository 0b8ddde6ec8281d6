"""What the types of `config.model` look like: parts, kinds and defaults, read from the types.

The JSON Schema, the commented config, the default kinds and the paths that `--set` knows all come
from here, so that none of them repeats the types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect as msgspec_inspect

from octoha_templates.config.model import Stack
from octoha_templates.config.places import Path, value_at

KIND: Final = "kind"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a part of the config.

    Attributes:
        name: As it is written in YAML.
        owner: The part that has the key.
        required: Whether it has no default.
        default: The default; a part's default is a struct.
        structs: The parts it can hold, the default one first; empty for a plain value.
        is_list: Whether it holds a list of them.
    """

    name: str
    owner: type[msgspec.Struct]
    required: bool
    default: Any
    structs: tuple[type[msgspec.Struct], ...]
    is_list: bool

    @property
    def schema(self) -> dict[str, Any]:
        """Ranges, patterns and examples, as JSON Schema has them."""
        return _without_null(_schemas()[self.owner.__name__]["properties"][self.name])

    @property
    def description(self) -> str:
        """What the key is for, in a sentence."""
        said = self.schema.get("description")
        return str(said or (summary_of(self.structs[0]) if self.structs else ""))

    @property
    def is_shape(self) -> bool:
        """Whether the key decides what the template contains, and not only a value in it."""
        return bool(self.schema.get("x-shape"))


@cache
def keys_of(struct: type[msgspec.Struct]) -> dict[str, Key]:
    """List the keys of a part of a stack, in the order of the types; `kind` is not among them."""
    return {field.encode_name: _key(field, struct) for field in _fields()[struct]}


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    """Let msgspec write the schemas of all parts, in one go because each go reads all types."""
    _, definitions = msgspec.json.schema_components((Stack,))
    return definitions


@cache
def _fields() -> dict[type[msgspec.Struct], tuple[msgspec_inspect.Field, ...]]:
    """Read the fields of all parts, in one go for the same reason."""
    found: dict[type[msgspec.Struct], tuple[msgspec_inspect.Field, ...]] = {}
    todo = list(_struct_types(msgspec_inspect.type_info(Stack)))
    while todo:
        part = todo.pop()
        if part.cls not in found:
            found[part.cls] = part.fields
            todo += [inner for field in part.fields for inner in _struct_types(field.type)]
    return found


def _struct_types(found: msgspec_inspect.Type) -> Iterator[msgspec_inspect.StructType]:
    """Yield the structs that a type can be, or hold a list of."""
    plain = _without_metadata(found)
    if isinstance(plain, msgspec_inspect.StructType):
        yield plain
    elif isinstance(plain, msgspec_inspect.UnionType):
        for member in plain.types:
            yield from _struct_types(member)
    elif isinstance(plain, msgspec_inspect.VarTupleType):
        yield from _struct_types(plain.item_type)


def _key(field: msgspec_inspect.Field, owner: type[msgspec.Struct]) -> Key:
    default = _default(field)
    held = [part.cls for part in _struct_types(field.type)]
    structs = tuple(sorted(held, key=lambda struct: not isinstance(default, struct)))
    is_list = isinstance(_without_metadata(field.type), msgspec_inspect.VarTupleType)
    return Key(field.encode_name, owner, field.required, default, structs, is_list)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Take `or nothing` out of a schema: what is left describes the value where there is one."""
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    return {**members[0], **schema} if len(members) == 1 else schema


def _without_metadata(found: msgspec_inspect.Type) -> msgspec_inspect.Type:
    while isinstance(found, msgspec_inspect.Metadata):
        found = found.type
    return found


def _default(field: msgspec_inspect.Field) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default


def summary_of(struct: type[msgspec.Struct]) -> str:
    """Take the first sentence of what a part says about itself."""
    return " ".join((struct.__doc__ or "").split("\n\n")[0].split())


def kind_of_struct(struct: type[msgspec.Struct]) -> str | None:
    """Say which `kind:` stands for a part; None for one that has no alternatives."""
    tag = struct.__struct_config__.tag
    return str(tag) if tag is not None else None


def struct_for(key: Key, value: Any) -> type[msgspec.Struct] | None:
    """Find the part that a mapping under a key describes; None when its kind is not known."""
    wanted = value.get(KIND) if isinstance(value, dict) else None
    if wanted is None:
        return key.structs[0] if key.structs else None
    return next((struct for struct in key.structs if kind_of_struct(struct) == wanted), None)


def key_at(path: Path, data: Any) -> Key | None:
    """Find what the types know about the value at a path; a list item is described by its list."""
    struct: type[msgspec.Struct] | None = Stack
    key: Key | None = None
    for index, part in enumerate(path):
        if isinstance(part, int):
            struct = struct_for(key, value_at(data, path[: index + 1])) if key else None
            continue
        if struct is None or part not in keys_of(struct):
            return None
        key = keys_of(struct)[part]
        struct = struct_for(key, value_at(data, path[: index + 1]))
    return key


def with_kinds(data: Any, struct: type[msgspec.Struct] = Stack) -> Any:
    """Write the kind into every mapping that leaves it out; the default's kind is meant.

    So `backup: {daily_retention_days: 60}` stays valid when a component gets another alternative.

    Args:
        data: Plain data in the form of the part, possibly wrong.
        struct: The part.

    Returns:
        A copy with the kinds; what has not the right form is passed on as it is.
    """
    if not isinstance(data, dict):
        return data
    keys = keys_of(struct)
    return {
        name: _with_kind(keys[name], value) if name in keys else value
        for name, value in data.items()
    }


def _with_kind(key: Key, value: Any) -> Any:
    if not key.structs:
        return value
    if key.is_list and isinstance(value, list):
        return [_with_kind(key, item) for item in value]
    struct = struct_for(key, value)
    if struct is None or not isinstance(value, dict):
        return value
    kind = kind_of_struct(struct)
    kinds = {KIND: kind} if kind is not None else {}
    return with_kinds({**kinds, **value}, struct)


def plain_data(value: Any) -> Any:
    """Turn structs into what YAML gives: mappings, lists and plain values."""
    data = msgspec.to_builtins(value)
    if isinstance(data, dict):
        return {key: plain_data(inner) for key, inner in data.items()}
    if isinstance(data, list | tuple):
        return [plain_data(inner) for inner in data]
    return data


def shape_of(part: msgspec.Struct, path: Path = ()) -> dict[Path, Any]:
    """List what decides which resources a template contains.

    Args:
        part: A stack, or a part of one.
        path: Where the part is.

    Returns:
        By path: the kind of each component and whether it is there, how many items a list of them
            has, and the values of
        keys that are marked so in the types.
    """
    shape: dict[Path, Any] = {}
    for name, key in keys_of(type(part)).items():
        value, here = getattr(part, name), (*path, name)
        if key.schema.get("x-shape") is False:
            continue
        if key.structs and key.is_list:
            shape[here] = len(value)
            for index, item in enumerate(value):
                shape |= _shape_of_part(item, (*here, index))
        elif key.structs:
            shape |= _shape_of_part(value, here)
        elif key.is_shape:
            shape[here] = value
    return shape


def _shape_of_part(part: msgspec.Struct | None, path: Path) -> dict[Path, Any]:
    if part is None:
        return {path: None}
    return {path: kind_of_struct(type(part)) or True, **shape_of(part, path)}
