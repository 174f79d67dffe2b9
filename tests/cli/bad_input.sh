#!/usr/bin/env bash
# What a tired person types and what disks do: a clear message, an exit code, nothing half-written, bounded time.
. "$(dirname "$0")/common.sh"

# --- the command line
refuses 2 "there is no command 'quer'; did you mean 'query'?" "$starling" quer
refuses 2 "there is no command 'model chek'; did you mean 'model check'?" "$starling" model chek
refuses 2 "did you mean 'sample'?" "$starling" init home --pack retail --sampel
refuses 2 "init needs home" "$starling" init --pack retail
refuses 2 "load needs files" "$starling" load --home .
refuses 2 "--format is 'xml'" "$starling" status --format xml
refuses 2 "--timeout takes seconds" "$starling" status --timeout -1
refuses 4 "is in no Starling home" "$starling" status
refuses 4 "there is no pack 'retial'" "$starling" init home --pack retial
refuses 4 "holds no pack.yaml" "$starling" init home --pack ./nothing
[ ! -e home/projects/retial ] || fail "a project of an unknown pack was left behind"
refuses 2 "takes a name of lower-case letters" "$starling" init home --pack retail --project 'Bad Name'

# --- packs
mkdir broken
printf 'pack: 1\nname: broken\n  title: [\n' >broken/pack.yaml
refuses 2 "broken/pack.yaml:2:7" "$starling" init home2 --pack ./broken
printf 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n' >broken/pack.yaml
refuses 2 "broken has 1 error" "$starling" model check ./broken
says "pack.yaml:1:5: anchors"
python3 -c 'print("pack: 1\nname: x\nsources: " + "[" * 100000)' >broken/pack.yaml
refuses 2 "broken has 1 error" "$starling" model check ./broken
says "pack.yaml:3:"
sed 's/expr: sum(sales)/expr: sum(salse)/' "$source_folder/packs/retail/pack.yaml" >broken/pack.yaml
refuses 2 "broken has" "$starling" model check ./broken
says "did you mean 'sales'?"
line=$(grep -n 'sum(salse)' broken/pack.yaml | cut -d: -f1)
says "pack.yaml:$line:"

# --- a home with the retail pack and a small file
runs "$starling" init home --pack retail
refuses 4 "has a project 'retail' already" "$starling" init home --pack retail
refuses 4 "has no data yet" "$starling" query '{"measures":["revenue"]}' --home home
python3 - <<'PY'
head = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority"
rows = ["%d,O-%d,0%d-01-2013,0%d-02-2013,First Class,C-%d,Ann %d,Consumer,Paris,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,%d.5,2,0.1,3.25,1.5,High" % (i, i, i, i, i, i, i, i, i * 10) for i in range(1, 6)]
def write(name, *lines): open(name, "w", newline="").write("\n".join(lines) + "\n")
write("good.csv", head, *rows)
write("missing.csv", head.replace("Order Priority", "Order Prio"), *rows)
write("date.csv", head, *rows[:2], rows[2].replace("03-01-2013", "31-02-2013"), *rows[3:])
write("number.csv", head, rows[0], rows[1].replace("20.5", "12,5x").replace("12,5x", '"12,5x"'), *rows[2:])
write("ragged.csv", head, rows[0], rows[1] + ",extra,extra", *rows[2:])
write("twice.csv", head.replace("Ship Mode", "Order ID"), *rows)
write("contradiction.csv", head, *rows, rows[0].replace("1,O-1,", "9,O-1,").replace("Ann 1", "Bob"))
write("header.csv", head)
open("empty.csv", "w").close()
open("latin.csv", "wb").write(("\n".join([head, rows[0].replace("Ann", "Andr\xe9")]) + "\n").encode("latin-1"))
open("binary.csv", "wb").write(bytes(range(256)) * 50)
open("notgzip.csv.gz", "wb").write(b"this is no gzip file")
open("notparquet.parquet", "wb").write(b"PAR1 this is no parquet file")
PY
before=$(cd home && find . -name '*.sqlite' -o -path '*inbox*' | sort)
refuses 2 "did you mean 'orders'?" "$starling" load order=good.csv --home home
refuses 4 "nothere.csv" "$starling" load orders=nothere.csv --home home
refuses 3 "order_priority" "$starling" load orders=missing.csv --home home
refuses 3 "31-02-2013" "$starling" load orders=date.csv --home home
grep -qF 'Order Date' err.txt || fail "the column is not named: $(cat err.txt)"
refuses 3 "12,5x" "$starling" load orders=number.csv --home home
refuses 3 "ragged.csv" "$starling" load orders=ragged.csv --home home
refuses 3 "twice.csv" "$starling" load orders=twice.csv --home home
refuses 3 "C-1" "$starling" load orders=contradiction.csv --home home
refuses 3 "empty.csv" "$starling" load orders=empty.csv --home home
refuses 3 "latin.csv" "$starling" load orders=latin.csv --home home
refuses 3 "binary.csv" "$starling" load orders=binary.csv --home home
refuses 3 "notgzip.csv.gz" "$starling" load orders=notgzip.csv.gz --home home
refuses 3 "notparquet.parquet" "$starling" load orders=notparquet.parquet --home home
refuses 3 "date.csv" "$starling" load orders=good.csv orders=date.csv --home home
rows_in() { python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute("select count(*) from order_product").fetchone()[0])' home/projects/retail/oltp.sqlite; }
[ ! -e home/projects/retail/oltp.sqlite ] || [ "$(rows_in)" = 0 ] || fail "a refused file left rows behind"
runs "$starling" load orders=good.csv --home home
[ "$(rows_in)" = 5 ] || fail "five lines expected, got $(rows_in)"
runs "$starling" sync --home home

