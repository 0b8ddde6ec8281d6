"""What a schema check finds, told apart from any validator's own wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]


class Kind(Enum):
    """What sort of mistake a schema problem is; callers choose their code by it."""

    UNKNOWN_KEY = "unknown key"
    READ_ONLY_KEY = "read-only key"
    MISSING_KEY = "missing key"
    WRONG_TYPE = "wrong type"
    WRONG_VALUE = "value not among those allowed"
    WRONG_CASE = "allowed value in the wrong case"
    OUT_OF_RANGE = "number out of range"
    WRONG_LENGTH = "text, list or object too short or too long"
    WRONG_PATTERN = "text of the wrong form"
    REPEATED = "list with repeated items"
    NO_MATCH = "no alternative fits"


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One mistake.

    Attributes:
        kind: The sort of mistake.
        path: Where it is, from the root of the instance. Of a key that is unknown or read-only, the
            path of that key; of a key that is missing, the path of the object that lacks it.
        message: What is wrong, with the value found and the value wanted.
        hint: What to type instead; empty where nobody can say.
        key: The key in question, where the problem is about a key.
        expected: The values or keys that would do, where the schema lists them.
        meant: The key or value that was most likely meant, where something is near.
    """

    kind: Kind
    path: Path
    message: str
    hint: str = ""
    key: str = ""
    expected: tuple[str, ...] = ()
    meant: str = ""

    @property
    def is_about_key(self) -> bool:
        """Say whether the key, and not its value, is what to point at."""
        return self.kind in (Kind.UNKNOWN_KEY, Kind.READ_ONLY_KEY)


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One error of the validator, narrowed to what is needed here.

    Attributes:
        keyword: The schema keyword that failed: `type`, `enum`, `oneOf`.
        wanted: What the schema has for that keyword.
        instance: The value that failed.
        schema: The schema that holds the keyword.
        path: Where the value is, from the value that the enclosing alternative was tried on.
        branch: Which of the alternatives this error is from, when it is one of a bundle; else 0.
        context: For `oneOf` and `anyOf`, the errors of all alternatives.
    """

    keyword: str
    wanted: Any
    instance: Any
    schema: Schema
    path: Path
    branch: int
    context: tuple[SchemaError, ...]


def error_from_jsonschema(error: ValidationError) -> SchemaError:
    """Convert an error of `jsonschema`, with all that it holds.

    Args:
        error: As `iter_errors` yields it.

    Returns:
        The same, typed and frozen.
    """
    steps = list(error.relative_schema_path)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    return SchemaError(
        keyword=str(error.validator),
        wanted=error.validator_value,
        instance=error.instance,
        schema=schema,
        path=tuple(error.relative_path),
        branch=steps[0] if steps and isinstance(steps[0], int) else 0,
        context=tuple(error_from_jsonschema(child) for child in error.context or ()),
    )
