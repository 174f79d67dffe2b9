#!/usr/bin/env bash
# Load, and full sync after load, of the superstore files; beside it the same star schema by hand-written DuckDB SQL from the
# files. Whole processes, wall time, medians of RUNS.
set -euo pipefail
data=${STARLING_SHARED:-$STARLING_SOURCE/../shared}/data/superstore
[ -e "$data/orders.csv.gz" ] || { echo "skipped: $data is not here"; exit 0; }
data=$(cd "$data" && pwd)
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ms() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

sed "s|ORDERS|$data/orders.csv.gz|; s|RETURNS|$data/returns.csv|; s|PEOPLE|$data/people.csv|" "$STARLING_SOURCE/bench/star_by_hand.sql" >"$work/star.sql"
for i in $(seq "$runs"); do
    rm -rf "$work/home"
    "$STARLING_BIN" init "$work/home" --pack retail --quiet >/dev/null
    t0=$(ms)
    "$STARLING_BIN" load "orders=$data/orders.csv.gz" "returns=$data/returns.csv" "people=$data/people.csv" --home "$work/home" --quiet >/dev/null
    t1=$(ms)
    "$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
    t2=$(ms)
    "$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
    t3=$(ms)
    echo $((t1 - t0)) >>"$work/load"
    echo $((t2 - t1)) >>"$work/sync"
    echo $((t3 - t2)) >>"$work/again"
    "$STARLING_BENCH/duckdb_script" "$work/hand.duckdb" "$work/star.sql" >>"$work/hand"
done
printf 'load (files -> checked managed database)      %5d ms\n' "$(median <"$work/load")"
printf 'sync (database -> bronze, silver, gold)       %5d ms   goal < 1500\n' "$(median <"$work/sync")"
printf 'sync again, nothing changed                   %5d ms\n' "$(median <"$work/again")"
printf 'by hand: DuckDB SQL from the files to a star  %5d ms\n' "$(median <"$work/hand")"
