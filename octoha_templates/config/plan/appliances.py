"""What the load balancer appliances add: their interfaces and their own protocols."""

from __future__ import annotations

from octoha_templates.config.model import Stack
from octoha_templates.config.plan.parts import Contribution


def contribution(stack: Stack) -> Contribution:
    """Say what the load balancer appliances add to the plan."""
    del stack
    return Contribution()
