"""Tests of the PowerShell scripts."""
