"""The check itself: a schema and a value in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.schemacheck.alternatives import problems_of
from octoha_templates.schemacheck.problem import (
    Kind,
    Path,
    Schema,
    SchemaProblem,
    error_from_jsonschema,
)
from octoha_templates.schemacheck.words import json_path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class Validator(Protocol):
    """The one thing that is needed of a validator of `jsonschema`."""

    def iter_errors(self, instance: Any) -> Iterable[ValidationError]:
        """Yield every error of the instance."""


def schema_findings(
    schema: Validator | Schema,
    instance: Any,
    *,
    code_for: Callable[[SchemaProblem], str],
    locate: Callable[[Path], Location | None],
    base: str = "",
    severity: Severity = Severity.ERROR,
) -> tuple[Diagnostic, ...]:
    """Check a value against a schema and report every mistake, the outermost first.

    Args:
        schema: A validator of `jsonschema`, made once and used often; or a schema, used once.
        instance: Plain data: dicts, lists, text, numbers, booleans, None.
        code_for: Chooses the catalogue code of a problem.
        locate: Finds the place of a path in the file the data came from, or None.
        base: Put before every JSON path, where the instance is a part of something: `resources[3]`.
        severity: How much the findings matter.

    Returns:
        One finding for each mistake, without repeats, in order of path.
    """
    return tuple(
        Diagnostic(
            code=code_for(problem),
            severity=severity,
            message=problem.message,
            location=locate(problem.path),
            hint=problem.hint,
            path=json_path(problem.path, base),
        )
        for problem in schema_problems(schema, instance)
    )


def schema_problems(schema: Validator | Schema, instance: Any) -> tuple[SchemaProblem, ...]:
    """Check a value against a schema; `schema_findings` before codes and places are given.

    Args:
        schema: A validator, or a schema (draft 2020-12 unless its `$schema` says otherwise).
        instance: Plain data.

    Returns:
        The problems in order of path, without repeats.
    """
    validator = _validator_of(schema) if isinstance(schema, Mapping) else schema
    found = (
        problem
        for error in validator.iter_errors(instance)
        for problem in problems_of(error_from_jsonschema(error), tuple(error.absolute_path))
    )
    problems = tuple(dict.fromkeys(sorted(found, key=_order)))
    return tuple(problem for problem in problems if not _is_told_already(problem, problems))


def _is_told_already(problem: SchemaProblem, problems: Iterable[SchemaProblem]) -> bool:
    """Say whether a missing key is the one that a misspelt key beside it was meant to be."""
    return problem.kind is Kind.MISSING_KEY and any(
        other.kind is Kind.UNKNOWN_KEY
        and other.path[:-1] == problem.path
        and other.meant == problem.key
        for other in problems
    )


def _order(problem: SchemaProblem) -> tuple[tuple[tuple[bool, int, str], ...], str, str]:
    """Sort by path, list positions as numbers; then by kind and words."""
    path = tuple(
        (isinstance(part, str), 0 if isinstance(part, str) else part, str(part))
        for part in problem.path
    )
    return path, problem.kind.value, problem.message


def _validator_of(schema: Schema) -> Validator:
    """Make a validator for one use of a schema."""
    # Here, and not above: the import takes longer than most checks that find nothing.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for

    validator: Validator = validator_for(schema, default=Draft202012Validator)(schema)
    return validator
