# make and any Python are all that it takes; the rest is set up here.
.DEFAULT_GOAL := help
.PHONY: help lab my ready reset test test-platforms notebooks portable slides site graded bench gone
# Compiled modules are kept whatever the machine's rule: TensorFlow then opens in half the time.
export PYTHONDONTWRITEBYTECODE :=
PYTHON := .venv/bin/python
# What learners need, and what tests and authors need, too.
READY := .venv/ready
DEV := .venv/ready-dev
# An upgrade of the system may take away the Python that .venv was made with.
GONE := $(if $(shell $(PYTHON) -c "print(1)" 2>/dev/null),,gone)

help:  ## print this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1|/' \
		| awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

lab: $(READY)  ## copy missing lessons into my/ and open JupyterLab there
	@$(PYTHON) tools/lab.py

my: $(READY)  ## only copy missing lessons into my/, for VS Code and others
	@$(PYTHON) tools/lab.py --my

ready:  ## say within half a minute whether this computer is ready for a lesson
	@python3 tools/ready.py

reset: $(READY)  ## LESSON=04: put a fresh copy beside the one in my/
	@$(PYTHON) tools/lab.py --reset "$(LESSON)"

# Three workers keep two cores busy, since one often waits for the browser. In the order
# of the files: the long ones come first, and notebooks end the run side by side. xdist's
# own order, by the number of tests, leaves a core idle at the end.
test: $(DEV)  ## run all tests
	@$(PYTHON) -m pytest -n 3 --dist loadscope --no-loadscope-reorder

test-platforms: $(DEV)  ## run the portable notebooks as on Colab and Kaggle
	@$(PYTHON) -m tools.try_platforms

notebooks: $(DEV)  ## rebuild what is stale in lessons/ and solutions/ from source/
	@$(PYTHON) tools/build.py

portable: $(DEV)  ## write dist/portable/: one file a notebook, for Kaggle and Colab
	@$(PYTHON) -m tools.portable

slides: $(DEV)  ## write dist/slides/: the lessons as slides, each one file
	@$(PYTHON) -m tools.slides

site: $(DEV)  ## write dist/site/: the course to read, with labs that need no kernel
	@$(PYTHON) -m tools.site

graded: $(DEV)  ## write dist/graded/: the exercises for nbgrader, without answers
	@$(PYTHON) -m tools.graded

bench: $(DEV)  ## measure speed against what one would use instead
	@mkdir -p dist
	@$(PYTHON) -m pytest benchmarks -o addopts= -q --benchmark-json=dist/bench.json
	@$(PYTHON) benchmarks/table.py dist/bench.json

$(READY): requirements.txt pyproject.toml $(GONE)
	@sh tools/setup.sh

$(DEV): requirements-dev.txt pyproject.toml $(GONE)
	@sh tools/setup.sh --dev
