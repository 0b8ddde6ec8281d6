"""120 to 136: values and keys that the types refuse, settings and environments."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

VALUE_CODES: tuple[Code, ...] = (
    Code(
        "OCT120",
        "An unknown key",
        "The config has a key that nothing reads. It is refused, because a misspelt key would "
        "otherwise leave the default in place unnoticed.",
        example="nodes:\n  cout: 3",
        instead="nodes:\n  count: 3",
    ),
    Code(
        "OCT121",
        "A required key is missing",
        "The key has no default that would be right for anybody.",
        example="octopus:\n  version: 2026.3.12345",
        instead="octopus:\n  version: 2026.3.12345\n  host_name: octopus.example.com\n"
        "  administrator:\n    email: octopus-admins@example.com",
    ),
    Code(
        "OCT122",
        "A value of the wrong type",
        "Reading is strict: text is not turned into a number, and yes and no are text, as YAML "
        "1.2 has it.",
        example='nodes:\n  count: "3"',
        instead="nodes:\n  count: 3",
    ),
    Code(
        "OCT123",
        "A number out of range",
        "Azure or Octopus takes numbers of a certain range there.",
        example="nodes:\n  zones: [1, 4]",
        instead="nodes:\n  zones: [1, 3]",
    ),
    Code(
        "OCT124",
        "Not one of the values allowed",
        "There is a fixed set of values, spelt exactly so.",
        example="octopus:\n  license_tier: Enterprise",
        instead="octopus:\n  license_tier: enterprise",
    ),
    Code(
        "OCT125",
        "Text of the wrong form",
        "The text, or the key, does not have the form that Azure or Octopus wants there.",
        example="location: West Europe",
        instead="location: westeurope",
        sources=("learn.microsoft.com, Naming rules and restrictions for Azure resources",),
    ),
    Code(
        "OCT126",
        "Too long or too short",
        "A text, a list or a mapping has more or fewer entries than can be. A Windows computer "
        "name, for one, has at most 15 characters.",
        example="nodes:\n  names: [octopus-production-1]",
        instead="nodes:\n  names: [octopus-prod-1]",
    ),
    Code(
        "OCT127",
        "Line breaks or invisible characters in a value",
        "A value has a line break, a control character, or one that changes the direction of "
        "writing. No name, address or tag needs one, and in a portal or a script it would "
        "mislead.",
        example='tags:\n  owner: "one\\ntwo"',
        instead="tags:\n  owner: one, two",
    ),
    Code(
        "OCT128",
        "An unknown kind",
        "There is no such alternative of the component. octoha-render list shows all of them.",
        example="backup:\n  kind: nonee",
        instead="backup:\n  kind: none",
    ),
    Code(
        "OCT130",
        "Not a setting",
        "--set takes KEY=VALUE; keys inside others are joined with dots, list items are counted "
        "from 0.",
        example="--set nodes.count",
        instead="--set nodes.count=2, --set 'network.access[0].sku=Basic'",
    ),
    Code(
        "OCT132",
        "A setting that leads nowhere",
        "The key of a --set goes on below a plain value, or names a list item that is not there.",
        example="--set name.short=octo",
    ),
    Code(
        "OCT133",
        "An unknown environment",
        "The config has no environment of that name.",
        instead="Name one of those under environments.",
    ),
    Code(
        "OCT134",
        "Environments inside an environment",
        "An overlay changes values of the stack; it has no overlays of its own.",
        example="environments:\n  test:\n    environments: {}",
    ),
    Code(
        "OCT135",
        "An environment changes what the template contains",
        "One template serves all environments; they differ in values. Another kind of a "
        "component, another way to log in to the database or another way in is another template.",
        example="environments:\n  test:\n    backup:\n      kind: none",
        instead="A config of its own for the test stack.",
    ),
    Code(
        "OCT136",
        "A name that an environment cannot have",
        "The parameter files of an environment are called after it. main is the stack without "
        "overlay, and Windows keeps a few names for devices.",
        example="environments:\n  main: {}",
    ),
)
