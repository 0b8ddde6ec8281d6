"""400 to 419 and 460 to 469: a template against the schemas."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_REFERENCE = "Azure docs, Template reference: learn.microsoft.com/azure/templates"

SCHEMA_CODES: tuple[Code, ...] = (
    Code(
        "OCT401",
        "Unknown resource type",
        "The schemas have the provider, but no such type. Mostly a letter is missing, or a "
        "segment.",
        example='"type": "Microsoft.Network/virtualNetwork"',
        instead='"type": "Microsoft.Network/virtualNetworks"',
        sources=(_REFERENCE,),
        bcp="BCP081",
    ),
    Code(
        "OCT402",
        "Unknown API version",
        "The schemas have the type, but not in this version, so nothing could be checked. The "
        "versions that fragments use stand in schemas/apiVersions.json.",
        example='"apiVersion": "2025-05-02"',
        instead='"apiVersion": "2025-05-01", or a folder that has the version: --schemas DIR',
        sources=(_REFERENCE,),
        bcp="BCP081",
    ),
    Code(
        "OCT403",
        "Unknown property",
        "The type has no such property in this API version. Azure ignores some and refuses "
        "others; either way it does not do what was meant.",
        example='"properties": { "adressSpace": {} }',
        instead='"properties": { "addressSpace": {} }',
        sources=(_REFERENCE,),
        bcp="BCP037",
    ),
    Code(
        "OCT404",
        "Read-only property",
        "Only Azure sets this property. A template that sets it is ignored or refused.",
        example='"properties": { "provisioningState": "Succeeded" }',
        instead="leave it out, or read it with reference()",
        sources=(_REFERENCE,),
        bcp="BCP073",
    ),
    Code(
        "OCT405",
        "Missing property",
        "Azure refuses the resource, or the template, without this property.",
        example='{ "type": "Microsoft.Storage/storageAccounts", "kind": "StorageV2" }',
        instead='add "sku", "name", "location" and "apiVersion"',
        sources=(_REFERENCE,),
        bcp="BCP035",
    ),
    Code(
        "OCT406",
        "Wrong type",
        "The value is text where a number is wanted, one thing where a list is wanted, and so on. "
        "An expression in square brackets may stand for any of them.",
        example='"priority": "100"',
        instead='"priority": 100',
        sources=(_REFERENCE,),
        bcp="BCP036",
    ),
    Code(
        "OCT407",
        "Value not allowed",
        "The property takes certain values only, and this is none of them.",
        example='"access": "Permit"',
        instead='"access": "Allow"',
        sources=(_REFERENCE,),
        bcp="BCP036",
    ),
    Code(
        "OCT408",
        "Wrong letter case",
        "The value is one of those allowed, but for its letters' case. Many services do not mind; "
        "what-if then shows a change on every run, and some do mind.",
        example='"sku": { "name": "standard" }',
        instead='"sku": { "name": "Standard" }',
        sources=(_REFERENCE,),
        bcp="BCP088",
    ),
    Code(
        "OCT409",
        "Value out of bounds",
        "A number is too small or too large, a text or list too short or too long, or a text is "
        "not of the form that is wanted.",
        example='"copy": { "name": "nodes", "count": 801 }',
        instead='"copy": { "name": "nodes", "count": 3 }',
        sources=(_REFERENCE,),
    ),
    Code(
        "OCT410",
        "Wrong number of name segments",
        "A resource has one name for each segment of its type after the provider. A child at the "
        "top of the template says the names of its parents, too; one nested in its parent says "
        "its own only.",
        example='"type": "Microsoft.Sql/servers/databases", "name": "octopus"',
        instead='"type": "Microsoft.Sql/servers/databases", "name": "sql-octopus/octopus"',
        sources=("Azure docs, Set name and type for child resources",),
        bcp="BCP169",
    ),
    Code(
        "OCT411",
        "No alternative fits, or several do",
        "The value must be one of several kinds of objects. It is none of them, or it is two at once that "
        "exclude each other.",
        example='"outputs": { "a": { "type": "string", "value": "x", "copy": {} } }',
        instead="keep what belongs to one kind; the template reference lists them",
        sources=(_REFERENCE,),
    ),
    Code(
        "OCT412",
        "Resource not checked",
        "No schema covers the provider of this resource, so nothing is known about it. When its "
        "name is close to one that is covered, this is an error, else a warning.",
        example='"type": "Contoso.Portal/sites"',
        instead="name a folder with more schemas: --schemas DIR",
    ),
    Code(
        "OCT413",
        "Extension resource written the old way",
        "A type such as Microsoft.Storage/storageAccounts/providers/roleAssignments hides which "
        "resource is meant, so it cannot be checked.",
        example='"type": "Microsoft.Storage/storageAccounts/providers/roleAssignments"',
        instead='"type": "Microsoft.Authorization/roleAssignments", "scope": "..."',
        sources=("Azure docs, Set scope for extension resources",),
    ),
    Code(
        "OCT460",
        "Schema file unreadable",
        "A file in the folder of schemas is not JSON, or cannot be read, so nothing can be "
        "checked with it.",
        example="--schemas DIR, with a file that was cut off while it was downloaded",
        instead="download it again, or leave --schemas out to use the schemas of this package",
    ),
    Code(
        "OCT461",
        "No folder of schemas",
        "The folder named for the schemas is not there, or has no schemas in the published layout in it. "
        "Going on would check nothing.",
        example="--schemas schema",
        instead="--schemas schemas, a folder that has <apiVersion>/<Provider>.json in it",
    ),
    Code(
        "OCT462",
        "Not a template",
        "The text is not JSON, so there is no template to check. Comments and strings over several lines "
        "are taken, as Azure's own tools take them.",
        example='{ "resources": [ }',
        instead='{ "resources": [] }',
    ),
    Code(
        "OCT463",
        "Key there twice",
        "An object has the same key twice. Only the last one counts, and nobody is told.",
        example='{ "name": "a", "name": "b" }',
        instead='{ "name": "b" }',
    ),
    Code(
        "OCT464",
        "Linked template not checked",
        "The template links to another one by its address, by an expression or as a template spec, which only "
        "Azure can follow. Nothing is wrong with that; it is said so that nobody takes it for checked.",
        example='"templateLink": { "uri": "[parameters(\'artifacts\')]" }',
        instead="Name a file beside the template by relativePath, or check the other template on its own.",
        sources=(
            "https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates",
        ),
    ),
    Code(
        "OCT465",
        "Linked template missing",
        "The template links to a file that cannot be read, or that lies outside the folder of the template.",
        example='"templateLink": { "relativePath": "nested/gone.json" }',
        instead="Put the file there, or mend the path.",
    ),
)
