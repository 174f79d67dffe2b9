#!/usr/bin/env bash
# The web app in a real browser, against a real server: makes a home from the packs' own samples, then runs *.test.mjs.
# Skipped without Chromium, a Node of 20.19 or later, or the packages of npm. No figure of speed decides: bench/85_page.sh has them.
# The page is the one in the program; STARLING_WEB_DIR=web/dist shows another.
#   tests/e2e/run.sh [FILE.test.mjs …]
. "$(dirname "$0")/../cli/common.sh"
. "$source_folder/tests/e2e/browser.sh"

home=$work/home
runs "$starling" init "$home" --pack retail --sample
runs "$starling" sync --home "$home" --project retail
runs "$starling" init "$home" --pack online-retail --project empty
runs "$starling" sync --home "$home" --project empty

export STARLING_E2E_HOME=$home
if [ $# = 0 ]; then set -- "$e2e"/*.test.mjs; fi
"$node" --test --test-concurrency=1 --test-reporter=spec "$@"
