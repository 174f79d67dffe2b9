-- What pipeline/ would make of pack.yaml: 20 trips from 16 November 2020 to 10 February 2021, across ISO week 2020-W53.
CREATE SCHEMA gold;
CREATE SCHEMA _starling;
CREATE TABLE _starling.batch (version BIGINT, id VARCHAR, published_at TIMESTAMP);
INSERT INTO _starling.batch VALUES (1, '10', '2021-02-10 09:00:00'), (2, '11', '2021-02-10 10:00:00');
CREATE TABLE _starling.built (name VARCHAR, model VARCHAR, attributes_version BIGINT);
INSERT INTO _starling.built VALUES ('dim_rider', '', 1), ('dim_station', '', 1), ('fact_trip', '', 2), ('fact_repair', '', 2), ('dim_date', '', 1);

CREATE TABLE gold.dim_rider (rider_key BIGINT, id VARCHAR, name VARCHAR, plan VARCHAR, joined DATE, _valid_from TIMESTAMP, _valid_to TIMESTAMP, _is_current BOOLEAN);
INSERT INTO gold.dim_rider VALUES
  (-1, NULL, NULL, NULL, NULL, NULL, NULL, true),
  (1, 'r1', 'Ada', 'day', '2020-01-05', NULL, '2021-01-01', false),
  (2, 'r1', 'Ada', 'year', '2020-01-05', '2021-01-01', NULL, true),
  (3, 'r2', 'Bo', NULL, '2020-11-01', NULL, NULL, true),
  (4, 'r3', 'Cy', 'day', NULL, NULL, NULL, true),
  (5, 'r4', 'Di', 'year', '2020-12-31', NULL, NULL, true);
CREATE TABLE gold.dim_station (station_key BIGINT, id VARCHAR, name VARCHAR, city VARCHAR, _valid_from TIMESTAMP, _valid_to TIMESTAMP, _is_current BOOLEAN);
INSERT INTO gold.dim_station VALUES
  (-1, NULL, NULL, NULL, NULL, NULL, true),
  (1, 's1', 'North', 'Ulm', NULL, NULL, true),
  (2, 's2', 'South', 'Ulm', NULL, NULL, true),
  (3, 's3', 'Quay', 'Bonn', NULL, NULL, true),
  (4, 's4', 'Yard', NULL, NULL, NULL, true);

CREATE TABLE gold.fact_trip (rider_key BIGINT, start_key BIGINT, finish_key BIGINT, started_at TIMESTAMP, started_at_utc TIMESTAMP, ended_on DATE, distance DECIMAL(9,2), minutes BIGINT, bike VARCHAR, weather VARCHAR, is_paid BOOLEAN, _id BIGINT);
INSERT INTO gold.fact_trip SELECT rider, start, finish, began, began, ended, distance, minutes, bike, weather, paid, row_number() OVER () FROM (VALUES
  (1, 1, 2, TIMESTAMP '2020-11-16 08:15:00', DATE '2020-11-16', 2.50, 10, 'b1', 'Dry', true),
  (1, 2, 1, TIMESTAMP '2020-11-16 17:00:00', DATE '2020-11-16', 2.50, 12, 'b1', 'Rain', true),
  (3, 1, 3, TIMESTAMP '2020-11-30 23:59:59.999999', DATE '2020-12-01', 100.00, 300, 'b2', 'Dry', false),
  (4, 3, 3, TIMESTAMP '2020-12-01 00:00:00', DATE '2020-12-01', 1.00, NULL, 'b2', NULL, true),
  (-1, 1, 2, TIMESTAMP '2020-12-24 12:00:00', DATE '2020-12-24', 4.00, 20, 'b3', 'Snow', true),
  (-1, 3, -1, TIMESTAMP '2020-12-24 13:00:00', NULL, 0.50, 5, 'b3', 'Snow', false),
  (1, 2, 4, TIMESTAMP '2020-12-28 07:30:00', DATE '2020-12-28', 5.25, 25, 'B1', 'Dry', true),
  (1, 4, 2, TIMESTAMP '2020-12-31 23:00:00', DATE '2021-01-01', 5.25, 30, 'b1', 'Rain', true),
  (2, 1, 1, TIMESTAMP '2021-01-01 00:00:00', DATE '2021-01-01', 3.00, 15, 'b1', NULL, true),
  (2, 1, 3, TIMESTAMP '2021-01-03 10:00:00', DATE '2021-01-03', 80.00, 240, 'b2', 'Dry', false),
  (3, 2, 2, TIMESTAMP '2021-01-04 10:00:00', DATE '2021-01-04', 2.00, 9, 'b2', 'Rain', true),
  (4, 3, 1, TIMESTAMP '2021-01-04 11:00:00', DATE '2021-01-04', 79.75, 239, 'b3', 'Dry', true),
  (5, 3, 3, TIMESTAMP '2021-01-15 09:00:00', DATE '2021-01-15', 3.00, 14, 'b3', 'Fog', false),
  (5, 3, 3, TIMESTAMP '2021-01-15 19:00:00', DATE '2021-01-15', 3.00, 14, 'b4', 'Fog', false),
  (-1, 4, 4, TIMESTAMP '2021-01-20 20:00:00', DATE '2021-01-20', 6.00, 33, 'b4', 'Drizzle', true),
  (2, 2, 1, TIMESTAMP '2021-01-31 23:30:00', DATE '2021-02-01', 2.50, 11, 'b1', 'Dry', true),
  (2, 1, 2, TIMESTAMP '2021-02-01 00:00:00', DATE '2021-02-01', 2.50, 10, 'b1', 'Dry', true),
  (3, 2, -1, TIMESTAMP '2021-02-05 06:45:00', NULL, 0.00, 0, 'b5', 'Rain', true),
  (5, 1, 1, TIMESTAMP '2021-02-10 08:00:00', DATE '2021-02-10', 7.77, 40, 'b5', 'Dry', true),
  (5, 1, 4, TIMESTAMP '2021-02-10 09:00:00', DATE '2021-02-10', 7.77, 41, 'b4', 'Dry', true)
) AS t (rider, start, finish, began, ended, distance, minutes, bike, weather, paid);

CREATE TABLE gold.fact_repair (station_key BIGINT, week BIGINT, cost DECIMAL(9,2), _id BIGINT);
INSERT INTO gold.fact_repair VALUES (1, 100, 12.00, 1), (1, 101, 30.50, 2), (3, 101, 0.00, 3), (-1, 103, 99.99, 4), (4, 104, 5.00, 5);

CREATE TABLE gold.dim_date (date_key DATE);
INSERT INTO gold.dim_date SELECT CAST(range AS DATE) FROM range(DATE '2019-01-01', DATE '2023-01-01', INTERVAL 1 DAY);
