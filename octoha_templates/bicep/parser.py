"""Text to syntax nodes: a whole file. The module to call.

    parse(text: str, file: str) -> ParseResult(program, diagnostics)

It never raises: a file that is not Bicep gives findings. After a mistake it goes on with the next
element or statement, so that one run reports every syntax error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from octoha_templates.bicep.height import HIGHEST_TREE, is_too_high
from octoha_templates.bicep.lexer import END, NAME, NEWLINE, Lexer, Tokens
from octoha_templates.bicep.source import SourceText
from octoha_templates.bicep.statement_parser import (
    BICEP_KEYWORDS,
    PARAMETER_FILE_KEYWORDS,
    Keywords,
    StatementParser,
)
from octoha_templates.bicep.syntax import Program, Statement
from octoha_templates.bicep.syntax_findings import SyntaxFindings, TooManyFindingsError
from octoha_templates.bicep.token_stream import END_OF_LINE, TooDeepError, UnexpectedTokenError
from octoha_templates.diagnostics import Diagnostic

PARAMETER_FILE_SUFFIX: Final = ".bicepparam"


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What a file says, and what is wrong with how it says it.

    Attributes:
        program: The tree; complete when there are no diagnostics.
        diagnostics: The syntax errors, by place.
    """

    program: Program
    diagnostics: tuple[Diagnostic, ...]


def parse(text: str, file: str) -> ParseResult:
    """Parse one Bicep file.

    Args:
        text: Its characters; a byte order mark in front is passed over.
        file: Its name, for findings; one that ends in `.bicepparam` is read as a parameter file.

    Returns:
        The tree and the findings, OCT300 to OCT329. The same text gives the same result.
    """
    source = SourceText(text, file)
    findings = SyntaxFindings(source)
    is_parameter_file = file.lower().endswith(PARAMETER_FILE_SUFFIX)
    keywords = PARAMETER_FILE_KEYWORDS if is_parameter_file else BICEP_KEYWORDS
    tokens = Tokens()
    statements: list[Statement] = []
    try:
        tokens = Lexer(findings).tokens()
        _FileParser(tokens, findings, keywords).parse_into(statements)
    except TooManyFindingsError:
        pass  # the last finding says that there are more
    end = len(source.text)
    program = Program(0, end, source, tuple(statements), tuple(tokens.pragmas), is_parameter_file)
    return ParseResult(program, findings.in_order())


class _FileParser(StatementParser):
    """Parses the statements of a file, whatever happens in between."""

    __slots__ = ("keywords",)

    def __init__(self, tokens: Tokens, findings: SyntaxFindings, keywords: Keywords) -> None:
        super().__init__(tokens, findings)
        self.keywords = keywords
        self.in_hole = False

    def parse_into(self, statements: list[Statement]) -> None:
        """Parse to the end of the file, adding to the list as it goes."""
        while True:
            self.skip_line_ends()
            if self.kinds[self.position] is END:
                return
            begin = self.position
            self._reset()
            try:
                statement = self._statement()
                if not (self.is_deep and self._reports_height(statement)):
                    statements.append(statement)
                self._end_line()
            except UnexpectedTokenError:
                self.position += self.position == begin
                self.recover(begin, END_OF_LINE)
            except TooDeepError:
                self._leave_deep_statement()
            self.position += self.position == begin

    def _reset(self) -> None:
        """Forget what belonged to the statement before."""
        self.depth = self.links = self.unclosed = 0
        self.in_hole = self.is_deep = False

    def _statement(self) -> Statement:
        """Parse one statement with its decorators."""
        start = self.starts[self.position]
        decorators = self.decorators()
        is_name = self.kinds[self.position] is NAME
        method = self.keywords.get(self.values[self.position]) if is_name else None
        if method is None:
            self._fail_without_statement(start)
        self.position += 1
        return method(self, start, decorators)

    def _fail_without_statement(self, start: int) -> NoReturn:
        """Report that something else stands where a statement was expected."""
        if self.text[start] == "@":
            self.fail_without_declaration(start, "a declaration")
        if self.keywords is PARAMETER_FILE_KEYWORDS:
            hint = "a parameter file has `using`, `extends`, `import`, `param`, `var` and `type`"
            self.fail("OCT308", "expected a statement of a parameter file", hint)
        hint = "a line starts with `param`, `var`, `resource`, `module`, `output` or the like"
        self.fail("OCT308", "expected a declaration", hint)

    def _end_line(self) -> None:
        """Make sure that a statement is alone on its last line."""
        kind = self.kinds[self.position]
        if kind is NEWLINE or kind is END or self.starts_statement(self.position):
            return
        self.report("OCT314", f"expected a new line, found {self.found()}")
        self.recover(self.position, END_OF_LINE)

    def _leave_deep_statement(self) -> None:
        """Skip to the next line that starts a statement."""
        self.position += 1
        while self.kinds[self.position] is not END and not self.starts_statement(self.position):
            self.position += 1

    def _reports_height(self, statement: Statement) -> bool:
        """Report a statement whose tree is higher than later stages can walk."""
        if not is_too_high(statement):
            return False
        message = f"this statement nests more than {HIGHEST_TREE} operations"
        hint = "give parts of it a name with `var`"
        self.findings.add("OCT325", statement.start, message, hint)
        return True
