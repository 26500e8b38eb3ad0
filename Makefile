# Jobpass. `make` alone lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
EMULATOR := .local/emulator-venv
SCANNERS := .local/scan-venv
BASELINE := .local/bench-baseline
BENCH := .local/bench-venv
BENCH_PYTHON ?= $(if $(shell python3.13 --version 2>/dev/null),python3.13,$(PYTHON))
CONFIGURATION ?= jobpass.yaml
# Not the shell's own variable of that name, which may be anything.
ACCOUNT =
BIN := $(VENV)/bin
# Without compiled modules each of the tests' hundreds of processes would compile what it imports once more.
unexport PYTHONDONTWRITEBYTECODE
# jsii greets Node 20, which works all the same, with a banner of twelve lines.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: help
help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ See it work, on an AWS embedded in this checkout
.PHONY: demo up down
demo: setup ## Deploy the stack, let a job get credentials, show refusals, stop everything
	@$(BIN)/python -m local.demo $(ARGS)

up: setup ## The same stack, left running; then: . .local/env
	@$(BIN)/python -m local up

down: ## Stop what `make up` left running
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m local down; else echo "nothing was running"; fi

##@ Work on it
.PHONY: test check lint format lock bench load prove-rotation fuzz scan
test: setup ## Run all tests (T="tests/domain -k subject" for some)
	@$(BIN)/python -m pytest $(if $(T),$(T),-n 3 --dist loadgroup)

check: lint test ## Everything: format, lint, types, import direction, dead code, tests, scanners
	@$(MAKE) --no-print-directory scan ARGS=--where-reachable

bench: setup $(BASELINE)/.installed $(BENCH)/.installed ## Measure tokens, a synth by its roles, a start of the command (ARGS="token --json file.json")
	@$(BIN)/python -m bench $(ARGS)

load: setup ## Ten thousand tokens while KMS and DynamoDB fail, and an account of each (ARGS="--tokens 500")
	@PYTHONPATH=.:lambda_src $(BIN)/python -m tests.load $(ARGS)

prove-rotation: setup ## A million random schedules of waits, crashes and races against the law of rotation
	@PYTHONPATH=. $(BIN)/python -m tests.properties.prove_rotation $(ARGS)

fuzz: setup ## A million inputs to every parser that strangers reach, and thousands to the API as it is described
	@PYTHONPATH=.:lambda_src $(BIN)/python -m tests.fuzz $(ARGS)
	@FUZZ_EXAMPLES=2000 FUZZ_DEPLOYED=100 $(BIN)/python -m pytest --quiet --timeout 1800 tests/handlers/test_openapi.py tests/e2e/test_openapi.py

scan: setup $(SCANNERS)/.installed synth ## Look for known vulnerabilities in dependencies, and at the templates with a second scanner
	@PYTHONPATH=. $(BIN)/python -m tests.scan --tools $(SCANNERS)/bin $(ARGS)

lint: setup
	@echo "format, lint, types, import direction, dead code"
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --num-workers 2
	@PYTHONPATH=.:lambda_src $(BIN)/lint-imports --no-logo
	@$(BIN)/vulture

format: setup ## Put the code into its format
	@$(BIN)/ruff format --quiet && $(BIN)/ruff check --fix --quiet

lock: setup ## Pin what requirements/*.in ask for, with hashes
	@$(BIN)/python -m pip install --quiet uv==0.13.9
	@for name in dev emulator scan node bench bench-baseline function-token function-jobs function-keys function-audit function-canary; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt || exit 1; done

##@ Deploy it into your account, or what trusts it into another (ACCOUNT=name under `accounts`)
.PHONY: bootstrap synth deploy destroy
bootstrap: setup ## Prepare the account and Region for the CDK, once
	@arn=$$($(identity)) && account=$$(cut -d: -f5 <<< "$$arn") && \
	region=$${AWS_REGION:-$${AWS_DEFAULT_REGION:-$$($(BIN)/aws configure get region)}}; \
	[ -n "$$region" ] || { echo "no Region: set AWS_REGION, or the profile's with 'aws configure set region'" >&2; exit 1; }; \
	$(BIN)/python -m local.node -- cdk bootstrap "aws://$$account/$$region" --app "" $(ARGS)

synth: setup ## Write the CloudFormation templates to cdk.out
	@$(BIN)/python -m local.node -- cdk synth --quiet -c configuration=$(CONFIGURATION) && echo "wrote the templates to cdk.out"

deploy: setup ## Deploy with the credentials of your shell (CONFIGURATION=file.yaml)
	@$(BIN)/python -m infra.precompiler
	@arn=$$($(identity)) && stacks=$$($(stacks)) && \
	$(BIN)/python -m local.node -- cdk deploy $$stacks -c configuration=$(CONFIGURATION) $(ARGS)

destroy: setup ## Remove it; the output RetainedOnDestroy says what stays
	@arn=$$($(identity)) && stacks=$$($(stacks)) && \
	$(BIN)/python -m local.node -- cdk destroy $$stacks -c configuration=$(CONFIGURATION) $(ARGS)

# Whose credentials the shell has is told before anything is done with them.
define identity
$(BIN)/aws sts get-caller-identity --query Arn --output text | tee /dev/stderr | grep . \
  || { echo "no AWS credentials that work in this shell: run 'aws sso login' or set AWS_PROFILE, and look with 'aws sts get-caller-identity'" >&2; exit 1; }
endef
# By name, since the cloud assembly has every stack of the configuration, whatever account it is for.
stacks = $(BIN)/python -m infra.stack_names --caller "$$arn" --account "$(ACCOUNT)" "$(CONFIGURATION)" $(ARGS)

.PHONY: setup
setup: $(VENV)/.checkout $(EMULATOR)/.installed

# Environments are made anew when their pins change; a half-made one is never taken for whole.
$(VENV)/.installed: requirements/dev.txt
	@$(call environment,$(VENV),$<,about a minute the first time)
	@touch $@
$(VENV)/.checkout: $(VENV)/.installed pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
$(EMULATOR)/.installed: requirements/emulator.txt
	@$(call environment,$(EMULATOR),$<,a few seconds)
	@touch $@
$(SCANNERS)/.installed: requirements/scan.txt
	@$(call environment,$(SCANNERS),$<,about a minute the first time)
	@touch $@
# The interpreter of this one runs the functions that are measured: Lambda's version, where the machine has it.
$(BASELINE)/.installed: PYTHON := $(BENCH_PYTHON)
$(BASELINE)/.installed: requirements/bench-baseline.txt
	@$(call environment,$(BASELINE),$<,a few seconds)
	@touch $@
$(BENCH)/.installed: requirements/bench.txt
	@$(call environment,$(BENCH),$<,a few seconds)
	@touch $@

define environment
command -v $(PYTHON) >/dev/null || { echo "Jobpass needs Python 3.11 or newer: '$(PYTHON)' is not there; install it, or set PYTHON=" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Jobpass needs Python 3.11 or newer; $$($(PYTHON) --version) is what '$(PYTHON)' is; set PYTHON=python3.12 or so" >&2; exit 1; }; \
$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }; \
mkdir -p .local && chmod 700 .local; \
exec 9> .local/setup.lock; flock 9 2>/dev/null || true; \
[ -e $@ ] && [ ! $(2) -nt $@ ] && exit 0; \
echo "installing the pinned packages of $(2) into $(1) ($(3))"; \
rm -rf $(1) && $(PYTHON) -m venv $(1) && $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $(2) \
  || { echo "the installation failed: the lines above say why (the package index must be reachable)" >&2; exit 1; }
endef
