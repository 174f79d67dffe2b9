#!/usr/bin/env bash
# The web app in a real browser, against a real server: makes a home from the packs' own samples, then runs *.test.mjs.
# Skipped without Chromium, or a Node of 20.19 or later. The page is the one in the program; STARLING_WEB_DIR=web/dist shows another.
#   tests/e2e/run.sh [FILE.test.mjs …]
. "$(dirname "$0")/../cli/common.sh"
tests=$source_folder/tests/e2e

chromium=${STARLING_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$chromium" ] || skip "no Chromium"
node=$("$source_folder/tools/web.sh" --node 2>err.txt) || skip "$(cat err.txt)"
PATH=$(dirname "$node"):$PATH
[ -z "${STARLING_NO_WEB:-}" ] || skip "the program was built without the page"
if [ ! -e "$tests/node_modules/playwright-core" ]; then
    (cd "$tests" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null) ||
        skip "npm could not fetch the packages of tests/e2e/package-lock.json"
fi

home=$work/home
runs "$starling" init "$home" --pack retail --sample
runs "$starling" sync --home "$home" --project retail
runs "$starling" init "$home" --pack online-retail --project empty
runs "$starling" sync --home "$home" --project empty

export STARLING_E2E_HOME=$home STARLING_CHROMIUM=$chromium
if [ $# = 0 ]; then set -- "$tests"/*.test.mjs; fi
"$node" --test --test-concurrency=1 --test-reporter=spec "$@"
