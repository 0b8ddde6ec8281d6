"""Files that a Bicep file names: modules, imports and what the `load...` functions read.

The reader is passed in and gets POSIX paths relative to the root folder. A path that leaves the
root folder is refused before anything is read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Final, TypeAlias

from octoha_templates.bicep.data_files import (
    DataError,
    UnknownPathError,
    data_value,
    selected,
)
from octoha_templates.bicep.findings import Findings
from octoha_templates.bicep.functions import find_function
from octoha_templates.bicep.ir import Literal, Value
from octoha_templates.bicep.model import FileModel, FileVariable
from octoha_templates.bicep.symbols import VariableSymbol
from octoha_templates.bicep.syntax import (
    Call,
    Expression,
    Function,
    Interpolation,
    MethodCall,
    Name,
    Node,
    Parenthesised,
    String,
    Variable,
)
from octoha_templates.bicep.walk import descendants

Reader: TypeAlias = Callable[[str], bytes]
"""Gives the content of a file; raises FileNotFoundError where there is none."""

LONGEST_TEXT: Final = 131_072
_ENCODINGS: Final = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-8": "utf-8-sig",
    "utf-16be": "utf-16-be",
    "utf-16": "utf-16",
}


def resolve_path(file: str, written: str, findings: Findings, at: int) -> str | None:
    """Work out which file is meant by a path in another file.

    Args:
        file: The file with the path, relative to the root folder.
        written: The path, relative to that file.
        findings: Takes OCT341 for a path that is absolute, has backslashes or leaves the root
            folder.
        at: Where the path stands.

    Returns:
        The path relative to the root folder, or None.
    """
    hint = "write a relative path with forward slashes, such as './modules/network.bicep'"
    if "\\" in written or written.startswith("/") or ":" in written or not written:
        findings.error("OCT341", at, f"`{written}` is not a relative path", hint)
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), written))
    if path == ".." or path.startswith("../"):
        findings.error(
            "OCT341",
            at,
            f"`{written}` leaves the root folder",
            "move the file inside of it",
        )
        return None
    return path


def read_file(read: Reader, path: str, findings: Findings, at: int) -> bytes | None:
    """Read a file; OCT340 when there is none."""
    try:
        return read(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, KeyError):
        findings.error("OCT340", at, f"there is no file `{path}`", "check the path; case matters")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        findings.error("OCT340", at, f"the file `{path}` cannot be read: {reason}")
    return None


def constant_text(model: FileModel, node: Node) -> str | None:
    """Work out a text that is known while compiling: a string, or variables that are strings."""
    match node:
        case String(value=text):
            return text
        case Parenthesised(expression=inner):
            return constant_text(model, inner)
        case Name():
            symbol = model.symbol_of(node)
            if isinstance(symbol, VariableSymbol) and symbol.node.value is not node:
                return constant_text(model, symbol.node.value)
            return None
        case Interpolation(segments=segments, expressions=expressions):
            parts = [constant_text(model, expression) for expression in expressions]
            if any(part is None for part in parts):
                return None
            pairs = zip(segments[1:], parts, strict=True)
            return segments[0] + "".join(f"{part}{segment}" for segment, part in pairs)
        case _:
            return None


def load_files(model: FileModel, read: Reader) -> None:
    """Read what the `load...` functions of a file name, and name the variables that hold it."""
    for statement in model.program.statements:
        inside_function = isinstance(statement, Function)
        for node in descendants(statement):
            if isinstance(node, Call | MethodCall) and _loads(model, node):
                _load(model, read, node, keep=inside_function)


def _loads(model: FileModel, node: Call | MethodCall) -> bool:
    found = find_function(node.name.name)
    return found is not None and found.loads and model.symbol_of(node) is None


def _load(model: FileModel, read: Reader, node: Call | MethodCall, *, keep: bool) -> None:
    """Read the file of one call."""
    name, arguments = node.name.name, node.arguments
    if name == "readEnvironmentVariable" or not arguments:
        return
    if name == "loadDirectoryFileInfo":
        model.findings.refuse("OCT393", node.start, "`loadDirectoryFileInfo()`")
        return
    content = _content(model, read, arguments[0])
    if content is None:
        return
    value = _value(model, name, content, arguments)
    if value is None:
        return
    parent = model.declared.parents.get(node)
    is_text = name in ("loadTextContent", "loadFileAsBase64")
    model.file_values[node] = value
    if not keep and not (is_text and isinstance(parent, Variable)):
        number = len(model.file_variables)
        model.file_variables[node] = FileVariable(f"$fxv#{number}", value)


def _content(model: FileModel, read: Reader, argument: Expression) -> bytes | None:
    written = constant_text(model, argument)
    if written is None:
        message = "the path of a file must be known while compiling"
        model.findings.error("OCT344", argument.start, message, "write it as a plain string")
        return None
    path = resolve_path(model.path, written, model.findings, argument.start)
    return None if path is None else read_file(read, path, model.findings, argument.start)


def _value(
    model: FileModel, name: str, content: bytes, arguments: tuple[Expression, ...]
) -> Value | None:
    """Turn the content of a file into a value."""
    if name == "loadFileAsBase64":
        from base64 import b64encode

        return Literal(b64encode(content).decode("ascii"))
    is_text = name == "loadTextContent"
    text = _decoded(model, content, arguments[1 if is_text else 2 :], arguments[0])
    if text is None:
        return None
    if is_text:
        if len(text) > LONGEST_TEXT:
            message = f"the file has {len(text)} characters; a string has at most {LONGEST_TEXT}"
            model.findings.error("OCT345", arguments[0].start, message)
            return None
        return Literal(text)
    try:
        data = data_value(text, is_yaml=name == "loadYamlContent")
        if len(arguments) > 1:
            data = selected(data, constant_text(model, arguments[1]) or "")
        return data
    except UnknownPathError as error:
        model.findings.refuse("OCT393", arguments[1].start, f"the JSON path `{error}`")
        return None
    except DataError as error:
        model.findings.error("OCT345", arguments[0].start, str(error))
        return None


def _decoded(
    model: FileModel, content: bytes, rest: tuple[Expression, ...], at: Node
) -> str | None:
    written = constant_text(model, rest[0]) if rest else "utf-8"
    encoding = _ENCODINGS.get((written or "").lower())
    if encoding is None:
        message = f"`{written}` is not an encoding that is known"
        hint = "one of us-ascii, iso-8859-1, utf-8, utf-16, utf-16BE"
        model.findings.error("OCT345", (rest[0] if rest else at).start, message, hint)
        return None
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        message = f"the file is not text in {written}"
        model.findings.error("OCT345", at.start, message, "name its encoding as the last argument")
        return None
