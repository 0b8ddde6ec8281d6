"""The T-SQL inside the scripts: it parses, and names reach it through the server's own quoting."""

from __future__ import annotations

import re

import pytest
import sqlfluff

from .conftest import SCRIPTS, Script

# A here-string that begins with one of these is T-SQL.
_BEGINS = ("ALTER", "BACKUP", "CREATE", "DECLARE", "EXEC", "IF", "MERGE", "SELECT", "SET", "USE")
_HERE_STRING = re.compile(r"@'\n(.*?)\n'@", re.DOTALL)


# Scripts put these into a statement before they send it.
_PLACES = {"#KIND#": "DATABASE", "#DATABASE#": "Octopus"}


# The grammar knows no backups, so they are held to a form of their own and taken out.
_BACKUP = re.compile(
    r"^BACKUP (DATABASE|LOG) \[\w+\] TO DISK = @\w+ WITH [A-Z]+(, [A-Z]+)*;$", re.MULTILINE
)


def _filled(statement: str) -> str:
    for place, word in _PLACES.items():
        statement = statement.replace(place, word)
    return _BACKUP.sub("", statement)


def _statements(script: Script) -> list[str]:
    found = (match.strip() for match in _HERE_STRING.findall(script.text))
    return [text for text in found if text.split(None, 1)[0] in _BEGINS]


STATEMENTS = [
    pytest.param(statement, id=f"{path.stem}-{number}")
    for path in SCRIPTS
    for number, statement in enumerate(_statements(Script(path)), start=1)
]


def test_there_is_sql_to_look_at() -> None:
    assert len(STATEMENTS) > 10


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement_parses(statement: str) -> None:
    sqlfluff.parse(_filled(statement), dialect="tsql")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_names_are_quoted_by_the_server(statement: str) -> None:
    """A value next to a piece of SQL text goes through QUOTENAME, so that it cannot end a name or a string."""
    joined = re.findall(r"' \+ (@\w+)|(@\w+) \+ N?'", statement)
    bare = {name for pair in joined for name in pair if name}
    # What the script itself has checked, or has quoted one line before.
    assert bare <= {
        "@collation",
        "@change",
        "@secret",
        "@sid",
        "@create",
        "@inside",
        "@database",
        "@folder",
    }


def test_a_statement_that_is_none_does_not_parse() -> None:
    with pytest.raises(sqlfluff.api.simple.APIParsingError):
        sqlfluff.parse("SELECT FROM WHERE x IN; IF a BEGIN", dialect="tsql")
