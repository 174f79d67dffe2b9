-- The same star schema as packs/retail's, as one would write it by hand straight from the files: no change log, no silver, no
-- keys that survive, no quality checks. ORDERS, RETURNS and PEOPLE are replaced by paths.
begin;
create temp table o as
select cast("Row ID" as bigint) as row_id, "Order ID" as order_id, cast(strptime("Order Date", '%d-%m-%Y') as date) as order_date,
       cast(strptime("Ship Date", '%d-%m-%Y') as date) as ship_date, "Ship Mode" as ship_mode, "Customer ID" as customer_id,
       "Customer Name" as customer_name, "Segment" as segment, "City" as city, "State" as state, "Country" as country,
       "Market" as market, "Region" as region, "Product ID" as product_id, "Category" as category, "Sub-Category" as subcategory,
       "Product Name" as product_name, cast("Sales" as decimal(18,5)) as sales, cast("Quantity" as bigint) as quantity,
       cast("Discount" as decimal(6,4)) as discount, cast("Profit" as decimal(18,5)) as profit,
       cast("Shipping Cost" as decimal(18,5)) as shipping_cost, "Order Priority" as order_priority
from read_csv('ORDERS', all_varchar = true, header = true);
create table dim_customer as
select row_number() over (order by id) as customer_key, * from (select distinct customer_id as id, customer_name as name, segment from o);
create table dim_product as
select row_number() over (order by id, name) as product_key, *
from (select distinct product_id as id, product_name as name, subcategory, category from o);
create table dim_ship_to as
select row_number() over (order by market, region, country, state, city) as ship_to_key, *
from (select distinct market, region, country, state, city from o);
create table dim_manager as
select row_number() over (order by "Region") as manager_key, "Region" as region, "Person" as person
from read_csv('PEOPLE', all_varchar = true, header = true);
create table fact_order_line as
select c.customer_key, p.product_key, s.ship_to_key, coalesce(m.manager_key, -1) as manager_key, o.order_date, o.ship_date, o.order_id,
       o.ship_mode, o.order_priority,
       o.order_id in (select "Order ID" from read_csv('RETURNS', all_varchar = true, header = true) where "Returned" = 'Yes') as is_returned,
       o.ship_date - o.order_date as days_to_ship,
       o.sales, o.quantity, o.discount, o.profit, o.shipping_cost, o.row_id
from o
join dim_customer c on c.id = o.customer_id
join dim_product p on p.id = o.product_id and p.name = o.product_name
join dim_ship_to s on s.market = o.market and s.region = o.region and s.country = o.country and s.state = o.state and s.city = o.city
left join dim_manager m on m.region = o.region
order by date_trunc('month', o.order_date), o.row_id;
commit;
