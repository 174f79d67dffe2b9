/*
 * What is wrong with the rows of a file, found before anything is written: set-based, one pass a mapping that counts the offenders
 * of every kind, and a second one only for the examples of the first kind that has any.
 *
 *   a cell that its column's type cannot hold, or that a parse_date or cast of the mapping cannot read
 *   a number with more decimals than its column keeps
 *   an empty cell where the table needs a value
 *   two rows that give one key and differ elsewhere
 *
 * A conversion inside a mapping's expression counts as failed where its operand has a value and its result has none, but only on
 * the branches of a `case` that the row takes; a try_cast is meant to give null.
 */
#include "pipeline/pipeline_internal.h"

typedef struct Suspect {
    const SqlExpr *is_bad; /* over the input's columns */
    const SqlExpr *was;    /* the operand, as text */
    size_t column;         /* of the table */
    Type type;
} Suspect;

typedef VEC(Suspect) SuspectVec;

/* ---- conversions inside expressions --------------------------------------------------------------------------------- */

static bool is_conversion(const SqlExpr *expr) {
    if (expr->kind == SQL_EXPR_CAST) return !expr->is_try;
    return expr->kind == SQL_EXPR_CALL && (expr->fn == SQL_FN_PARSE_DATE || expr->fn == SQL_FN_PARSE_TIMESTAMP);
}

static void gather(Arena *arena, const SqlExpr *expr, const SqlExpr *guard, size_t column, SuspectVec *ret);

/* when, then, when, then, …, [else]: each is looked at only where the ones before did not hold. */
static void gather_case(Arena *arena, const SqlExpr *expr, const SqlExpr *guard, size_t column, SuspectVec *ret) {
    const SqlExpr *so_far = guard;
    for (size_t i = 0; i + 1 < expr->n_args; i += 2) {
        gather(arena, expr->args[i], so_far, column, ret);
        gather(arena, expr->args[i + 1], sql_and(arena, so_far, expr->args[i]), column, ret);
        const SqlExpr *is_not = sql_call2(arena, SQL_FN_DISTINCT, expr->args[i], sql_literal(arena, value_bool(true)));
        so_far = sql_and(arena, so_far, is_not);
    }
    if (expr->n_args % 2) gather(arena, expr->args[expr->n_args - 1], so_far, column, ret);
}

static void gather(Arena *arena, const SqlExpr *expr, const SqlExpr *guard, size_t column, SuspectVec *ret) {
    if (expr->kind == SQL_EXPR_CASE) {
        gather_case(arena, expr, guard, column, ret);
        return;
    }
    for (size_t i = 0; i < expr->n_args; i++) gather(arena, expr->args[i], guard, column, ret);
    if (!is_conversion(expr)) return;
    SqlExpr *tried = arena_dup(arena, expr, sizeof(*expr));
    tried->is_try = tried->kind == SQL_EXPR_CAST;
    const SqlExpr *has_value = sql_call1(arena, SQL_FN_IS_SET, expr->args[0]);
    const SqlExpr *is_bad = sql_and(arena, sql_and(arena, guard, has_value), sql_call1(arena, SQL_FN_IS_NULL, tried));
    VEC_PUSH(arena, ret, (Suspect){is_bad, pipeline_as(arena, expr->args[0], TYPE(TYPE_TEXT)), column, expr->type});
}

/* ---- one mapping over one file -------------------------------------------------------------------------------------- */

typedef enum TroubleKind { TROUBLE_NONE, TROUBLE_MISREAD, TROUBLE_SUSPECT, TROUBLE_ROUNDED, TROUBLE_EMPTY } TroubleKind;

/* One condition that is counted. */
typedef struct Trouble {
    TroubleKind kind;
    size_t column;  /* of the table */
    size_t suspect; /* SUSPECT: which */
} Trouble;

typedef struct Check {
    const Ctx *ctx;
    Reader *reader;
    const ModelMapping *mapping;
    size_t file;
    const SqlSelect *values; /* the mapping's, with bad_N and was_N for each suspect */
    SuspectVec suspects;
    VEC(Trouble) troubles;
} Check;

