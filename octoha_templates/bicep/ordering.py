"""Sorts names the way the official compiler does: by the rules of a culture, not by code points.

It sorts dependencies and imported names with .NET's default comparison, in which `_` and
punctuation come before digits, digits before letters, and capitals matter only between names that
are otherwise equal.
"""

from __future__ import annotations

from typing import Final

_PUNCTUATION: Final = {
    character: index for index, character in enumerate("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$")
}


def culture_key(text: str) -> tuple[tuple[int, ...], str]:
    """Make a sort key for a name.

    Returns:
        First the letters without regard to case, then the case, small letters first.
    """
    folded = tuple(_PUNCTUATION.get(character, ord(character) + 100) for character in text.lower())
    return folded, text.swapcase()
