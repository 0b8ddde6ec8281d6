"""Every rendered line knows the fragment and the line that it came from."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from octoha_templates._resources import data_folder
from octoha_templates.config.load import load_stack
from octoha_templates.rendering.modules import RenderedModule, render_modules
from octoha_templates.rendering.spans import FragmentLine, MarkLines, read_marks


def _rendered(fragments: dict[str, str], **values: Any) -> tuple[str, list[str]]:
    """Render `main` the way fragments are; give the text, and each line's place as `fragment:line`."""
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(fragments),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[MarkLines],
    )
    text, spans = read_marks(environment.get_template("main").render(values), "main")
    return text, [f"{span.fragment}:{span.line}" for span in spans]


def test_plain_lines_come_from_themselves() -> None:
    assert _rendered({"main": "one\ntwo\n"}) == ("one\ntwo\n", ["main:1", "main:2"])


def test_lines_after_a_block_tag_keep_their_own_numbers() -> None:
    text, places = _rendered({"main": "{% if true %}\none\n{% endif %}\ntwo\n"})

    assert (text, places) == ("one\ntwo\n", ["main:2", "main:4"])


def test_lines_of_an_include_name_the_included_fragment() -> None:
    text, places = _rendered(
        {"main": "before\n{% include 'part' %}\nafter\n", "part": "{# why #}\nfirst\nsecond\n"}
    )

    assert text == "before\nfirst\nsecond\nafter\n"
    assert places == ["main:1", "part:2", "part:3", "main:3"]


def test_lines_of_a_macro_name_the_place_in_the_macro() -> None:
    text, places = _rendered(
        {
            "main": "{% from 'macros' import pair %}\nbefore\n{{ pair('x') }}\nafter\n",
            "macros": "{% macro pair(name) %}\n{{ name }}: {\n}\n{% endmacro %}\n",
        }
    )

    assert [line for line in text.splitlines() if line] == ["before", "x: {", "}", "after"]
    assert [place for line, place in zip(text.splitlines(), places, strict=True) if line] == [
        "main:2",
        "macros:2",
        "macros:3",
        "main:4",
    ]


def test_each_turn_of_a_loop_names_the_line_in_the_loop() -> None:
    text, places = _rendered(
        {"main": "{% for item in items %}\n- {{ item }}\n{% endfor %}\nend\n"}, items=["a", "b"]
    )

    assert (text, places) == ("- a\n- b\nend\n", ["main:2", "main:2", "main:4"])


def test_lines_of_a_set_block_name_the_place_where_they_were_written() -> None:
    text, places = _rendered(
        {"main": "{% set rules %}\none\ntwo\n{% endset %}\nbefore\n{{ rules -}}\nafter\n"}
    )

    assert text == "before\none\ntwo\nafter\n"
    assert places == ["main:5", "main:2", "main:3", "main:7"]


def test_a_value_of_several_lines_continues_the_line_it_was_put_in() -> None:
    text, places = _rendered({"main": "param x = {{ value }}\nend\n"}, value="[\n  1\n]")

    assert text == "param x = [\n  1\n]\nend\n"
    assert places == ["main:1", "main:1", "main:1", "main:2"]


def test_a_tag_over_several_lines_leaves_no_mark_behind() -> None:
    text, places = _rendered(
        {"main": "{% set items = [\n  'a',\n  'b',\n] %}\n{{ items |\n  join }}\nend\n"}
    )

    assert (text, places) == ("ab\nend\n", ["main:5", "main:7"])


def test_a_brace_inside_a_comment_opens_no_tag() -> None:
    text, places = _rendered({"main": "{# {% never closed #}\none\n{# two\nlines #}\nend\n"})

    assert (text, places) == ("one\nend\n", ["main:2", "main:5"])


def test_several_blank_lines_become_one_and_the_places_stay_with_their_lines() -> None:
    text, places = _rendered({"main": "one\n\n\n\ntwo\n\n\nthree\n"})

    assert text == "one\n\ntwo\n\nthree\n"
    assert [place for line, place in zip(text.splitlines(), places, strict=True) if line] == [
        "main:1",
        "main:5",
        "main:8",
    ]


def test_what_is_left_out_leaves_no_blank_lines_at_the_start_or_the_end() -> None:
    text, places = _rendered({"main": "\n{% if false %}\nno\n{% endif %}\n\none\n\n\n"})

    assert text == "one\n"
    assert places[0] == "main:6"


def test_no_text_of_a_person_can_pretend_to_come_from_elsewhere() -> None:
    stack = load_stack(
        settings=["octopus.installer.base_url=https://x.example.com/\ue0f0a:1\ue0f1"]
    )
    main = render_modules(stack).modules[0]

    (line,) = [line for line in main.text.splitlines() if "x.example.com" in line]
    assert "\\u{e0f0}a:1\\u{e0f1}" in line
    fragments = {span.fragment for span in main.spans}
    assert all((data_folder("templates") / fragment).is_file() for fragment in fragments)


@pytest.fixture(scope="module")
def modules() -> tuple[RenderedModule, ...]:
    return render_modules(load_stack()).modules


def test_every_line_of_the_reference_stack_has_one_place(
    modules: tuple[RenderedModule, ...],
) -> None:
    for module in modules:
        assert len(module.spans) == len(module.text.splitlines()), module.path


def test_no_mark_is_left_in_the_reference_stack(modules: tuple[RenderedModule, ...]) -> None:
    assert not [module.path for module in modules if not module.text.isascii()]


@pytest.mark.parametrize(
    ("path", "text", "fragment"),
    [
        ("main.bicep", "param pollingPort int", "main/parameters.bicep.j2"),
        ("main.bicep", "output portalUrl string", "main.bicep.j2"),
        (
            "modules/network.bicep",
            "name: 'AllowBastionInbound'",
            "shared/security-group.bicep.j2",
        ),
        ("modules/network.bicep", "resource sqlDnsZone ", "shared/private-dns-zones.bicep.j2"),
        ("modules/key-vault.bicep", "privateLinkServiceId", "shared/private-endpoint.bicep.j2"),
        ("modules/key-vault.bicep", "param location string", "shared/common-parameters.bicep.j2"),
    ],
)
def test_line_of_the_reference_stack_names_the_fragment_that_has_its_text(
    modules: tuple[RenderedModule, ...], path: str, text: str, fragment: str
) -> None:
    (module,) = [module for module in modules if module.path == path]
    number = next(
        number for number, line in enumerate(module.text.splitlines(), start=1) if text in line
    )
    place = module.find_fragment(number)

    assert place is not None
    assert place.fragment == fragment


def test_there_is_no_place_before_the_first_line_or_after_the_last() -> None:
    module = RenderedModule("main.bicep", "one\n", (FragmentLine("main.bicep.j2", 1),))

    assert module.find_fragment(0) is None
    assert module.find_fragment(1) == FragmentLine("main.bicep.j2", 1)
    assert module.find_fragment(2) is None
