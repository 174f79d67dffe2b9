#!/usr/bin/env bash
# Brings in what the build needs and this machine lacks; does nothing, quickly and offline, where all is there.
#   tools/setup.sh [GROUP...]   groups of tools/deps/debian.txt (default: build)
#
# 1. Debian packages, by apt-get as root or through passwordless sudo; otherwise says what to install and fails.
#    STARLING_NO_APT=1 skips this step, for systems that have the same things under other names.
# 2. DuckDB's library and header into build/deps/duckdb/{lib,include}: from npm, with the versions and hashes of
#    tools/deps/package-lock.json, or from STARLING_DUCKDB=/dir, which has include/duckdb.h and lib/libduckdb.so.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

deps=build/deps
stamp="$(uname -m) ${STARLING_DUCKDB:-} $(cat tools/deps/package.json tools/deps/package-lock.json | sha256sum)"
have_duckdb() { [ "$(cat $deps/stamp 2>/dev/null)" = "$stamp" ] && [ -e $deps/duckdb/lib/libduckdb.so ]; }

# For DuckDB, and for the web app's packages (tools/web.sh).
needs_npm() { { ! have_duckdb && [ -z "${STARLING_DUCKDB:-}" ]; } || [ -z "${STARLING_NO_WEB:-}" ]; }

packages_of() { awk -v groups=" $* " 'index(groups, " " $1 " ") { print $2 }' tools/deps/debian.txt; }

# The arguments that are not installed. A package that a newer system replaces (pkg-config by pkgconf) counts as there.
missing_of() {
    { dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null || true; } |
        awk -v want="$*" '$1 == "installed" { gsub(/[,()]/, " "); for (i = 2; i <= NF; i++) have[$i] = 1 }
            END { n = split(want, w, " "); for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

install_packages() {
    local groups=("$@") missing as_root=()
    if needs_npm && ! { command -v node && command -v npm; } >/dev/null; then groups+=(node); fi
    command -v dpkg-query >/dev/null || die "not a Debian system: install what tools/deps/debian.txt lists, then set STARLING_NO_APT=1"
    missing=$(missing_of $(packages_of "${groups[@]}") | xargs)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        { command -v sudo && sudo -n true; } >/dev/null 2>&1 || die "not root and no passwordless sudo; please run:
    sudo apt-get install --no-install-recommends $missing"
        as_root=(sudo -n)
    fi
    say "installing $missing"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    "${as_root[@]}" update </dev/null || die "apt-get update failed; its message is above"
    "${as_root[@]}" install --no-install-recommends $missing </dev/null || die "apt-get could not install: $missing"
}

install_duckdb() {
    local system_dir node_lib
    rm -rf $deps
    mkdir -p $deps/duckdb
    if [ -n "${STARLING_DUCKDB:-}" ]; then
        say "using the DuckDB in $STARLING_DUCKDB"
        [ -e "$STARLING_DUCKDB/include/duckdb.h" ] && [ -e "$STARLING_DUCKDB/lib/libduckdb.so" ] ||
            die "STARLING_DUCKDB=$STARLING_DUCKDB lacks include/duckdb.h or lib/libduckdb.so"
        system_dir=$(cd "$STARLING_DUCKDB" && pwd)
        ln -s "$system_dir/include" "$system_dir/lib" $deps/duckdb/
    else
        say "fetching DuckDB from npm"
        cp tools/deps/package.json tools/deps/package-lock.json $deps/
        (cd $deps && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null) ||
            die "npm could not fetch the packages of tools/deps/package-lock.json; its message is above"
        node_lib=$(ls $deps/node_modules/@duckdb/node-bindings-*/libduckdb.so 2>/dev/null) ||
            die "npm has no DuckDB library for $(uname -m) in tools/deps/package-lock.json; set STARLING_DUCKDB"
        mkdir $deps/duckdb/include $deps/duckdb/lib
        mv "$node_lib" $deps/duckdb/lib/
        mv $deps/node_modules/duckdb/src/duckdb/src/include/duckdb.h $deps/duckdb/include/
        rm -r $deps/node_modules $deps/package.json $deps/package-lock.json # 70 MB of sources nobody needs
    fi
    printf '%s\n' "$stamp" >$deps/stamp
}

[ -n "${STARLING_NO_APT:-}" ] || install_packages "${@:-build}"
have_duckdb || install_duckdb
