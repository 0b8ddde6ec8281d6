"""Fragments -> Bicep modules, and which line came from which fragment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from octoha_templates._resources import data_folder
from octoha_templates.config.model import Stack
from octoha_templates.config.plan import network_plan
from octoha_templates.diagnostics import Diagnostic, Location, Severity
from octoha_templates.errors import RenderError
from octoha_templates.rendering.components import (
    Component,
    components_of,
    kind_of,
    kinds_of,
    machine_modules,
)
from octoha_templates.rendering.environment import environment
from octoha_templates.rendering.spans import FragmentLine, read_marks
from octoha_templates.rendering.vault_names import vault_names

MAIN_FRAGMENT = "main.bicep.j2"
MAIN_FILE = "main.bicep"
_MODULES = "modules"
_SCRIPTS = "scripts"
_DOCUMENTS = "documents"
_INCLUDE = b"# include: "


@dataclass(frozen=True, slots=True)
class RenderedModule:
    """One Bicep file.

    Attributes:
        path: Where it belongs in the rendered folder: `main.bicep`, `modules/key-vault.bicep`.
        text: The Bicep.
        spans: For each line of the text the fragment line it came from.
    """

    path: str
    text: str
    spans: tuple[FragmentLine, ...]

    def find_fragment(self, line: int) -> FragmentLine | None:
        """Say which fragment line a line of the text came from; None past the end. Lines count from 1."""
        return self.spans[line - 1] if 0 < line <= len(self.spans) else None


@dataclass(frozen=True, slots=True)
class RenderedStack:
    """All Bicep files of a stack, `main.bicep` first, and what lies beside them.

    Attributes:
        modules: The Bicep files.
        scripts: Scripts by their path in the rendered folder; the modules embed some of them.
        documents: Other files by their path in the rendered folder, such as the configuration of an
            appliance.
    """

    modules: tuple[RenderedModule, ...]
    scripts: Mapping[str, bytes]
    documents: Mapping[str, bytes]

    def find_module(self, path: str) -> RenderedModule | None:
        """Look a module up by its path; None when there is no such file."""
        return next((module for module in self.modules if module.path == path), None)


def render_modules(stack: Stack, overrides: Path | None = None) -> RenderedStack:
    """Render the Bicep of a whole stack.

    Args:
        stack: A checked stack.
        overrides: A folder whose fragments and scripts go in front of the package's own, or None.

    Returns:
        `main.bicep`, a module per component, and their scripts.

    Raises:
        RenderError: A fragment is missing or cannot be rendered; the finding names fragment and line.
    """
    components = components_of(stack)
    context = context_of(stack, components)
    modules = tuple(
        module
        for component in components
        for module in _with_submodules(
            _render(component.fragment, component.module, context, overrides),
            component,
            context,
            overrides,
        )
    )
    main = _render(MAIN_FRAGMENT, MAIN_FILE, context, overrides)
    return RenderedStack(
        (main, *modules),
        _scripts(components, overrides),
        _documents(components, context, overrides),
    )


def render_main(stack: Stack, overrides: Path | None = None) -> RenderedModule:
    """Render `main.bicep` alone, for the values of an environment; otherwise like `render_modules`."""
    return _render(MAIN_FRAGMENT, MAIN_FILE, context_of(stack, components_of(stack)), overrides)


def render_component(
    stack: Stack, component: Component, overrides: Path | None = None
) -> RenderedStack:
    """Render one component as a `main.bicep` that deploys on its own; otherwise like `render_modules`."""
    context = context_of(stack, components_of(stack)) | {"beside": f"{_MODULES}/"}
    module = _render(component.fragment, MAIN_FILE, context, overrides)
    # The scripts lie beside main.bicep here and one folder up from modules/ in a stack.
    text = module.text.replace(f"'../{_SCRIPTS}/", f"'{_SCRIPTS}/")
    return RenderedStack(
        tuple(
            _with_submodules(
                RenderedModule(MAIN_FILE, text, module.spans), component, context, overrides
            )
        ),
        _scripts((component,), overrides),
        _documents((component,), context, overrides),
    )


def render_text(fragment: str, values: Mapping[str, Any], overrides: Path | None = None) -> str:
    """Render a fragment that is not Bicep, such as the runbook.

    Raises:
        RenderError: The fragment is missing or cannot be rendered.
    """
    return _render(fragment, fragment, values, overrides).text


def context_of(stack: Stack, components: tuple[Component, ...]) -> dict[str, Any]:
    """Give the names that fragments read: the stack, its parts, its network plan and its components."""
    parts = {field: getattr(stack, field) for field in stack.__struct_fields__}
    return {
        **parts,
        "stack": stack,
        "access": {kind_of(access): access for access in stack.network.access},
        "kinds": kinds_of(stack),
        "vault_names": vault_names(stack),
        "plan": network_plan(stack),
        "beside": "",
        "machine_modules": machine_modules(stack),
        "components": components,
        "modules": {component.id: component.module for component in components},
    }


def _with_submodules(
    module: RenderedModule,
    component: Component,
    context: Mapping[str, Any],
    overrides: Path | None,
) -> Iterator[RenderedModule]:
    """Give a module and those of its component's further modules that it deploys."""
    yield module
    for name in component.submodules:
        if f"{name}.bicep'" in module.text:
            fragment = f"{component.id}/submodules/{name}.bicep.j2"
            yield _render(fragment, f"{_MODULES}/{name}.bicep", context, overrides)


