"""Measures what people wait for: a cold run, a warm pipeline, a thousand stacks in one process.

    make bench        the table; medians, so that one slow run does not count

Nothing here passes or fails: machines differ. The aims in the last column say what would be good.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

from octoha_templates.bicep.parser import parse
from octoha_templates.config.load import Loaded, load
from octoha_templates.pipeline import build, compile_embedded
from octoha_templates.rendering.modules import render_modules
from octoha_templates.validation import validate_template

ROOT: Final = Path(__file__).parent.parent
SAMPLE: Final = ROOT / "samples" / "reference.yaml"
LANGUAGE: Final = ROOT / "tests" / "cases" / "bicep" / "syntax" / "language.bicep"
COLD_RUNS: Final = 15
PARSER_RUNS: Final = 5
WARM_RUNS: Final = 100
STACKS: Final = 1000
MARKS: Final = (100, 500, 1000)
Row = tuple[str, str, str]


def median_seconds(action: Callable[[], object], runs: int) -> float:
    """Run something so many times, and once before that count starts.

    Units: seconds, by the wall clock.
    """
    action()
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def resident_mib() -> float:
    """Say how much memory this process holds now.

    Units: MiB. Source: proc(5), statm; getrusage(2) would give the peak.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return float("nan")
    pages = int(statm.read_text().split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def cold_rows() -> list[Row]:
    """Compare a whole run of the command with the import of its libraries alone."""
    with tempfile.TemporaryDirectory(prefix="octoha-bench-") as folder:
        stack = [sys.executable, "-m", "octoha_templates", "stack", str(SAMPLE), "-o"]
        numbers = iter(range(COLD_RUNS + 1))

        def write_new() -> None:
            _quietly([*stack, f"{folder}/{next(numbers)}"])

        def write_again() -> None:
            _quietly([*stack, f"{folder}/0"])

        imports = median_seconds(
            lambda: _quietly([sys.executable, "-c", "import click, jinja2, jsonschema, yaml"]),
            COLD_RUNS,
        )
        new, again = median_seconds(write_new, COLD_RUNS), median_seconds(write_again, COLD_RUNS)
    help_text = median_seconds(
        lambda: _quietly([sys.executable, "-m", "octoha_templates", "--help"]), COLD_RUNS
    )
    return [
        ("import click, jinja2, jsonschema, yaml", f"{imports * 1000:.0f} ms", ""),
        ("stack, new folder", f"{new * 1000:.0f} ms, {new / imports:.1f}x", "3x the imports"),
        ("stack, folder up to date", f"{again * 1000:.0f} ms, {again / imports:.1f}x", ""),
        ("--help", f"{help_text * 1000:.0f} ms, {help_text / imports:.1f}x", ""),
    ]


def warm_rows(loaded: Loaded) -> list[Row]:
    """Measure render, compile and validate in a process that has done it before."""
    seconds = median_seconds(lambda: build(loaded), WARM_RUNS)
    read = median_seconds(lambda: load(SAMPLE), WARM_RUNS)
    return [
        ("render + compile + validate, warm", f"{1 / seconds:.1f} per second", "50 per second"),
        ("read the config, warm", f"{read * 1000:.1f} ms", ""),
    ]


def compiler_rows(loaded: Loaded) -> list[Row]:
    """Measure the compiler alone: the parser on a megabyte, and a stack whose every module is new to it."""
    text = LANGUAGE.read_text(encoding="utf-8")
    text *= 1_000_000 // len(text) + 1
    parsing = median_seconds(lambda: parse(text, "main.bicep"), PARSER_RUNS)
    rendered = render_modules(loaded.stack)
    files = {module.path: module.text.encode() for module in rendered.modules}
    files |= dict(rendered.scripts)
    numbers = count()

    def compile_new() -> None:
        # A comment at the end makes the text another one, so that no module is remembered.
        mark = f"// {next(numbers)}\n".encode()
        ends = {path: mark if path.endswith(".bicep") else b"" for path in files}
        compile_embedded({path: content + ends[path] for path, content in files.items()})

    new = median_seconds(compile_new, WARM_RUNS)
    known = median_seconds(lambda: compile_embedded(files), WARM_RUNS)
    template = compile_embedded(files).template
    checking = median_seconds(lambda: validate_template(template), WARM_RUNS)
    return [
        ("lexer and parser", f"{len(text) / parsing / 1e6:.1f} MB/s", "1 MB/s"),
        ("compile the stack, all modules new", f"{new * 1000:.0f} ms", "100 ms"),
        ("compile the stack again", f"{known * 1000:.0f} ms", ""),
        ("validate the stack", f"{checking * 1000:.0f} ms", "30 ms"),
    ]


def many_rows() -> list[Row]:
    """Build many stacks that differ, in one process, and watch the memory."""
    rows: list[Row] = []
    start, before = time.perf_counter(), 0
    for number in range(1, STACKS + 1):
        build(load(SAMPLE, settings=[f"name=octo{number}", f"nodes.count={2 + number % 3}"]))
        if number in MARKS:
            took = (time.perf_counter() - start) / (number - before)
            memory = f"{took * 1000:.1f} ms each, {resident_mib():.0f} MiB"
            rows.append((f"stacks {before + 1} to {number}", memory, "the same in every row"))
            start, before = time.perf_counter(), number
    return rows


def _quietly(arguments: list[str]) -> None:
    subprocess.run(arguments, check=True, capture_output=True, cwd=ROOT)  # noqa: S603 - our own


def main() -> None:
    """Print the table."""
    loaded = load(SAMPLE)
    rows = [("", "median", "aim"), *cold_rows(), *warm_rows(loaded)]
    rows += [*compiler_rows(loaded), *many_rows()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
