"""The command line from outside: results, findings, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

MINIMAL = """\
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admin@example.com}
"""


@dataclass(frozen=True)
class Done:
    """What a run printed and exited with."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `octoha-render` in a folder of its own, as a process of its own."""

    def call(*arguments: str, stdin: str = "", **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "octoha_templates", *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return call


def test_a_stack_is_written_and_then_up_to_date(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(MINIMAL)
    first = run("stack", "stack.yaml")
    assert first.code == 0
    assert "info OCT195" in first.err
    assert "wrote out/main.json" in first.out
    assert "az deployment group what-if" in first.out
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]["main.json"]
    checked = run("stack", "stack.yaml", "--check")
    assert (checked.code, checked.out) == (0, "out is up to date\n")


def test_check_says_what_differs_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(MINIMAL)
    run("stack", "stack.yaml", "-q")
    (tmp_path / "out" / "main.bicep").write_text("mine")
    (tmp_path / "out" / "DEPLOY.md").unlink()
    done = run("stack", "stack.yaml", "--check")
    assert done.code == 1
    assert done.out == "missing out/DEPLOY.md\nchanged out/main.bicep\n"
    assert (tmp_path / "out" / "main.bicep").read_text() == "mine"


def test_diff_shows_the_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(MINIMAL)
    run("stack", "stack.yaml", "-q")
    done = run("stack", "stack.yaml", "--diff", "--set", "nodes.size=Standard_D8s_v5")
    assert done.code == 1
    assert "-param nodeVmSize string = 'Standard_D4s_v5'" in done.out
    assert "+param nodeVmSize string = 'Standard_D8s_v5'" in done.out


def test_a_config_comes_from_standard_input(run: Run, tmp_path: Path) -> None:
    assert run("stack", "-", "-o", "there", stdin=MINIMAL).code == 0
    assert (tmp_path / "there" / "main.bicep").is_file()


def test_without_a_config_the_reference_stack_is_rendered(run: Run, tmp_path: Path) -> None:
    assert run("stack").code == 0
    parameters = json.loads((tmp_path / "out" / "main.parameters.json").read_text())["parameters"]
    assert len(parameters["nodes"]["value"]) == 3


def test_only_the_environments_asked_for_get_parameter_files(run: Run, tmp_path: Path) -> None:
    more = "environments: {test: {nodes: {count: 2}}, prod: {nodes: {count: 4}}}\n"
    (tmp_path / "stack.yaml").write_text(MINIMAL + more)
    assert run("stack", "stack.yaml", "--env", "test").code == 0
    names = sorted(path.name for path in (tmp_path / "out").glob("*.parameters.json"))
    assert names == ["main.parameters.json", "test.parameters.json"]
    wrong = run("stack", "stack.yaml", "--env", "tset")
    assert wrong.code == 1
    assert "did you mean `test`?" in wrong.err


def test_findings_go_to_standard_error_with_the_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(MINIMAL + "nodes: {cout: 3}\n")
    done = run("stack", "stack.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "stack.yaml:5:9: error OCT120: unknown key `cout` in `nodes`\n"
        "    5 | nodes: {cout: 3}\n"
        "      |         ^\n"
        "  hint: did you mean `count`?\n"
    )
    assert not (tmp_path / "out").exists()


def test_findings_are_there_for_machines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(MINIMAL + "nodes: {cout: 3}\n")
    (finding,) = json.loads(run("stack", "stack.yaml", "--report", "json").err)
    assert finding["code"] == "OCT120"
    assert finding["location"] == {"file": "stack.yaml", "line": 5, "column": 9}
    sarif = json.loads(run("stack", "stack.yaml", "--report", "sarif").err)
    (result,) = sarif["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 5,
        "startColumn": 9,
    }
    assert run("stack", "stack.yaml", "--report", "github").err == (
        "::error title=OCT120,file=stack.yaml,line=5,col=9::unknown key `cout` in `nodes`"
        "%0Adid you mean `count`?\n"
    )


def test_colour_is_for_terminals_or_on_request(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text("nodes: 3\n")
    assert "\x1b[" not in run("stack", "stack.yaml").err
    assert "\x1b[" in run("stack", "stack.yaml", "--color", "always").err
    assert "\x1b[" in run("explain", "absent.yaml", "--color", "always").err


def test_a_component_is_a_folder_of_its_own(run: Run, tmp_path: Path) -> None:
    assert run("component", "database/azure-sql", "-o", "sql").code == 0
    assert "Microsoft.Sql/servers@" in (tmp_path / "sql" / "main.bicep").read_text()
    assert run("validate", "sql/main.json").code == 0


def test_an_unknown_component_gets_a_suggestion(run: Run) -> None:
    done = run("component", "database/azuresql")
    assert done.code == 1
    assert "did you mean database/azure-sql?" in done.err


def test_the_list_has_every_component(run: Run) -> None:
    from octoha_templates.rendering.components import COMPONENTS

    assert [line.split()[0] for line in run("list").out.splitlines()] == [c.id for c in COMPONENTS]
    assert [each["id"] for each in json.loads(run("list", "--format", "json").out)] == [
        component.id for component in COMPONENTS
    ]


def test_init_writes_a_config_that_renders(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    assert run("stack", "stack.yaml", "-q").code == 0
    again = run("init")
    assert again.code == 3
    assert "OCT513" in again.err
    assert run("init", "--force").code == 0
    assert (tmp_path / "stack.yaml").read_text() == run("init", "-").out


def test_build_compiles_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text(
        "param name string\noutput greeting string = 'Hello ${name}'\n"
    )
    assert run("build", "a.bicep").code == 0
    written = json.loads((tmp_path / "a.json").read_text())
    assert written["outputs"]["greeting"]["value"] == "[format('Hello {0}', parameters('name'))]"
    assert json.loads(run("build", "a.bicep", "-o", "-").out) == written
    assert json.loads(run("build", "-", stdin=(tmp_path / "a.bicep").read_text()).out) == written


def test_build_compiles_a_parameter_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text("param name string\noutput greeting string = name\n")
    (tmp_path / "b.bicepparam").write_text(
        "using 'a.bicep'\nparam name = readEnvironmentVariable('GREETED')\n"
    )
    done = run("build", "b.bicepparam", "-o", "-", GREETED="Ada")
    assert json.loads(done.out)["parameters"] == {"name": {"value": "Ada"}}


def test_build_names_the_line_of_a_mistake(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text("output x string = absent\n")
    done = run("build", "a.bicep")
    assert done.code == 1
    assert done.err.startswith("a.bicep:1:19: error OCT")
    assert not (tmp_path / "a.json").exists()


def test_validate_names_the_line_in_json(run: Run, tmp_path: Path) -> None:
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                "apiVersion": "2024-11-30",
                "name": "id-x",
                "location": "[resourceGroup().location]",
                "tag": {},
                "properties": {},
            }
        ],
    }
    (tmp_path / "t.json").write_text(json.dumps(template, indent=2))
    done = run("validate", "t.json")
    assert done.code == 1
    assert "t.json:10:7: error" in done.err
    assert "did you mean" in done.err
    sarif = run("validate", "t.json", "--report", "sarif")
    assert json.loads(sarif.out)["version"] == "2.1.0"


def test_explain_tells_of_codes_by_either_name_and_of_configs(run: Run, tmp_path: Path) -> None:
    assert run("explain", "oct120").out.startswith("OCT120: ")
    assert "BCP057" in run("explain", "BCP057").out
    assert run("explain", "no-unused-params").out.startswith("OCT3")
    assert run("explain", "OCT999").code == 2
    (tmp_path / "stack.yaml").write_text(MINIMAL + "nodes: {count: 2}\n")
    out = run("explain", "stack.yaml").out
    assert "nodes.count: 2" in out
    assert "database/azure-sql" in out


def test_schema_shows_types_and_the_schema_of_the_config(run: Run) -> None:
    assert "Microsoft.Network/loadBalancers" in run("schema", "list").out
    assert json.loads(run("schema", "config").out)["$schema"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_completion_script(run: Run, shell: str) -> None:
    assert "_OCTOHA_RENDER_COMPLETE" in run("completion", shell).out


def test_wrong_usage_is_exit_code_two_with_a_suggestion(run: Run) -> None:
    done = run("stakc")
    assert done.code == 2
    assert "Did you mean 'stack'?" in done.err
    assert run("stack", "--no-such-option").code == 2


def test_the_official_compiler_is_asked_for_by_name(run: Run, tmp_path: Path) -> None:
    done = run("stack", "--compiler", "bicep", PATH=str(tmp_path))
    assert done.code == 3
    assert "OCT516" in done.err


def test_the_official_compiler_is_used_and_named_in_the_manifest(run: Run, tmp_path: Path) -> None:
    """A stand-in answers as the official one does; the real one cannot be had in every place."""
    tools = tmp_path / "bin"
    tools.mkdir()
    program = tools / "bicep"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "if sys.argv[1] == '--version':\n"
        "    print('Bicep CLI version 0.46.1 (abcdef)')\n"
        "else:\n"
        "    from octoha_templates.bicep import compile_file\n"
        "    import json\n"
        "    print(json.dumps(compile_file(sys.argv[2]).template))\n"
    )
    program.chmod(0o755)
    assert run("stack", "--compiler", "bicep", PATH=str(tools)).code == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["compiler"] == "bicep 0.46.1"


def test_findings_of_the_official_compiler_keep_their_place(run: Run, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    program = tools / "bicep"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "Bicep CLI version 0.46.1 (abcdef)"; exit; fi\n'
        'echo "$2(3,7) : Error BCP057: The name x does not exist in the current context." >&2\n'
        "exit 1\n"
    )
    program.chmod(0o755)
    done = run("stack", "--compiler", "bicep", PATH=f"{tools}:/usr/bin:/bin")
    assert done.code == 1
    assert done.err.startswith("main.bicep:3:7: error OCT517: BCP057: The name x does not exist")


@pytest.mark.parametrize("command", ["import octoha_templates", "--help", "--version"])
def test_start_is_light(command: str) -> None:
    """What costs time to import is imported by the command that needs it."""
    code = (
        command
        if command.startswith("import")
        else (
            f"import sys; sys.argv = ['octoha-render', {command!r}]\n"
            "from octoha_templates.cli import main\n"
            "try: main()\nexcept SystemExit: pass"
        )
    )
    heavy = "('azure', 'jinja2', 'jsonschema', 'yaml', 'msgspec', 'octoha_templates.bicep')"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nimport sys\nprint([m for m in {heavy} if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_same_bytes_from_anywhere_and_under_any_hash_seed(run: Run, tmp_path: Path) -> None:
    assert run("stack", "-o", "one", PYTHONHASHSEED="1").code == 0
    elsewhere = tmp_path / "else" / "where"
    elsewhere.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "octoha_templates", "stack", "-o", str(tmp_path / "two")],
        cwd=elsewhere,
        env={**os.environ, "PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        check=True,
        capture_output=True,
    )
    one, two = (
        {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


OFFICIAL = (
    "#!{python}\n"
    "import json, sys\n"
    "if '--version' in sys.argv:\n"
    "    print('Bicep CLI version 0.46.1 (abcdef)')\n"
    "else:\n"
    "    from octoha_templates.bicep import compile_file\n"
    "    template = compile_file(sys.argv[2]).template\n"
    "    template['metadata'] = {{'_generator': {{'name': 'bicep'}}}}\n"
    "    {change}\n"
    "    print(json.dumps(template))\n"
)


def _stand_in(folder: Path, change: str = "pass") -> str:
    """Put a program in place of the official compiler, which cannot be had everywhere."""
    program = folder / "bin" / "bicep"
    program.parent.mkdir()
    program.write_text(OFFICIAL.format(python=sys.executable, change=change))
    program.chmod(0o755)
    return str(program.parent)


def test_verify_says_that_both_compilers_agree(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text("output x int = 1\n")
    done = run("build", "a.bicep", "--verify", PATH=_stand_in(tmp_path))
    assert (done.code, done.out) == (0, "a.bicep: equal to what bicep 0.46.1 makes of it\n")
    assert not (tmp_path / "a.json").exists()


def test_verify_shows_where_the_compilers_differ(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text("output x int = 1\n")
    change = "template['outputs']['x']['value'] = 2; template['outputs']['y'] = 3"
    done = run("build", "a.bicep", "--verify", PATH=_stand_in(tmp_path, change))
    assert done.code == 1
    assert done.out == "outputs.x.value: 1 here, 2 there\noutputs.y: only there\n"


def test_verify_wants_the_official_compiler(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bicep").write_text("output x int = 1\n")
    done = run("build", "a.bicep", "--verify", PATH=str(tmp_path))
    assert done.code == 3
    assert "OCT516" in done.err


def test_build_warns_of_what_the_schema_of_a_resource_does_not_know(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.bicep").write_text(
        "resource i 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {\n"
        "  name: 'id-x'\n"
        "  location: resourceGroup().location\n"
        "  tag: {}\n"
        "  properties: {}\n"
        "}\n"
        "resource other 'Contoso.Something/things@2024-01-01' = {\n"
        "  name: 'x'\n"
        "}\n"
    )
    done = run("build", "a.bicep")
    assert done.code == 0
    assert "a.bicep:4:3: warning OCT403" in done.err
    assert "Contoso" not in done.err
    assert (tmp_path / "a.json").is_file()


@pytest.mark.parametrize("command", ["build", "validate"])
def test_findings_name_the_file_as_it_was_typed(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.bicep").write_text("output x string = absent\n")
    done = run(command, "deep/a.bicep")
    assert done.code == 1
    assert done.err.startswith("deep/a.bicep:1:19: error OCT")
    assert "    1 | output x string = absent" in done.err
