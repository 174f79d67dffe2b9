#!/usr/bin/env bash
# Builds the web app, web/dist, if its sources have changed since; the program is built with it inside.
#   tools/web.sh          build (STARLING_NO_WEB=1: does nothing; the program then serves the API alone)
#   tools/web.sh --lint   format, lint rules and types of web/ and tests/e2e
#   tools/web.sh --test   tests of what needs no browser: web/src/**/*.test.ts
#   tools/web.sh --node   prints the path of a Node that is new enough
#
# Node 20.19 or later is needed. Where the system's is older, the npm package node-linux-* brings a newer one into build/deps.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE_VERSION=22.23.3
say() { printf 'web: %s\n' "$*" >&2; }
die() { printf 'web: %s\n' "$*" >&2; exit 1; }

is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# Sets $node.
find_node() {
    local arch=x64 own
    own=$PWD/build/deps/node/bin/node
    node=$(command -v node || true)
    if [ -n "$node" ] && is_new_enough "$node"; then return 0; fi
    node=$own
    if [ -x "$own" ] && is_new_enough "$own"; then return 0; fi
    command -v npm >/dev/null || die "no npm: run tools/setup.sh, or set STARLING_NO_WEB=1"
    [ "$(uname -m)" != aarch64 ] || arch=arm64
    say "fetching Node $NODE_VERSION from npm"
    mkdir -p build/deps
    npm install --prefix build/deps/node-package --ignore-scripts --no-audit --no-fund --no-save --loglevel=error \
        "node-linux-$arch@$NODE_VERSION" </dev/null >&2 || die "npm could not fetch node-linux-$arch; its message is above"
    rm -rf build/deps/node
    mv "build/deps/node-package/node_modules/node-linux-$arch" build/deps/node
    rm -rf build/deps/node-package
    is_new_enough "$own" || die "the Node in build/deps/node does not run"
}

# Brings web/node_modules in step with its lock file.
install_packages() {
    local stamp
    stamp=$(sha256sum web/package-lock.json)
    [ "$(cat web/node_modules/.stamp 2>/dev/null)" != "$stamp" ] || return 0
    say "fetching the packages of web/package-lock.json"
    (cd web && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >&2) ||
        die "npm could not fetch the packages; its message is above. Set STARLING_NO_WEB=1 to build without the page"
    printf '%s\n' "$stamp" >web/node_modules/.stamp
}

sources() { find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -print0 | LC_ALL=C sort -z; }

build() {
    local stamp
    [ -z "${STARLING_NO_WEB:-}" ] || return 0
    stamp=$(sources | xargs -0 sha256sum | sha256sum)
    if [ -e web/dist/index.html ] && [ "$(cat build/web.stamp 2>/dev/null)" = "$stamp" ]; then return 0; fi
    find_node
    PATH=$(dirname "$node"):$PATH
    install_packages
    say "building web/dist"
    (cd web && npm run --silent build -- --logLevel warn </dev/null >&2) || die "the build failed; its message is above"
    mkdir -p build
    printf '%s\n' "$stamp" >build/web.stamp
}

case ${1:-} in
'') build ;;
--node) find_node && printf '%s\n' "$node" ;;
--lint | --test)
    [ -z "${STARLING_NO_WEB:-}" ] || exit 0
    find_node
    PATH=$(dirname "$node"):$PATH
    install_packages
    (cd web && npm run --silent "${1#--}")
    ;;
*) die "usage: tools/web.sh [--lint | --test | --node]" ;;
esac
