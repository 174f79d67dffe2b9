/* What is PostgreSQL's alone: addresses, lost connections, its own types, and what it cannot hold. Skipped where it is not installed. */
#include "engine_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>

static ErrCode try_url(Fixture *f, const char *url) {
    EngineConfig config = {.url = url};
    EngineDb *db = NULL;
    ErrCode code = engine_open(&f->ctx, f->registry, &ENGINE_POSTGRES, &config, &db, &f->err);
    engine_close(db);
    return code;
}

static void assert_no_secret(const Fixture *f) {
    assert_null(strstr(f->err.message, "s3cret"));
    assert_null(strstr(f->err.detail, "s3cret"));
}

/* The server's address with more behind it. */
static const char *url_with(Fixture *f, const char *more) {
    return arena_printf(f->arena, "%s %s", postgres_server(), more).p;
}

/* ---- connecting ------------------------------------------------------------------------------------------------------ */

TEST(what_can_be_wrong_with_an_address) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    FAILS(&f, ERR_INVALID, try_url(&f, NULL));
    FAILS(&f, ERR_INVALID, try_url(&f, "postgresql://me:s3cret@host:no:port/db?what=s3cret"));
    assert_no_secret(&f);
    FAILS(&f, ERR_INVALID, try_url(&f, "host=a password=s3cret s3cret"));
    assert_no_secret(&f);
    FAILS(&f, ERR_INVALID, try_url(&f, "dbname=postgresql://me:s3cret@host/db"));
    assert_no_secret(&f);
    FAILS(&f, ERR_IO, try_url(&f, "postgresql://me:s3cret@127.0.0.1:1/shop"));
    assert_no_secret(&f);
    assert_non_null(strstr(f.err.message, "database 'shop' on '127.0.0.1', port 1"));
    FAILS(&f, ERR_NOT_FOUND, try_url(&f, url_with(&f, "dbname=nowhere password=s3cret")));
    assert_no_secret(&f);
    assert_non_null(strstr(f.err.message, "'nowhere'"));
    FAILS(&f, ERR_DENIED, try_url(&f, url_with(&f, "user=nobody_known password=s3cret")));
    assert_no_secret(&f);
    OK(&f, run(&f, "ALTER DATABASE postgres CONNECTION LIMIT 0"));
    OK(&f, run(&f, "CREATE ROLE guest LOGIN"));
    FAILS(&f, ERR_BUSY, try_url(&f, url_with(&f, "user=guest")));
    OK(&f, run(&f, "ALTER DATABASE postgres CONNECTION LIMIT -1"));
    OK(&f, try_url(&f, url_with(&f, "user=guest")));
    OK(&f, run(&f, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"));
    FAILS(&f, ERR_UNSUPPORTED, try_url(&f, url_with(&f, "dbname=latin")));
    assert_non_null(strstr(f.err.message, "LATIN1"));
    OK(&f, run(&f, "DROP ROLE guest"));
    fixture_free(&f);
}

/* Takes connections and never says anything. */
static int silent_server(int *ret_port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

TEST(a_server_that_says_nothing) {
    Fixture f;
    int port = 0, fd = silent_server(&port);
    fixture_init(&f, &ENGINE_POSTGRES);
    const char *url = arena_printf(f.arena, "host=127.0.0.1 port=%d dbname=shop connect_timeout=1", port).p;
    f.ctx.deadline_us = now_us() + 50000;
    FAILS(&f, ERR_TIMEOUT, try_url(&f, url));
    assert_true(now_us() - f.ctx.deadline_us < 500000);
    f.ctx.deadline_us = 0;
    int64_t start_us = now_us();
    FAILS(&f, ERR_IO, try_url(&f, url));
    assert_true(now_us() - start_us >= 900000 && now_us() - start_us < 5000000);
    close(fd);
    fixture_free(&f);
}

static void assert_setting(Fixture *f, const char *name, const char *wanted) {
    Str text = str_of(name);
    Value value;
    Value param = value_text(text);
    OK(f, engine_valuef(&f->ctx, f->conn, &value, &f->err, "SELECT current_setting(%V)", &param));
    if (!str_eq(value.s, str_of(wanted))) fail_msg("%s is %.*s", name, STR_ARG(value.s));
}

TEST(every_session_has_our_settings) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Tokyo''', current_database()); "
                   "EXECUTE format('ALTER DATABASE %I SET DateStyle = ''German''', current_database()); "
                   "EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''1ms''', current_database()); END $$"));
    fixture_close(&f);
    fixture_open(&f);
    assert_setting(&f, "TimeZone", "UTC");
    assert_setting(&f, "DateStyle", "ISO, YMD");
    assert_setting(&f, "client_encoding", "UTF8");
    assert_setting(&f, "statement_timeout", "0");
    assert_setting(&f, "application_name", "starling");
    OK(&f, engine_begin(&f.ctx, f.conn, false, &f.err));
    assert_setting(&f, "transaction_isolation", "repeatable read");
    assert_setting(&f, "transaction_read_only", "on");
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    assert_setting(&f, "transaction_isolation", "repeatable read");
    assert_setting(&f, "transaction_read_only", "off");
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    fixture_close(&f);
    EngineConfig config = fixture_config(&f); /* who may only read begins no transaction that writes */
    config.is_read_only = true;
    OK(&f, engine_open(&f.ctx, f.registry, f.engine, &config, &f.db, &f.err));
    OK(&f, engine_connect(&f.ctx, f.db, &f.conn, &f.err));
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    FAILS(&f, ERR_CONFLICT, run(&f, "CREATE TABLE t (i INTEGER)"));
    engine_rollback(f.conn);
    fixture_free(&f);
}

