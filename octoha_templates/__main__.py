"""`python -m octoha_templates` is `octoha-render`."""

from __future__ import annotations

from octoha_templates.cli import main

if __name__ == "__main__":
    main()
