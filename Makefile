# One command each, with all set-up inside. Needs Python 3.11 or newer and make.
#
#   make solve    a model proposes, the verifier decides: a blocksworld task, live
#   make test     the tests
#   make serve    the HTTP service on http://127.0.0.1:8000

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: solve test serve sweep lint deploy bench lock clean

solve: $(VENV)/.base
	$(BIN)/modulo generate blocksworld --blocks 6 --seed 30 --out task
	$(BIN)/modulo solve task/domain.pddl task/problem.pddl --strategy backprompt

serve: $(VENV)/.base
	$(BIN)/modulo serve

test: $(VENV)/.dev
	$(BIN)/python -m pytest

# Long ones: every recorded answer, larger searches. CI runs them.
sweep: $(VENV)/.dev
	$(BIN)/python -m pytest -m sweep

# The files of the deployment, seen by the programs that read them.
deploy: $(VENV)/.deploy
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest tests/deploy/test_*.py

bench: $(VENV)/.dev
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only -o addopts=

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-build.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.base
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	touch $@

$(VENV)/.deploy: requirements-deploy.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-deploy.txt
	touch $@

# The pins of every extra are found together, so that `modulo-planning[vllm]` resolves
# beside them; what is installed by default is a part of that one solution.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
	--no-emit-index-url --no-annotate
lock: $(VENV)/.dev
	$(LOCK) pyproject.toml --extra vllm --extra planning --extra engines --extra tamer --extra otel \
		--group test --group lint --group deploy --upgrade --output-file .cache/everything.txt
	$(LOCK) pyproject.toml --constraint .cache/everything.txt --generate-hashes \
		--output-file requirements.txt
	$(LOCK) pyproject.toml --extra planning --extra fast-downward --extra lpg --extra symk --extra enhsp \
		--extra otel --constraint .cache/everything.txt --generate-hashes \
		--output-file requirements-extras.txt
	$(LOCK) --group deploy --constraint .cache/everything.txt --generate-hashes \
		--output-file requirements-deploy.txt
	$(LOCK) pyproject.toml --extra planning --extra otel --group test --group lint \
		--constraint .cache/everything.txt --generate-hashes --output-file requirements-dev.txt
	echo 'hatchling==1.33.0' | $(LOCK) - --generate-hashes --output-file requirements-build.txt

clean:
	rm -rf $(VENV) .cache
