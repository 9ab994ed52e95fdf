# Two commands do everything on a machine with Python 3.11 or later:
#   make eval   install, and run the rule-based baseline on the built-in demo
#               (on the published items where FOLLOWRAG_DATA names their folder)
#   make test   install what tests need, then ruff, mypy and pytest

PYTHON ?= python3
BIN := .venv/bin

.PHONY: eval test bench clean

eval: .venv/installed
	$(BIN)/followrag register
	$(BIN)/followrag eval

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: .venv/installed-dev
	$(BIN)/python benchmarks/scoring_speed.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv runs .mypy_cache .pytest_cache .ruff_cache .hypothesis
