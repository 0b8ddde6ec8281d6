"""Secrets: where they would end up in the open.

The history of a deployment keeps its outputs, and the text of a nested template after outer
expressions were filled in, for everybody who may read deployments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic
from octoha_templates.schemacheck import Path
from octoha_templates.validation.arm_expressions import (
    Call,
    Expression,
    Item,
    Member,
    first_text,
    is_expression,
    parse_expression,
)
from octoha_templates.validation.arm_functions import is_list_function
from octoha_templates.validation.places import Places
from octoha_templates.validation.scopes import TemplateScope, Used

_SECURE_TYPES: Final = ("securestring", "secureobject")
# Functions that answer yes or no, or how much.
_QUESTIONS: Final = frozenset(
    {
        "and",
        "bool",
        "contains",
        "empty",
        "endswith",
        "equals",
        "greater",
        "greaterorequals",
        "indexof",
        "length",
        "less",
        "lessorequals",
        "not",
        "or",
        "startswith",
    }
)


def secrets(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find secrets that would be readable after the deployment.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT440, OCT441, OCT442.
    """
    yield from _defaults(scope, places)
    if scope.is_inner:
        parameters = _secure_parameters(scope)
        variables = _secret_variables(scope, parameters)
        for used in scope.expressions:
            secret = _secret_in(used, parameters, variables)
            if secret:
                yield from _in_output(used, secret, scope, places)
                yield from _in_outer_template(used, secret, scope, places)


def is_secure(declaration: Any) -> bool:
    """Say whether a parameter or output is declared secure.

    Args:
        declaration: What stands in `parameters` or `outputs`.

    Returns:
        True for `securestring` and `secureObject`.
    """
    kind = declaration.get("type") if isinstance(declaration, dict) else None
    return isinstance(kind, str) and kind.casefold() in _SECURE_TYPES


def _defaults(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find secure parameters with a default; empty ones and new GUIDs do no harm."""
    for name, declaration in scope.section("parameters").items():
        if not is_secure(declaration) or "defaultValue" not in declaration:
            continue
        default = declaration["defaultValue"]
        if default in ("", {}) or (isinstance(default, str) and "newguid(" in default.casefold()):
            continue
        yield places.finding(
            "OCT441",
            (*scope.path, "parameters", name, "defaultValue"),
            f"the secure parameter `{name}` has a default, which everybody can read here",
            hint="remove the default",
        )


def _secure_parameters(scope: TemplateScope) -> frozenset[str]:
    """List, folded, the parameters that are secure."""
    declared = scope.section("parameters").items()
    return frozenset(name.casefold() for name, body in declared if is_secure(body))


def _secret_in(used: Used, parameters: frozenset[str], variables: frozenset[str]) -> str:
    """Name the secret that an expression gives away; empty when there is none."""
    for call in _revealing_calls(used.text) if used.calls else ():
        secret = _secret_of_call(call, parameters, variables)
        if secret:
            return secret
    return ""


@lru_cache(maxsize=8192)
def _revealing_calls(text: str) -> tuple[Call, ...]:
    """List the calls whose value is in that of the expression, and not only a question about them."""
    return tuple(_iter_revealing(parse_expression(text)))


def _iter_revealing(expression: Expression) -> Iterator[Call]:
    """Go through such calls; conditions and comparisons tell nothing of what they look at."""
    if isinstance(expression, Call):
        if expression.function not in _QUESTIONS:
            yield expression
            skipped = 1 if expression.function == "if" else 0
            for argument in expression.arguments[skipped:]:
                yield from _iter_revealing(argument)
    elif isinstance(expression, Member | Item):
        yield from _iter_revealing(expression.base)


def _secret_of_call(call: Call, parameters: frozenset[str], variables: frozenset[str]) -> str:
    """Name the secret that a call gives; empty when it gives none."""
    if is_list_function(call.name):
        return f"what `{call.name}` returns"
    name = first_text(call)
    if name is None:
        return ""
    if call.function == "parameters" and name.casefold() in parameters:
        return f"the secure parameter `{name}`"
    if call.function == "variables" and name.casefold() in variables:
        return f"the variable `{name}`, which holds a secret"
    return ""


def _secret_variables(scope: TemplateScope, parameters: frozenset[str]) -> frozenset[str]:
    """List, folded, the variables that hold a secret, through other variables too."""
    found: frozenset[str] = frozenset()
    while True:
        grown = found | {
            str(used.path[len(scope.path) + 1]).casefold()
            for used in scope.expressions
            if _inside(used.path, scope)[:1] == ("variables",)
            and _secret_in(used, parameters, found)
        }
        if grown == found:
            return found
        found = grown


def _in_output(
    used: Used, secret: str, scope: TemplateScope, places: Places
) -> Iterator[Diagnostic]:
    """Report a secret in an output that is not declared secure."""
    inside = _inside(used.path, scope)
    if inside[:1] != ("outputs",) or len(inside) < 3 or inside[2] not in ("value", "copy"):
        return
    if is_secure(scope.section("outputs").get(str(inside[1]))):
        return
    yield places.finding(
        "OCT440",
        used.path,
        f"the output `{inside[1]}` shows {secret} to everybody who may read deployments",
        hint="remove the output; write the secret to a key vault instead",
    )


def _in_outer_template(
    used: Used, secret: str, scope: TemplateScope, places: Places
) -> Iterator[Diagnostic]:
    """Report a secret in a nested template that is filled in before it is stored."""
    for resource in scope.resources:
        body = (*resource.path, "properties", "template")
        if used.path[: len(body)] != body or resource.nested_template is None:
            continue
        if not resource.has_inner_scope and is_expression(used.text):
            yield places.finding(
                "OCT442",
                used.path,
                f"{secret} is written out in the stored text of this nested template",
                hint="set properties.expressionEvaluationOptions.scope to inner, and pass it as a "
                "secure parameter",
            )


def _inside(path: Path, scope: TemplateScope) -> Path:
    """Give the path from the root of the scope's own template."""
    return path[len(scope.path) :]
