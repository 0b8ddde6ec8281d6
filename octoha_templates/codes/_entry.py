"""The shape of a catalogue entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    Attributes:
        code: `OCT` and three digits.
        title: A few words; a heading.
        meaning: What was found and why it matters, in full sentences.
        example: Input that shows it.
        instead: What to write in its place; empty when the meaning says it.
        sources: Documentation pages or schemas behind it.
        bcp: The official Bicep compiler's code for the same finding, where there is one.
    """

    code: str
    title: str
    meaning: str
    example: str = ""
    instead: str = ""
    sources: tuple[str, ...] = ()
    bcp: str = ""
