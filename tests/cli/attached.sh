#!/usr/bin/env bash
# An existing SQLite database is attached, watched while its own application goes on writing, and left as it was.
. "$(dirname "$0")/common.sh"

mkdir "the pack"
cat >"the pack/pack.yaml" <<'YAML'
pack: 1
name: till
version: "1"
title: Till
sources:
  till:
    kind: attached
    tables:
      item:
        key: [id]
        columns: {id: int64 not null, label: text, price: "decimal(9,2)"}
      sale:
        key: [id]
        columns: {id: int64 not null, item_id: int64, sold_on: date}
        references:
          - {columns: [item_id], table: item}
YAML
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("till.db")
db.executescript("""
CREATE TABLE item(id INTEGER PRIMARY KEY, label TEXT UNIQUE, price, note);
CREATE TABLE sale(id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INT REFERENCES item(id) ON DELETE CASCADE, sold_on TEXT);
CREATE INDEX sale_item ON sale(item_id);
CREATE VIEW sold AS SELECT * FROM sale JOIN item ON item.id = item_id;
CREATE TRIGGER no_note AFTER INSERT ON item WHEN NEW.note IS NULL BEGIN UPDATE item SET note = '' WHERE id = NEW.id; END;
INSERT INTO item(id, label, price) VALUES (1, 'tea', 2.5), (2, 'milk', '1.20'), (3, 'odd', 'dear');
INSERT INTO sale(item_id, sold_on) VALUES (1, '2024-02-29'), (2, '2024-03-01'), (3, 'some day');
ANALYZE;
""")
open("before.sql", "w").write("\n".join(db.iterdump()))
PY
schema() {
    python3 - "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect("till.db")
rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid").fetchall()
pragmas = [db.execute("PRAGMA " + p).fetchall() for p in ("journal_mode", "user_version", "application_id")]
open(sys.argv[1], "w").write("\n".join(db.iterdump()) + "\n" + "\n".join(map(str, rows + pragmas)))
PY
}
schema before
if command -v sqlite3 >/dev/null; then sqlite3 till.db .dump >before.dump; fi

runs "$starling" init home --pack "./the pack"
says "Next: starling source attach sqlite:PATH"
runs "$starling" source list --home home --json
json 'd["sources"]["rows"] == [["till", "attached", None, None]]'
refuses 4 "source 'till' is attached to no database yet: starling source attach sqlite:PATH" "$starling" sync --home home
refuses 2 "should read sqlite:PATH" "$starling" source attach till.db --home home
refuses 4 "nothing.db" "$starling" source attach sqlite:nothing.db --home home
refuses 2 "did you mean 'item'?" "$starling" source attach sqlite:till.db --tables itm --home home
refuses 4 "the pack has no source 'tll'" "$starling" source attach sqlite:till.db --source tll --home home

# the plan, which changes nothing
cp till.db copy.db
runs "$starling" source attach sqlite:till.db --home home
says "table _starling_log_item"
says "The database is not in WAL mode"
says "Nothing was changed. To do it, add --apply."
cmp -s till.db copy.db || fail "the plan changed the file"
ok

runs "$starling" source attach sqlite:till.db --apply --home home --json
json 'd["is_applied"] and [r[1] for r in d["tables"]["rows"]] == ["captured", "captured"]'
runs "$starling" source attach sqlite:till.db --apply --home home --json
json 'd["creates"] == [] and [r[1] for r in d["tables"]["rows"]] == ["captured already"] * 2'
runs "$starling" source list --home home --json
json 'd["sources"]["rows"][0][2].endswith("/till.db") and d["sources"]["rows"][0][3] == "item,sale"'

# its application knows nothing of that: what it writes is in the log, and the rest of the schema is as it was
python3 - <<'PY' || fail "the log does not tell what the application wrote"
import sqlite3
db = sqlite3.connect("till.db", isolation_level=None)
db.execute("PRAGMA foreign_keys = ON")
db.execute("INSERT INTO item(id, label, price) VALUES (4, 'bread', 3)")
db.execute("REPLACE INTO item(id, label, price) VALUES (5, 'milk', 1.3)")
db.execute("DELETE FROM item WHERE id = 1")
ops = lambda t: "".join(r[0] for r in db.execute(f"SELECT op FROM _starling_log_{t} WHERE op <> 'X' ORDER BY seq"))
assert ops("item") == "ISID", ops("item")
assert ops("sale") == "DD", ops("sale")  # by the cascades of the row that went and of the one replaced
assert db.execute("SELECT count(*) FROM sold").fetchone() == (1,)
assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
PY
ok

# what its owner does to it stops the source with the reason
python3 -c 'import sqlite3; sqlite3.connect("till.db").execute("CREATE UNIQUE INDEX sale_once ON sale(item_id, sold_on)")'
refuses 4 "changes of table 'sale' may have been missed" "$starling" sync --home home
python3 -c 'import sqlite3; sqlite3.connect("till.db").execute("DROP INDEX sale_once")'

# another database takes its place only after a detach
cp till.db other.db
refuses 4 "detach it first" "$starling" source attach sqlite:other.db --apply --home home
runs "$starling" init kept --pack retail
runs "$starling" sync --home kept
refuses 4 "is the managed database of a project" \
    "$starling" source attach sqlite:kept/projects/retail/oltp.sqlite --home home

# detached, the schema is byte for byte what it was; the rows are the application's own
runs "$starling" source detach --home home
says "taken away"
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("till.db")
db.executescript("""
PRAGMA foreign_keys = OFF;
DELETE FROM item; DELETE FROM sale; DELETE FROM sqlite_sequence;
INSERT INTO item(id, label, price) VALUES (1, 'tea', 2.5), (2, 'milk', '1.20'), (3, 'odd', 'dear');
INSERT INTO sale(item_id, sold_on) VALUES (1, '2024-02-29'), (2, '2024-03-01'), (3, 'some day');
""")
PY
schema after
cmp before after || fail "detaching left something: $(diff before after)"
ok
if [ -e before.dump ]; then
    sqlite3 till.db .dump | cmp - before.dump || fail "the dump is another one"
    ok
fi
refuses 4 "is attached to no database" "$starling" source detach --home home
echo "$passed passed, 0 failed"
