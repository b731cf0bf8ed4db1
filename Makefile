# The two commands of the README are `make run` and `make test`; both set everything up.
# Another Python: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
READY := $(VENV)/.ready-$(VERSION)

.PHONY: run test bench check audit format schema permissions help

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

# four at a time also on two processors: many tests wait for a browser or a process
test: $(READY)  ## all tests
	@$(BIN)/python -m pytest --numprocesses=4 --dist=worksteal $(ARGS)

bench: $(READY)  ## how fast clicks are answered, against the least a bot can do; ARGS=--help says what there is
	@$(BIN)/python -m benchmarks.clicks $(ARGS)

check: $(READY)  ## formatting, lint, types, question banks, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml bot cogs playground benchmarks
	$(BIN)/python -m bot check --strict
	@$(MAKE) --no-print-directory audit

# pip-audit writes its report only where it could ask; without a network there is nothing to fail on
audit: $(READY)  ## known vulnerabilities of the packages that the bot runs on
	@rm -f $(VENV)/audit.txt; \
	if $(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock --progress-spinner off \
		--format columns --output $(VENV)/audit.txt 2>$(VENV)/audit.log; then tail -1 $(VENV)/audit.log; \
	elif [ -s $(VENV)/audit.txt ]; then cat $(VENV)/audit.txt; exit 1; \
	else echo 'pip-audit: what is known of vulnerabilities can not be asked from here; left out'; fi

format: $(READY)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: $(READY)  ## write the JSON Schemas of the bank format anew
	$(BIN)/python -m bot schema

permissions: $(READY)  ## write the page on who may do what anew
	$(BIN)/python -m bot permissions --output docs/permissions.md
