-- Orders of an invented shop chain, in the shape of the files that the pack reads: `starling generate` runs this and takes the
-- tables orders, returns and people in as if they were files. Scale 1 is about 100,000 operational rows, 57,000 of them order lines.
--
-- Nothing is random: every value follows from (seed, number of its row, a salt) by whole-number arithmetic, so equal scale and seed
-- give equal rows on any machine. No value depends on the scale, so the rows of a smaller one are the first of a larger one.
--
-- What real exports do to their readers is done here on purpose: an order id stands for orders of several customers, a product
-- id for several products; some lines stand twice; a return names an id that several orders share; names hold no-break spaces,
-- quotes, commas and letters beyond ASCII; only one country has postal codes, some of which begin with 0; the regions North,
-- South and Central lie in several markets, and two regions have no manager.

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
-- One of a list.
CREATE MACRO pick_of(n, salt, list) AS (list)[pick(n, salt, len(list)) + 1];
-- So many hundred-thousandths as a decimal, exactly.
CREATE MACRO hundred_thousandths(x) AS (x)::DECIMAL(18, 0) * 0.00001::DECIMAL(5, 5);

SET VARIABLE n_orders = greatest(1, round(28500 * getvariable('scale')))::BIGINT;

-- ---- places ---------------------------------------------------------------------------------------------------------------

