#!/usr/bin/env bash
# Files that come again: corrected, cut short, in another order, under another name, twice; rows that cannot be read; and kills at
# every place of a load.
. "$(dirname "$0")/common.sh"
runs "$starling" init home --pack "$source_folder/tests/data/pipeline/demo" --project p
load=("$starling" load --home home)

# --- delivery full: the file replaces, its corrected rows are what changes
python3 - <<'PY'
import random
random.seed(4)
rows = ["P%02d,%d.50" % (i, i) for i in range(20)]
def write(name, rows, head="Code,Price"): open(name, "w").write("\n".join([head, *rows]) + "\n")
write("prices.csv", rows)
corrected = [r.replace("P07,7.50", "P07,8.25") for r in rows]
random.shuffle(corrected)
write("corrected.csv", corrected)
random.shuffle(corrected)
write("shuffled.csv", corrected)
write("four_gone.csv", [r for r in corrected if r[:3] not in ("P00", "P01", "P02", "P03")])
write("five_gone.csv", [r for r in corrected if r[:3] not in ("P00", "P01", "P02", "P03", "P04")])
write("empty.csv", [])
visits = ["2014-01-01 10:00:00,/a,C1,1"] * 3 + ["2014-01-01 10:00:00,/b,,2"] * 2 + ["2014-01-0%d,/c,C2,%d" % (i + 1, i) for i in range(5)]
write("visits.csv", visits, "At,Page,Client ID,N")
again = visits[:-1] + ["2014-01-05,/c,C2,44"]
random.shuffle(again)
write("visits_corrected.csv", again, "At,Page,Client ID,N")
PY
runs "${load[@]}" prices=prices.csv visits=visits.csv --json
json '[(r[0], r[2], r[3], r[6]) for r in d["loads"]["rows"]] == [("prices", 20, 20, 0), ("visits", 10, 10, 0)]'
runs "$starling" sync --home home
runs "${load[@]}" prices=corrected.csv visits=visits_corrected.csv
runs "$starling" sync --home home --json
json 'd["changes"] == 3 and d["version"] == 2'
json 'sorted((r[1], r[3], r[4], r[5]) for r in d["steps"]["rows"] if r[0] == "silver" and sum(r[3:6])) == [("price", 0, 1, 0), ("visit", 1, 0, 1)]'
runs "${load[@]}" prices=shuffled.csv
runs "$starling" sync --home home --json
json 'd["changes"] == 0 and d["version"] == 2'
runs "${load[@]}" prices=shuffled.csv
says "taken in before"

# --- a file that was cut short
refuses 4 "five_gone.csv: taking the file in would delete 5 of the 20 rows that table 'price' has from 'shuffled.csv', and at most 20 % go unasked" "${load[@]}" prices=five_gone.csv
refuses 4 "would delete 20 of the 20 rows" "${load[@]}" prices=empty.csv
refuses 4 "load it again with --replace" "${load[@]}" visits=visits.csv prices=empty.csv
runs "$starling" sync --home home --json
json 'd["changes"] == 0'
runs "${load[@]}" prices=four_gone.csv
printf 'home: 1\nload:\n  max_deleted: 5%%\n' >home/starling.yaml
refuses 4 "would delete 1 of the 16 rows that table 'price' has from 'four_gone.csv', and at most 5 % go unasked" "${load[@]}" prices=five_gone.csv
runs "${load[@]}" prices=five_gone.csv --replace
printf 'home: 1\nload:\n  max_deleted: 100\n' >home/starling.yaml
runs "${load[@]}" prices=empty.csv
printf 'home: 1\nload:\n  max_deleted: 120%%\n' >home/starling.yaml
refuses 2 "load.max_deleted takes a percentage from 0% to 100%" "${load[@]}" prices=prices.csv
printf 'home: 1\n' >home/starling.yaml
runs "${load[@]}" prices=prices.csv
says "taken in again"
runs "$starling" sync --home home --json
json 'd["changes"] == 1' # P07 as it was

# --- rows that cannot be read
printf 'Code,Price\nA,1\nB,one\nC,3\n,4\n' >some.csv
refuses 3 "some.csv:3: column 'Price': 1 value cannot be read as decimal(8,2): 'one'" "${load[@]}" prices=some.csv --replace
refuses 3 "to set such rows aside and take in the others: load --quarantine" "${load[@]}" prices=some.csv --replace
printf 'Order ID,Client ID,Client Name,Group Name,Order Day,Placed At,Amount,Weight,Is Open,Code\n' >orders.csv
refuses 2 "input 'orders' fills tables of the operational database" "${load[@]}" orders=orders.csv --quarantine
cp -r home aside
runs "$starling" load prices=some.csv --replace --quarantine --home aside --json
json '[c["name"] for c in d["loads"]["columns"]][6] == "set_aside" and d["loads"]["rows"][0][2:7] == [4, 2, 0, 0, 2]'
runs "$starling" load prices=some.csv --quarantine --home aside
says "taken in before"
runs "$starling" runs --limit 2 --home aside --json
id=$(python3 -c 'import json; print(json.load(open("out.txt"))["runs"]["rows"][1][0])')
runs "$starling" run show "$id" --home aside
says "2 set aside"

# --- delivery append: the same bytes add up once
printf 'At,What\n2014-01-01,x\n2014-01-01,x\n' >e1.csv
cp e1.csv e1_renamed.csv
printf 'At,What\n2014-01-02,y\n' >e2.csv
runs "${load[@]}" events=e1.csv events=e1_renamed.csv events=e2.csv
runs "${load[@]}" events=e1_renamed.csv
says "taken in before"
runs "$starling" sync --home home --json
json '[r[2:4] for r in d["steps"]["rows"] if r[:2] == ["silver", "event"]] == [[2, 2], [1, 1]]'

# --- killed at every place of a load: all of it is in, or nothing, and loading it again makes it so
head=$(cat orders.csv)
places='load.read load.stored load.committed load.written'
n=0
for place in $places; do
    n=$((n + 1))
    printf 'At,What\n2015-01-0%d,k%d\n2015-01-0%d,k%d\n' $n $n $n $n >k.csv
    printf '%s\n%d,C%d,Ann,New,01-03-2014,,%d,,,\n' "$head" $n $n $n >o.csv
    code=0
    STARLING_FAULT=$place "$starling" load events=k.csv orders=o.csv --home home >out.txt 2>err.txt || code=$?
    [ "$code" = 137 ] || fail "not killed at $place: $code $(cat err.txt)"
    runs "$starling" sync --home home
    runs "${load[@]}" events=k.csv orders=o.csv --json
    if [ "$place" = load.written ]; then
        json 'all(r[7] == "taken in before" for r in d["loads"]["rows"])'
    else
        json '[r[3] for r in d["loads"]["rows"] if r[0] == "events"] == [2]'
    fi
    runs "${load[@]}" events=k.csv orders=o.csv
    runs "$starling" sync --home home
    runs "$starling" query '{"measures":["revenue"]}' --home home --json
    json "d['rows'] == [[$((n * (n + 1) / 2))]]"
done
python3 - <<'PY'
import sqlite3
meta = sqlite3.connect("home/meta.sqlite")
assert meta.execute("select count(*), count(distinct hash) from file where input = 'events'").fetchone() == (6, 6)
PY
ok
runs "$starling" runs --limit 100 --home home --json
json 'sum(r[3] == "interrupted" for r in d["runs"]["rows"]) == 4 and all(r[3] != "running" for r in d["runs"]["rows"])'
echo "$passed passed, 0 failed"
