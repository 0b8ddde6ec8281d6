"""The order of the stages, written out, and nothing else.

    Stack -> Bicep modules -> ARM template -> findings -> artifacts

A stage that finds mistakes raises with all of them; nothing is written here, `Bundle.write` does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from octoha_templates import artifacts
from octoha_templates.bicep import CompileResult, compile_text
from octoha_templates.clouds import find_secrets
from octoha_templates.config.load import Loaded, load, stack_for
from octoha_templates.config.model import Stack
from octoha_templates.diagnostics import (
    Diagnostic,
    Location,
    Related,
    Severity,
    has_errors,
    in_order,
)
from octoha_templates.errors import BicepError, ConfigError, RenderError, TemplateError
from octoha_templates.parameters import (
    ParameterSet,
    declared_parameters,
    parameter_set,
    parameters_bicep,
    parameters_json,
    secret_parameters,
    shape_findings,
    stable_json,
)
from octoha_templates.rendering.checkov import CONFIG_FILE, checkov_config
from octoha_templates.rendering.components import components_of, get_component
from octoha_templates.rendering.modules import (
    MAIN_FILE,
    RenderedStack,
    render_component,
    render_modules,
)
from octoha_templates.rendering.runbook import render_runbook
from octoha_templates.validation import validate_template

Format = Literal["bicep", "arm", "both"]
Compiler = Callable[[Mapping[str, bytes]], CompileResult]
MAIN: Final = "main"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that a stack is handed over as.

    Attributes:
        files: The content of every file, by its path in the folder, in order of path.
        template: The compiled ARM template.
        parameters: The ARM parameters of each environment, `main` for the stack without overlay.
        findings: Warnings; with an error there is no bundle.
    """

    files: Mapping[str, bytes]
    template: dict[str, Any]
    parameters: Mapping[str, dict[str, Any]]
    findings: tuple[Diagnostic, ...]

    def write(self, folder: str | Path) -> artifacts.WriteReport:
        """Write the folder, all or nothing; see `artifacts.write`.

        Raises:
            RenderError: OCT211, a file holds what surely is a secret; nothing is written then.
            ArtifactError: It cannot be written; it is then as it was.
        """
        secrets = tuple(_secret_findings(self.files))
        if secrets:
            raise RenderError(*secrets)
        return artifacts.write(Path(folder), self.files)

    def compare(self, folder: str | Path) -> tuple[artifacts.Difference, ...]:
        """Say how a folder differs from this bundle; empty when it is up to date.

        Raises:
            ArtifactError: The folder cannot be read.
        """
        return artifacts.compare(Path(folder), self.files)

    def diff(self, folder: str | Path) -> str:
        """Show how a folder differs from this bundle, as a unified diff.

        Raises:
            ArtifactError: The folder cannot be read.
        """
        return artifacts.unified_diff(Path(folder), self.files)


def build(
    loaded: Loaded,
    *,
    overrides: Path | None = None,
    schemas: Path | None = None,
    formats: Format = "both",
    environments: Sequence[str] | None = None,
    compiler: Compiler | None = None,
) -> Bundle:
    """Render, compile and validate a stack.

    Args:
        loaded: A checked config.
        overrides: A folder of fragments that go in front of the package's own.
        schemas: A folder of schemas in the published layout, in place of the package's own.
        formats: Whether the Bicep, the ARM template or both are among the files.
        environments: Which environments get parameter files; None for all.
        compiler: What compiles the Bicep; None for the embedded compiler.

    Returns:
        The bundle. Nothing is written yet.

    Raises:
        ConfigError: An environment that the config does not have.
        RenderError: A fragment, or an environment that asks for another template.
        BicepError: The rendered Bicep; only overrides can cause that.
        TemplateError: The compiled template does not stand up to its schema.
    """
    rendered = render_modules(loaded.stack, overrides)
    result = _compiled(rendered, compiler)
    findings = _checked(rendered, result, schemas)
    names = tuple(loaded.environments) if environments is None else tuple(environments)
    sets = {MAIN: (parameter_set(result.template.get("parameters", {})), loaded.stack)}
    for name in names:
        sets[name] = _environment_set(loaded, name, rendered, overrides)
    runbook = render_runbook(
        loaded.stack,
        components_of(loaded.stack),
        names,
        secret_parameters(sets[MAIN][0]),
        _api_versions(result.template),
    )
    files = _files(rendered, result, sets, formats, runbook)
    return _bundle(files, result, sets, (*loaded.warnings, *findings), loaded.config_hash, compiler)


