#!/usr/bin/env bash
# The log of runs: what is listed, one run in full, a run whose process was killed, and how long the log becomes.
. "$(dirname "$0")/common.sh"

cat >lines.csv <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
2,B,Beta,1,2011-02-03 10:00:00,2.25,,France
CSV
sed 's/,1\.5,/,one and a half pounds,/' lines.csv >wrong.csv
runs "$starling" init home --pack online-retail
runs "$starling" runs --home home
says "No runs yet: take files in with"
runs "$starling" runs --home home --json
json 'd["project"] == "online-retail" and d["runs"]["rows"] == []'
refuses 4 "project 'online-retail' has had no run yet" "$starling" run show 1 --home home
refuses 3 "one and a half pounds" "$starling" load invoices=wrong.csv --home home
runs "$starling" load invoices=lines.csv --home home
runs "$starling" sync --home home

# --- the list
runs "$starling" runs --home home --json
json '[c["name"] for c in d["runs"]["columns"]] == ["run", "kind", "started_at", "status", "changes", "duration_us", "batch", "error"]'
json '[(r[0], r[1], r[3], r[4]) for r in d["runs"]["rows"]] == [(3, "sync", "done", 2), (2, "load", "done", 2), (1, "load", "failed", 0)]'
json 'len(d["runs"]["rows"][0][6]) == 16 and d["runs"]["rows"][1][6] is None and d["runs"]["rows"][0][7] is None'
json 'd["runs"]["rows"][0][2].endswith("Z") and "cannot be read as decimal" in d["runs"]["rows"][2][7]'
runs "$starling" runs --home home
says "started (UTC)"
says "UnitPrice"
grep -qF 'one and a half pounds' out.txt && fail "the error is not shortened: $(cat out.txt)"
says "its whole error: starling run show N"
runs "$starling" runs --limit 1 --home home
says "There are older ones: starling runs --limit 5"
runs "$starling" runs --limit 2 --home home --json
json '[r[0] for r in d["runs"]["rows"]] == [3, 2]'
runs "$starling" runs --limit 3 --home home --format csv
[ "$(wc -l <out.txt)" = 4 ] || fail "a header and three rows expected: $(cat out.txt)"
refuses 2 "limit takes a number of runs" "$starling" runs --limit 0 --home home
refuses 2 "limit takes a whole number" "$starling" runs --limit many --home home

# --- one run
runs "$starling" run show 3 --home home --json
json 'd["run"] == 3 and d["kind"] == "sync" and d["status"] == "done" and d["changes"] == 2 and "error" not in d'
json '[c["name"] for c in d["steps"]["columns"]] == ["step", "table", "read", "new", "changed", "deleted", "ms", "verdict", "from", "to"]'
json 'd["steps"]["rows"][0][:6] == ["silver", "invoice_line", 2, 2, 0, 0] and "invoices=1:" in d["steps"]["rows"][0][9]'
json '"fact" in [r[0] for r in d["steps"]["rows"]]'
runs "$starling" run show 1 --home home
says "Status:        failed"
says "one and a half pounds"
says "It has no steps"
refuses 4 "has no run 4 in its log, which goes from 1 to 3; see: starling runs" "$starling" run show 4 --home home
refuses 2 "number takes a whole number" "$starling" run show three --home home
refuses 2 "run show needs number" "$starling" run show --home home
refuses 2 "'run' is the first word of: run show" "$starling" run

# --- a killed process: its run is not "running" for ever
set +e
sed 's/Alpha/Gamma/' lines.csv >other.csv
STARLING_FAULT=load.stored "$starling" load invoices=other.csv --replace --home home >out.txt 2>err.txt
code=$?
set -e
[ "$code" = 137 ] || fail "a load that should have been killed ended with $code: $(cat err.txt)"
runs "$starling" runs --limit 1 --home home --json
json 'd["runs"]["rows"][0][3] == "interrupted" and "was killed" in d["runs"]["rows"][0][7]'
runs "$starling" status --home home --json
json 'd["projects"][0]["last_run"]["status"] == "interrupted"'
runs "$starling" run show 4 --home home
says "Status:        interrupted"
runs "$starling" sync --home home
runs "$starling" run show 4 --home home --json
json 'd["status"] == "interrupted" and d["error"] == "its process was killed; nothing of it was published"'

# --- the log keeps the newest runs of each project
printf 'home: 1\nruns:\n  keep: 3\n' >home/starling.yaml
runs "$starling" sync --home home # nothing has changed: no run
runs "$starling" sync --full --home home
runs "$starling" sync --full --home home
runs "$starling" runs --home home --json
json '[r[0] for r in d["runs"]["rows"]] == [6, 5, 4]'
refuses 4 "goes from 4 to 6" "$starling" run show 3 --home home
printf 'home: 1\nruns:\n  keep: none\n' >home/starling.yaml
refuses 2 "runs.keep takes a whole number above 0" "$starling" runs --home home
echo "$passed passed, 0 failed"
