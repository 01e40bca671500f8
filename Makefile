# Two commands matter: `make test` proves everything, `make play` shows it. Each sets up what it needs by itself:
# .venv, web/node_modules and playground/node_modules, all inside the checkout. `make help` lists the rest.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PORT ?= 8123
SERVE_PORT ?= 8124
SERVE_DB ?= build/serve/orders.db
FRESH ?=
PYTEST_ARGS ?=
PYTEST_WORKERS ?= 2
BENCH_ARGS ?=
PANELS ?=

# Stamps: a step runs again only when what it was made from has changed.
VENV := .venv/.stamp
WEB_MODULES := web/node_modules/.stamp
PLAY_MODULES := playground/node_modules/.stamp
WHEEL := dist/.stamp
BRIDGE := web/dist/.stamp
RUNTIME := web/runtime/.stamp
PACKAGE := web/package/.stamp
SITE := playground/dist/.stamp
PEERS := tests/benchmarks/peers/node_modules/.stamp

WHEEL_SOURCES := pyproject.toml README.md LICENSE $(shell find tenor_wasm -type f -not -path '*/__pycache__/*' 2>/dev/null)
BRIDGE_SOURCES := web/package.json web/tsconfig.json $(shell find web/src -type f)
# A msgspec wheel for Pyodide, where somebody has put one there: it makes writing JSON faster, and is not needed.
ACCELERATOR := $(firstword $(wildcard web/accelerator/msgspec-*.whl))
SITE_SOURCES := playground/index.html playground/package.json playground/tsconfig.json playground/vite.config.ts playground/tsconfig.worker.json playground/scripts/stamp.mjs \
	$(shell find playground/src playground/examples -type f)

