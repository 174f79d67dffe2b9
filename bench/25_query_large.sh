#!/usr/bin/env bash
# Semantic queries over ROWS fact rows (10 million) beside SQL by hand, derived measures among them: the generated retail project with its
# orders and lines copied under new ids. Goal: rows <= 1.1.
#   ROWS= RUNS=
. "$(dirname "$0")/common.sh"
rows=${ROWS:-10000000}
home="$work/home"
retail_home "$home"
measured "$work/multiply" python3 "$here/multiply.py" "$home/projects/retail/oltp.sqlite" "$rows"
"$STARLING_BIN" sync --home "$home" --quiet >/dev/null
fact="gold.fact_order_line f"
product="join gold.dim_product p on p.product_key = f.product_key"
customer="join gold.dim_customer c on c.customer_key = f.customer_key"
load_of_machine
"$STARLING_BENCH/query_overhead" "$home/projects/retail/warehouse.duckdb" "$STARLING_SOURCE/packs/retail" "${RUNS:-7}" \
    '{"measures":["revenue","profit"],"time":{"grain":"month"}}' \
    "select date_trunc('month', order_date), sum(sales), sum(profit) from $fact group by 1 order by 1" \
    '{"measures":["revenue","margin"],"dimensions":["product.category"],"time":{"range":"2013"}}' \
    "select p.category, sum(sales), sum(profit) / nullif(sum(sales), 0) from $fact $product where order_date >= '2013-01-01' and order_date < '2014-01-01' group by 1 order by 2 desc" \
    '{"measures":["customers"],"dimensions":["product.subcategory"]}' \
    "select p.subcategory, count(distinct c.id) from $fact $product $customer group by 1 order by 2 desc" \
    '{"measures":["revenue",{"expr":"share(revenue)","as":"share"},{"expr":"rank(revenue)","as":"rank"}],"dimensions":["product.subcategory"]}' \
    "select subcategory, s, s / sum(s) over (), rank() over (order by s desc) from (select p.subcategory, sum(sales) s from $fact $product group by 1) order by 2 desc" \
    '{"measures":["revenue"],"time":{"grain":"month","range":["2013",null],"compare":"previous_year"}}' \
    "with m as (select date_trunc('month', order_date) m, sum(sales) s from $fact where order_date >= '2012-01-01' group by 1) select a.m, a.s, b.s, a.s - b.s, a.s / b.s - 1 from m a left join m b on b.m = a.m - interval 1 year where a.m >= '2013-01-01' order by 1" \
    '{"measures":["revenue",{"expr":"rolling(avg, revenue, 3 months)","as":"r"}],"time":{"grain":"month"},"dimensions":["product.category"]}' \
    "select m, category, s, avg(s) over (partition by category order by m rows between 2 preceding and current row) from (select date_trunc('month', order_date) m, p.category, sum(sales) s from $fact $product group by 1, 2) order by 1, 2" \
    '{"source":{"measures":["revenue"],"dimensions":["customer.id"]},"measures":[{"expr":"avg(revenue)","as":"a"},{"expr":"median(revenue)","as":"m"}]}' \
    "select avg(s), median(s) from (select c.id, sum(sales) s from $fact $customer where f.customer_key <> -1 group by 1)"
