"""The resources and modules of a file as ARM writes them."""

from __future__ import annotations

from typing import Any, Final, cast

from octoha_templates.bicep.arm import call, text_of, with_properties
from octoha_templates.bicep.decorators import (
    batch_size_of,
    resource_options,
    with_description,
)
from octoha_templates.bicep.depends_on import DependsOn
from octoha_templates.bicep.ir import FunctionCall, Loop, ObjectValue, Value
from octoha_templates.bicep.lower import Lowerer
from octoha_templates.bicep.model import FileModel, ScopeData
from octoha_templates.bicep.references import (
    DEPLOYMENTS,
    DEPLOYMENTS_API_VERSION,
    condition_of,
    generated_name,
)
from octoha_templates.bicep.source_map import key_path
from octoha_templates.bicep.symbols import ModuleSymbol, ResourceSymbol
from octoha_templates.bicep.syntax import (
    Array,
    Decorator,
    Expression,
    For,
    Node,
    Object,
    Property,
)
from octoha_templates.bicep.writer import COPY, JsonWriter

_NOT_IN_RESOURCE: Final = frozenset({"name", "scope", "parent", "dependsOn"})
_NOT_IN_MODULE: Final = frozenset({"name", "params", "scope", "dependsOn", "extensionConfigs"})
Json = dict[str, Any]


