# Every task of this project. `make help` lists them. Works with GNU make 3.81 and newer.
# The work is done by tools/, which says what it does on standard error.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up down install engine engine-path test test-pythons chaos conformance dist release-check check schema plugin docs bench policy-audit picture clean

# The interpreter that makes .venv; anything from 3.10 on. Asked for only where a target needs it.
PYTHON = $(shell tools/find-python)
BIN := $(CURDIR)/.venv/bin
SOURCES = $(wildcard provider policies tests tools examples benchmarks)
# .venv first: the folder of the engine may hold a python3 as well.
WITH_ENGINE = PATH="$(BIN):$$("$(PYTHON)" tools/engine.py path):$$PATH" VIRTUAL_ENV="$(CURDIR)/.venv"
# What a user's shell may hold and what would change the outcome.
SCRUBBED = env -u PYTHONPATH -u PYTHONHOME -u PINECONE_API_KEY -u PINECONE_CONTROLLER_HOST \
	-u PINECONE_API_VERSION -u PULUMI_ACCESS_TOKEN -u PULUMI_STACK -u PULUMI_CONFIG

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: install ## back up and restore an index on the emulator, or INDEX=name of your account
	@"$(PYTHON)" tools/engine.py path >/dev/null
	@INDEX="$(INDEX)" PORT="$(PORT)" "$(BIN)/python" tools/quickstart.py up

down: ## remove everything that `make up` made
	@if [ ! -d .local/quickstart ]; then echo "Nothing is up."; \
	else $(MAKE) -s install && "$(BIN)/python" tools/quickstart.py down; fi

install: ## make .venv with this project and all its extras, from constraints.txt
	@"$(PYTHON)" tools/install.py

engine: ## find the Pulumi engine on PATH, or get it into the per-user cache
	@folder=$$("$(PYTHON)" tools/engine.py path) && echo "engine: $$folder"

engine-path: ## print the folder of the engine, for PATH (with make -s)
	@"$(PYTHON)" tools/engine.py path

# Tests run on the installed wheel: the source folder is on no path. Three workers for two cores:
# some engine tests wait for most of their time.
PYTEST = $(SCRUBBED) $(WITH_ENGINE) PULUMI_PYTHON_CMD="$(BIN)/python" \
	PINECONE_BACKUP_TEST_INSTALLED=1 PYTHONPATH="$(CURDIR)/tools/pytest_plugins" \
	"$(BIN)/pytest" -n 3 --dist worksteal -p engine_tests_must_run

test: install ## run every test, on the real engine and the installed package
	@"$(PYTHON)" tools/engine.py path >/dev/null
	-@"$(PYTHON)" tools/languages.py path >/dev/null
	@$(PYTEST) $(ARGS)

test-pythons: install ## run what depends on the Python on every other one of 3.10 to 3.13, or VERSIONS="3.13"
	@"$(PYTHON)" tools/engine.py path >/dev/null
	@$(SCRUBBED) PATH="$$("$(PYTHON)" tools/engine.py path):$$PATH" \
		"$(PYTHON)" tools/pythons.py $(if $(VERSIONS),--versions $(VERSIONS)) -q -n 3 --dist worksteal $(ARGS)

chaos: install ## kill runs and fail services in many ways: CASES=60, or SEEDS=7,23
	@"$(PYTHON)" tools/engine.py path >/dev/null
	@PINECONE_BACKUP_CHAOS_CASES="$(or $(CASES),60)" PINECONE_BACKUP_CHAOS_SEEDS="$(SEEDS)" \
		$(PYTEST) tests/chaos $(ARGS)

conformance: install ## hold the emulator to the service's descriptions, with many requests
	@$(SCRUBBED) PYTHONPATH="$(CURDIR)/tests" "$(BIN)/python" -m contract.emulator.conformance $(ARGS)

dist: install ## build wheel, source archive and bill of materials into dist/
	@$(SCRUBBED) "$(BIN)/python" tools/release.py

release-check: install ## make dist, and try the wheel alone, the ritual and recorded states on every Python
	@$(SCRUBBED) "$(BIN)/python" tools/release.py --check
	@$(SCRUBBED) PATH="$$("$(PYTHON)" tools/engine.py path):$$PATH" \
		"$(PYTHON)" tools/pythons.py --tests tests/engine/test_ritual.py tests/state -q -n 3

check: install ## check format, lint and types
	@"$(BIN)/ruff" format --check $(SOURCES)
	@"$(BIN)/ruff" check $(SOURCES)
	@"$(BIN)/mypy" $(SOURCES)

schema: install ## write the schema of the plugin from models and docstrings
	@"$(BIN)/python" tools/plugin_schema.py

plugin: install ## install the plugin for every Pulumi language, and print what puts it on PATH
	@echo "plugin: $(BIN)/pulumi-resource-pinecone-backup"
	@echo 'export PATH="$(BIN):$$PATH"'

docs: install ## build the documentation as a site, in build/docs
	@$(SCRUBBED) "$(BIN)/sphinx-build" -n -W --keep-going -q -c tools/docs_site -d build/doctrees . build/docs
	@echo "build/docs/index.html"

bench: install ## run the benchmarks, or BENCH=name for one of them
	@set -e; for script in $(or $(BENCH:%=benchmarks/%.py),$(wildcard benchmarks/*.py)); do \
		echo "=== $$script ==="; \
		$(SCRUBBED) $(WITH_ENGINE) PYTHONPATH="$(CURDIR)/tests" "$(BIN)/python" "$$script" $(ARGS); \
	done

policy-audit: install ## judge a recorded state by the policies: STACK=name or FILE=export.json
	@$(WITH_ENGINE) "$(BIN)/python" policies/audit.py \
		$(if $(FILE),--file "$(FILE)",--stack "$(STACK)") $(ARGS)

picture: install ## draw the pictures of README and docs from real runs; the docs' needs Chromium
	@"$(BIN)/python" tools/picture.py
	@PINECONE_BACKUP_TEST_BROWSER=required PINECONE_BACKUP_TEST_PICTURES="$(CURDIR)/docs" $(PYTEST) \
		tests/contract/commands/test_drill_report.py -k picture

clean: ## remove what the targets made in this checkout; the engine's cache stays
	@if [ -d .local/quickstart ]; then \
		echo "error: the quickstart is up, its state would be lost. Way out: make down" >&2; exit 1; fi
	@rm -rf .venv .local dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
