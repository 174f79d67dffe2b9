#!/usr/bin/env bash
# `serve` under load: 300 connections, slow readers, 100 questions at a time, clients that leave; small limits, so that much is refused.
# LOAD_SECONDS=N (30) sets how long.
. "$(dirname "$0")/../cli/serve_common.sh"
python3 - <<'PY'
with open("many.csv", "w") as f:
    f.write("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")
    for i in range(60000):
        f.write("%d,A%d,%s %d,2,2011-%02d-03 10:00:00,1.5,%d.0,%s\n" % (i, i % 997, "A thing of which there are many " * 5, i, i % 12 + 1, 17850 + i % 300, ["France", "Spain", "Italy"][i % 3]))
PY
runs "$starling" init "$home" --pack online-retail --project invoices
runs "$starling" load invoices=many.csv --home "$home" --project invoices
runs "$starling" sync --home "$home" --project invoices
printf 'home: 1\nquery:\n  timeout: 5min\nserver:\n  connections: 280\n  workers: 8\n  queue: 40\n  idle: 5s\n  cache: 1MB\n' >"$home/starling.yaml"
ulimit -n 4096
for limits in small default; do
    [ $limits = small ] || printf 'home: 1\nquery:\n  timeout: 5min\n' >"$home/starling.yaml"
    serves
    timeout 600 python3 "$source_folder/tests/tools/load.py" "$url" invoices $server "${LOAD_SECONDS:-30}" >out.txt 2>err.txt || fail "$(tail -3 err.txt)"
    cat out.txt
    ends
    ! grep -q 'Sanitizer\|runtime error' serve.err || fail "$(head -c 3000 serve.err)"
done
echo "$passed passed, 0 failed"
