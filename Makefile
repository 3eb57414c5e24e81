PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench clips requirements clean

help: ## Show what can be asked for
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## Set everything up and start the whole system (VIGNET_PORT, default 8000; data in var/)
	@exec $(PYTHON) docker/local/start.py

test: ## Install what tests need and run all of them (ARGS="-k name" for some)
	@$(PYTHON) docker/local/prepare.py test
	@exec $(VENV)/python -m pytest $(ARGS)

lint: ## Check style and find mistakes
	@$(PYTHON) docker/local/prepare.py test
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

format: ## Put the code in the house style
	@$(PYTHON) docker/local/prepare.py test
	@$(VENV)/ruff check --fix --quiet .
	@$(VENV)/ruff format .

clean: ## Remove what can be made again; the data in var/ stays
	rm -rf .venv .venv-swift .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
