"""What modules were compiled to, for the next compilation of the same files.

A stack is rendered over and over while somebody works on it, and most of its modules stay as they are.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from octoha_templates.bicep.files import Reader
from octoha_templates.bicep.model import FileModel, ModuleTemplate

_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """A compiled module.

    Attributes:
        reads: The path and content of every file that was read for it.
        model: What it was compiled from.
        packed: Its ARM JSON, out of reach of who changes a template that was given out.
        module: The rest of it.
    """

    reads: tuple[tuple[str, bytes], ...]
    model: FileModel
    packed: bytes
    module: ModuleTemplate

    @property
    def template(self) -> ModuleTemplate:
        """Give the module with a template of its own."""
        return replace(self.module, template=marshal.loads(self.packed))  # noqa: S302 - our own bytes


def kept(reads: Iterable[tuple[str, bytes]], model: FileModel, template: ModuleTemplate) -> Kept:
    """Pack a compiled module."""
    packed = marshal.dumps(template.template)
    return Kept(tuple(reads), model, packed, replace(template, template={}))


@dataclass(slots=True)
class _Memory:
    """The modules compiled last, by path and text; the oldest goes when there are too many."""

    _modules: dict[tuple[str, str], Kept] = field(default_factory=dict)

    def find(self, path: str, text: str, read: Reader) -> Kept | None:
        """Give what a module was compiled to; None when it, or a file it loads, is another one now."""
        found = self._modules.get((path, text))
        if found is None or not all(_is_same(read, *each) for each in found.reads):
            return None
        return found

    def keep(self, path: str, text: str, module: Kept) -> None:
        """Remember what a module was compiled to."""
        self._modules.pop((path, text), None)
        self._modules[path, text] = module
        while len(self._modules) > _MOST:
            del self._modules[next(iter(self._modules))]


def _is_same(read: Reader, path: str, content: bytes) -> bool:
    try:
        return read(path) == content
    except OSError:
        return False


KEPT: Final = _Memory()
