"""`dependsOn`: what it points at must be in the template, and nothing may wait for itself.

Only what can be told for certain is reported: a name that depends on parameters may come to
anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from octoha_templates.diagnostics import Diagnostic, Related
from octoha_templates.schemacheck import Path, did_you_mean
from octoha_templates.validation.arm_expressions import (
    Call,
    Text,
    is_expression,
    parse_expression,
)
from octoha_templates.validation.arm_expressions import ExpressionSyntaxError as SyntaxProblem
from octoha_templates.validation.known_text import (
    Pieces,
    Unknown,
    pieces_of,
    pieces_of_expression,
    segments_of,
)
from octoha_templates.validation.places import Places
from octoha_templates.validation.resources import title_of
from octoha_templates.validation.scopes import FoundResource, TemplateScope


@dataclass(frozen=True, slots=True)
class _Identity:
    """A resource by type and name, folded, as far as they are known."""

    type: str
    segments: tuple[Pieces, ...]


def dependencies(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find dependencies on nothing, circles of dependencies, and resources that are there twice.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT430, OCT431, OCT432.
    """
    identities = {r.path: _identity(r, scope) for r in scope.resources}
    yield from _duplicates(scope, identities, places)
    edges: dict[Path, list[Path]] = {r.path: [] for r in scope.resources}
    for resource in scope.resources:
        entries = resource.body.get("dependsOn")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            targets = _targets(entry, scope, identities)
            if targets is None:
                yield _nowhere(entry, (*resource.path, "dependsOn", index), scope, places)
            else:
                edges[resource.path] += targets
    yield from _circles(scope, edges, places)


def _identity(resource: FoundResource, scope: TemplateScope) -> _Identity:
    """Work out the full type and name of a resource."""
    names: list[Pieces] = []
    own_type = str(resource.body.get("type", ""))
    nested = [resource]
    if "." not in own_type.split("/", maxsplit=1)[0]:
        nested = [*resource.parents, resource]
    for one in nested:
        names += segments_of(pieces_of(one.name, scope))
    return _Identity(resource.type.casefold(), tuple(_folded(name) for name in names))


def _folded(pieces: Pieces) -> Pieces:
    """Write the known parts of a name in lower case: Azure does not tell names apart by case."""
    return tuple(p.casefold() if isinstance(p, str) else p for p in pieces)


def _targets(
    entry: Any,
    scope: TemplateScope,
    identities: dict[Path, _Identity],
) -> list[Path] | None:
    """Find what an entry of `dependsOn` points at.

    Returns:
        The paths that it certainly points at, which may be none; None when it certainly points at
        nothing.
    """
    wanted = _wanted(entry, scope)
    if isinstance(wanted, _Identity):
        return _matching(wanted, identities)
    pieces = _folded(wanted)
    if len(pieces) != 1 or not isinstance(pieces[0], str):
        return []
    return _by_name(pieces[0], scope, identities)


def _wanted(entry: Any, scope: TemplateScope) -> _Identity | Pieces:
    """Read an entry: `resourceId(...)` gives type and name, anything else is a text."""
    if isinstance(entry, str) and is_expression(entry):
        try:
            tree = parse_expression(entry)
        except SyntaxProblem:
            return (Unknown(entry),)
        if isinstance(tree, Call) and tree.function == "resourceid":
            return _of_resource_id(tree, scope)
        return pieces_of_expression(tree, scope)
    return pieces_of(entry, scope)


def _of_resource_id(call: Call, scope: TemplateScope) -> _Identity | Pieces:
    """Read `resourceId(type, names...)`; one that names a subscription or group is not judged."""
    first = call.arguments[0] if call.arguments else None
    if not isinstance(first, Text) or "/" not in first.value:
        return (Unknown("resourceId"),)
    names = [
        segment
        for argument in call.arguments[1:]
        for segment in segments_of(pieces_of_expression(argument, scope))
    ]
    return _Identity(first.value.casefold().strip("/"), tuple(_folded(name) for name in names))


def _matching(wanted: _Identity, identities: dict[Path, _Identity]) -> list[Path] | None:
    """Find the resources that a type and name point at; None when there certainly is none."""
    of_type = {path: found for path, found in identities.items() if found.type == wanted.type}
    exact = [path for path, found in of_type.items() if found.segments == wanted.segments]
    if exact:
        return exact
    possible = any(_may_be_same(found.segments, wanted.segments) for found in of_type.values())
    return [] if possible else None