def load_for_component(
    source: str | Path | None, component_id: str, settings: Sequence[str] = ()
) -> Loaded:
    """Load a config to render one component of it, also one that it does not ask for.

    Args:
        source: As for `load`.
        component_id: Role and kind, `database/azure-sql`.
        settings: As for `load`.

    Returns:
        The checked config. When it does not ask for the component, as if it did, with what the
        component needs at least.

    Raises:
        RenderError: OCT201, there is no such component.
        ConfigError: With every mistake there is.
    """
    component = get_component(component_id)
    try:
        loaded = load(source, settings=settings)
    except ConfigError:
        # A setting may only be right for the component.
        return load(source, settings=(*component.standalone, *settings))
    if component in components_of(loaded.stack):
        return loaded
    return load(source, settings=(*component.standalone, *settings))


def build_component(
    loaded: Loaded,
    component_id: str,
    *,
    overrides: Path | None = None,
    schemas: Path | None = None,
    formats: Format = "both",
    compiler: Compiler | None = None,
) -> Bundle:
    """Render one component as a template that deploys on its own.

    Args:
        loaded: As for `build`.
        component_id: Role and kind, `database/azure-sql`.
        overrides: As for `build`.
        schemas: As for `build`.
        formats: As for `build`.
        compiler: As for `build`.

    Returns:
        The bundle, like that of `build`.

    Raises:
        RenderError: OCT201, there is no such component.
    """
    component = get_component(component_id)
    rendered = render_component(loaded.stack, component, overrides)
    result = _compiled(rendered, compiler)
    findings = _checked(rendered, result, schemas)
    sets = {MAIN: (parameter_set(result.template.get("parameters", {})), loaded.stack)}
    runbook = render_runbook(
        loaded.stack,
        (component,),
        (),
        secret_parameters(sets[MAIN][0]),
        _api_versions(result.template),
    )
    files = _files(rendered, result, sets, formats, runbook)
    return _bundle(files, result, sets, findings, loaded.config_hash, compiler)


def tool_version() -> str:
    """Give the version of the installed package."""
    try:
        return version("octoha-templates")
    except PackageNotFoundError:
        return "0.0.0"


def _compiled(rendered: RenderedStack, compiler: Compiler | None) -> CompileResult:
    files = _sources(rendered)
    try:
        return compiler(files) if compiler else compile_embedded(files)
    except BicepError as error:
        raise type(error)(*_with_fragments(rendered, error.diagnostics)) from error


def compile_embedded(files: Mapping[str, bytes]) -> CompileResult:
    """Compile `main.bicep` among the files with the embedded compiler."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return compile_text(files[MAIN_FILE].decode(), file=MAIN_FILE, read=read)


def _checked(
    rendered: RenderedStack, result: CompileResult, schemas: Path | None
) -> tuple[Diagnostic, ...]:
    found = validate_template(result.template, source_map=result.source_map, schemas=schemas)
    findings = _with_fragments(rendered, in_order((*result.diagnostics, *found)))
    if has_errors(findings):
        raise TemplateError(*findings)
    return findings


def _with_fragments(
    rendered: RenderedStack, findings: Sequence[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Name, beside each Bicep line, the fragment line it was rendered from."""
    return tuple(_with_fragment(rendered, finding) for finding in findings)


