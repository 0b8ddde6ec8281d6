"""Whole statements and files to syntax nodes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octoha_templates.bicep.parser import parse
from octoha_templates.bicep.syntax import (
    Import,
    Object,
    ObjectType,
    Parameter,
    Property,
    Resource,
    TypeDeclaration,
    TypeProperty,
    Variable,
)

Shape = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("targetScope = 'subscription'", "TargetScope([], String(subscription, False))"),
        ("metadata a = 1", "Metadata([], Identifier(a), Integer(1))"),
        ("param a string", "Parameter([], Identifier(a), NamedType(string), None)"),
        ("param a int = 1", "Parameter([], Identifier(a), NamedType(int), Integer(1))"),
        ("var a = 1", "Variable([], Identifier(a), None, Integer(1))"),
        ("var a int[] = []", "Variable([], Identifier(a), ArrayType(NamedType(int)), Array([]))"),
        ("output a int = 1", "Output([], Identifier(a), NamedType(int), Integer(1))"),
        ("output a resource = b", "Output([], Identifier(a), ResourceType(None), Name(b))"),
        ("type a = int", "TypeDeclaration([], Identifier(a), NamedType(int))"),
        (
            "func f(a string, b int) string => a",
            (
                "Function([], Identifier(f), [FunctionParameter(Identifier(a), NamedType(string)), "
                "FunctionParameter(Identifier(b), NamedType(int))], NamedType(string), Name(a))"
            ),
        ),
        ("func f() int =>\n  1", "Function([], Identifier(f), [], NamedType(int), Integer(1))"),
        (
            "resource a 'T@1' = {}",
            "Resource([], Identifier(a), String(T@1, False), False, Object([]))",
        ),
        (
            "resource a 'T@1' existing = {}",
            "Resource([], Identifier(a), String(T@1, False), True, Object([]))",
        ),
        (
            "resource a 'T@1' = if (b) {}",
            "Resource([], Identifier(a), String(T@1, False), False, If(Name(b), Object([])))",
        ),
        (
            "resource a 'T@1' =\n  if (\n    b\n  ) {}",
            "Resource([], Identifier(a), String(T@1, False), False, If(Name(b), Object([])))",
        ),
        (
            "resource a 'T@1' = [for x in y: if (x) {}]",
            (
                "Resource([], Identifier(a), String(T@1, False), False, "
                "For(Identifier(x), None, Name(y), If(Name(x), Object([]))))"
            ),
        ),
        (
            "module a 'b.bicep' = {}",
            "Module([], Identifier(a), String(b.bicep, False), Object([]))",
        ),
        ("import * as a from 'b'", "Import([], Identifier(a), [], String(b, False))"),
        (
            "import { a, b as c } from 'd'",
            (
                "Import([], None, [ImportItem(Identifier(a), None), "
                "ImportItem(Identifier(b), Identifier(c))], String(d, False))"
            ),
        ),
        (
            "import {\n  a\n  'b-c' as d\n} from 'e'",
            (
                "Import([], None, [ImportItem(Identifier(a), None), "
                "ImportItem(String(b-c, False), Identifier(d))], String(e, False))"
            ),
        ),
        ("extension graph", "Extension([], extension, Identifier(graph), None, None)"),
        (
            "extension 'br:x@1' with { a: 1 } as b",
            (
                "Extension([], extension, String(br:x@1, False), "
                "Object([Property(Identifier(a), Integer(1))]), Identifier(b))"
            ),
        ),
        ("provider 'az@1'", "Extension([], provider, String(az@1, False), None, None)"),
        ("import 'az@1' as a", "Extension([], import, String(az@1, False), None, Identifier(a))"),
        ("assert a = b", "Assert([], Identifier(a), Name(b))"),
        ("test a 'b.bicep' = {}", "Test([], Identifier(a), String(b.bicep, False), Object([]))"),
    ],
)
def test_statements_of_a_bicep_file(statement: Shape, text: str, tree: str) -> None:
    assert statement(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("using 'main.bicep'", "Using([], String(main.bicep, False), None)"),
        ("using none", "Using([], None, None)"),
        ("extends 'base.bicepparam'", "Extends([], String(base.bicepparam, False))"),
        ("param a = 1", "ParameterAssignment([], Identifier(a), Integer(1))"),
        ("var a = 1", "Variable([], Identifier(a), None, Integer(1))"),
        ("import * as a from 'b'", "Import([], Identifier(a), [], String(b, False))"),
        ("extensionConfig a with {}", "ExtensionConfiguration([], Identifier(a), Object([]))"),
    ],
)
def test_statements_of_a_parameter_file(statement: Shape, text: str, tree: str) -> None:
    assert statement(text, "dev.bicepparam") == tree


def test_decorators_belong_to_the_statement_below() -> None:
    result = parse("@secure()\n\n// why\n@sys.minLength(3)\nparam a string\n", "main.bicep")
    assert result.diagnostics == ()
    (parameter,) = result.program.statements
    assert isinstance(parameter, Parameter)
    described = [(item.namespace, item.name, len(item.arguments)) for item in parameter.decorators]
    assert described == [("", "secure", 0), ("sys", "minLength", 1)]
    assert (parameter.start, parameter.end) == (
        0,
        len("@secure()\n\n// why\n@sys.minLength(3)\nparam a string"),
    )


def test_resources_nest_in_the_bodies_of_resources() -> None:
    text = (
        "resource a 'T@1' = {\n  name: 'a'\n  resource: 'a property'\n"
        "  @batchSize(1)\n  resource b 'c' = [for x in y: {}]\n  resource d 'e' existing = {}\n}\n"
    )
    result = parse(text, "main.bicep")
    assert result.diagnostics == ()
    (outer,) = result.program.statements
    assert isinstance(outer, Resource)
    assert isinstance(outer.value, Object)
    names = [
        member.name.name if isinstance(member, Resource) else member.name
        for member in outer.value.members
        if isinstance(member, Resource | Property)
    ]
    assert names == ["name", "resource", "b", "d"]


def test_a_resource_does_not_nest_in_a_property() -> None:
    result = parse("var a = {\n  resource b 'c' = {}\n}\n", "main.bicep")
    assert [item.code for item in result.diagnostics] == ["OCT313"]


def test_every_node_covers_its_text() -> None:
    text = "param a string = '${b}-c'\n"
    result = parse(text, "main.bicep")
    (parameter,) = result.program.statements
    assert isinstance(parameter, Parameter)
    assert parameter.type is not None
    assert parameter.default is not None
    spans = [parameter, parameter.name, parameter.type, parameter.default]
    assert [text[node.start : node.end] for node in spans] == [
        "param a string = '${b}-c'",
        "a",
        "string",
        "'${b}-c'",
    ]
    place = result.program.source.location(parameter.default.start)
    assert (place.file, place.line, place.column) == ("main.bicep", 1, 18)


def test_an_import_has_a_name_there_and_a_name_here() -> None:
    text = "import { a, b as c, 'd-e' as f } from 'g.bicep'\n"
    (statement,) = parse(text, "main.bicep").program.statements
    assert isinstance(statement, Import)
    names = [(item.imported, item.local) for item in statement.items]
    assert names == [("a", "a"), ("b", "c"), ("d-e", "f")]


def test_keys_have_names_unless_they_are_interpolated() -> None:
    text = "var a = { b: 1, 'c-d': 2, '${e}': 3 }\ntype f = { g: int, 'h-i': int }\n"
    variable, declaration = parse(text, "main.bicep").program.statements
    assert isinstance(variable, Variable)
    assert isinstance(variable.value, Object)
    assert isinstance(declaration, TypeDeclaration)
    assert isinstance(declaration.value, ObjectType)
    members = [*variable.value.members, *declaration.value.members]
    names = [item.name for item in members if isinstance(item, Property | TypeProperty)]
    assert names == ["b", "c-d", None, "g", "h-i"]


def test_a_file_keeps_its_pragmas() -> None:
    result = parse("#disable-next-line no-unused-params\nparam a string\n", "main.bicep")
    (pragma,) = result.program.pragmas
    assert (pragma.kind, pragma.codes) == ("disable-next-line", ("no-unused-params",))
    assert result.program.source.line(pragma.start) == 1


@pytest.mark.parametrize("text", ["", "\n", "  ", "// nothing", "\ufeff\r\n"])
def test_an_empty_file_is_a_file(text: str) -> None:
    result = parse(text, "main.bicep")
    assert result.diagnostics == ()
    assert result.program.statements == ()


def test_words_of_the_language_may_be_names(statement: Shape) -> None:
    assert statement("param resource string") == (
        "Parameter([], Identifier(resource), NamedType(string), None)"
    )
    assert statement("var existing = if") == "Variable([], Identifier(existing), None, Name(if))"
