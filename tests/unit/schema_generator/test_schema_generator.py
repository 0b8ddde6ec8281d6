"""The parts of the schema generator, on packages made for the test."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from tools.schemas import classic_models
from tools.schemas.emit import EXPRESSION, Emitter
from tools.schemas.exceptions import Exceptions
from tools.schemas.operations import put_operations
from tools.schemas.resource_types import fixed_names, is_literal, matches, resource_url, sections
from tools.schemas.shapes import Choice, ListOf, Model, ModelRef, Number, Operation, Property, Text
from tools.schemas.wire import model_from_json, model_to_json

GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{group}"
PLAIN = Exceptions(frozenset(), {}, {}, {}, {}, {})

OPERATIONS = """
def build_sites_create_or_update_request(name, **kwargs):
    api_version = kwargs.pop("api_version", _params.pop("api-version", "2025-01-01"))
    _url = "%s/providers/Contoso.Portal/sites/{name}"
    return HttpRequest(method="PUT", url=_url)

def build_sites_get_request(name, **kwargs):
    api_version = kwargs.pop("api_version", "2025-01-01")
    _url = "%s/providers/Contoso.Portal/sites/{name}"
    return HttpRequest(method="GET", url=_url)

class SitesOperations:
    def create_or_update(
        self, kind: Union[str, "_models.SiteKind"], site: Union["_models.Site", IO[bytes]]
    ):
        _request = build_sites_create_or_update_request(name=1)

    def get(self, name: str) -> "_models.Site":
        _request = build_sites_get_request(name=1)
"""


def test_put_operations_are_found_with_version_and_model(tmp_path: Path) -> None:
    folder = tmp_path / "azure" / "mgmt" / "portal" / "operations"
    folder.mkdir(parents=True)
    text = OPERATIONS.replace("%s", GROUP)
    (folder / "_sites_operations.py").write_text(text, "utf-8")
    assert put_operations(tmp_path, "azure.mgmt.portal") == (
        Operation(
            f"{GROUP}/providers/Contoso.Portal/sites/{{name}}",
            "2025-01-01",
            "Site",
            "azure.mgmt.portal.models",
        ),
    )


@pytest.mark.parametrize(
    ("path", "resource_type", "expected"),
    [
        ("Contoso.Portal/sites/{a}", "Contoso.Portal/sites", True),
        ("contoso.portal/Sites/{a}", "Contoso.Portal/sites", True),
        ("Contoso.Portal/sites/{a}/pages/{b}", "Contoso.Portal/sites/pages", True),
        ("Contoso.Portal/sites/{a}/pages/{b}", "Contoso.Portal/sites", False),
        ("Contoso.Portal/zones/{a}/{recordType}/{b}", "Contoso.Portal/zones/A", True),
    ],
)
def test_a_url_is_matched_with_a_type(path: str, resource_type: str, expected: bool) -> None:
    assert matches(f"{GROUP}/providers/{path}", resource_type) is expected


def test_a_url_with_a_type_left_open_is_told_from_others() -> None:
    assert is_literal(f"{GROUP}/providers/Contoso.Portal/zones/{{a}}")
    assert not is_literal(f"{GROUP}/providers/Contoso.Portal/zones/{{a}}/{{recordType}}/{{b}}")


def test_names_that_the_service_fixes_are_known() -> None:
    url = f"{GROUP}/providers/Contoso.Portal/sites/{{a}}/settings/default"
    assert fixed_names(url) == [None, "default"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (GROUP, ["resourceDefinitions"]),
        ("/subscriptions/{s}", ["subscription_resourceDefinitions"]),
        ("", ["tenant_resourceDefinitions"]),
        ("/{scope}", ["extension_resourceDefinitions", "resourceDefinitions"]),
    ],
)
def test_the_scope_of_a_url_gives_the_section(scope: str, expected: list[str]) -> None:
    assert sections(f"{scope}/providers/Contoso.Portal/sites/{{a}}") == expected


def test_resource_groups_have_a_type_although_their_url_has_none() -> None:
    url = resource_url("/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}")
    assert matches(url, "Microsoft.Resources/resourceGroups")


class SiteKind(Enum):
    """An enum as the packages have them."""

    SMALL = "Small"
    LARGE = "Large"


class Site:
    """A model of the older style."""

    _validation: ClassVar[dict[str, Any]] = {
        "state": {"readonly": True},
        "size": {"required": True},
    }
    _attribute_map: ClassVar[dict[str, Any]] = {
        "kind": {"key": "kind", "type": "str"},
        "size": {"key": "properties.size", "type": "int"},
        "pages": {"key": "properties.layout.pages", "type": "[Page]"},
        "state": {"key": "properties.state", "type": "str"},
        "odata": {"key": "odata\\.type", "type": "str"},
    }

    def __init__(self, *, kind: "str | _models.SiteKind | None" = None, size: int = 0) -> None:  # type: ignore[name-defined]  # noqa: F821,UP037
        """Name the arguments."""


class Page:
    """A nested model."""

    _attribute_map: ClassVar[dict[str, Any]] = {}


def models() -> ModuleType:
    """Make the module that names are looked up in."""
    module = ModuleType("models")
    vars(module).update(SiteKind=SiteKind, Site=Site, Page=Page)
    return module


def test_models_of_the_older_style_are_read() -> None:
    model = classic_models.read_model(Site, models())
    assert {p.path: (p.type, p.required, p.read_only) for p in model.properties} == {
        ("kind",): (Choice("SiteKind", ("Small", "Large")), False, False),
        ("properties", "size"): (Number(whole=True), True, False),
        ("properties", "layout", "pages"): (ListOf(ModelRef("Page")), False, False),
        ("properties", "state"): (Text(), False, True),
        ("odata.type",): (Text(), False, False),
    }


def test_shapes_survive_the_way_between_processes() -> None:
    model = classic_models.read_model(Site, models())
    assert model_from_json(model_to_json(model)) == model


def emitted(model: Model, *others: Model) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the definition of a resource, and those it needs."""
    emitter = Emitter("Contoso.Portal", {m.name: m for m in (model, *others)}, PLAIN)
    schema = emitter.resource("Contoso.Portal/sites", "2025-01-01", model, None)
    return schema, emitter.definitions


