"""2xx: fragments."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_SANDBOX = "https://jinja.palletsprojects.com/en/stable/sandbox/"

RENDERING_CODES: tuple[Code, ...] = (
    Code(
        "OCT201",
        "Unknown component",
        "A component is named by its role and kind, as in database/azure-sql, and this one does not exist.",
        example="octoha-render component database/azuresql",
        instead="octoha-render component database/azure-sql",
    ),
    Code(
        "OCT202",
        "Missing fragment",
        "A fragment or script was asked for that is neither in the folder of overrides nor in the package.",
        example="{% include 'shared/no-such-fragment.j2' %}",
        instead="Name a fragment by its path below templates/.",
    ),
    Code(
        "OCT203",
        "Fragment syntax",
        "Jinja cannot read the fragment.",
        example="{% if nodes.count > 2 %} without {% endif %}",
        instead="Close every block, and every {{ with }}.",
        sources=("https://jinja.palletsprojects.com/en/stable/templates/",),
    ),
    Code(
        "OCT204",
        "Undefined value in a fragment",
        "The fragment reads a name that the stack does not have. Undefined values are never rendered as nothing.",
        example="{{ nodes.cout | bicep }}",
        instead="{{ nodes.count | bicep }}",
    ),
    Code(
        "OCT205",
        "Fragment failed",
        "Rendering the fragment ended in an error, such as a value that has no Bicep literal.",
        example="{{ (1 / 3) | bicep }}",
        instead="Bicep has whole numbers only.",
    ),
    Code(
        "OCT206",
        "Fragment left the sandbox",
        "Fragments are rendered in Jinja's sandbox; this one reaches for Python's inside or changes a value.",
        example="{{ ''.__class__ }}",
        sources=(_SANDBOX,),
    ),
    Code(
        "OCT210",
        "Environment of another shape",
        "One rendered template serves every environment, so an overlay may change values such as sizes and "
        "counts, and not which components there are or how they are wired.",
        example="environments: {test: {load_balancer: {grpc: true}}}",
        instead="Set it for all environments, or give that environment a config of its own.",
    ),
    Code(
        "OCT211",
        "A secret would be written",
        "A rendered file holds text that surely is a secret, such as a storage account key or a token. Secrets "
        "are parameters without default and never part of a file.",
        example="tags: {note: '<a storage account key>'}",
        instead="Take it out, renew it, and pass it as a secure parameter.",
        sources=("https://pypi.org/project/microsoft-security-utilities-secret-masker/",),
    ),
)
