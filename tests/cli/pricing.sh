#!/usr/bin/env bash
# The pricing pack: on what its generator makes, and on the files of the orange juice data. Every figure equals one computed from the raw
# files by other means.
. "$(dirname "$0")/common.sh"

cat >figures.py <<'PY'
"""figures.py WEEKLY STORES: the answers in NAME.json are those of the files."""
import csv, gzip, json, math, sys
from collections import defaultdict
_, weekly, stores = sys.argv
opened = lambda path: (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="")
SIZES = {2: 96, 6: 96, 11: 128}
rows = []
for r in csv.DictReader(opened(weekly)):
    brand, ounces = int(r["brand"]), SIZES.get(int(r["brand"]), 64)
    units, price = math.exp(float(r["logmove"])) / ounces, round(float(r["price%d" % brand]) * ounces, 6)
    assert abs(units - round(units)) < 1e-4 and r["deal"] in "01" and 0 <= float(r["feat"]) <= 1
    rows.append(dict(store=int(r["store"]), brand=brand, week=int(r["week"]), units=round(units), price=price, amount=round(units) * price,
                     profit=round(units) * price * float(r["profit"]) / 100, deal=r["deal"] == "1", feat=float(r["feat"]) > 0))
people = {int(r.get("STORE") or r["store"]): float(r.get("AGE60") or r["age60"]) for r in csv.DictReader(opened(stores))}
load = lambda name: json.load(open(name + ".json"))
total = lambda key, of=rows: sum(r[key] for r in of)
mean = lambda key, of: total(key, of) / len(of)
near = lambda a, b: abs(a - b) <= 1e-9 * max(1, abs(b))

def slope(of):
    x, y = [math.log(r["price"]) for r in of], [math.log(r["units"]) for r in of]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)

t = dict(zip((c["name"] for c in load("totals")["columns"]), load("totals")["rows"][0]))
promoted, others = [r for r in rows if r["deal"]], [r for r in rows if not r["deal"]]
assert t["units"] == total("units") and t["store_weeks"] == len(rows) and t["stores"] == len({r["store"] for r in rows}) == len(people)
assert (t["first_week"], t["last_week"], t["weeks"]) == (40, 160, 121) and t["brands"] == 11
assert near(t["revenue"], total("amount")) and abs(t["gross_profit"] - total("profit")) < 1e-6 * len(rows)
assert near(t["average_price"], mean("price", rows)) and near(t["revenue_per_bottle"], total("amount") / total("units"))
assert t["promoted_weeks"] == len(promoted) and t["featured_weeks"] == sum(r["feat"] for r in rows)
assert near(t["promotion_share"], len(promoted) / len(rows)) and near(t["promoted_revenue"], total("amount", promoted))
assert near(t["promotion_impact"], mean("amount", promoted) - mean("amount", others))
assert near(t["promotion_lift"], mean("units", promoted) / mean("units", others))
assert near(t["promotion_price_cut"], mean("price", others) - mean("price", promoted))

by = defaultdict(list)
for r in rows: by[r["brand"]].append(r)
got = {r[0]: r[1:] for r in load("brands")["rows"]}
assert sorted(got) == sorted(by) and len({v[0] for v in got.values()}) == 11
for brand, (name, ounces, revenue, elasticity) in got.items():
    assert ounces == SIZES.get(brand, 64) and name.endswith(" %d oz" % ounces) and near(revenue, total("amount", by[brand])), name
    assert abs(elasticity - slope(by[brand])) < 1e-6 and elasticity < -1, (name, elasticity, slope(by[brand]))

by = defaultdict(list)
for r in rows: by[r["week"]].append(r)
assert [r[0] for r in load("weeks")["rows"]] == list(range(148, 161))
assert all(near(amount, total("amount", by[week])) for week, amount in load("weeks")["rows"])
old = [r for r in rows if people[r["store"]] > 0.2]
assert load("older")["rows"][0][1] == total("units", old) > 0
PY

# asks HOME WEEKLY STORES
asks() {
    query() { runs "$starling" query "$2" --home "$home" --json && mv out.txt "$1.json"; }
    home=$1
    query totals '{"measures":["revenue","gross_profit","units","store_weeks","stores","brands","weeks","first_week","last_week","average_price","revenue_per_bottle","promoted_weeks","featured_weeks","promotion_share","promoted_revenue","promotion_impact","promotion_lift","promotion_price_cut"]}'
    query brands '{"measures":["revenue","elasticity"],"dimensions":["brand.id","brand.name","brand.ounces"]}'
    query weeks '{"measures":["revenue"],"time":{"dimension":"week","grain":"week","range":"past 13 weeks"}}'
    query older '{"measures":["revenue","units"],"where":[{"member":"store.age60","op":"gt","value":0.2}]}'
    python3 figures.py "$2" "$3" || fail "figures of $home differ from its files"
    ok
}

# --- what the generator makes
runs "$starling" init made --pack pricing
runs "$starling" generate --home made --scale 0.05 --json
json '[r[1:4] for r in d["loads"]["rows"]] == [["brand", r0 := d["loads"]["rows"][0][2], r0], ["weekly_sale", r0, r0], ["store", 4, 4]] and r0 > 5000'
runs "$starling" generate --home made --scale 0.050 --json
json 'all(r[3] == 0 and r[7] == "taken in before" for r in d["loads"]["rows"])'
runs "$starling" sync --home made
inbox=made/projects/pricing/inbox
asks made $inbox/weekly_sales/*.csv $inbox/stores/*.csv
runs "$starling" model check --home made
runs "$starling" examples --home made
says "Period: week 148 to 160"

# A larger scale begins with the rows of a smaller one; another seed is other data; and each is the whole content.
cp $inbox/weekly_sales/*.csv small.csv
runs "$starling" generate --home made --scale 0.06
[ "$(cat $inbox/weekly_sales/*.csv | sort | uniq -d | wc -l)" = "$(wc -l <small.csv)" ] || fail "a larger scale has other rows"
runs "$starling" generate --home made --scale 0.03 --seed 2
runs "$starling" sync --home made
runs "$starling" query '{"measures":["stores"]}' --home made --json
json 'd["rows"] == [[2]]'

# --- the real files
data=$shared/data/pricing
if [ -e "$data/orange_juice_weekly.csv.gz" ]; then
    runs "$starling" init real --pack pricing
    runs "$starling" load "weekly_sales=$data/orange_juice_weekly.csv.gz" "stores=$data/store_demographics.csv" --home real --json
    json '[r[2] for r in d["loads"]["rows"]] == [106139, 106139, 83]'
    refuses 4 "holds the file 'orange_juice_weekly.csv.gz', which generated rows would replace" "$starling" generate --home real
    runs "$starling" sync --home real
    asks real "$data/orange_juice_weekly.csv.gz" "$data/store_demographics.csv"
else
    echo "SKIPPED in part: $data is not here, so the pricing pack was not compared with the orange juice files"
fi
echo "$passed passed, 0 failed"
