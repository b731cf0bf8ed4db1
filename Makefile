# The two commands of the README are `make run` and `make test`; both set everything up.
# Another Python: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
READY := $(VENV)/.ready-$(VERSION)

.PHONY: run test check format schema help

help:  ## list what there is
	@sed -n 's/^\([a-z]*\):.*  ## /\1: /p' Makefile

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Studyhall needs Python 3.11 or newer. Install it, or name it: make $(MAKECMDGOALS) PYTHON=python3.12'; exit 1; }
	@echo 'Setting up $(VENV) (once) …'
	@$(PYTHON) -m venv --clear $(VENV) \
		|| { echo 'Python lacks its venv module. On Debian and Ubuntu: sudo apt install python3-venv'; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(READY)  ## the playground in your browser, or the bot on Discord if DISCORD_TOKEN is set
	@$(BIN)/python -m playground --unless-token

test: $(READY)  ## all tests
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal $(ARGS)

check: $(READY)  ## formatting, lint, types, question banks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m bot check --strict

format: $(READY)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(READY)  ## write the JSON Schemas of the bank format anew
	$(BIN)/python -m bot schema
