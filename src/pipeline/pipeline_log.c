/*
 * Reading the log of changes (pipeline_log_trigger.c writes it): positions, the stream of changes, purging.
 *
 * A place in a log is a row, told by its number and its time. It goes on from there only if that very row is still there: a
 * restored backup has others of the same numbers, a purged or emptied log has none. Purging leaves the row and the newest one.
 *
 * The writer's clock may jump back; what is read may not. So a place carries the largest time given out, and times are raised to
 * it. A snapshot raises it to its own moment.
 */
#include "base/base_fault.h"
#include "base/base_log.h"
#include "pipeline/pipeline_internal.h"

enum { PURGE_ROWS = 10000, PURGE_WAIT_US = 100000 };

/* ---- places as text ------------------------------------------------------------------------------------------------- */

bool pipeline_log_parse(Arena *arena, Str token, LogPlaces *ret_places) {
    LogPlaces places = {0};
    while (token.n) {
        Str rest = str_split_next(&token, ';');
        LogPlace place = {.table = str_split_next(&rest, '=')};
        Str seq = str_split_next(&rest, '@'), at = str_split_next(&rest, '+');
        if (!place.table.n || !str_to_int64(seq, &place.seq) || !str_to_int64(at, &place.at_us) ||
            !str_to_int64(rest, &place.floor_us))
            return false;
        VEC_PUSH(arena, &places.at, place);
    }
    *ret_places = places;
    return true;
}

ErrCode pipeline_log_token(Arena *arena, const LogPlaces *places, Str *ret_token, Err *err) {
    Buf token CLEANUP(buf_release);
    buf_init(&token, 1 << 20);
    for (size_t i = 0; i < places->at.n; i++) {
        const LogPlace *place = &places->at.at[i];
        buf_printf(&token, "%s%.*s=%" PRId64 "@%" PRId64 "+%" PRId64, i ? ";" : "", STR_ARG(place->table), place->seq,
                   place->at_us, place->floor_us);
    }
    TRY(buf_check(&token, "the position", err));
    *ret_token = arena_str(arena, buf_str(&token));
    return ERR_OK;
}

bool pipeline_log_same(Arena *arena, Str a, Str b) {
    LogPlaces one, other;
    if (!pipeline_log_parse(arena, a, &one) || !pipeline_log_parse(arena, b, &other) || one.at.n != other.at.n)
        return false;
    for (size_t i = 0; i < one.at.n; i++) {
        const LogPlace *x = &one.at.at[i], *y = &other.at.at[i];
        if (!str_eq(x->table, y->table) || x->seq != y->seq || x->at_us != y->at_us) return false;
    }
    return true;
}

const LogPlace *pipeline_log_find(const LogPlaces *places, Str table) {
    for (size_t i = 0; i < places->at.n; i++)
        if (str_eq(places->at.at[i].table, table)) return &places->at.at[i];
    return NULL;
}

/* ---- places in the log ---------------------------------------------------------------------------------------------- */

