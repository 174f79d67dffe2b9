#!/usr/bin/env bash
# The retail pack on the superstore files: every figure equals one computed from the raw file by other means.
. "$(dirname "$0")/common.sh"
data=$shared/data/superstore
[ -e "$data/orders.csv.gz" ] || skip "$data is not here: the retail pack was not compared with the superstore files"

runs "$starling" init home --pack retail
load() { runs "$starling" load "orders=$data/orders.csv.gz" "returns=$data/returns.csv" "people=$data/people.csv" --home home --json; }
load
json 'sum(r[3] for r in d["loads"]["rows"]) == 51290 + 25754 + 1590 + 10768 + 17 + 3 + 3 + 295 + 4'
load
json 'all(r[3] == 0 and r[4] == 0 for r in d["loads"]["rows"])'
runs "$starling" sync --home home --json
json 'd["version"] == 1'
query() { runs "$starling" query "$1" --home home --json; }

query '{"measures":["revenue","profit","orders","customers","order_lines","products","quantity","discount","shipping_cost","returned_orders","delivery_days"]}'
cp out.txt totals.json
query '{"measures":["revenue","profit","orders"],"dimensions":["ship_to.region"],"time":{"dimension":"order_date","range":"2013"}}'
cp out.txt regions.json
query '{"measures":["revenue","quantity"],"dimensions":["product.name"],"limit":10000}'
cp out.txt names.json
query '{"measures":["revenue"],"dimensions":["manager.person"]}'
cp out.txt managers.json
query '{"measures":["orders","returned_orders","return_rate","margin","average_order_value","average_selling_price"],"dimensions":["product.category"]}'
cp out.txt categories.json
query '{"measures":["revenue"],"dimensions":["is_returned"]}'
cp out.txt returned.json

python3 - "$data" <<'PY' || fail "figures differ from the raw file"
import csv, gzip, json, sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal as D
data = sys.argv[1]
lines = list(csv.DictReader(gzip.open(data + "/orders.csv.gz", "rt", encoding="utf-8", newline="")))
returns = {r["Order ID"] for r in csv.DictReader(open(data + "/returns.csv", encoding="utf-8", newline=""))}
people = {r["Region"]: r["Person"] for r in csv.DictReader(open(data + "/people.csv", encoding="utf-8", newline=""))}
load = lambda name: json.load(open(name + ".json"), parse_float=D)
total = lambda key, rows=lines: sum((D(r[key]) for r in rows), D(0))
distinct = lambda key, rows=lines: len({r[key] for r in rows})
day = lambda text: datetime.strptime(text, "%d-%m-%Y")

t = dict(zip((c["name"] for c in load("totals")["columns"]), load("totals")["rows"][0]))
assert t["order_lines"] == len(lines) == 51290
assert t["revenue"] == total("Sales") and round(t["revenue"], 2) == D("12642501.91")
assert t["profit"] == total("Profit") and round(t["profit"], 2) == D("1467457.29")
assert t["orders"] == distinct("Order ID") == 25035
assert t["customers"] == distinct("Customer ID") == 1590
assert t["products"] == distinct("Product ID") == 10292
assert t["quantity"] == total("Quantity") and t["shipping_cost"] == total("Shipping Cost")
assert abs(t["discount"] - total("Discount") / 51290) < D("1e-12")
assert t["returned_orders"] == len(returns & {r["Order ID"] for r in lines})
days = sum((day(r["Ship Date"]) - day(r["Order Date"])).days for r in lines)
assert abs(t["delivery_days"] - D(days) / 51290) < D("1e-12")

by = defaultdict(list)
for r in lines:
    if r["Order Date"].endswith("-2013"): by[r["Region"]].append(r)
got = {r[0]: r[1:] for r in load("regions")["rows"]}
assert got == {k: [total("Sales", v), total("Profit", v), distinct("Order ID", v)] for k, v in by.items()}, "regions of 2013"

by = defaultdict(list)
for r in lines: by[r["Product Name"]].append(r)
got = {r[0]: r[1:] for r in load("names")["rows"]}
assert len(got) == len(by) == 3788
assert got == {k: [total("Sales", v), total("Quantity", v)] for k, v in by.items()}, "product names"

by = defaultdict(D)
for r in lines: by[people.get(r["Region"])] += D(r["Sales"])
nobody = by.pop(None)
answer = load("managers")
assert dict(answer["rows"]) == by and answer["left_out"][0]["measures"]["revenue"] == nobody, "managers"

by = defaultdict(list)
for r in lines: by[r["Category"]].append(r)
for name, orders, returned, rate, margin, aov, asp in load("categories")["rows"]:
    rows = by[name]
    ids = {r["Order ID"] for r in rows}
    assert orders == len(ids) and returned == len(ids & returns), name
    for a, b in ((rate, D(returned) / orders), (margin, total("Profit", rows) / total("Sales", rows)),
                 (aov, total("Sales", rows) / orders), (asp, total("Sales", rows) / total("Quantity", rows))):
        assert abs(a - b) < D("1e-12") * max(1, abs(b)), name

by = defaultdict(D)
for r in lines: by[r["Order ID"] in returns] += D(r["Sales"])
assert {bool(k): v for k, v in load("returned")["rows"]} == by, "returned"
PY
ok
query '{"measures":["revenue"],"dimensions":["product.name"],"limit":10}'
json 'len(d["rows"]) == 10 and d["left_out"] == [] and not d["truncated"]'
runs "$starling" model check --home home
echo "$passed passed, 0 failed"
