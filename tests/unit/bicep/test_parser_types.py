"""Type expressions to syntax nodes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shape = Callable[[str], str]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("string", "NamedType(string)"),
        ("string[]", "ArrayType(NamedType(string))"),
        ("string[][]", "ArrayType(ArrayType(NamedType(string)))"),
        ("string[]?", "NullableType(ArrayType(NamedType(string)))"),
        ("(string?)[]", "ArrayType(ParenthesisedType(NullableType(NamedType(string))))"),
        ("a!", "NonNullType(NamedType(a))"),
        ("'a'", "LiteralType(String(a, False))"),
        ("1", "LiteralType(Integer(1))"),
        ("-1", "LiteralType(Unary(-, Integer(1)))"),
        ("true", "LiteralType(Boolean(True))"),
        ("!true", "LiteralType(Unary(!, Boolean(True)))"),
        ("null", "LiteralType(Null())"),
        ("'a' | 'b'", "UnionType([LiteralType(String(a, False)), LiteralType(String(b, False))])"),
        (
            "1\n  | 2\n  | null",
            "UnionType([LiteralType(Integer(1)), LiteralType(Integer(2)), LiteralType(Null())])",
        ),
        ("| 1", "UnionType([LiteralType(Integer(1))])"),
        (
            "(1 | 2)[]",
            (
                "ArrayType(ParenthesisedType(UnionType([LiteralType(Integer(1)), "
                "LiteralType(Integer(2))])))"
            ),
        ),
        ("a.b", "TypeMember(NamedType(a), Identifier(b))"),
        ("a.*", "TypeAdditional(NamedType(a))"),
        ("a[*]", "TypeItem(NamedType(a))"),
        ("a[0]", "TypeIndex(NamedType(a), Integer(0))"),
        ("a[*].b?", "NullableType(TypeMember(TypeItem(NamedType(a)), Identifier(b)))"),
        (
            "resourceInput<'a@1'>",
            "GenericType(NamedType(resourceInput), [LiteralType(String(a@1, False))])",
        ),
        (
            "sys.array<a, b>",
            (
                "GenericType(TypeMember(NamedType(sys), Identifier(array)), [NamedType(a), "
                "NamedType(b)])"
            ),
        ),
        (
            "resourceOutput<'a@1'>.properties?",
            (
                "NullableType(TypeMember(GenericType(NamedType(resourceOutput), "
                "[LiteralType(String(a@1, False))]), Identifier(properties)))"
            ),
        ),
        ("resource 'a@1'", "ResourceType(String(a@1, False))"),
        ("resource<'a'>", "GenericType(NamedType(resource), [LiteralType(String(a, False))])"),
        (
            "[string, int]",
            "TupleType([TupleTypeItem([], NamedType(string)), TupleTypeItem([], NamedType(int))])",
        ),
        ("{}", "ObjectType([])"),
    ],
)
def test_types(type_expression: Shape, text: str, tree: str) -> None:
    assert type_expression(text) == tree


def test_members_of_an_object_type_may_have_decorators(type_expression: Shape) -> None:
    text = "{\n  @description('A.')\n  @secure()\n  a: string?\n\n  'b-c': int\n  *: bool\n}"
    described = "Decorator(Call(Identifier(description), [String(A., False)]))"
    secured = "Decorator(Call(Identifier(secure), []))"
    assert type_expression(text) == (
        f"ObjectType([TypeProperty([{described}, {secured}], Identifier(a), "
        "NullableType(NamedType(string))), TypeProperty([], String(b-c, False), NamedType(int)), "
        "AdditionalProperties([], NamedType(bool))])"
    )


def test_items_of_a_tuple_type_may_have_decorators(type_expression: Shape) -> None:
    assert type_expression("[\n  @minLength(1)\n  string\n  int\n]") == (
        "TupleType([TupleTypeItem([Decorator(Call(Identifier(minLength), [Integer(1)]))], "
        "NamedType(string)), TupleTypeItem([], NamedType(int))])"
    )
