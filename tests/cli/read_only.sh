#!/usr/bin/env bash
# A home on a disk that cannot be written is read, and says so to who wants to write. Needs the right to mount, in a namespace of
# its own that ends with the test.
. "$(dirname "$0")/common.sh"
if [ -z "${IN_NAMESPACE:-}" ]; then
    unshare -m true 2>/dev/null || skip "mounts are not allowed here"
    code=0
    IN_NAMESPACE=1 unshare -m "$0" || code=$?
    exit $code
fi
disk="$work/disk 100% #1"
mkdir "$disk"
mount -t tmpfs none "$disk" 2>/dev/null || skip "mounts are not allowed here"
trap 'cd /; umount "$disk"; rm -rf "$work"' EXIT

cat >lines.csv <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
CSV
runs "$starling" init "$disk/home" --pack online-retail
runs "$starling" load invoices=lines.csv --home "$disk/home"
runs "$starling" sync --home "$disk/home"
cp -r "$disk/home" "$disk/crashed"
rm "$disk/crashed/projects/online-retail/warehouse.duckdb"
echo 'not yet in the file' >"$disk/crashed/meta.sqlite-wal"
mount -o remount,ro "$disk"

runs "$starling" status --home "$disk/home"
says "data version 1"
runs "$starling" query '{"measures":["revenue"]}' --home "$disk/home" --json
json 'd["rows"] == [[3]]'
runs "$starling" runs --home "$disk/home" --json
json 'len(d["runs"]["rows"]) == 2'
refuses 8 "Read-only file system" "$starling" sync --home "$disk/home"
# what waits in a WAL would be overlooked
refuses 8 "meta.sqlite" "$starling" status --home "$disk/crashed"
echo "$passed passed, 0 failed"
