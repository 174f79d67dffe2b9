#!/usr/bin/env bash
# sync --follow under load: another application (Python's sqlite3, WAL, synchronous=NORMAL) commits transactions of 50 row changes,
# RATE rows a second for SECONDS, over all months. How long after COMMIT the first answer over the home's socket includes it, asking
# one question after another; what the writer notices (beside it the same writer with nobody following, and without our triggers
# either, for BASE_SECONDS each); memory of the holder. Then everything is compared with the source.
#   SECONDS= RATE= BASE_SECONDS= MEMORY_MB= PAUSE_MS=
seconds=$(printenv SECONDS || echo 60) # bash's own SECONDS counts
. "$(dirname "$0")/common.sh"
rate=${RATE:-5000}
base_seconds=${BASE_SECONDS:-15}
memory_mb=${MEMORY_MB:-512}
home="$work/home"
writer="$here/retail_writer.py"

# writes DATABASE SECONDS FILE: starts the writer as a child, ready to go when a line comes to $writer_in; its id is in $writer_pid
writes() {
    rm -f "$work/go"
    mkfifo "$work/go"
    python3 "$writer" "$1" follow "$2" "$rate" "$3" <"$work/go" >"$work/writer.out" &
    writer_pid=$!
    children+=("$writer_pid")
    exec {writer_in}>"$work/go"
    until grep -qs ready "$work/writer.out"; do
        kill -0 "$writer_pid"
        sleep 0.05
    done
}

# alone NAME DATABASE FILE: the writer with nobody following
alone() {
    writes "$2" "$base_seconds" "$3"
    echo go >&"$writer_in"
    wait "$writer_pid"
    exec {writer_in}>&-
    python3 "$here/writer_report.py" "$1" "$3"
}

retail_home "$home"
printf 'warehouse:\n  memory_limit: %sMB\n' "$memory_mb" >>"$home/starling.yaml"
"$STARLING_BIN" sync --home "$home" --quiet >/dev/null
oltp="$home/projects/retail/oltp.sqlite"
sqlite_copy() { python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("VACUUM INTO ?", (sys.argv[2],))' "$@"; }
sqlite_copy "$oltp" "$work/with.sqlite"
sqlite_copy "$oltp" "$work/without.sqlite"
python3 - "$work/without.sqlite" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for (name,) in db.execute(r"SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '\_starling\_%' ESCAPE '\'").fetchall():
    db.execute('DROP TRIGGER "%s"' % name)
db.commit()
PY

"$STARLING_BIN" sync --follow --home "$home" --json >"$work/follow.out" 2>"$work/follow.err" &
holder=$!
children+=("$holder")
until grep -qs following "$work/follow.out"; do
    kill -0 "$holder"
    sleep 0.05
done
writes "$oltp" "$seconds" "$work/followed"
sleep 1
load_of_machine
echo go >&"$writer_in"
python3 "$here/follow_probe.py" "$home" "$holder" "$work/followed" "$memory_mb" &
probe=$!
children+=("$probe")
wait "$writer_pid" || echo "the writer failed"
touch "$work/followed.done"
exec {writer_in}>&-
wait "$probe"
load_of_machine
python3 - "$work/follow.out" <<'PY'
import json, sys
batches = [b for b in map(json.loads, open(sys.argv[1])) if "changes" in b]
ms = sorted(b["ms"] for b in batches)
print("batches published                         %d, p50 %d changes, p50 %d ms, p99 %d ms, max %d ms" % (
    len(ms), sorted(b["changes"] for b in batches)[len(ms) // 2], ms[len(ms) // 2], ms[len(ms) * 99 // 100], ms[-1]))
PY
kill -TERM "$holder"
wait "$holder" || echo "the holder ended with code $?: $(cat "$work/follow.err")"
grep -i 'not in step' "$work/follow.err" || true
python3 "$here/writer_report.py" 'the writer, followed' "$work/followed"
alone 'the writer, with triggers, nobody follows' "$work/with.sqlite" "$work/w1"
alone 'the writer, without our triggers' "$work/without.sqlite" "$work/w2"
ls -l "$home/projects/retail/warehouse.duckdb" "$oltp" | awk '{ n = split($0, p, "/"); printf "%s: %.0f MB  ", p[n], $5 / 1048576 } END { print "" }'
"$STARLING_BIN" reconcile --home "$home" --quiet >"$work/reconcile.out" 2>&1 && echo 'reconcile: everything equal' ||
    { echo 'RECONCILE FAILED'; cat "$work/reconcile.out"; }
