/*
 * One fact: a row for each row of its path's first table, built from silver by a single select: of all rows, or of those that the batch
 * touches, which are then compared with gold.
 *
 * Members are looked up in the dimensions by natural key and business time, -1 where there is none (docs/decisions/0007). A lookup that
 * asks whether another table has a row is an EXISTS, one that asks what it says a left join on that table's key; neither can multiply
 * rows, and no join of a path can, for each goes to the whole key of its table. Times are given in the reporting zone, and beside it in
 * UTC. Rows of a fact that is built whole lie in the order of their partition and key, so that the statistics of row groups tell which
 * of them a range of time needs.
 */
#include "pipeline/pipeline_internal.h"

typedef struct FactBuild {
    const Ctx *ctx;
    Arena *arena;
    Warehouse *warehouse;
    const Model *model;
    const ModelFact *fact;
    ExprScope scope;
    SelectDraft draft;
    const SqlExpr *time; /* the main time axis, as stored; NULL: none */
    const SqlExpr *at;   /* business time in UTC: the instant, or for dates the moment the day is over; NULL: none */
    bool is_at_end;      /* `at` is that moment */
    const SqlRelation *const *near; /* what the touched rows reach; NULL: all rows */
} FactBuild;

static bool is_utc(Str zone) {
    return !zone.n || str_eq_nocase(zone, S("UTC")) || str_eq_nocase(zone, S("Etc/UTC"));
}

/* ---- members -------------------------------------------------------------------------------------------------------- */

/* Null stands for any time that is not over. */
static const SqlExpr *or_time(Arena *arena, const SqlExpr *time, int64_t us) {
    return sql_call2(arena, SQL_FN_COALESCE, time, sql_literal(arena, value_timestamp(us)));
}

static ErrCode find_time(FactBuild *build, Err *err) {
    Arena *arena = build->arena;
    const ModelFact *fact = build->fact;
    if (fact->time < 0 || !type_is_time(fact->columns[fact->time].type)) return ERR_OK;
    const ModelFactColumn *column = &fact->columns[fact->time];
    const SqlExpr *value;
    TRY(expr_compile(&build->scope, column->expr, &value, err));
    value = pipeline_as(arena, value, column->type);
    build->is_at_end = column->type.kind == TYPE_DATE;
    if (build->is_at_end) {
        Str zone = build->model->calendar.time_zone;
        value = sql_cast(arena, sql_call2(arena, SQL_FN_ADD_DAYS, value, pipeline_int(arena, 1)), TYPE(TYPE_TIMESTAMP),
                         false);
        if (!is_utc(zone)) value = sql_call2(arena, SQL_FN_FROM_ZONE, value, pipeline_text(arena, zone));
    }
    build->at = or_time(arena, value, INT64_MAX - 1);
    return ERR_OK;
}

/* The version of a member that holds at the fact's business time. Each part compares one side with the other, which is what engines
 * can hash-join by. */
static const SqlExpr *version_holds(const FactBuild *build, Str alias) {
    Arena *arena = build->arena;
    if (!build->at) return sql_column(arena, alias, S("_is_current"), TYPE(TYPE_BOOL));
    const SqlExpr *from = or_time(arena, sql_column(arena, alias, S("_valid_from"), TYPE(TYPE_TIMESTAMP)), -INT64_MAX),
                  *to = or_time(arena, sql_column(arena, alias, S("_valid_to"), TYPE(TYPE_TIMESTAMP)), INT64_MAX);
    return sql_and(arena, sql_call2(arena, build->is_at_end ? SQL_FN_LT : SQL_FN_LE, from, build->at),
                   sql_call2(arena, build->is_at_end ? SQL_FN_GE : SQL_FN_GT, to, build->at));
}

enum { NEAR_FROM_MEMBERS = 50000 }; /* fewer are hashed whole sooner than looked up */

