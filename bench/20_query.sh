#!/usr/bin/env bash
# What a semantic query costs beside the bare SQL of its rows: compile, run with account, ratio. Goal: ratio <= 1.1 where the query
# itself takes long enough to matter.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$STARLING_BIN" init "$work/home" --pack online-retail --sample --quiet >/dev/null
"$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
"$STARLING_BENCH/query_overhead" "$work/home/projects/online-retail/warehouse.duckdb" "$STARLING_SOURCE/packs/online-retail" "${RUNS:-50}" \
    '{"measures":["revenue"]}' \
    '{"measures":["revenue","orders"],"time":{"dimension":"invoice_date","grain":"month"}}' \
    '{"measures":["revenue"],"dimensions":["country"]}' \
    '{"measures":["revenue","units"],"dimensions":["description"],"limit":10}' \
    '{"measures":["revenue","orders"],"dimensions":["customer.id"],"limit":10}' \
    '{"measures":["customers","products"],"dimensions":["country"],"time":{"dimension":"invoice_date","grain":"month","range":"2011"}}'
