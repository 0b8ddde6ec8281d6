"""Statements: what may stand at the top of a Bicep file or a parameter file.

A statement whose name can be read stays in the tree even when the rest is broken, so that later
stages do not report the name as unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from octoha_templates.bicep.lexer import END, LEFT, NAME, NEWLINE, STRING
from octoha_templates.bicep.syntax import (
    Assert,
    Decorator,
    Expression,
    Extends,
    Extension,
    ExtensionConfiguration,
    Function,
    FunctionParameter,
    Identifier,
    Import,
    ImportItem,
    Metadata,
    Missing,
    MissingType,
    Module,
    Object,
    Output,
    Parameter,
    ParameterAssignment,
    Resource,
    Statement,
    StringLike,
    TargetScope,
    Test,
    TypeDeclaration,
    TypeExpression,
    Using,
    Variable,
)
from octoha_templates.bicep.token_stream import END_OF_LINE, UnexpectedTokenError
from octoha_templates.bicep.type_parser import TypeParser

Decorators: TypeAlias = tuple[Decorator, ...]

_END_OF_TYPE: Final = frozenset((NEWLINE, "=", "=>"))
_BODY_HINT: Final = "a body is `{ ... }`, `if (condition) { ... }` or `[for x in xs: { ... }]`"


class StatementParser(TypeParser):
    """Parses one statement; the position is at its keyword, the decorators are read."""

    __slots__ = ()

    # --- parts ---

    def _value(self, parse: Callable[[], Expression]) -> Expression:
        """Parse `= value`; when it is broken, skip the rest of the statement."""
        begin, depth = self.position, self.depth
        try:
            self.take("=")
            return parse()
        except UnexpectedTokenError:
            self.depth, self.in_hole = depth, False
            self.recover(begin, END_OF_LINE)
            return Missing(self.ends[begin - 1], self.ends[begin - 1])

    def _type(self) -> TypeExpression:
        """Parse a type; when it is broken, go on at the `=` after it."""
        begin, depth = self.position, self.depth
        try:
            return self.type()
        except UnexpectedTokenError:
            self.depth, self.in_hole = depth, False
            self.recover(begin, _END_OF_TYPE)
            return MissingType(self.ends[begin - 1], self.ends[begin - 1])

    def _is_at_end(self) -> bool:
        return self.kinds[self.position] is NEWLINE or self.kinds[self.position] is END

    def _string(self, code: str, what: str, hint: str = "") -> StringLike:
        """Parse a string; when there is none, say so and go on after it."""
        if self.kinds[self.position] in (STRING, LEFT):
            return self.string()
        self.report(code, f"expected {what}, found {self.found()}", hint)
        place = self._end()
        if self._is_at_end():
            raise UnexpectedTokenError
        if self.kinds[self.position] != "=":
            self.recover(self.position, _END_OF_TYPE)
        return Missing(place, place)

    def _body(self, parse: Callable[[], Object]) -> Expression:
        """Parse the body of a resource or module, with a parser for the object in it."""
        kind, position = self.kinds[self.position], self.position
        if kind is NEWLINE and self.values[position + 1] == "if":
            self.position += 1
        if self.at_word("if"):
            return self.condition(parse)
        if kind == "[":
            return self.for_expression(lambda: self._loop_body(parse))
        if kind != "{":
            self.fail("OCT320", "expected a body", _BODY_HINT)
        return parse()

    def _loop_body(self, parse: Callable[[], Object]) -> Expression:
        if self.at_word("if"):
            return self.condition(parse)
        if self.kinds[self.position] != "{":
            hint = "after the colon comes `{ ... }` or `if (condition) { ... }`"
            self.fail("OCT320", "expected the body of the loop", hint)
        return parse()

    def _end(self) -> int:
        """Give the end of the last token taken."""
        return self.ends[self.position - 1]

    # --- declarations ---

    def _target_scope(self, start: int, decorators: Decorators) -> Statement:
        value = self._value(self.expression)
        return TargetScope(start, self._end(), decorators, value)

    def _metadata(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the metadata")
        value = self._value(self.expression)
        return Metadata(start, self._end(), decorators, name, value)

    def _parameter(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the parameter")
        declared = self._type()
        default = None
        if self.kinds[self.position] == "=":
            default = self._value(self.expression)
        elif not self._is_at_end() and not isinstance(declared, MissingType):
            self._report_parameter_end()
        return Parameter(start, self._end(), decorators, name, declared, default)

    def _report_parameter_end(self) -> None:
        """Report what stands between the type of a parameter and the end of its line."""
        old = self.kinds[self.position] == "{"
        hint = "write decorators such as `@allowed` above the parameter instead" if old else ""
        self.report("OCT318", f"expected `=` or a new line, found {self.found()}", hint)
        self.recover(self.position, END_OF_LINE)

    def _variable(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the variable")
        declared = None
        if self.kinds[self.position] != "=" and not self._is_at_end():
            declared = self._type()
        value = self._value_unless_missing(declared)
        return Variable(start, self._end(), decorators, name, declared, value)

    def _output(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the output")
        declared = self._type()
        value = self._value_unless_missing(declared)
        return Output(start, self._end(), decorators, name, declared, value)

    def _value_unless_missing(self, declared: TypeExpression | None) -> Expression:
        """Parse `= value`; say nothing when a broken type took the whole line."""
        if isinstance(declared, MissingType) and self._is_at_end():
            return Missing(self._end(), self._end())
        return self._value(self.expression)

    def _type_declaration(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the type")
        self.take("=")
        declared = self._type()
        return TypeDeclaration(start, self._end(), decorators, name, declared)

    def _function(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the function")
        opening = self.starts[self.position]
        self.take("(")
        parse = self._function_parameter
        parameters = tuple(self.comma_list(")", parse, line_end_before_comma=True))
        self.take_closing(")", opening)
        returns = self._type()
        body = self.lambda_body()
        return Function(start, self._end(), decorators, name, parameters, returns, body)

    def _function_parameter(self) -> FunctionParameter:
        name = self.take_name("the name of a parameter")
        declared = self.type()
        return FunctionParameter(name.start, declared.end, name, declared)

    def _resource(self, start: int, decorators: Decorators) -> Resource:
        name = self.take_name("the name of the resource")
        hint = "it has the form `'Microsoft.Network/virtualNetworks@2024-05-01'`"
        written = self._string("OCT319", "the type of the resource as a string", hint)
        existing = self.at_word("existing")
        if existing:
            self.position += 1
        value = self._value(lambda: self._body(self.resource_object))
        return Resource(start, self._end(), decorators, name, written, existing, value)

    def nested_resource(self) -> Resource:
        """Parse a resource in the body of another, decorators included."""
        start = self.starts[self.position]
        decorators = self.decorators()
        if not self.at_word("resource"):
            self.fail_without_declaration(start, "a nested `resource`")
        self.position += 1
        return self._resource(start, decorators)

    def _module(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the module")
        path = self._string("OCT319", "the path of the module as a string")
        value = self._value(lambda: self._body(self.object))
        return Module(start, self._end(), decorators, name, path, value)

    def _test(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the test")
        path = self._string("OCT319", "the path of the file to test as a string")
        value = self._value(self.object)
        return Test(start, self._end(), decorators, name, path, value)

    def _assert(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the assertion")
        value = self._value(self.expression)
        return Assert(start, self._end(), decorators, name, value)

    # --- imports and extensions ---

    def _import(self, start: int, decorators: Decorators) -> Statement:
        if self.kinds[self.position] in (STRING, LEFT):
            return self._extension(start, decorators)
        wildcard: Identifier | None = None
        items: tuple[ImportItem, ...] = ()
        if self.kinds[self.position] == "*":
            self.position += 1
            self.take_word("as")
            wildcard = self.take_name("the name to import under")
        else:
            items = self._import_list()
        self.take_word("from")
        path = self._string("OCT319", "the path of the file to import from as a string")
        return Import(start, self._end(), decorators, wildcard, items, path)

    def _import_list(self) -> tuple[ImportItem, ...]:
        opening = self.starts[self.position]
        if self.kinds[self.position] != "{":
            self.fail("OCT313", "expected `{ names }` or `* as name` after `import`")
        self.position += 1
        items = self.elements(self._import_item)
        self.take_closing("}", opening)
        return tuple(items)

    def _import_item(self) -> ImportItem:
        """Parse `name`, `name as alias` or `'name' as alias`."""
        position = self.position
        is_string = self.kinds[position] in (STRING, LEFT)
        name = self.string() if is_string else self.take_name("the name of what to import")
        alias: Identifier | None = None
        if self.at_word("as"):
            self.position += 1
            alias = self.take_name("the name to import it under")
        elif is_string:
            self.fail("OCT311", "expected `as` and a name after a name in quotes")
        return ImportItem(name.start, self._end(), name, alias)

    def _extension(self, start: int, decorators: Decorators) -> Statement:
        """Parse what follows `extension`, `provider` or the old `import`."""
        keyword = self.values[self.position - 1]
        specification: Identifier | StringLike
        if self.kinds[self.position] is NAME:
            specification = self.take_name("the extension")
        else:
            specification = self._string("OCT319", "an extension: a name or a string")
        configuration: Expression | None = None
        alias: Identifier | None = None
        if self.at_word("with"):
            self.position += 1
            configuration = self.object()
        if self.at_word("as"):
            self.position += 1
            alias = self.take_name("the name of the extension")
        end = self._end()
        return Extension(start, end, decorators, keyword, specification, configuration, alias)

    # --- parameter files ---

    def _using(self, start: int, decorators: Decorators) -> Statement:
        path: StringLike | None = None
        if self.at_word("none"):
            self.position += 1
        else:
            path = self._string("OCT319", "the path of a Bicep file as a string, or `none`")
        configuration = self._with_clause() if self.at_word("with") else None
        return Using(start, self._end(), decorators, path, configuration)

    def _with_clause(self) -> Expression:
        self.take_word("with")
        return self.object()

    def _extends(self, start: int, decorators: Decorators) -> Statement:
        path = self._string("OCT319", "the path of a parameter file as a string")
        return Extends(start, self._end(), decorators, path)

    def _assignment(self, start: int, decorators: Decorators) -> Statement:
        name = self.take_name("the name of the parameter")
        value = self._value(self.expression)
        return ParameterAssignment(start, self._end(), decorators, name, value)

    def _extension_configuration(self, start: int, decorators: Decorators) -> Statement:
        alias = self.take_name("the name of the extension")
        configuration = self._with_clause()
        return ExtensionConfiguration(start, self._end(), decorators, alias, configuration)


Keywords: TypeAlias = Mapping[str, Callable[[StatementParser, int, Decorators], Statement]]

BICEP_KEYWORDS: Final[Keywords] = {
    "targetScope": StatementParser._target_scope,
    "metadata": StatementParser._metadata,
    "param": StatementParser._parameter,
    "var": StatementParser._variable,
    "output": StatementParser._output,
    "type": StatementParser._type_declaration,
    "func": StatementParser._function,
    "resource": StatementParser._resource,
    "module": StatementParser._module,
    "import": StatementParser._import,
    "extension": StatementParser._extension,
    "provider": StatementParser._extension,
    "assert": StatementParser._assert,
    "test": StatementParser._test,
}
PARAMETER_FILE_KEYWORDS: Final[Keywords] = {
    "using": StatementParser._using,
    "extends": StatementParser._extends,
    "param": StatementParser._assignment,
    "var": StatementParser._variable,
    "type": StatementParser._type_declaration,
    "import": StatementParser._import,
    "extension": StatementParser._extension,
    "extensionConfig": StatementParser._extension_configuration,
}
