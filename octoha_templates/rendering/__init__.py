"""From a stack to Bicep: Jinja fragments, one module per component."""
