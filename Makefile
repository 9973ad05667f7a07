# `make demo` and `make test` need git, make and Python 3.11 to 3.13 with its venv module; all the rest is installed in .venv.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-complet test-rapide lab site hub hub-stop fmt check lock bench clean

demo: $(READY)
	$(BIN)/rncp demo

# One worker more than the processors: many tests wait for a kernel or a page. Groups in the order of tests/conftest.py.
PARALLEL = -n $$(( $$(nproc) + 1 )) --dist loadgroup --no-loadscope-reorder

# The Hub's tests make accounts of the system: they run alone, after the others. Their folders (tests/conftest.py sees that
# there are none elsewhere): nothing else is to be collected.
HUB = tests/hub tests/navigateur

test: $(READY)
	$(BIN)/pytest $(PARALLEL) -m "not hub and not complet"
	$(BIN)/pytest -m "hub and not complet" $(HUB)

# What `make test` leaves out: every lesson in a fresh kernel and walked in Chromium, Notebook 7, more witness copies, and
# three times as many examples of each property. Before a delivery.
test-complet: $(READY)
	RNCP_TESTS=complet $(BIN)/pytest $(PARALLEL) -m "(complet or hypothesis) and not hub"
	$(BIN)/pytest -m "hub and complet" $(HUB)

# Everything but the whole nbgrader cycle and the browser: what to run while writing.
test-rapide: $(READY)
	$(BIN)/pytest $(PARALLEL) -m "not lent and not navigateur and not hub and not complet"

lab: $(READY)
	$(BIN)/rncp lab

# The course to read, without a kernel and without a key: opens from site/index.html.
site: $(READY)
	$(BIN)/rncp site

# As root: a class, one account a person. Otherwise: one person, and it says what that does not protect.
hub: $(READY)
	$(BIN)/rncp hub demarrer

hub-stop: $(READY)
	$(BIN)/rncp hub arreter

fmt: $(READY)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/rncp nettoyer course source docs/gabarits docs/tableaux_de_bord

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/rncp nettoyer --verifier course source docs/gabarits docs/tableaux_de_bord
	$(BIN)/rncp verifier --fautes

# Needs uv (`pip install uv`). The lock holds every extra, hashes included, and no registry address. With
# its extras: pip does not join jsonschema[format-nongpl] to a pinned jsonschema that is not the last one.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --generate-hashes \
	  --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --output-file requirements.lock

bench: $(READY)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo exports lab site .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml outils/preparer.sh
	@sh outils/preparer.sh $(VENV)
