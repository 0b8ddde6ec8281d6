"""What an expression comes to, as far as that is known before the deployment.

Names are made of literals, parameters, variables and a few functions. Two of them are the same
resource when they come to the same; a name is too long when what is known of it is. So an
expression becomes a list of pieces: text, and things that are not known, each with the text of its
expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from octoha_templates.validation.arm_expressions import (
    Call,
    Expression,
    Item,
    Member,
    Number,
    Text,
    first_text,
    is_expression,
    parse_expression,
)
from octoha_templates.validation.arm_expressions import ExpressionSyntaxError as SyntaxProblem
from octoha_templates.validation.scopes import TemplateScope

_MAX_DEPTH = 12
_PLACEHOLDER = re.compile(r"\{(\d+)\}|(\{\{)|(\}\})")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part of a text that only the deployment knows.

    Attributes:
        expression: A spelling that is the same for the same expression.
        is_loop: Whether it depends on the item of a loop.
    """

    expression: str
    is_loop: bool = False


Piece = str | Unknown
Pieces = tuple[Piece, ...]


def pieces_of(value: Any, scope: TemplateScope) -> Pieces:
    """Take a value of a template apart.

    Args:
        value: Text, plain or an expression; anything else is unknown.
        scope: The template, for its variables.

    Returns:
        Its pieces; neighbouring texts are one piece.
    """
    if not isinstance(value, str):
        return (Unknown(repr(value)),)
    if not is_expression(value):
        return (value[1:] if value.startswith("[[") else value,)
    try:
        return pieces_of_expression(parse_expression(value), scope)
    except SyntaxProblem:
        return (Unknown(value),)


def pieces_of_expression(expression: Expression, scope: TemplateScope, depth: int = 0) -> Pieces:
    """Take an expression apart.

    Args:
        expression: The tree.
        scope: The template, for its variables.
        depth: How many variables were looked through.

    Returns:
        Its pieces.
    """
    if isinstance(expression, Text):
        return (expression.value,)
    if isinstance(expression, Number):
        return (str(expression.value),)
    if isinstance(expression, Call) and depth < _MAX_DEPTH:
        return _pieces_of_call(expression, scope, depth + 1)
    return (_unknown(expression),)


def segments_of(pieces: Pieces) -> tuple[Pieces, ...]:
    """Cut pieces at the slashes between the segments of a name.

    Args:
        pieces: A name.

    Returns:
        One entry for each segment; a part that is not known is taken for one without slashes.
    """
    segments: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            first, *others = piece.split("/")
            segments[-1].append(first)
            segments += [[part] for part in others]
        else:
            segments[-1].append(piece)
    return tuple(_joined(segment) for segment in segments)


def _pieces_of_call(call: Call, scope: TemplateScope, depth: int) -> Pieces:
    """Take a call apart, where it only puts texts together."""
    if call.function == "variables":
        return _variable(call, scope, depth)
    if call.function == "format" and call.arguments and isinstance(call.arguments[0], Text):
        return _format(call, scope, depth)
    arguments = [pieces_of_expression(argument, scope, depth) for argument in call.arguments]
    if call.function == "concat" or (call.function == "string" and len(arguments) == 1):
        return _joined([piece for argument in arguments for piece in argument])
    if call.function in ("tolower", "toupper") and len(arguments) == 1:
        change = str.lower if call.function == "tolower" else str.upper
        return tuple(change(p) if isinstance(p, str) else _changed(p, call) for p in arguments[0])
    return (_unknown(call),)


def _variable(call: Call, scope: TemplateScope, depth: int) -> Pieces:
    """Look through a variable that is text."""
    name = first_text(call)
    for key, value in scope.section("variables").items():
        if name is not None and key.casefold() == name.casefold() and isinstance(value, str):
            if not is_expression(value):
                return (value,)
            try:
                return pieces_of_expression(parse_expression(value), scope, depth)
            except SyntaxProblem:
                break
    return (_unknown(call),)


def _format(call: Call, scope: TemplateScope, depth: int) -> Pieces:
    """Put the arguments of `format` into their places."""
    template = call.arguments[0]
    pieces: list[Piece] = []
    position = 0
    text = template.value if isinstance(template, Text) else ""
    for match in _PLACEHOLDER.finditer(text):
        pieces.append(text[position : match.start()])
        position = match.end()
        if match.group(1) is None:
            pieces.append("{" if match.group(2) else "}")
        elif int(match.group(1)) + 1 < len(call.arguments):
            argument = call.arguments[int(match.group(1)) + 1]
            pieces += pieces_of_expression(argument, scope, depth)
    pieces.append(text[position:])
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> Pieces:
    """Join neighbouring texts and drop empty ones; nothing at all is one empty text."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, str) and isinstance(last, str):
            found[-1] = last + piece
        elif piece != "":
            found.append(piece)
    return tuple(found) or ("",)


def _changed(piece: Unknown, call: Call) -> Unknown:
    """Mark an unknown piece as changed by a function."""
    return Unknown(f"{call.function}({piece.expression})", piece.is_loop)


def _unknown(expression: Expression) -> Unknown:
    """Keep an expression as it is, in one spelling."""
    text = spelling(expression)
    return Unknown(text, "copyindex(" in text)


def spelling(expression: Expression) -> str:
    """Write an expression in one spelling, so that the same expressions compare equal.

    Args:
        expression: The tree.

    Returns:
        Text; names of functions, parameters and variables in lower case.
    """
    if isinstance(expression, Text):
        return "'" + expression.value.replace("'", "''") + "'"
    if isinstance(expression, Number):
        return str(expression.value)
    if isinstance(expression, Member):
        return f"{spelling(expression.base)}.{expression.name.casefold()}"
    if isinstance(expression, Item):
        return f"{spelling(expression.base)}[{spelling(expression.index)}]"
    arguments = ",".join(spelling(argument) for argument in expression.arguments)
    if expression.function in ("parameters", "variables"):
        arguments = arguments.casefold()
    return f"{expression.function}({arguments})"
