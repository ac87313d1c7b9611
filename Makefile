# The book's commands. `make help` lists them; each does all it needs, in any folder.
# Paths are relative and quoted, so that a folder with a space in its name works.

.DEFAULT_GOAL := help
.PHONY: book pdf serve lab bench refresh test trust expected edition lock clean help
.DELETE_ON_ERROR:

PY := .venv/bin/python
# The two stamps: the book's packages are in, the tests' packages are in.
READY := .venv/ready
READY_TEST := .venv/ready-test

book: $(READY)  ## build the HTML into _build/html, and say which verdicts and numbers moved
	@$(PY) -m rare_earths.book build

pdf: $(READY)  ## build the PDF into _build/pdf/rare-earths.pdf (needs TeX: sh tests/setup.sh tex)
	@$(PY) -m rare_earths.book pdf

serve: book  ## build, then serve the book on this machine, compressed (PORT=8000)
	@$(PY) -m rare_earths.book serve $(or $(PORT),8000)

lab: $(READY_TEST)  ## open the chapters in JupyterLab
	@$(PY) -m jupyter lab $$([ "$$(id -u)" != 0 ] || echo --allow-root) chapters

test: $(READY_TEST)  ## set up what the tests need, build, then run every test
	@sh tests/setup.sh all
	@$(MAKE) --no-print-directory book pdf
	@$(PY) -m pytest
	@RARE_EARTHS_OUTPUT=store PYTHONHASHSEED=0 $(PY) -m pytest --nbval chapters

trust: $(READY)  ## break every datum that a figure or verdict uses: is each slip seen? (hours)
	@$(PY) -m rare_earths.keeper.mutation

bench: $(READY_TEST)  ## measure builds, pages and explorers (Lighthouse included)
	@sh tests/setup.sh bench
	@$(PY) tests/bench.py

refresh: $(READY)  ## execute the chapters and store their outputs in the notebooks
	@$(PY) -m rare_earths.book refresh

expected: book  ## take the verdicts and numbers just built as the expected ones
	@$(PY) -m rare_earths.book expected

edition: $(READY)  ## say what new rows would move (NEW=table.csv); WRITE=1 takes them
	@[ -n "$(NEW)" ] || { echo "Name the table: make edition NEW=table.csv" >&2; exit 2; }
	@$(PY) -m rare_earths.evidence edition "$(NEW)" $(if $(WRITE),--write)

lock:  ## pin all packages again (needs uv); then run the tests
	@sh rare_earths/book/lock.sh

clean:  ## remove what was built (not .venv)
	@rm -rf _build

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' Makefile

$(READY): requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh rare_earths/book/venv.sh requirements.lock
	@touch $@

$(READY_TEST): requirements-test.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh rare_earths/book/venv.sh requirements-test.lock
	@touch $(READY) $@
