"""Syntax and symbols to the nodes of `ir`.

What has no counterpart in ARM is gone afterwards: brackets, `any()`, spreads, operators,
variables that are written out where they are used, and loop variables, which become positions in
a collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from octoha_templates.bicep.ir import (
    Access,
    ArrayValue,
    Choice,
    CopyIndex,
    Entry,
    Format,
    FunctionCall,
    LambdaValue,
    Literal,
    Loop,
    ModuleReference,
    ObjectValue,
    OutputAccess,
    Placement,
    ResourceCall,
    ResourceReference,
    Value,
)
from octoha_templates.bicep.model import FileModel
from octoha_templates.bicep.module_types import module_of
from octoha_templates.bicep.resources import (
    free_locals,
    inaccessible_locals,
    name_segments,
)
from octoha_templates.bicep.symbols import (
    AssignmentSymbol,
    FunctionSymbol,
    ImportedSymbol,
    LocalSymbol,
    ModuleSymbol,
    NamespaceSymbol,
    ParameterSymbol,
    ResourceSymbol,
    Symbol,
    VariableSymbol,
    WildcardSymbol,
)
from octoha_templates.bicep.syntax import (
    Array,
    Binary,
    Boolean,
    Call,
    Expression,
    For,
    Function,
    If,
    Index,
    Integer,
    Interpolation,
    Lambda,
    Member,
    MethodCall,
    Name,
    NestedAccess,
    Node,
    NonNull,
    Null,
    Object,
    ParameterAssignment,
    Parenthesised,
    Property,
    Spread,
    String,
    Ternary,
    Unary,
    Variable,
)

_SCOPES: Final = frozenset({"subscription", "resourceGroup", "managementGroup"})
USER_FUNCTIONS: Final = "__bicep"
_OPERATORS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod",
    "<": "less", "<=": "lessOrEquals", ">": "greater", ">=": "greaterOrEquals",
    "==": "equals", "&&": "and", "||": "or", "??": "coalesce",
}  # fmt: skip


class Lowerer:
    """Lowers the expressions of one file.

    Attributes:
        replacements: What stands for loop variables that mean nothing where the result is going
            to stand.
    """

    __slots__ = ("bindings", "model", "replacements")

    def __init__(
        self, model: FileModel, replacements: Mapping[LocalSymbol, Value] | None = None
    ) -> None:
        """Take the file; see the attributes."""
        self.model = model
        self.bindings = model.declared.bindings
        self.replacements = replacements or {}

    def lower(self, node: Node) -> Value:
        """Lower one expression.

        Args:
            node: An expression of a file without findings.

        Returns:
            The node of `ir`.

        Raises:
            NotLoweredError: The expression has no counterpart in ARM where it stands.
        """
        method = _METHODS.get(type(node))
        if method is None:
            raise NotLoweredError(node, "this expression")
        return method(self, node)

    # --- Literals and collections -----------------------------------------------------------------

    def _literal(self, node: Integer | Boolean | String) -> Value:
        return Literal(node.value, node.start)

    def _null(self, node: Null) -> Value:
        return Literal(None, node.start)

    def _interpolation(self, node: Interpolation) -> Value:
        return Format(node.segments, tuple(map(self.lower, node.expressions)), node.start)

    def _array(self, node: Array) -> Value:
        chunks: list[Value] = []
        current: list[Value] = []
        has_spread = False
        for item in node.items:
            if isinstance(item, Spread):
                has_spread = True
                if current:
                    chunks.append(ArrayValue(tuple(current), node.start))
                    current = []
                chunks.append(self.lower(item.expression))
            else:
                current.append(self.lower(item))
        if not has_spread:
            return ArrayValue(tuple(current), node.start)
        if current:
            chunks.append(ArrayValue(tuple(current), node.start))
        return FunctionCall("flatten", (ArrayValue(tuple(chunks)),), node.start)

    def _object(self, node: Object) -> Value:
        chunks: list[Value] = []
        current: list[Entry] = []
        has_spread = False
        for member in node.members:
            if isinstance(member, Spread):
                has_spread = True
                if current:
                    chunks.append(ObjectValue(tuple(current), node.start))
                    current = []
                chunks.append(self.lower(member.expression))
            elif isinstance(member, Property):
                current.append(self.entry(member))
        if not has_spread:
            return ObjectValue(tuple(current), node.start)
        if current:
            chunks.append(ObjectValue(tuple(current), node.start))
        return FunctionCall("shallowMerge", (ArrayValue(tuple(chunks)),), node.start)

    def entry(self, node: Property) -> Entry:
        """Lower one property of an object."""
        name = node.name
        key = Literal(name, node.start) if name is not None else self.lower(node.key)
        return Entry(key, self.lower(node.value), node.start)

    def _for(self, node: For) -> Value:
        return Loop(self.lower(node.collection), self.lower(node.body), node.start)

    # --- Operators --------------------------------------------------------------------------------

    def _inner(self, node: Parenthesised) -> Value:
        return self.lower(node.expression)

    def _non_null(self, node: NonNull) -> Value:
        return self.lower(node.operand)

    def _unary(self, node: Unary) -> Value:
        if node.operator == "-" and isinstance(node.operand, Integer):
            return Literal(-node.operand.value, node.start)
        operand = self.lower(node.operand)
        if node.operator == "-":
            return FunctionCall("sub", (Literal(0), operand), node.start)
        return FunctionCall("not", (operand,), node.start)

    def _binary(self, node: Binary) -> Value:
        left, right = self.lower(node.left), self.lower(node.right)
        if node.operator in ("=~", "!~"):
            left, right = (
                FunctionCall("toLower", (left,)),
                FunctionCall("toLower", (right,)),
            )
        call = FunctionCall(_OPERATORS.get(node.operator, "equals"), (left, right), node.start)
        return FunctionCall("not", (call,), node.start) if node.operator[0] == "!" else call

    def _ternary(self, node: Ternary) -> Value:
        return Choice(
            self.lower(node.condition),
            self.lower(node.when_true),
            self.lower(node.when_false),
            node.start,
        )

    def _lambda(self, node: Lambda) -> Value:
        names = tuple(parameter.name for parameter in node.parameters)
        return LambdaValue(names, self.lower(node.body), node.start)

    # --- Names ------------------------------------------------------------------------------------

    def _name(self, node: Name) -> Value:
        symbol = self.bindings.get(node)
        match symbol:
            case LocalSymbol():
                return self._local(symbol, node)
            case ParameterSymbol():
                return FunctionCall("parameters", (Literal(symbol.name),), node.start)
            case VariableSymbol():
                return self._variable(symbol, node)
            case ResourceSymbol():
                return ResourceReference(symbol, None, node.start)
            case ModuleSymbol():
                return ModuleReference(symbol, None, node.start)
            case ImportedSymbol():
                name = self.model.name_in_template(symbol)
                return FunctionCall("variables", (Literal(name),), node.start)
            case AssignmentSymbol():
                return self.lower(symbol.node.value)
            case _:
                raise NotLoweredError(node, f"`{node.name}` as a value")

    def _variable(self, symbol: VariableSymbol, node: Name) -> Value:
        if symbol in self.model.inlined:
            return self.lower(symbol.node.value)
        return FunctionCall(
            "variables", (Literal(self.model.name_in_template(symbol)),), node.start
        )

    def _local(self, symbol: LocalSymbol, node: Name) -> Value:
        replacement = self.replacements.get(symbol)
        if replacement is not None:
            return replacement
        declared = symbol.node
        if isinstance(declared, For):
            return self._loop_variable(
                symbol, declared, CopyIndex(self._copy_name(declared), node.start)
            )
        if isinstance(declared, Function):
            return FunctionCall("parameters", (Literal(symbol.name),), node.start)
        return FunctionCall("lambdaVariables", (Literal(symbol.name),), node.start)

    def _loop_variable(self, symbol: LocalSymbol, loop: For, index: Value) -> Value:
        if symbol.kind == "index":
            return index
        return Access(self.lower(loop.collection), index)

    def _copy_name(self, loop: For) -> str | None:
        """Give the name of the copy loop that a loop becomes; resources and outputs have none."""
        parent = self.model.declared.parents.get(loop)
        if isinstance(parent, Variable | ParameterAssignment):
            symbol = self.model.declared.names.get(parent.name.name)
            return self.model.name_in_template(symbol) if symbol else parent.name.name
        return parent.name if isinstance(parent, Property) else None

    def _nested_access(self, node: NestedAccess) -> Value:
        symbol = self.bindings.get(node)
        if not isinstance(symbol, ResourceSymbol):
            raise NotLoweredError(node, "this nested resource")
        return ResourceReference(symbol, None, node.start)

    # --- Access -----------------------------------------------------------------------------------

    def _member(self, node: Member) -> Value:
        base = node.base
        if isinstance(self.bindings.get(base), WildcardSymbol):
            symbol = self.bindings[base]
            name = self.model.wildcard_names.get((symbol, node.name.name), node.name.name)
            return FunctionCall("variables", (Literal(name),), node.start)
        if isinstance(base, Member) and base.name.name == "outputs":
            module = module_of(self.model, base.base)
            if module is not None:
                return self._output(node, module)
        key = Literal(node.name.name)
        return Access(self.lower(base), key, node.safe, False, self._is_access(base), node.start)

    def _output(self, node: Member, module: ModuleSymbol) -> Value:
        template = self.model.modules.get(module)
        secure = bool(template and template.outputs.get(node.name.name))
        base = self.lower(node.base)
        return OutputAccess(base, node.name.name, secure, node.safe, node.start)

    def _index(self, node: Index) -> Value:
        base = node.base
        if isinstance(base, Name | NestedAccess):
            symbol = self.bindings.get(base)
            if isinstance(symbol, ResourceSymbol) and symbol.is_loop:
                return ResourceReference(
                    symbol, self.placement(symbol, node.index, node), node.start
                )
            if isinstance(symbol, ModuleSymbol) and symbol.is_loop:
                return ModuleReference(symbol, self.placement(symbol, node.index, node), node.start)
        return Access(
            self.lower(base),
            self.lower(node.index),
            node.safe,
            node.from_end,
            self._is_access(base),
            node.start,
        )

    def _is_access(self, node: Node) -> bool:
        while True:
            match node:
                case Member() | Index():
                    return True
                case NonNull(operand=inner):
                    node = inner
                case Call(name=name, arguments=(inner,)) if name.name == "any":
                    node = inner
                case _:
                    return False

    def placement(
        self,
        symbol: ResourceSymbol | ModuleSymbol,
        index: Expression | None,
        context: Node,
    ) -> Placement | None:
        """Say which item of a collection is meant, seen from another place.

        Args:
            symbol: A resource or module; one that is no collection may stand in a collection's
                scope.
            index: The position; None for the whole.
            context: Where the reference stands.
        """
        if isinstance(symbol, ModuleSymbol):
            name = symbol.find("name")
            if name is None:
                return Placement({}, self.lower(index)) if index is not None else None
            return self.placement_of((name.value,), index, context)
        return self.placement_of(name_segments(self.model, symbol), index, context)

    def placement_of(
        self, names: tuple[Expression, ...], index: Expression | None, context: Node
    ) -> Placement | None:
        """Say what stands for the loop variables in some expressions when they are used elsewhere."""
        if index is None and not any(free_locals(self.model, name) for name in names):
            return None
        lost: dict[LocalSymbol, None] = {}
        for name in names:
            lost.update(dict.fromkeys(inaccessible_locals(self.model, name, context)))
        if index is None:
            if lost:
                raise NotLoweredError(context, "a reference to a whole collection here")
            return None
        lowered = self.lower(index)
        if not lost:
            return Placement(self.replacements, lowered)
        replacements = dict(self.replacements)
        for symbol in lost:
            if not isinstance(symbol.node, For):
                raise NotLoweredError(context, "this reference")
            replacements[symbol] = self._loop_variable(symbol, symbol.node, lowered)
        return Placement(replacements, lowered)

    # --- Calls ------------------------------------------------------------------------------------

    def _call(self, node: Call) -> Value:
        loaded = self._loaded(node)
        if loaded is not None:
            return loaded
        name = node.name.name
        symbol = self.bindings.get(node)
        if isinstance(symbol, FunctionSymbol | ImportedSymbol):
            name = qualified(self.model.name_in_template(symbol))
        elif name in _SCOPES and node.arguments:
            return ObjectValue((), node.start)
        elif name == "any":
            return self.lower(node.arguments[0])
        elif name == "nameof":
            return Literal(name_of_argument(node.arguments[0]), node.start)
        return FunctionCall(name, tuple(map(self.lower, node.arguments)), node.start)

    def _loaded(self, node: Node) -> Value | None:
        """Give the content of the file that a call loads."""
        original = self.model.copies.get(node, node)
        variable = self.model.file_variables.get(original)
        if variable is not None:
            return FunctionCall("variables", (Literal(variable.name),), node.start)
        return self.model.file_values.get(original)

    def _method_call(self, node: MethodCall) -> Value:
        loaded = self._loaded(node)
        if loaded is not None:
            return loaded
        base: Node = node.base
        while isinstance(base, Parenthesised | NonNull):
            base = base.expression if isinstance(base, Parenthesised) else base.operand
        symbol = self.bindings.get(base)
        name = node.name.name
        if isinstance(symbol, NamespaceSymbol):
            plain = Call(node.start, node.end, node.name, node.arguments)
            return self._call(plain)
        arguments = tuple(map(self.lower, node.arguments))
        if isinstance(symbol, WildcardSymbol):
            imported = self.model.wildcard_names.get((symbol, name), name)
            return FunctionCall(qualified(imported), arguments, node.start)
        return ResourceCall(self._method_resource(node, base), name, arguments, node.start)

    def _method_resource(self, node: MethodCall, base: Node) -> ResourceReference:
        index: Expression | None = None
        if isinstance(base, Index):
            index = base.index
            base = base.base
            while isinstance(base, Parenthesised | NonNull):
                base = base.expression if isinstance(base, Parenthesised) else base.operand
        symbol: Symbol | None = self.bindings.get(base)
        if isinstance(symbol, VariableSymbol) and index is None:
            inner: Node = symbol.node.value
            return self._method_resource(node, inner)
        if not isinstance(symbol, ResourceSymbol):
            raise NotLoweredError(node, f"`.{node.name.name}()` on this")
        placement = self.placement(symbol, index, node)
        return ResourceReference(symbol, placement, node.start)

    def _condition(self, node: If) -> Value:
        raise NotLoweredError(node, "a condition here")


class NotLoweredError(Exception):
    """Raised for an expression without a counterpart in ARM; becomes a finding.

    Attributes:
        node: The expression.
        what: Words for it.
    """

    def __init__(self, node: Node, what: str) -> None:
        """Take the expression and words for it."""
        super().__init__(what)
        self.node = node
        self.what = what


def name_of_argument(node: Node) -> str:
    """Work out `nameof(...)`: the last name of a chain."""
    match node:
        case Member(name=name) | NestedAccess(name=name):
            return name.name
        case Name(name=text):
            return text
        case Index(index=String(value=text)):
            return text
        case Parenthesised(expression=inner) | NonNull(operand=inner) | Index(base=inner):
            return name_of_argument(inner)
        case _:
            raise NotLoweredError(node, "`nameof` of something without a name")


def qualified(name: str) -> str:
    """Put the namespace of functions before a name that has none."""
    return name if "." in name else f"{USER_FUNCTIONS}.{name}"


_METHODS: Final[dict[type[Node], Callable[[Lowerer, Any], Value]]] = {
    Integer: Lowerer._literal,
    Boolean: Lowerer._literal,
    String: Lowerer._literal,
    Null: Lowerer._null,
    Interpolation: Lowerer._interpolation,
    Array: Lowerer._array,
    Object: Lowerer._object,
    For: Lowerer._for,
    If: Lowerer._condition,
    Parenthesised: Lowerer._inner,
    NonNull: Lowerer._non_null,
    Unary: Lowerer._unary,
    Binary: Lowerer._binary,
    Ternary: Lowerer._ternary,
    Lambda: Lowerer._lambda,
    Name: Lowerer._name,
    NestedAccess: Lowerer._nested_access,
    Member: Lowerer._member,
    Index: Lowerer._index,
    Call: Lowerer._call,
    MethodCall: Lowerer._method_call,
}
