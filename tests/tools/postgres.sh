#!/usr/bin/env bash
# A PostgreSQL server for tests, in a temporary folder of its own, that lives as long as this script's standard input is open:
#   tests/tools/postgres.sh         prints one line, the server's address for libpq, when it takes connections
# At the end of its input (whoever started it closes it, or has died) the server is stopped and the folder removed. It listens on a
# unix socket in that folder only. Where PostgreSQL is not installed it says so in one line and exits with 77.
#
# Nothing is compiled to machine code (jit): of long statements over few rows that takes seconds.
# The databases' own order of texts is not that of bytes, so that whoever relies on it is found out (PostgreSQL 15 and later).
set -euo pipefail

bin=$({ ls -d /usr/lib/postgresql/*/bin 2>/dev/null || true; } | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v postgres 2>/dev/null || echo /none/postgres)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed: no server for these tests" >&2; exit 77; }

# The socket's path may have 107 bytes, and the server's user must get there.
base=${TMPDIR:-/tmp}
[ "$(id -u)" != 0 ] && [ ${#base} -lt 60 ] || base=/tmp
dir=$(mktemp -d "$base/starling_postgres_XXXXXX")
server=
finish() {
    [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT

as=() # the server refuses to run as root
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

locale=(--locale=C.UTF-8)
[ "$("$bin/postgres" --version | awk '{ print int($3) }')" -lt 15 ] || locale+=(--locale-provider=icu --icu-locale=en-US)
cd "$dir"
"${as[@]}" "$bin/initdb" --no-sync --auth=trust --username=starling --encoding=UTF8 "${locale[@]}" -D "$dir/data" >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
"${as[@]}" "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off \
    -c jit=off -c max_connections=60 -c shared_buffers=32MB -c log_min_messages=panic -c log_min_error_statement=panic \
    >>"$dir/log" 2>&1 </dev/null &
server=$!
for _ in $(seq 200); do
    ! "$bin/pg_isready" -q -h "$dir" -U starling || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
done
"$bin/pg_isready" -q -h "$dir" -U starling || { cat "$dir/log" >&2; exit 1; }
echo "host=$dir user=starling dbname=postgres"
cat >/dev/null