/* The members that the touched rows name in a role. */
static ErrCode near_members(const FactBuild *build, size_t index, const SqlRelation *gold,
                            const SqlRelation **ret_members, Err *err) {
    Arena *arena = build->arena;
    const ModelRole *role = &build->fact->roles[index];
    SilverKey key = pipeline_natural_key(arena, role->dimension);
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, key.n);
    SelectDraft draft = {.arena = arena, .is_distinct = true};
    for (size_t i = 0; i < key.n; i++) {
        TRY(expr_compile(&build->scope, role->key_exprs[i], &values[i], err));
        values[i] = pipeline_as(arena, values[i], key.types[i]);
        pipeline_draft_item(&draft, values[i], key.names[i]);
    }
    const SqlRelation *keys;
    TRY(pipeline_draft_path_for(&draft, &build->fact->path, &build->scope, build->near, values, key.n, err));
    TRY(pipeline_temp_table(build->ctx, build->warehouse->conn, S("_named"), pipeline_draft_end(&draft), &keys, err));
    return pipeline_narrow(build->ctx, build->warehouse->conn, gold, keys, "", key.names, key.n,
                           arena_printf(arena, "_members%zu", index), ret_members, err);
}

static ErrCode add_role(FactBuild *build, size_t index, Err *err) {
    Arena *arena = build->arena;
    const ModelRole *role = &build->fact->roles[index];
    const ModelDimension *dimension = role->dimension;
    Str alias = arena_printf(arena, "_r%zu", index);
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < dimension->n_key; i++) {
        const ModelAttribute *attribute = &dimension->attributes[dimension->key[i]];
        const SqlExpr *value;
        TRY(expr_compile(&build->scope, role->key_exprs[i], &value, err));
        const SqlExpr *member = sql_column(arena, alias, attribute->name, attribute->type);
        on = sql_and(arena, on, sql_call2(arena, SQL_FN_EQ, member, pipeline_as(arena, value, attribute->type)));
    }
    const SqlRelation *gold = model_relation_dimension(arena, dimension), *members = gold;
    int64_t n[2];
    TRY(pipeline_ints(build->ctx, build->warehouse->conn, n, COUNT_OF(n), err,
                      "SELECT count(*), count(*) FILTER (WHERE NOT _is_current) FROM %R", gold));
    if (n[1]) on = sql_and(arena, on, version_holds(build, alias));
    if (build->near && n[0] > NEAR_FROM_MEMBERS) TRY(near_members(build, index, gold, &members, err));
    pipeline_draft_from(&build->draft, SQL_JOIN_LEFT, members, alias, on);
    Str surrogate = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    const SqlExpr *found = sql_column(arena, alias, surrogate, TYPE(TYPE_INT64));
    const SqlExpr *key = sql_call2(arena, SQL_FN_COALESCE, found, pipeline_int(arena, MODEL_UNKNOWN_KEY));
    pipeline_draft_item(&build->draft, key, arena_printf(arena, "%.*s_key", STR_ARG(role->name)));
    return ERR_OK;
}

/* ---- columns -------------------------------------------------------------------------------------------------------- */

/* The condition that joins a lookup's table, as `alias`. */
static ErrCode lookup_condition(FactBuild *build, const ModelLookup *lookup, Str alias, const SqlExpr **ret_on,
                                Err *err) {
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < lookup->n_columns; i++) {
        const ModelColumn *column = &lookup->table->columns[lookup->columns[i]];
        const SqlExpr *value;
        TRY(expr_compile(&build->scope, lookup->values[i], &value, err));
        const SqlExpr *there = sql_column(build->arena, alias, column->name, column->type);
        on = sql_and(build->arena, on, sql_call2(build->arena, SQL_FN_EQ, there, value));
    }
    *ret_on = on;
    return ERR_OK;
}

static ErrCode lookup_value(FactBuild *build, size_t index, const ModelLookup *lookup, const SqlExpr **ret_value,
                            Err *err) {
    Arena *arena = build->arena;
    Str alias = arena_printf(arena, "_l%zu", index);
    const SqlExpr *on;
    TRY(lookup_condition(build, lookup, alias, &on, err));
    const SqlRelation *table = pipeline_silver(arena, lookup->table);
    if (lookup->value) {
        pipeline_draft_from(&build->draft, SQL_JOIN_LEFT, table, alias, on);
        ExprScope scope = model_table_scope(arena, lookup->table, alias);
        return expr_compile(&scope, lookup->value, ret_value, err);
    }
    SelectDraft there = {.arena = arena};
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, table, alias, NULL);
    pipeline_draft_where(&there, on);
    *ret_value = sql_exists(arena, pipeline_draft_end(&there), false);
    return ERR_OK;
}

