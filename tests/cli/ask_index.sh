#!/usr/bin/env bash
# The index of values goes with what is published: whatever becomes of texts, it is the file that one made of all there is would be; after a
# kill between publishing and the index, and while another process writes it, the next question still finds what is new.
. "$(dirname "$0")/common.sh"

python3 - <<'PY'
head = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority"
with open("lines.csv", "w") as f:
    f.write(head + "\n")
    for i in range(300):
        f.write("%d,O-%d,%02d-01-2013,%02d-02-2013,First Class,C-%d,Ann %d,Consumer,Paris %d,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,%d.5,2,0.1,3.25,1.5,High\n"
                % (i, i, i % 28 + 1, i % 28 + 1, i % 50, i % 50, i % 7, i % 30, i % 30, i % 100))
PY
runs "$starling" init home --pack retail
runs "$starling" load orders=lines.csv --home home
runs "$starling" sync --home home
index=home/projects/retail/values.index

# does SQL: another application does, without the keys' checks
does() {
    python3 -c 'import sqlite3, sys
db = sqlite3.connect("home/projects/retail/oltp.sqlite")
db.execute("PRAGMA recursive_triggers = ON")
db.executescript(sys.argv[1])
db.commit()' "$1"
}
asks() { runs "$starling" ask "$1" --home home --json; }

# is_whole: the index is what one made of all there is would be
is_whole() {
    cp "$index" kept
    rm "$index"
    asks "how many order lines"
    cmp -s kept "$index" || fail "another index than one made anew: $1"
    ok
}

# --- texts come, go and change; no column is read for it
while read -r what; do
    does "$what"
    runs "$starling" sync --home home --log-level info
    grep -q '"event":"ask.values_read".*"read":0[,}]' err.txt || fail "columns were read: $what: $(cat err.txt)"
    is_whole "$what"
done <<'SQL'
UPDATE "order" SET city = 'Lyon by the lake' WHERE id = 'O-3'
UPDATE "order" SET ship_mode = CASE WHEN rowid % 2 THEN 'By mule' ELSE 'By balloon' END, priority = NULL
UPDATE customer SET name = 'Zebulon' WHERE id = 'C-7'
UPDATE customer SET segment = 'Corporate' WHERE id = 'C-7'
INSERT INTO product (id, name, subcategory) VALUES ('P-new', 'Red Apple', 'Chairs')
DELETE FROM product WHERE id = 'P-new'
DELETE FROM order_product WHERE row_id % 7 = 0
INSERT INTO order_product (row_id, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, profit, shipping_cost) SELECT 1000 + row_id, order_id, order_date, customer_id, product_id, product_name, sales, quantity, discount, profit, shipping_cost FROM order_product WHERE row_id < 100
DELETE FROM order_product WHERE row_id > 5
DELETE FROM order_product; DELETE FROM "order"
SQL
runs "$starling" load orders=lines.csv --replace --home home
runs "$starling" sync --home home
is_whole "all again"
runs "$starling" rebuild gold --home home
is_whole "rebuild"
runs "$starling" sync --full --home home
is_whole "sync --full"

# --- killed behind publishing
does "UPDATE customer SET name = 'Hortensia' WHERE id = 'C-8'"
code=0
STARLING_FAULT=values.renew "$starling" sync --home home >out.txt 2>err.txt || code=$?
[ "$code" = 137 ] || fail "not killed: $code $(cat err.txt)"
asks "how many order lines of Hortensia"
json 'd["status"] == "answered" and "Hortensia" in d["reading"]'
does "UPDATE customer SET name = 'Quentin' WHERE id = 'C-9'"
STARLING_FAULT=values.renew "$starling" sync --home home >out.txt 2>err.txt || true
does "UPDATE customer SET name = 'Olaf' WHERE id = 'C-9'"
runs "$starling" sync --home home # does not go on from the index that is there
is_whole "a kill"

# --- another process writes it
# holds SECONDS: as one that writes the index does
holds() {
    python3 -c 'import fcntl, sys, time
f = open(sys.argv[1] + ".tmp", "w")
fcntl.flock(f, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))' "$index" "$1" >held.txt &
    other=$!
    until grep -qs held held.txt; do sleep 0.02; done
}
now() { python3 -c 'import time; print(int(time.time() * 1000))'; }
does "UPDATE customer SET name = 'Wenzel' WHERE id = 'C-9'"
STARLING_FAULT=values.renew "$starling" sync --home home >out.txt 2>err.txt || true
begun=$(now)
holds 2
asks "how many order lines of Wenzel" # waits, and makes it then
json 'd["status"] == "answered" and "Wenzel" in d["reading"]'
[ $(($(now) - begun)) -ge 2000 ] || fail "it did not wait"
wait $other

does "UPDATE customer SET name = 'Xaver' WHERE id = 'C-9'"
holds 30
runs "$starling" sync --home home --json # what is published stays so
json '"being written by someone else" in d["index_error"]'
begun=$(now)
asks "how many order lines of Wenzel" # by the index of before, in the end
json 'd["status"] == "answered" and "Wenzel" in d["reading"]'
[ $(($(now) - begun)) -lt 25000 ] || fail "it waited too long"
kill $other
wait $other || true
asks "how many order lines of Xaver"
json 'd["status"] == "answered" and "Xaver" in d["reading"]'
echo "$passed passed, 0 failed"
