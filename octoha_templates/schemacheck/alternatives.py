"""`oneOf` and `anyOf`: which alternative was meant, and what is wrong inside it.

A validator bundles the errors of every alternative: "... is not valid under any of the given
schemas". People need the leaf, so this module picks the alternative that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from octoha_templates.schemacheck.keywords import (
    problems_of_keyword,
    type_problem,
    value_problem,
)
from octoha_templates.schemacheck.problem import Kind, Path, SchemaError, SchemaProblem
from octoha_templates.schemacheck.words import found, name_of

Branch = tuple[SchemaError, ...]


def problems_of(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Turn one error into problems.

    Args:
        error: What failed.
        path: Where, from the root of the instance.

    Yields:
        One problem for each mistake; the same mistake may come up again from another error.
    """
    if error.keyword not in ("oneOf", "anyOf") or not error.context:
        yield from problems_of_keyword(error, path)
        return
    problems = list(_from_alternatives(error, path))
    yield from problems or [_fits_nothing(error, path)]  # an error never goes without a problem


def _from_alternatives(error: SchemaError, path: Path) -> Iterator[SchemaProblem]:
    """Go down into the alternative that was meant; where none is, say what all of them want."""
    branches = _branches(error)
    kind = _wrong_discriminator(branches, error.instance)
    if kind is not None:
        key, allowed = kind
        yield value_problem(error.instance[key], (*path, key), allowed)
        return
    meant = [branch for branch in branches if not _is_beside_the_point(branch)]
    if not meant:
        yield _none_fits(error, path, branches)
        return
    values = _allowed_values(meant)
    if values:
        yield value_problem(error.instance, path, values)
        return
    nearest = min(map(_distance, meant))
    likely = [branch for branch in meant if _distance(branch) == nearest]
    if _all_lack_a_key(likely):
        yield from _common(likely, path)
        return
    yield from _problems_of_branch(min(likely, key=_remoteness), path)


def _problems_of_branch(branch: Branch, path: Path) -> Iterator[SchemaProblem]:
    """Turn all errors of one alternative into problems."""
    for child in branch:
        yield from problems_of(child, (*path, *child.path))


def _all_lack_a_key(branches: Sequence[Branch]) -> bool:
    """Say whether several alternatives miss the same key: nothing tells which one was meant."""
    missing = [
        {
            key
            for child in branch
            if _is_missing_key(child)
            for key in child.wanted
            if key not in child.instance
        }
        for branch in branches
    ]
    return len(branches) > 1 and bool(missing[0].intersection(*missing[1:]))


def _is_missing_key(error: SchemaError) -> bool:
    """Say whether the value that the alternatives were tried on lacks a key."""
    return error.keyword == "required" and not error.path


def _common(branches: Sequence[Branch], path: Path) -> Iterator[SchemaProblem]:
    """Report what is wrong whichever alternative was meant."""
    problems = [list(_problems_of_branch(branch, path)) for branch in branches]
    others = [{(p.kind, p.path, p.key) for p in found} for found in problems[1:]]
    for problem in problems[0]:
        if all((problem.kind, problem.path, problem.key) in other for other in others):
            yield problem


def _branches(error: SchemaError) -> list[Branch]:
    """Group the errors of the alternatives by alternative."""
    groups: dict[int, list[SchemaError]] = {}
    for child in error.context:
        groups.setdefault(child.branch, []).append(child)
    return [tuple(groups[index]) for index in sorted(groups)]


def _is_beside_the_point(branch: Branch) -> bool:
    """Say whether an alternative was not meant: it wants another type, or an expression."""
    return any(
        not child.path and (child.keyword == "type" or _is_expression(child)) for child in branch
    )


def _is_expression(error: SchemaError) -> bool:
    """Say whether the failed pattern is the one that template expressions have."""
    return error.keyword == "pattern" and str(error.wanted).startswith(r"^\[")


def _wrong_discriminator(branches: Sequence[Branch], instance: Any) -> tuple[str, list[Any]] | None:
    """Find the key that tells alternatives apart, when its value is one that none of them has.

    Returns:
        The key and the values that would do; None when some alternative has the value found.
    """
    if not isinstance(instance, dict):
        return None
    tags = [_tag_errors(branch) for branch in branches if not _is_beside_the_point(branch)]
    if not tags or len(tags) == 1:
        return None
    shared = set(tags[0]).intersection(*tags[1:])
    for key in sorted(shared):
        if all(not isinstance(instance[key], str) or instance[key] not in tag[key] for tag in tags):
            return key, [value for tag in tags for value in tag[key]]
    return None


def _tag_errors(branch: Branch) -> dict[str, list[Any]]:
    """Collect the keys where an alternative wants one certain value and another was found."""
    found: dict[str, list[Any]] = {}
    for child in branch:
        values = _wanted_values(child)
        if len(child.path) == 1 and values and isinstance(child.path[0], str):
            found[child.path[0]] = values
    return found


def _distance(branch: Branch) -> tuple[int, int]:
    """Rank an alternative by its keys with other values: where one certain value is wanted, most."""
    wrong = _tag_errors(branch)
    return sum(1 for values in wrong.values() if len(values) == 1), len(wrong)


def _wanted_values(error: SchemaError) -> list[Any]:
    """List the values that were wanted, looking through `oneOf [enum, expression]`."""
    if error.keyword == "enum":
        return list(error.wanted)
    if error.keyword == "const":
        return [error.wanted]
    if error.keyword in ("oneOf", "anyOf"):
        return [
            value for child in error.context if not child.path for value in _wanted_values(child)
        ]
    return []


def _allowed_values(branches: Sequence[Branch]) -> list[Any]:
    """List all allowed values when every alternative that was meant is a plain list of values."""
    if any(
        child.path or child.keyword not in ("enum", "const")
        for branch in branches
        for child in branch
    ):
        return []
    return [value for branch in branches for child in branch for value in _wanted_values(child)]


def _remoteness(branch: Branch) -> tuple[int, int]:
    """Rank an alternative by how unlikely it was meant: a missing key weighs most."""
    return sum(1 for child in branch if _is_missing_key(child)), len(branch)


def _none_fits(error: SchemaError, path: Path, branches: Sequence[Branch]) -> SchemaProblem:
    """Say which types the alternatives want, when the value is of none of them."""
    wanted: list[str] = []
    expression = False
    for child in (child for branch in branches for child in branch):
        if _wants_expression(child):
            expression = True
        elif child.keyword == "type":
            types = child.wanted
            wanted += [types] if isinstance(types, str) else types
    if not wanted:
        return _fits_nothing(error, path)
    problem = type_problem(error.instance, path, list(dict.fromkeys(wanted)))
    if expression and not problem.hint and isinstance(error.instance, str):
        problem = replace(problem, hint="an expression in square brackets would do, too")
    return problem


def _fits_nothing(error: SchemaError, path: Path) -> SchemaProblem:
    """Say that no alternative fits, and no more than that."""
    message = f"{name_of(path)} is {found(error.instance)}, which fits none of the alternatives"
    return SchemaProblem(Kind.NO_MATCH, path, message)


def _wants_expression(error: SchemaError) -> bool:
    """Say whether an alternative is the one for template expressions."""
    return str(error.schema.get("pattern", "")).startswith(r"^\[")
