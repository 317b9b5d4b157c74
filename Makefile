# What a checkout can do. Every target sets itself up: nothing but make and a Python is needed.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

# The first Python that is new enough makes the environment; `make PYTHON=...` names another.
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14)
OLD := needs Python 3.11 or newer and found none in: $(PYTHONS). Name one: make PYTHON=/path/to/python3
find_python = for python in $(PYTHONS); do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	python=; done; [ -n "$$python" ] || { echo "relay $(OLD)" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help demo test check bench golden oracle torture cassettes schema picture pins

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## see relay at work on an invented shop, on this machine alone
	@$(BIN)/python fixtures/demo.py

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(READY) ## check format, lint and types
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary

bench: $(READY) ## measure speed and memory
	@$(BIN)/python tests/bench/run.py

golden: $(READY) ## write the golden files anew from what the mappers make; read the difference
	@$(BIN)/python -m pytest --quiet --update

oracle: $(READY) ## read every golden event with Segment's own libraries (needs Node and npm)
	@if command -v node npm > /dev/null; then \
		npm ci --prefix tests/oracle --silent --no-audit --no-fund --ignore-scripts && \
		$(BIN)/python -m pytest --quiet tests/oracle; \
	else echo "Skipped: Node and npm, which run Segment's own libraries, are not installed."; fi

torture: $(READY) ## kill runs at every step and break the disk under them: takes minutes
	@$(BIN)/python -m pytest --quiet -m torture

cassettes: $(READY) ## record the cassettes anew from the stand-in shop, or with credentials from a development shop
	@$(BIN)/python fixtures/record_cassettes.py

schema: $(READY) ## prune Shopify's published schema anew to what is used
	@$(BIN)/python fixtures/prune_schema.py

picture: $(READY) ## draw the README's pictures anew from a real run (needs tmux)
	@$(BIN)/python fixtures/picture.py

pins: $(READY) ## resolve requirements.txt anew, with hashes, for all platforms
	@$(BIN)/python -m venv --clear build/uv
	@build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
	@build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-annotate --no-header --group dev \
		--extra oauth --extra zstd pyproject.toml --output-file build/pins.txt
	@{ echo '# Every package of a checkout, with hashes, for all platforms and Python 3.11 and newer.'; \
		echo '# Made by `make pins` from pyproject.toml; not edited by hand.'; \
		cat build/pins.txt; } > requirements.txt

$(READY): pyproject.toml requirements.txt
	@$(find_python); [ -x $(BIN)/python ] || { \
		echo "Setting up $(VENV) (once, about a minute) ..."; "$$python" -m venv $(VENV); }
	@$(PIP) --require-hashes --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
