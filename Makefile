# What a person or CI says to this project. Needs bash, Python 3.10 or newer (3.11 if there is one), pip and git.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Without compiled bytecode every Airflow process takes twice as long to start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell python3.11 -c 'print("python3.11")' 2>/dev/null || echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
# The runtime set is all that the demo needs; the development tools come on top of it in the same environment.
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
FAULTS := $(VENV)/.faults-installed
MUTANTS := $(VENV)/.mutants-installed
# Of its own: dag-factory's plugin would listen in every Airflow of the tests.
BENCH_VENV ?= .venv-bench
BENCH := $(BENCH_VENV)/.bench-installed
# Of its own: databricks' SQL connector wants an older python-dateutil than the rest would have.
PERFORMANCE_VENV ?= .venv-performance
PERFORMANCE := $(PERFORMANCE_VENV)/.performance-installed
MINUTES ?= 10
# The variable also pins what builds the package, which `-c` does not reach.
INSTALL = PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check

# A command after this sees nothing of the caller's own Airflow.
OWN_AIRFLOW = home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; \
	env $$(compgen -e AIRFLOW | sed 's/^/-u /') AIRFLOW_HOME="$$home"

TYPED := $(wildcard airflow_provider_flows dags_examples tests)

.PHONY: help venv demo up test lint faults one-leg-check properties mutants lint-corpus eject-check dagproc-check \
	bench bench-declarative test-matrix wheel-check sixth-check drift-check import-cost clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

venv: $(DEV) ## make the virtual environment with everything in it

demo: $(RUNTIME) ## run every example DAG and pipeline in a real Airflow against the emulator
	@$(BIN)/python -m airflow_provider_flows.demo run --min-deferred 8 $(DEMO_ARGS)

up: $(RUNTIME) ## the same, and leave Airflow's UI open until Ctrl-C
	@$(BIN)/python -m airflow_provider_flows.demo up $(DEMO_ARGS)

test: $(DEV) ## run the test suite and hold the coverage
	$(BIN)/coverage erase
	$(OWN_AIRFLOW) $(BIN)/coverage run -m pytest --numprocesses auto $(TEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='*/protocol/*,*/platforms/*' --fail-under=100
	$(BIN)/coverage report --fail-under=95

lint: $(DEV) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)

wheel-check: $(DEV) ## build the wheel, install it alone and use it
	$(BIN)/python -m tests.packaging.wheel_check

sixth-check: $(DEV) ## add a platform by a wheel with one YAML file, and run flows on it in a real Airflow
	@$(OWN_AIRFLOW) $(BIN)/python -m tests.sixth.main

drift-check: $(DEV) ## let the emulator change what a flow takes, and see the commands tell it
	@$(OWN_AIRFLOW) $(BIN)/python -m tests.drift.main

faults: $(FAULTS) ## meet every fault in a real Airflow on PostgreSQL; ONLY=<name> meets one
	@$(OWN_AIRFLOW) $(BIN)/python tests/faults/main.py $(if $(ONLY),--only $(ONLY)) $(FAULTS_ARGS)

one-leg-check: $(DEV) ## run the same DAGs ended by triggers and by workers, in a real Airflow, and compare
	@$(OWN_AIRFLOW) $(BIN)/python tests/oneleg/main.py $(ONE_LEG_ARGS)

properties: $(DEV) ## play 20,000 histories of a task in simulated time
	$(OWN_AIRFLOW) FLOWS_EXAMPLES=20000 $(BIN)/python -m pytest tests/properties $(PROPERTIES_ARGS)

mutants: $(MUTANTS) ## change the journal's code in every small way, and see a test fail
	@$(BIN)/python tests/mutants/main.py

eject-check: $(DEV) ## eject every pipeline of examples and corpus, and compare the DAGs
	@$(OWN_AIRFLOW) $(BIN)/python tests/eject/main.py

lint-corpus: $(DEV) ## lint faulty files, 5,000 mutants of good ones and random inputs
	@$(BIN)/python tests/corpus/main.py $(CORPUS_ARGS)

dagproc-check: $(DEV) ## re-read good and faulty pipelines in a real Airflow; MINUTES=<n>, 10 unless told
	@$(OWN_AIRFLOW) $(BIN)/python tests/dagproc/main.py --minutes $(MINUTES) $(DAGPROC_ARGS)

bench-declarative: BIN := $(BENCH_VENV)/bin
bench-declarative: $(BENCH) ## compare pipelines with plain Python, dag-factory and YAML itself
	@$(OWN_AIRFLOW) $(BIN)/python tests/bench_declarative/main.py

bench: BIN := $(PERFORMANCE_VENV)/bin
bench: $(PERFORMANCE) ## measure what waiting costs, and write docs/performance.md; ONLY=<part> measures one part
	@$(OWN_AIRFLOW) $(BIN)/python tests/bench/main.py $(if $(ONLY),--only $(ONLY)) $(BENCH_ARGS)

test-matrix: ## run the suite on the newest Airflow 3.1, 3.2 and 3.3
	$(PYTHON) tests/packaging/matrix.py

import-cost: $(RUNTIME) ## what the package adds to the start of every Airflow process
	$(BIN)/python tests/packaging/import_cost.py

clean: ## remove everything that these targets made
	rm -rf .venv .venv-* build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	$(BIN)/python -m compileall -q $(wildcard airflow_provider_flows dags_examples)
	touch $@

$(DEV): $(RUNTIME)
	$(INSTALL) -e '.[dev]'
	touch $@

$(FAULTS): $(RUNTIME)
	$(INSTALL) -e '.[faults]'
	touch $@

$(MUTANTS): $(DEV)
	$(INSTALL) -e '.[mutants]'
	touch $@

$(BENCH): BIN := $(BENCH_VENV)/bin
$(BENCH): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(INSTALL) -e '.[bench]'
	touch $@

$(PERFORMANCE): BIN := $(PERFORMANCE_VENV)/bin
$(PERFORMANCE): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(PERFORMANCE_VENV)
	sed 's/^python-dateutil==.*/python-dateutil==2.9.0.post0/' constraints.txt > $(PERFORMANCE_VENV)/constraints.txt
	PIP_CONSTRAINT=$(PERFORMANCE_VENV)/constraints.txt $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check -e '.[performance]'
	touch $@
