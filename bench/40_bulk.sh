#!/usr/bin/env bash
# A first sync of ROWS order lines (5 million): the generated retail project with its orders and lines copied under new ids, two lines
# an order, customers and products as they are. The figures, each 1.3 at most but for the second (docs/decisions/0009):
#   source -> bronze: the sync's silver steps (read, check, write silver and bronze) beside the same copy written plainly by hand,
#                     two_tables.c: a loop over SQLite and DuckDB's appender into two tables;
#   and beside the reading alone: a bare sqlite3_step loop that fetches every column of the same rows;
#   bronze -> gold:   the sync's dimension and fact steps beside DuckDB SQL by hand (star_from_bronze.sql) from the same bronze, with the
#                     same library and threads, before the commit in both.
# Then 1,000 changed rows. Whole processes; medians of RUNS first syncs and ROUNDS small ones.
#   ROWS= RUNS= ROUNDS=
. "$(dirname "$0")/common.sh"
rows=${ROWS:-5000000}
runs=${RUNS:-3}
rounds=${ROUNDS:-3}
home="$work/home"
oltp="$home/projects/retail/oltp.sqlite"
warehouse="$home/projects/retail/warehouse.duckdb"
retail_home "$home"
measured "$work/multiply" python3 "$here/multiply.py" "$oltp" "$rows"
sed "s|WAREHOUSE|$warehouse|" "$here/star_from_bronze.sql" >"$work/star.sql"

for i in $(seq "$runs"); do
    rm -f "$warehouse"*
    measured "$work/scan" "$STARLING_BENCH/sqlite_scan" "$oltp" >>"$work/scan.ms"
    measured "$work/plain" "$STARLING_BENCH/two_tables" "$oltp" "$work/plain.duckdb" >>"$work/plain.ms" 2>/dev/null
    rm -f "$work/plain.duckdb"*
    measured "$work/sync" "$STARLING_BIN" sync --home "$home" --quiet --json >"$work/sync.json"
    steps "$work/sync.json" silver >>"$work/silver.ms"
    steps "$work/sync.json" dimension fact >>"$work/gold.ms"
    measured "$work/hand" "$STARLING_BENCH/duckdb_script" "$work/hand.duckdb" "$work/star.sql" >>"$work/hand.ms"
    rm -f "$work/hand.duckdb"*
done
for i in $(seq "$rounds"); do
    python3 "$here/retail_writer.py" "$oltp" change 1000 "$i"
    measured "$work/thousand" "$STARLING_BIN" sync --home "$home" --quiet --json >"$work/thousand.json"
done

# ratio NAME OURS THEIRS [GOAL]
ratio() {
    local ours theirs
    ours=$(median <"$2")
    theirs=$(median <"$3")
    printf '%-34s %7.0f ms  against %7.0f ms: %5.2f   %s\n' "$1" "$ours" "$theirs" "$(awk "BEGIN { print $ours / $theirs }")" "${4:-goal <= 1.3}"
}
load_of_machine
printf '%s order lines, %s rows in all; oltp.sqlite %s MB, warehouse.duckdb %s MB\n' "$rows" "$(median 2 <"$work/scan.ms")" \
    "$(($(stat -c %s "$oltp") >> 20))" "$(($(stat -c %s "$warehouse") >> 20))"
ratio 'source -> bronze and silver' "$work/silver.ms" "$work/plain.ms"
ratio '  beside reading alone' "$work/silver.ms" "$work/scan.ms" ' '
ratio 'bronze -> gold' "$work/gold.ms" "$work/hand.ms"
figure 'first sync' "$work/sync" "of it steps $(steps "$work/sync.json" silver dimension fact) ms"
figure 'the copy by hand' "$work/plain"
figure 'the bare loop' "$work/scan"
figure 'the star by hand' "$work/hand"
figure '1,000 rows changed over all months' "$work/thousand" "of it steps $(steps "$work/thousand.json" silver dimension fact) ms"
python3 - "$work/sync.json" <<'PY'
import json, sys
print("steps of the last first sync, ms: " + ", ".join("%s %s %d" % (r[0], r[1], r[6]) for r in json.load(open(sys.argv[1]))["steps"]["rows"] if r[6] > 50))
PY