static ErrCode add_column(FactBuild *build, size_t index, Err *err) {
    Arena *arena = build->arena;
    const ModelFactColumn *column = &build->fact->columns[index];
    const SqlExpr *value;
    if (column->lookup.table)
        TRY(lookup_value(build, index, &column->lookup, &value, err));
    else
        TRY(expr_compile(&build->scope, column->expr, &value, err));
    value = pipeline_as(arena, value, column->type);
    const SqlExpr *shown = value;
    Str zone = build->model->calendar.time_zone;
    bool is_instant = column->type.kind == TYPE_TIMESTAMP;
    if (is_instant && !is_utc(zone)) shown = sql_call2(arena, SQL_FN_TO_ZONE, value, pipeline_text(arena, zone));
    pipeline_draft_item(&build->draft, shown, column->name);
    if (is_instant) pipeline_draft_item(&build->draft, value, arena_printf(arena, "%.*s_utc", STR_ARG(column->name)));
    if (build->fact->time == (ptrdiff_t)index) build->time = shown;
    return ERR_OK;
}

/* The key of the fact's table, and rows in the order of partition and key. */
static void add_grain(FactBuild *build) {
    Arena *arena = build->arena;
    const ModelTable *table = build->fact->path.table;
    if (build->time && type_is_time(build->time->type) && build->fact->partition != MODEL_PARTITION_NONE) {
        SqlFn part = build->fact->partition == MODEL_PARTITION_MONTH ? SQL_FN_TRUNC_MONTH : SQL_FN_TRUNC_DAY;
        pipeline_draft_order(&build->draft, sql_call1(arena, part, build->time));
    } else if (build->time) {
        pipeline_draft_order(&build->draft, build->time);
    }
    for (size_t i = 0; i < table->n_key; i++) {
        const ModelColumn *column = &table->columns[table->key[i]];
        const SqlExpr *key = sql_column(arena, table->name, column->name, column->type);
        pipeline_draft_item(&build->draft, key, pipeline_name(arena, "_", column->name));
        pipeline_draft_order(&build->draft, key);
    }
    if (table->n_key) return;
    const SqlExpr *seq = sql_column(arena, table->name, S("_seq"), TYPE(TYPE_INT64));
    pipeline_draft_item(&build->draft, seq, S("_seq"));
    pipeline_draft_order(&build->draft, seq);
}

/* Its rows as gold should have them: all, or those of the grain in `touched`. */
static ErrCode build_select(FactBuild *build, const SqlRelation *touched, const SqlSelect **ret_select, Err *err) {
    const ModelPath *path = &build->fact->path;
    if (touched) TRY(pipeline_path_narrow(build->ctx, build->warehouse->conn, path, touched, &build->near, err));
    PathFrom from = {.tables = build->near};
    TRY(pipeline_draft_path(&build->draft, path, &build->scope, &from, err));
    TRY(find_time(build, err));
    for (size_t i = 0; i < build->fact->n_roles; i++) TRY(add_role(build, i, err));
    for (size_t i = 0; i < build->fact->n_columns; i++) TRY(add_column(build, i, err));
    add_grain(build);
    *ret_select = pipeline_draft_end(&build->draft);
    return ERR_OK;
}

/* ---- which rows ----------------------------------------------------------------------------------------------------- */

