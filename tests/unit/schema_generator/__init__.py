"""Tests of what makes the data of the project."""
