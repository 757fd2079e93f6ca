# The workshop. On a fresh machine with Python 3.11+ and make:   make run   serves the product,   make test   proves it.
# Nothing here names a package index: pip's own settings decide where packages come from, the lock files decide which
# ones, and every one is checked against its hash. The environment is made once, and again whenever its lock changes.

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
TESTS ?= tests
# Two workers fit the smallest machine we care about; `make test WORKERS=auto` takes them all.
WORKERS ?= 2
# Two workers with threads of their own for small matrices would only wait for each other.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist loadgroup -rs

.DEFAULT_GOAL := help
.PHONY: help run test test-slow check lint format bench lock docs clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## serve the product on 127.0.0.1 (PORT, default 8501; KPI_HOME says where its data is kept)
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/.dev lint  ## lint, types and every test (browser and database tests skip where Chromium or PostgreSQL is missing)
	$(PYTEST) -m "not simulation" $(TESTS)

test-slow: $(VENV)/.dev  ## simulations: what is claimed where nothing happened, what is found where something did, properties many times over (about 40 minutes)
	$(PYTEST) -m simulation --durations=10 $(TESTS)

check: $(VENV)/.dev lint  ## the quick answer: lint, types and the tests that need neither time, browser nor database
	$(PYTEST) -m "not slow and not browser and not database and not simulation" $(TESTS)

lint: $(VENV)/.dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## every benchmark in bench/, each printing its ratios
	@for file in $(wildcard bench/[a-z]*.py); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

docs: $(VENV)/.dev  ## write the reference pages in docs/ from the declarations
	$(BIN)/python -m kpi.docs

# UPGRADE=--upgrade takes newer versions; without it only what pyproject.toml changed moves.
LOCK := $(BIN)/uv pip compile pyproject.toml --group build --extra report --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet $(UPGRADE)
lock: $(VENV)/.dev  ## resolve pyproject.toml into the lock files
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --extra postgres --extra oidc --output-file requirements-dev.lock
	$(LOCK) --extra bench --output-file requirements-bench.lock

clean:  ## forget the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The package itself is installed in place by the build backend the lock brought along (no build isolation: pip would
# fetch that backend without a hash).
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
IN_PLACE = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL) requirements.lock --only-binary :all:
	$(IN_PLACE)
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(INSTALL) requirements-dev.lock --only-binary :all:
	$(IN_PLACE)
	@touch $@ $(VENV)/.run

# The libraries we measure ourselves against; one of them comes as source only.
$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	$(INSTALL) requirements-bench.lock
	@touch $@
