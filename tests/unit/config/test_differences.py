"""`explain` shows what a config says beside the defaults, and nothing else."""

from __future__ import annotations

from octoha_templates.config.differences import differences
from octoha_templates.config.load import load_stack

# What the embedded reference stack says for itself.
NEEDED = {
    "octopus.version",
    "octopus.host_name",
    "octopus.administrator.email",
    "tags",
    "monitoring.alert_emails",
}


def _keys(*settings: str) -> set[str]:
    return {key for key, _ in differences(load_stack(settings=settings))} - NEEDED


def test_values_that_are_the_defaults_are_left_out() -> None:
    assert _keys("nodes.count=3", "network.access=[]") == set()


def test_another_kind_is_named_with_what_differs_from_its_own_defaults() -> None:
    asked = "load_balancer={kind: f5-big-ip, license: hourly, interfaces: 3, tls: bridge}"

    assert _keys(asked, "network.access=[]") == {"load_balancer.kind", "load_balancer.interfaces"}


def test_entries_of_a_list_are_named_by_their_place() -> None:
    asked = "network.access=[{kind: bastion}, {kind: jump-box, idle_minutes: 30}]"

    assert _keys(asked) == {
        "network.access.0.kind",
        "network.access.1.kind",
        "network.access.1.idle_minutes",
    }