def _render(
    fragment: str, path: str, context: Mapping[str, Any], overrides: Path | None
) -> RenderedModule:
    try:
        marked = environment(overrides).get_template(fragment).render(context)
    except (
        JinjaError,
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as cause:
        raise RenderError(_finding_from(cause, fragment, overrides)) from cause
    text, spans = read_marks(marked, fragment)
    return RenderedModule(path, text, spans)


def _finding_from(cause: Exception, fragment: str, overrides: Path | None) -> Diagnostic:
    if isinstance(cause, TemplateSyntaxError):
        place = Location(cause.name or fragment, cause.lineno)
        return _finding("OCT203", f"the fragment is not right: {cause.message}", fragment, place)
    place = _place_of(cause, fragment, overrides)
    if isinstance(cause, RecursionError):
        return _finding("OCT205", "fragments include each other without end", fragment, place)
    if isinstance(cause, MemoryError):
        return _finding("OCT205", "the fragment makes more text than fits", fragment, place)
    if isinstance(cause, TemplateNotFound):
        return _finding("OCT202", f"the fragment {cause.name} does not exist", fragment, place)
    if isinstance(cause, UndefinedError):
        return _finding(
            "OCT204", f"the fragment reads a value there is not: {cause}", fragment, place
        )
    if isinstance(cause, SecurityError):
        return _finding(
            "OCT206", f"the fragment does what the sandbox forbids: {cause}", fragment, place
        )
    return _finding("OCT205", f"the fragment cannot be rendered: {cause}", fragment, place)


def _place_of(cause: Exception, fragment: str, overrides: Path | None) -> Location:
    """Find the innermost fragment line in the traceback; Jinja rewrites it to name fragments."""
    place = Location(fragment)
    folders = [folder for folder in (overrides, data_folder("templates")) if folder is not None]
    step = cause.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        for folder in folders:
            if file.is_relative_to(folder):
                place = Location(file.relative_to(folder).as_posix(), step.tb_lineno)
        step = step.tb_next
    return place


def _finding(code: str, message: str, fragment: str, place: Location | None = None) -> Diagnostic:
    return Diagnostic(
        code,
        Severity.ERROR,
        message,
        place or Location(fragment),
        hint="mend the fragment in the folder of overrides, or leave it out to use the package's own",
    )


def _scripts(components: tuple[Component, ...], overrides: Path | None) -> Mapping[str, bytes]:
    found = {
        f"{_SCRIPTS}/{script}": read_script(f"{component.id}/{_SCRIPTS}/{script}", overrides)
        for component in components
        for script in component.scripts
    }
    return MappingProxyType(dict(sorted(found.items())))


def read_script(path: str, overrides: Path | None = None) -> bytes:
    """Read a script, with the shared parts that its lines `# include: <path>` name in their place.

    Args:
        path: Its path below `templates/`.
        overrides: A folder whose files go in front of the package's own, or None.

    Raises:
        RenderError: OCT202, it or a part of it does not exist.
    """
    lines = _read_file(path, overrides).splitlines(keepends=True)
    return b"".join(
        _read_file(line[len(_INCLUDE) :].strip().decode(), overrides)
        if line.startswith(_INCLUDE)
        else line
        for line in lines
    )


def _read_file(path: str, overrides: Path | None) -> bytes:
    if ".." in PurePosixPath(path).parts or path.startswith("/"):
        raise RenderError(_finding("OCT202", f"the script {path} is outside the fragments", path))
    for folder in (overrides, data_folder("templates")):
        if folder is not None and (folder / path).is_file():
            return (folder / path).read_bytes()
    raise RenderError(_finding("OCT202", f"the script {path} does not exist", path))


def _documents(
    components: tuple[Component, ...], context: Mapping[str, Any], overrides: Path | None
) -> Mapping[str, bytes]:
    found = {
        f"{_DOCUMENTS}/{name}": _render(
            f"{component.id}/{_DOCUMENTS}/{name}.j2", name, context, overrides
        ).text.encode()
        for component in components
        for name in component.documents
    }
    return MappingProxyType(dict(sorted(found.items())))