/* Ends the connection's server process from another connection. */
static void kill_session(Fixture *f) {
    int64_t pid = count(f, "SELECT pg_backend_pid()");
    EngineConn *other = NULL;
    Value value;
    OK(f, engine_connect(&f->ctx, f->db, &other, &f->err));
    OK(f, engine_valuef(&f->ctx, other, &value, &f->err, "SELECT pg_terminate_backend(%d, 5000)", pid));
    assert_true(value.b);
    engine_disconnect(other);
}

TEST(a_lost_connection_says_so) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "CREATE TABLE t (i INTEGER)"));
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, run(&f, "INSERT INTO t VALUES (1)"));
    kill_session(&f);
    FAILS(&f, ERR_IO, run(&f, "INSERT INTO t VALUES (2)"));
    assert_non_null(strstr(f.err.message, "connect again"));
    engine_rollback(f.conn);
    FAILS(&f, ERR_IO, run(&f, "INSERT INTO t VALUES (3)"));
    SqlText sql = {.text = S("SELECT 1")};
    Value value;
    FAILS(&f, ERR_IO, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
    FAILS(&f, ERR_IO, engine_begin(&f.ctx, f.conn, true, &f.err));
    fixture_close(&f);
    fixture_open(&f);
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 0);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err)); /* while it is committed: nobody knows */
    OK(&f, run(&f, "INSERT INTO t VALUES (4)"));
    kill_session(&f);
    FAILS(&f, ERR_IO, engine_commit(&f.ctx, f.conn, &f.err));
    assert_non_null(strstr(f.err.message, "look whether"));
    fixture_close(&f);
    fixture_open(&f);
    const Str names[] = {S("i")};
    EngineAppender *appender = NULL;
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err)); /* and in an append */
    OK(&f, engine_append_open(&f.ctx, f.conn, sql_relation_table(f.arena, S(""), S("t")), names, 1, &appender, &f.err));
    kill_session(&f);
    BatchBuilder *builder = batch_builder_new(f.arena, 1, names, &TYPE(TYPE_INT64), 8);
    batch_builder_set(builder, 0, value_int(5));
    batch_builder_next_row(builder);
    FAILS(&f, ERR_IO, engine_append(appender, batch_builder_batch(builder), &f.err));
    engine_append_abort(appender);
    fixture_free(&f);
}

/* ---- types ----------------------------------------------------------------------------------------------------------- */

static void assert_cell(Fixture *f, const char *text, Value wanted) {
    SqlText sql = {.text = str_of(text)};
    Value value;
    OK(f, engine_value(&f->ctx, f->conn, &sql, &value, &f->err));
    if (!type_eq(value.type, wanted.type) || !value_eq(value, wanted))
        fail_msg("%s: differs (kind %d, scale %d)", text, value.type.kind, value.type.scale);
}

