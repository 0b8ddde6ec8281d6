"""101 to 119: a config that cannot be read, or is not the YAML that a config can be."""

from __future__ import annotations

from octoha_templates.codes._entry import Code

_YAML = "https://yaml.org/spec/1.2.2/"

YAML_CODES: tuple[Code, ...] = (
    Code(
        "OCT101",
        "Not valid YAML",
        "The text breaks the grammar of YAML, so nothing behind that place can be read.",
        example="nodes:\n\tcount: 3",
        instead="nodes:\n  count: 3",
        sources=(_YAML,),
    ),
    Code(
        "OCT102",
        "The config is empty",
        "The file has nothing in it, or only comments. A stack needs at least the version, the "
        "portal's name and an administrator's address.",
        example="# nothing yet",
        instead="octoha-render init writes a config to start from.",
    ),
    Code(
        "OCT103",
        "A second YAML document",
        "One file describes one stack. What differs between environments goes under the key "
        "environments.",
        example="name: one\n---\nname: two",
    ),
    Code(
        "OCT104",
        "A key given twice",
        "YAML parsers take the last of two equal keys in silence, so one of the two values would "
        "be lost.",
        example="name: one\nname: two",
        instead="name: two",
        sources=(f"{_YAML}, 3.2.1.3",),
    ),
    Code(
        "OCT105",
        "A tag is not taken here",
        "A config is plain data: mappings, lists, text, numbers, true and false. Tags that "
        "construct or include something else are refused, and so is a core tag whose value is "
        "not of that type.",
        example="location: !include region.txt",
    ),
    Code(
        "OCT106",
        "A key that is not text",
        "YAML allows lists and mappings as keys; a config does not.",
        example="? [a, b]\n: value",
    ),
    Code(
        "OCT107",
        "Too many values",
        "The config has more than 20,000 values once its aliases are expanded. Small files that "
        "expand to millions of values are a known way to bring parsers down.",
    ),
    Code(
        "OCT108",
        "An anchor that contains itself",
        "The alias stands inside the value that its anchor marks, so the value would have no end.",
        example="nodes: &n\n  image: *n",
    ),
    Code(
        "OCT109",
        "Nested too deeply",
        "Lists or mappings are nested more than 40 levels deep; a config has about six.",
    ),
    Code(
        "OCT110",
        "The config is too large",
        "A config is a few kilobytes. A file of more than 1 MiB is another file, and is not read.",
    ),
    Code(
        "OCT111",
        "Not UTF-8 text",
        "The file is binary, or text in another encoding. A byte order mark is fine.",
        instead="Save it as UTF-8.",
    ),
    Code(
        "OCT113",
        "An unknown anchor",
        "An alias names an anchor that does not stand above it.",
        example="nodes: *defaults",
        sources=(f"{_YAML}, 7.1",),
    ),
    Code(
        "OCT114",
        "Not keys and values",
        "A config is a mapping at the top: keys, colons and values. This one is a list or a "
        "single value.",
        example="- nodes\n- database",
    ),
    Code(
        "OCT115",
        "Cannot be merged",
        "The merge key << takes a mapping or a list of mappings, most often as an alias.",
        example="nodes:\n  <<: 3",
        instead="nodes:\n  <<: *defaults",
    ),
    Code(
        "OCT116",
        "An invisible character",
        "The text has a control character, or one that changes the direction of writing. Both "
        "make a config look different from what it is.",
        sources=("unicode.org, UTR 36 and UAX 9",),
    ),
    Code("OCT117", "No such file", "There is no file of that name."),
    Code(
        "OCT118",
        "A folder, not a file",
        "A folder was named where the YAML file inside it was meant.",
    ),
    Code(
        "OCT119",
        "The config cannot be read",
        "The file is there, but the system does not let this user read it.",
    ),
)
