#!/usr/bin/env bash
# A home that `sync --follow` holds, at work: changes show within a second, commands that write go through it, and whatever leaves,
# hangs or is killed, the rest goes on.
. "$(dirname "$0")/follow_common.sh"

# --- a row that another program writes
follows --json --quiet
python3 - <<'PY'
import json
lines = [json.loads(line) for line in open("follow.out")]
assert lines[-1] == {"following": ["invoices", "retail"]}, lines
assert [(line["project"], line["version"]) for line in lines[:-1]] == [("invoices", 1), ("retail", 1)], lines
PY
ok
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
lines = [json.loads(line) for line in open("follow.out")]
lines = [line for line in lines[1 + [("following" in line) for line in lines].index(True):] if line["changes"]]
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
printf 'home: 1\nlock_wait: 1s\nfollow:\n  poll: 50ms\n' >"$home/starling.yaml"
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
says "not in step: "
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