TEST(types_of_its_own) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "CREATE TYPE mood AS ENUM ('sad', 'happy')"));
    OK(&f, run(&f, "CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0)"));
    OK(&f, run(&f, "CREATE TABLE n (a NUMERIC, b NUMERIC(5,2), c NUMERIC(4,-2), e NUMERIC(2,4), w NUMERIC(60,10))"));
    OK(&f, run(&f, "INSERT INTO n VALUES (1, -123.45, 1234, 0.0012, 12345678901234567890.5), (2.125, 1, 5, 0, 0)"));
    assert_cell(&f, "SELECT 5::smallint", value_int(5));
    assert_cell(&f, "SELECT -5::integer", value_int(-5));
    assert_cell(&f, "SELECT 7::cents", value_int(7));
    assert_cell(&f, "SELECT 1.5::real", value_float(1.5));
    assert_cell(&f, "SELECT 'x'::char(3)", value_text(S("x  ")));
    assert_cell(&f, "SELECT 'x'::varchar(3)", value_text(S("x")));
    assert_cell(&f, "SELECT 'x'::name", value_text(S("x")));
    assert_cell(&f, "SELECT TIMESTAMPTZ '2014-01-01 02:00:00+02'", value_timestamp(1388534400000000));
    assert_cell(&f, "SELECT '{\"b\": 1, \"a\": 2}'::jsonb", value_json(S("{\"a\": 2, \"b\": 1}")));
    assert_cell(&f, "SELECT b FROM n", value_decimal(-12345, 5, 2));
    assert_cell(&f, "SELECT c FROM n", value_decimal(1200, 6, 0));
    assert_cell(&f, "SELECT e FROM n", value_decimal(12, 4, 4));
    assert_cell(&f, "SELECT w FROM n", value_decimal((Int128)1234567890123456789 * 100000000000 + 5000000000, 38, 10));
    assert_cell(&f, "SELECT a FROM n", value_decimal(1000, 38, 3)); /* the second row has three digits */
    assert_cell(&f, "SELECT sum(a) FROM n", value_decimal(3125, 38, 3));
    assert_cell(&f, "SELECT 1 WHERE false", value_null(TYPE(TYPE_NULL)));
    assert_cell(&f, "SELECT CAST(NULL AS date)", value_null(TYPE(TYPE_DATE)));
    /* Others as text, and whatever stands beside them as well. */
    assert_cell(&f, "SELECT 'happy'::mood", value_text(S("happy")));
    assert_cell(&f, "SELECT ARRAY[1, 2]", value_text(S("{1,2}")));
    assert_cell(&f, "SELECT '\\xAA'::bytea", value_text(S("\\xaa")));
    assert_cell(&f, "SELECT INTERVAL '1 day'", value_text(S("1 day")));
    assert_cell(&f, "SELECT '00000000-0000-0000-0000-000000000001'::uuid",
                value_text(S("00000000-0000-0000-0000-000000000001")));
    fixture_free(&f);
}

TEST(everything_beside_a_type_that_is_not_known) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    EngineStream *stream = query(
        &f,
        "SELECT TIME '10:00' AS t, true AS b, false AS b2, 5::smallint AS i, 2.50::numeric(5,2) AS d, 1.25 AS n, "
        "'-Infinity'::float8 AS f, 0.1::float8 AS g, DATE '2014-03-07' AS day, TIMESTAMPTZ '2014-03-07 10:20:30.5Z' AS z, "
        "TIMESTAMP '2014-03-07 10:20:30' AS m, '[1]'::json AS j, NULL::bigint AS o, 'x' AS s");
    const Batch *batch = NULL;
    OK(&f, engine_stream_next(stream, &batch, &f.err));
    Str row = S("");
    for (size_t i = 0; i < batch->n_columns; i++) {
        Str text = value_print(f.arena, column_value(&batch->columns[i], 0));
        row = arena_printf(f.arena, "%.*s|%.*s", STR_ARG(row), STR_ARG(text));
    }
    assert_string_equal(row.p, "|10:00:00|true|false|5|2.50|1.25|-inf|0.1|2014-03-07|2014-03-07T10:20:30.5Z|"
                               "2014-03-07T10:20:30Z|[1]||x");
    engine_stream_close(stream);
    fixture_free(&f);
}

