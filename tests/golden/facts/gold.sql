-- What pipeline/ would make of pack.yaml. Store s3 sells nothing, s2 has no refunds; a refund names no store.
CREATE SCHEMA gold;
CREATE SCHEMA _starling;
CREATE TABLE _starling.batch (version BIGINT, id BIGINT, published_at TIMESTAMP);
INSERT INTO _starling.batch VALUES (1, 10, '2022-04-01 09:00:00');

CREATE TABLE gold.dim_store (store_key BIGINT, id VARCHAR, region VARCHAR, _valid_from TIMESTAMP, _valid_to TIMESTAMP, _is_current BOOLEAN);
INSERT INTO gold.dim_store VALUES (-1, NULL, NULL, NULL, NULL, true), (1, 's1', 'North', NULL, NULL, true), (2, 's2', 'South', NULL, NULL, true), (3, 's3', 'South', NULL, NULL, true), (4, 's4', NULL, NULL, NULL, true);
CREATE TABLE gold.dim_item (item_key BIGINT, id VARCHAR, kind VARCHAR, _valid_from TIMESTAMP, _valid_to TIMESTAMP, _is_current BOOLEAN);
INSERT INTO gold.dim_item VALUES (-1, NULL, NULL, NULL, NULL, true), (1, 'i1', 'Tea', NULL, NULL, true), (2, 'i2', 'Cake', NULL, NULL, true);
CREATE TABLE gold.dim_date (date_key DATE);
INSERT INTO gold.dim_date SELECT CAST(range AS DATE) FROM range(DATE '2021-01-01', DATE '2024-01-01', INTERVAL 1 DAY);

CREATE TABLE gold.fact_sale (store_key BIGINT, item_key BIGINT, sold_on DATE, amount DECIMAL(9,2), customer VARCHAR, _id BIGINT);
INSERT INTO gold.fact_sale VALUES
  (1, 1, '2022-01-05', 10.00, 'ann', 1), (1, 1, '2022-01-05', 10.00, 'ann', 2), (1, 2, '2022-01-20', 5.00, NULL, 3),
  (2, 1, '2022-01-31', 7.50, 'bob', 4), (1, 1, '2022-02-01', 20.00, 'ann', 5), (2, 2, '2022-02-14', 4.00, 'cy', 6),
  (4, 2, '2022-02-15', 3.00, 'bob', 7), (2, 1, '2022-03-31', 9.00, 'dan', 8);
CREATE TABLE gold.fact_refund (store_key BIGINT, item_key BIGINT, refunded_at TIMESTAMP, refunded_at_utc TIMESTAMP, amount DECIMAL(9,2), _id BIGINT);
INSERT INTO gold.fact_refund VALUES
  (1, 1, '2022-01-06 10:00:00', '2022-01-06 10:00:00', 10.00, 1), (1, 2, '2022-02-28 23:59:00', '2022-02-28 23:59:00', 5.00, 2),
  (-1, 1, '2022-03-01 00:00:00', '2022-03-01 00:00:00', 7.50, 3), (3, 1, '2022-03-02 08:00:00', '2022-03-02 08:00:00', 1.00, 4);
CREATE TABLE gold.fact_budget (store_key BIGINT, month DATE, target DECIMAL(9,2), _id BIGINT);
INSERT INTO gold.fact_budget VALUES (1, '2022-01-01', 30.00, 1), (1, '2022-02-01', 25.00, 2), (2, '2022-01-01', 10.00, 3), (3, '2022-04-01', 8.00, 4);
CREATE TABLE gold.fact_plan AS SELECT store_key, month, target AS planned, _id FROM gold.fact_budget;
CREATE TABLE gold.fact_stock (store_key BIGINT, item_key BIGINT, counted_on DATE, pieces BIGINT, _id BIGINT);
INSERT INTO gold.fact_stock VALUES
  (1, 1, '2022-01-15', 10, 1), (1, 2, '2022-01-15', 4, 2), (2, 1, '2022-01-15', 7, 3), (1, 1, '2022-01-31', 8, 4), (2, 1, '2022-01-31', 6, 5),
  (1, 1, '2022-02-10', 5, 6), (1, 2, '2022-02-10', 3, 7), (2, 1, '2022-02-10', 9, 8), (4, 2, '2022-02-10', 2, 9), (1, 1, '2022-02-28', 4, 10),
  (-1, 1, '2022-03-20', 1, 11), (2, 1, '2022-03-20', 2, 12), (1, 2, '2022-03-20', 6, 13), (1, 1, NULL, 100, 14);
