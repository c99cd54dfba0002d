# The two commands are `make demo` and `make test`; the rest is for those who build it.
PYTHON ?= python3
ARGS ?=
BIN = .venv/bin

.PHONY: demo test check format faults kibana-check clean help

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/' | column -t -s:

demo: ## install, crawl the demo web, analyse it, show the review page (ARGS=--once ends instead)
	@$(PYTHON) scripts/install
	@$(BIN)/python -m demo $(ARGS)

test: ## all checks and all tests, on real parts
	@$(PYTHON) scripts/install --all --system
	@scripts/check

check: ## format, lint, types, import contracts and docs, without the tests
	@$(PYTHON) scripts/install --all
	@scripts/check --static

format: ## put the code into its format
	@$(PYTHON) scripts/install --all
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

faults: ## every case of every fault, and docs/faults.md with the counts
	@$(PYTHON) scripts/install --all --system
	@scripts/faults

kibana-check: ## import what ships into a real Kibana (KIBANA_URL=…)
	@$(BIN)/python scripts/kibana import --url $(KIBANA_URL)

clean: ## remove what was installed and what the demo stored
	rm -rf .venv .uv var/demo