TEST(values_that_do_not_fit) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    const char *outside[] = {"SELECT 'infinity'::date AS odd",
                             "SELECT '-infinity'::timestamp AS odd",
                             "SELECT DATE '10000-01-01' AS odd",
                             "SELECT DATE '0044-03-15 BC' AS odd",
                             "SELECT TIMESTAMP '0044-03-15 BC' AS odd, TIME '10:00'",
                             "SELECT 'NaN'::numeric AS odd",
                             "SELECT 'Infinity'::numeric AS odd",
                             "SELECT 1e38::numeric AS odd",
                             "SELECT CASE WHEN i = 100 THEN 1.25 ELSE i END AS odd FROM generate_series(0, 100) r(i)"};
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        SqlText sql = {.text = str_of(outside[i])};
        Value value;
        FAILS(&f, ERR_DATA, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
        assert_non_null(strstr(f.err.message, "'odd'"));
    }
    const Type stated[] = {TYPE_DEC(4, 1)};
    SqlText sql = {.text = S("SELECT 123.45"), .types = stated, .n_types = 1};
    Value value;
    FAILS(&f, ERR_DATA, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
    sql.text = S("SELECT 123.500");
    OK(&f, engine_value(&f.ctx, f.conn, &sql, &value, &f.err));
    assert_true(value_eq(value, value_decimal(1235, 4, 1)));
    fixture_free(&f);
}

/* Every length and scale of numbers, as the server prints and reads them. */
TEST(numerics_are_what_the_server_says) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    uint64_t seed = 12345;
    for (int i = 0; i < 400; i++) {
        int precision = 1 + i % 38, scale = i * 7 % (precision + 1);
        Int128 number = 0;
        for (int k = 0; k < precision; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            number = number * 10 + (i % 5 && (seed >> 33) % 3 ? 0 : (int)((seed >> 40) % 10)); /* many zeros */
        }
        Value value = value_decimal(i % 2 ? -number : number, precision, scale), text;
        OK(&f, engine_valuef(&f.ctx, f.conn, &text, &f.err, "SELECT CAST(%V AS text)", &value));
        assert_true(str_eq(text.s, value_print(f.arena, value)));
        Value read;
        OK(&f, engine_valuef(&f.ctx, f.conn, &read, &f.err, "SELECT CAST(CAST(%V AS text) AS %T)", &text, &value.type));
        assert_true(type_eq(read.type, value.type) && value_eq(read, value));
    }
    fixture_free(&f);
}

TEST(what_it_cannot_hold) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    Value nul = value_text(S("a\0b")), value;
    FAILS(&f, ERR_DATA, engine_valuef(&f.ctx, f.conn, &value, &f.err, "SELECT %V", &nul));
    assert_non_null(strstr(f.err.message, "NUL"));
    OK(&f, run(&f, "CREATE TABLE t (s TEXT, n NUMERIC, u UUID)"));
    const Str s[] = {S("s")}, n[] = {S("n")}, u[] = {S("u")};
    const SqlRelation *table = sql_relation_table(f.arena, S("public"), S("t"));
    BatchBuilder *builder = batch_builder_new(f.arena, 1, s, &nul.type, 8);
    batch_builder_set(builder, 0, nul);
    batch_builder_next_row(builder);
    EngineAppender *appender = NULL;
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, engine_append_open(&f.ctx, f.conn, table, s, 1, &appender, &f.err));
    FAILS(&f, ERR_DATA, engine_append(appender, batch_builder_batch(builder), &f.err));
    assert_non_null(strstr(f.err.message, "Column 's' of table 't'"));
    assert_non_null(strstr(f.err.message, "row 1 holds a NUL"));
    engine_append_abort(appender);
    engine_rollback(f.conn);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    FAILS(&f, ERR_UNSUPPORTED, engine_append_open(&f.ctx, f.conn, table, u, 1, &appender, &f.err));
    engine_rollback(f.conn);
    /* A numeric without digits takes any. */
    Value wide = value_decimal(-1, 38, 30);
    builder = batch_builder_new(f.arena, 1, n, &wide.type, 8);
    batch_builder_set(builder, 0, wide);
    batch_builder_next_row(builder);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, engine_append_open(&f.ctx, f.conn, table, n, 1, &appender, &f.err));
    OK(&f, engine_append(appender, batch_builder_batch(builder), &f.err));
    OK(&f, engine_append_close(appender, &f.err));
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    assert_cell(&f, "SELECT n::text FROM t", value_text(S("-0.000000000000000000000000000001")));
    /* A name it would cut. */
    const Str name = S("a_name_that_is_longer_than_the_sixty_three_bytes_that_postgres_keeps");
    FAILS(&f, ERR_INVALID, engine_execf(&f.ctx, f.conn, NULL, &f.err, "CREATE TABLE %I (i int)", &name));
    fixture_free(&f);
}