static Str numbered(Arena *arena, const char *what, size_t i) {
    return arena_printf(arena, "_%s_%zu", what, i);
}

static const SqlSelect *with_suspects(Arena *arena, const SqlSelect *values, const SuspectVec *suspects) {
    SqlSelect *more = arena_dup(arena, values, sizeof(*values));
    SelectDraft items = {.arena = arena};
    for (size_t i = 0; i < values->n_items; i++)
        pipeline_draft_item(&items, values->items[i].expr, values->items[i].alias);
    for (size_t i = 0; i < suspects->n; i++) {
        pipeline_draft_item(&items, suspects->at[i].is_bad, numbered(arena, "bad", i));
        pipeline_draft_item(&items, suspects->at[i].was, numbered(arena, "was", i));
    }
    more->items = items.items.at;
    more->n_items = items.items.n;
    return more;
}

/* Writes a trouble's condition; false: it cannot occur. */
static bool add_condition(const Check *check, PipelineSql *sql, const Trouble *trouble) {
    const ModelColumn *column = &check->mapping->table->columns[trouble->column];
    Type from = check->values->items[trouble->column].expr->type;
    switch (trouble->kind) {
    case TROUBLE_MISREAD: return pipeline_read_misread(sql, column->name, from, column->type);
    case TROUBLE_SUSPECT: {
        Str name = numbered(sql->arena, "bad", trouble->suspect);
        pipeline_sql_add(sql, "v.%I", &name);
        return true;
    }
    case TROUBLE_ROUNDED: return pipeline_read_rounded(sql, column->name, from, column->type);
    case TROUBLE_EMPTY: pipeline_sql_add(sql, "v.%I IS NULL", &column->name); return true;
    case TROUBLE_NONE: break;
    }
    return false;
}

static bool can_occur(const Check *check, const Trouble *trouble) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, check->ctx->arena, engine_dialect(&ENGINE_DUCKDB), NULL);
    return add_condition(check, &sql, trouble);
}

static bool is_key(const ModelTable *table, size_t column) {
    for (size_t i = 0; i < table->n_key; i++)
        if (table->key[i] == column) return true;
    return false;
}

/* In the order in which they are told: what cannot be read first, for it may look empty afterwards. */
static void gather_troubles(Check *check) {
    const ModelTable *table = check->mapping->table;
    Arena *arena = check->ctx->arena;
    for (size_t i = 0; i < check->suspects.n; i++)
        VEC_PUSH(arena, &check->troubles, (Trouble){TROUBLE_SUSPECT, check->suspects.at[i].column, i});
    static const TroubleKind conversions[] = {TROUBLE_MISREAD, TROUBLE_ROUNDED};
    for (size_t kind = 0; kind < COUNT_OF(conversions); kind++) {
        for (size_t i = 0; i < table->n_columns; i++) {
            Trouble trouble = {conversions[kind], i, 0};
            if (can_occur(check, &trouble)) VEC_PUSH(arena, &check->troubles, trouble);
        }
    }
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].is_not_null || is_key(table, i))
            VEC_PUSH(arena, &check->troubles, (Trouble){TROUBLE_EMPTY, i, 0});
}

/* ---- messages ------------------------------------------------------------------------------------------------------- */

static void first_name(void *arg, const Expr *name) {
    Str *first = arg;
    if (!first->n) *first = name->name;
}

/* The header of the file's column that a table's column is made from. */
static Str header_of(const Check *check, size_t column) {
    const Expr *expr = check->mapping->exprs[column];
    Str name = S("");
    if (expr) expr_each_name(expr, first_name, &name);
    return name.n ? pipeline_read_header(&check->reader->files[check->file], name)
                  : check->mapping->table->columns[column].name;
}

typedef struct Examples {
    Str text;      /* "'abc' (line 3), 'x' (line 9)"; of a single one what the error's place does not say: "'abc'" */
    int64_t place; /* of the first */
} Examples;

