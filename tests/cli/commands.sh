#!/usr/bin/env bash
# Every command of the table: its help, and its JSON; several projects in one home; the applied model; cancelling.
. "$(dirname "$0")/common.sh"

runs "$starling" help
mapfile -t commands < <(sed -n '/COMMAND/,/^Every/s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p' out.txt)
[ "${#commands[@]}" -ge 8 ] || fail "help lists ${#commands[@]} commands"
for command in "${commands[@]}"; do
    runs "$starling" help $command
    says "Usage: starling $command"
    runs "$starling" $command --help
    says "Every command also takes"
done
runs "$starling" --version
says "Starling:"
runs "$starling" version --json
json 'set(d) == {"version", "duckdb", "sqlite"}'

# --- two projects in one home
cat >small.csv <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
C2,B,Beta,-1,2011-02-03 10:00:00,2.25,,France
CSV
runs "$starling" init home --pack online-retail --json
json 'd["project"] == "online-retail"'
runs "$starling" init home --pack online-retail --project second
refuses 2 "several projects; name one with --project: online-retail, second" "$starling" load invoices=small.csv --home home
refuses 4 "there is no project 'third' here" "$starling" sync --home home --project third
runs "$starling" load invoices=small.csv --home home --project second --json
json 'd["loads"]["rows"][0][2] == 3'
runs "$starling" load invoices=small.csv --home home --project second
says "taken in before"
runs "$starling" sync --home home --project second --json
json 'd["version"] == 1 and d["changes"] == 3'
cd home
runs "$starling" query '{"measures":["revenue","units","orders","cancellations"]}' --project second --json
json 'd["rows"] == [[3.75, 3, 1, 1]]'
runs "$starling" query '{"measures":["revenue"],"dimensions":["stock_code"]}' --project second --format csv
[ "$(cat out.txt)" = "stock_code,revenue
A,6.000
B,-2.250" ] || fail "CSV: $(cat out.txt)"
cd ..

# --- a corrected file changes what it corrects, whatever the order of its lines
python3 - <<'PY'
lines = open("small.csv").read().splitlines()
open("corrected.csv", "w").write("\n".join([lines[0], lines[3].replace("2.25", "2.50"), lines[2], lines[1]]) + "\n")
PY
runs "$starling" load invoices=corrected.csv --home home --project second
runs "$starling" sync --home home --project second --json
json 'd["version"] == 2 and d["changes"] == 2'
runs "$starling" query '{"measures":["revenue"]}' --home home --project second --json
json 'd["rows"] == [[3.5]] and d["data_version"] == 2'

# --- the applied model is the truth
pack=home/projects/second/pack/pack.yaml
sed -i 's/^  units:/  pieces_moved:/' "$pack"
runs "$starling" query '{"measures":["units"]}' --home home --project second --json
json 'd["model_version"] == 1'
runs "$starling" model check --home home --project second
runs "$starling" model apply --comment 'a clearer name' --home home --project second --json
json 'd["version"] == 2'
refuses 2 "units" "$starling" query '{"measures":["units"]}' --home home --project second
runs "$starling" query '{"measures":["pieces_moved"]}' --home home --project second --json
json 'd["model_version"] == 2'
echo 'oops: [' >>"$pack"
refuses 2 "1 error" "$starling" model apply --home home --project second
runs "$starling" query '{"measures":["pieces_moved"]}' --home home --project second

# --- a status of everything
runs "$starling" status --home home --json
json '[p["name"] for p in d["projects"]] == ["online-retail", "second"]'
runs "$starling" status --home home
says "no data yet"

# --- Ctrl-C while waiting for the home
( exec 9<>home/.lock; flock -x 9; sleep 20 ) &
holder=$!
sleep 0.2
"$starling" status --home home >out.txt 2>err.txt &
waiting=$!
sleep 0.3
kill -INT $waiting
code=0
wait $waiting || code=$?
kill $holder 2>/dev/null || true
wait $holder 2>/dev/null || true
[ "$code" = 6 ] || fail "a cancelled command ended with $code: $(cat err.txt)"
ok
echo "$passed passed, 0 failed"
