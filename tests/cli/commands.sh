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
runs "$starling" help query
says "Usage: starling query QUERY [--sql]"
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
runs "$starling" query '{"measures":["units"],"dimensions":["stock_code"],"limit":1,"others":true,"totals":["all"]}' --project second --json
json '[t["kind"] for t in d["totals"]] == ["others", "all"] and d["totals"][1]["measures"]["units"] == 3'
runs "$starling" query '{"rows":["stock_code"],"order":["stock_code"],"limit":1}' --project second --json
json 'd["rows"] == [["A"]] and d["next"][0] == "A"'
runs "$starling" query '{"measures":["units"],"time":{"range":"this year"}}' --project second
says "Default: this year is "
runs "$starling" explain '{"measures":["units"],"dimensions":["stock_code"],"where":[{"member":"country","op":"set"}]}' --project second
says "Rows of invoice_line."
says "Only where country is set."
says "SELECT"
says "rows from 3 rows read"
runs "$starling" explain '{"measures":["units"],"dimensions":["stock_code"]}' --project second --json
json 'd["rows_returned"] == 2 and d["rows_scanned"] == 3 and d["plan"][0] == "Rows of invoice_line." and "sql" in d'
refuses 2 "did you mean 'units'" "$starling" explain '{"measures":["unts"]}' --project second
cd ..

# --- a corrected file changes what it corrects, whatever the order of its lines
python3 - <<'PY'
lines = open("small.csv").read().splitlines()
open("corrected.csv", "w").write("\n".join([lines[0], lines[3].replace("2.25", "2.50"), lines[2], lines[1]]) + "\n")
PY
runs "$starling" load invoices=corrected.csv --replace --home home --project second
runs "$starling" sync --home home --project second --json
json 'd["version"] == 2 and d["changes"] == 2'
runs "$starling" query '{"measures":["revenue"]}' --home home --project second --json
json 'd["rows"] == [[3.5]] and d["data_version"] == 2'

# --- the applied model is the truth
pack=home/projects/second/pack/pack.yaml
sed -i 's/^  units:/  pieces_moved:/; s/"units"/"pieces_moved"/; s/, units\]/, pieces_moved]/' "$pack"
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
json '[s["kind"] for p in d["projects"] for s in p["sources"]] == ["files", "files"]'
json '[s["rows"] for s in d["projects"][1]["sources"]] == [3] and d["projects"][1]["sources"][0]["data_age_s"] >= 0'
json 'd["projects"][1]["sources"][0]["last_run"]["status"] == "done" and "rows" not in d["projects"][0]["sources"][0]'
runs "$starling" status --home home
says "no data yet"
says "source files (files): nothing taken in yet"
says "source files (files): 3 rows, the newest change"

# --- what is said beside a CSV, and of a time without data
printf 'home: 1\nquery:\n  max_rows: 1\n' >home/starling.yaml
runs "$starling" query '{"measures":["revenue"],"dimensions":["stock_code"]}' --home home --project second --format csv
[ "$(wc -l <out.txt)" = 2 ] || fail "a header and one row expected: $(cat out.txt)"
grep -qF "Cut at 1 row" err.txt || fail "nothing is said of the cut: $(cat err.txt)"
printf 'home: 1\n' >home/starling.yaml
runs "$starling" query '{"measures":["orders"],"time":{"range":"2031"}}' --home home --project second --json
json '"no data in the time asked for" in d["period"]["text"]'
refuses 2 "the measure 'revenue' is also called that" "$starling" query '{"measures":["sales"]}' --home home --project second
refuses 2 "'model' is the first word of: model check, model apply" "$starling" model

# --- instants of a reporting zone other than UTC carry no Z, and are read back as they are written
mkdir zoned
sed 's/time_zone: UTC/time_zone: Europe\/Berlin/' "$source_folder/packs/online-retail/pack.yaml" | sed '/sample:/d' >zoned/pack.yaml
runs "$starling" init home --pack ./zoned --project zoned
runs "$starling" load invoices=small.csv --home home --project zoned
runs "$starling" sync --home home --project zoned
runs "$starling" query '{"measures":["units"],"dimensions":["invoice_date"]}' --home home --project zoned --json
json 'd["rows"][0] == ["2011-01-03T11:00:00", 4]'
runs "$starling" query '{"measures":["units"],"where":[{"member":"invoice_date","op":"equals","value":"2011-01-03T11:00:00"}]}' --home home --project zoned --json
json 'd["rows"] == [[4]]'
refuses 2 "instant of the reporting time zone" "$starling" query '{"measures":["units"],"where":[{"member":"invoice_date","op":"equals","value":"2011-01-03T11:00:00Z"}]}' --home home --project zoned

# --- an init that fails leaves nothing; lost state is not taken for an invitation to begin anew
refuses 4 "there is no pack 'nope'" "$starling" init fresh --pack nope
refuses 2 "carries no sample data" "$starling" init fresh --pack ./zoned --sample
[ ! -e fresh ] || fail "a failed init left $(find fresh)"
mkdir full && : >full/notes.txt
refuses 4 "not empty" "$starling" init full --pack retail
[ "$(ls -A full)" = notes.txt ] || fail "a refused init left $(ls -A full)"
cp -r home lost
rm lost/meta.sqlite*
refuses 4 "put meta.sqlite back" "$starling" init lost --pack online-retail --project second
cmp home/projects/second/warehouse.duckdb lost/projects/second/warehouse.duckdb || fail "a refused init changed the data"

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
