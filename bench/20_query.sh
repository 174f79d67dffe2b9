#!/usr/bin/env bash
# What a semantic query costs beside SQL written by hand: compiling it, its rows alone, and with its account. Goal: rows <= 1.1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$STARLING_BIN" init "$work/home" --pack online-retail --sample --quiet >/dev/null
"$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
fact=gold.fact_invoice_line
orders="count(distinct invoice_no) filter (where not is_cancellation)"
"$STARLING_BENCH/query_overhead" "$work/home/projects/online-retail/warehouse.duckdb" "$STARLING_SOURCE/packs/online-retail" "${RUNS:-50}" \
    '{"measures":["revenue"]}' \
    "select sum(amount) from $fact" \
    '{"measures":["revenue","orders"],"time":{"dimension":"invoice_date","grain":"month"}}' \
    "select date_trunc('month', invoice_date), sum(amount), $orders from $fact group by 1 order by 1" \
    '{"measures":["revenue"],"dimensions":["country"]}' \
    "select country, sum(amount) from $fact group by 1 order by 2 desc" \
    '{"measures":["revenue","units"],"dimensions":["description"],"limit":10}' \
    "select description, sum(amount), sum(quantity) from $fact group by 1 order by 2 desc limit 10" \
    '{"measures":["revenue","orders"],"dimensions":["customer.id"],"limit":10}' \
    "select c.id, sum(amount), $orders from $fact f join gold.dim_customer c on c.customer_key = f.customer_key group by 1 order by 2 desc limit 10" \
    '{"measures":["customers","products"],"dimensions":["country"],"time":{"dimension":"invoice_date","grain":"month","range":"2011"}}' \
    "select date_trunc('month', invoice_date), country, count(distinct c.id), count(distinct stock_code) from $fact f join gold.dim_customer c on c.customer_key = f.customer_key where invoice_date >= '2011-01-01' and invoice_date < '2012-01-01' group by 1, 2 order by 1, 3 desc"
