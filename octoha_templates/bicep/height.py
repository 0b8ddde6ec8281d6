"""How high a syntax tree is.

Later stages walk trees by recursion, and Python's stack is short. Nesting is limited while parsing,
but a tree also grows with every link of a chain, `a + b + c`, and brackets inside of chains
multiply.
"""

from __future__ import annotations

from typing import Final

from octoha_templates.bicep.syntax import Node

HIGHEST_TREE: Final = 150
"""How many nodes there may be from a statement down to a leaf."""


def is_too_high(root: Node) -> bool:
    """Say whether a tree is higher than `HIGHEST_TREE`; walks it without recursion."""
    level: list[Node] = [root]
    for _ in range(HIGHEST_TREE):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Node) -> list[Node]:
    """Give the nodes directly below a node."""
    found: list[Node] = []
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return found
