"""Compiling again what stays the same: files that change, vanish or need each other are never mistaken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from octoha_templates.bicep import compile_file, compile_text
from octoha_templates.errors import BicepError

MAIN = "module inner 'inner.bicep' = {\n  name: 'inner'\n}\n"
INNER = "output text string = loadTextContent('text.txt')\n"


def _compile(files: dict[str, str]) -> dict[str, Any]:
    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path].encode()

    return compile_text(files["main.bicep"], read=read).template


def _inner(template: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = template["resources"][0]["properties"]["template"]
    return nested


def test_a_file_that_a_module_loads_is_read_anew() -> None:
    files = {"main.bicep": MAIN, "inner.bicep": INNER, "text.txt": "one"}
    first = _inner(_compile(files))
    second = _inner(_compile(files | {"text.txt": "two"}))
    assert "one" in str(first)
    assert "two" in str(second)
    assert "one" not in str(second)
    assert _inner(_compile(files)) == first


def test_a_module_that_changes_is_compiled_anew() -> None:
    files = {"main.bicep": MAIN, "inner.bicep": "output x int = 1\n"}
    _compile(files)
    changed = _inner(_compile(files | {"inner.bicep": "output x int = 2\n"}))
    assert changed["outputs"]["x"]["value"] == 2


@pytest.mark.parametrize("gone", ["inner.bicep", "text.txt"])
def test_a_file_that_vanishes_is_a_finding(gone: str) -> None:
    files = {"main.bicep": MAIN, "inner.bicep": INNER, "text.txt": "one"}
    _compile(files)
    del files[gone]
    with pytest.raises(BicepError) as caught:
        _compile(files)
    assert {finding.code for finding in caught.value.diagnostics} == {"OCT340"}


def test_warnings_of_a_module_are_reported_each_time() -> None:
    files = {"main.bicep": MAIN, "inner.bicep": "param unused string = ''\n"}

    def read(path: str) -> bytes:
        return files[path].encode()

    first, second = (compile_text(MAIN, read=read).diagnostics for _ in range(2))
    assert [finding.code for finding in first] == ["OCT360"]
    assert second == first


def test_changing_a_template_that_was_given_out_changes_no_other() -> None:
    files = {"main.bicep": MAIN, "inner.bicep": "output x int = 1\n"}
    for _ in range(3):
        template = _compile(files)
        assert _inner(template)["outputs"]["x"]["value"] == 1
        _inner(template).clear()


def test_modules_that_need_each_other_are_a_finding() -> None:
    files = {
        "main.bicep": "module a 'a.bicep' = {\n  name: 'a'\n}\n",
        "a.bicep": "module b 'b.bicep' = {\n  name: 'b'\n}\n",
        "b.bicep": "module a 'a.bicep' = {\n  name: 'a'\n}\n",
    }
    for _ in range(2):
        with pytest.raises(BicepError) as caught:
            _compile(files)
        assert "OCT342" in {finding.code for finding in caught.value.diagnostics}


def test_ten_thousand_parameters_compile(tmp_path: Path) -> None:
    file = tmp_path / "main.bicep"
    file.write_text("".join(f"param p{number} string\n" for number in range(10_000)))
    assert len(compile_file(file).template["parameters"]) == 10_000


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\x00" * 100, bytes(range(256)), b"{[(" * 50_000]
)
def test_arbitrary_bytes_are_a_finding(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "main.bicep"
    file.write_bytes(content)
    with pytest.raises(BicepError) as caught:
        compile_file(file)
    assert caught.value.diagnostics