static Str short_text(Arena *arena, Str s) {
    enum { SHOWN_BYTES = 60 };
    return s.n <= SHOWN_BYTES ? s : arena_printf(arena, "%.*s…", (int)utf8_cut(s, SHOWN_BYTES), s.p);
}

/* " (line 3)" after a value, "line 3" where there is none to show. */
static Str example_place(const Check *check, const Trouble *trouble, int64_t place, bool is_only) {
    if (is_only && !pipeline_read_row_text(check->ctx, check->reader, place).n) return S("");
    Str where = pipeline_read_place(check->ctx, check->reader, place, false);
    return trouble->kind == TROUBLE_EMPTY ? where : arena_printf(check->ctx->arena, " (%.*s)", STR_ARG(where));
}

static ErrCode read_examples(const Check *check, const Trouble *trouble, int64_t n, Examples *ret_examples, Err *err) {
    Arena *arena = check->ctx->arena;
    const ModelColumn *column = &check->mapping->table->columns[trouble->column];
    Str shown = trouble->kind == TROUBLE_SUSPECT ? numbered(arena, "was", trouble->suspect) : column->name;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "SELECT v." READ_PLACE ", CAST(v.%I AS VARCHAR) FROM (%S) AS v WHERE ", &shown,
                     check->values);
    (void)add_condition(check, &sql, trouble);
    pipeline_sql_add(&sql, " ORDER BY 1 LIMIT %d", (int64_t)READ_EXAMPLES);
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    EngineStream *stream = NULL;
    TRY(engine_query(check->ctx, check->reader->conn, &text, &stream, err));
    Examples examples = {.text = S("")};
    const Batch *batch = NULL;
    ErrCode code;
    while (!(code = engine_stream_next(stream, &batch, err)) && batch) {
        for (size_t row = 0; row < batch->n_rows; row++) {
            int64_t place = column_int(&batch->columns[0], row);
            Str value = column_is_null(&batch->columns[1], row)
                            ? S("")
                            : short_text(arena, column_str(&batch->columns[1], row));
            Str where = example_place(check, trouble, place, n == 1);
            if (!examples.text.n) examples.place = place;
            const char *comma = examples.text.n ? ", " : "";
            examples.text = trouble->kind == TROUBLE_EMPTY
                                ? arena_printf(arena, "%.*s%s%.*s", STR_ARG(examples.text), comma, STR_ARG(where))
                                : arena_printf(arena, "%.*s%s'%.*s'%.*s", STR_ARG(examples.text), comma, STR_ARG(value),
                                               STR_ARG(where));
        }
    }
    engine_stream_close(stream);
    if (!code) *ret_examples = examples;
    return code;
}

static const char *hint_for(Type type) {
    switch (type.kind) {
    case TYPE_DATE:
        return "; a plain date reads 2014-03-07, for another form the mapping says parse_date(column, '%d-%m-%Y')";
    case TYPE_TIMESTAMP:
        return "; a plain time reads 2014-03-07 10:20:30, for another form the mapping says parse_timestamp(…)";
    case TYPE_INT64:
    case TYPE_DECIMAL:
    case TYPE_FLOAT64: return "; a number has no thousands separators and a point before its decimals";
    default: return "";
    }
}

