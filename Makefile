# Run `make` for the list of targets. Every target that needs the environment builds it first, once.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PIPELINE ?= energy
CONFIG ?=
SET ?=
ONLY ?=

PYTHON := .venv/bin/python
UV := .tools/bin/uv
INSTALLED := .venv/.installed
LOCKS := requirements/cpu.txt requirements/dev.txt
settings := $(foreach setting,$(SET),--set $(setting)) $(if $(CONFIG),--config $(CONFIG))

##@ Use
.PHONY: run compile
run: $(INSTALLED) ## Run a pipeline on this machine [PIPELINE=energy] [CONFIG=file.yaml] [SET="train.epochs=3 ..."]
	.venv/bin/iactflow run $(PIPELINE) $(settings)

compile: $(INSTALLED) ## Write a pipeline as Kubeflow YAML into build/ [PIPELINE=energy] [CONFIG=...] [SET=...]
	.venv/bin/iactflow compile $(PIPELINE) $(settings)

##@ Develop
.PHONY: install test lint format bench docs lock clean
install: $(INSTALLED) ## Make the environment in .venv from the hashed lock files

test: lint ## Check the code and run all tests
	.venv/bin/pytest

lint: $(INSTALLED) ## Check style, types, layers, spelling and YAML
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/codespell
	.venv/bin/yamllint --strict .
	$(PYTHON) -m iactflow.components.readme --check

format: $(INSTALLED) ## Put the code into the project's style
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: $(INSTALLED) ## Measure speed beside competitors, into build/bench.json [ONLY=name]
	$(PYTHON) -m benchmarks $(ONLY)

docs: $(INSTALLED) ## Write the components' README files from their signatures
	$(PYTHON) -m iactflow.components.readme

lock: $(UV) ## Resolve the lock files anew from pyproject.toml
	for flavour in cpu gpu; do \
	  $(UV) pip compile --quiet --upgrade --universal --python 3.12 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --extra $$flavour pyproject.toml --output-file requirements/$$flavour.txt \
	    $$([ $$flavour = cpu ] || echo --constraints requirements/cpu.txt); \
	done
	$(UV) pip compile --quiet --upgrade --universal --python 3.12 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --group dev --constraints requirements/cpu.txt --output-file requirements/dev.txt

clean: ## Remove what was built; runs/ and the environment stay
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

##@ Help
.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(UV):
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv

$(INSTALLED): $(LOCKS) pyproject.toml | $(UV)
	test -x $(PYTHON) || $(UV) venv --quiet .venv
	$(UV) pip sync --quiet --python $(PYTHON) --require-hashes $(LOCKS)
	$(UV) pip install --quiet --python $(PYTHON) --no-deps --editable .
	touch $@