def _with_fragment(rendered: RenderedStack, finding: Diagnostic) -> Diagnostic:
    place = finding.location
    module = rendered.find_module(place.file) if place else None
    source = module.find_fragment(place.line) if module and place else None
    if source is None:
        return finding
    origin = Related("rendered from", Location(f"templates/{source.fragment}", source.line))
    return replace(finding, related=(*finding.related, origin))


def _environment_set(
    loaded: Loaded, name: str, base: RenderedStack, overrides: Path | None
) -> tuple[ParameterSet, Stack]:
    stack = stack_for(loaded, name)
    rendered = render_modules(stack, overrides)
    findings = tuple(shape_findings(base, rendered, name, loaded.file))
    if findings:
        raise RenderError(*findings)
    return parameter_set(declared_parameters(rendered.modules[0])), stack


def _sources(rendered: RenderedStack) -> dict[str, bytes]:
    return {module.path: module.text.encode() for module in rendered.modules} | dict(
        rendered.scripts
    )


def _files(
    rendered: RenderedStack,
    result: CompileResult,
    sets: Mapping[str, tuple[ParameterSet, Stack]],
    formats: Format,
    runbook: str,
) -> dict[str, bytes]:
    # A script that neither a module nor the runbook names serves an option that was not chosen.
    names = "\n".join((runbook, *(module.text for module in rendered.modules)))
    scripts = {
        path: content for path, content in rendered.scripts.items() if path.split("/")[-1] in names
    }
    config = checkov_config(result.template, bicep=formats == "bicep")
    files: dict[str, bytes] = {
        "DEPLOY.md": runbook.encode(),
        CONFIG_FILE: config.encode(),
        **scripts,
        **rendered.documents,
    }
    if formats != "arm":
        files |= {module.path: module.text.encode() for module in rendered.modules}
        files |= {
            f"{name}.bicepparam": parameters_bicep(*each).encode() for name, each in sets.items()
        }
    if formats != "bicep":
        files["main.json"] = stable_json(result.template)
        files |= {
            f"{name}.parameters.json": stable_json(parameters_json(*each))
            for name, each in sets.items()
        }
    return files


def _bundle(
    files: dict[str, bytes],
    result: CompileResult,
    sets: Mapping[str, tuple[ParameterSet, Stack]],
    findings: Sequence[Diagnostic],
    config_hash: str,
    compiler: Compiler | None,
) -> Bundle:
    about = {
        "tool": {"name": "octoha-templates", "version": tool_version()},
        "compiler": getattr(compiler, "description", "embedded"),
        "config": {"sha256": config_hash},
        "apiVersions": _api_versions(result.template),
    }
    files[artifacts.MANIFEST] = stable_json(artifacts.manifest(files, about))
    parameters = {name: parameters_json(*each) for name, each in sets.items()}
    return Bundle(
        MappingProxyType(dict(sorted(files.items()))),
        result.template,
        MappingProxyType(parameters),
        in_order(tuple(findings)),
    )


def _secret_findings(files: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Cast the last net: a secret that somebody typed into a tag or a fragment must not be written."""
    for path, content in files.items():
        for secret in find_secrets(content.decode()):
            yield Diagnostic(
                "OCT211",
                Severity.ERROR,
                f"this file would hold a secret ({secret.name})",
                Location(path, secret.line, secret.column),
                hint="take it out of the config or the fragment, and renew it: it may have been seen",
            )


def _api_versions(template: Mapping[str, Any]) -> dict[str, str]:
    """List the resource types of a template, nested ones included, with their API versions."""
    found: dict[str, str] = {}
    resources = template.get("resources", [])
    for resource in resources.values() if isinstance(resources, Mapping) else resources:
        found[resource["type"]] = resource.get("apiVersion", "")
        nested = resource.get("properties", {})
        if isinstance(nested, Mapping) and isinstance(nested.get("template"), Mapping):
            found |= _api_versions(nested["template"])
    return dict(sorted(found.items()))