static ErrCode trouble_error(const Check *check, const Trouble *trouble, int64_t n, Err *err) {
    Examples examples;
    TRY(read_examples(check, trouble, n, &examples, err));
    const ModelTable *table = check->mapping->table;
    const ModelColumn *column = &table->columns[trouble->column];
    Str header = header_of(check, trouble->column);
    const char *more = n > READ_EXAMPLES ? ", …" : "";
    Str aside = pipeline_read_aside_hint(check->ctx, check->reader, table);
    if (trouble->kind == TROUBLE_EMPTY) {
        Str where = examples.text;
        if (where.n) where = arena_printf(check->ctx->arena, " (%.*s%s)", STR_ARG(where), more);
        err_set(err, ERR_DATA,
                "column '%.*s' is empty in %" PRId64 " row%s%.*s, and '%.*s' of table '%.*s' needs a value%.*s",
                STR_ARG(header), n, n == 1 ? "" : "s", STR_ARG(where), STR_ARG(column->name), STR_ARG(table->name),
                STR_ARG(aside));
    } else if (trouble->kind == TROUBLE_ROUNDED) {
        char name[TYPE_TEXT_MAX];
        int scale = column->type.scale;
        err_set(err, ERR_DATA,
                "column '%.*s': %" PRId64 " value%s %s more decimals than %s keeps, which is %d: %.*s%s; to round on "
                "purpose the mapping says round(cast(column as decimal(%d,%d)), %d)%.*s",
                STR_ARG(header), n, n == 1 ? "" : "s", n == 1 ? "has" : "have", type_print(column->type, name), scale,
                STR_ARG(examples.text), more, 38, MIN_OF(scale + 8, 38), scale, STR_ARG(aside));
    } else {
        Type type = trouble->kind == TROUBLE_SUSPECT ? check->suspects.at[trouble->suspect].type : column->type;
        char name[TYPE_TEXT_MAX];
        err_set(err, ERR_DATA, "column '%.*s': %" PRId64 " value%s cannot be read as %s: %.*s%s%s%.*s", STR_ARG(header),
                n, n == 1 ? "" : "s", type_print(type, name), STR_ARG(examples.text), more, hint_for(type),
                STR_ARG(aside));
    }
    pipeline_read_error_at(check->reader, examples.place, err);
    return ERR_DATA;
}

/* ---- the pass ------------------------------------------------------------------------------------------------------- */

/* *ret_first: the first kind that some rows have; NULL: none. */
static ErrCode count_troubles(const Check *check, const Trouble **ret_first, int64_t *ret_n, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, check->ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "SELECT ");
    for (size_t i = 0; i < check->troubles.n; i++) {
        pipeline_sql_add(&sql, i ? ", count(*) FILTER (WHERE " : "count(*) FILTER (WHERE ");
        (void)add_condition(check, &sql, &check->troubles.at[i]);
        pipeline_sql_add(&sql, ")");
    }
    pipeline_sql_add(&sql, " FROM (%S) AS v", check->values);
    SqlText text;
    TRY(pipeline_sql_text(&sql, &text));
    EngineStream *stream = NULL;
    TRY(engine_query(check->ctx, check->reader->conn, &text, &stream, err));
    const Batch *batch = NULL;
    int64_t *counts = ARENA_ARRAY(check->ctx->arena, int64_t, check->troubles.n);
    ErrCode code = engine_stream_next(stream, &batch, err);
    for (size_t i = 0; !code && batch && i < check->troubles.n; i++) counts[i] = column_int(&batch->columns[i], 0);
    engine_stream_close(stream);
    *ret_first = NULL;
    for (size_t i = 0; !code && i < check->troubles.n && !*ret_first; i++) {
        if (!counts[i]) continue;
        *ret_first = &check->troubles.at[i];
        *ret_n = counts[i];
    }
    return code;
}

static ErrCode check_mapping(Check *check, const Trouble **ret_first, int64_t *ret_n, Err *err) {
    const Ctx *ctx = check->ctx;
    const SqlSelect *values;
    const SqlExpr *const *exprs;
    TRY(pipeline_read_values(ctx, check->reader, check->mapping, check->file, &values, &exprs, err));
    for (size_t i = 0; i < check->mapping->table->n_columns; i++)
        if (exprs[i]) gather(ctx->arena, exprs[i], NULL, i, &check->suspects);
    check->values = with_suspects(ctx->arena, values, &check->suspects);
    gather_troubles(check);
    *ret_first = NULL;
    return check->troubles.n ? count_troubles(check, ret_first, ret_n, err) : ERR_OK;
}

ErrCode pipeline_read_check_mapping(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                                    Err *err) {
    Check check = {.ctx = ctx, .reader = reader, .mapping = mapping, .file = file};
    const Trouble *first;
    int64_t n;
    TRY(check_mapping(&check, &first, &n, err));
    return first ? trouble_error(&check, first, n, err) : ERR_OK;
}

