"""What expressions refer to: parameters, variables, functions and loops that must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from octoha_templates.diagnostics import Diagnostic, Severity
from octoha_templates.schemacheck import Path, did_you_mean
from octoha_templates.validation.arm_expressions import Call, first_text
from octoha_templates.validation.arm_functions import FUNCTIONS, is_known, is_runtime
from octoha_templates.validation.places import Places
from octoha_templates.validation.scopes import TemplateScope, Used

_SECTIONS: Final = {"parameters": "parameter", "variables": "variable"}
_START_KEYS: Final = ("name", "type", "apiVersion", "location", "condition", "dependsOn", "scope")


@dataclass(frozen=True, slots=True)
class _Known:
    """What expressions may refer to, folded.

    Attributes:
        names: `parameters` and `variables` -> their names.
        functions: The functions that the template declares.
    """

    names: Mapping[str, frozenset[str]]
    functions: frozenset[str]


def references(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find expressions that cannot be read, or that refer to something that is not there.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT423, OCT424, OCT427, OCT443, OCT444.
    """
    if not scope.is_inner:
        return  # its expressions were looked at with the template around it
    known = _Known(
        {section: frozenset(n.casefold() for n in _names(scope, section)) for section in _SECTIONS},
        _own_functions(scope),
    )
    for used in scope.expressions:
        if used.problem:
            yield places.finding(
                "OCT423", used.path, f"the expression is not valid: {used.problem}"
            )
            continue
        if _is_inside_function(used.path, scope):
            continue
        for call in used.calls:
            yield from _call(call, used, scope, known, places)


def unused(scope: TemplateScope, places: Places) -> Iterator[Diagnostic]:
    """Find parameters and variables that nothing uses.

    Args:
        scope: One template.
        places: Where things are.

    Yields:
        OCT425, OCT426; warnings.
    """
    if not scope.is_inner:
        return
    for section, code in (("parameters", "OCT425"), ("variables", "OCT426")):
        used = _used_names(scope, section)
        if used is None:
            continue
        for name in _names(scope, section):
            if name.casefold() not in used:
                yield places.finding(
                    code,
                    (*scope.path, section, name),
                    f"the {_SECTIONS[section]} `{name}` is not used",
                    hint="remove it",
                    severity=Severity.WARNING,
                )


def _call(
    call: Call,
    used: Used,
    scope: TemplateScope,
    known: _Known,
    places: Places,
) -> Iterator[Diagnostic]:
    """Check one call."""
    if call.function in _SECTIONS:
        name = first_text(call)
        if name is not None and name.casefold() not in known.names[call.function]:
            yield _unknown_name(name, call, used, scope, places)
    elif call.function == "copyindex":
        yield from _copy_index(call, used, places)
    elif "." in call.name:
        if call.function not in known.functions:
            yield _unknown_function(call, used, sorted(known.functions), places)
    elif not is_known(call.name):
        yield _unknown_function(call, used, list(FUNCTIONS.values()), places)
    if is_runtime(call.name) and (where := _start_part(used.path, scope)):
        yield places.finding(
            "OCT444",
            used.path,
            f"`{call.name}` cannot be used in {where}, which must be known beforehand",
            hint="pass the value in as a parameter, or compute it from names",
        )


def _unknown_name(
    name: str, call: Call, used: Used, scope: TemplateScope, places: Places
) -> Diagnostic:
    """Report a parameter or variable that does not exist."""
    near = did_you_mean(name, _names(scope, call.function))
    what = _SECTIONS[call.function]
    return places.finding(
        "OCT424",
        used.path,
        f"there is no {what} `{name}`",
        hint=f"did you mean `{near}`?" if near else f"declare the {what}",
    )


def _copy_index(call: Call, used: Used, places: Places) -> Iterator[Diagnostic]:
    """Check that a loop is around, and that it has the name given."""
    name = first_text(call)
    if not used.loops:
        yield places.finding(
            "OCT443",
            used.path,
            "`copyIndex` is used outside a loop",
            hint="add `copy` to the resource, or use a plain number",
        )
    elif name is not None and name.casefold() not in (loop.casefold() for loop in used.loops):
        near = did_you_mean(name, [loop for loop in used.loops if loop])
        yield places.finding(
            "OCT443",
            used.path,
            f"there is no loop `{name}` around this",
            hint=f"did you mean `{near}`?" if near else "",
        )


def _unknown_function(call: Call, used: Used, known: list[str], places: Places) -> Diagnostic:
    """Report a function that does not exist."""
    near = did_you_mean(call.name, known)
    return places.finding(
        "OCT427",
        used.path,
        f"there is no function `{call.name}`",
        hint=f"did you mean `{near}`?" if near else "",
    )


def _names(scope: TemplateScope, section: str) -> list[str]:
    """List what a section declares; the loops of variables declare one each."""
    entries = scope.section(section)
    names = [name for name in entries if not (section == "variables" and name == "copy")]
    loops = entries.get("copy") if section == "variables" else None
    if isinstance(loops, list):
        names += [loop["name"] for loop in loops if isinstance(loop, dict) and "name" in loop]
    return names


def _used_names(scope: TemplateScope, section: str) -> set[str] | None:
    """Collect, folded, what expressions use of a section; None when a name is computed."""
    found: set[str] = set()
    for used in scope.expressions:
        for call in used.calls:
            if call.function == section:
                name = first_text(call)
                if name is None:
                    return None
                found.add(name.casefold())
    return found


def _own_functions(scope: TemplateScope) -> frozenset[str]:
    """List the functions that the template declares, folded, with their namespaces."""
    found: set[str] = set()
    for entry in scope.body.get("functions") or ():
        if isinstance(entry, dict) and isinstance(entry.get("members"), dict):
            prefix = str(entry.get("namespace", ""))
            found.update(f"{prefix}.{member}".casefold() for member in entry["members"])
    return frozenset(found)


def _is_inside_function(path: Path, scope: TemplateScope) -> bool:
    """Say whether an expression is the body of a function, which has parameters of its own."""
    return path[len(scope.path) : len(scope.path) + 1] == ("functions",)


def _start_part(path: Path, scope: TemplateScope) -> str:
    """Name the part of a template that is evaluated before anything runs; empty elsewhere."""
    inside = path[len(scope.path) :]
    if inside[:1] == ("variables",):
        return "a variable"
    if inside[:1] == ("parameters",):
        return "a default value"
    for resource in scope.resources:
        if path[: len(resource.path)] == resource.path:
            rest = path[len(resource.path) :]
            if rest[:1] and rest[0] in _START_KEYS:
                return f"`{rest[0]}` of a resource"
            if rest[:2] == ("copy", "count"):
                return "the count of a loop"
    return ""
