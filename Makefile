# Every target sets up what it needs. Python: the first of $(PYTHONS) that is 3.11 or newer; PYTHON=... names one.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
TESTS ?= tests
PYTEST_FLAGS ?=
FUZZ_FLAGS ?=
GRAMMAR_FLAGS ?=
MUTATION_FLAGS ?=

.PHONY: help rules test lint bench fuzz grammar mutation docs goldens components clean

help: ## Say what there is.
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

rules: $(VENV)/.installed ## Render rules.yaml with the built-in defaults.
	@$(BIN)/gpurules render --output rules.yaml
	@echo "wrote rules.yaml: $$(grep -cE '^ *(- )?record:' rules.yaml) recording rules for KubeVirt VMs with GPUs"
	@echo "next: kubectl apply --namespace <where Prometheus looks for rules> -f rules.yaml"
	@echo "      $(BIN)/gpurules render --help    for your own counters, KubeVirt release and scrape configuration"

test: $(VENV)/.developed components ## Run all tests.
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_FLAGS) $(TESTS)

lint: $(VENV)/.developed ## Check style, types and layers.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.developed components ## Print the measured ratios.
	@$(BIN)/python bench/run.py

fuzz: $(VENV)/.developed components ## Hold 5,000 random expressions against promtool.
	@PYTHONPATH=tests $(BIN)/python -m promql_fuzz.long_run $(FUZZ_FLAGS)

grammar: $(VENV)/.developed ## Hold the parser against Prometheus' own editor grammar.
	@PYTHONPATH=tests $(BIN)/python -m grammar.long_run $(GRAMMAR_FLAGS)

mutation: $(VENV)/.developed components ## Put every mistake into the rules and see who notices it.
	@PYTHONPATH=tests $(BIN)/python -m mutation.long_run $(MUTATION_FLAGS)

docs: $(VENV)/.developed ## Rewrite the generated parts of docs/.
	@$(BIN)/python docs/generate.py

goldens: $(VENV)/.developed components ## Rewrite the golden files of the tests.
	@$(BIN)/python -m pytest -q --update-goldens $(PYTEST_FLAGS) $(TESTS)

components: $(VENV)/.developed
	@$(BIN)/python tests/components.py fetch
	@$(BIN)/python tests/rule_corpus.py fetch

clean: ## Remove what the other targets made.
	@rm -rf $(VENV) .cache .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build rules.yaml
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV) run

$(VENV)/.developed: pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV) develop