.PHONY: help setup build test lint types typescript test-all test-python test-node test-browser screenshots bench bench-typing play serve format clean need-node need-port

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PORT=8123 is where \`make play\` serves; PYTHON= names another interpreter; PYTEST_ARGS= goes to pytest."

setup: $(VENV) $(WEB_MODULES) $(PLAY_MODULES) ## Install what the other targets need, into this checkout

build: $(WHEEL) $(BRIDGE) $(RUNTIME) $(PACKAGE) $(SITE) ## Build the wheel, the bridge, the compiled runtime, the npm package and the page

test: lint types typescript test-all ## Everything: lint, types, Python, Pyodide in Node, browser

lint: $(VENV) ## Check style and formatting
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: $(VENV) ## Check the Python types, strictly
	.venv/bin/mypy

typescript: $(WEB_MODULES) $(PLAY_MODULES) $(BRIDGE) $(PACKAGE) ## Check the TypeScript types and the npm package, strictly, and test the bridge's own parts
	cd web && npm run --silent check
	cd web && npm run --silent check:package
	cd playground && npm run --silent check
	cd web && npm run --silent test

# One run for all engines, so that the last lines count everything.
test-all: $(VENV) build $(PEERS)
	browser="$$(tests/find_browser.sh)" && postgres="$$(tests/find_postgres.sh)" \
		&& TENOR_BROWSER="$$browser" TENOR_POSTGRES="$$postgres" .venv/bin/pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

test-python: $(VENV) ## The tests that need neither Node nor a browser
	postgres="$$(tests/find_postgres.sh)" && TENOR_POSTGRES="$$postgres" \
		.venv/bin/pytest -n $(PYTEST_WORKERS) -m "not node and not browser" $(PYTEST_ARGS)

test-node: $(VENV) $(WHEEL) $(BRIDGE) $(RUNTIME) $(PEERS) ## The tests under Pyodide in Node
	.venv/bin/pytest -m node $(PYTEST_ARGS)

test-browser: $(VENV) build ## The tests in Chromium
	browser="$$(tests/find_browser.sh)" && TENOR_BROWSER="$$browser" .venv/bin/pytest -m browser $(PYTEST_ARGS)

screenshots: $(VENV) build ## Picture every panel, wide and narrow, light and dark, into screenshots/ (PANELS="results why" for some)
	browser="$$(tests/find_browser.sh)" && TENOR_BROWSER="$$browser" .venv/bin/python -m tests.browser.screenshots $(PANELS)

bench: $(VENV) build $(PEERS) ## Measure calls, growth, memory and starts, beside other libraries (BENCH_ARGS=--help)
	browser="$$(tests/find_browser.sh)" && TENOR_BROWSER="$$browser" .venv/bin/python -m tests.benchmarks $(BENCH_ARGS)

bench-typing: $(VENV) build ## Measure the longest tasks while one types and acts in the page, with 5,000 instances (TYPING="facts filter" for some)
	browser="$$(tests/find_browser.sh)" && TENOR_BROWSER="$$browser" .venv/bin/python -m tests.benchmarks.typing $(TYPING)

play: need-port build ## Build the page and serve it on localhost (PORT=8123)
	@node playground/scripts/serve.mjs --port "$(PORT)"

serve: $(VENV) ## Serve an example contract over HTTP, with two orders in build/serve (SERVE_PORT=8124; FRESH=1 begins anew)
	$(if $(FRESH),rm -f "$(SERVE_DB)" "$(SERVE_DB)-wal" "$(SERVE_DB)-shm")
	.venv/bin/python -m tests.server.example "$(SERVE_DB)"
	.venv/bin/tenor serve playground/examples/order-approval/order_approval.tenor --db "sqlite:///$(SERVE_DB)" --port "$(SERVE_PORT)"

format: $(VENV) ## Bring the Python code into the one format
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

clean: ## Remove everything that was built or installed
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	rm -rf web/dist web/runtime web/package web/LICENSE web/node_modules playground/dist playground/node_modules \
		tests/benchmarks/peers/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

need-node:
	@command -v node >/dev/null && command -v npm >/dev/null \
		&& node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' \
		|| { echo "Node 20 or newer with npm is needed: install it from nodejs.org or your package manager and run make again." >&2; exit 1; }

need-port: need-node
	@node playground/scripts/serve.mjs --port "$(PORT)" --check

$(VENV): pyproject.toml tests/requirements.lock tests/make_venv.sh
	PYTHON="$${PYTHON:-}" tests/make_venv.sh
	@touch $@

$(WEB_MODULES): web/package.json web/package-lock.json | need-node
	cd web && npm ci --no-audit --no-fund
	@touch $@

$(PLAY_MODULES): playground/package.json playground/package-lock.json | need-node
	cd playground && npm ci --no-audit --no-fund
	@touch $@

$(PEERS): tests/benchmarks/peers/package.json tests/benchmarks/peers/package-lock.json | need-node
	cd tests/benchmarks/peers && npm ci --no-audit --no-fund
	@touch $@

$(WHEEL): $(VENV) $(WHEEL_SOURCES)
	rm -rf dist
	.venv/bin/python -m build --wheel --no-isolation --outdir dist .
	@touch $@

$(BRIDGE): $(WEB_MODULES) $(BRIDGE_SOURCES)
	rm -rf web/dist
	cd web && npm run --silent build
	@touch $@

$(RUNTIME): $(WHEEL) $(WEB_MODULES) web/scripts/build-runtime.mjs $(wildcard web/scripts/*.py) $(ACCELERATOR)
	rm -f web/runtime/*.whl
	node web/scripts/build-runtime.mjs --wheel dist/*.whl $(if $(ACCELERATOR),--accelerator $(ACCELERATOR))
	@touch $@

$(PACKAGE): $(BRIDGE) $(RUNTIME) LICENSE web/README.md web/scripts/pack.mjs
	rm -rf web/package && mkdir web/package
	cd web && npm pack --silent --pack-destination package
	@touch $@

$(SITE): $(PLAY_MODULES) $(WHEEL) $(BRIDGE) $(RUNTIME) $(SITE_SOURCES)
	cd playground && npm run --silent build
	@touch $@
