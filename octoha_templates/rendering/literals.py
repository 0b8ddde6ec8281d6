"""Python value -> literal of the language it is written into: the only code that escapes.

Whatever a person types reaches Bicep, Markdown and shell commands through here, so that it stays data: it
can neither end a string nor start an interpolation, and characters that cannot be seen become escapes.

Source: Bicep documentation, "Data types": the escape sequences of single-quoted strings.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_INDENT = "  "
# Bicep takes a bare name of at most 255 characters.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}\Z")
_KEYWORD_VALUES = frozenset({"true", "false", "null"})
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Control, format (bidirectional marks), surrogate, private use, line and paragraph separators: nobody
# reviewing the Bicep could see them.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# PowerShell ends a single-quoted string at the typographic quotes, too.
_POWERSHELL_QUOTE = re.compile("(['\u2018\u2019\u201a\u201b])")
# Parentheses mean something after a bracket only, and underscores do not inside a word.
_MARKDOWN = re.compile(r"((?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[\\`*{}\[\]#+!|<>~&$])")
_PLAIN = re.compile(r"[ !\"#%&()*+,\-./0-9:;<=>?@A-Z\[\]^_`a-z{|}~]*\Z")


def bicep_literal(value: Any, indent: int = 0) -> str:
    """Write a value as a Bicep expression that means exactly this value.

    Args:
        value: None, a bool, a whole number, text, a sequence, a mapping with text keys, or a frozen
            config struct.
        indent: How many levels the line is indented that the literal starts on, two spaces each.

    Returns:
        The literal; arrays and objects take a line per item, an empty one stays on its line.

    Raises:
        TypeError: The value has no literal in Bicep, such as a fraction.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f"'{_escape(value)}'"
    if isinstance(value, msgspec.Struct):
        return bicep_literal(msgspec.to_builtins(value), indent)
    if isinstance(value, Mapping):
        return _object(value, indent)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return _array(value, indent)
    raise TypeError(f"a {type(value).__name__} has no Bicep literal")


def _escape(text: str) -> str:
    """Escape the inside of a single-quoted string."""
    if _PLAIN.match(text):
        return text
    escaped = "".join(_escape_character(character) for character in text)
    return escaped.replace("${", "\\${")


def _escape_character(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    if unicodedata.category(character) in _UNSEEN:
        return f"\\u{{{ord(character):x}}}"
    return character


def _array(items: Sequence[Any], indent: int) -> str:
    if not items:
        return "[]"
    inner = _INDENT * (indent + 1)
    lines = (f"{inner}{bicep_literal(item, indent + 1)}\n" for item in items)
    return f"[\n{''.join(lines)}{_INDENT * indent}]"


def _object(items: Mapping[str, Any], indent: int) -> str:
    if not items:
        return "{}"
    inner = _INDENT * (indent + 1)
    lines = (
        f"{inner}{_key(key)}: {bicep_literal(item, indent + 1)}\n" for key, item in items.items()
    )
    return f"{{\n{''.join(lines)}{_INDENT * indent}}}"


def _key(key: str) -> str:
    """Write a key bare where Bicep allows it, as its linter prefers."""
    if _IDENTIFIER.match(key) and key not in _KEYWORD_VALUES:
        return key
    return f"'{_escape(key)}'"


def markdown_text(value: object) -> str:
    """Write a value so that Markdown shows it as it is, on one line; what cannot be seen as U+202E."""
    escaped = _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))
    return "".join(_visible(character) for character in escaped)


def _visible(character: str) -> str:
    unseen = unicodedata.category(character) in _UNSEEN
    return f"U+{ord(character):04X}" if unseen else character


def shell_word(value: object) -> str:
    """Write a value as one word of a POSIX shell."""
    return shlex.quote(str(value))


def powershell_string(value: object) -> str:
    """Write a value as a PowerShell string that is not expanded."""
    return "'" + _POWERSHELL_QUOTE.sub(r"\1\1", str(value)) + "'"
