#!/usr/bin/env bash
# Data out of the pack's generator: made, made again, made larger, made otherwise; synced, and queried with the sums of the database.
. "$(dirname "$0")/common.sh"

runs "$starling" init home --pack retail
cmp home/projects/retail/pack/generate.sql "$source_folder/packs/retail/generate.sql" || fail "the script was not copied"

# --- refused before anything is made
generate=("$starling" generate --home home)
for scale in 0 -1 1e9 0.0005 0.0015 1000.001; do
    refuses 2 "scale takes 0.001 to 1000, with at most three decimals, not '$scale'" "${generate[@]}" "--scale=$scale"
done
refuses 2 "scale takes a number, not 'much'" "${generate[@]}" --scale much
refuses 2 "seed takes a whole number from 0 to 4294967295" "${generate[@]}" --seed=-1
refuses 2 "seed takes a whole number, not '1.5'" "${generate[@]}" --seed 1.5
refuses 2 "generate does not take 'again'" "${generate[@]}" retail again
refuses 4 "there is no project 'shop' here; there are: retail" "${generate[@]}" shop
refuses 2 "two projects are named, 'retail' and 'shop'" "${generate[@]}" retail --project shop
refuses 6 "time" "${generate[@]}" --timeout 0.001
[ ! -e home/projects/retail/oltp.sqlite ] || fail "a refused run left a database"

# --- made, and made again
# counts TABLE [new, changed, unchanged]
counts() { json '{r[1]: r[3:6] for r in d["loads"]["rows"]}["'"$1"'"] == '"$2"; }
runs "${generate[@]}" retail --scale 0.05 --json
counts order_product '[2845, 0, 0]'
counts order '[1425, 0, 0]'
runs "${generate[@]}" retail --scale 0.050 --seed 1 --json
json 'all(r[3] == 0 and r[4] == 0 and r[7] == "taken in before" for r in d["loads"]["rows"])'
runs "${generate[@]}" retail --scale 0.06 --json
counts order_product '[568, 0, 2845]'
runs "${generate[@]}" retail --scale 0.05 --json
counts order_product '[0, 0, 2845]'
json 'all(r[7] in (None, "taken in again") for r in d["loads"]["rows"])'

# --- synced and queried: sums of the operational database, computed by other means
runs "$starling" sync --home home --json
json 'd["version"] == 1'
query() { runs "$starling" query "$1" --home home --json; }
query '{"measures":["revenue","profit","quantity","orders","customers","order_lines","products","returned_orders"]}'
cp out.txt totals.json
query '{"measures":["revenue","order_lines"],"dimensions":["ship_to.market","ship_to.region"],"limit":1000}'
cp out.txt regions.json
query '{"measures":["revenue","orders"],"dimensions":["is_returned"]}'
cp out.txt returned.json
query '{"measures":["quantity"],"dimensions":["product.name"],"limit":10000}'
cp out.txt names.json
python3 - <<'PY' || fail "answers differ from the database"
import json, sqlite3
from decimal import Decimal as D
db = sqlite3.connect("home/projects/retail/oltp.sqlite")
rows = lambda sql: db.execute(sql).fetchall()
load = lambda name: json.load(open(name + ".json"), parse_float=D)["rows"]
money = lambda units: D(units) / 100000 # decimals are whole numbers of their smallest unit
one = rows("""select sum(sales), sum(profit), sum(quantity), count(distinct order_id), count(distinct customer_id), count(*), count(distinct product_id),
              (select count(*) from "return") from order_product""")[0]
assert load("totals") == [[money(one[0]), money(one[1]), *one[2:]]], (load("totals"), one)
join = 'order_product l join "order" o on o.id = l.order_id and o.date = l.order_date and o.customer_id = l.customer_id'
want = {(m, r): [money(s), n] for m, r, s, n in rows(f"select market, region, sum(sales), count(*) from {join} group by 1, 2")}
assert {(r[0], r[1]): r[2:] for r in load("regions")} == want, "regions"
want = {bool(k): [money(s), n] for k, s, n in rows('select order_id in (select order_id from "return"), sum(sales), count(distinct order_id) from order_product group by 1')}
assert {bool(r[0]): r[1:] for r in load("returned")} == want, "returned"
want = dict(rows("select product_name, sum(quantity) from order_product group by 1"))
assert dict(load("names")) == want and any("\u00a0" in name for name in want), "names"
assert max(n for n, in rows('select count(*) from "order" o join "return" r on r.order_id = o.id group by o.id')) > 1, "ambiguous returns"
PY
ok

# --- another seed is other data, under the same numbers of lines
runs "${generate[@]}" retail --scale 0.05 --seed 2 --json
json '{r[1]: r[3:5] for r in d["loads"]["rows"]}["order_product"] == [0, 2845]'

# --- a project goes on without its script, but does not generate; a script is in force as it stands
runs "$starling" init other --pack retail --project shop
echo 'SELEC 1;' >other/projects/shop/pack/generate.sql
refuses 2 "generate.sql:1: the statement is not valid SQL near 'SELEC'" "$starling" generate shop --home other
printf -- "-- rows of a file\nCREATE TABLE orders AS\nSELECT * FROM read_csv('%s');\n" "$source_folder/README.md" >other/projects/shop/pack/generate.sql
refuses 5 "generate.sql:3: a generator's script may not read or write files" "$starling" generate --home other
rm other/projects/shop/pack/generate.sql
refuses 4 "the generator's script 'generate.sql' is not in" "$starling" generate --home other
runs "$starling" status --home other --json
json 'd["projects"][0]["last_run"]["kind"] == "generate" and d["projects"][0]["last_run"]["status"] == "failed"'
runs "$starling" init other --pack online-retail
refuses 2 "pack 'online-retail' has no generator" "$starling" generate online-retail --home other

# --- a pack without samples has its generator run
runs "$starling" init ready --pack retail --project shop --sample --json
json '95000 < sum(r[3] for r in d["loads"]["rows"]) < 105000'
runs "$starling" generate --home ready
says "taken in before"
echo "$passed passed, 0 failed"