/* ---- statements ------------------------------------------------------------------------------------------------------ */

TEST(bulk_statements_are_refused_and_leave_the_connection_whole) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "CREATE TABLE t AS SELECT generate_series(1, 1000) i"));
    FAILS(&f, ERR_INTERNAL, run(&f, "COPY t TO STDOUT"));
    FAILS(&f, ERR_INTERNAL, run(&f, "COPY t FROM STDIN"));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1000);
    OK(&f, run(&f, "CREATE ROLE clerk"));
    OK(&f, run(&f, "SET ROLE clerk"));
    FAILS(&f, ERR_DENIED, run(&f, "DELETE FROM t"));
    OK(&f, run(&f, "RESET ROLE"));
    OK(&f, run(&f, "DROP ROLE clerk"));
    OK(&f, run(&f, "CREATE TABLE p (i INTEGER PRIMARY KEY)"));
    OK(&f, run(&f, "CREATE TABLE c (i INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED)"));
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, run(&f, "INSERT INTO c VALUES (1)"));
    FAILS(&f, ERR_DATA, engine_commit(&f.ctx, f.conn, &f.err)); /* found only by COMMIT */
    assert_int_equal(count(&f, "SELECT count(*) FROM c"), 0);
    fixture_free(&f);
}

/* A stream given up is cancelled, unless that would spoil a transaction or undo what the statement did. */
TEST(a_long_stream_given_up) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    int64_t start_us = now_us();
    engine_stream_close(query(&f, "SELECT generate_series(1, 100000000000)"));
    assert_true(now_us() - start_us < 1000000);
    OK(&f, run(&f, "CREATE TABLE t (i BIGINT)"));
    engine_stream_close(query(&f, "INSERT INTO t SELECT generate_series(1, 300000) RETURNING i"));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 300000);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, run(&f, "INSERT INTO t VALUES (0)"));
    engine_stream_close(query(&f, "SELECT i FROM t"));
    OK(&f, engine_commit(&f.ctx, f.conn, &f.err));
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 300001);
    OK(&f, engine_begin(&f.ctx, f.conn, true,
                        &f.err)); /* without end it is cancelled all the same, and the transaction says so */
    EngineStream *stream = query(&f, "SELECT generate_series(1, 100000000000)");
    f.ctx.deadline_us = now_us() + 100000;
    engine_stream_close(stream);
    f.ctx.deadline_us = 0;
    FAILS(&f, ERR_CONFLICT, engine_commit(&f.ctx, f.conn, &f.err));
    fixture_free(&f);
}

