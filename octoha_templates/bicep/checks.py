"""What cannot be emitted, found before anything is: errors in Bicep that parses.

Only what can be seen without the types of resources is checked here; the compiled template is
checked against the schemas of the resources afterwards.
"""

from __future__ import annotations

from typing import Final

from octoha_templates.bicep.call_checks import check_calls
from octoha_templates.bicep.dependencies import all_uses
from octoha_templates.bicep.features import has_decorator
from octoha_templates.bicep.findings import did_you_mean
from octoha_templates.bicep.imports import exported_symbols
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.resource_checks import check_bodies
from octoha_templates.bicep.symbols import (
    AssignmentSymbol,
    FunctionSymbol,
    ImportedSymbol,
    OutputSymbol,
    ParameterSymbol,
    Symbol,
    TypeSymbol,
    VariableSymbol,
)
from octoha_templates.bicep.syntax import (
    Assert,
    Decorator,
    Extension,
    Function,
    Import,
    Metadata,
    Module,
    NamedType,
    Node,
    NullableType,
    ObjectType,
    Output,
    Parameter,
    ParenthesisedType,
    Resource,
    ResourceType,
    Statement,
    String,
    TargetScope,
    Test,
    TypeDeclaration,
    TypeExpression,
    TypeProperty,
    Variable,
)
from octoha_templates.bicep.walk import descendants

SCOPES: Final = ("resourceGroup", "subscription", "managementGroup", "tenant")
_TYPED: Final = frozenset(
    [
        "description",
        "metadata",
        "secure",
        "sealed",
        "discriminator",
        "minLength",
        "maxLength",
        "minValue",
        "maxValue",
    ]
)
_DECORATORS: Final[dict[type[Node], frozenset[str]]] = {
    Parameter: _TYPED | {"allowed"},
    Output: _TYPED,
    TypeDeclaration: _TYPED | {"export"},
    Variable: frozenset({"description", "export"}),
    Function: frozenset({"description", "export"}),
    Metadata: frozenset({"description"}),
    Import: frozenset({"description"}),
    Resource: frozenset({"description", "batchSize", "onlyIfNotExists", "retryOn"}),
    Module: frozenset({"description", "batchSize"}),
}
_EXPERIMENTAL: Final = frozenset({"waitUntil", "nullIfNotFound", "patch", "validate"})
_ARGUMENTS: Final = {
    "description": (1, 1), "metadata": (1, 1), "secure": (0, 0), "sealed": (0, 0), "export": (0, 0),
    "discriminator": (1, 1), "minLength": (1, 1), "maxLength": (1, 1), "minValue": (1, 1),
    "maxValue": (1, 1), "allowed": (1, 1), "batchSize": (1, 1), "onlyIfNotExists": (0, 0),
    "retryOn": (1, 2),
}  # fmt: skip


def check_target_scope(model: FileModel, statement: TargetScope) -> None:
    """Read `targetScope`."""
    value = statement.value
    if isinstance(value, String) and value.value in SCOPES:
        model.target_scope = value.value
        return
    if isinstance(value, String) and value.value in (
        "local",
        "desiredStateConfiguration",
    ):
        model.findings.refuse("OCT392", value.start, f"the target scope `{value.value}`")
        return
    written = value.value if isinstance(value, String) else ""
    hint = did_you_mean(written, SCOPES) or f"one of {', '.join(SCOPES)}"
    model.findings.error(
        "OCT351", value.start, "`targetScope` must be one of the four scopes", hint
    )


def check_statements(model: FileModel) -> None:
    """Check declarations one by one: what is experimental, decorators, missing types."""
    for statement in model.program.statements:
        _check_support(model, statement)
        _check_decorators(model, statement, statement.decorators)
        for node in descendants(statement):
            if isinstance(node, Resource | TypeProperty) and node is not statement:
                _check_decorators(model, node, node.decorators)
            elif isinstance(node, ResourceType):
                model.findings.refuse("OCT392", node.start, "a resource as a type")


def _check_support(model: FileModel, statement: Statement) -> None:
    findings = model.findings
    match statement:
        case Extension():
            findings.refuse("OCT391", statement.start, "an extension")
        case Assert():
            findings.refuse("OCT392", statement.start, "`assert`, which is experimental,")
        case Test():
            findings.refuse("OCT392", statement.start, "`test`, which is experimental,")
        case _:
            pass


def _check_decorators(model: FileModel, node: Node, decorators: tuple[Decorator, ...]) -> None:
    if model.program.is_parameter_file:
        return
    allowed = _DECORATORS.get(
        Parameter if isinstance(node, TypeProperty) else type(node), frozenset()
    )
    seen: set[str] = set()
    for decorator in decorators:
        name = decorator.name
        at = decorator.expression.start
        if name in _EXPERIMENTAL:
            model.findings.refuse("OCT392", at, f"the decorator `@{name}`")
        elif name not in _ARGUMENTS:
            hint = did_you_mean(name, allowed)
            model.findings.error("OCT339", at, f"there is no decorator `@{name}`", hint)
        elif name not in allowed:
            message = f"`@{name}()` does not go with this declaration"
            model.findings.error("OCT339", at, message, f"here go {_listed(allowed)}")
        elif name in seen:
            model.findings.error("OCT339", at, f"`@{name}()` is there twice", "remove one of them")
        else:
            _check_argument_count(model, decorator)
        seen.add(name)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"@{name}" for name in sorted(names)) or "none"


