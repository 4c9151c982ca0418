# Two commands on a fresh machine with Python 3.11+ and make: `make report` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
EXPORTS := data/sample/exports
SAMPLE_PROVINCES := ha-giang ha-tinh kon-tum thai-nguyen tuyen-quang
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# On all cores; pip compiles on one. A package may hold files that are no Python.
COMPILE := $(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true

.PHONY: report test sample check lock clean validate bench

## report: set up, make the sample, import it, write Hà Giang's nine-month review and the index
report: .venv/ready
	$(BIN)/hoso sample
	@for province in $(SAMPLE_PROVINCES); do \
		$(BIN)/hoso import $(EXPORTS)/$$province/* --province $$province || exit 1; \
	done
	$(BIN)/hoso report review --province ha-giang --period 2024-9M

## test: set up and run every test
test: .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

## check: format, lint and types
check: .venv/ready-dev
	$(BIN)/ruff format --check lib tests benchmarks deploy
	$(BIN)/ruff check lib tests benchmarks deploy
	$(BIN)/mypy

## validate: every PDF among the reports against PDF/A-2a and PDF/UA-1 (needs a JDK and Debian's libjaxb-java)
validate:
	find reports -name '*.pdf' -exec sh -c 'for f; do echo "$$f@PDFA-2A"; echo "$$f@PDFUA-1"; done' sh {} + | xargs -d '\n' tools/verapdf/verapdf

## bench: the measured claims, on a quiet machine, an hour or so (benchmarks/README.md)
bench: .venv/ready-dev
	$(BIN)/python benchmarks/export.py
	$(BIN)/python benchmarks/site.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/country.py
	$(BIN)/python benchmarks/scale.py

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hoso needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	$(COMPILE)
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	$(COMPILE)
	touch $@

## lock: pin every dependency by hash again (needs uv); no registry address is written
lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra sign -c requirements.lock --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-sign.lock
	uv pip compile pyproject.toml --extra cluster --extra objects -c requirements.lock --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-cluster.lock
	uv pip compile pyproject.toml --extra spark -c requirements.lock --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-spark.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-dev.lock

## clean: remove what the workbook made (the key outside the repository stays)
clean:
	rm -rf $(EXPORTS) data/store reports
