# Each target does all of its own set-up on a machine that has Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test check bench format translations clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/runtime ## the whole thing on this machine, with a small LMS of its own; prints the address to open
	$(BIN)/xuefen demo

test: $(VENV)/dev $(VENV)/clients ## every test, on SQLite and PostgreSQL
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/dev ## formatter, linter, types, import rules, templates, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry lti_tool xapi
	$(BIN)/djlint lti_tool --quiet --check --lint
	$(BIN)/python .ci/checks/translations.py
	$(BIN)/python .ci/checks/shape.py

bench: $(VENV)/dev ## the benchmarks; a copy for machines under var/bench/
	$(BIN)/python -m tests.benchmarks

format: $(VENV)/dev ## put everything into the formatter's shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint lti_tool --quiet --reformat

translations: $(VENV)/dev ## collect new messages and compile the Chinese catalogue
	$(BIN)/python .ci/checks/translations.py --update

clean: ## the environment and everything made by running
	rm -rf $(VENV) var build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/clients/node_modules

$(VENV)/runtime: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Xuefen needs Python 3.11 or newer; name one with: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/dev: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Xuefen needs Python 3.11 or newer; name one with: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/runtime

# The JavaScript clients that the tests talk to the record store with, and a player of H5P; never needed at run time.
$(VENV)/clients: $(VENV)/dev $(wildcard tests/clients/package-lock.json)
	if [ -f tests/clients/package-lock.json ]; then npm ci --prefix tests/clients --ignore-scripts --silent --no-audit --no-fund; fi
	@touch $@
