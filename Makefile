# Python 3.13, 3.12 or 3.11 and make are all that it takes; the rest is set up here.
.DEFAULT_GOAL := help
.PHONY: help lab reset test test-platforms notebooks portable slides graded bench
# Compiled modules are kept whatever the machine's rule: TensorFlow then opens in half the time.
export PYTHONDONTWRITEBYTECODE :=
PYTHON := .venv/bin/python
READY := .venv/ready

help:  ## print this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1|/' \
		| awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

lab: $(READY)  ## copy missing lessons into my/ and open JupyterLab there
	@$(PYTHON) tools/lab.py

reset: $(READY)  ## LESSON=04: put a fresh copy beside the one in my/
	@$(PYTHON) tools/lab.py --reset "$(LESSON)"

# Three workers keep two cores busy, since one often waits for the browser. In the order
# of the files: the long ones come first, and notebooks end the run side by side. xdist's
# own order, by the number of tests, leaves a core idle at the end.
test: $(READY)  ## run all tests
	@$(PYTHON) -m pytest -n 3 --dist loadscope --no-loadscope-reorder

test-platforms: $(READY)  ## run the portable notebooks as on Colab and Kaggle
	@$(PYTHON) -m tools.try_platforms

notebooks: $(READY)  ## rebuild what is stale in lessons/ and solutions/ from source/
	@$(PYTHON) tools/build.py

portable: $(READY)  ## write dist/portable/: one file a notebook, for Kaggle and Colab
	@$(PYTHON) -m tools.portable

slides: $(READY)  ## write dist/slides/: the lessons as slides, each one file
	@$(PYTHON) -m tools.slides

graded: $(READY)  ## write dist/graded/: the exercises for nbgrader, without answers
	@$(PYTHON) -m tools.graded

bench: $(READY)  ## measure speed against what one would use instead
	@mkdir -p dist
	@$(PYTHON) -m pytest benchmarks -o addopts= -q --benchmark-json=dist/bench.json
	@$(PYTHON) benchmarks/table.py dist/bench.json

$(READY): requirements.txt pyproject.toml
	@sh tools/setup.sh
	@touch $@