ErrCode pipeline_log_exists(const Ctx *ctx, EngineConn *conn, Str log, bool *ret_exists, Err *err) {
    Value there, name = value_text(log);
    TRY(engine_valuef(ctx, conn, &there, err,
                      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = %V COLLATE NOCASE", &name));
    *ret_exists = there.i > 0;
    return ERR_OK;
}

static int64_t or_zero(Value value) {
    return value.is_null ? 0 : value.i;
}

ErrCode pipeline_log_newest(const Ctx *ctx, EngineConn *conn, const ModelTable *table, int64_t from_seq,
                            int64_t floor_us, LogPlace *ret_place, Err *err) {
    Str log = pipeline_name(ctx->arena, LOG_TABLE, table->name);
    Value seq, at, newest = value_null(TYPE(TYPE_INT64));
    TRY(engine_valuef(ctx, conn, &seq, err, "SELECT max(seq) FROM %I", &log));
    TRY(engine_valuef(ctx, conn, &at, err, "SELECT at FROM %I WHERE seq = %d", &log, or_zero(seq)));
    TRY(engine_valuef(ctx, conn, &newest, err, "SELECT max(at) FROM %I WHERE seq > %d", &log, from_seq));
    *ret_place = (LogPlace){
        .table = table->name, .seq = or_zero(seq), .at_us = or_zero(at), .floor_us = MAX_OF(floor_us, or_zero(newest))};
    return ERR_OK;
}

ErrCode pipeline_log_goes_on(const Ctx *ctx, EngineConn *conn, const LogPlace *from, bool *ret_goes_on, Str *ret_why,
                             Err *err) {
    Str log = pipeline_name(ctx->arena, LOG_TABLE, from->table);
    bool exists;
    TRY(pipeline_log_exists(ctx, conn, log, &exists, err));
    Value last = {0}, at = {0}, begun = {0};
    if (exists) {
        TRY(engine_valuef(ctx, conn, &last, err, "SELECT max(seq) FROM %I", &log));
        TRY(engine_valuef(ctx, conn, &at, err, "SELECT at FROM %I WHERE seq = %d", &log, from->seq));
        TRY(engine_valuef(ctx, conn, &begun, err, "SELECT max(seq) FROM %I WHERE seq > %d AND op = 'X'", &log,
                          from->seq));
    }
    const char *why = NULL;
    if (!exists)
        why = "is gone";
    else if (last.is_null || last.i < from->seq)
        why = "ends before the last change that was read (a backup was restored, or the log was emptied)";
    else if (at.is_null && !begun.is_null)
        why =
            "began anew (the table was filled at once, or its keys or triggers changed, or a key it refers to itself by)";
    else if (at.is_null)
        why = "no longer has the last change that was read (it was purged)";
    else if (at.i != from->at_us)
        why = "has another change where the last one was read (a backup was restored)";
    if (why) *ret_why = arena_printf(ctx->arena, "the log of table '%.*s' %s", STR_ARG(from->table), why);
    *ret_goes_on = !why;
    return ERR_OK;
}

/* ---- changes -------------------------------------------------------------------------------------------------------- */

/* Finds the row by the table's own index, then compares as bytes. */
void pipeline_log_same_row(PipelineSql *sql, const ModelTable *table, const char *image, bool is_whole) {
    for (size_t i = 0; i < table->n_key; i++) {
        const Str *column = &table->columns[table->key[i]].name;
        Str logged = pipeline_name(sql->arena, image, *column);
        pipeline_sql_add(sql, "t.%I = l.%I AND ", column, &logged);
    }
    size_t n = is_whole ? table->n_columns : table->n_key;
    for (size_t i = 0; i < n; i++) {
        const Str *column = &table->columns[is_whole ? i : table->key[i]].name;
        Str logged = pipeline_name(sql->arena, image, *column);
        pipeline_sql_add(sql, i ? " AND t.%I IS l.%I COLLATE BINARY" : "t.%I IS l.%I COLLATE BINARY", column, &logged);
    }
}

/* Rows without a key cannot be told apart: of them only suspects are looked up, as whole rows. */
static void add_is_now(PipelineSql *sql, const ModelTable *table) {
    const Str *name = &table->name;
    bool has_key = table->n_key > 0;
    pipeline_sql_add(sql,
                     has_key ? "CASE WHEN l.op IN ('I', 'U') THEN EXISTS (SELECT 1 FROM %I AS t WHERE "
                             : "CASE WHEN l.op <> 'S' THEN 1 ELSE NOT EXISTS (SELECT 1 FROM %I AS t WHERE ",
                     name);
    if (has_key) {
        pipeline_log_same_row(sql, table, LOG_AFTER, true);
        pipeline_sql_add(sql, ") ELSE NOT EXISTS (SELECT 1 FROM %I AS t WHERE ", name);
    }
    pipeline_log_same_row(sql, table, LOG_BEFORE, !has_key);
    pipeline_sql_add(sql, ") END");
}

static void add_image(PipelineSql *sql, const ModelTable *table, const char *image, const char *prefix) {
    for (size_t i = 0; i < table->n_columns; i++) {
        Str logged = pipeline_name(sql->arena, image, table->columns[i].name);
        Str name = pipeline_name(sql->arena, prefix, table->columns[i].name);
        pipeline_sql_add(sql, ", l.%I AS %I", &logged, &name);
    }
}

static const Type *change_types(Arena *arena, const ModelTable *table, size_t *ret_n) {
    static const Type head[] = {
        {.kind = TYPE_INT64}, {.kind = TYPE_TEXT}, {.kind = TYPE_TIMESTAMP}, {.kind = TYPE_BOOL}};
    size_t n = table->n_columns, from = COUNT_OF(head);
    Type *types = ARENA_ARRAY(arena, Type, from + 2 * n);
    for (size_t i = 0; i < from; i++) types[i] = head[i];
    for (size_t i = 0; i < n; i++) types[from + i] = types[from + n + i] = table->columns[i].type;
    *ret_n = from + 2 * n;
    return types;
}

/* Whether the clock has never gone back since a place: row for row, which costs less than a window over whole rows. */
static ErrCode is_clock_steady(const Ctx *ctx, EngineConn *conn, Str log, const LogPlace *from, bool *ret_is_steady,
                               Err *err) {
    Value back;
    TRY(engine_valuef(
        ctx, conn, &back, err,
        "SELECT EXISTS (SELECT 1 FROM %I AS a JOIN %I AS b ON b.seq = a.seq + 1 WHERE a.seq > %d AND b.at < a.at)",
        &log, &log, from->seq));
    *ret_is_steady = !back.i;
    return ERR_OK;
}

ErrCode pipeline_log_changes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, const LogPlace *from,
                             EngineStream **ret_rows, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(engine_of(conn)), err);
    Str log = pipeline_name(ctx->arena, LOG_TABLE, table->name);
    bool is_steady;
    TRY(is_clock_steady(ctx, conn, log, from, &is_steady, err));
    pipeline_sql_add(&sql,
                     "SELECT l.seq AS " CHANGE_N ", l.op AS " CHANGE_OP ", " LOG_LATEST_AS_TEXT " AS " CHANGE_AT ", ");
    add_is_now(&sql, table);
    pipeline_sql_add(&sql, " AS " CHANGE_IS_NOW);
    add_image(&sql, table, LOG_BEFORE, "before_");
    add_image(&sql, table, LOG_AFTER, "after_");
    pipeline_sql_add(
        &sql,
        is_steady ? " FROM (SELECT *, max(at, %d) AS latest FROM %I WHERE seq > %d) AS l "
                    "WHERE l.op <> 'X' ORDER BY l.seq"
                  : " FROM (SELECT *, max(max(at) OVER (ORDER BY seq), %d) AS latest FROM %I WHERE seq > %d) AS l "
                    "WHERE l.op <> 'X' ORDER BY l.seq",
        from->floor_us, &log, from->seq);
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    text.types = change_types(ctx->arena, table, &text.n_types);
    return engine_query(ctx, conn, &text, ret_rows, err);
}