-- weight: how often it is shipped to; policy: how prices are cut there (0 seldom, 1 often, 2 much); states as State=City|City;…
CREATE TABLE area AS
SELECT row_number() OVER (ORDER BY country, region) - 1 AS area, *
FROM (VALUES
    ('US', 'West', 'CA', 'United States', 62, 1, 'California=Los Angeles 90004|San Diego 92103|San Francisco 94109|Fresno 93710;Washington=Seattle 98105|Spokane 99205;Oregon=Portland 97206;Arizona=Phoenix 85023|Tucson 85705;Colorado=Denver 80219;Utah=Provo 84604;Nevada=Reno 89502'),
    ('US', 'East', 'CA', 'United States', 55, 1, 'New York=New York City 10009|Buffalo 14215|Rochester 14609;Pennsylvania=Philadelphia 19120|Erie 16502;Massachusetts=Boston 02110|Lowell 01852;New Jersey=Newark 07104|Trenton 08611;Connecticut=Hartford 06106;Ohio=Columbus 43229|Toledo 43615;Maine=Bangor 04401'),
    ('US', 'Central', 'US', 'United States', 46, 2, 'Texas=Houston 77036|Dallas 75217|El Paso 79907;Illinois=Chicago 60623|Aurora 60505;Michigan=Detroit 48234|Lansing 48911;Minnesota=Duluth 55807;Wisconsin=Green Bay 54302;Indiana=South Bend 46614;Missouri=St. Louis 63116'),
    ('US', 'South', 'US', 'United States', 32, 1, 'Florida=Miami 33142|Tampa 33614|Jacksonville 32216;Georgia=Atlanta 30318|Macon 31204;North Carolina=Charlotte 28205;Tennessee=Memphis 38109|Nashville 37211;Virginia=Richmond 23223|Arlington 22204;Louisiana=Baton Rouge 70802'),
    ('Canada', 'Canada', 'CA', 'Canada', 8, 0, 'Ontario=Toronto|Ottawa|Hamilton;Québec=Montréal|Trois-Rivières;British Columbia=Vancouver;Alberta=Calgary|Edmonton'),
    ('LATAM', 'North', 'MX', 'Mexico', 52, 1, 'Distrito Federal=Mexico City;Jalisco=Guadalajara|Zapopan;Nuevo León=Monterrey;Yucatán=Mérida;Querétaro=Querétaro;Puebla=Puebla'),
    ('LATAM', 'Central', 'MX', 'Guatemala', 12, 1, 'Guatemala=Guatemala City|Mixco;Quetzaltenango=Quetzaltenango;Escuintla=Escuintla'),
    ('LATAM', 'Central', 'MX', 'El Salvador', 18, 0, 'San Salvador=San Salvador|Soyapango;Santa Ana=Santa Ana;La Libertad=Santa Tecla'),
    ('LATAM', 'Central', 'MX', 'Nicaragua', 16, 0, 'Managua=Managua|Ciudad Sandino;León=León;Masaya=Masaya'),
    ('LATAM', 'Central', 'US', 'Honduras', 13, 2, 'Cortés=San Pedro Sula|Choloma;Francisco Morazán=Tegucigalpa;Atlántida=La Ceiba'),
    ('LATAM', 'Caribbean', 'MX', 'Cuba', 14, 0, 'La Habana=La Habana;Camagüey=Camagüey;Holguín=Holguín;Santiago de Cuba=Santiago de Cuba'),
    ('LATAM', 'Caribbean', 'US', 'Dominican Republic', 19, 1, 'Santo Domingo=Santo Domingo;Santiago=Santiago de los Caballeros;Duarte=San Francisco de Macorís'),
    ('LATAM', 'South', 'MX', 'Brazil', 32, 2, 'São Paulo=São Paulo|Campinas|Ribeirão Preto;Rio de Janeiro=Rio de Janeiro|Niterói;Bahia=Salvador;Paraná=Curitiba|Maringá;Goiás=Goiânia'),
    ('LATAM', 'South', 'MX', 'Argentina', 12, 2, 'Buenos Aires=Buenos Aires|La Plata|Mar del Plata;Córdoba=Córdoba|Río Cuarto;Santa Fe=Rosario'),
    ('LATAM', 'South', 'MX', 'Colombia', 10, 0, 'Bogotá=Bogotá;Antioquia=Medellín|Itagüí;Valle del Cauca=Cali'),
    ('LATAM', 'South', 'US', 'Chile', 7, 0, 'Santiago=Santiago|Puente Alto;Valparaíso=Viña del Mar;Biobío=Concepción'),
    ('EU', 'Central', 'ES', 'Germany', 40, 1, 'Berlin=Berlin;Hamburg=Hamburg;Bavaria=Munich|Nürnberg;North Rhine-Westphalia=Köln|Düsseldorf|Münster;Saxony=Leipzig;Hesse=Frankfurt'),
    ('EU', 'Central', 'ES', 'France', 55, 1, 'Ile-de-France=Paris|Évry|Saint-Denis;Rhône-Alpes=Lyon|Saint-Étienne;Midi-Pyrénées=Toulouse;Alsace=Strasbourg;Pays de la Loire=Nantes|Angers'),
    ('EU', 'Central', 'IT', 'Austria', 7, 0, 'Vienna=Vienna;Styria=Graz;Upper Austria=Linz'),
    ('EU', 'Central', 'ES', 'Netherlands', 10, 2, 'North Holland=Amsterdam|Haarlem;South Holland=Rotterdam|The Hague;North Brabant=''s-Hertogenbosch'),
    ('EU', 'North', 'ES', 'United Kingdom', 32, 0, 'England=London|Leeds|Newcastle upon Tyne;Scotland=Glasgow|Dundee;Wales=Swansea'),
    ('EU', 'North', 'IT', 'Sweden', 6, 2, 'Stockholm=Stockholm|Huddinge;Skåne=Malmö|Helsingborg;Västra Götaland=Göteborg|Borås'),
    ('EU', 'North', 'ES', 'Norway', 4, 0, 'Oslo=Oslo;Rogaland=Stavanger;Trøndelag=Trondheim'),
    ('EU', 'South', 'IT', 'Italy', 21, 1, 'Lazio=Rome|Latina;Lombardy=Milan|Bergamo;Campania=Naples;Sicily=Palermo|Catania'),
    ('EU', 'South', 'IT', 'Spain', 17, 0, 'Madrid=Madrid|Alcorcón;Catalonia=Barcelona|L''Hospitalet;Andalusía=Sevilla|Málaga|Cádiz;Galicia=A Coruña'),
    ('APAC', 'Oceania', 'IN', 'Australia', 53, 1, 'New South Wales=Sydney|Wollongong|Newcastle;Victoria=Melbourne|Ballarat;Queensland=Brisbane|Townsville;South Australia=Adelaide;Western Australia=Perth'),
    ('APAC', 'Oceania', 'ID', 'New Zealand', 14, 1, 'Auckland=Auckland|Manukau;Wellington=Wellington;Canterbury=Christchurch;Taranaki=New Plymouth'),
    ('APAC', 'Southeast Asia', 'ID', 'Indonesia', 27, 2, 'Jakarta=Jakarta;Jawa Timur=Surabaya|Malang;Jawa Barat=Bandung|Bogor;Sumatera Utara=Medan'),
    ('APAC', 'Southeast Asia', 'IN', 'Philippines', 14, 2, 'National Capital=Manila|Quezon City;Central Visayas=Cebu City;Davao=Davao City'),
    ('APAC', 'Southeast Asia', 'ID', 'Thailand', 9, 2, 'Bangkok=Bangkok;Chiang Mai=Chiang Mai;Nonthaburi=Nonthaburi'),
    ('APAC', 'Southeast Asia', 'IN', 'Vietnam', 8, 2, 'Hà Nội=Hà Nội;Hồ Chí Minh City=Hồ Chí Minh City;Đà Nẵng=Đà Nẵng'),
    ('APAC', 'North Asia', 'IN', 'China', 38, 0, 'Shanghai=Shanghai;Beijing=Beijing;Guangdong=Guangzhou|Shenzhen|Foshan;Sichuan=Chengdu;Hubei=Wuhan;Shandong=Jinan|Qingdao'),
    ('APAC', 'North Asia', 'IN', 'Japan', 8, 0, 'Tokyo=Tokyo;Osaka=Osaka|Sakai;Kanagawa=Yokohama;Hokkaido=Sapporo'),
    ('APAC', 'Central Asia', 'IN', 'India', 32, 0, 'Maharashtra=Mumbai|Pune|Nagpur;Delhi=Delhi;Karnataka=Bangalore|Mysore;Tamil Nadu=Chennai|Coimbatore;Gujarat=Surat;West Bengal=Kolkata'),
    ('APAC', 'Central Asia', 'IN', 'Bangladesh', 8, 0, 'Dhaka=Dhaka|Narayanganj;Chittagong=Chittagong;Khulna=Khulna'),
    ('EMEA', 'EMEA', 'TU', 'Turkey', 27, 2, 'Istanbul=İstanbul;Ankara=Ankara;İzmir=İzmir;Konya=Konya;Eskişehir=Eskişehir'),
    ('EMEA', 'EMEA', 'IR', 'Iran', 12, 0, 'Tehran=Tehran|Eslamshahr;Fars=Shiraz;Esfahan=Esfahan'),
    ('EMEA', 'EMEA', 'IZ', 'Iraq', 8, 0, 'Baghdad=Baghdad;Basra=Basra;Arbil=Arbil'),
    ('EMEA', 'EMEA', 'RS', 'Russia', 8, 0, 'Moscow=Moscow|Khimki;Saint Petersburg=Saint Petersburg;Tatarstan=Kazan;Samara=Samara'),
    ('EMEA', 'EMEA', 'UP', 'Ukraine', 8, 0, 'Kyiv=Kyiv;Odessa=Odessa;Lviv=Lviv;Kharkiv=Kharkiv'),
    ('EMEA', 'EMEA', 'SA', 'Saudi Arabia', 8, 0, 'Riyadh=Riyadh;Makkah=Jeddah|Mecca;Ash Sharqiyah=Dammam'),
    ('EMEA', 'EMEA', 'PL', 'Poland', 6, 0, 'Mazovia=Warsaw|Płock;Lesser Poland=Kraków;Łódź=Łódź;Lower Silesia=Wrocław'),
    ('EMEA', 'EMEA', 'RO', 'Romania', 5, 0, 'Bucharest=Bucharest;Cluj=Cluj-Napoca;Iași=Iași;Timiș=Timișoara'),
    ('EMEA', 'EMEA', 'HU', 'Hungary', 4, 0, 'Budapest=Budapest;Csongrád=Szeged;Baranya=Pécs;Győr-Moson-Sopron=Győr'),
    ('Africa', 'Africa', 'NI', 'Nigeria', 19, 2, 'Lagos=Lagos;Kano=Kano;Oyo=Ibadan|Ogbomosho;Kaduna=Kaduna|Zaria;Edo=Benin City'),
    ('Africa', 'Africa', 'EG', 'Egypt', 12, 0, 'Cairo=Cairo;Alexandria=Alexandria;Giza=Giza;Suez=Suez'),
    ('Africa', 'Africa', 'SF', 'South Africa', 12, 0, 'Gauteng=Johannesburg|Pretoria;KwaZulu-Natal=Durban;Western Cape=Cape Town'),
    ('Africa', 'Africa', 'MO', 'Morocco', 11, 0, 'Grand Casablanca=Casablanca;Rabat-Salé=Rabat|Salé;Fès=Fès;Tangier=Tangier'),
    ('Africa', 'Africa', 'CG', 'Democratic Republic of the Congo', 9, 0, 'Kinshasa=Kinshasa;Katanga=Lubumbashi|Likasi;Kasaï=Kananga'),
    ('Africa', 'Africa', 'IV', 'Côte d''Ivoire', 5, 0, 'Lagunes=Abidjan;Vallée du Bandama=Bouaké;Haut-Sassandra=Daloa'),
    ('Africa', 'Africa', 'KE', 'Kenya', 6, 0, 'Nairobi=Nairobi;Coast=Mombasa;Nyanza=Kisumu'),
    ('Africa', 'Africa', 'TZ', 'Tanzania', 5, 1, 'Dar es Salaam=Dar es Salaam;Mwanza=Mwanza;Arusha=Arusha'),
    ('Africa', 'Africa', 'ZI', 'Zimbabwe', 4, 2, 'Harare=Harare|Chitungwiza;Bulawayo=Bulawayo')
) AS a(market, region, code, country, weight, policy, states);

