"""Walks syntax trees: the nodes below a node, in the order they were written.

Trees are no higher than `height.HIGHEST_TREE`, so the walks here may recurse.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from octoha_templates.bicep.syntax import Node

_ALWAYS_PLAIN = frozenset(
    {"start", "end", "operator", "safe", "from_end", "multi_line", "segments"}
)


# The nodes of two large stacks; what is remembered does not grow with the number of files.
_REMEMBERED: Final = 65_536
_STATEMENTS: Final = 2_048


@cache
def _fields(kind: type[Node]) -> tuple[str, ...]:
    """Name the fields of a kind of node that may hold nodes, in source order."""
    names = [field for field in kind.__struct_fields__ if field not in _ALWAYS_PLAIN]
    return tuple(names)


@lru_cache(maxsize=_REMEMBERED)
def children(node: Node) -> tuple[Node, ...]:
    """List the nodes directly below a node, in source order.

    Every pass asks again, and the trees of equal texts are kept, so the answers are remembered.
    """
    found: list[Node] = []
    for field in _fields(type(node)):
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return tuple(found)


@lru_cache(maxsize=_STATEMENTS)
def descendants(node: Node) -> tuple[Node, ...]:
    """List a node and everything below it, parents before children, in source order.

    Several passes look at everything in a statement, so the lists are remembered, too.
    """
    found: list[Node] = []
    pending = [node]
    while pending:
        current = pending.pop()
        found.append(current)
        pending.extend(reversed(children(current)))
    return tuple(found)
