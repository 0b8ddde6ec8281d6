"""Makes `schemas/` from the models of Microsoft's own `azure-mgmt-*` packages; run by `make schemas`.

Nothing here is needed at run time, and nothing here is imported by the package.
"""
