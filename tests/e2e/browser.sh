# Sourced by run.sh and bench/85_page.sh, which define `skip`: sets $node and $STARLING_CHROMIUM, and brings Playwright in.
e2e=$STARLING_SOURCE/tests/e2e
STARLING_CHROMIUM=${STARLING_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$STARLING_CHROMIUM" ] || skip "no Chromium"
export STARLING_CHROMIUM
[ -z "${STARLING_NO_WEB:-}" ] || skip "the program was built without the page"
node=$("$STARLING_SOURCE/tools/web.sh" --node 2>"$work/err.txt") || skip "$(cat "$work/err.txt")"
PATH=$(dirname "$node"):$PATH
if [ ! -e "$e2e/node_modules/playwright-core" ] || [ ! -e "$e2e/node_modules/axe-core" ]; then
    (cd "$e2e" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null) ||
        skip "npm could not fetch the packages of tests/e2e/package-lock.json"
fi
