-- Weekly sales of an invented supermarket chain, in the shape of the files that the pack reads: `starling generate` runs this and
-- takes the tables weekly_sales and stores in as if they were files. Scale 1 is 83 stores, 121 weeks and 11 brands: about 106,000 rows.
--
-- Nothing is random: every value follows from (seed, number of its row, a salt) by whole-number arithmetic and by sums, products,
-- quotients and square roots, which every machine rounds alike; so equal scale and seed give equal rows anywhere. No value depends
-- on the scale, so the rows of a smaller one are the first of a larger one.
--
-- Demand is what an analyst expects to find: bottles sold = usual sales * (usual price / price) ^ elasticity, times the store's size
-- and what promotion and advertising add, give or take a quarter. Usual prices drift, promotions cut them for a week or two.

-- ---- numbers --------------------------------------------------------------------------------------------------------------

-- 32 bits that look random: two rounds of middle squares (after B. Widynski, "Squares: a fast counter-based RNG"), halved so that
-- every product and sum fits in 64 bits.
CREATE MACRO low(x) AS (x) & 4294967295;
CREATE MACRO key(salt) AS low((salt)::UBIGINT * 2654435769 + getvariable('seed')::UBIGINT * 2246822519 + 3266489917) | 1;
CREATE MACRO square(x, add) AS low(((x) * (x) + (add)) >> 16);
CREATE MACRO squares(y, key) AS square(square(y, key), y);
CREATE MACRO draw(n, salt) AS squares(low(((n) + 1)::UBIGINT * key(salt)), key(salt));
-- A whole number from 0 to k - 1.
CREATE MACRO pick(n, salt, k) AS ((draw(n, salt) * (k)::UBIGINT) >> 32)::BIGINT;
-- The power of x to half of e, a whole number from 2 to 9.
CREATE MACRO half_power(x, e) AS
    CASE e // 2 WHEN 1 THEN x WHEN 2 THEN x * x WHEN 3 THEN x * x * x ELSE x * x * x * x END * CASE e % 2 WHEN 1 THEN sqrt(x) ELSE 1 END;

-- ---- stores ---------------------------------------------------------------------------------------------------------------

-- Numbers with gaps, as chains have them; size: sales in thousandths of a usual store's.
CREATE TABLE store AS
SELECT n, 2 + n + n // 2 AS id, 500 + pick(n, 10, 501) + pick(n, 11, 501) AS size, 20000 + 100 * pick(n, 16, 550) AS income
FROM range(greatest(1, round(83 * getvariable('scale')))::BIGINT) AS r(n);

-- ---- brands ---------------------------------------------------------------------------------------------------------------

-- price: usual, in cents a bottle; cost: in thousandths of it; half_elasticity: twice the elasticity, without its sign; sales: bottles
-- of a usual store and week; deals: promoted weeks in hundred
CREATE TABLE brand AS
SELECT * FROM (VALUES
    (1, 64, 299, 690, 5, 90, 20), (2, 96, 479, 690, 4, 60, 12), (3, 64, 289, 700, 5, 36, 16), (4, 64, 229, 720, 5, 80, 25),
    (5, 64, 229, 710, 6, 75, 28), (6, 96, 379, 700, 4, 40, 12), (7, 64, 239, 710, 7, 45, 26), (8, 64, 219, 730, 5, 30, 15),
    (9, 64, 209, 720, 6, 34, 18), (10, 64, 179, 680, 7, 70, 30), (11, 128, 329, 660, 3, 38, 8)
) AS b(brand, ounces, price, cost, half_elasticity, sales, deals);

