# The two commands that matter: `make night` runs a simulated night, `make test` runs every check.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: night test setup debian check unit schema samples docs lock picture clean help
.PHONY: test-faults test-chaos explore-safety
.PHONY: bench-astrometry bench-log bench-linking bench-normal bench-reduction bench-replay science

night: setup ## A simulated night on real stars: live dashboard on a terminal, progress lines otherwise
	$(BIN)/tomoe night --recipes recipes/first-night --script recipes/nights/first-night.yaml \
		--chips 2 --dark-frames 36 --flat-frames 18 --buffer-ttl-hours 3

test: setup check unit ## Every check and test

setup: debian $(READY) ## Debian packages, Python environment

debian:
	@deploy/install-debian-packages.sh

$(READY): deploy/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tomoe_es needs Python 3.11 or later: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "compiling what reduces images and checks the log: a minute or two, once"
	$(BIN)/python -m tomoe_es.warm_up
	touch $@

check: setup ## Style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup ## Tests
	$(BIN)/pytest -n 2 --dist loadgroup

test-faults: setup ## A fault at every write, sync and truncation of the log; nights killed again and again
	$(BIN)/python -m pytest -q --timeout 3000 -n 2 tests/faults/fault_injection.py
	$(BIN)/python -m pytest -q --timeout 3000 tests/faults/killed_night.py

explore-safety: setup ## The guardian explored over 100,000 steps
	TOMOE_EXPLORE_STEPS=100000 $(BIN)/python -m pytest -q --timeout 3000 tests/tomoe_es/safety/test_exploration.py

test-chaos: setup ## Every fault in every operation, to docs/faults.md; then whatever may happen, in 100,000 steps
	$(BIN)/python -m tests.chaos.table --at-once 2
	TOMOE_CHAOS_STEPS=100000 $(BIN)/python -m pytest -q --timeout 0 -n 2 --dist loadgroup tests/chaos

bench-log: setup ## The log's speed against its targets
	$(BIN)/uv pip install -q --python $(BIN)/python --group bench
	$(BIN)/python -m benchmarks.log --growth --out docs/benchmarks.md

bench-linking: setup ## The linker of moving objects beside tracee: time, growth, completeness
	$(BIN)/uv pip install -q --python $(BIN)/python --group bench
	$(BIN)/python -m benchmarks.linking --out docs/benchmarks-linking.md

bench-normal: setup ## How fast a night is judged; runs a full night first
	$(BIN)/python -m benchmarks.normal --out docs/benchmarks-normal.md

bench-reduction: setup ## The reduction's speed and memory against its targets, and a chip against the field's libraries
	$(BIN)/uv pip install -q --python $(BIN)/python --group bench-reduction
	$(BIN)/python -m benchmarks.reduction --out docs/benchmarks-reduction.md

bench-astrometry: setup ## How many chips are solved, how well, how fast, and none wrongly
	$(BIN)/python -m benchmarks.astrometry --out docs/benchmarks-astrometry.md

bench-replay: setup ## Replay's speed on a night of full scale, which is run first
	$(BIN)/python -m benchmarks.replay --out docs/benchmarks-replay.md

CHIPS ?= 200
SEED ?= 1
MANY ?= 0
science: setup ## The truth table, docs/science.md: CHIPS=200 SEED=1 MANY=0; goes on where it stopped
	$(BIN)/uv pip install -q --python $(BIN)/python --group bench-science
	$(BIN)/python -m benchmarks.science --chips $(CHIPS) --seed $(SEED) --many $(MANY) --out docs/science.md

schema: setup ## Write events.schema.json anew from the event types
	$(BIN)/python -m tomoe_es.events.schema

samples: setup ## Write a stored sample of each event type that has none
	PYTHONPATH=. $(BIN)/python tests/samples/make_samples.py

docs: setup ## Write the generated reference pages anew
	$(BIN)/python -m tomoe_es.recipe.reference
	$(BIN)/python -m tomoe_es.machines.drawing
	$(BIN)/python -m tomoe_es.machines.reference
	$(BIN)/python -m tomoe_es.events.reference
	$(BIN)/python -m tui.reference
	$(BIN)/python -m tui.conditions
	$(BIN)/python -m tests.incidents.pages

DATA ?= data
PART := $(shell mktemp -u)
picture: setup ## The picture of the README anew, of the night of `make night` in DATA=data
	$(BIN)/tomoe replay export --to 02:01 --out $(PART).jsonl --data $(DATA)
	$(BIN)/tomoe replay import $(PART).jsonl --data $(PART)
	$(BIN)/tomoe rebuild --data $(PART)
	$(BIN)/python -m tui.dashboard.picture $(PART) $(PART).svg --then
	rsvg-convert -w 1200 $(PART).svg -o docs/images/dashboard.png
	rm -r $(PART) $(PART).jsonl $(PART).svg

lock: ## Resolve the pinned Python packages anew
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--group dev pyproject.toml -o deploy/requirements.lock

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'
