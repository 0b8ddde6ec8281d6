.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# The first Python that is new enough; name another with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := build/reference
CHECKOV := build/checkov-env
CHECKOV_READY := $(CHECKOV)/.ready

.PHONY: help setup demo test cov format lint types layers checkov check baselines bench schemas schema-report lock package clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## Make the environment from the lock

$(READY): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Render the embedded reference stack into build/reference
	$(BIN)/octoha-render stack --output $(DEMO)

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

cov: $(READY) ## Run the tests and measure coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

format: $(READY) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY) ## Check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY) ## Check types
	$(BIN)/mypy

layers: $(READY) ## Check who imports whom
	$(BIN)/lint-imports

$(CHECKOV_READY): requirements-checkov.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checkov.lock
	@touch $@

checkov: $(READY) $(CHECKOV_READY) ## Hold all that is rendered to checkov
	$(BIN)/python -m tools.checkov $(CHECKOV)/bin/checkov build/checkov

check: lint types layers checkov test ## All that CI checks

baselines: $(READY) ## Refresh the expected files; read every difference before you keep it
	$(BIN)/python -m pytest -n 2 --dist loadfile -p no:randomly --snapshot-update --allow-snapshot-deletion tests/test_snapshots.py || true
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/test_snapshots.py

bench: $(READY) ## Measure speed and memory
	$(BIN)/python benchmarks/bench.py

schemas: $(READY) ## Make schemas/ anew from the pinned azure-mgmt packages
	$(BIN)/python -m tools.schemas
	$(BIN)/python -m tools.stack_schema

schema-report: $(READY) ## List what only ours or only the published schemas know
	$(BIN)/python -m tools.schemas.report

lock: ## Renew the locks
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check uv
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--upgrade --group dev pyproject.toml --output-file requirements-dev.lock --custom-compile-command "make lock"
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--upgrade --group checkov --output-file requirements-checkov.lock --custom-compile-command "make lock"

package: $(READY) ## Build sdist and wheel
	$(BIN)/python -m hatchling build -d dist
	$(BIN)/python -m pytest tests/packaging

clean: ## Remove what the others made
	rm -rf build dist $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
