# make demo PROMPT="a person does jumping jacks"   a prompt becomes out/demo.{blend,mp4,png}
# make test                                         the tests; PYTEST_ARGS="-m 'not gui'" adds the slow ones
# make extension                                    dist/motionclip-<version>.zip, for Blender's window; INDEX=1 a repository
# make matrix                                       the zip tried in every Blender from 4.2 to 5.3 (docs/install.md)
# make lint | bench | clean
#
# Everything is installed into .venv from constraints.txt, by what needs it; a second run starts at once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PYTEST_ARGS ?=
# Each test file has one process, and there is one process a core; WORKERS=0 runs them one after the other
WORKERS ?= logical
MATRIX_ARGS ?=
BENCHMARKS ?= engines prompt_to_keys plan keying slider training
INDEX ?=

# The prompt goes to the recipe through the environment, and $(value) keeps make from expanding a "$" in it:
# quotes, apostrophes and dollars arrive as they were typed.
PROMPT ?= a person does jumping jacks
override PROMPT := $(value PROMPT)
export PROMPT

.PHONY: help demo test lint bench extension matrix requirements clean setup setup-dev

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: setup
	$(PY) -m motionclip_blender --out out/demo.blend --video out/demo.mp4 --sheet out/demo.png -- "$$PROMPT"

test: setup-dev
	$(PY) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

# All of them run, whatever one of them exits with
bench: setup-dev
	status=0; for name in $(BENCHMARKS); do echo "== $$name"; $(PY) -m benchmarks.$$name || status=1; done; exit $$status

extension: setup
	$(PY) build.py $(if $(INDEX),--index)

# MATRIX_TRIXIE and MATRIX_SID name chroots that are there already
matrix: setup
	$(PY) -m tests.matrix $(MATRIX_ARGS)

clean:
	rm -rf out dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

setup: $(VENV)/.runtime $(VENV)/.system
setup-dev: $(VENV)/.dev $(VENV)/.system

# --- Python packages --------------------------------------------------------------------------------------------

# What pyproject.toml asks for, with the extras that are named.
define REQUIREMENTS
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
wanted = [*project["dependencies"], *(r for extra in sys.argv[1:] for r in project["optional-dependencies"][extra])]
print("\n".join(sorted(set(wanted))))
endef
export REQUIREMENTS

DEV_EXTRAS := dev torch training body render photo
PIP := $(PY) -m pip --disable-pip-version-check install -qq -c constraints.txt

requirements:
	@$(PY) -c "$$REQUIREMENTS" $(EXTRAS)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Blender's Python module and numpy into $(VENV) (once, about 0.9 GB) ..."
	$(PY) -c "$$REQUIREMENTS" > $(VENV)/requirements.txt
	$(PIP) -r $(VENV)/requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing the packages for training and tests into $(VENV) (once, about 1.5 GB more with a torch for CPUs) ..."
	$(PY) -c "$$REQUIREMENTS" $(DEV_EXTRAS) > $(VENV)/requirements-dev.txt
	grep '^mediapipe' $(VENV)/requirements-dev.txt > $(VENV)/requirements-bare.txt
	sed -i '/^mediapipe/d' $(VENV)/requirements-dev.txt
	$(PIP) -r $(VENV)/requirements-dev.txt
	$(PIP) --no-deps -r $(VENV)/requirements-bare.txt  # without jax and sounddevice, which nothing here imports
	@touch $@

$(VENV)/bin/python: | $(VENV)/.system
	"$$(cat $(VENV)/.system)" -m venv $(VENV)

# --- What the system must have ----------------------------------------------------------------------------------

# The libraries that the wheels of bpy and OpenCV expect, and venv. Without libegl1 Blender's Workbench renderer ends the whole
# process, so it is checked like the others.
define MISSING_PACKAGES
import ctypes, importlib.util, sys
packages = {"libxrender1": "libXrender.so.1", "libxfixes3": "libXfixes.so.3", "libxi6": "libXi.so.6",
            "libxkbcommon0": "libxkbcommon.so.0", "libsm6": "libSM.so.6", "libgl1": "libGL.so.1",
            "libegl1": "libEGL.so.1", "libglib2.0-0": "libgthread-2.0.so.0"}
def missing(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
    print("python3-venv")
if sys.platform == "linux":
    print(*(package for package, library in packages.items() if missing(library)))
endef
export MISSING_PACKAGES

# All of it is checked before anything is downloaded, so that one line says it all. Leaves the Python to use.
$(VENV)/.system:
	@python=$$(for p in "$${PYTHON:-}" python3.11 python3; do \
	    [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo "$$p" && break; \
	  done || true); \
	if [ -z "$$python" ]; then \
	    echo "Python 3.11 is needed (Blender's module is built for it) and was not found; install it, or name it: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; \
	fi; \
	missing=$$("$$python" -c "$$MISSING_PACKAGES" | xargs); \
	if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	        echo "Installing system packages: $$missing"; \
	        export DEBIAN_FRONTEND=noninteractive; \
	        apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	    else \
	        echo "System packages are missing; run: sudo apt-get install -y --no-install-recommends $$missing" >&2; exit 1; \
	    fi; \
	fi; \
	mkdir -p $(VENV); \
	echo "$$python" > $@
