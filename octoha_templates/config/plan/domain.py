"""What the domain controllers add, and how machines reach a domain."""

from __future__ import annotations

from octoha_templates.config.model import Stack
from octoha_templates.config.plan.parts import Contribution


def contribution(stack: Stack) -> Contribution:
    """Say what the domain add to the plan."""
    del stack
    return Contribution()
