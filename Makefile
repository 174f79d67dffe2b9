# The front door: CMake and Ninja do the building (CMakeLists.txt, CMakePresets.json). `make help` lists the targets.
# Nothing here may name an absolute path in a prerequisite: make cannot cope with spaces there.

JOBS ?= $(shell nproc)
CTEST = ctest --test-dir build/asan --parallel $(JOBS) --output-on-failure --no-tests=error --no-label-summary

.PHONY: all setup web release debug asan tsan analyze lint-clang run eval-home test test-long bench lint fmt clean help
.DEFAULT_GOAL := all

all: release ## the release build: build/starling (default)
	@ln -sfn release/bin/starling build/starling

setup: ## install what is missing: Debian packages, DuckDB
	@tools/setup.sh

web: setup ## build web/dist if its sources have changed; the programs carry it (STARLING_NO_WEB=1: they do without)
	@tools/web.sh

release debug asan tsan analyze lint-clang: %: setup web build/%/build.ninja ## the builds: build/<name>/bin/starling
	@cmake --build build/$@ --parallel $(JOBS)
	@ln -sfn $@/compile_commands.json build/compile_commands.json

build/%/build.ninja: CMakePresets.json | setup
	@cmake --preset $* && touch $@

run: all ## build and show it: tools/demo.sh
	@if [ -x tools/demo.sh ]; then tools/demo.sh; else build/starling --version; fi

eval-home: all ## a home of the data sets that questions are measured on: OUT=DIR, DATA=DIR (../shared/data)
	@tools/eval_home.sh "$(OUT)" $(if $(DATA),"$(DATA)")

test: asan ## the quick tests, under ASan and UBSan
	@tools/setup.sh build test
	@$(CTEST) --label-regex quick

test-long: asan analyze ## all tests, and gcc -fanalyzer
	@tools/setup.sh build test
	@$(CTEST)

bench: all ## the measurements, bench/*.sh in order
	@export STARLING_BIN="$(CURDIR)/build/starling" STARLING_SOURCE="$(CURDIR)" STARLING_BENCH="$(CURDIR)/build/release/bench"; \
	for script in bench/*.sh; do \
	    [ ! -x "$$script" ] || { echo "== $$script"; "$$script"; } || exit 1; \
	done

lint: ## tools/lint.py, the format, clang's warnings, and the web app's rules and types
	@tools/setup.sh build lint
	@python3 tools/lint.py
	@find src tests -name '*.[ch]' -print0 | xargs -0 -r clang-format-14 --dry-run -Werror
	@tools/web.sh --lint
	@$(MAKE) --no-print-directory lint-clang

fmt: ## write src/ and tests/ in the format of .clang-format
	@tools/setup.sh build lint
	@find src tests -name '*.[ch]' -print0 | xargs -0 -r clang-format-14 -i

clean: ## remove what was built, not what setup fetched
	@find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):[^#]*## /\1\t/p' Makefile | expand -t 44
