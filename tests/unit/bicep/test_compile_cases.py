"""The files under cases/bicep that are compiled: what they give, and what is wrong with the bad ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from octoha_templates.bicep import (
    CompileResult,
    ParametersResult,
    compile_file,
    compile_params_file,
    compile_text,
)
from octoha_templates.codes import Code
from octoha_templates.codes.bicep_checks import CHECK_CODES
from octoha_templates.diagnostics import Diagnostic
from octoha_templates.errors import BicepError

CASES = Path(__file__).parents[2] / "cases" / "bicep"
OK = sorted((CASES / "ok").glob("*/main.bicep"))
PARAMETERS = sorted((CASES / "ok").glob("*/main.bicepparam"))
BAD = [
    path for path in sorted((CASES / "bad").glob("*/findings.txt")) if "syntax-" not in str(path)
]


def written(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Write findings the way the expected files have them."""
    lines: list[str] = []
    for item in diagnostics:
        lines.append(str(item))
        if item.hint:
            lines.append(f"  hint: {item.hint}")
    return "\n".join(lines) + "\n" if lines else ""


def with_fixed_version(value: Any) -> Any:
    """Put a fixed text in the place of this package's version."""
    if isinstance(value, dict):
        fixed = {key: with_fixed_version(item) for key, item in value.items()}
        if fixed.get("name") == "octoha-templates":
            fixed["version"] = "VERSION"
        return fixed
    return [with_fixed_version(item) for item in value] if isinstance(value, list) else value


def compiled(path: Path) -> CompileResult | ParametersResult:
    """Compile a file of either kind."""
    is_parameters = path.suffix == ".bicepparam"
    return compile_params_file(path, environment={}) if is_parameters else compile_file(path)


@pytest.mark.parametrize("path", OK, ids=lambda path: path.parent.name)
def test_a_file_compiles_to_its_template_key_for_key_and_in_order(path: Path) -> None:
    expected = path.with_name("main.json").read_text(encoding="utf-8")
    template = with_fixed_version(compile_file(path).template)
    assert json.dumps(template, indent=2, ensure_ascii=False) + "\n" == expected


@pytest.mark.parametrize("path", OK, ids=lambda path: path.parent.name)
def test_a_file_has_the_warnings_it_is_known_for(path: Path) -> None:
    expected = path.with_name("findings.txt")
    wanted = expected.read_text(encoding="utf-8") if expected.is_file() else ""
    assert written(compile_file(path).diagnostics) == wanted


@pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: path.parent.name)
def test_a_parameter_file_compiles_to_its_parameters(path: Path) -> None:
    expected = path.with_name("parameters.json").read_text(encoding="utf-8")
    result = compile_params_file(path, environment={})
    assert json.dumps(result.parameters, indent=2) + "\n" == expected
    assert result.diagnostics == ()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.parent.name)
def test_every_error_of_a_bad_file_is_reported_in_one_run(path: Path) -> None:
    parameters = path.with_name("main.bicepparam")
    with pytest.raises(BicepError) as caught:
        compiled(parameters if parameters.is_file() else path.with_name("main.bicep"))
    assert written(caught.value.diagnostics) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OK, ids=lambda path: path.parent.name)
def test_compiling_twice_gives_the_same_text_and_places(path: Path) -> None:
    first, second = compile_file(path), compile_file(path)
    assert json.dumps(first.template) == json.dumps(second.template)
    assert list(first.source_map.items()) == list(second.source_map.items())


@pytest.mark.parametrize("path", OK, ids=lambda path: path.parent.name)
def test_every_path_of_the_source_map_is_in_the_template(
    path: Path, at_path: Callable[[Any, str], Any]
) -> None:
    result = compile_file(path)
    assert result.source_map
    for place in result.source_map:
        at_path(result.template, place)


def shown_codes() -> set[str]:
    """Collect the codes that the expected files show."""
    texts = [path.read_text(encoding="utf-8") for path in CASES.glob("*/*/findings.txt")]
    return {code.code for code in CHECK_CODES if any(f" {code.code}: " in text for text in texts)}


@pytest.mark.parametrize("entry", CHECK_CODES, ids=lambda entry: entry.code)
def test_every_code_is_shown_by_a_case(entry: Code) -> None:
    assert entry.code in shown_codes() | {"OCT350"}


def test_too_deep_a_file_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("octoha_templates.bicep.compiler.emit", deep)
    with pytest.raises(BicepError) as caught:
        compile_text("output a string = 'x'\n")
    assert [item.code for item in caught.value.diagnostics] == ["OCT350"]