CREATE TABLE city AS
SELECT area, row_number() OVER (PARTITION BY area ORDER BY state, town) - 1 AS city, count(*) OVER (PARTITION BY area) AS n_cities,
       state, regexp_replace(town, ' [0-9]{5}$', '') AS town, nullif(regexp_extract(town, '[0-9]{5}$'), '') AS postal_code
FROM (SELECT area, split_part(part, '=', 1) AS state, unnest(string_split(split_part(part, '=', 2), '|')) AS town
      FROM (SELECT area, unnest(string_split(states, ';')) AS part FROM area));

-- An area stands as often as it weighs.
CREATE TABLE area_slot AS
SELECT row_number() OVER (ORDER BY area, i) - 1 AS slot, area, (SELECT count(*) FROM city WHERE city.area = a.area) AS n_cities
FROM (SELECT area, unnest(range(weight)) AS i FROM area) AS a;
SET VARIABLE n_slots = (SELECT count(*) FROM area_slot);

-- ---- what is sold ---------------------------------------------------------------------------------------------------------

-- weight: how many of the products; low and high: list price in cents; margin: in thousandths of it
CREATE TABLE kind AS
SELECT row_number() OVER (ORDER BY category, name) - 1 AS kind, *
FROM (VALUES
    ('Furniture', 'FUR', 'Bookcases', 'BO', 5, 5800, 52000, 290, 'Corner Shelving|Classic Bookcase|Library with Doors|Stackable Bookrack|Floating Shelf Set'),
    ('Furniture', 'FUR', 'Chairs', 'CH', 7, 3000, 56000, 300, 'Executive Leather Armchair|Swivel Stool|Bag Chairs|Rocking Chair|Steel Folding Chair|Task Chair'),
    ('Furniture', 'FUR', 'Furnishings', 'FU', 8, 300, 15000, 340, 'Clock|Door Stop|Frame|Light Bulb|Desk Lamp|Wall Mirror|Stacking Tray'),
    ('Furniture', 'FUR', 'Tables', 'TA', 2, 9000, 95000, 220, 'Conference Table|Coffee Table|Round Table|Computer Table|Training Table'),
    ('Office Supplies', 'OFF', 'Appliances', 'AP', 4, 900, 58000, 330, 'Blender|Coffee Grinder|Microwave|Refrigerator|Stove|Toaster|Vacuum'),
    ('Office Supplies', 'OFF', 'Art', 'AR', 10, 250, 5800, 350, 'Canvas|Highlighters|Markers|Pencil Sharpener|Pens|Sketch Pad|Water Colors'),
    ('Office Supplies', 'OFF', 'Binders', 'BI', 12, 280, 5200, 400, 'Binder|Binder Covers|Binding Machine|Hole Reinforcements|Index Tab|3-Hole Punch'),
    ('Office Supplies', 'OFF', 'Envelopes', 'EN', 5, 500, 6000, 420, 'Clasp Envelope|Interoffice Envelope|Mailers|Peel and Seal|Business Envelopes'),
    ('Office Supplies', 'OFF', 'Fasteners', 'FA', 5, 300, 2000, 380, 'Clamps|Paper Clips|Push Pins|Rubber Bands|Staples|Thumb Tacks'),
    ('Office Supplies', 'OFF', 'Labels', 'LA', 5, 280, 1500, 430, 'Color Coded Labels|File Folder Labels|Legal Exhibit Labels|Removable Labels|Round Labels'),
    ('Office Supplies', 'OFF', 'Paper', 'PA', 7, 420, 5600, 430, 'Cards & Envelopes|Computer Printout Paper|Memo Slips|Message Books|Note Cards|Parchment Paper'),
    ('Office Supplies', 'OFF', 'Storage', 'ST', 10, 900, 23000, 260, 'Box|File Cart|Folders|Lockers|Shelving|Trays'),
    ('Office Supplies', 'OFF', 'Supplies', 'SU', 5, 400, 5500, 300, 'Box Cutter|Letter Opener|Ruler|Scissors|Shears|Trimmer'),
    ('Technology', 'TEC', 'Accessories', 'AC', 6, 1500, 22000, 330, 'Flash Drive|Keyboard|Memory Card|Mouse|Numeric Keypad|Router|Headset'),
    ('Technology', 'TEC', 'Copiers', 'CO', 4, 9000, 62000, 350, 'Copy Machine|Fax and Copier|Ink Copier|Personal Copier|Wireless Fax'),
    ('Technology', 'TEC', 'Machines', 'MA', 3, 4000, 140000, 280, 'Calculator|Card Printer|Inkjet|Phone Stand|Receipt Printer|Large Format Printer'),
    ('Technology', 'TEC', 'Phones', 'PH', 7, 2000, 64000, 310, 'Audio Dock|Headset|Office Telephone|Signal Booster|Smart Phone|Speaker Phone')
) AS k(category, category_code, name, code, weight, low, high, margin, items);
CREATE TABLE kind_slot AS
SELECT row_number() OVER (ORDER BY kind, i) - 1 AS slot, kind FROM (SELECT kind, unnest(range(weight)) AS i FROM kind);
SET VARIABLE n_kind_slots = (SELECT count(*) FROM kind_slot);

