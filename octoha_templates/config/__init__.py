"""The YAML of a stack: its types, and how text becomes them."""