def test_a_resource_is_closed_and_names_what_is_read_only() -> None:
    site = Model(
        "Site",
        (
            Property(("name",), Text(), read_only=True),
            Property(("properties", "size"), Number(whole=True), required=True),
            Property(("properties", "state"), Text(), read_only=True),
        ),
    )
    schema, definitions = emitted(site)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["apiVersion", "name", "properties", "type"]
    assert definitions["Site.properties"] == {
        "additionalProperties": False,
        "properties": {"size": {"anyOf": [{"type": "integer"}, EXPRESSION]}},
        "readOnlyProperties": ["state"],
        "required": ["size"],
        "type": "object",
    }


def test_kinds_of_a_model_become_alternatives_that_state_their_kind() -> None:
    pet = Model("Pet", (), None, "kind", {"cat": "Cat"})
    cat = Model("Cat", (Property(("kind",), Text()), Property(("lives",), Number(whole=True))))
    site = Model("Site", (Property(("pet",), ModelRef("Pet")),))
    _, definitions = emitted(site, pet, cat)
    assert definitions["Pet"] == {"anyOf": [{"$ref": "#/definitions/Cat"}]}
    assert definitions["Cat"]["required"] == ["kind"]
    assert definitions["Cat"]["properties"]["kind"] == {"enum": ["cat"], "type": "string"}


def test_a_model_may_refer_to_itself() -> None:
    page = Model("Page", (Property(("children",), ListOf(ModelRef("Page"))),))
    site = Model("Site", (Property(("page",), ModelRef("Page")),))
    _, definitions = emitted(site, page)
    assert list(definitions) == ["Page"]
