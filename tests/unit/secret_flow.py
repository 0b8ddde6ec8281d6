"""Where the secrets of a compiled template go, module by module.

A secret is the value of a secure parameter, or what a function such as `listKeys` gives. It is followed
through variables and into the parameters of nested templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from octoha_templates.validation.arm_expressions import (
    Call,
    Expression,
    Item,
    Member,
    Text,
    is_expression,
    parse_expression,
)

Json = dict[str, Any]
SECURE: Final = frozenset({"securestring", "secureobject"})
# Whether there is one, and how long it is, may be known.
_TELL_NOTHING: Final = frozenset({"empty", "length", "equals", "not", "and", "or", "contains"})
_LISTS: Final = re.compile(r"list[a-z]+$")
_NUMBER: Final = re.compile(r"\[\d+\]")
_SQL_MACHINE: Final = "microsoft.sqlvirtualmachine/sqlvirtualmachines"
_CONNECTIVITY: Final = (
    "properties.serverConfigurationsManagementSettings.sqlConnectivityUpdateSettings"
)
# Properties that Azure takes and does not give back, or gives only to who may ask for the key itself.
KEPT_BY_AZURE: Final = frozenset(
    {
        ("microsoft.compute/virtualmachines", "properties.osProfile.adminPassword"),
        ("microsoft.compute/virtualmachines/extensions", "properties.protectedSettings.Password"),
        (
            "microsoft.compute/virtualmachines/runcommands",
            "properties.protectedParameters[].value",
        ),
        ("microsoft.keyvault/vaults/secrets", "properties.value"),
        ("microsoft.network/connections", "properties.authorizationKey"),
        ("microsoft.network/connections", "properties.sharedKey"),
        ("microsoft.sql/servers", "properties.administratorLoginPassword"),
        (
            "microsoft.sqlvirtualmachine/sqlvirtualmachinegroups",
            "properties.wsfcDomainProfile.storageAccountPrimaryKey",
        ),
        (_SQL_MACHINE, "properties.autoBackupSettings.storageAccessKey"),
        (_SQL_MACHINE, f"{_CONNECTIVITY}.sqlAuthUpdatePassword"),
        (_SQL_MACHINE, "properties.wsfcDomainCredentials.clusterBootstrapAccountPassword"),
        (_SQL_MACHINE, "properties.wsfcDomainCredentials.clusterOperatorAccountPassword"),
        (_SQL_MACHINE, "properties.wsfcDomainCredentials.sqlServiceAccountPassword"),
    }
)


class Sink(NamedTuple):
    """A place that a secret goes to.

    Attributes:
        kind: The type of the resource in lower case, or `output`, `tags`, or `parameter` of a module.
        path: The property, with dots; the name of the output or the parameter.
        secret: The parameter or the function that it comes from.
        where: The deployments that the place is inside of.
    """

    kind: str
    path: str
    secret: str
    where: str


def sinks(template: Json) -> Iterator[Sink]:
    """Give every place that a secret goes to, in a template and in all that it deploys."""
    yield from _sinks(template, frozenset(), "main")


def exposed(template: Json) -> list[Sink]:
    """List the places that a secret goes to and that are not among those that Azure keeps secret."""
    return [sink for sink in sinks(template) if (sink.kind, sink.path) not in KEPT_BY_AZURE]


def _sinks(template: Json, tainted: frozenset[str], where: str) -> Iterator[Sink]:
    """Follow the secrets of one template.

    Args:
        template: The template.
        tainted: Parameters that are given a secret, whatever their type.
        where: The way to it.
    """
    declared = template.get("parameters", {})
    names = tainted | {
        name.lower() for name, each in declared.items() if each["type"].lower() in SECURE
    }
    tags = template.get("variables", {})
    variables = _tainted_variables(tags, names)
    for name, output in template.get("outputs", {}).items():
        if output["type"].lower() not in SECURE:
            for secret in _found([output.get("value"), output.get("copy")], names, variables):
                yield Sink("output", name, secret, where)
    for resource in template["resources"]:
        yield from _sinks_of(resource, names, variables, where)


def _sinks_of(
    resource: Json, names: frozenset[str], variables: frozenset[str], where: str
) -> Iterator[Sink]:
    kind = str(resource["type"]).lower()
    properties = resource.get("properties", {})
    inner = properties.get("template") if isinstance(properties, dict) else None
    if inner is None:
        for path, value in _leaves(resource, ""):
            for secret in _found(value, names, variables):
                yield Sink(kind, _NUMBER.sub("[]", path), secret, where)
        return
    given: set[str] = set()
    for name, each in properties.get("parameters", {}).items():
        for secret in _found(each, names, variables):
            given.add(name.lower())
            if inner["parameters"][name]["type"].lower() not in SECURE:
                yield Sink("parameter", name, secret, where)
    outside = {key: value for key, value in resource.items() if key != "properties"}
    for path, value in _leaves(outside, ""):
        for secret in _found(value, names, variables):
            yield Sink(kind, path, secret, where)
    name = str(resource["name"]).rpartition("{0}-")[2].partition("'")[0]
    yield from _sinks(inner, frozenset(given), f"{where}/{name}")


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{path}.{key}.key".lstrip("."), key
            yield from _leaves(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")


def _tainted_variables(variables: Json, names: frozenset[str]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    loops = {each["name"]: each for each in variables.get("copy", ())}
    while True:
        grown = found | {
            name.lower()
            for name, value in (variables | loops).items()
            if name != "copy" and any(_found(value, names, found))
        }
        if grown == found:
            return found
        found = grown


def _found(value: Any, names: frozenset[str], variables: frozenset[str]) -> Iterator[str]:
    """Name the secrets that are in a value."""
    for _, text in _leaves(value, ""):
        if is_expression(text):
            for call in _telling(text):
                argument = call.arguments[0] if call.arguments else None
                name = argument.value if isinstance(argument, Text) else ""
                if _LISTS.match(call.function):
                    yield call.name
                elif (call.function == "parameters" and name.lower() in names) or (
                    call.function == "variables" and name.lower() in variables
                ):
                    yield name


@lru_cache(maxsize=8192)
def _telling(text: str) -> tuple[Call, ...]:
    return tuple(_calls(parse_expression(text)))


def _calls(expression: Expression) -> Iterator[Call]:
    match expression:
        case Call(function=function) if function not in _TELL_NOTHING:
            yield expression
            for argument in expression.arguments[1 if function == "if" else 0 :]:
                yield from _calls(argument)
        case Member(base=base):
            yield from _calls(base)
        case Item(base=base, index=index):
            yield from _calls(base)
            yield from _calls(index)
        case _:
            pass
