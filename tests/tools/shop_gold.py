#!/usr/bin/env python3
"""Writes what the retail pack's own database holds as the one table that the questions' gold SQL asks.

Usage: shop_gold.py OLTP.sqlite OUT.sqlite [FOLDER]

OUT is what shared/tools/build_gold_db.py makes of the superstore files; here the database comes from the pack's generator. Its decimals are
stored as whole numbers: amounts in hundred thousandths, discounts in ten thousandths. FOLDER gets the superstore files
that would hold the same.
"""
import csv
import gzip
import os
import sqlite3
import sys

HEAD = ["Row ID", "Order ID", "Order Date", "Ship Date", "Ship Mode", "Customer ID", "Customer Name", "Segment", "City", "State",
        "Country", "Postal Code", "Market", "Region", "Product ID", "Category", "Sub-Category", "Product Name", "Sales", "Quantity",
        "Discount", "Profit", "Shipping Cost", "Order Priority"]

LINES = """create table order_lines as select l.row_id, l.order_id, l.order_date, o.ship_date, o.ship_mode, l.customer_id,
    c.name customer_name, c.segment, o.city, o.state, o.country, o.postal_code, o.market, o.region, l.product_id, s.category,
    s.name sub_category, p.name product_name, l.sales / 1e5 sales, l.quantity, l.discount / 1e4 discount, l.profit / 1e5 profit,
    l.shipping_cost / 1e5 shipping_cost, o.priority order_priority
  from shop.order_product l
    join shop."order" o on o.id = l.order_id and o.date = l.order_date and o.customer_id = l.customer_id
    join shop.customer c on c.id = l.customer_id
    join shop.product p on p.id = l.product_id and p.name = l.product_name
    join shop.subcategory s on s.name = p.subcategory"""


def day(iso):
    return "-".join(reversed(iso.split("-"))) if iso else ""


def write_files(db, folder):
    with gzip.open(os.path.join(folder, "orders.csv.gz"), "wt", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(HEAD)
        for row in db.execute("select * from order_lines"):
            writer.writerow([day(cell) if title in ("Order Date", "Ship Date") else cell for title, cell in zip(HEAD, row)])
    for name, head, sql in (("returns.csv", ["Returned", "Order ID", "Region"], "select 'Yes', order_id, region from shop.return"),
                            ("people.csv", ["Person", "Region"], "select person, region from people")):
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(head)
            writer.writerows(db.execute(sql))


def main(oltp_path, out_path, folder=None):
    db = sqlite3.connect(out_path)
    db.execute("attach ? as shop", (oltp_path,))
    db.execute(LINES)
    db.execute("create table returns as select order_id, 'Yes' returned from shop.return")
    db.execute("create table people as select person, region from shop.manager")
    db.commit()
    assert db.execute("select count(*) from order_lines").fetchone() == db.execute("select count(*) from shop.order_product").fetchone()
    if folder:
        write_files(db, folder)
    db.close()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
