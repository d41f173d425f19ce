# `make demo` installs what running needs, `make test` what developing needs, in either order; a second run installs nothing.
# The same by hand: python3 -m venv .venv && .venv/bin/python -m pip install -e '.[dev]'

PYTHON ?= python3
PYTEST_ARGS ?= -n 2 --dist worksteal

BIN := .venv/bin
comma := ,
VENV := .venv/.made
READY := .venv/.ready
DEV_READY := .venv/.ready-dev
BENCH_READY := .venv/.ready-bench
DOCS_READY := .venv/.ready-docs

# uv installs in seconds what takes pip two minutes; where it finds no way, pip does it.
# The tests start hundreds of processes, and Python may not be allowed to keep the bytecode that the first of them makes.
define install
@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check uv && $(BIN)/uv pip install --quiet $(2) --python $(BIN)/python --editable '$(1)'; } \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '$(1)'
endef

.PHONY: help demo test lint suite docs bench clean

help:
	@echo "make demo    run two tunneling scenarios with movies into results/"
	@echo "make test    check style, layers and types, and run the tests"
	@echo "make lint    the checks of 'make test' alone"
	@echo "make docs    build the manual into build/site (offline; runs every scenario once, some minutes; broken links are errors)"
	@echo "make bench   run the benchmarks (installs the peers they are measured against)"
	@echo "make clean   remove caches, builds and the demo's results; .venv stays"

$(VENV):
	@command -v "$(PYTHON)" >/dev/null || { echo "wavesim needs Python 3.11 or newer, but '$(PYTHON)' was not found: give another one, as in: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "wavesim needs Python 3.11 or newer, but '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1): give another one, as in: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@touch $@

$(READY): pyproject.toml $(VENV)
	@echo "Installing wavesim into .venv (once)"
	$(call install,.)
	@touch $@

$(DEV_READY): pyproject.toml $(VENV)
	@echo "Installing wavesim and what its tests need into .venv (once)"
	$(call install,.[dev],--compile-bytecode)
	@touch $@

$(BENCH_READY): pyproject.toml $(VENV)
	$(call install,.[dev$(comma)bench])
	@touch $@

$(DOCS_READY): pyproject.toml $(VENV)
	$(call install,.[docs])
	@touch $@

demo: $(READY)
	$(BIN)/wavesim run rectangular_barrier --out results/rectangular_barrier
	$(BIN)/wavesim run quartic_double_well --out results/quartic_double_well

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/lint-imports --no-logo
	$(BIN)/pyright

# compiled first: tests start many processes, and where PYTHONDONTWRITEBYTECODE is set each would compile wavesim anew
suite: $(DEV_READY)
	$(BIN)/python -m compileall -q wavesim
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# side by side: the checks take one core for minutes
test: $(DEV_READY)
	$(MAKE) --jobs=2 lint suite

docs: $(DOCS_READY)
	JAX_PLATFORMS=cpu $(BIN)/python -m sphinx -W --keep-going -q -b html docs build/site
	$(BIN)/python docs/check_links.py build/site
	@echo "open build/site/index.html"

bench: $(BENCH_READY)
	$(BIN)/python -m benchmarks

clean:
	rm -rf build dist *.egg-info .pytest_cache .hypothesis .ruff_cache .import_linter_cache results/rectangular_barrier results/quartic_double_well
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
