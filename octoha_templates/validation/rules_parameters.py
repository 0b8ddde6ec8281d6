"""Parameters and what they promise: a default must be of the type and values declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from octoha_templates.diagnostics import Diagnostic
from octoha_templates.schemacheck import did_you_mean, shown
from octoha_templates.validation.arm_expressions import is_expression
from octoha_templates.validation.places import Places
from octoha_templates.validation.scopes import Json, TemplateScope

_TYPES: Final[dict[str, type[Any]]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "object": dict,
    "secureobject": dict,
    "array": list,
}


def parameters(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find defaults that do not fit the parameter they are of.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT451.
    """
    for name, declaration in scope.section("parameters").items():
        if isinstance(declaration, dict) and "defaultValue" in declaration:
            message, hint = _misfit(declaration)
            if message:
                path = (*scope.path, "parameters", name, "defaultValue")
                yield places.finding(
                    "OCT451", path, f"the default of parameter `{name}` {message}", hint=hint
                )


def _misfit(declaration: Json) -> tuple[str, str]:
    """Say what is wrong with a default, and what to do; empty texts when nothing is."""
    default = declaration["defaultValue"]
    if isinstance(default, str) and is_expression(default):
        return "", ""
    kind = declaration.get("type")
    wanted = _TYPES.get(kind.casefold()) if isinstance(kind, str) else None
    is_flag_for_number = wanted is int and isinstance(default, bool)
    if wanted is not None and (not isinstance(default, wanted) or is_flag_for_number):
        return f"is {shown(default)}, but its type is {kind}", "make the two agree"
    allowed = declaration.get("allowedValues")
    is_plain = isinstance(allowed, list) and not isinstance(default, list | dict)
    if is_plain and isinstance(allowed, list) and default not in allowed:
        near = did_you_mean(str(default), [str(value) for value in allowed])
        return f"is {shown(default)}, which is not allowed", f"did you mean {near}?" if near else ""
    return _out_of_bounds(default, declaration)


def _out_of_bounds(default: Any, declaration: Json) -> tuple[str, str]:
    """Say whether a default is outside its own bounds."""
    size = len(default) if isinstance(default, str | list) else default
    low, high = (
        ("minLength", "maxLength") if isinstance(default, str | list) else ("minValue", "maxValue")
    )
    if not isinstance(size, int) or isinstance(size, bool):
        return "", ""
    shortest, longest = declaration.get(low), declaration.get(high)
    if isinstance(shortest, int) and size < shortest:
        return f"is {shown(default)}, but {low} is {shortest}", "make the two agree"
    if isinstance(longest, int) and size > longest:
        return f"is {shown(default)}, but {high} is {longest}", "make the two agree"
    return "", ""
