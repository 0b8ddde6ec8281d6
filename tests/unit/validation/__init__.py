"""Tests of the checks on ARM templates."""
