"""Tests of `octoha_templates.rendering`."""
