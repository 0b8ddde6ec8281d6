"""420 to 459: a template against ARM's own rules."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_LIMITS = "Azure docs, Template best practices, Template limits"
_FUNCTIONS = "Azure docs, ARM template functions"
_NAMES = "Azure docs, Naming rules and restrictions for Azure resources"
_DEPENDS = "Azure docs, Define the order for deploying resources"
_SECRETS = "Azure docs, Template best practices, Security recommendations for parameters"

RULE_CODES: tuple[Code, ...] = (
    Code(
        "OCT420",
        "Template too large",
        "ARM refuses templates of more than 4 MB.",
        example="a template with a file of 5 MB in a variable",
        instead="load less text, or put modules into template specs",
        sources=(_LIMITS,),
    ),
    Code(
        "OCT421",
        "Too many entries",
        "ARM takes 256 parameters, 256 variables, 800 resources and 64 outputs. Resources of a "
        "loop count each.",
        example='"copy": { "name": "nodes", "count": 900 }',
        instead="split the template into modules, or put several values into one object",
        sources=(_LIMITS,),
    ),
    Code(
        "OCT422",
        "Expression too long",
        "ARM takes 24,576 characters in one expression.",
        example="\"[concat('...', '...')]\", with a script in it",
        instead="split it with variables",
        sources=(_LIMITS,),
    ),
    Code(
        "OCT423",
        "Invalid expression",
        "Text in square brackets is an expression, and this one cannot be read. Plain text that "
        "begins with a bracket needs a second one in front.",
        example="\"[concat('a', ]\"",
        instead="\"[concat('a', 'b')]\", or \"[[plain text]\"",
        sources=(_FUNCTIONS,),
    ),
    Code(
        "OCT424",
        "Unknown parameter or variable",
        "The expression uses a name that the template does not declare. A nested template with "
        "inner scope sees its own parameters and variables only.",
        example="\"[parameters('locaton')]\"",
        instead="\"[parameters('location')]\"",
        sources=(_FUNCTIONS,),
        bcp="BCP057",
    ),
    Code(
        "OCT425",
        "Unused parameter",
        "Nothing uses the parameter; people would set it and see no effect.",
        example='"parameters": { "unused": { "type": "string" } }',
        instead="remove it",
    ),
    Code(
        "OCT426",
        "Unused variable",
        "Nothing uses the variable.",
        example='"variables": { "unused": 1 }',
        instead="remove it",
    ),
    Code(
        "OCT427",
        "Unknown function",
        "The template engine has no such function, nor does the template declare one.",
        example="\"[toUpperCase('a')]\"",
        instead="\"[toUpper('a')]\"",
        sources=(_FUNCTIONS,),
        bcp="BCP057",
    ),
    Code(
        "OCT428",
        "Nested too deeply",
        "Objects and lists are inside each other more than 90 levels deep. No template needs that, and "
        "nothing could be checked.",
        example="a value that holds itself, written out by a program",
        instead="look for the part that repeats",
    ),
    Code(
        "OCT430",
        "Dependency on nothing",
        "`dependsOn` names a resource that this template does not deploy; ARM refuses the "
        "template.",
        example="\"dependsOn\": [\"[resourceId('Microsoft.Network/natGateways', 'other')]\"]",
        instead="name a resource of the same template, or leave it out",
        sources=(_DEPENDS,),
    ),
    Code(
        "OCT431",
        "Circle of dependencies",
        "Resources wait for each other, so none can begin; ARM refuses the template.",
        example="a depends on b, and b on a",
        instead="remove one of the dependencies, or move what both need into a third resource",
        sources=(_DEPENDS,),
        bcp="BCP080",
    ),
    Code(
        "OCT432",
        "Resource there twice",
        "Two resources have the same type, name and scope. They would be deployed at the same "
        "time, and one of them fails or overwrites the other.",
        example='two of "type": "Microsoft.Network/natGateways", "name": "nat"',
        instead="remove one, or give it another name",
        bcp="BCP121",
    ),
    Code(
        "OCT440",
        "Secret in an output",
        "Outputs are kept in the history of the deployment, in plain text, for everybody who may "
        "read it.",
        example='"key": { "type": "string", "value": "[listKeys(...).keys[0].value]" }',
        instead="write the secret to a key vault, and let those who need it read it there",
        sources=(_SECRETS,),
    ),
    Code(
        "OCT441",
        "Secure parameter with a default",
        "A default stands in the template, so it is no secret. An empty one and newGuid() do no "
        "harm.",
        example='"password": { "type": "securestring", "defaultValue": "Pa55w0rd" }',
        instead='"password": { "type": "securestring" }',
        sources=(_SECRETS,),
    ),
    Code(
        "OCT442",
        "Secret in a nested template with outer scope",
        "Expressions of such a template are filled in before it is stored, so that the secret "
        "stands in the history of the deployment, in plain text.",
        example='a nested deployment without "expressionEvaluationOptions"',
        instead='"expressionEvaluationOptions": { "scope": "inner" }, and a secure parameter',
        sources=("Azure docs, Use linked and nested templates, Expression evaluation scope",),
    ),
    Code(
        "OCT443",
        "Loop index outside a loop",
        "`copyIndex` gives the number of the round, and there is no loop here, or none of that "
        "name.",
        example='"name": "[concat(\'vm\', copyIndex())]", without "copy"',
        instead='add "copy": { "name": "nodes", "count": 3 }',
        sources=(_FUNCTIONS,),
    ),
    Code(
        "OCT444",
        "Value known too late",
        "`reference` and the `list` functions read what the deployment makes. Names, types, "
        "locations, conditions, counts, variables and defaults must be known before it begins.",
        example='"variables": { "ip": "[reference(\'nic\').ipConfigurations[0]]" }',
        instead="use it in properties or outputs, or pass it into a nested template as a parameter",
        sources=(_FUNCTIONS,),
        bcp="BCP120",
    ),
    Code(
        "OCT450",
        "Invalid name",
        "Azure refuses the name: it is too short, too long, or has characters that this type does "
        "not take.",
        example='"type": "Microsoft.Storage/storageAccounts", "name": "Octopus-Files"',
        instead='"name": "octopusfiles"',
        sources=(_NAMES,),
    ),
    Code(
        "OCT451",
        "Default does not fit its parameter",
        "The default is of another type than the parameter, is not among the values allowed, or "
        "is outside the bounds.",
        example='"count": { "type": "int", "defaultValue": "3" }',
        instead='"count": { "type": "int", "defaultValue": 3 }',
        bcp="BCP027",
    ),
    Code(
        "OCT452",
        "Unknown parameter of a nested template",
        "The deployment passes a parameter that the template inside does not declare; ARM refuses "
        "it.",
        example='"parameters": { "locaton": { "value": "westeurope" } }',
        instead='"parameters": { "location": { "value": "westeurope" } }',
        bcp="BCP037",
    ),
    Code(
        "OCT453",
        "Missing parameter of a nested template",
        "The template inside declares a parameter without a default, and the deployment does not "
        "pass it.",
        example='"parameters": {}',
        instead='"parameters": { "location": { "value": "westeurope" } }',
        bcp="BCP035",
    ),
)
