-- packs/retail's star schema as one would write it by hand from a first load in bronze, where each key has one record: no silver, no key
-- map, no versions, no change log. WAREHOUSE is replaced by a path. Not committed: what is measured is making it.
attach 'WAREHOUSE' as w (read_only);
begin;
create table dim_customer as
select row_number() over (order by after_id) as customer_key, after_id as id, after_name as name, after_segment as segment from w.bronze.customer;
create table dim_product as
select row_number() over (order by p.after_id, p.after_name) as product_key, p.after_id as id, p.after_name as name,
       p.after_subcategory as subcategory, s.after_category as category
from w.bronze.product as p left join w.bronze.subcategory as s on s.after_name = p.after_subcategory;
create table dim_ship_to as
select row_number() over (order by market, region, country, state, city) as ship_to_key, *
from (select distinct after_market as market, after_region as region, after_country as country, after_state as state, after_city as city
      from w.bronze."order");
create table dim_manager as
select row_number() over (order by after_region) as manager_key, after_region as region, after_person as person from w.bronze.manager;
create table fact_order_line as
select coalesce(c.customer_key, -1) as customer_key, coalesce(p.product_key, -1) as product_key, coalesce(s.ship_to_key, -1) as ship_to_key,
       coalesce(m.manager_key, -1) as manager_key, l.after_order_date as order_date, o.after_ship_date as ship_date,
       l.after_order_id as order_id, o.after_ship_mode as ship_mode, o.after_priority as order_priority,
       l.after_order_id in (select after_order_id from w.bronze."return") as is_returned,
       o.after_ship_date - l.after_order_date as days_to_ship, l.after_sales as sales, l.after_quantity as quantity,
       l.after_discount as discount, l.after_profit as profit, l.after_shipping_cost as shipping_cost,
       l.after_row_id as row_id
from w.bronze.order_product as l
left join w.bronze."order" as o on o.after_id = l.after_order_id and o.after_date = l.after_order_date and o.after_customer_id = l.after_customer_id
left join dim_customer as c on c.id = l.after_customer_id
left join dim_product as p on p.id = l.after_product_id and p.name = l.after_product_name
left join dim_ship_to as s on s.market = o.after_market and s.region = o.after_region and s.country = o.after_country
                          and s.state = o.after_state and s.city = o.after_city
left join dim_manager as m on m.region = o.after_region
order by date_trunc('month', l.after_order_date), l.after_row_id;