/* ---- purging -------------------------------------------------------------------------------------------------------- */

/* Never the newest row, even where the log was put back to before the place. */
static ErrCode purge_chunk(const Ctx *ctx, EngineConn *conn, Str log, int64_t before_seq, int64_t *ret_n, Err *err) {
    Ctx hasty = *ctx;
    hasty.deadline_us = clock_monotonic(ctx->clock) + PURGE_WAIT_US;
    TRY(engine_begin(&hasty, conn, true, err));
    ErrCode code = engine_execf(ctx, conn, ret_n, err,
                                "DELETE FROM %I WHERE seq < %d AND seq < (SELECT max(seq) FROM %I) "
                                "AND seq < (SELECT min(seq) FROM %I) + %d",
                                &log, before_seq, &log, &log, (int64_t)PURGE_ROWS);
    if (code) {
        engine_rollback(conn);
        return code;
    }
    hasty.deadline_us = clock_monotonic(ctx->clock) + PURGE_WAIT_US; /* outside WAL mode a commit waits for readers */
    code = engine_commit(&hasty, conn, err);
    if (code) engine_rollback(conn);
    return code;
}

ErrCode pipeline_log_purge(const Ctx *ctx, EngineConn *conn, const LogPlace *to, Err *err) {
    Str log = pipeline_name(ctx->arena, LOG_TABLE, to->table);
    int64_t n;
    do {
        Value first;
        TRY(engine_valuef(ctx, conn, &first, err, "SELECT min(seq) FROM %I", &log));
        if (first.is_null || first.i >= to->seq) return ERR_OK;
        TRY(purge_chunk(ctx, conn, log, to->seq, &n, err));
        FAULT_POINT("ack.chunk");
    } while (n > 0);
    return ERR_OK;
}
