# The one front door. `make` lists the targets. CI runs `make check` and nothing else (.ci/run).
# The environment is .venv, unless VENV says otherwise.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install run check format-check lint types layers docs-check tests test fix docs nightly corpora wheel-check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(READY) ## Make the environment: trackaudit (editable) and the development tools

$(READY): pyproject.toml
	@test -x "$(BIN)/python" || $(PYTHON) -m venv "$(VENV)"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch "$@"

run: $(READY) ## Install, then check the projects in fixtures/ (they are wrong on purpose)
	@for project in fixtures/*/; do \
	  printf '\n== trackaudit check %s\n' "$$project"; \
	  "$(BIN)/trackaudit" check "$$project" || [ $$? -eq 1 ] || exit 2; \
	done

check: format-check lint types layers docs-check tests ## All that CI checks: format, lint, types, layers, docs, tests

format-check: $(READY)
	@"$(BIN)/ruff" format --check .

lint: $(READY)
	@"$(BIN)/ruff" check .

types: $(READY)
	@"$(BIN)/mypy"

layers: $(READY)
	@"$(BIN)/lint-imports"

docs-check: $(READY)
	@"$(BIN)/python" scripts/docs.py --check
	@"$(BIN)/python" scripts/readme.py --check

tests: $(READY)
	@"$(BIN)/python" -m pytest -q

test: $(READY) ## Run the tests that match k, e.g. make test k=placeholder
	@"$(BIN)/python" -m pytest -q -k "$(k)"

fix: $(READY) ## Format the code and mend what ruff can mend
	@"$(BIN)/ruff" check --fix-only --quiet .
	@"$(BIN)/ruff" format .

docs: $(READY) ## Write the generated pages of docs/ (from rules/ and the configuration's schema) and the README's sample again
	@"$(BIN)/python" scripts/docs.py
	@"$(BIN)/python" scripts/readme.py

nightly: $(READY) ## The tests, with far more made-up programs
	@HYPOTHESIS_PROFILE=nightly "$(BIN)/python" -m pytest -q

corpora: $(READY) ## Read every file of many packages, fetched into folder=… (hours; needs npm)
	@PYTHON="$(abspath $(BIN)/python)" scripts/corpora.sh "$(folder)"

wheel-check: ## Build the wheel, install it in a fresh environment elsewhere, run it on fixtures/
	@set -eu; place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; here=$$(pwd); \
	$(PYTHON) -m venv "$$place/venv"; \
	"$$place/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$$place/dist" .; \
	"$$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$$place"/dist/trackaudit-*.whl; \
	cp -R fixtures "$$place/fixtures"; cd "$$place"; \
	venv/bin/trackaudit --version; \
	for project in fixtures/*/; do \
	  status=0; venv/bin/trackaudit check --output-format json "$$project" > report.json 2> notes.txt || status=$$?; \
	  if [ "$$status" -ne 1 ]; then cat notes.txt; echo "$$project: exit $$status, expected findings (1)"; exit 1; fi; \
	  echo "$$project: findings, as expected"; \
	done; \
	cd "$$here"

clean: ## Remove the environment and every cache
	@rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
