"""How ARM names resources and modules: ids, full names, `reference()` and symbolic names.

Ids are put together by the scope of the resource, never with the general `resourceId()` where the
template is deployed elsewhere, because that function means something else at every scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from octoha_templates.bicep.arm import ArmCall, ArmExpression, call, with_properties
from octoha_templates.bicep.ir import (
    Access,
    CopyIndex,
    FunctionCall,
    Literal,
    ModuleReference,
    Placement,
    ResourceReference,
    Value,
)
from octoha_templates.bicep.model import FileModel, ScopeData
from octoha_templates.bicep.resources import name_of, name_segments
from octoha_templates.bicep.symbols import ModuleSymbol, ResourceSymbol
from octoha_templates.bicep.syntax import Expression

if TYPE_CHECKING:
    from octoha_templates.bicep.expressions import Expressions

DEPLOYMENTS: Final = "Microsoft.Resources/deployments"
DEPLOYMENTS_API_VERSION: Final = "2025-04-01"
_MANAGEMENT_GROUPS: Final = "Microsoft.Management/managementGroups"
_LONGEST_NAME: Final = 64
_HASH_LENGTH: Final = 13
_INDEX_LENGTH: Final = 3


class References:
    """Writes references to the resources and modules of one file."""

    __slots__ = ("_write", "model")

    def __init__(self, model: FileModel, write: Expressions) -> None:
        """Take the file and the writer of expressions for names."""
        self.model = model
        self._write = write

    # --- Symbolic names ---------------------------------------------------------------------------

    def symbolic_name(self, resource: ResourceSymbol) -> str:
        """Give the key of a resource in a symbolic-name template; also the name of its copy loop."""
        names = [resource.name]
        current = resource
        while current.outer is not None:
            current = current.outer
            names.append(current.name)
        return "::".join(reversed(names))

    def collection_name(self, target: ResourceSymbol | ModuleSymbol) -> str:
        """Give the name of a resource or module in the template, without a position."""
        return target.name if isinstance(target, ModuleSymbol) else self.symbolic_name(target)

    def symbol(
        self, target: ResourceSymbol | ModuleSymbol, placement: Placement | None
    ) -> ArmExpression:
        """Write the symbolic name of a resource or module, with the position in a collection."""
        name = self.collection_name(target)
        if placement is None:
            return name
        return call("format", f"{name}[{{0}}]", self._write.arm(placement.index))

    # --- Names ------------------------------------------------------------------------------------

    def names(
        self, resource: ResourceSymbol, written: tuple[Expression, ...] | None = None
    ) -> tuple[ArmExpression, ...]:
        """Write the name of each type segment of a resource."""
        ancestors = self.model.ancestors.get(resource, ())
        written = written if written is not None else name_segments(self.model, resource)
        own = self._write.syntax(written[-1])
        length = resource.type.count("/")
        if not ancestors:
            return _split_name(own, length)
        first_length = length - len(ancestors)
        above: list[ArmExpression] = []
        for position in range(len(ancestors)):
            name = self._write.syntax(written[position])
            above.extend(_split_name(name, first_length if position == 0 else 1))
        return (*above, own)

    def full_name(self, resource: ResourceSymbol) -> ArmExpression:
        """Write the `name` of a resource in the template: those of its parents before its own."""
        if not self.model.ancestors.get(resource):
            return self._write.syntax(name_of(resource))
        names = self.names(resource)
        pattern = "/".join(f"{{{position}}}" for position in range(len(names)))
        return ArmCall("format", (pattern, *names))

    def module_name(self, module: ModuleSymbol, index: Value | None) -> ArmExpression:
        """Write the name of the deployment of a module."""
        written = module.find("name")
        if written is not None:
            return self._write.syntax(written.value)
        return self._write.arm(generated_name(module, index))

    # --- Ids --------------------------------------------------------------------------------------

    def resource_id(self, resource: ResourceSymbol) -> ArmExpression:
        """Write the id of a resource."""
        scope = self.model.scopes[resource]
        return self._id(scope, resource.type, self.names(resource))

    def module_id(self, module: ModuleSymbol, index: Value | None) -> ArmExpression:
        """Write the id of the deployment of a module."""
        return self._id(self.model.scopes[module], DEPLOYMENTS, (self.module_name(module, index),))

    def _id(self, scope: ScopeData, kind: str, names: tuple[ArmExpression, ...]) -> ArmExpression:
        match scope.kind:
            case "tenant":
                return ArmCall("tenantResourceId", (kind, *names))
            case "subscription":
                before = (
                    (self._write.syntax(scope.subscription_id),) if scope.subscription_id else ()
                )
                return ArmCall("subscriptionResourceId", (*before, kind, *names))
            case "resourceGroup" if scope.resource_group is None:
                return ArmCall("resourceId", (kind, *names))
            case "resourceGroup":
                return ArmCall("extensionResourceId", (self._group_id(scope), kind, *names))
            case "managementGroup":
                above = self.management_group_id(scope.management_group, qualified=True)
                return ArmCall("extensionResourceId", (above, kind, *names))
            case _:
                return ArmCall("extensionResourceId", (self._extended_id(scope), kind, *names))

    def _extended_id(self, scope: ScopeData) -> ArmExpression:
        resource = cast("ResourceSymbol", scope.resource)
        names = self.names(resource, scope.resource_names)
        return self._id(self.model.scopes[resource], resource.type, names)

    def _group_id(self, scope: ScopeData) -> ArmExpression:
        if scope.subscription_id is None:
            subscription: ArmExpression = with_properties(call("subscription"), "subscriptionId")
        else:
            subscription = self._write.syntax(scope.subscription_id)
        group = self._write.syntax(cast("Expression", scope.resource_group))
        return call("format", "/subscriptions/{0}/resourceGroups/{1}", subscription, group)

    def management_group_id(self, name: Expression | None, *, qualified: bool) -> ArmExpression:
        """Write the id of a management group; without a name, of the one that is deployed to."""
        if name is None:
            return with_properties(call("managementGroup"), "id")
        written = self._write.syntax(name)
        if qualified:
            return call("tenantResourceId", _MANAGEMENT_GROUPS, written)
        return call("format", f"{_MANAGEMENT_GROUPS}/{{0}}", written)

    # --- State ------------------------------------------------------------------------------------

    def resource_state(self, value: ResourceReference, *, full: bool) -> ArmCall:
        """Write the `reference()` of a resource; `full` gives more than its properties."""
        resource, placement = value.resource, value.placement
        whole = resource.is_loop and placement is None
        target: ArmExpression
        if self.model.symbolic:
            target = self.symbol(resource, placement)
        else:
            target = self.symbolic_name(resource) if whole else self.resource_id(resource)
        if whole:
            return call("references", target, "full") if full else call("references", target)
        if full:
            return call("reference", target, resource.api_version, "full")
        if self.model.symbolic:
            return call("reference", target)
        return call("reference", target, resource.api_version)

    def module_state(self, value: ModuleReference) -> ArmCall:
        """Write the `reference()` of the deployment of a module."""
        module, placement = value.module, value.placement
        name = "references" if module.is_loop and placement is None else "reference"
        if self.model.symbolic:
            return call(name, self.symbol(module, placement))
        if name == "references":
            return call(name, module.name)
        index = placement.index if placement else None
        return call(name, self.module_id(module, index), DEPLOYMENTS_API_VERSION)

    # --- Properties -------------------------------------------------------------------------------

    def resource_property(
        self, value: ResourceReference, name: str, *, safe: bool
    ) -> ArmExpression:
        """Write a property of a resource; id, name, type and API version are known without asking."""
        resource = value.resource
        match name:
            case "id":
                return self._guarded(resource, self.resource_id(resource), safe=safe)
            case "name":
                written = self._write.syntax(name_of(resource))
                return self._guarded(resource, written, safe=safe)
            case "type":
                return resource.type
            case "apiVersion":
                return resource.api_version
            case "properties" if not safe:
                return self.resource_state(value, full=False)
            case _:
                state = self.resource_state(value, full=True)
                if safe:
                    return call("tryGet", self._guarded(resource, state, safe=True), name)
                return with_properties(state, name)

    def _guarded(
        self, resource: ResourceSymbol, value: ArmExpression, *, safe: bool
    ) -> ArmExpression:
        """Read a conditional resource with `.?`: null where it is not deployed."""
        condition = condition_of(self.model, resource) if safe else None
        if condition is None:
            return value
        return call("if", self._write.arm(self._lowered(condition)), value, call("null"))

    def _lowered(self, conditions: tuple[Expression, ...]) -> Value:
        lowered = [self._write.lowerer.lower(condition) for condition in conditions]
        result = lowered[0]
        for condition in lowered[1:]:
            result = FunctionCall("and", (result, condition))
        return result

    def module_property(
        self,
        value: ModuleReference,
        name: str,
        *,
        safe: bool,
        secure: bool | None = None,
    ) -> ArmExpression:
        """Write a property of a module: its name or its outputs."""
        module, placement = value.module, value.placement
        index = placement.index if placement else None
        if name == "name":
            return self._module_guarded(module, self.module_name(module, index), safe=safe)
        if name != "outputs":
            return with_properties(self.module_state(value), name)
        if secure is None:
            template = self.model.modules.get(module)
            secure = any(template.outputs.values()) if template else False
        if secure:
            symbolic = self.model.symbolic
            target = self.symbol(module, placement) if symbolic else self.module_id(module, index)
            outputs = call("listOutputsWithSecureValues", target, DEPLOYMENTS_API_VERSION)
            return self._module_guarded(module, outputs, safe=safe)
        state = self.module_state(value)
        if safe:
            return call("tryGet", self._module_guarded(module, state, safe=True), "outputs")
        return with_properties(state, "outputs")

    def _module_guarded(
        self, module: ModuleSymbol, value: ArmExpression, *, safe: bool
    ) -> ArmExpression:
        if not safe or module.condition is None:
            return value
        return call("if", self._write.syntax(module.condition), value, call("null"))


def condition_of(model: FileModel, resource: ResourceSymbol) -> tuple[Expression, ...] | None:
    """List the conditions of a resource: those of the resources it is nested in come first."""
    found = [
        ancestor.resource.condition
        for ancestor in model.ancestors.get(resource, ())
        if ancestor.nested
        and ancestor.resource.condition is not None
        and ancestor.resource.loop is None
    ]
    if resource.condition is not None:
        found.append(resource.condition)
    return tuple(found) or None


def generated_name(module: ModuleSymbol, index: Value | None) -> Value:
    """Make the deployment name of a module without one: part of its symbol, the position and a hash."""
    holes: list[Value] = []
    taken = _HASH_LENGTH
    if module.is_loop:
        holes.append(index if index is not None else CopyIndex(None))
        taken += _INDEX_LENGTH
    deployment = Access(FunctionCall("deployment", ()), Literal("name"))
    holes.append(FunctionCall("uniqueString", (Literal(module.name), deployment)))
    taken += len(holes)
    prefix = module.name[: _LONGEST_NAME - taken]
    pattern = f"{prefix}-{{0}}-{{1}}" if module.is_loop else f"{prefix}-{{0}}"
    return FunctionCall("format", (Literal(pattern), *holes))


def _split_name(name: ArmExpression, length: int) -> tuple[ArmExpression, ...]:
    """Write one name per type segment from a name such as 'a/b'."""
    if length <= 1:
        return (name,)
    return tuple(with_properties(call("split", name, "/"), position) for position in range(length))
