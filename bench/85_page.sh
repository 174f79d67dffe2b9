#!/usr/bin/env bash
# The page in a real browser: until the question box takes typing, and from a row that another process writes until the page shows it.
# Skipped where tests/e2e is. Goals: < 1 s each.
#   RUNS=
. "$(dirname "$0")/common.sh"
skip() { echo "skipped: $*"; exit 0; }
. "$STARLING_SOURCE/tests/e2e/browser.sh"
export STARLING_E2E_HOME="$work/home"
"$STARLING_BIN" init "$STARLING_E2E_HOME" --pack retail --sample --quiet >/dev/null
"$STARLING_BIN" sync --home "$STARLING_E2E_HOME" --project retail --quiet >/dev/null
load_of_machine
"$node" "$here/page.mjs" &
children+=("$!")
wait "$!"