class ResourceEmitter:
    """Writes the resources and modules of one file."""

    def __init__(self, model: FileModel, writer: JsonWriter) -> None:
        """Take the file and the writer of its values."""
        self.model = model
        self.writer = writer
        self.lowerer = Lowerer(model)
        self.references = writer.expressions.references
        self.depends_on = DependsOn(model)

    def emit(self) -> list[Json] | dict[str, Json]:
        """Write them all: a list, or by symbolic name."""
        resources = self.model.declared.all_resources()
        modules = self.model.declared.modules
        if not self.model.symbolic:
            deployed = [resource for resource in resources if not resource.existing]
            listed = [
                self._resource(found, f"resources[{at}]") for at, found in enumerate(deployed)
            ]
            start = len(listed)
            paths = (f"resources[{start + at}]" for at in range(len(modules)))
            return listed + [self._module(*pair) for pair in zip(modules, paths, strict=True)]
        named: dict[str, Json] = {}
        for resource in resources:
            if resource not in self.model.inlined:
                name = self.references.symbolic_name(resource)
                named[name] = self._resource(resource, key_path("resources", name))
        for module in modules:
            named[module.name] = self._module(module, key_path("resources", module.name))
        return named

    # --- Resources --------------------------------------------------------------------------------

    def _resource(self, resource: ResourceSymbol, path: str) -> Json:
        node = resource.node
        self.writer.place(path, node.start)
        result: Json = {}
        self._loop(result, resource, node.decorators)
        condition = condition_of(self.model, resource)
        if condition is not None:
            result["condition"] = self._condition(condition, f"{path}.condition")
        if resource.existing:
            result["existing"] = True
        options = resource_options(self.model, node.decorators)
        if options.entries:
            result["@options"] = self.writer.value(options, key_path(path, "@options"))
        result["type"] = resource.type
        if resource.api_version:
            result["apiVersion"] = resource.api_version
        self.writer.place(f"{path}.type", node.type.start)
        self._scope(result, self.model.scopes[resource], resource.body or node)
        self._name(result, resource, path)
        result.update(self._body(resource.body, _NOT_IN_RESOURCE, path))
        self._finish(result, resource, path)
        return result

    def _name(self, result: Json, resource: ResourceSymbol, path: str) -> None:
        written = resource.find("name")
        if written is not None:
            self.writer.place(f"{path}.name", written.start)
        result["name"] = text_of(self.references.full_name(resource))

    def _condition(self, conditions: tuple[Expression, ...], path: str) -> Any:
        lowered: Value = self.lowerer.lower(conditions[0])
        for condition in conditions[1:]:
            lowered = FunctionCall("and", (lowered, self.lowerer.lower(condition)))
        self.writer.place(path, conditions[-1].start)
        return self.writer.value(lowered, path)

    def _body(self, body: Object | None, left_out: frozenset[str], path: str) -> Json:
        """Write the properties of a body, but for those that ARM has elsewhere."""
        members = body.members if body else ()
        entries = tuple(
            self.lowerer.entry(member)
            for member in members
            if isinstance(member, Property) and member.name not in left_out
        )
        return self.writer.properties(ObjectValue(entries), path)

    def _loop(
        self,
        result: Json,
        symbol: ResourceSymbol | ModuleSymbol,
        decorators: tuple[Decorator, ...],
    ) -> None:
        loop = _loop_of(symbol)
        if loop is None:
            return
        name = self.references.collection_name(symbol)
        collection = self.lowerer.lower(loop.collection)
        copy: Json = {
            "name": name,
            "count": self.writer.count(Loop(collection, collection)),
        }
        size = batch_size_of(decorators)
        if size is not None:
            copy.update({"mode": "serial", "batchSize": size})
        result[COPY] = copy

    def _finish(self, result: Json, symbol: ResourceSymbol | ModuleSymbol, path: str) -> None:
        """Write what stands last: dependencies and the description."""
        depends_on = self.depends_on.of(symbol)
        if depends_on:
            written = symbol.find("dependsOn")
            at = written.start if written else symbol.node.start
            self.writer.place(f"{path}.dependsOn", at)
            self._place_items(written, f"{path}.dependsOn")
            result["dependsOn"] = depends_on
        metadata = with_description(self.model, ObjectValue(()), symbol.node.decorators)
        result.update(self.writer.properties(metadata, path))

    def _place_items(self, written: Property | None, path: str) -> None:
        if written is not None and isinstance(written.value, Array):
            for position, item in enumerate(written.value.items):
                self.writer.place(f"{path}[{position}]", item.start)

    # --- Modules ----------------------------------------------------------------------------------

    def _module(self, module: ModuleSymbol, path: str) -> Json:
        self.writer.place(path, module.node.start)
        result: Json = {}
        self._loop(result, module, module.node.decorators)
        if module.condition is not None:
            result["condition"] = self._condition((module.condition,), f"{path}.condition")
        result["type"] = DEPLOYMENTS
        result["apiVersion"] = DEPLOYMENTS_API_VERSION
        result.update(self._body(module.body, _NOT_IN_MODULE, path))
        result["name"] = self._module_name(module, path)
        scope = self.model.scopes[module]
        self._scope(result, scope, module.body or module.node)
        if scope.kind != "resourceGroup":
            result["location"] = self._location()
        result["properties"] = self._deployment(module, f"{path}.properties")
        self._finish(result, module, path)
        return result

    def _module_name(self, module: ModuleSymbol, path: str) -> Any:
        written = module.find("name")
        if written is None:
            return self.writer.value(generated_name(module, None), path)
        self.writer.place(f"{path}.name", written.start)
        return self.writer.value(self.lowerer.lower(written.value), path)

    def _location(self) -> str:
        """Write where a deployment that belongs to no resource group keeps its record."""
        is_group = self.model.target_scope == "resourceGroup"
        function = call("resourceGroup") if is_group else call("deployment")
        return text_of(with_properties(function, "location"))

    def _deployment(self, module: ModuleSymbol, path: str) -> Json:
        result: Json = {
            "expressionEvaluationOptions": {"scope": "inner"},
            "mode": "Incremental",
        }
        params = module.find("params")
        if params is not None and isinstance(params.value, Object):
            result["parameters"] = self._parameters(params.value, f"{path}.parameters")
        template = self.model.modules[module]
        result["template"] = template.template
        self.writer.places.nest(f"{path}.template", template.source_map)
        return result

    def _parameters(self, params: Object, path: str) -> Json:
        result: Json = {}
        for member in params.members:
            if isinstance(member, Property) and member.name is not None:
                below = key_path(path, member.name)
                self.writer.place(below, member.start)
                value = self.lowerer.lower(member.value)
                result[member.name] = self.writer.module_parameter(value, below)
        return result

    # --- Scopes -----------------------------------------------------------------------------------

    def _scope(self, result: Json, scope: ScopeData, context: Node) -> None:
        """Write where a resource or module is deployed, when that is not where the template is."""
        target = self.model.target_scope
        match scope.kind:
            case "resource":
                extended = cast("ResourceSymbol", scope.resource)
                placement = self.lowerer.placement(extended, scope.index, context)
                writer = self.writer.expressions.at(placement)
                result["scope"] = text_of(writer.references.resource_id(extended))
            case "tenant":
                if target != "tenant":
                    result["scope"] = "/"
            case "managementGroup":
                self._management_group(result, scope, context)
            case "subscription":
                if scope.subscription_id is not None:
                    lowered = self.lowerer.lower(scope.subscription_id)
                    result["subscriptionId"] = self.writer.value(lowered, "")
                elif target == "resourceGroup":
                    current = with_properties(call("subscription"), "subscriptionId")
                    result["subscriptionId"] = text_of(current)
            case _:
                self._placed(result, "subscriptionId", scope.subscription_id, scope, context)
                self._placed(result, "resourceGroup", scope.resource_group, scope, context)

    def _management_group(self, result: Json, scope: ScopeData, context: Node) -> None:
        name = scope.management_group
        if name is None:
            return
        qualified = self.model.target_scope not in ("tenant", "managementGroup")
        placement = self.lowerer.placement_of((name,), scope.index, context)
        references = self.writer.expressions.at(placement).references
        result["scope"] = text_of(references.management_group_id(name, qualified=qualified))

    def _placed(
        self,
        result: Json,
        key: str,
        value: Expression | None,
        scope: ScopeData,
        context: Node,
    ) -> None:
        if value is not None:
            placement = self.lowerer.placement_of((value,), scope.index, context)
            result[key] = text_of(self.writer.expressions.at(placement).syntax(value))


def _loop_of(symbol: ResourceSymbol | ModuleSymbol) -> For | None:
    """Find the loop that makes several of a resource; that of the resource around a nested one counts."""
    if symbol.loop is not None or isinstance(symbol, ModuleSymbol):
        return symbol.loop
    outer = symbol.outer
    while outer is not None:
        if outer.loop is not None:
            return outer.loop
        outer = outer.outer
    return None