/* Rows whose lookup may find something else: what it compares stood in a record, before or after. */
static ErrCode touch_lookup(Touch *touch, const ModelLookup *lookup, Err *err) {
    Arena *arena = touch->ctx->arena;
    Str *names = ARENA_ARRAY(arena, Str, lookup->n_columns);
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, lookup->n_columns);
    for (size_t i = 0; i < lookup->n_columns; i++) {
        const ModelColumn *column = &lookup->table->columns[lookup->columns[i]];
        names[i] = column->name;
        TRY(expr_compile(&touch->scope, lookup->values[i], &values[i], err));
        values[i] = pipeline_as(arena, values[i], column->type);
    }
    const SqlRelation *records = pipeline_change_of(touch->warehouse, lookup->table)->records, *looked;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    pipeline_sql_init(&sql, arena, engine_dialect(engine_of(touch->warehouse->conn)), err);
    pipeline_sql_add(&sql, "SELECT ");
    pipeline_sql_columns(&sql, NULL, "before_", names, lookup->n_columns, "");
    pipeline_sql_add(&sql, " FROM %R UNION SELECT ", records);
    pipeline_sql_columns(&sql, NULL, "after_", names, lookup->n_columns, NULL);
    pipeline_sql_add(&sql, " FROM %R", records);
    TRY(pipeline_temp_sql(touch->ctx, touch->warehouse->conn, S("_looked"), &sql, &looked));
    return pipeline_touch_matching(touch, looked, names, values, lookup->n_columns, err);
}

/* Rows of members that have other versions now. */
static ErrCode touch_role(Touch *touch, const ModelRole *role, const SqlRelation *moved, Err *err) {
    Arena *arena = touch->ctx->arena;
    SilverKey key = pipeline_natural_key(arena, role->dimension);
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, key.n);
    for (size_t i = 0; i < key.n; i++) {
        TRY(expr_compile(&touch->scope, role->key_exprs[i], &values[i], err));
        values[i] = pipeline_as(arena, values[i], key.types[i]);
    }
    return pipeline_touch_matching(touch, moved, key.names, values, key.n, err);
}

static ErrCode touch_rows(const FactBuild *build, const SqlRelation **ret_touched, int64_t *ret_n, Err *err) {
    const ModelFact *fact = build->fact;
    Touch touch;
    TRY(pipeline_touch_new(build->ctx, build->warehouse, &fact->path, &touch, err));
    TRY(pipeline_touch_path(&touch, err));
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelLookup *lookup = &fact->columns[i].lookup;
        if (lookup->table && pipeline_change_of(build->warehouse, lookup->table)->is_changed)
            TRY(touch_lookup(&touch, lookup, err));
    }
    for (size_t i = 0; i < fact->n_roles; i++) {
        const SqlRelation *moved = build->warehouse->moved[fact->roles[i].dimension - build->model->dimensions];
        if (moved) TRY(touch_role(&touch, &fact->roles[i], moved, err));
    }
    TRY(pipeline_touch_end(&touch, ret_n, err));
    *ret_touched = touch.rows;
    return ERR_OK;
}

static bool is_lookup_first(const Warehouse *warehouse, const ModelFact *fact) {
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelTable *table = fact->columns[i].lookup.table;
        if (table && pipeline_change_of(warehouse, table)->is_first) return true;
    }
    return false;
}

/* ---- the difference ------------------------------------------------------------------------------------------------- */

static void start(const FactBuild *build, PipelineSql *sql, Err *err) {
    pipeline_sql_init(sql, build->arena, engine_dialect(engine_of(build->warehouse->conn)), err);
}

/* The grain as gold names it: after "_", but for _seq. */
static const char *gold_prefix(const FactBuild *build) {
    return build->fact->path.table->n_key ? "_" : "";
}

/* Whether what an attribute says of a row is other than before. */
static void add_is_renamed(const FactBuild *build, PipelineSql *sql, const Str *first) {
    pipeline_sql_add(sql, "(o._row IS NULL OR w.%I IS NULL", first);
    for (size_t i = 0; i < build->fact->n_columns; i++) {
        const ModelFactColumn *column = &build->fact->columns[i];
        if (column->kind == MODEL_COLUMN_ATTRIBUTE)
            pipeline_sql_add(sql, " OR w.%I IS DISTINCT FROM o.%I", &column->name, &column->name);
    }
    pipeline_sql_add(sql, ") AS _is_renamed");
}

/* The columns whose texts are accounted for. */
static Str *text_columns(const FactBuild *build, size_t *ret_n) {
    Str *names = ARENA_ARRAY(build->arena, Str, build->fact->n_columns);
    *ret_n = 0;
    for (size_t i = 0; i < build->fact->n_columns; i++) {
        const ModelFactColumn *column = &build->fact->columns[i];
        bool is_text = column->kind == MODEL_COLUMN_ATTRIBUTE && pipeline_texts_has(column->type);
        if (is_text) names[(*ret_n)++] = column->name;
    }
    return names;
}

