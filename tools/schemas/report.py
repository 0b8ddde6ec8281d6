"""`python -m tools.schemas.report [OFFICIAL]`: what only one of two schema folders knows, for each resource type.

OFFICIAL is a folder in the published layout; without it, `../shared/arm-schemas` beside the checkout. Properties are
compared by their path, all the way down; lists and maps count as one step. Read-only properties are left out
on both sides where ours names them as such.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_BASE = "https://schema.management.azure.com/schemas/"
_MAX_DEPTH = 9
# What templates, not services, know; each side writes it in its own way.
_TEMPLATE_KEYS = {"comments", "condition", "copy", "dependsOn", "metadata", "resources", "scope"}


@dataclass(frozen=True, slots=True)
class Node:
    """One schema and the file it stands in."""

    schema: dict[str, Any]
    file: Path


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison of one resource type found; paths are dotted.

    Attributes:
        resource_type: Which type.
        api_version: Which version.
        shared: How many property paths both know.
        only_ours: Paths that only ours has.
        only_theirs: Paths that only theirs has and that ours does not call read-only.
        read_only: Paths of theirs that ours calls read-only.
        values: Enum values that one side lacks, as text.
        required: Differences in what is required, as text.
    """

    resource_type: str
    api_version: str
    shared: int
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    read_only: tuple[str, ...]
    values: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """Say which part of their settable properties ours knows."""
        total = self.shared + len(self.only_theirs)
        return self.shared / total if total else 1.0


@cache
def _load(file: Path) -> dict[str, Any]:
    """Read a schema file, once."""
    data: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return data


def find_resource(folder: Path, resource_type: str, version: str) -> Node | None:
    """Find the definition of a resource type.

    Args:
        folder: A folder in the published layout.
        resource_type: As templates write it.
        version: Its API version.

    Returns:
        The definition and its file; None when the folder has none.
    """
    provider = resource_type.split("/", maxsplit=1)[0]
    for file in sorted((folder / version).glob(f"{provider}*.json")):
        for section, definitions in sorted(_load(file).items()):
            if section.endswith("esourceDefinitions"):
                for schema in definitions.values():
                    types = schema.get("properties", {}).get("type", {}).get("enum", [])
                    if resource_type.casefold() in (t.casefold() for t in types):
                        return Node(schema, file)
    return None


def compare(resource_type: str, version: str, ours: Path, theirs: Path) -> Comparison | None:
    """Compare one resource type.

    Args:
        resource_type: Which.
        version: Its API version.
        ours: Our folder.
        theirs: The other folder.

    Returns:
        The differences; None when one folder does not have the type.
    """
    our_node, their_node = (find_resource(f, resource_type, version) for f in (ours, theirs))
    if our_node is None or their_node is None:
        return None
    found: dict[str, list[str]] = {
        k: [] for k in ("shared", "ours", "theirs", "read", "values", "required")
    }
    _walk([our_node], [their_node], ours, theirs, "", 0, frozenset(), found)
    return Comparison(
        resource_type,
        version,
        len(found["shared"]),
        *(tuple(sorted(found[k])) for k in ("ours", "theirs", "read", "values", "required")),
    )


def _walk(
    ours: list[Node],
    theirs: list[Node],
    our_folder: Path,
    their_folder: Path,
    path: str,
    depth: int,
    seen: frozenset[tuple[int, ...]],
    found: dict[str, list[str]],
) -> None:
    """Compare the properties of two schemas, then those of each property both have."""
    our_flat = [n for node in ours for n in _flat(node, our_folder)]
    their_flat = [n for node in theirs for n in _flat(node, their_folder)]
    key = (*sorted(id(n.schema) for n in our_flat), 0, *sorted(id(n.schema) for n in their_flat))
    if key in seen or depth > _MAX_DEPTH:
        return
    our_props, their_props = _properties(our_flat), _properties(their_flat)
    read_only = {name for n in our_flat for name in n.schema.get("readOnlyProperties", ())}
    _compare_values(our_flat, their_flat, path, found)
    if not our_props and _is_open(our_flat):
        return
    _compare_required(our_flat, their_flat, path, found)
    for name in sorted(set(our_props) | set(their_props)):
        if not path and name in _TEMPLATE_KEYS:
            continue
        full = f"{path}.{name}" if path else name
        if name in our_props and name in their_props:
            found["shared"].append(full)
            deeper = (our_props[name], their_props[name], our_folder, their_folder)
            _walk(*deeper, full, depth + 1, seen | {key}, found)
        elif name in our_props:
            found["ours" if their_props or not _is_open(their_flat) else "shared"].append(full)
        else:
            found["read" if name in read_only else "theirs"].append(full)


