# `make run` and `make test` are the two to know. GNU make 3.81 (macOS) or later, Python 3.11 or later, nothing else.
#
#   make run      serve http://127.0.0.1:8000 with its worker, with the demonstration alliance in an empty database
#   make test     lint, then every test; names at the end what this machine could not give
#   make thorough the same in every combination: each page at each size and in each language, each journey on both databases
#   make lint     ruff, mypy, the floors, the types of the scripts
#   make format   put the Python sources in order
#   make words    bring the catalogues of words up to date with the sources
#   make bench    measure speed and memory on both databases
#   make lock     write the locks anew from pyproject.toml; UPGRADE=--upgrade takes the newest versions

PYTHON ?= python3
# Tests wait for disks, browsers and services more than they compute.
PROCESSES ?= 3
BIN := .venv/bin

# What runs the service and builds its front end; what the tests, linters and benchmarks add to it.
RUN_LOCKS := requirements.lock frontend/requirements.lock
TEST_LOCKS := tests/requirements.lock

# A stamp carries a checksum of its locks, not their dates: a fresh checkout of the same locks asks pip for nothing.
# The stamps live inside the environment they vouch for, so they go when it goes.
checksum = $(shell cat $(1) pyproject.toml | cksum | tr -s ' \t' '--')
RUN_READY := .venv/ready-to-run-$(call checksum,$(RUN_LOCKS))
TEST_READY := .venv/ready-to-test-$(call checksum,$(RUN_LOCKS) $(TEST_LOCKS))
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# An environment whose Python was removed or upgraded away is of no use: begin again.
$(shell test -x $(BIN)/python || rm -rf .venv)

.PHONY: run test thorough lint format words bench lock environment assets
.DEFAULT_GOAL := run

run: $(RUN_READY) assets
	@$(BIN)/events-service run --demo-if-empty

test: lint
	@$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal

thorough: export EVENTS_TEST_THOROUGH = 1
thorough: test

lint: $(TEST_READY) assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py npm run check --silent

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: $(RUN_READY)
	@$(BIN)/python locales/gather.py

bench: $(TEST_READY) assets
	@$(BIN)/python -m benchmarks

environment: $(TEST_READY)

assets: $(RUN_READY)
	@$(BIN)/python hatch_build.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "This needs Python 3.11 or later. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "This Python cannot make environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv

$(RUN_READY): | $(BIN)/python
	@echo "Installing what requirements.lock names ..."
	@$(INSTALL) --require-hashes $(RUN_LOCKS:%=--requirement %)
	@$(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@rm -f .venv/ready-to-run-* && touch $@

$(TEST_READY): | $(RUN_READY)
	@echo "Installing what tests/requirements.lock names ..."
	@$(INSTALL) --require-hashes $(TEST_LOCKS:%=--requirement %)
	@rm -f .venv/ready-to-test-* && touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate
BUILD_NEEDS := import tomllib; print("editables", *tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

lock: | $(BIN)/python
	@$(INSTALL) uv
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --extra dev --constraint requirements.lock --output-file tests/requirements.lock
	$(BIN)/python -c '$(BUILD_NEEDS)' | $(COMPILE) - --constraint tests/requirements.lock --output-file frontend/requirements.lock
