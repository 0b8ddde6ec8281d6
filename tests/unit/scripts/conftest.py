"""What the tests of the PowerShell scripts share: the scripts, parsed.

No PowerShell runs here: the tests read the syntax tree and find what a run on a node would find
too late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from octoha_templates.rendering.modules import read_script

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
# Parts that scripts share are not scripts themselves.
SCRIPTS = sorted(path for path in TEMPLATES.rglob("*.ps1") if "shared" not in path.parts)


def nodes_of(root: Node, *types: str) -> Iterator[Node]:
    """Walk a tree in the order of the text; give the nodes of these types, or all without."""
    if not types or root.type in types:
        yield root
    for child in root.children:
        yield from nodes_of(child, *types)


def text_of(node: Node) -> str:
    """Give the source text of a node."""
    return (node.text or b"").decode()


def name_of(variable: Node) -> str:
    """Give the name of a variable in lower case, without the dollar, braces and scope."""
    name = text_of(variable).lstrip("$@").strip("{}").lower()
    return name.removeprefix("script:")


@dataclass(frozen=True)
class Script:
    """One PowerShell script and its syntax tree."""

    path: Path

    @cached_property
    def data(self) -> bytes:
        """The bytes of the script, with its shared parts, as it is rendered."""
        return read_script(self.path.relative_to(TEMPLATES).as_posix())

    @cached_property
    def text(self) -> str:
        """The text of the file."""
        return self.data.decode("ascii")

    @cached_property
    def tree(self) -> Node:
        """The root of the syntax tree."""
        return Parser(Language(tree_sitter_powershell.language())).parse(self.data).root_node

    @cached_property
    def functions(self) -> dict[str, Node]:
        """The functions of the script by name."""
        return {
            text_of(next(nodes_of(node, "function_name"))): node
            for node in nodes_of(self.tree, "function_statement")
        }

    @cached_property
    def commands(self) -> tuple[Node, ...]:
        """Every command that is called by name."""
        return tuple(node for node in nodes_of(self.tree, "command") if command_name(node))


def command_name(command: Node) -> str:
    """Give the name of a command, or nothing when it is called through a variable."""
    first = command.children[0]
    return text_of(first) if first.type == "command_name" else ""


@pytest.fixture(params=SCRIPTS, ids=lambda path: path.name)
def script(request: pytest.FixtureRequest) -> Script:
    """Every script of the templates, one after the other."""
    return Script(request.param)


@pytest.fixture
def bootstrap() -> Script:
    """The script that makes a node."""
    return Script(ROOT / "templates/octopus/server/scripts/bootstrap-node.ps1")


@pytest.fixture
def prepare() -> Script:
    """The script that prepares a machine to be a node."""
    return Script(ROOT / "templates/octopus/server/scripts/prepare-node.ps1")