-- The usual price moves once in nine weeks; a promotion runs in all stores and takes a seventh to a third off.
CREATE TABLE brand_week AS
SELECT brand, week, price * (920 + pick(brand * 1000 + week // 9, 30, 161)) // 1000 AS price,
       pick(brand * 1000 + week, 31, 100) < deals AS is_deal, 140 + pick(brand * 1000 + week, 32, 200) AS cut,
       pick(brand * 1000 + week, 33, 100) AS ad
FROM brand, range(40, 161) AS r(week);

-- A price in a store: two of five stores are dearer, one of 20 leaves a promotion out. Prices end with 9 or 5. One of 25 weeks of a
-- store has no figures.
CREATE TABLE store_deal AS
SELECT n, brand, week, ad, w.is_deal AND pick((n * 11 + brand) * 1000 + week, 34, 20) > 0 AS is_deal, cut,
       price * (980 + 35 * pick(n, 35, 5) // 2) // 1000 AS price
FROM store, brand_week AS w
WHERE pick(n * 1000 + week, 36, 25) > 0;
CREATE TABLE store_price AS
SELECT n, brand, week, ad, is_deal, cents // 10 * 10 + CASE WHEN cents % 10 < 3 THEN 5 ELSE 9 END AS cents
FROM (SELECT *, CASE WHEN is_deal THEN price * (1000 - cut) // 1000 ELSE price END AS cents FROM store_deal);

-- Dollars an ounce, to ten decimals.
CREATE MACRO per_ounce(cents, ounces) AS (((cents * 100000000 + ounces // 2) // ounces)::DECIMAL(18, 0) * 0.0000000001::DECIMAL(11, 10))::DECIMAL(12, 10);

-- Every row names the prices of all brands.
CREATE TABLE prices AS
SELECT n, week, per_ounce(max(cents) FILTER (brand = 1), 64) AS price1, per_ounce(max(cents) FILTER (brand = 2), 96) AS price2,
       per_ounce(max(cents) FILTER (brand = 3), 64) AS price3, per_ounce(max(cents) FILTER (brand = 4), 64) AS price4,
       per_ounce(max(cents) FILTER (brand = 5), 64) AS price5, per_ounce(max(cents) FILTER (brand = 6), 96) AS price6,
       per_ounce(max(cents) FILTER (brand = 7), 64) AS price7, per_ounce(max(cents) FILTER (brand = 8), 64) AS price8,
       per_ounce(max(cents) FILTER (brand = 9), 64) AS price9, per_ounce(max(cents) FILTER (brand = 10), 64) AS price10,
       per_ounce(max(cents) FILTER (brand = 11), 128) AS price11
FROM store_price GROUP BY n, week;

-- ---- bottles --------------------------------------------------------------------------------------------------------------

-- feature: how much of the brand was advertised, in hundredths: all of it, or some of its bottle sizes.
CREATE TABLE demand AS
SELECT p.*, ounces, b.price * b.cost AS cost, half_elasticity, b.price::DOUBLE / cents AS cheapness, sales, size,
       750 + pick((n * 11 + brand) * 1000 + week, 40, 501) AS chance,
       CASE WHEN ad >= CASE WHEN is_deal THEN 70 ELSE 6 END THEN 0 WHEN ad % 2 = 0 THEN 100 ELSE 4 + ad END AS feature
FROM store_price AS p JOIN brand AS b USING (brand) JOIN store USING (n);
CREATE TABLE sold AS
SELECT *, ounces * greatest(1, round(sales * half_power(cheapness, half_elasticity) * size / 1000 * chance / 1000
                                     * CASE WHEN is_deal THEN 115 ELSE 100 END / 100 * (1 + feature::DOUBLE / 400)))::BIGINT AS total
FROM demand;

-- ---- logarithms -----------------------------------------------------------------------------------------------------------

-- The natural logarithms of the whole numbers that the files hold them of, to ten decimals: n = 2^k * m, and
-- ln m = 2 * (z + z^3/3 + z^5/5 + …) with z = (m - 1) / (m + 1), below 1/3. Step by step, so that each is computed once.
CREATE TABLE power AS
SELECT n, length(bin(n)) - 1 AS k, 1::BIGINT << (length(bin(n)) - 1) AS p
FROM (SELECT total AS n FROM sold UNION SELECT income FROM store);
CREATE TABLE fraction AS SELECT n, k, (n - p)::DOUBLE / (n + p) AS z FROM power;
CREATE TABLE fraction_square AS SELECT *, z * z AS q FROM fraction;
CREATE TABLE logarithm AS
SELECT n AS of_number, (k * 0.693147180559945309::DOUBLE
           + 2 * z * (1 + q * (1::DOUBLE / 3 + q * (1::DOUBLE / 5 + q * (1::DOUBLE / 7 + q * (1::DOUBLE / 9 + q * (1::DOUBLE / 11
           + q * (1::DOUBLE / 13 + q * (1::DOUBLE / 15 + q * (1::DOUBLE / 17 + q * (1::DOUBLE / 19 + q * (1::DOUBLE / 21 + q / 23))))))))))))::DECIMAL(13, 10) AS ln
FROM fraction_square;

-- ---- what is handed over --------------------------------------------------------------------------------------------------

CREATE VIEW stores AS
SELECT id AS "STORE", (60 + pick(n, 12, 250)) * 0.001 AS "AGE60", (50 + pick(n, 13, 480)) * 0.001 AS "EDUC",
       (24 + pick(n, 14, 30) * pick(n, 15, 32)) * 0.001 AS "ETHNIC", ln AS "INCOME",
       (14 + pick(n, 17, 200)) * 0.001 AS "HHLARGE", (245 + pick(n, 18, 228)) * 0.001 AS "WORKWOM",
       (3 + pick(n, 19, 30) * pick(n, 20, 30)) * 0.001 AS "HVAL150", (13 + pick(n, 21, 1774)) * 0.01 AS "SSTRDIST",
       (40 + pick(n, 22, 160)) * 0.01 AS "SSTRVOL", (77 + pick(n, 23, 335)) * 0.01 AS "CPDIST5",
       (9 + pick(n, 24, 108)) * 0.01 AS "CPWVOL5"
FROM store JOIN logarithm ON of_number = income
ORDER BY n;

CREATE VIEW weekly_sales AS
SELECT s.id AS store, brand, week, ln AS logmove, 1 AS "constant", price1, price2, price3, price4, price5, price6, price7, price8,
       price9, price10, price11, is_deal::INTEGER AS deal, feature * 0.01::DECIMAL(3, 2) AS feat,
       greatest(0, 100 - 100 * cost::DOUBLE / (1000 * cents))::DECIMAL(12, 10) AS profit
FROM sold JOIN prices USING (n, week) JOIN store AS s USING (n) JOIN logarithm ON of_number = total
ORDER BY s.n, brand, week;
