#!/usr/bin/env bash
# What a question costs before it is run: from its text to its semantic query, over the retail pack's set, with the values of a generated
# shop of SCALE (3.5: 100,000 order numbers and what they hold); and what it takes to make the engine ready: a process that asks beside
# one that runs the same query. RUNS (5) of each.
source "$(dirname "$0")/common.sh"
runs=${RUNS:-5} scale=${SCALE:-3.5}
set_file=$STARLING_SOURCE/packs/retail/questions/superstore.jsonl
load_of_machine
retail_home "$work/home" "$scale"
"$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
sed 's/"db": "[a-z_]*"/"db": "retail"/' "$set_file" >"$work/set.jsonl"

from=$(date +%s%N)
"$STARLING_BIN" ask revenue --home "$work/home" --quiet >/dev/null
printf 'first question of new data, with the index of its values made   %5d ms, index %s MB\n' $((($(date +%s%N) - from) / 1000000)) \
    "$(du -m "$work/home/projects/retail/values.index" | cut -f1)"

for _ in $(seq "$runs"); do
    "$STARLING_BIN" eval "$work/set.jsonl" --answers "$work/answers" --home "$work/home" --quiet >/dev/null
    cat "$work/answers" >>"$work/all"
done
python3 - "$work/all" <<'PY'
import json, sys
ms = sorted(json.loads(line)["ms"] for line in open(sys.argv[1]) if '"ms"' in line)
at = lambda share: ms[min(len(ms) - 1, int(share * len(ms)))]
print("text to query, %d questions: p50 %.2f ms (goal: 2), p99 %.2f ms (goal: 10), most %.2f ms" % (len(ms), at(.5), at(.99), ms[-1]))
PY

for _ in $(seq "$runs"); do
    measured "$work/ask" "$STARLING_BIN" ask revenue --home "$work/home" --quiet >/dev/null
    measured "$work/query" "$STARLING_BIN" query '{"measures":["revenue"]}' --home "$work/home" --quiet >/dev/null
done
figure "a process that asks" "$work/ask"
figure "a process that queries" "$work/query" "the difference is the engine's start (goal: 150 ms) and one reading"