/* Rows that wait for another's transaction are given up in time. */
TEST(an_append_that_waits_is_stopped) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "CREATE TABLE t (i BIGINT PRIMARY KEY)"));
    EngineConn *other = NULL;
    OK(&f, engine_connect(&f.ctx, f.db, &other, &f.err));
    SqlText insert = {.text = S("INSERT INTO t VALUES (1)")};
    OK(&f, engine_begin(&f.ctx, other, true, &f.err));
    OK(&f, engine_exec(&f.ctx, other, &insert, NULL, &f.err));
    const Str names[] = {S("i")};
    EngineAppender *appender = NULL;
    BatchBuilder *builder = batch_builder_new(f.arena, 1, names, &TYPE(TYPE_INT64), 8);
    batch_builder_set(builder, 0, value_int(1));
    batch_builder_next_row(builder);
    OK(&f, engine_begin(&f.ctx, f.conn, true, &f.err));
    OK(&f, engine_append_open(&f.ctx, f.conn, sql_relation_table(f.arena, S(""), S("t")), names, 1, &appender, &f.err));
    f.ctx.deadline_us = now_us() + 100000;
    FAILS(&f, ERR_TIMEOUT, engine_append(appender, batch_builder_batch(builder), &f.err));
    assert_true(now_us() - f.ctx.deadline_us < 1000000);
    engine_append_abort(appender);
    engine_rollback(f.conn);
    f.ctx.deadline_us = 0;
    OK(&f, engine_commit(&f.ctx, other, &f.err));
    engine_disconnect(other);
    assert_int_equal(count(&f, "SELECT count(*) FROM t"), 1);
    fixture_free(&f);
}

TEST(tables_of_other_schemas) {
    Fixture f;
    fixture_new(&f, &ENGINE_POSTGRES);
    OK(&f, run(&f, "CREATE SCHEMA sales"));
    OK(&f, run(&f, "CREATE TYPE mood AS ENUM ('sad')"));
    OK(&f,
       run(&f,
           "CREATE TABLE sales.\"Order\" (n NUMERIC, d NUMERIC(12,3), v VARCHAR(20), c CHAR(3), z TIMESTAMPTZ(3), f REAL, "
           "s SMALLINT, j JSONB, a INTEGER[], m mood, id UUID, PRIMARY KEY (v, s)) PARTITION BY LIST (s)"));
    OK(&f, run(&f, "CREATE TABLE sales.\"Order 1\" PARTITION OF sales.\"Order\" FOR VALUES IN (1)"));
    EngineTable *tables = NULL;
    size_t n = 0;
    OK(&f, engine_introspect(&f.ctx, f.conn, S("sales"), &tables, &n, &f.err));
    assert_int_equal(n, 1); /* the partition is its table's */
    assert_true(str_eq(tables[0].name, S("Order")) && str_eq(tables[0].schema, S("sales")));
    const Type types[] = {TYPE_DEC(38, 10),     TYPE_DEC(12, 3),    TYPE(TYPE_TEXT),  TYPE(TYPE_TEXT),
                          TYPE(TYPE_TIMESTAMP), TYPE(TYPE_FLOAT64), TYPE(TYPE_INT64), TYPE(TYPE_JSON),
                          TYPE(TYPE_TEXT),      TYPE(TYPE_TEXT),    TYPE(TYPE_TEXT)};
    assert_int_equal(tables[0].n_columns, COUNT_OF(types));
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (!type_eq(tables[0].columns[i].type, types[i])) fail_msg("%.*s", STR_ARG(tables[0].columns[i].source_type));
    assert_int_equal(tables[0].columns[2].primary_key, 1);
    assert_int_equal(tables[0].columns[6].primary_key, 2);
    assert_true(tables[0].columns[6].is_not_null);
    assert_true(str_eq(tables[0].columns[9].source_type, S("mood")));
    OK(&f, engine_introspect(&f.ctx, f.conn, S("nowhere"), &tables, &n, &f.err));
    assert_int_equal(n, 0);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_wrong_with_an_address),
        cmocka_unit_test(a_server_that_says_nothing),
        cmocka_unit_test(every_session_has_our_settings),
        cmocka_unit_test(a_lost_connection_says_so),
        cmocka_unit_test(types_of_its_own),
        cmocka_unit_test(everything_beside_a_type_that_is_not_known),
        cmocka_unit_test(values_that_do_not_fit),
        cmocka_unit_test(numerics_are_what_the_server_says),
        cmocka_unit_test(what_it_cannot_hold),
        cmocka_unit_test(bulk_statements_are_refused_and_leave_the_connection_whole),
        cmocka_unit_test(a_long_stream_given_up),
        cmocka_unit_test(an_append_that_waits_is_stopped),
        cmocka_unit_test(tables_of_other_schemas),
    };
    return postgres_server() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
