# Jingui 金匮. `make` lists what there is. Needs Python >= 3.11 and make; each target does its own set-up.
PYTHON ?= python3
VENV ?= .venv
JINGUI_HOME ?= $(CURDIR)/var
BIN := $(VENV)/bin
# Two folders of tests at a time, each on a core of its own; WORKERS= runs them one after the other.
WORKERS ?= -n 2 --dist loadscope
export JINGUI_HOME
export PYTHONDONTWRITEBYTECODE ?= 1
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset dev test check bench docs messages lock prove-crash prove-power prove-clock prove-disk prove-fsync \
	prove-destruction prove-backup prove-failover prove-link prove-exchange prove-tls \
	prove-receive prove-bombs clean setup setup-test setup-dev

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: setup ## Run a demonstration hospital on http://localhost:$PORT/ (8400); Ctrl-C ends everything
	@exec $(BIN)/jingui demo

demo-reset: setup ## Throw the demonstration's data away and build it anew
	@exec $(BIN)/jingui demo --reset

dev: setup-dev ## Run the demonstration with the developers' packages installed
	@exec $(BIN)/jingui demo

test: setup-test check ## Prove it: lint, import rules, types, then every test
	@cd verifier && $(abspath $(BIN))/python -m pytest -q
	@exec $(BIN)/python -m pytest $(WORKERS) $(TESTS)

check: setup-test ## Lint, format, import rules, types and generated pages, without the tests
	@$(BIN)/python tools/check.py

bench: setup ## Measure speed and print the ratios
	@exec $(BIN)/jingui bench $(ARGS)

prove-crash: setup-test ## Kill workers and the database at random moments and check that nothing is lost
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_crash.py

prove-power: setup-test ## Cut the power of a house under load (root), with and without fsync
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_power.py

prove-clock: setup-test ## Set the clock back and 31 years ahead
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_clock.py

prove-disk: setup-test ## Fill each disk of a house under load, one at a time (root)
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_disk.py

prove-destruction: setup-test ## Holds against destruction 10,000 times, crashes, wrong clocks, old backups opened again
	@JINGUI_INTERLEAVINGS=$${JINGUI_INTERLEAVINGS:-10000} exec $(BIN)/python -m pytest -s tests/destroying

prove-fsync: setup-test ## Let the disk refuse what the database wants kept
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_fsync.py

prove-backup: setup-test ## Restore, go back to a second before a DROP, flip bytes; the rate of a real restore
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_backup.py

prove-failover: setup-test ## Two machines in network namespaces: cut off, heal, freeze, switch (root)
	@exec $(BIN)/python -m pytest -m "faults" tests/faults/test_standby.py tests/faults/test_failover.py

prove-link: setup-test ## A slow, lossy, half-open link between gateways, lost answers, the gateway killed at any moment
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_gateway_link.py

prove-exchange: setup-test ## Two houses, JINGUI_EXCHANGE documents (150), a link that is cut, processes killed: both ledgers agree
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_two_houses.py tests/faults/test_two_houses_ill.py

prove-tls: setup-test ## What the gateway's TLS takes and refuses: openssl, and sslyze where JINGUI_SSLYZE names it
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_gateway_tls.py

prove-receive: setup-test ## What partners send replayed, doubled, altered, late, half: taken once, or refused and entered
	@exec $(BIN)/python -m pytest -s tests/gateway/test_bad_input.py tests/gateway/test_exchange.py \
		tests/gateway/test_receiving_settled.py
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_gateway_link.py -k "killed"

prove-bombs: setup-test ## Bombs, foreign and hostile files into the gateway's own process: in time, in little memory
	@exec $(BIN)/python -m pytest -s -m "faults" tests/faults/test_gateway_bombs.py

docs: setup-test ## Write the generated pages under docs/ anew
	@$(BIN)/python -m tools.docs

messages: setup-test ## Bring the English catalogue to the sources' texts and list what is untranslated
	@$(BIN)/python tools/messages.py update
	@$(BIN)/python tools/messages.py missing

lock: setup-dev ## Pin and hash the packages anew (requirements/*.in -> *.txt)
	@$(BIN)/python tools/lock.py

clean: ## Remove the environment, caches and built catalogues; data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist src/*.egg-info
	@find src tests tools verifier -name __pycache__ -prune -exec rm -rf {} +
	@find src -name '*.mo' -delete

setup:
	@$(PYTHON) tools/setup.py base $(VENV)

setup-test:
	@$(PYTHON) tools/setup.py test $(VENV)

setup-dev:
	@$(PYTHON) tools/setup.py dev $(VENV)