def _flat(node: Node, folder: Path) -> Iterator[Node]:
    """Resolve references, alternatives and items until plain schemas are left."""
    schema = node.schema
    if "$ref" in schema:
        target = _resolve(schema["$ref"], node, folder)
        if target is not None:
            yield from _flat(target, folder)
        return
    yield node
    for keyword in ("oneOf", "anyOf", "allOf"):
        for inner in schema.get(keyword, ()):
            yield from _flat(Node(inner, node.file), folder)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _flat(Node(schema[keyword], node.file), folder)


def _resolve(reference: str, node: Node, folder: Path) -> Node | None:
    """Follow a reference; None for expressions and for files that are not there."""
    address, _, pointer = reference.partition("#")
    if pointer.endswith("/expression"):
        return None
    file = node.file if not address else folder / address.removeprefix(_BASE)
    if not file.is_file():
        return None
    value: Any = _load(file)
    for part in pointer.strip("/").split("/"):
        value = value.get(part, {})
    return Node(value, file)


def _properties(nodes: list[Node]) -> dict[str, list[Node]]:
    """Collect the properties of all alternatives."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        for name, schema in node.schema.get("properties", {}).items():
            found.setdefault(name, []).append(Node(schema, node.file))
    return found


def _is_open(nodes: list[Node]) -> bool:
    """Say whether any value would do."""
    return not any(n.schema.get("additionalProperties") is False for n in nodes)


def _compare_values(
    ours: list[Node], theirs: list[Node], path: str, found: dict[str, list[str]]
) -> None:
    """Note the enum values that one side lacks."""
    mine = {v for n in ours for v in n.schema.get("enum", ())}
    other = {v for n in theirs for v in n.schema.get("enum", ())}
    if mine == other or path in ("apiVersion", "type"):
        return
    if mine and (other - mine):
        found["values"].append(f"{path}: only theirs {', '.join(map(str, sorted(other - mine)))}")
    if other and (mine - other):
        extra = sorted(mine - other)
        found["values"].append(f"{path}: only ours {', '.join(map(str, extra[:12]))}")
    if other and not mine:
        found["values"].append(f"{path}: theirs has {len(other)} values, ours any text")


def _compare_required(
    ours: list[Node], theirs: list[Node], path: str, found: dict[str, list[str]]
) -> None:
    """Note what only one side asks for; of alternatives, what all of them ask for."""
    mine, other = _required(ours), _required(theirs)
    if other - mine:
        found["required"].append(
            f"{path or '(root)'}: only theirs {', '.join(sorted(other - mine))}"
        )
    if mine - other:
        found["required"].append(f"{path or '(root)'}: only ours {', '.join(sorted(mine - other))}")


def _required(nodes: list[Node]) -> set[str]:
    """Give what every alternative with properties requires."""
    sets = [set(n.schema.get("required", ())) for n in nodes if n.schema.get("properties")]
    return set.intersection(*sets) if sets else set()


def main() -> int:
    """Print the report.

    Returns:
        The exit code: 0, or 2 when the official schemas are not there.
    """
    theirs = Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT.parent / "shared" / "arm-schemas"
    if not theirs.is_dir():
        sys.stderr.write("no official schemas to compare with: give their folder\n")
        return 2
    versions: dict[str, str] = json.loads(
        (_ROOT / "schemas" / "apiVersions.json").read_text("utf-8")
    )
    shared = total = 0
    for resource_type, version in sorted(versions.items()):
        result = compare(resource_type, version, _ROOT / "schemas", theirs)
        if result is None:
            sys.stdout.write(f"{resource_type}@{version}: not in both\n")
            continue
        shared += result.shared
        total += result.shared + len(result.only_theirs)
        sys.stdout.write(_text(result))
    sys.stdout.write(f"all: {shared} of {total} properties, {shared / total:.2%}\n")
    return 0


def _text(result: Comparison) -> str:
    """Write one comparison."""
    lines = [
        f"{result.resource_type}@{result.api_version}: {result.coverage:.1%} of {result.shared}"
    ]
    for label, items in (
        ("only theirs", result.only_theirs),
        ("only ours", result.only_ours),
        ("read-only in ours", result.read_only),
        ("values", result.values),
        ("required", result.required),
    ):
        lines += [f"  {label}: {item}" for item in items]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
