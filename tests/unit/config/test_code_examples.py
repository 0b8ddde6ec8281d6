"""What the catalogue shows as an example gives the finding, and what it advises does not."""

from __future__ import annotations

import pytest
import yaml

from octoha_templates.codes import CATALOGUE, Code
from octoha_templates.config.load import load_text
from octoha_templates.errors import ConfigError

REQUIRED = {
    "version": "2026.3.12345",
    "host_name": "octopus.example.com",
    "administrator": {"email": "a@example.com"},
}
# A config of its own: what is required cannot stand beside it.
ALONE = {"OCT101", "OCT102", "OCT114", "OCT121"}
ENTRIES = [entry for code, entry in CATALOGUE.items() if code.startswith(("OCT1", "OCT6", "OCT74"))]
WITH_EXAMPLE = [one for one in ENTRIES if one.example]
WITH_ADVICE = [one for one in ENTRIES if one.instead.count("\n") and one.code != "OCT177"]


def codes_of(text: str, *settings: str) -> set[str]:
    """Load a config and list the codes of what is found."""
    try:
        return {finding.code for finding in load_text(text, settings=settings).warnings}
    except ConfigError as error:
        return {finding.code for finding in error.diagnostics}


def completed(text: str) -> str:
    """Put what is required beside an example, as text, so that it stays as it is written."""
    given = {}
    if text.startswith("octopus:"):
        given = yaml.safe_load(text)["octopus"]
        text = "\n".join(line for line in text.splitlines() if not _is_of_octopus(line, text))
    return f"octopus: {yaml.safe_dump({**REQUIRED, **given}, default_flow_style=True)}{text}\n"


def _is_of_octopus(line: str, text: str) -> bool:
    before = text[: text.index(line)].splitlines()
    tops = [one for one in [*before, line] if one and not one.startswith(" ")]
    return tops[-1] == "octopus:"


def shown_by(entry: Code, text: str) -> set[str]:
    """List the codes that a text of the catalogue gives."""
    if text.startswith("--set "):
        return codes_of(completed(""), text.removeprefix("--set "))
    return codes_of(text + "\n" if entry.code in ALONE else completed(text))


@pytest.mark.parametrize("entry", WITH_EXAMPLE, ids=lambda entry: entry.code)
def test_the_example_of_a_code_gives_that_code(entry: Code) -> None:
    assert entry.code in shown_by(entry, entry.example)


@pytest.mark.parametrize("entry", WITH_ADVICE, ids=lambda entry: entry.code)
def test_what_a_code_advises_does_not_give_it(entry: Code) -> None:
    assert entry.code not in shown_by(entry, entry.instead)
