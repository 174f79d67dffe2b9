#!/usr/bin/env bash
# All of ROWS fact rows (10 million) as a list to CSV, with an engine limit of MEMORY: the generated retail project with its orders and lines
# copied under new ids. Beside it DuckDB's own COPY of the same rows, by hand, under the same limit.
# Goal: the process' peak memory at most 200 MB above that of the same list where it is empty.
#   ROWS= MEMORY= RUNS=
. "$(dirname "$0")/common.sh"
rows=${ROWS:-10000000}
memory=${MEMORY:-128MB}
home="$work/home"
warehouse="$home/projects/retail/warehouse.duckdb"
retail_home "$home"
measured "$work/multiply" python3 "$here/multiply.py" "$home/projects/retail/oltp.sqlite" "$rows"
"$STARLING_BIN" sync --home "$home" --quiet >/dev/null
printf 'home: 1\nquery: {max_rows: 1000000000, max_bytes: 1000GB, timeout: 1h}\nwarehouse: {memory_limit: %s}\n' "$memory" >"$home/starling.yaml"
columns='"rows":["order_date","order_id","ship_mode","customer.name","product.name","product.category","ship_to.city","order_line.quantity","order_line.sales","order_line.profit"]'
cat >"$work/copy.sql" <<SQL
set memory_limit = '$memory';
attach '$warehouse' as w (read_only);
use w;
copy (select f.order_date, f.order_id, f.ship_mode, c.name, p.name, p.category, s.city, f.quantity, f.sales, f.profit from gold.fact_order_line f
      join gold.dim_customer c on c.customer_key = f.customer_key join gold.dim_product p on p.product_key = f.product_key
      join gold.dim_ship_to s on s.ship_to_key = f.ship_to_key) to '$work/hand.csv' (header);
SQL

# export_csv NAME QUERY: its CSV, notes and figures
export_csv() { measured "$work/$1" "$STARLING_BIN" query "$2" --home "$home" --format csv >"$work/$1.csv" 2>"$work/$1.notes"; }
for _ in $(seq "${RUNS:-3}"); do
    export_csv empty "{$columns,\"time\":{\"range\":\"1900\"}}"
    export_csv all "{$columns}"
    measured "$work/hand" "$STARLING_BENCH/duckdb_script" "$work/hand.duckdb" "$work/copy.sql" >/dev/null
done
load_of_machine
printf '%s rows, %s MB of CSV (by hand %s rows, %s MB), engine limit %s\n' "$(($(wc -l <"$work/all.csv") - 1))" "$(($(stat -c %s "$work/all.csv") >> 20))" \
    "$(($(wc -l <"$work/hand.csv") - 1))" "$(($(stat -c %s "$work/hand.csv") >> 20))" "$memory"
figure 'the list, empty' "$work/empty"
figure 'the list' "$work/all" "$(awk "BEGIN { printf \"%.2f million rows/s\", $rows / $(median 1 <"$work/all") / 1e3 }")"
figure "DuckDB's COPY by hand" "$work/hand"
printf '%-52s %5.0f MB   goal <= 200 MB\n' 'above idle' "$(awk "BEGIN { print $(median 3 <"$work/all") - $(median 3 <"$work/empty") }")"
