"""Bad input and bad surroundings: a finding, the right exit code, nothing half-written."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from octoha_templates.bicep import compile_text
from octoha_templates.config.load import load, load_text
from octoha_templates.errors import ConfigError
from octoha_templates.pipeline import Bundle, build

MINIMAL = """\
octopus:
  version: 2026.3.12345
  host_name: octopus.example.com
  administrator: {email: admin@example.com}
"""


def _run(
    folder: Path, *arguments: str, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "octoha_templates", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("content", "code", "finding"),
    [
        (b"", 1, "is empty"),
        (b"\n# only a comment\n", 1, "is empty"),
        (b"octopus: [unclosed\n", 1, "stack.yaml:"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\xff\xfe", 1, "stack.yaml"),
        (b"\x00\x01\x02", 1, "stack.yaml"),
        (b"just words\n", 1, "stack.yaml:1:1"),
        (MINIMAL.encode() + b"database: {kind: azuresql}\n", 1, "azure-sql"),
        (MINIMAL.encode() + b"databse: {}\n", 1, "did you mean `database`?"),
        (MINIMAL.encode() + b'nodes: {count: "3"}\n', 1, "stack.yaml:5:16"),
        (MINIMAL.encode() + b"nodes: {count: 3}\nnodes: {count: 4}\n", 1, "stack.yaml:6:1"),
    ],
)
def test_a_bad_config_is_a_finding(tmp_path: Path, content: bytes, code: int, finding: str) -> None:
    (tmp_path / "stack.yaml").write_bytes(content)
    done = _run(tmp_path, "stack", "stack.yaml")
    assert (done.returncode, done.stdout) == (code, b"")
    assert finding in done.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["stack.yaml"]


def test_a_missing_config_is_a_finding(tmp_path: Path) -> None:
    done = _run(tmp_path, "stack", "nope.yaml")
    assert done.returncode == 3
    assert done.stderr.decode().startswith("nope.yaml: error OCT117")


def test_a_config_of_100_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "stack.yaml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    done = _run(tmp_path, "stack", "stack.yaml")
    assert done.returncode == 1
    assert "OCT110" in done.stderr.decode()


def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    """The kernel refuses files in /proc to everybody, root included."""
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc here")
    done = _run(tmp_path, "stack", "-o", "/proc/octoha")
    assert done.returncode == 3
    assert "OCT511" in done.stderr.decode()


def test_a_full_disk_leaves_the_old_folder(tmp_path: Path) -> None:
    assert _run(tmp_path, "stack", "-q").returncode == 0
    before = _tree(tmp_path)

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-m", "octoha_templates", "stack", "--set", "nodes.count=2"],
        cwd=tmp_path,
        preexec_fn=no_room,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3
    assert b"OCT511" in done.stderr
    assert b"Traceback" not in done.stderr
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("step", ["_carry_over", "_put_in_place", "_flush_folder"])
def test_a_killed_run_leaves_the_old_folder_or_the_new_one(tmp_path: Path, step: str) -> None:
    assert _run(tmp_path, "stack", "-q").returncode == 0
    before = _tree(tmp_path / "out")
    killed = (
        "import os, signal, sys\n"
        "from octoha_templates import folders\n"
        f"setattr(folders, {step!r}, lambda *_: os.kill(os.getpid(), signal.SIGKILL))\n"
        "sys.argv = ['octoha-render', 'stack', '--set', 'nodes.count=2']\n"
        "from octoha_templates.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    after = _tree(tmp_path / "out")
    assert _run(tmp_path, "stack", "--set", "nodes.count=2", "-q").returncode == 0
    new = _tree(tmp_path / "out")
    assert after in (before, new)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_reader_that_goes_away_is_no_bug(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "octoha_templates", "stack", "--diff"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said
    assert b"BrokenPipe" not in said


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


HOSTILE = [
    "it's",
    "${uniqueString(resourceGroup().id)}",
    "{{ stack }}",
    "{% raise %}",
    "[concat('a', 'b')]",
    "[[x]",
    "'''",
    "$(Remove-Item C:\\)",
    "`whoami`",
    "a\\'b",
    "\u05d0\u05d1",
    '"; drop',
    "| pipe | <script> & # * _",
    "x" * 256,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:24])
def test_a_hostile_tag_ends_up_as_data_everywhere(text: str) -> None:
    bundle = build(load_text(MINIMAL + f"tags: {json.dumps({'note': text}, ensure_ascii=False)}\n"))
    assert _tag_in_template(bundle) == text
    written = json.loads(bundle.files["main.parameters.json"])
    assert written["parameters"]["tags"]["value"] == {"note": text}
    assert _tag_in_parameter_file(bundle) == text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:24])
@pytest.mark.parametrize(
    "key",
    [
        "name",
        "location",
        "octopus.version",
        "octopus.host_name",
        "octopus.administrator.username",
        "octopus.administrator.email",
        "octopus.installer.base_url",
        "octopus.installer.sha256",
        "network.address_space",
        "nodes.size",
        "nodes.admin_username",
        "nodes.time_zone",
        "nodes.image.publisher",
        "nodes.image.sku",
        "database.database_name",
        "database.sku",
        "storage.share_name",
        "load_balancer.private_ip_address",
    ],
)
def test_hostile_text_elsewhere_is_refused_or_data(tmp_path: Path, key: str, text: str) -> None:
    """Names and addresses have an alphabet, so a finding is right; nothing may get out of its place."""
    (tmp_path / "stack.yaml").write_text(MINIMAL)
    setting = f"{key}={json.dumps(text, ensure_ascii=False)}"
    try:
        loaded = load(tmp_path / "stack.yaml", settings=[setting])
    except ConfigError as error:
        codes = {finding.code for finding in error.diagnostics if finding.is_error}
    else:
        codes = {"data"}
        assert text in json.dumps(build(loaded).parameters["main"], ensure_ascii=False)
    assert codes
    assert all(code == "data" or code.startswith("OCT1") for code in codes)


def _tag_in_template(bundle: Bundle) -> str:
    value: str = bundle.template["parameters"]["tags"]["defaultValue"]["note"]
    return value[1:] if value.startswith("[[") and value.endswith("]") else value


def _tag_in_parameter_file(bundle: Bundle) -> str:
    lines = bundle.files["main.bicepparam"].decode().split("\n")
    start = lines.index("param tags = {")
    end = lines.index("}", start)
    literal = "\n".join(["param tags object = {", *lines[start + 1 : end + 1]])
    read = compile_text(literal).template["parameters"]["tags"]["defaultValue"]["note"]
    return str(read[1:]) if read.startswith("[[") and read.endswith("]") else str(read)