# --- queries
ask() { refuses "$1" "$2" "$starling" query "$3" --home home; }
ask 2 "did you mean 'revenue'?" '{"measures":["revenu"]}'
ask 2 "limit" '{"measures":["revenue"],"limit":-1}'
ask 2 "did you mean 'measures'?" '{"measure":["revenue"]}'
ask 2 "having" '{"measures":["revenue"],"where":[{"member":"revenue","op":"gt","values":[1]}]}'
ask 2 "line 1" '{"measures":["revenue"'
ask 2 "limit_per" '{"measures":["revenue"],"dimensions":["product.name"],"limit_per":{"by":["product.nmae"],"n":1}}'
ask 2 "2013-13" '{"measures":["revenue"],"time":{"dimension":"order_date","range":"2013-13"}}'
python3 -c 'print("[" * 10000)' >deep.json
ask 7 "deep" @deep.json
python3 -c 'print("{\"measures\":[\"" + "x" * 5000000 + "\"]}")' >long.json
ask 7 "bytes" @long.json
python3 -c 'print("{\"measures\":[{\"as\":\"x\",\"expr\":\"" + "(" * 3000 + "1" + ")" * 3000 + "\"}]}")' >parens.json
ask 7 "deep" @parens.json
refuses 6 "time limit" "$starling" query '{"measures":["revenue"]}' --home home --timeout 0.000001

# --- another process holds the home
printf 'home: 1\nlock_wait: 300ms\n' >home/starling.yaml
( exec 9<>home/.lock; flock -x 9; sleep 5 ) &
holder=$!
sleep 0.2
refuses 6 "is using" "$starling" status --home home
kill $holder 2>/dev/null || true
wait $holder 2>/dev/null || true

# --- settings
printf 'home: 1\nlock_wiat: 1s\n' >home/starling.yaml
refuses 2 "did you mean 'lock_wait'?" "$starling" status --home home
printf 'home: 1\nquery:\n  timeout: soon\n' >home/starling.yaml
refuses 2 "starling.yaml:3:" "$starling" status --home home
printf 'home: 99\n' >home/starling.yaml
refuses 8 "layout 99" "$starling" status --home home
printf 'home: 1\n' >home/starling.yaml

# --- damaged files
cp -r home damaged
head -c 5000 /dev/urandom >damaged/projects/retail/warehouse.duckdb
rm -f damaged/projects/retail/warehouse.duckdb.wal
refuses 8 "warehouse.duckdb" "$starling" query '{"measures":["revenue"]}' --home damaged
head -c 5000 /dev/urandom >damaged/meta.sqlite
rm -f damaged/meta.sqlite-wal damaged/meta.sqlite-shm
refuses 8 "meta.sqlite" "$starling" status --home damaged

# --- a full disk: files may not grow past some size
full=(bash -c 'ulimit -f "$0"; exec "$@"') # then the size in KiB and the command
cp -r home small
python3 - <<'PY'
lines = open("good.csv").read().splitlines()
with open("many.csv", "w") as f:
    f.write(lines[0] + "\n")
    for i in range(20000):
        f.write(lines[1].replace("1,O-1,", "%d,O-%d," % (i + 100, i + 100)) + "\n")
PY
refuses 8 "" "${full[@]}" 200 "$starling" load orders=many.csv --home small
[ "$(python3 -c 'import sqlite3; print(sqlite3.connect("small/projects/retail/oltp.sqlite").execute("select count(*) from order_product").fetchone()[0])')" = 5 ] ||
    fail "a load on a full disk left rows behind"
runs "$starling" load orders=many.csv --home small
refuses 8 "" "${full[@]}" 600 "$starling" sync --home small
runs "$starling" query '{"measures":["order_lines"]}' --home small --json
json 'd["rows"] == [[5]] and d["data_version"] == 1'
runs "$starling" sync --home small
runs "$starling" query '{"measures":["order_lines"]}' --home small --json
json 'd["rows"] == [[20005]] and d["data_version"] == 2'

# --- a folder that cannot be written, nor made
: >file
refuses 4 "Not a directory" "$starling" init file/home --pack retail
refuses 4 "/proc/home" "$starling" init /proc/home --pack retail
mkdir locked
chmod a-w locked
as_user=()
[ "$(id -u)" != 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
chmod a+rx .
if "${as_user[@]}" test -x "$starling" 2>/dev/null; then # root may write anywhere, and another user may not reach the program
    refuses 8 "locked" "${as_user[@]}" "$starling" init locked --pack retail
    refuses 8 "locked/home" "${as_user[@]}" "$starling" init locked/home --pack retail
else
    echo "SKIPPED in part: no other user can run $starling, so an unwritable folder was not tried"
fi

# --- errors as JSON
timeout 60 "$starling" query '{"measures":["revenu"]}' --home home --json >out.txt 2>err.txt && fail "an unknown measure passed"
json 'd["error"]["code"] == "unknown_name" and "measures[0]" in d["error"]["at"]'
timeout 60 "$starling" quer --json >out.txt 2>err.txt && fail "an unknown command passed"
json 'd["error"]["code"] == "unknown_name"'
# a name that the warehouse's engine takes for something else
runs "$starling" init "what?" --pack retail
refuses 2 "holds a '?', which the database engine cannot have; rename that folder" "$starling" sync --home "what?"
echo "$passed passed, 0 failed"
