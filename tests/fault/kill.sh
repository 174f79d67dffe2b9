#!/usr/bin/env bash
# SIGKILL at random moments of load and sync: whatever the moment, the home opens, shows a whole version (the one before or the one
# after), and goes on. The moments are seeded: SEED=N repeats a run, KILLS=N changes their number.
. "$(dirname "$0")/../cli/common.sh"
seed=${SEED:-$RANDOM}
kills=${KILLS:-40}
echo "SEED=$seed KILLS=$kills"
RANDOM=$seed

# files of 4,000 order lines each; file n holds n * 4000 lines
python3 - <<'PY'
head = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority"
for n in range(1, 9):
    with open("lines%d.csv" % n, "w") as f:
        f.write(head + "\n")
        for i in range(n * 4000):
            f.write("%d,O-%d,%02d-01-2013,%02d-02-2013,First Class,C-%d,Ann %d,Consumer,Paris,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,%d.5,2,0.1,3.25,1.5,High\n"
                    % (i, i, i % 28 + 1, i % 28 + 1, i % 500, i % 500, i % 300, i % 300, i % 100))
PY
runs "$starling" init home --pack retail
lines_in() { python3 -c 'import sqlite3; print(sqlite3.connect("home/projects/retail/oltp.sqlite").execute("select count(*) from order_product").fetchone()[0])'; }
killed=0
# killing COMMAND…: kills it after up to half a second, unless it has ended by then
killing() {
    "$@" >out.txt 2>err.txt &
    local pid=$! code=0
    sleep "0.$(printf '%03d' $((RANDOM % 500)))"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || code=$?
    [ "$code" = 0 ] || [ "$code" = 137 ] || fail "ended with $code: $* $(cat err.txt)"
    [ "$code" = 0 ] || killed=$((killed + 1))
    ok
}

have=0
n=1
for _ in $(seq "$kills"); do
    if [ $((RANDOM % 2)) = 0 ] || [ "$have" = 0 ]; then
        killing "$starling" load "orders=lines$n.csv" --home home --quiet
        [ ! -e home/projects/retail/oltp.sqlite ] || have=$(lines_in)
        case "$have" in 0 | $(((n - 1) * 4000)) | $((n * 4000))) ;; *) fail "a killed load left $have lines" ;; esac
        [ "$have" != $((n * 4000)) ] || [ "$n" = 8 ] || n=$((n + 1))
    else
        killing "$starling" sync --home home --quiet
        runs "$starling" status --home home --json
        if [ -e home/projects/retail/warehouse.duckdb ]; then
            runs "$starling" query '{"measures":["order_lines","quantity","customers"]}' --home home --json
            json "d['data_version'] == 0 or (d['rows'][0][0] % 4000 == 0 and d['rows'][0][1] == 2 * d['rows'][0][0] and d['rows'][0][2] == 500)"
        fi
    fi
done
runs "$starling" load orders=lines8.csv --home home
runs "$starling" sync --home home
runs "$starling" query '{"measures":["order_lines","revenue","quantity"]}' --home home --json
json 'd["rows"] == [[32000, 320 * 4950 + 16000, 64000]]'
runs "$starling" query '{"measures":["order_lines"],"dimensions":["customer.segment"]}' --home home --json
json 'd["rows"] == [["Consumer", 32000]] and d["left_out"] == []'
runs "$starling" model check --home home
echo "killed $killed of $kills"
echo "$passed passed, 0 failed"
