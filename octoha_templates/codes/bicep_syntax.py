"""300 to 329: Bicep that does not parse.

Where the official compiler has a code per kind of thing (a name of a parameter, of a variable, of
an output), the entry names the most common one and lists the others in its meaning.
"""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_DOCS = "https://learn.microsoft.com/azure/azure-resource-manager/bicep/"
_FILE = (_DOCS + "file",)
_TYPES = (_DOCS + "data-types",)
_OPERATORS = (_DOCS + "operators",)

SYNTAX_CODES: tuple[Code, ...] = (
    Code(
        "OCT300",
        "Unknown character",
        "A character has no meaning in Bicep outside of strings and comments, or the file is not "
        "UTF-8.",
        "var a = 1;",
        "var a = 1",
        _FILE,
        "BCP001",
    ),
    Code(
        "OCT301",
        "Comment not closed",
        "A comment that starts with `/*` goes on to the end of the file.",
        "/* until when?",
        "/* until here */",
        _FILE,
        "BCP002",
    ),
    Code(
        "OCT302",
        "String not closed",
        "A string ends with its line, or with the file, before its closing quote; so does an "
        "interpolation. The official compiler reports BCP003 at the end of a file.",
        "var name = 'octopus",
        "var name = 'octopus'",
        _TYPES,
        "BCP004",
    ),
    Code(
        "OCT303",
        "Unknown escape",
        "A backslash in a string starts an escape, and there is none with this character.",
        r"var path = 'C:\Octopus'",
        r"var path = 'C:\\Octopus'",
        _TYPES,
        "BCP006",
    ),
    Code(
        "OCT304",
        "Not a character",
        "An escape for a character by its number is not complete, the number is too large, or it "
        "is half of a character.",
        r"var smile = '\u1F600'",
        r"var smile = '\u{1F600}'",
        _TYPES,
        "BCP133",
    ),
    Code(
        "OCT305",
        "Multi-line string not closed",
        "A string that starts with three quotes goes on to the end of the file.",
        "var text = '''\nfirst line",
        "var text = '''\nfirst line\n'''",
        _TYPES,
        "BCP140",
    ),
    Code(
        "OCT306",
        "Double quotes",
        "Bicep writes strings in single quotes; double quotes are for JSON.",
        'var name = "octopus"',
        "var name = 'octopus'",
        _TYPES,
        "BCP103",
    ),
    Code(
        "OCT307",
        "Name too long",
        "A name may have at most 255 characters.",
        "",
        "",
        _FILE,
        "BCP024",
    ),
    Code(
        "OCT308",
        "Not a statement",
        "A line does not start with a word that declares something. A parameter file knows other "
        "words than a Bicep file; there the official code is BCP337.",
        "parameter name string",
        "param name string",
        _FILE,
        "BCP007",
    ),
    Code(
        "OCT309",
        "Value expected",
        "A literal, a name, a call, or something in brackets is missing. The official compiler "
        "reports an empty index as BCP117.",
        "var count =",
        "var count = 3",
        _OPERATORS,
        "BCP009",
    ),
    Code(
        "OCT310",
        "Number too large",
        "Whole numbers have 64 bits with a sign.",
        "var many = 9223372036854775808",
        "var many = 9223372036854775807",
        _TYPES,
        "BCP010",
    ),
    Code(
        "OCT311",
        "Word expected",
        "A fixed word such as `in`, `from`, `as` or `for` is missing.",
        "import * shared from 'shared.bicep'",
        "import * as shared from 'shared.bicep'",
        _FILE,
        "BCP012",
    ),
    Code(
        "OCT312",
        "Name expected",
        "A declaration has no name, or what stands there is none: names have letters, digits and "
        "underscores, and do not start with a digit. Official codes: BCP013 parameter, BCP015 "
        "variable, BCP016 output, BCP017 resource, BCP096 module, BCP136 loop, BCP266 metadata, "
        "BCP325 type.",
        "param 1st string",
        "param first string",
        _FILE,
        "BCP015",
    ),
    Code(
        "OCT313",
        "Character expected",
        "A bracket, a colon or an equals sign is missing.",
        "var names = ['a'",
        "var names = ['a']",
        _FILE,
        "BCP018",
    ),
    Code(
        "OCT314",
        "New line expected",
        "Each statement, and each decorator, ends its line.",
        "var a = 1 var b = 2",
        "var a = 1\nvar b = 2",
        _FILE,
        "BCP019",
    ),
    Code(
        "OCT315",
        "Property name expected",
        "After a dot or `::` comes the name of a property, function or nested resource.",
        "var name = vault.",
        "var name = vault.name",
        _OPERATORS,
        "BCP020",
    ),
    Code(
        "OCT316",
        "Key expected",
        "Each line of an object is `key: value`, where the key is a name or a string.",
        "var tags = {\n  1: 'one'\n}",
        "var tags = {\n  '1': 'one'\n}",
        _TYPES,
        "BCP022",
    ),
    Code(
        "OCT317",
        "Type expected",
        "A parameter, output or type declaration needs a type at this place.",
        "param name = 'octopus'",
        "param name string = 'octopus'",
        _TYPES,
        "BCP279",
    ),
    Code(
        "OCT318",
        "Default value or new line expected",
        "After the type of a parameter comes `=` with its default, or the line ends.",
        "param size int {\n  default: 1\n}",
        "param size int = 1",
        (_DOCS + "parameters",),
        "BCP008",
    ),
    Code(
        "OCT319",
        "String expected",
        "A resource needs its type and version, and a module, import or `using` its path, in "
        "quotes. Official codes: BCP068 resource, BCP097 module, BCP201 extension, BCP257 "
        "parameter file.",
        "resource vnet Microsoft.Network/virtualNetworks = {}",
        "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {}",
        (_DOCS + "resource-declaration",),
        "BCP068",
    ),
    Code(
        "OCT320",
        "Body expected",
        "The body of a resource or module is an object, an `if` with an object, or a loop over "
        "objects; in a loop the official code is BCP167.",
        "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = 'name'",
        "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {\n  name: 'name'\n}",
        (_DOCS + "resource-declaration",),
        "BCP118",
    ),
    Code(
        "OCT321",
        "Safe call",
        "`.?` reads a property that may be missing; a function cannot be called through it.",
        "var keys = account.?listKeys()",
        "var keys = account.listKeys()",
        _OPERATORS,
        "BCP322",
    ),
    Code(
        "OCT322",
        "Separator expected",
        "Elements of arrays and objects are separated by new lines or commas, arguments by "
        "commas; between arguments the official code is BCP237.",
        "var names = ['a' 'b']",
        "var names = ['a', 'b']",
        _TYPES,
        "BCP236",
    ),
    Code(
        "OCT323",
        "New line after a comma",
        "Elements are separated by new lines or by commas, not by both.",
        "var names = [\n  'a',\n  'b'\n]",
        "var names = [\n  'a'\n  'b'\n]",
        _TYPES,
        "BCP238",
    ),
    Code(
        "OCT324",
        "Interpolation",
        "What stands in `${ }` is one expression, without arrays and objects in it; for those "
        "the official code is BCP087.",
        "var name = '${a b}'",
        "var name = '${a}${b}'",
        _TYPES,
        "BCP064",
    ),
    Code(
        "OCT325",
        "Nested too deeply",
        "Brackets, conditions, interpolations or chains of operators go deeper than this compiler"
        " follows; parts of them can have a name of their own with `var`. The official compiler "
        "has no fixed limit.",
    ),
    Code(
        "OCT326",
        "Decorator without a declaration",
        "Decorators stand on the lines before the declaration that they describe.",
        "@description('The name.')",
        "@description('The name.')\nparam name string",
        _FILE,
        "BCP132",
    ),
    Code(
        "OCT327",
        "Parentheses with none or several values",
        "Parentheses hold one value, unless they are the parameters of a lambda or the arguments "
        "of a call.",
        "var names = ('a', 'b')",
        "var names = ['a', 'b']",
        _OPERATORS,
        "BCP243",
    ),
    Code(
        "OCT328",
        "Linter comment without codes",
        "A comment that switches findings off says which ones.",
        "#disable-next-line",
        "#disable-next-line no-unused-params",
        (_DOCS + "linter",),
        "BCP226",
    ),
    Code(
        "OCT329",
        "Too many syntax errors",
        "The list of syntax errors was cut short; mend the ones shown and run again.",
    ),
)