-- 134 for every 320 orders. Each 24th has the id of the one before it and another variant in its name.
CREATE TABLE product AS
SELECT n, k.category, k.name AS subcategory,
       k.category_code || '-' || k.code || '-1' || lpad((of_id * 7368787 % 10000000)::VARCHAR, 7, '0') AS id,
       CASE WHEN pick(n, 24, 40) = 0 THEN replace(words, ' ', chr(160)) ELSE words END AS name,
       k.low + (k.high - k.low) * (u * u * u) // 1000000000 AS price, k.margin + pick(n, 26, 161) - 80 AS margin
FROM (SELECT n, of_id, s.kind, pick(n, 25, 1001) AS u,
             pick_of(n, 21, ['Norvale', 'Quillon', 'Tessaro', 'Brightmoor', 'Kadwell', 'Fenn & Harrow', 'Vantor', 'Lumeris', 'Halvard',
                             'Ferrow', 'Mirabel', 'Ostrel', 'Plinth', 'Rookwood', 'Söderby', 'Trevik', 'Umbra Works', 'Velluto',
                             'Wexcombe', 'Yarrow', 'Zellner', 'Éclat', 'Orbis', 'Cardew'])
             || ' ' || pick_of(of_id, 22, string_split(k.items, '|')) || ', '
             || ['Black', 'White', 'Blue', 'Recycled', 'Pack of 12', '24" Wide', '48" x 30", Oak', 'Set of Three', 'Durable',
                 'Adjustable', 'Café Brown', 'Small "Pro", Red'][(pick(of_id, 23, 12) + n - of_id) % 12 + 1] AS words
      FROM (SELECT n, n - (n % 24 = 23)::BIGINT AS of_id
            FROM range((getvariable('n_orders') + 319) // 320 * 134) AS r(n)) AS r
      JOIN kind_slot AS s ON s.slot = pick(of_id, 20, getvariable('n_kind_slots'))
      JOIN kind AS k USING (kind)) AS p
JOIN kind AS k USING (kind);

-- ---- who buys -------------------------------------------------------------------------------------------------------------

-- 20 for every 320 orders.
CREATE TABLE customer AS
SELECT n, first[1] || last[1] || '-' || (10000 + n) AS id, first || ' ' || last AS name,
       CASE WHEN draw < 52 THEN 'Consumer' WHEN draw < 82 THEN 'Corporate' ELSE 'Home Office' END AS segment
FROM (SELECT n, pick(n, 42, 100) AS draw,
             pick_of(n, 40, ['Ada', 'Bo', 'Carla', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jürgen', 'Kofi', 'Lena', 'Mei',
                             'Nils', 'Olga', 'Paul', 'Quinn', 'Rosa', 'Sunil', 'Tara', 'Uri', 'Vera', 'Wim', 'Xenia', 'Yusuf', 'Zoë',
                             'Chloé', 'Søren', 'Łucja', 'Ángel']) AS first,
             pick_of(n, 41, ['Aldermoor', 'Brennick', 'Castellune', 'Dvořanek', 'Estermont', 'Fallowby', 'Gantry', 'Hollander-Voss',
                             'Ilverton', 'Jarrowgate', 'Kestrelby', 'Lindqvar', 'Müllenbach', 'Nightrose', 'O''Marrow', 'Pemberlow',
                             'Quarrington', 'Rivenhall', 'Sandoval-Reyk', 'Thornquist', 'Ulverstan', 'Vasquellan', 'Whitlocke',
                             'Xanthis', 'Yarborn', 'Zielonka', 'Ågestrand', 'Çaylan', 'Nuñedo', 'D''Argenson', 'Merriwind', 'Tolland',
                             'Bexfield', 'Corwyn', 'Dunmarsh', 'Everstad', 'Farrowell', 'Grimsbane', 'Hartsong', 'Islebrook']) AS last
      FROM range((getvariable('n_orders') + 319) // 320 * 20) AS r(n)) AS c;

-- ---- orders ---------------------------------------------------------------------------------------------------------------

-- One or two of 38 orders have the id, and so year and country, of the one before (of_id), and customers of their own.
-- Three of four are of a customer of the same 320 orders, the others of any before.
CREATE TABLE "order" AS
SELECT o.n, o.of_id, o.customer, a.market, a.region, a.country, a.policy, c.state, c.town, c.postal_code, o.date, o.mode,
       a.code || '-' || year(o.date) || '-'
           || (o.of_id // 900000 * 1000000 + 100000 + (o.of_id * 386417 + getvariable('seed')) % 900000) AS id,
       o.date + CASE o.mode WHEN 'Same Day' THEN (pick(o.n, 61, 25) = 0)::INTEGER
                            WHEN 'First Class' THEN 1 + pick(o.n, 61, 3)::INTEGER
                            WHEN 'Second Class' THEN 2 + pick(o.n, 61, 4)::INTEGER
                            ELSE 4 + pick(o.n, 61, 4)::INTEGER END AS ship_date,
       CASE WHEN pick(o.n, 62, 100) >= 92 THEN CASE o.mode WHEN 'Standard Class' THEN 'Low' ELSE 'Critical' END
            WHEN pick(o.n, 62, 100) >= 61 THEN 'High' ELSE 'Medium' END AS priority
FROM (SELECT n, of_id, block * 20 + (seat + n - of_id) % 20 AS customer, n_cities, area,
             CASE WHEN isodow(day) = 7 AND day(day) > 5 THEN day - pick(n, 57, 6)::INTEGER ELSE day END AS date,
             pick_of(n, 60, ['Same Day', 'First Class', 'First Class', 'First Class', 'Second Class', 'Second Class', 'Second Class',
                             'Second Class', 'Standard Class', 'Standard Class', 'Standard Class', 'Standard Class', 'Standard Class',
                             'Standard Class', 'Standard Class', 'Standard Class', 'Standard Class', 'Standard Class',
                             'Standard Class', 'Standard Class']) AS mode
      FROM (SELECT n, of_id, block, seat,
                   CASE WHEN pick(of_id, 53, 5) = 0 THEN pick(of_id, 54, getvariable('n_slots'))
                        ELSE pick(block * 20 + seat, 43, getvariable('n_slots')) END AS slot,
                   month + pick(n, 56, day(last_day(month)))::INTEGER AS day
            FROM (SELECT n, of_id, pick(of_id, 52, 20) AS seat,
                         CASE WHEN pick(of_id, 50, 4) > 0 THEN of_id // 320 ELSE pick(of_id, 51, of_id // 320 + 1) END AS block,
                         make_date(pick_of(of_id, 55, [2011, 2011, 2011, 2011, 2011, 2011, 2011, 2012, 2012, 2012, 2012, 2012, 2012,
                                                       2012, 2012, 2012, 2013, 2013, 2013, 2013, 2013, 2013, 2013, 2013, 2013, 2013,
                                                       2013, 2014, 2014, 2014, 2014, 2014, 2014, 2014, 2014, 2014, 2014, 2014, 2014,
                                                       2014]),
                                   pick_of(n, 58, [1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 8, 8, 8, 8, 8, 9, 9, 9, 9,
                                                   9, 10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 12, 12, 12, 12, 12, 12]), 1) AS month
                  FROM (SELECT n, n - CASE WHEN n % 380 = 379 THEN 2 WHEN n % 380 = 378 OR n % 38 = 37 THEN 1 ELSE 0 END AS of_id
                        FROM range(getvariable('n_orders')) AS r(n)))) AS o
      JOIN area_slot USING (slot)) AS o
JOIN area AS a USING (area)
JOIN city AS c ON c.area = o.area AND c.city = pick(o.n, 59, o.n_cities);

-- ---- what is handed over --------------------------------------------------------------------------------------------------

-- Order n has as many lines as bits change from n to n + 1 (half of them one, a quarter two, …): so 2n less the bits of n lines
-- stand before it, and a line's number follows from its order's. One of 400 later lines repeats the one before it.
CREATE VIEW orders AS
SELECT line + 1 AS "Row ID", o.id AS "Order ID", strftime(o.date, '%d-%m-%Y') AS "Order Date",
       strftime(o.ship_date, '%d-%m-%Y') AS "Ship Date", o.mode AS "Ship Mode", c.id AS "Customer ID", c.name AS "Customer Name",
       c.segment AS "Segment", o.town AS "City", o.state AS "State", o.country AS "Country", o.postal_code AS "Postal Code",
       o.market AS "Market", o.region AS "Region", p.id AS "Product ID", p.category AS "Category", p.subcategory AS "Sub-Category",
       p.name AS "Product Name", hundred_thousandths(p.price * quantity * (1000 - cut)) AS "Sales", quantity AS "Quantity",
       cut * 0.001::DECIMAL(4, 3) AS "Discount", hundred_thousandths(p.price * quantity * (p.margin - cut)) AS "Profit",
       (p.price * quantity * (1000 - cut) * (30 + pick(line, 76, 90) + CASE o.mode WHEN 'Standard Class' THEN 0 ELSE 60 END)
           // 1000000)::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2) AS "Shipping Cost",
       o.priority AS "Order Priority"
FROM (SELECT o.*, line, CASE WHEN pick(like_line, 70, 5) < 3 THEN n // 320 * 134 + pick(like_line, 71, 134)
                             ELSE pick(like_line, 72, (n // 320 + 1) * 134) END AS product,
             pick_of(like_line, 73, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9, 10, 14])
                 AS quantity,
             CASE policy WHEN 0 THEN pick_of(like_line, 74, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200, 2])
                         WHEN 1 THEN pick_of(like_line, 74, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 100, 150, 200, 200, 200, 400, 500])
                         ELSE pick_of(like_line, 74, [0, 0, 0, 170, 200, 200, 270, 400, 400, 470, 500, 600, 600, 700, 700, 800]) END
                 AS cut
      FROM (SELECT *, line - (i > 0 AND pick(line, 75, 400) = 0)::BIGINT AS like_line
            FROM (SELECT *, 2 * n - bit_count(n) + i AS line
                  FROM (SELECT *, unnest(range(bit_count(xor(n, n + 1)))) AS i FROM "order"))) AS o) AS o
JOIN product AS p ON p.n = o.product
JOIN customer AS c ON c.n = o.customer;

-- One of 90 ids, and of the ids of three orders each fourth for certain.
CREATE VIEW returns AS
SELECT 'Yes' AS "Returned", id AS "Order ID", region AS "Region"
FROM "order" WHERE n = of_id AND (pick(n, 80, 90) = 0 OR n % 1520 = 377);

CREATE TABLE people AS
SELECT * FROM (VALUES
    ('Astrid Velmoor', 'West'), ('Benedikt Osterhal', 'East'), ('Carmen Ruivares', 'Central'), ('Dov Harrowind', 'South'),
    ('Edda Nørgaven', 'North'), ('Femi Adekanle', 'Africa'), ('Gül Saracan', 'EMEA'), ('Hana Kitamoro', 'North Asia'),
    ('Ishaan Verdekar', 'Central Asia'), ('Jolanda Tuimoa', 'Oceania'), ('Kasem Phrayut', 'Southeast Asia')
) AS p("Person", "Region");
