"""Expressions to syntax nodes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shape = Callable[[str], str]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("12", "Integer(12)"),
        ("9223372036854775807", "Integer(9223372036854775807)"),
        ("-9223372036854775808", "Unary(-, Integer(9223372036854775808))"),
        ("true", "Boolean(True)"),
        ("false", "Boolean(False)"),
        ("null", "Null()"),
        ("'a'", "String(a, False)"),
        ("'''a'''", "String(a, True)"),
        ("'a${b}c'", "Interpolation([a, c], [Name(b)], False)"),
        ("'${a}${b}'", "Interpolation([, , ], [Name(a), Name(b)], False)"),
        ("$'''a${b}'''", "Interpolation([a, ], [Name(b)], True)"),
        ("(a)", "Parenthesised(Name(a))"),
        ("(\n  a\n)", "Parenthesised(Name(a))"),
    ],
)
def test_values(expression: Shape, text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("tighter", "looser"),
    [
        ("*", "+"),
        ("%", "-"),
        ("/", "<"),
        ("+", ">="),
        ("-", "<="),
        (">", "=="),
        ("<", "!~"),
        ("==", "&&"),
        ("=~", "||"),
        ("!=", "??"),
        ("&&", "||"),
        ("||", "??"),
    ],
)
def test_precedence_decides_what_groups(expression: Shape, tighter: str, looser: str) -> None:
    inner = f"Binary(Name(b), {tighter}, Name(c))"
    assert expression(f"a {looser} b {tighter} c") == f"Binary(Name(a), {looser}, {inner})"
    inner = f"Binary(Name(a), {tighter}, Name(b))"
    assert expression(f"a {tighter} b {looser} c") == f"Binary({inner}, {looser}, Name(c))"


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%", "<", "==", "&&", "||", "??"])
def test_equal_operators_group_from_the_left(expression: Shape, operator: str) -> None:
    inner = f"Binary(Name(a), {operator}, Name(b))"
    assert expression(f"a {operator} b {operator} c") == f"Binary({inner}, {operator}, Name(c))"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("!a && b", "Binary(Unary(!, Name(a)), &&, Name(b))"),
        ("-a.b", "Unary(-, Member(Name(a), Identifier(b), False))"),
        ("a - -1", "Binary(Name(a), -, Unary(-, Integer(1)))"),
        ("a ? b : c", "Ternary(Name(a), Name(b), Name(c))"),
        ("a\n  ? b\n  : c", "Ternary(Name(a), Name(b), Name(c))"),
        ("a ?? b ? c : d", "Ternary(Binary(Name(a), ??, Name(b)), Name(c), Name(d))"),
        ("a ? b : c ? d : e", "Ternary(Name(a), Name(b), Ternary(Name(c), Name(d), Name(e)))"),
        ("a ? b ? c : d : e", "Ternary(Name(a), Ternary(Name(b), Name(c), Name(d)), Name(e))"),
    ],
)
def test_signs_and_conditions(expression: Shape, text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a.b", "Member(Name(a), Identifier(b), False)"),
        ("a.?b", "Member(Name(a), Identifier(b), True)"),
        ("a[0]", "Index(Name(a), Integer(0), False, False)"),
        ("a[?b]", "Index(Name(a), Name(b), True, False)"),
        ("a[^1]", "Index(Name(a), Integer(1), False, True)"),
        ("a[?^1]", "Index(Name(a), Integer(1), True, True)"),
        ("a::b", "NestedAccess(Name(a), Identifier(b))"),
        ("a!", "NonNull(Name(a))"),
        ("a!.b", "Member(NonNull(Name(a)), Identifier(b), False)"),
        ("a != b", "Binary(Name(a), !=, Name(b))"),
        ("f()", "Call(Identifier(f), [])"),
        ("f(a, 1)", "Call(Identifier(f), [Name(a), Integer(1)])"),
        ("f(\n  a,\n  b\n)", "Call(Identifier(f), [Name(a), Name(b)])"),
        ("az.f(a)", "MethodCall(Name(az), Identifier(f), [Name(a)], False)"),
        ("f().b", "Member(Call(Identifier(f), []), Identifier(b), False)"),
        (
            "{ a: 1 }.a",
            "Member(Object([Property(Identifier(a), Integer(1))]), Identifier(a), False)",
        ),
        ("[a][0]", "Index(Array([Name(a)]), Integer(0), False, False)"),
        ("'a'.b", "Member(String(a, False), Identifier(b), False)"),
    ],
)
def test_access_and_calls(expression: Shape, text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    "text",
    ["[\n  a\n  b\n]", "[a, b]", "[\n  a, b\n]", "[\n\n  a // first\n\n  b\n\n]", "[a, b,]"],
)
def test_items_stand_on_lines_or_behind_commas(expression: Shape, text: str) -> None:
    assert expression(text) == "Array([Name(a), Name(b)])"


@pytest.mark.parametrize("text", ["{}", "{\n}", "{\n\n\n}", "{ /* nothing */ }"])
def test_an_object_may_be_empty(expression: Shape, text: str) -> None:
    assert expression(text) == "Object([])"


def test_keys_are_names_strings_or_interpolations(expression: Shape) -> None:
    assert expression("{\n  a: 1\n  'b-c': 2\n  '${d}': 3\n  for: 4, if: 5\n}") == (
        "Object([Property(Identifier(a), Integer(1)), Property(String(b-c, False), Integer(2)), "
        "Property(Interpolation([, ], [Name(d)], False), Integer(3)), "
        "Property(Identifier(for), Integer(4)), Property(Identifier(if), Integer(5))])"
    )


def test_spread_stands_in_arrays_and_objects(expression: Shape) -> None:
    assert expression("[...a, b]") == "Array([Spread(Name(a)), Name(b)])"
    assert expression("{ ...a, b: 1 }") == (
        "Object([Spread(Name(a)), Property(Identifier(b), Integer(1))])"
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[for x in xs: x]", "For(Identifier(x), None, Name(xs), Name(x))"),
        ("[for (x, i) in xs: i]", "For(Identifier(x), Identifier(i), Name(xs), Name(i))"),
        ("[\n  for x in xs: {}\n]", "For(Identifier(x), None, Name(xs), Object([]))"),
        (
            "[for x in xs: [for y in x: y]]",
            "For(Identifier(x), None, Name(xs), For(Identifier(y), None, Name(x), Name(y)))",
        ),
    ],
)
def test_loops(expression: Shape, text: str, tree: str) -> None:
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("map(a, x => x)", "Lambda([Identifier(x)], Name(x))"),
        ("map(a, (x) => x)", "Lambda([Identifier(x)], Name(x))"),
        ("map(a, () => 1)", "Lambda([], Integer(1))"),
        ("map(a, (x, y) => x)", "Lambda([Identifier(x), Identifier(y)], Name(x))"),
        ("map(a, x =>\n  x\n)", "Lambda([Identifier(x)], Name(x))"),
        ("map(a, x => y => x)", "Lambda([Identifier(x)], Lambda([Identifier(y)], Name(x)))"),
    ],
)
def test_lambdas(expression: Shape, text: str, tree: str) -> None:
    assert expression(text) == f"Call(Identifier(map), [Name(a), {tree}])"


def test_a_lambda_in_a_hole_may_make_an_object(expression: Shape) -> None:
    assert "Lambda([Identifier(x)], Object([Property(Identifier(a), Name(x))]))" in expression(
        "'${string(map(xs, x => { a: x }))}'"
    )
