#!/usr/bin/env bash
# What a question costs before it is run: from its text to its semantic query on one core, over the retail pack's set, with the values of a
# generated shop of SCALE (3.5: 100,000 order numbers and what they hold); what it takes to make the engine ready; and what keeping the
# index of values in step costs those who publish. RUNS (5) of each.
source "$(dirname "$0")/common.sh"
runs=${RUNS:-5} scale=${SCALE:-3.5}
set_file=$STARLING_SOURCE/packs/retail/questions/superstore.jsonl
home=$work/home
load_of_machine
retail_home "$home" "$scale"

# event NAME FILE: the figures of that log event in FILE, in microseconds
event() { sed -n "s/.*\"event\":\"$1\".*\"us\":\([0-9]*\).*/\1/p" "$2"; }
# synced FILE: takes in what changed; adds what the index cost to FILE
synced() {
    "$STARLING_BIN" sync --home "$home" --quiet --log-level info >/dev/null 2>"$work/log"
    event values.renewed "$work/log" >>"$1"
}
milliseconds() { printf '%-64s %8.1f ms   %s\n' "$1" "$(awk "BEGIN { print $(median 1 <"$2") / 1000 }")" "${3:-}"; }

synced "$work/first"
milliseconds "index made by the first sync, $(du -m "$home/projects/retail/values.index" | cut -f1) MB" "$work/first"
# changed SQL: by another application, in the operational database
changed() { python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()' "$home/projects/retail/oltp.sqlite" "$1"; }
for i in $(seq "$runs"); do
    synced "$work/nothing"
    changed 'UPDATE order_product SET quantity = quantity + 1 WHERE row_id % 1000 = 7'
    synced "$work/figures"
    changed "UPDATE customer SET segment = CASE segment WHEN 'Consumer' THEN 'Corporate' ELSE 'Consumer' END WHERE rowid = $i"
    synced "$work/same"
    changed "UPDATE customer SET name = 'Ann Other $i' WHERE rowid = $i"
    synced "$work/member"
    changed "UPDATE \"order\" SET ship_mode = 'By balloon $i' WHERE rowid = $i"
    synced "$work/fact"
done
milliseconds 'index after a sync without changes' "$work/nothing"
milliseconds 'after figures of facts changed, no text' "$work/figures" 'goal: a few'
milliseconds 'after a member got a text that another has' "$work/same"
milliseconds 'after a member got a new text' "$work/member"
milliseconds 'after a text of the fact changed' "$work/fact"

sed 's/"db": "[a-z_]*"/"db": "retail"/' "$set_file" >"$work/set.jsonl"
for _ in $(seq "$runs"); do
    taskset -c 0 "$STARLING_BIN" eval "$work/set.jsonl" --answers "$work/answers" --home "$home" --quiet >/dev/null
    cat "$work/answers" >>"$work/all"
done
python3 - "$work/all" <<'PY'
import json, sys
asked = [json.loads(line) for line in open(sys.argv[1]) if '"ms"' in line]
best = {}
for one in asked: best[one["id"]] = min(best.get(one["id"], 1e9), one["ms"])
for name, ms in ("all", [one["ms"] for one in asked]), ("the best of each", list(best.values())):
    ms.sort()
    at = lambda share: ms[min(len(ms) - 1, int(share * len(ms)))]
    print("text to query, %d questions, %-17s p50 %.2f ms (goal: 2), p99 %.2f ms (goal: 10), most %.2f ms" % (len(ms), name + ":", at(.5), at(.99), ms[-1]))
PY

for _ in $(seq "$runs"); do
    "$STARLING_BIN" ask revenue --home "$home" --quiet --log-level info 2>"$work/log" >/dev/null
    event ask.engine_made "$work/log" >>"$work/engine"
    measured "$work/ask" "$STARLING_BIN" ask revenue --home "$home" --quiet >/dev/null
    measured "$work/query" "$STARLING_BIN" query '{"measures":["revenue"]}' --home "$home" --quiet >/dev/null
done
milliseconds "the engine's start: grammar, words, mapped index" "$work/engine" 'goal: 150'
figure "a process that asks" "$work/ask"
figure "a process that queries" "$work/query"
for _ in $(seq 20); do echo revenue; done >"$work/lines"
measured "$work/chat" sh -c '"$0" ask --chat --home "$1" --quiet <"$2"' "$STARLING_BIN" "$home" "$work/lines" >/dev/null
figure "a conversation of 20 lines" "$work/chat"
