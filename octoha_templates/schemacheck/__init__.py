"""JSON Schema errors as findings: the most telling ones, in plain words, each at its own place."""

from __future__ import annotations

from octoha_templates.schemacheck.findings import Validator, schema_findings, schema_problems
from octoha_templates.schemacheck.keywords import READ_ONLY_KEYWORD
from octoha_templates.schemacheck.problem import Kind, Path, Schema, SchemaProblem
from octoha_templates.schemacheck.words import did_you_mean, json_path, shown

__all__ = [
    "READ_ONLY_KEYWORD",
    "Kind",
    "Path",
    "Schema",
    "SchemaProblem",
    "Validator",
    "did_you_mean",
    "json_path",
    "schema_findings",
    "schema_problems",
    "shown",
]