def _may_be_same(one: tuple[Pieces, ...], other: tuple[Pieces, ...]) -> bool:
    """Say whether two names may come to the same."""
    if len(one) != len(other):
        return any(not _is_known(s) for s in (*one, *other))
    return all(
        a == b or not (_is_known(a) and _is_known(b)) for a, b in zip(one, other, strict=True)
    )


def _is_known(pieces: Pieces) -> bool:
    """Say whether a segment is known in full."""
    return all(isinstance(piece, str) for piece in pieces)


def _by_name(
    text: str,
    scope: TemplateScope,
    identities: dict[Path, _Identity],
) -> list[Path] | None:
    """Find what a plain text points at: a symbol, a loop, a name, or a type with names."""
    found: list[Path] = []
    uncertain = False
    for other in scope.resources:
        loop = other.body.get("copy")
        loop_name = loop.get("name") if isinstance(loop, dict) else None
        names = [other.symbol, loop_name if isinstance(loop_name, str) else ""]
        names += _written_names(identities[other.path])
        uncertain = uncertain or not all(_is_known(s) for s in identities[other.path].segments)
        if text in (name.casefold() for name in names if name):
            found.append(other.path)
    if found:
        return found
    return [] if uncertain and not scope.is_symbolic else None


def _written_names(identity: _Identity) -> list[str]:
    """List the texts that name a resource: its name, its last part, type and name together."""
    if not all(_is_known(segment) for segment in identity.segments):
        return []
    parts = ["".join(str(p) for p in segment) for segment in identity.segments]
    provider, *types = identity.type.split("/")
    together = [x for pair in zip(types, parts, strict=False) for x in pair]
    return [
        "/".join(parts),
        parts[-1],
        "/".join([provider, *together]),
        f"{identity.type}/{parts[-1]}",
    ]


def _nowhere(entry: Any, path: Path, scope: TemplateScope, places: Places) -> Diagnostic:
    """Report a dependency on something that the template does not have."""
    symbols = [r.symbol for r in scope.resources if r.symbol]
    near = did_you_mean(entry, symbols) if isinstance(entry, str) else None
    return places.finding(
        "OCT430",
        path,
        f"`dependsOn` points at {entry}, which is not in this template",
        hint=f"did you mean `{near}`?" if near else "remove it, or deploy the resource here, too",
    )


def _duplicates(
    scope: TemplateScope, identities: dict[Path, _Identity], places: Places
) -> Iterator[Diagnostic]:
    """Find resources with the same type, name and scope; conditions may exclude each other."""
    first: dict[tuple[_Identity, str], FoundResource] = {}
    for resource in scope.resources:
        if resource.is_existing or "condition" in resource.body or "copy" in resource.body:
            continue
        key = (identities[resource.path], repr((resource.body.get("scope"), _target_of(resource))))
        if key not in first:
            first[key] = resource
            continue
        yield places.finding(
            "OCT432",
            resource.path,
            f"{title_of(resource)} is in the template twice",
            hint="remove one, or give it another name",
            related=(Related("the other one", places.locate(first[key].path)),),
        )


def _target_of(resource: FoundResource) -> tuple[Any, Any]:
    """Say where a deployment goes when it is not the group of the template."""
    return resource.body.get("resourceGroup"), resource.body.get("subscriptionId")


def _circles(
    scope: TemplateScope, edges: dict[Path, list[Path]], places: Places
) -> Iterator[Diagnostic]:
    """Find resources that wait for themselves; a circle is reported once, at its first one."""
    by_path = {r.path: r for r in scope.resources}
    done: set[Path] = set()
    for start in edges:
        circle = _circle_from(start, edges, done)
        if circle:
            names = " -> ".join(title_of(by_path[path]) for path in (*circle, circle[0]))
            yield places.finding(
                "OCT431",
                (*circle[0], "dependsOn"),
                f"these resources wait for each other: {names}",
                hint="remove one of the dependencies",
            )


def _circle_from(start: Path, edges: dict[Path, list[Path]], done: set[Path]) -> tuple[Path, ...]:
    """Go along dependencies, depth first without recursion; give the first circle, or nothing."""
    trail: list[Path] = []
    waiting: list[tuple[Path, bool]] = [(start, False)]
    circle: tuple[Path, ...] = ()
    while waiting:
        path, leaving = waiting.pop()
        if leaving:
            trail.pop()
            done.add(path)
        elif path in trail:
            circle = circle or tuple(trail[trail.index(path) :])
        elif path not in done:
            trail.append(path)
            waiting.append((path, True))
            waiting += [(target, False) for target in reversed(edges[path])]
    return circle