/* "_delta": rows (touched NULL: of all) that differ, with the row each takes the place of (_row, null: none) and its texts, whether it
 * stays (_stays), and whether an attribute differs (_is_renamed). */
static ErrCode make_delta(const FactBuild *build, const SqlRelation *gold, const SqlSelect *select,
                          const SqlRelation *touched, const SqlRelation **ret_delta, Err *err) {
    SilverKey grain = pipeline_grain(build->arena, build->fact->path.table);
    const SqlRelation *wanted, *old;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    TRY(pipeline_temp_table(build->ctx, build->warehouse->conn, S("_wanted"), select, &wanted, err));
    start(build, &sql, err);
    pipeline_sql_add(&sql, "SELECT g.*, g.rowid AS _row FROM %R AS g", gold);
    if (touched) {
        pipeline_sql_add(&sql, " WHERE EXISTS (SELECT 1 FROM %R AS t WHERE ", touched);
        pipeline_sql_same(&sql, "t", "", "g", gold_prefix(build), grain.names, grain.n, false);
        pipeline_sql_add(&sql, ")");
    }
    TRY(pipeline_temp_sql(build->ctx, build->warehouse->conn, S("_old"), &sql, &old));
    PipelineSql delta CLEANUP(pipeline_sql_release);
    start(build, &delta, err);
    Str first = pipeline_name(build->arena, gold_prefix(build), grain.names[0]);
    pipeline_sql_add(&delta,
                     "SELECT w.*, o._row, w.%I IS NOT NULL AS _stays, o._row IS NOT NULL AS _was_there, "
                     "w.%I IS NOT NULL AS _is_there, ",
                     &first, &first);
    add_is_renamed(build, &delta, &first);
    size_t n_texts;
    const Str *texts = text_columns(build, &n_texts);
    pipeline_texts_before(&delta, texts, n_texts);
    pipeline_sql_add(&delta, " FROM %R AS w FULL JOIN %R AS o ON ", wanted, old);
    pipeline_sql_same(&delta, "w", gold_prefix(build), "o", gold_prefix(build), grain.names, grain.n, false);
    pipeline_sql_add(&delta, " WHERE o._row IS NULL OR w.%I IS NULL", &first);
    for (size_t i = 0; i < select->n_items; i++)
        pipeline_sql_add(&delta, " OR w.%I IS DISTINCT FROM o.%I", &select->items[i].alias, &select->items[i].alias);
    return pipeline_temp_sql(build->ctx, build->warehouse->conn, S("_delta"), &delta, ret_delta);
}

static ErrCode note_texts(const FactBuild *build, const SqlRelation *gold, const SqlRelation *delta, Err *err) {
    size_t n;
    const Str *columns = text_columns(build, &n);
    return pipeline_texts_note(build->ctx, build->warehouse, gold, delta, columns, n, err);
}

static ErrCode bring_delta(const FactBuild *build, const SqlRelation *gold, const SqlRelation *delta,
                           const SqlSelect *select, TableCounts *counts, Err *err) {
    EngineConn *conn = build->warehouse->conn;
    int64_t n_deleted, n_inserted, n[2];
    TRY(pipeline_ints(build->ctx, conn, n, COUNT_OF(n), err,
                      "SELECT count(*) FILTER (WHERE _row IS NOT NULL AND _stays), "
                      "count(*) FILTER (WHERE _is_renamed) FROM %R",
                      delta));
    if (n[1]) TRY(note_texts(build, gold, delta, err));
    TRY(engine_execf(build->ctx, conn, &n_deleted, err,
                     "DELETE FROM %R WHERE rowid IN (SELECT _row FROM %R WHERE _row IS NOT NULL)", gold, delta));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(build, &sql, err);
    Str *names = ARENA_ARRAY(build->arena, Str, select->n_items);
    for (size_t i = 0; i < select->n_items; i++) names[i] = select->items[i].alias;
    SqlColumnList columns = {names, select->n_items};
    pipeline_sql_add(&sql, "INSERT INTO %R (%C) SELECT %C FROM %R WHERE _stays", gold, &columns, &columns, delta);
    TRY(pipeline_sql_exec(build->ctx, conn, &sql, &n_inserted));
    counts->n_updated = n[0];
    counts->n_deleted = n_deleted - n[0];
    counts->n_inserted = n_inserted - n[0];
    return ERR_OK;
}

