# Every target makes what it needs first: a virtual environment in .venv, from a lock file with hashes.
# `make PYTHON=/path/to/python3 ...` chooses the interpreter; ARGS is passed on to the command below a target.

PY := .venv/bin/python
ARGS ?=
NAME ?=
SEEDS ?= 1-5
# Many tests wait for processes more than they compute: three run at once, each with servers of its own. Not with
# servers that the environment names, which all would share, nor where ARGS chooses some.
SPREAD := $(if $(DATABASE_URL)$(ARGS),,-n 3 --dist loadfile --no-loadscope-reorder)
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run test check bench simulate chaos chaos-exam replay protocol format ground ground-dev

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ground ## Start the whole product here and print its addresses (ARGS="--port 8001")
	@exec $(PY) manage.py up $(ARGS)

test: ground-dev ## Run the tests (ARGS="tests/dispatch -k offer")
	@exec $(PY) -m pytest $(SPREAD) $(ARGS)

check: ground-dev ## Style, types, layers, generated files, migrations, front end
	@$(PY) -m tools.check $(ARGS)

bench: ground-dev ## Measure what is promised (NAME=realtime ARGS="--figure message_rate --quick"; bare: list it)
	@exec $(PY) -m benchmarks $(NAME) $(ARGS)

simulate: ground ## Try routing on a virtual clock (ARGS="--suite standard --json"; ARGS="--agents +20:fi"; ARGS="--help")
	@exec $(PY) manage.py simulate $(ARGS)

chaos: ground-dev ## Break everything, seed by seed, and judge from outside (SEEDS=1-100 ARGS="--emptied"; ARGS="--help")
	@exec $(PY) -m tests.chaos $(SEEDS) $(ARGS)

chaos-exam: ground-dev ## Plant twenty bugs in copies of the tree and see the oracle tell (ARGS=3,7)
	@exec $(PY) -m tests.chaos.exam $(ARGS)

replay: ground ## Play real dialogues through the public doors (ARGS="PATH --dialogues 200 --agents 40 --json")
	@exec $(PY) manage.py replay $(ARGS)

protocol: ground-dev ## Generate the protocol's types and page from realtime/protocol.py
	@exec $(PY) manage.py protocol $(ARGS)

format: ground-dev ## Put the Python code into the house's form
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

ground:
	@tools/bootstrap run

ground-dev:
	@tools/bootstrap dev
