"""How findings of the config write text and lists of words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 60


def quoted(text: str) -> str:
    """Put text in quotes: short, on one line, with nothing that a terminal would act on."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}...{text[-15:]}"
    return f"'{printable(short)}'"


def printable(text: str) -> str:
    """Write characters that do not print, or that turn text round, as escapes."""
    return "".join(
        character if character.isprintable() else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return short.get(character) or f"\\u{{{ord(character):04x}}}"


def joined(words: Iterable[str], last: str = "or") -> str:
    """Write a list of words: `a, b or c`."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def near_miss_hint(word: str, known: Iterable[str]) -> str:
    """Write which known word was probably meant; without a near one, which there are."""
    # Imported here because it brings the schema checker along, which a config without mistakes does
    # not need.
    from octoha_templates.schemacheck import did_you_mean

    names = sorted(known)
    near = did_you_mean(word[:80], names)
    if near:
        return f"did you mean `{near}`?"
    return f"known here: {', '.join(names)}" if names else ""
