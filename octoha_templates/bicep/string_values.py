"""What the text of a string literal stands for."""

from __future__ import annotations

import re

from octoha_templates.bicep.syntax_findings import SyntaxFindings, quoted

_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|(.)?)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
_LAST_CODE_POINT = 0x10FFFF
_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def multi_line_value(text: str, *, first: bool) -> str:
    """Give the value of a piece of multi-line string: as written, but for a first line end."""
    if not first:
        return text
    return text.removeprefix("\r").removeprefix("\n")


def single_line_value(text: str, offset: int, findings: SyntaxFindings) -> str:
    """Resolve the escapes of a piece of string.

    Args:
        text: What stands between the quotes or holes.
        offset: Where that is in the file.
        findings: Takes what is wrong with the escapes.

    Returns:
        The value; a wrong escape is left out.
    """

    def resolve(match: re.Match[str]) -> str:
        place = offset + match.start()
        if match[1] is not None:
            return _code_point(match[1], place, findings)
        if match[2] == "u":
            _report_code_point("\\u", place, findings)
        elif match[2] is not None and match[2] not in _SIMPLE:
            _report_escape(match[0], place, findings)
        return _SIMPLE.get(match[2] or "", "")

    value = _ESCAPE.sub(resolve, text)
    return _joined_surrogates(value, offset, findings) if _SURROGATE.search(value) else value


def _code_point(digits: str, place: int, findings: SyntaxFindings) -> str:
    r"""Give the character of `\u{digits}`; nothing and a finding when there is none."""
    number = int(digits, 16) if len(digits.lstrip("0")) <= 6 else _LAST_CODE_POINT + 1
    if number <= _LAST_CODE_POINT:
        return chr(number)
    _report_code_point(f"\\u{{{digits}}}", place, findings)
    return ""


def _joined_surrogates(value: str, place: int, findings: SyntaxFindings) -> str:
    """Join escaped pairs of surrogates, as UTF-16 does; one without its other half is a finding."""
    joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if joined.count(_REPLACEMENT) != value.count(_REPLACEMENT):
        _report_code_point("a lone surrogate", place, findings)
    return joined


def _report_escape(escape: str, place: int, findings: SyntaxFindings) -> None:
    known = "known are `\\n`, `\\r`, `\\t`, `\\\\`, `\\'`, `\\$` and `\\u{...}`"
    hint = f"{known}; write `\\\\` for a backslash"
    findings.add("OCT303", place, f"there is no escape {quoted(escape)}", hint)


def _report_code_point(what: str, place: int, findings: SyntaxFindings) -> None:
    shown = what if " " in what else quoted(what)
    hint = "write 1 to 6 hexadecimal digits in braces, up to 10FFFF: `\\u{1F600}`"
    findings.add("OCT304", place, f"{shown} is not a character", hint)
