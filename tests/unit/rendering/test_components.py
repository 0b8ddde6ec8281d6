"""Which components there are, which a stack gets, and what they are called."""

from __future__ import annotations

import pytest

from octoha_templates._resources import data_folder
from octoha_templates.config.load import load_stack
from octoha_templates.errors import RenderError
from octoha_templates.rendering.components import (
    COMPONENTS,
    Component,
    components_of,
    get_component,
    kind_of,
    kinds_of,
)


def _ids(*settings: str) -> list[str]:
    return [component.id for component in components_of(load_stack(settings=settings))]


def test_reference_stack_has_every_component_in_order() -> None:
    order = [component.id for component in COMPONENTS]

    assert _ids() == [component for component in order if component in _ids()]
    assert {"network/new", "nodes/virtual-machines", "octopus/server"} <= set(_ids())


def test_component_comes_after_those_whose_outputs_it_reads() -> None:
    order = _ids()

    for first, later in [
        ("identity/managed-identity", "key-vault/new"),
        ("network/new", "key-vault/new"),
        ("key-vault/new", "storage/azure-files"),
        ("load-balancer/azure-load-balancer", "nodes/virtual-machines"),
        ("database/azure-sql", "octopus/server"),
        ("nodes/virtual-machines", "octopus/server"),
        ("nodes/virtual-machines", "backup/recovery-services"),
        ("nodes/virtual-machines", "monitoring/alerts"),
    ]:
        assert order.index(first) < order.index(later)


def test_stack_without_ways_in_has_no_bastion() -> None:
    assert "access/bastion" not in _ids("network.access=[]")


def test_stack_without_backup_has_no_vault_for_it() -> None:
    assert "backup/recovery-services" not in _ids("backup={kind: none}")


def test_kinds_are_the_words_of_the_config() -> None:
    stack = load_stack()

    assert kind_of(stack.database) == "azure-sql"
    assert kind_of(stack.backup) == "recovery-services"
    assert kinds_of(stack)["load_balancer"] == "azure-load-balancer"
    assert kinds_of(stack)["outbound"] == "nat-gateway"


def test_names_of_components_and_of_their_modules_are_unique() -> None:
    assert len({component.id for component in COMPONENTS}) == len(COMPONENTS)
    for settings in ((), ("network.access=[]",)):
        modules = [component.module for component in components_of(load_stack(settings=settings))]
        assert len(set(modules)) == len(modules)


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.id)
def test_component_has_its_fragment_and_scripts(component: Component) -> None:
    found = get_component(component.id)
    folder = data_folder("templates")

    assert (folder / found.fragment).is_file()
    for script in found.scripts:
        assert (folder / found.id / "scripts" / script).is_file()


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.id)
def test_description_is_one_sentence(component: Component) -> None:
    description = component.description

    assert description.endswith(".")
    assert ". " not in description


def test_module_is_named_after_what_tells_it_apart() -> None:
    assert get_component("network/new").module == "modules/network.bicep"
    assert get_component("database/azure-sql").module == "modules/azure-sql.bicep"


def test_unknown_component_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RenderError) as raised:
        get_component("database/azuresql")
    (finding,) = raised.value.diagnostics

    assert finding.code == "OCT201"
    assert finding.message == "there is no component 'database/azuresql'"
    assert finding.hint == (
        "did you mean database/azure-sql? `octoha-render list` shows all of them"
    )


def test_unknown_component_far_from_all_names_gets_the_list_only() -> None:
    with pytest.raises(RenderError) as raised:
        get_component("zzz")

    assert raised.value.diagnostics[0].hint == "`octoha-render list` shows all of them"