/* Beyond this share of a large fact, all of it is built anew: that is cheaper, and puts its rows in order again. */
enum { WHOLE_FROM_ROWS = 100000, WHOLE_SHARE = 3 };

static ErrCode refresh_touched(FactBuild *build, const SqlRelation *gold, bool *ret_is_whole, TableCounts *counts,
                               Err *err) {
    const SqlRelation *touched, *delta;
    const SqlSelect *select;
    Value n_gold;
    TRY(touch_rows(build, &touched, &counts->n_read, err));
    if (!counts->n_read) return ERR_OK;
    TRY(engine_valuef(build->ctx, build->warehouse->conn, &n_gold, err, "SELECT count(*) FROM %R", gold));
    *ret_is_whole = counts->n_read > WHOLE_FROM_ROWS && counts->n_read > n_gold.i / WHOLE_SHARE;
    if (*ret_is_whole) return ERR_OK;
    TRY(build_select(build, touched, &select, err));
    TRY(make_delta(build, gold, select, touched, &delta, err));
    return bring_delta(build, gold, delta, select, counts, err);
}

static FactBuild build_new(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact) {
    return (FactBuild){.ctx = ctx,
                       .arena = ctx->arena,
                       .warehouse = warehouse,
                       .model = warehouse->model,
                       .fact = fact,
                       .scope = model_path_scope(ctx->arena, &fact->path),
                       .draft = {.arena = ctx->arena}};
}

ErrCode pipeline_gold_fact_verify(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact, TableCounts *counts,
                                  Err *err) {
    FactBuild build = build_new(ctx, warehouse, fact);
    const SqlRelation *gold = model_relation_fact(ctx->arena, fact), *delta;
    const SqlSelect *select;
    Value n;
    TRY(build_select(&build, NULL, &select, err));
    TRY(make_delta(&build, gold, select, NULL, &delta, err));
    TRY(engine_valuef(ctx, warehouse->conn, &n, err, "SELECT count(*) FROM %R", gold));
    counts->n_read = n.i;
    TRY(engine_valuef(ctx, warehouse->conn, &n, err, "SELECT count(*) FROM %R", delta));
    if (!n.i) return ERR_OK;
    SilverKey grain = pipeline_grain(ctx->arena, fact->path.table);
    Str keys;
    TRY(pipeline_key_examples(ctx, warehouse->conn, delta, gold_prefix(&build), grain.names, grain.n, &keys, err));
    return err_set(err, ERR_DATA,
                   "%" PRId64 " rows of fact '%.*s' are not as silver gives them (%.*s); run `starling rebuild gold`",
                   n.i, STR_ARG(fact->name), STR_ARG(keys));
}

ErrCode pipeline_gold_fact_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact, bool is_whole,
                                   TableCounts *counts, Err *err) {
    FactBuild build = build_new(ctx, warehouse, fact);
    const SqlRelation *gold = model_relation_fact(ctx->arena, fact);
    is_whole |= pipeline_path_is_first(warehouse, &fact->path) || is_lookup_first(warehouse, fact);
    if (!is_whole) TRY(refresh_touched(&build, gold, &is_whole, counts, err));
    if (!is_whole) return ERR_OK;
    const SqlSelect *select;
    TRY(build_select(&build, NULL, &select, err));
    TRY(engine_execf(ctx, warehouse->conn, &counts->n_deleted, err, "DELETE FROM %R", gold));
    TRY(pipeline_insert(ctx, warehouse->conn, gold, select, &counts->n_inserted, err));
    counts->n_read = counts->n_inserted;
    pipeline_texts_whole(warehouse, gold);
    return ERR_OK;
}
