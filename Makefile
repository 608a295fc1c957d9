# One command for each need; `make` alone lists them.

PY := .venv/bin/python
SETUP := ./requirements/install.sh

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## the virtual environment, with the locked packages
	@$(SETUP)

run: setup ## the whole product on http://127.0.0.1:8000, with demonstration data (PORT=…)
	@$(PY) -m mes_dashboard.run

test: setup ## every test, on throw-away servers; coverage of at least 95 %
	@$(PY) -m pytest -n 2 --dist loadfile --cov --cov-report=term

check: setup ## style, types, floors, templates, missing migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m djlint templates --lint --quiet
	$(PY) -W error manage.py makemigrations --check --dry-run
	$(PY) manage.py check

bench: setup ## the benchmarks, as ratios within one run
	@$(PY) -m benchmarks
