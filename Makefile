# make up      the shop on this machine: http://127.0.0.1:8000 (PORT=, HOST=, CATALOG=file, PRICE_SCALE=0.01)
# make test    the whole suite, real Postgres and a real Celery worker included (PYTEST_ARGS=, TEST_PROCESSES=2)
# make check   style, types, import direction, migrations, deployment settings
# make bench   the quick benchmarks
# make clean   remove what was installed and cached; the shop's data in var/ stay
#
# Needs Python 3.11 or newer, make and a package registry; nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
HOST ?= 127.0.0.1
CATALOG ?=
PRICE_SCALE ?=
PYTEST_ARGS ?=
TEST_PROCESSES ?= 2
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
PY := .venv/bin/python
# What `manage.py check --deploy` must find clean: a production's environment, with nothing running.
PRODUCTION := DEBUG=0 SECURE_COOKIES=1 ALLOWED_HOSTS=shop.example SEARCHSITE_VAR_DIR=/nonexistent \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: help up test check bench clean python environment test-environment

help:
	@sed -n 's/^# \?//;1,7p' Makefile

up: environment
	@exec $(PY) manage.py up --host "$(HOST)" --port "$(PORT)" $(if $(CATALOG),--catalog "$(CATALOG)") \
		$(if $(PRICE_SCALE),--price-scale "$(PRICE_SCALE)")

test: test-environment
	@$(PY) manage.py compile_translations
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(PYTEST_ARGS)

check: test-environment
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'
	$(PY) manage.py compile_translations
	$(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

bench: test-environment
	@$(PYTHON) searchsite/environment.py bench=benchmarks/requirements.txt
	$(PY) -m benchmarks

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

python:
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Python 3.11 or newer is needed, and none was found (looked for python3, python3.11 to python3.13)." >&2; \
		echo "Install one from your system or python.org, or name it: make PYTHON=/path/to/python3.11 up" >&2; exit 1; fi

environment: python
	@$(PYTHON) searchsite/environment.py run=requirements.txt

test-environment: python
	@$(PYTHON) searchsite/environment.py run=requirements.txt training=feedback/trainers/requirements.txt \
		test=tests/requirements.txt
