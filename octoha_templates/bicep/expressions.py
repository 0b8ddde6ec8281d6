"""Nodes of `ir` to ARM expressions, without references to resources, which are in `references`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from octoha_templates.bicep.arm import (
    ArmCall,
    ArmExpression,
    as_call,
    call,
    text_of,
    whole_number,
    with_properties,
)
from octoha_templates.bicep.functions import is_list_function
from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    CopyIndex,
    Format,
    FunctionCall,
    LambdaValue,
    Literal,
    ModuleReference,
    ObjectValue,
    OutputAccess,
    ResourceCall,
    ResourceReference,
    Value,
)
from octoha_templates.bicep.lower import Lowerer, NotLoweredError
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.references import References
from octoha_templates.bicep.syntax import Node

SAFE_FUNCTIONS: Final = frozenset({"tryGet", "tryIndexFromEnd"})


class Expressions:
    """Writes the expressions of one file.

    Attributes:
        lowerer: Lowers the names of resources, with loop variables replaced where the reference
            is outside of the loop.
    """

    __slots__ = ("lowerer", "model", "references")

    def __init__(self, model: FileModel, lowerer: Lowerer | None = None) -> None:
        """Take a file that has been lowered."""
        self.model = model
        self.lowerer = lowerer or Lowerer(model)
        self.references = References(model, self)

    def at(self, placement: object) -> Expressions:
        """Give a writer that knows which item of a collection is meant."""
        replacements = getattr(placement, "replacements", None)
        if replacements is None:
            return self
        return Expressions(self.model, Lowerer(self.model, replacements))

    def syntax(self, node: Node) -> ArmExpression:
        """Lower an expression and write it."""
        return self.arm(self.lowerer.lower(node))

    def text(self, value: Value) -> str:
        """Write a value as a string of the template."""
        return text_of(self.arm(value))

    def arm(self, value: Value) -> ArmExpression:
        """Write a value as an ARM expression."""
        method = _METHODS.get(type(value))
        if method is None:
            raise NotLoweredError(Node(0, 0), "a loop inside of an expression")
        return method(self, value)

    def _literal(self, value: Literal) -> ArmExpression:
        plain = value.value
        if plain is None:
            return call("null")
        if isinstance(plain, bool):
            return call("true" if plain else "false")
        return whole_number(plain) if isinstance(plain, int) else plain

    def _format(self, value: Format) -> ArmExpression:
        pieces = [segment.replace("{", "{{").replace("}", "}}") for segment in value.segments]
        text = pieces[0] + "".join(
            f"{{{position}}}{piece}" for position, piece in enumerate(pieces[1:])
        )
        return ArmCall("format", (text, *map(self.arm, value.holes)))

    def _array(self, value: ArrayValue) -> ArmExpression:
        return ArmCall("createArray", tuple(map(self.arm, value.items)))

    def _object(self, value: ObjectValue) -> ArmExpression:
        pairs = ((self.arm(entry.key), self.arm(entry.value)) for entry in value.entries)
        return ArmCall("createObject", tuple(part for pair in pairs for part in pair))

    def _function(self, value: FunctionCall) -> ArmExpression:
        return ArmCall(value.name, tuple(map(self.arm, value.arguments)))

    def _choice(self, value: Choice) -> ArmExpression:
        return call(
            "if",
            self.arm(value.condition),
            self.arm(value.when_true),
            self.arm(value.when_false),
        )

    def _lambda(self, value: LambdaValue) -> ArmExpression:
        return ArmCall("lambda", (*value.parameters, self.arm(value.body)))

    def _copy_index(self, value: CopyIndex) -> ArmExpression:
        return call("copyIndex") if value.name is None else call("copyIndex", value.name)

    # --- Access -----------------------------------------------------------------------------------

    def _access(self, value: Access) -> ArmExpression:
        key = value.key.value if isinstance(value.key, Literal) else None
        if isinstance(key, str):
            if isinstance(value.base, ResourceReference):
                writer = self.at(value.base.placement)
                return writer.references.resource_property(value.base, key, safe=value.safe)
            if isinstance(value.base, ModuleReference):
                writer = self.at(value.base.placement)
                return writer.references.module_property(value.base, key, safe=value.safe)
        base, accessed = self.arm(value.base), self.arm(value.key)
        if value.safe:
            return call("tryIndexFromEnd" if value.from_end else "tryGet", base, accessed)
        if value.chained and isinstance(base, ArmCall) and _is_safe(base):
            if value.from_end:
                accessed = call("createObject", "value", accessed, "fromEnd", call("true"))
            return ArmCall(base.name, (*base.arguments, accessed))
        if value.from_end:
            return call("indexFromEnd", base, accessed)
        return with_properties(as_call(base), accessed)

    def _output(self, value: OutputAccess) -> ArmExpression:
        inner = value.base
        tail: list[ArmExpression] = [value.name]
        if isinstance(inner, Access) and isinstance(inner.base, ModuleReference):
            writer = self.at(inner.base.placement)
            base = writer.references.module_property(
                inner.base, "outputs", safe=inner.safe, secure=value.secure
            )
            if not value.secure:
                tail.append("value")
        else:
            base = self.arm(inner)
            tail.append("value")
        function = as_call(base)
        if value.safe:
            for part in tail:
                function = call("tryGet", function, part)
            return function
        if _is_safe(function):
            return ArmCall(function.name, (*function.arguments, *tail))
        if function.name == "if" and not function.properties and _is_null(function.arguments[-1]):
            return call("tryGet", function, *tail)
        return with_properties(function, *tail)

    # --- Resources --------------------------------------------------------------------------------

    def _resource(self, value: ResourceReference) -> ArmExpression:
        return self.at(value.placement).references.resource_state(value, full=True)

    def _module(self, value: ModuleReference) -> ArmExpression:
        return self.at(value.placement).references.module_state(value)

    def _resource_call(self, value: ResourceCall) -> ArmExpression:
        if not is_list_function(value.name):
            raise NotLoweredError(Node(0, 0), f"`.{value.name}()`")
        writer = self.at(value.resource.placement)
        if self.model.symbolic:
            target = writer.references.symbol(value.resource.resource, value.resource.placement)
        else:
            target = writer.references.resource_property(value.resource, "id", safe=False)
        arguments = tuple(map(self.arm, value.arguments))
        if not arguments:
            arguments = (value.resource.resource.api_version,)
        return ArmCall(value.name, (target, *arguments))


def _is_safe(value: ArmExpression) -> bool:
    return isinstance(value, ArmCall) and value.name in SAFE_FUNCTIONS and not value.properties


def _is_null(value: ArmExpression) -> bool:
    return isinstance(value, ArmCall) and value.name == "null"


_METHODS: Final[dict[type[Value], Callable[[Expressions, Any], ArmExpression]]] = {
    Literal: Expressions._literal,
    Format: Expressions._format,
    ArrayValue: Expressions._array,
    ObjectValue: Expressions._object,
    FunctionCall: Expressions._function,
    Choice: Expressions._choice,
    LambdaValue: Expressions._lambda,
    CopyIndex: Expressions._copy_index,
    Access: Expressions._access,
    OutputAccess: Expressions._output,
    ResourceReference: Expressions._resource,
    ModuleReference: Expressions._module,
    ResourceCall: Expressions._resource_call,
}
