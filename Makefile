# Every target does its own set-up on a machine that has Python 3.11+ (make e2e also installs Chromium through apt).
SIZE ?= city
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DJANGO_SETTINGS_MODULE := cleanheat.config.settings
RUN_DIR ?= data/$(SIZE)

.PHONY: run test check bench accuracy e2e smoke features openapi setup web clean kill-test soak fuzz
.DEFAULT_GOAL := run

setup: $(VENV)/.installed
web: web/dist/index.html

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Python packages …" && $(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json $(VENV)/.installed tools/node.sh
	@echo "installing front-end packages …" && . tools/node.sh && cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.installed $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
	@echo "building the front end …" && . tools/node.sh && cd web && npm run --silent build
	@$(BIN)/python -m servestatic.compress --quiet web/dist
	@touch $@

run: setup web
	@CLEANHEAT_DATA_DIR=$(RUN_DIR) CLEANHEAT_SIZE=$(SIZE) $(BIN)/cleanheat run $(ARGS)

test: setup web/node_modules/.installed
	$(BIN)/python -m pytest -m "not slow" -n auto --dist loadfile
	. tools/node.sh && cd web && npm test --silent

check: setup web/node_modules/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house
	CLEANHEAT_DATA_DIR=build/check $(BIN)/python -m django makemigrations --check --dry-run
	CLEANHEAT_DATA_DIR=build/check $(BIN)/cleanheat openapi --check
	. tools/node.sh && cd web && npm run --silent lint && npm run --silent types && sh ../tools/api_fresh.sh

openapi: setup web/node_modules/.installed
	CLEANHEAT_DATA_DIR=build/check $(BIN)/cleanheat openapi
	. tools/node.sh && cd web && npm run --silent api

bench: setup
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(LONG),--long)

accuracy: setup
	$(BIN)/python -m bench.accuracy $(ARGS)

smoke: setup web
	$(BIN)/python -m tools.smoke

e2e: setup web
	sh tools/chromium.sh
	. tools/node.sh && $(BIN)/python -m pytest e2e -x

slow: setup
	$(BIN)/python -m pytest -m slow

features: setup
	$(BIN)/python -m tools.features

fuzz: setup
	$(BIN)/pip install -q --disable-pip-version-check -e '.[fuzz]'
	$(BIN)/python -m tools.fuzz_expressions --atheris --runs $(or $(RUNS),1000000)
	$(BIN)/python -m tools.fuzz_expressions --runs $(or $(RUNS),1000000)

soak: setup web
	$(BIN)/python -m tools.soak

clean:
	rm -rf build web/dist