/* ---- rows set aside ------------------------------------------------------------------------------------------------- */

/* What is wrong with one row, as a text: column 'Price': 'abc' cannot be read as decimal(8,2) */
static void add_reason(const Check *check, PipelineSql *sql, const Trouble *trouble) {
    enum { SHOWN_CHARS = 60 };
    Arena *arena = sql->arena;
    const ModelColumn *column = &check->mapping->table->columns[trouble->column];
    Str header = header_of(check, trouble->column), shown = column->name, begin, end;
    char name[TYPE_TEXT_MAX];
    if (trouble->kind == TROUBLE_EMPTY) {
        begin = arena_printf(arena, "column '%.*s' is empty", STR_ARG(header));
        pipeline_sql_add(sql, "%L", &begin);
        return;
    }
    Type type = column->type;
    if (trouble->kind == TROUBLE_SUSPECT) {
        shown = numbered(arena, "was", trouble->suspect);
        type = check->suspects.at[trouble->suspect].type;
    }
    begin = arena_printf(arena, "column '%.*s': '", STR_ARG(header));
    end = trouble->kind == TROUBLE_ROUNDED
              ? arena_printf(arena, "' has more decimals than %s keeps", type_print(type, name))
              : arena_printf(arena, "' cannot be read as %s", type_print(type, name));
    pipeline_sql_add(sql, "concat(%L, left(CAST(v.%I AS VARCHAR), %d), %L)", &begin, &shown, (int64_t)SHOWN_CHARS,
                     &end);
}

/* A column's value where it can be read. */
static void add_readable(const Check *check, PipelineSql *sql, size_t i) {
    const ModelColumn *column = &check->mapping->table->columns[i];
    bool is_guarded = false;
    for (size_t t = 0; t < check->troubles.n; t++) {
        const Trouble *trouble = &check->troubles.at[t];
        if (trouble->column != i || trouble->kind == TROUBLE_EMPTY) continue;
        pipeline_sql_add(sql, is_guarded ? " WHEN " : "CASE WHEN ");
        (void)add_condition(check, sql, trouble);
        pipeline_sql_add(sql, " THEN NULL");
        is_guarded = true;
    }
    if (is_guarded) pipeline_sql_add(sql, " ELSE ");
    pipeline_read_convert(sql, column->name, check->values->items[i].expr->type, column->type,
                          check->mapping->table->source->time_zone);
    if (is_guarded) pipeline_sql_add(sql, " END");
}

ErrCode pipeline_read_set_aside(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                                const SqlRelation *aside, Err *err) {
    Check check = {.ctx = ctx, .reader = reader, .mapping = mapping, .file = file};
    const Trouble *first;
    int64_t n;
    TRY(check_mapping(&check, &first, &n, err));
    if (!first) return ERR_OK;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, ctx->arena, engine_dialect(&ENGINE_DUCKDB), err);
    pipeline_sql_add(&sql, "INSERT INTO %R SELECT * FROM (SELECT ", aside);
    for (size_t i = 0; i < mapping->table->n_columns; i++) {
        add_readable(&check, &sql, i);
        pipeline_sql_add(&sql, ", ");
    }
    pipeline_sql_add(&sql, "%d, v." READ_PLACE ", CASE", (int64_t)(mapping - reader->model->mappings));
    for (size_t i = 0; i < check.troubles.n; i++) {
        pipeline_sql_add(&sql, " WHEN ");
        (void)add_condition(&check, &sql, &check.troubles.at[i]);
        pipeline_sql_add(&sql, " THEN ");
        add_reason(&check, &sql, &check.troubles.at[i]);
    }
    pipeline_sql_add(&sql, " END AS " READ_REASON " FROM (%S) AS v) AS w WHERE w." READ_REASON " IS NOT NULL",
                     check.values);
    return pipeline_sql_exec(ctx, reader->conn, &sql, NULL);
}
