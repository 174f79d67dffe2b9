#!/usr/bin/env bash
# A warehouse on an application's own SQLite database, which has no foreign keys: history, late rows, values that do not fit, restored
# backups. What a full sync and a rebuild give is what the syncs gave, column for column.
. "$(dirname "$0")/common.sh"

mkdir pack
cat >pack/pack.yaml <<'YAML'
pack: 1
name: crm
version: "1"
title: Customers
sources:
  crm:
    kind: attached
    tables:
      segment:
        key: [id]
        columns: {id: int64 not null, name: text not null}
      customer:
        key: [id]
        columns: {id: text not null, name: text, segment_id: int64}
      purchase:
        key: [id]
        columns: {id: int64 not null, customer_id: text, day: date, amount: "decimal(12,2)"}
dimensions:
  customer:
    from: customer
    joins:
      - {table: segment, on: {id: segment_id}}
    key: [id]
    attributes:
      id: {}
      name: {}
      segment: {expr: segment.name, scd: 2}
facts:
  purchase:
    from: purchase
    time: day
    partition: month
    dimensions:
      customer: {id: customer_id}
    times:
      day: {}
    columns:
      amount: {format: currency, unit: EUR}
measures:
  revenue: {expr: sum(amount)}
  purchases: {expr: count(*)}
YAML
crm() { python3 - "$@" <<'PY'
import sqlite3, sys
db = sqlite3.connect("crm.db")
for sql in sys.argv[1:]:
    db.execute(sql)
db.commit()
PY
}
crm "PRAGMA journal_mode = WAL" \
    "CREATE TABLE segment(id INTEGER PRIMARY KEY, name TEXT)" \
    "CREATE TABLE customer(id TEXT PRIMARY KEY, name TEXT, segment_id INT)" \
    "CREATE TABLE purchase(id INTEGER PRIMARY KEY, customer_id TEXT, day TEXT, amount)" \
    "INSERT INTO segment VALUES (1, 'Home'), (2, 'Office')" \
    "INSERT INTO customer VALUES ('C1', 'Ann', 1), ('C2', 'Bob', 1), ('C3', 'Cid', 2)" \
    "INSERT INTO purchase VALUES (1, 'C1', '2024-01-05', 10.5), (2, 'C2', '2024-01-06', 20), (3, 'C3', '2024-02-01', '7.25'), (4, 'C1', '2024-02-02', 'dear')"

runs "$starling" init home --pack ./pack
runs "$starling" source attach sqlite:crm.db --apply --home home
sync() { runs "$starling" sync --home home --json "$@"; }
revenue_by_segment() { runs "$starling" query '{"measures":["revenue"],"dimensions":["customer.segment"]}' --home home --json; }
sync
json 'd["changes"] == 8 and d["version"] == 1'
runs "$starling" quarantine --home home --json
json 'd["total"] == 1 and "dear" in d["rows"]["rows"][0][2] and "dear" in d["rows"]["rows"][0][3]'
revenue_by_segment
json 'd["rows"] == [["Home", 30.5], ["Office", 7.25]]'

# a segment gets another name: a version for each of its customers, and old purchases stay with the old name
crm "UPDATE segment SET name = 'House' WHERE id = 1"
sync
json '[r[1:6] for r in d["steps"]["rows"] if r[0] == "dimension"][0] == ["customer", 4, 2, 2, 0]'
crm "INSERT INTO purchase VALUES (5, 'C1', date('now'), 100)"
sync
revenue_by_segment
json 'sorted(d["rows"]) == [["Home", 30.5], ["House", 100], ["Office", 7.25]]'

# a customer is deleted, and a purchase of before comes late: it is still theirs; one of after is nobody's
crm "DELETE FROM customer WHERE id = 'C2'"
sync
crm "INSERT INTO purchase VALUES (6, 'C2', '2024-01-07', 1), (7, 'C2', '9000-01-01', 2)"
sync
runs "$starling" query '{"measures":["revenue"],"dimensions":["customer.name"]}' --home home --json
json 'sorted(d["rows"]) == [["Ann", 110.5], ["Bob", 21], ["Cid", 7.25]] and d["left_out"][0]["measures"]["revenue"] == 2'
runs "$starling" query '{"dimensions":["customer.name"]}' --home home --json
json 'sorted(d["rows"]) == [["Ann"], ["Cid"]]'

# what was dear gets a price, and another row gets worse
crm "UPDATE purchase SET amount = 12 WHERE id = 4" "UPDATE purchase SET amount = 'cheap' WHERE id = 3"
sync
runs "$starling" quarantine --home home --json
json 'd["total"] == 1 and "cheap" in d["rows"]["rows"][0][2]'
revenue_by_segment
json 'sorted(d["rows"], key=str) == [["Home", 43.5], ["House", 100]]'
crm "DELETE FROM purchase WHERE id = 3"
sync
runs "$starling" quarantine --home home --json
json 'd["total"] == 0'

# everything again gives the same, column for column
dump() { "$STARLING_TEST_TOOLS/warehouse_text" home/projects/crm/warehouse.duckdb "SELECT * FROM gold.dim_customer ORDER BY ALL" \
    "SELECT * FROM gold.fact_purchase ORDER BY ALL" "SELECT * FROM gold.dim_date ORDER BY ALL" "SELECT * FROM _starling.key_customer ORDER BY ALL" \
    "SELECT * FROM silver.customer ORDER BY ALL" "SELECT * FROM silver.purchase ORDER BY ALL" "SELECT * FROM silver.segment ORDER BY ALL" \
    "SELECT * FROM bronze.purchase ORDER BY ALL"; }
dump >once.txt || fail "the warehouse cannot be read"
for again in "sync --full" "rebuild silver" "rebuild gold" reconcile; do
    runs "$starling" $again --home home
    dump >again.txt
    cmp -s once.txt again.txt || fail "$again gives another warehouse: $(diff once.txt again.txt | head -20)"
    ok
done

# a backup is restored: noticed, and read whole
cp crm.db backup.db
crm "UPDATE purchase SET amount = 1000 WHERE id = 1"
sync
python3 -c 'import sqlite3; sqlite3.connect("crm.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")'
rm -f crm.db crm.db-wal crm.db-shm
cp backup.db crm.db
crm "INSERT INTO purchase VALUES (8, 'C1', '2024-03-01', 5)" "UPDATE purchase SET amount = 6 WHERE id = 8"
runs "$starling" sync --home home
says "Source crm is read whole again"
runs "$starling" query '{"measures":["revenue","purchases"]}' --home home --json
json 'd["rows"] == [[151.5, 7]]'
runs "$starling" reconcile --home home
says "agree in every row"
echo "$passed passed, 0 failed"
