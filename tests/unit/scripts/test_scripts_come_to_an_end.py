"""No script waits for ever, passes over an error, or leaves what it waits for unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tree_sitter import Node

from .conftest import Script, command_name, nodes_of, text_of
from .test_powershell_scripts import function_around

LOOPS = ("while_statement", "do_statement", "for_statement")
# A loop ends at a time, after so many tries, or with what it goes through.
ENDS = (
    re.compile(r"\[DateTime\]::UtcNow -lt \$(deadline|\w+Deadline)\b"),
    re.compile(r"\$(attempt|index|number|i)\b -l[te] "),
    # To the end of a file, and down the chain of reasons of an error.
    re.compile(r"\$stream\.Position -lt \$stream\.Length"),
    re.compile(r"\$null -ne \$failure\b"),
)
# What may find nothing: a question, and the removal of what was only there for a while.
ASKS = ("Get-",)
CLEANS_UP = frozenset({"Remove-Item", "Unregister-ScheduledTask"})


def conditions(script: Script) -> Iterator[tuple[Node, str]]:
    """Give every loop that is no foreach, with its condition."""
    for loop in nodes_of(script.tree, *LOOPS):
        kinds = ("while_condition", "for_condition")
        found = [child for child in loop.children if child.type in kinds]
        yield loop, " ".join(map(text_of, found))


def around(node: Node, *types: str) -> Node | None:
    """Give the nearest node of these types that a node stands in."""
    current = node.parent
    while current is not None and current.type not in types:
        current = current.parent
    return current


def test_every_loop_has_an_end(script: Script) -> None:
    endless = [
        f"{loop.start_point.row + 1}: {condition}"
        for loop, condition in conditions(script)
        if not any(end.search(condition) for end in ENDS)
        # Tries again until the number of tries or the time is over, and then throws.
        and function_around(loop) != "Invoke-WithRetry"
    ]

    assert endless == []


def test_what_is_tried_again_has_a_limit_and_a_name(script: Script) -> None:
    if "Invoke-WithRetry" not in script.functions:
        pytest.skip("the script tries nothing twice")
    body = text_of(script.functions["Invoke-WithRetry"])

    assert "if ($attempt -ge $Attempts -or [DateTime]::UtcNow -gt $deadline) {" in body
    assert re.search(r'throw "\$What failed', body)
    for call in script.commands:
        if command_name(call) == "Invoke-WithRetry":
            assert re.search(r"-What ['\"$]", text_of(call)), text_of(call)[:80]


def test_script_sleeps_a_minute_at_most_before_it_looks_again(script: Script) -> None:
    for call in script.commands:
        if command_name(call) == "Start-Sleep":
            seconds = re.search(r"-Seconds (\d+|\$DelaySeconds)$", text_of(call))
            assert seconds, text_of(call)
            assert seconds[1] == "$DelaySeconds" or int(seconds[1]) <= 60


def test_who_waits_until_a_time_says_for_what_when_it_is_over(script: Script) -> None:
    for loop, condition in conditions(script):
        if "deadline" in condition.lower():
            body = text_of(script.functions[function_around(loop)])
            assert re.search(r"throw (\"|')[^\n]*(within|minutes|did not|not end)", body), condition


def test_every_caught_error_is_thrown_on_told_or_answered(script: Script) -> None:
    silent = [
        f"{clause.start_point.row + 1}"
        for clause in nodes_of(script.tree, "catch_clause")
        if not any(nodes_of(clause, "flow_control_statement", "command", "assignment_expression"))
    ]

    assert silent == []


def test_only_questions_and_cleaning_up_pass_over_an_error(script: Script) -> None:
    wrong = []
    for command in script.commands:
        own = "".join(
            text_of(child) for child in command.children if child.type == "command_elements"
        )
        name = command_name(command)
        if not re.search(r"-ErrorAction (SilentlyContinue|Ignore|0)\b", own):
            continue
        if name.startswith(ASKS):
            continue
        if name not in CLEANS_UP or around(command, "finally_clause", "catch_clause") is None:
            wrong.append(f"{command.start_point.row + 1}: {text_of(command)}")

    assert wrong == []
    assert "$ErrorActionPreference = 'SilentlyContinue'" not in script.text


def test_script_that_fails_says_so_to_azure(script: Script) -> None:
    """What runs by itself ends in one place that catches everything, logs it and ends with a code."""
    *_, last = [
        node for node in nodes_of(script.tree, "try_statement") if function_around(node) == ""
    ]
    (clause,) = nodes_of(last, "catch_clause")
    endings = [text_of(node) for node in nodes_of(clause, "flow_control_statement")]

    assert endings
    assert all(re.match(r"throw\b|exit [1-9]", ending) for ending in endings)
