# Two commands do everything: `make demo` and `make test`. Both set up what is missing first; again, they are fast.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint types layers build setup screenshots docs check-tools

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
# More than there are cores: many tests wait for a process, a browser or a lock, those of the office most.
WORKERS ?= 3
OFFICE_WORKERS ?= 4
OFFICE_TESTS = $(BIN)/pytest -n $(OFFICE_WORKERS) --dist loadfile --no-loadscope-reorder --ds=salesops.web.office_settings tests
# Tests start hundreds of processes; each would compile all it imports where none may keep it.
unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never

help:
	@echo "make demo         set up, simulate the sample company, serve its office, print the address and a login for each role"
	@echo "make test         style, types, layers and every test"
	@echo "make docs         write docs/look_up from the definitions"
	@echo "make screenshots  take the pictures of the README"

check-tools:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing. Install it, then run this again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Name another with make PYTHON=python3.12 …"; exit 1; }
	@command -v node >/dev/null || { echo "Node 20 or newer is missing. Install it, then run this again."; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node 20 or newer is needed; this is $$(node --version)."; exit 1; }
	@command -v npm >/dev/null || { echo "npm, which comes with Node, is missing. Install it, then run this again."; exit 1; }

$(UV): | check-tools
	@echo "Fetching uv, which installs the rest …"
	@$(PYTHON) -m venv .uv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv."; exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/.ready: uv.lock pyproject.toml $(UV)
	@echo "Installing Python packages …"
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

node_modules/.ready: package-lock.json package.json | check-tools
	@echo "Installing browser packages …"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

build: setup
setup: .venv/.ready node_modules/.ready build/static/.ready build/compiled/.ready

build/static/.ready: .venv/.ready node_modules/.ready $(shell find src/salesops/web -type f -not -name '*.pyc' 2>/dev/null)
	@echo "Building the pages' assets …"
	@$(BIN)/python -m salesops.web.build >/dev/null
	@touch $@

build/compiled/.ready: .venv/.ready $(shell find src/salesops/foundations src/salesops/tables src/salesops/kpis src/salesops/book src/salesops/engines/compiled.py src/salesops/jobs/warming.py -name '*.py')
	@echo "Compiling the first questions …"
	@$(BIN)/python -m salesops.jobs.warming
	@touch $@

demo: setup
	@$(BIN)/salesops demo --office demo-office

# Of a few hundred rows a second thread only costs: a third of all processor time.
test: export SALESOPS_THREADS ?= 1
test: check-tools
	@$(MAKE) --no-print-directory --output-sync --jobs 2 types setup lint layers
	@scripts/in_memory $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	@echo "The office, on SQLite …"
	@scripts/in_memory $(OFFICE_TESTS)
	@echo "The office, on PostgreSQL …"
	@scripts/in_memory scripts/on_postgresql $(OFFICE_TESTS)

lint: .venv/.ready
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: .venv/.ready
	@$(BIN)/mypy --no-error-summary

layers: .venv/.ready
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

docs: setup
	@$(BIN)/python scripts/write_look_up.py

screenshots: setup
	@$(BIN)/python scripts/take_screenshots.py
