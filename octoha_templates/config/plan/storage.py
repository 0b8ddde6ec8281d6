"""What file servers add; a share by private endpoint is with the nodes."""

from __future__ import annotations

from octoha_templates.config.model import Stack
from octoha_templates.config.plan.parts import Contribution


def contribution(stack: Stack) -> Contribution:
    """Say what the shared folders add to the plan."""
    del stack
    return Contribution()