def _check_argument_count(model: FileModel, decorator: Decorator) -> None:
    least, most = _ARGUMENTS[decorator.name]
    count = len(decorator.arguments)
    if least <= count <= most:
        return
    wanted = str(least) if least == most else f"{least} to {most}"
    message = (
        f"`@{decorator.name}()` takes {wanted} argument{'' if most == 1 else 's'}, not {count}"
    )
    model.findings.error("OCT338", decorator.expression.start, message)


# --- Cycles ---------------------------------------------------------------------------------------


def check_cycles(model: FileModel) -> bool:
    """Report declarations that need each other.

    Returns:
        Whether there are any; later passes would not end.
    """
    graph = _uses(model)
    state: dict[Symbol, int] = {}
    found = False
    for start in graph:
        cycle = _find_cycle(graph, start, state)
        if cycle:
            found = True
            names = " -> ".join(symbol.name for symbol in [*cycle, cycle[0]])
            message = f"declarations that need each other: {names}"
            model.findings.error("OCT336", cycle[0].node.start, message)
    return found


def _uses(model: FileModel) -> dict[Symbol, list[Symbol]]:
    """List what each declaration uses, but for types, which may be recursive."""
    graph: dict[Symbol, list[Symbol]] = {
        symbol: [use.target for use in uses] for symbol, uses in all_uses(model).items()
    }
    declared = model.declared
    plain: list[Symbol] = [*declared.parameters, *declared.functions, *declared.assignments]
    followed: tuple[type[Symbol], ...] = (ParameterSymbol, FunctionSymbol)
    if model.program.is_parameter_file:
        plain.extend(declared.variables)
        followed = (AssignmentSymbol, VariableSymbol)
    for symbol in plain:
        used = (model.symbol_of(node) for node in descendants(symbol.node))
        graph[symbol] = [found for found in used if isinstance(found, followed)]
    return graph


def _find_cycle(
    graph: dict[Symbol, list[Symbol]], start: Symbol, state: dict[Symbol, int]
) -> list[Symbol]:
    """Search from one declaration; a state of 1 is on the way, 2 is done."""
    if start in state:
        return []
    way = [start]
    pending = [iter(graph.get(start, ()))]
    state[start] = 1
    while pending:
        following = next(pending[-1], None)
        if following is None:
            state[way.pop()] = 2
            pending.pop()
        elif state.get(following) == 1:
            cycle = way[way.index(following) :]
            for symbol in way:
                state[symbol] = 2
            return cycle
        elif following not in state:
            state[following] = 1
            way.append(following)
            pending.append(iter(graph.get(following, ())))
    return []


# --- Expressions ----------------------------------------------------------------------------------


def check_expressions(model: FileModel) -> None:
    """Check calls, and the bodies of resources and modules."""
    check_calls(model)
    check_bodies(model)


def check_import(model: FileModel, statement: Import, other: FileModel) -> None:
    """Check that what is imported is exported."""
    exported = {symbol.name for symbol in exported_symbols(other)}
    for entry in statement.items:
        if entry.imported not in exported:
            declared = entry.imported in other.declared.names
            reason = "does not export" if declared else "has no"
            message = f"`{other.path}` {reason} `{entry.imported}`"
            hint = (
                "put `@export()` before it" if declared else did_you_mean(entry.imported, exported)
            )
            model.findings.error("OCT343", entry.start, message, hint)


def is_required(model: FileModel, symbol: ParameterSymbol) -> bool:
    """Say whether a parameter must be given a value."""
    return symbol.node.default is None and not is_nullable(model, symbol.node.type)


def is_nullable(model: FileModel, node: TypeExpression | None) -> bool:
    """Say whether a type allows null."""
    match node:
        case NullableType():
            return True
        case ParenthesisedType(type=inner):
            return is_nullable(model, inner)
        case NamedType():
            symbol = model.symbol_of(node)
            if isinstance(symbol, TypeSymbol):
                return is_nullable(model, symbol.node.value)
            return symbol is not None
        case None | ObjectType():
            return False
        case _:
            return "null" in _members(node)


def _members(node: TypeExpression) -> set[str]:
    """Give the kinds of literals at the top of a union."""
    from octoha_templates.bicep.syntax import LiteralType, Null, TypeMember, UnionType

    if isinstance(node, UnionType):
        return {kind for member in node.members for kind in _members(member)}
    if isinstance(node, LiteralType) and isinstance(node.value, Null):
        return {"null"}
    return {"null"} if isinstance(node, TypeMember) else set()


def is_secure_output(model: FileModel, symbol: OutputSymbol) -> bool:
    """Say whether an output is a secret, or has one in it by its type."""
    return has_decorator(symbol.node, "secure") or _has_secret(model, symbol.node.type, set())


def _has_secret(model: FileModel, node: Node, seen: set[Symbol]) -> bool:
    """Look for `@secure()` in a type and in the types it names."""
    for found in descendants(node):
        if isinstance(found, Decorator) and found.name == "secure":
            return True
        owner, symbol = _declaration(model, model.symbol_of(found))
        if isinstance(symbol, TypeSymbol) and symbol not in seen:
            seen.add(symbol)
            if has_decorator(symbol.node, "secure") or _has_secret(owner, symbol.node.value, seen):
                return True
    return False


def _declaration(model: FileModel, symbol: Symbol | None) -> tuple[FileModel, Symbol | None]:
    """Follow an import to the file that declares the type."""
    if isinstance(symbol, ImportedSymbol) and symbol.node in model.imports:
        other = model.imports[symbol.node]
        return _declaration(other, other.declared.names.get(symbol.original))
    return model, symbol


def report_depth(model: FileModel) -> None:
    """Report Bicep that is nested more deeply than can be compiled."""
    message = "the file is nested too deeply to be compiled"
    model.findings.error("OCT350", 0, message, "put parts of it into variables")
