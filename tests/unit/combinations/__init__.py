"""Whole stacks of every kind with every other."""
