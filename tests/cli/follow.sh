#!/usr/bin/env bash
# A home that `sync --follow` holds: other commands give the same bytes through its socket as without it, changes show within a
# second, and whatever is killed, the rest goes on.
. "$(dirname "$0")/common.sh"
holder=
trap '[ -z "$holder" ] || kill -9 $holder 2>/dev/null || true; rm -rf "$work"' EXIT

# a home whose path is longer than the name of a socket may be
deep=$(printf 'long %.0s' {1..40})
mkdir "$deep"
home="$work/$deep/home"
[ ${#home} -gt 200 ] || fail "the path has only ${#home} bytes"

python3 - <<'PY'
head = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority"
def rows(name, n):
    with open(name, "w") as f:
        f.write(head + "\n")
        for i in range(n):
            f.write("%d,O-%d,%02d-01-2013,%02d-02-2013,First Class,C-%d,Ann %d,Consumer,Paris,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,%d.5,2,0.1,3.25,1.5,High\n"
                    % (i, i, i % 28 + 1, i % 28 + 1, i % 500, i % 500, i % 300, i % 300, i % 100))
rows("lines.csv", 1000)
rows("more.csv", 10000)
open("bad.csv", "w").write(head + "\n1,O-1,not a date" + "," * 21 + "\n")
open("small.csv", "w").write("""InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
C2,B,Beta,-1,2011-02-03 10:00:00,2.25,,France
""")
open("question.json", "w").write('{"measures":["revenue","order_lines"],"dimensions":["customer.segment"]}')
PY
mkdir own && sed 's/^  units:/  pieces_moved:/; s/"units"/"pieces_moved"/; /sample:/d' "$source_folder/packs/online-retail/pack.yaml" >own/pack.yaml

runs "$starling" init "$home" --pack retail
runs "$starling" init "$home" --pack ./own --project invoices
runs "$starling" load orders=lines.csv --home "$home" --project retail
runs "$starling" load invoices=small.csv --home "$home" --project invoices

# waits WORDS…: until the command holds, at most 20 s
waits() {
    local n
    for n in $(seq 400); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    fail "not within 20 s: $* ($(cat follow.out follow.err 2>/dev/null))"
}

# follows OPTIONS…: starts the holder and waits until it is ready
follows() {
    "$starling" sync --follow --home "$home" "$@" >follow.out 2>follow.err &
    holder=$!
    waits grep -q ollowing follow.out
    ok
}

# ends: the holder, by SIGTERM; it leaves nothing
ends() {
    local code=0
    kill -TERM $holder
    wait $holder || code=$?
    holder=
    [ "$code" = 0 ] || fail "the holder ended with $code: $(cat follow.err)"
    [ ! -e "$home/.socket" ] || fail "a socket is left"
    ok
}

refuses 4 "there is no project 'none' here" "$starling" sync --follow --home "$home" --project none

# --- every kind of command and failure, with and without a holder
phase=held
# same NAME CODE COMMAND…: in the first phase it is kept what came, in the second it must come again
same() {
    local name=$1 want=$2 code=0 part
    shift 2
    timeout 60 "$starling" "$@" >"$phase.$name.out" 2>"$phase.$name.err" || code=$?
    [ "$code" = "$want" ] || fail "$name, $phase: exit code $code, not $want: $(cat "$phase.$name.err")"
    for part in out err; do # times differ from run to run
        sed -E -i 's/"(data_age_s|run_us|compile_us|duration_us)":[0-9]+/"\1":N/g; s/[0-9.]+ (ms|s|min)( [0-9]+ s)?\b/N/g' "$phase.$name.$part"
    done
    [ "$phase" = held ] || diff "held.$name.out" "$phase.$name.out" || fail "$name: another output without the holder"
    [ "$phase" = held ] || diff "held.$name.err" "$phase.$name.err" || fail "$name: another message without the holder"
    ok
}
statuses() { # of one state: the last thing with the holder, the first without
    same status 0 status --home "$home"
    same status_json 0 status --home "$home" --json
}
commands() {
    local q='{"measures":["revenue","order_lines"],"dimensions":["product.subcategory"]}'
    same table 0 query "$q" --home "$home" --project retail
    same json 0 query "$q" --home "$home" --project retail --json
    same csv 0 query '{"measures":["quantity"],"dimensions":["customer.name","order_date.day"]}' --home "$home" --project retail --format csv
    same file 0 query @question.json --home "$home" --project retail --sql
    same examples 0 examples --home "$home" --project retail
    same examples_json 0 examples --sql --home "$home" --project retail --json
    same check 0 model check --home "$home" --project retail
    same check_json 0 model check --home "$home" --project invoices --json
    same check_pack 0 model check ./own --home "$home" --project invoices
    same check_none 4 model check ./none --home "$home" --project invoices
    same member 2 query '{"measures":["revenu"]}' --home "$home" --project retail
    same member_json 2 query '{"measures":["revenu"]}' --home "$home" --project retail --json
    same member_csv 2 query '{"measures":["revenu"]}' --home "$home" --project retail --format csv
    same bad_json 2 query '{"measures":[' --home "$home" --project retail
    same no_project 2 query '{"measures":["revenue"]}' --home "$home"
    same other_project 4 query '{"measures":["revenue"]}' --home "$home" --project third --json
    same timeout 6 query "$q" --home "$home" --project retail --timeout 0.000001
    same load 0 load orders=./lines.csv --home "$home" --project retail --json
    same bad_load 3 load orders=bad.csv --home "$home" --project retail
    same no_load 4 load orders=none.csv --home "$home" --project retail --quiet
    same no_sync 0 sync --home "$home" --project invoices --quiet
    same exists 4 init "$home" --pack retail
    same no_pack 4 init "$home" --pack nope --json
    same apply 0 model apply --home "$home" --project retail
    printf 'home: 1\nquery:\n  max_rows: 3\n' >"$home/starling.yaml"
    same cut 0 query "$q" --home "$home" --project retail --format csv
    same cut_quiet 0 query '{"measures":["quantity"],"dimensions":["customer.name"]}' --home "$home" --project retail --format csv --quiet
    printf 'home: 1\nquery: 3\n' >"$home/starling.yaml"
    same setting 2 status --home "$home"
    printf 'home: 1\n' >"$home/starling.yaml"
}
follows
grep -qxF 'Following invoices, retail; Ctrl-C ends.' follow.out || fail "ready: $(cat follow.out)"
grep -q 'retail: .* changes published as data version 1' follow.err || fail "no batch is told: $(cat follow.err)"
[ "$(stat -c %a "$home/.socket")" = 600 ] || fail "others may connect"
commands
statuses
refuses 4 "follows" "$starling" sync --follow --home "$home"
ends
phase=alone
statuses
commands

# --- a row that another program writes
follows --json --quiet
python3 -c 'import json; d = json.loads(open("follow.out").readline()); assert d == {"following": ["invoices", "retail"]}, d'
cat >write.py <<'PY'
# A line changed a round; the time from its commit to the first answer that has it. At least five rounds, and on a machine that is
# busy with other tests as many as it takes for one within a second, up to twenty.
import json, sqlite3, subprocess, sys, time
starling, home, within = sys.argv[1], sys.argv[2], float(sys.argv[3])
db = sqlite3.connect(home + "/projects/retail/oltp.sqlite")
ask = [starling, "query", '{"measures":["quantity"]}', "--home", home, "--project", "retail", "--json"]
def quantity(): return json.loads(subprocess.run(ask, check=True, capture_output=True).stdout)["rows"][0][0]
took = []
while len(took) < 5 or (min(took) > within and len(took) < 20):
    before = quantity()
    db.execute("UPDATE order_product SET quantity = quantity + 1 WHERE rowid = (SELECT min(rowid) FROM order_product)")
    db.commit()
    at = time.monotonic()
    while quantity() != before + 1:
        if time.monotonic() - at > 20: sys.exit("not within 20 s")
    took.append(time.monotonic() - at)
print("seen after %s ms" % ", ".join("%.0f" % (t * 1000) for t in took))
if min(took) > within: sys.exit("not within %g s" % within)
PY
runs python3 write.py "$starling" "$home" "${WITHIN_S:-1}" # under ThreadSanitizer it takes longer
cat out.txt
python3 - <<'PY'
import json
lines = [json.loads(line) for line in open("follow.out")][1:]
lines = [line for line in lines if line["changes"]]
assert len(lines) >= 5 and all(line["project"] == "retail" and line["ms"] >= 0 for line in lines), lines
assert [line["version"] for line in lines] == sorted({line["version"] for line in lines}), lines
PY
ok

# --- commands that write, through the holder, which goes on with what they made
more() { "$starling" query '{"measures":["order_lines"]}' --home "$home" --project retail --json | grep -qF '"rows":[[10000]]'; }
runs "$starling" load orders=more.csv --home "$home" --project retail
waits more
ok
runs "$starling" init "$home" --pack ./own --project third
third() { "$starling" query '{"measures":["pieces_moved"]}' --home "$home" --project third --json 2>/dev/null | grep -qF '"rows":[[1]]'; }
runs "$starling" load invoices=small.csv --home "$home" --project third
waits third
ok
sed -i 's/pieces_moved/things/' "$home/projects/third/pack/pack.yaml"
runs "$starling" model apply --home "$home" --project third
runs "$starling" query '{"measures":["things"]}' --home "$home" --project third --json
json 'd["rows"] == [[1]] and d["model_version"] == 2'
runs "$starling" sync --home "$home" --project third
refuses 2 "pieces_moved" "$starling" query '{"measures":["pieces_moved"]}' --home "$home" --project third

# --- clients that leave in the middle of an answer: killed, and by Ctrl-C
long='{"measures":["quantity","revenue"],"dimensions":["order_id","customer.name","customer.segment","product.name","product.category","product.subcategory","ship_to.city","ship_to.country","ship_to.market","order_date.day"]}'
runs "$starling" query "$long" --home "$home" --project retail --format csv
[ "$(wc -c <out.txt)" -gt 800000 ] || fail "the answer is too small for this: $(wc -c <out.txt)"
mkfifo slow
for signal in KILL INT; do
    sleep 60 <slow & # a reader that takes nothing
    reader=$!
    "$starling" query "$long" --home "$home" --project retail --format csv --timeout 50 >slow 2>err.txt &
    client=$!
    sleep 0.5
    kill -0 $client || fail "the client has ended already"
    { # without the shell's word on what was killed
        kill -$signal $client
        sleep 0.2
        kill $reader
        wait $client || true
        wait $reader || true
    } 2>/dev/null
    runs timeout 10 "$starling" status --home "$home"
done

# --- a holder that hangs is named; it goes on; it is killed
printf 'home: 1\nlock_wait: 1s\n' >"$home/starling.yaml"
kill -STOP $holder
refuses 6 "process $holder (" "$starling" status --home "$home"
kill -CONT $holder
runs "$starling" status --home "$home"
{ # while a client reads
    (sleep 1; cat) <slow >/dev/null &
    reader=$!
    "$starling" query "$long" --home "$home" --project retail --format csv >slow 2>err.txt &
    client=$!
    sleep 0.5
    kill -9 $holder
    wait $holder || true
    code=0
    wait $client || code=$?
    wait $reader || true
} 2>/dev/null
holder=
[ "$code" = 8 ] && grep -qF "ended before it had answered" err.txt || fail "code $code: $(cat err.txt)"
[ -e "$home/.socket" ] || fail "no socket is left by the killed holder, so nothing is tried here"
runs "$starling" query '{"measures":["order_lines"]}' --home "$home" --project retail --json
json 'd["rows"] == [[10000]]'
runs "$starling" sync --home "$home" --project retail
follows --project retail
grep -qxF 'Following retail; Ctrl-C ends.' follow.out || fail "ready: $(cat follow.out)"

# --- a source that fails: said once, shown by status, and over when it is well again
mv "$home/projects/retail/oltp.sqlite" kept.sqlite
rm -f "$home/projects/retail/oltp.sqlite-wal" "$home/projects/retail/oltp.sqlite-shm"
waits grep -q 'retail is not in step' follow.err
sleep 1
[ "$(grep -c 'not in step' follow.err)" = 1 ] || fail "said more than once: $(cat follow.err)"
runs "$starling" status --home "$home"
says "is gone"
runs "$starling" query '{"measures":["order_lines"]}' --home "$home" --project retail --json
mv kept.sqlite "$home/projects/retail/oltp.sqlite"
waits grep -q 'retail is in step again' follow.err
kill -INT $holder
code=0
wait $holder || code=$?
holder=
[ "$code" = 0 ] || fail "Ctrl-C ended the holder with $code"
echo "$passed passed, 0 failed"
