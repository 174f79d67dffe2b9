/*
 * The past of a dimension's members, from bronze: which versions there were, and from when to when (docs/decisions/0007).
 *
 * Phases, each a temporary table:
 *   _h0 _h1 …  of each table of the path, its rows with the time each held (_from, _to): those that the members in question reach
 *   _points    for each row of the first table the moments at which anything it reaches begins or ends
 *   _states    the dimension's query evaluated at these moments
 *   _versions  per member, consecutive states that agree in the attributes whose history is kept
 *
 * Time is open at both ends by -infinity and infinity, which only leave as nulls.
 */
#include "pipeline/pipeline_internal.h"

typedef struct History {
    const Ctx *ctx;
    EngineConn *conn;
    const ModelDimension *dimension;
    const ModelPath *path;
    ExprScope scope;
    SilverKey key;              /* of the path's first table */
    SilverKey natural;          /* of the dimension */
    const SqlExpr **values;     /* attributes over the path */
    const SqlRelation **tables; /* _h0, then one a join */
} History;

#define BEGINNING "TIMESTAMP '-infinity'"
#define END "TIMESTAMP 'infinity'"

static void start(const History *history, PipelineSql *sql, Err *err) {
    pipeline_sql_init(sql, history->ctx->arena, engine_dialect(engine_of(history->conn)), err);
}

/* ---- rows and when they held ---------------------------------------------------------------------------------------- */

/* A table's rows with _from and _to, of some keys (_k_K…) or of all. Of a key's records of one moment only the last counts. */
static ErrCode make_intervals(const History *history, const ModelTable *table, const SqlRelation *keys, size_t nth,
                              Err *err) {
    SilverKey key = pipeline_silver_key(history->ctx->arena, table);
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(history, &sql, err);
    pipeline_sql_add(&sql, "SELECT * FROM (SELECT * EXCLUDE (_when), CASE WHEN row_number() OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, key.names, key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq) = 1 THEN " BEGINNING " ELSE _when END AS _from, "
                           "coalesce(lead(_when) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, key.names, key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq), " END ") AS _to FROM (SELECT *, lead(_when) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, key.names, key.n, NULL);
    pipeline_sql_add(&sql, " ORDER BY _seq) AS _then FROM (SELECT * EXCLUDE (_at), coalesce(_at, " BEGINNING
                           ") AS _when FROM (");
    pipeline_sql_events(&sql, table, pipeline_bronze(history->ctx->arena, table), keys);
    pipeline_sql_add(&sql, ") AS e) AS w) AS l WHERE _then IS DISTINCT FROM _when) AS h WHERE _kind <> 'out'");
    Str name = arena_printf(history->ctx->arena, "_h%zu", nth);
    return pipeline_temp_sql(history->ctx, history->conn, name, &sql, &history->tables[nth]);
}

/* The draft's row is of a member in scope. */
static const SqlExpr *is_in_scope(const History *history, const SqlRelation *scope) {
    Arena *arena = history->ctx->arena;
    SelectDraft there = {.arena = arena};
    pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
    pipeline_draft_from(&there, SQL_JOIN_NONE, scope, S("_v"), NULL);
    for (size_t i = 0; i < history->dimension->n_key; i++) {
        const SqlExpr *value = history->values[history->dimension->key[i]];
        const SqlExpr *wanted = sql_column(arena, S("_v"), history->natural.names[i], history->natural.types[i]);
        pipeline_draft_where(&there, sql_call2(arena, SQL_FN_EQ, wanted, value));
    }
    return sql_exists(arena, pipeline_draft_end(&there), false);
}

/* Keys of the first table's rows that have ever been of a member in scope. */
static ErrCode make_first_keys(const History *history, const SqlRelation *scope, const SqlRelation **ret_keys,
                               Err *err) {
    Arena *arena = history->ctx->arena;
    const ModelTable *table = history->path->table;
    SelectDraft images = {.arena = arena}, draft = {.arena = arena, .is_distinct = true};
    for (size_t i = 0; i < table->n_columns; i++) {
        const ModelColumn *column = &table->columns[i];
        pipeline_draft_item(&images,
                            sql_column(arena, S("b"), pipeline_name(arena, "after_", column->name), column->type),
                            column->name);
    }
    for (size_t i = 0; i < history->key.n; i++) {
        Str name = pipeline_name(arena, KEY_, history->key.names[i]),
            from = pipeline_name(arena, pipeline_key_prefix(table, true), history->key.names[i]);
        pipeline_draft_item(&images, sql_column(arena, S("b"), from, history->key.types[i]), name);
        pipeline_draft_item(&draft, sql_column(arena, table->name, name, history->key.types[i]), name);
    }
    pipeline_draft_from(&images, SQL_JOIN_NONE, pipeline_bronze(arena, table), S("b"), NULL);
    pipeline_draft_where(&images, sql_call2(arena, SQL_FN_NE, sql_column(arena, S("b"), S("_op"), TYPE(TYPE_TEXT)),
                                            pipeline_text(arena, S("D"))));
    pipeline_draft_from_select(&draft, SQL_JOIN_NONE, pipeline_draft_end(&images), table->name, NULL);
    pipeline_draft_where(&draft, is_in_scope(history, scope));
    return pipeline_temp_table(history->ctx, history->conn, S("_first_keys"), pipeline_draft_end(&draft), ret_keys,
                               err);
}

/* What a join compares with its table's key. */
static ErrCode join_values(const History *history, const ModelJoin *join, const SqlExpr ***ret_values, Err *err) {
    const SqlExpr **values = ARENA_ARRAY(history->ctx->arena, const SqlExpr *, join->table->n_key);
    for (size_t k = 0; k < join->table->n_key; k++) {
        TRY(expr_compile(&history->scope, join->on[k], &values[k], err));
        values[k] = pipeline_as(history->ctx->arena, values[k], join->table->columns[join->table->key[k]].type);
    }
    *ret_values = values;
    return ERR_OK;
}

/* Keys of a joined table that any row before it has ever named. */
static ErrCode make_join_keys(const History *history, size_t join_index, const SqlRelation **ret_keys, Err *err) {
    Arena *arena = history->ctx->arena;
    const ModelJoin *join = &history->path->joins[join_index];
    const SqlExpr **values;
    SelectDraft draft = {.arena = arena, .is_distinct = true};
    TRY(join_values(history, join, &values, err));
    TRY(pipeline_draft_path_for(&draft, history->path, &history->scope, history->tables, values, join->table->n_key,
                                err));
    for (size_t k = 0; k < join->table->n_key; k++)
        pipeline_draft_item(&draft, values[k],
                            pipeline_name(arena, KEY_, join->table->columns[join->table->key[k]].name));
    return pipeline_temp_table(history->ctx, history->conn, S("_join_keys"), pipeline_draft_end(&draft), ret_keys, err);
}

static ErrCode make_tables(const History *history, const SqlRelation *scope, Err *err) {
    const SqlRelation *keys = NULL;
    if (scope) TRY(make_first_keys(history, scope, &keys, err));
    TRY(make_intervals(history, history->path->table, keys, 0, err));
    for (size_t i = 0; i < history->path->n_joins; i++) {
        TRY(make_join_keys(history, i, &keys, err));
        TRY(make_intervals(history, history->path->joins[i].table, keys, i + 1, err));
    }
    return ERR_OK;
}

/* ---- moments and states --------------------------------------------------------------------------------------------- */

static void draft_moment(const History *history, SelectDraft *draft, Str alias, const char *column) {
    Arena *arena = history->ctx->arena;
    for (size_t i = 0; i < history->key.n; i++) {
        Str name = pipeline_name(arena, KEY_, history->key.names[i]);
        pipeline_draft_item(draft, sql_column(arena, history->path->table->name, name, history->key.types[i]), name);
    }
    pipeline_draft_item(draft, sql_column(arena, alias, str_of(column), TYPE(TYPE_TIMESTAMP)), S("_t"));
}

/* Begin or end of the rows of the join (SIZE_MAX: the first table) that each row of the first table has ever reached. */
static ErrCode moments_of(const History *history, size_t join_index, const char *column, const SqlSelect **ret_select,
                          Err *err) {
    SelectDraft draft = {.arena = history->ctx->arena, .is_distinct = true};
    Str first = history->path->table->name;
    if (join_index == SIZE_MAX) {
        draft_moment(history, &draft, first, column);
        pipeline_draft_from(&draft, SQL_JOIN_NONE, history->tables[0], first, NULL);
    } else {
        const ModelJoin *join = &history->path->joins[join_index];
        const SqlExpr **values, *on;
        TRY(join_values(history, join, &values, err));
        TRY(pipeline_draft_path_for(&draft, history->path, &history->scope, history->tables, values, join->table->n_key,
                                    err));
        TRY(pipeline_path_on(join, &history->scope, &on, err));
        pipeline_draft_from(&draft, SQL_JOIN_INNER, history->tables[join_index + 1], join->alias, on);
        draft_moment(history, &draft, join->alias, column);
    }
    *ret_select = pipeline_draft_end(&draft);
    return ERR_OK;
}

static ErrCode make_points(const History *history, const SqlRelation **ret_points, Err *err) {
    const SqlRelation *all = NULL;
    for (size_t i = 0; i <= history->path->n_joins; i++) {
        for (int is_end = 0; is_end <= 1; is_end++) {
            const SqlSelect *select;
            TRY(moments_of(history, i ? i - 1 : SIZE_MAX, is_end ? "_to" : "_from", &select, err));
            if (all)
                TRY(pipeline_insert(history->ctx, history->conn, all, select, NULL, err));
            else
                TRY(pipeline_temp_table(history->ctx, history->conn, S("_moments"), select, &all, err));
        }
    }
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(history, &sql, err);
    pipeline_sql_add(&sql, "SELECT * FROM (SELECT *, coalesce(lead(_t) OVER (PARTITION BY ");
    pipeline_sql_columns(&sql, NULL, KEY_, history->key.names, history->key.n, NULL);
    pipeline_sql_add(
        &sql, " ORDER BY _t), " END ") AS _next FROM (SELECT DISTINCT * FROM %R) AS d) AS p WHERE _t < " END, all);
    return pipeline_temp_sql(history->ctx, history->conn, S("_points"), &sql, ret_points);
}

static ErrCode make_states(const History *history, const SqlRelation *points, const SqlRelation *scope,
                           const SqlRelation **ret_states, Err *err) {
    Arena *arena = history->ctx->arena;
    SelectDraft draft = {.arena = arena};
    const SqlExpr *on = NULL;
    for (size_t i = 0; i < history->key.n; i++) {
        Str name = pipeline_name(arena, KEY_, history->key.names[i]);
        on = sql_and(arena, on,
                     sql_call2(arena, SQL_FN_EQ,
                               sql_column(arena, history->path->table->name, name, history->key.types[i]),
                               sql_column(arena, S(PATH_MOMENT), name, history->key.types[i])));
    }
    pipeline_draft_from(&draft, SQL_JOIN_NONE, points, S(PATH_MOMENT), NULL);
    PathFrom from = {.tables = history->tables, .first_on = on, .has_moment = true};
    TRY(pipeline_draft_path(&draft, history->path, &history->scope, &from, err));
    for (size_t i = 0; i < history->dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &history->dimension->attributes[i];
        pipeline_draft_item(&draft, history->values[i], attribute->name);
        if (attribute->is_key) pipeline_draft_where(&draft, sql_call1(arena, SQL_FN_IS_SET, history->values[i]));
    }
    if (scope) pipeline_draft_where(&draft, is_in_scope(history, scope)); /* a row may have been of other members too */
    static const char *const times[] = {"_t", "_next"};
    for (size_t i = 0; i < COUNT_OF(times); i++)
        pipeline_draft_item(&draft, sql_column(arena, S(PATH_MOMENT), str_of(times[i]), TYPE(TYPE_TIMESTAMP)),
                            str_of(times[i]));
    return pipeline_temp_table(history->ctx, history->conn, S("_states"), pipeline_draft_end(&draft), ret_states, err);
}

/* ---- versions ------------------------------------------------------------------------------------------------------- */

static void add_natural(const History *history, PipelineSql *sql) {
    pipeline_sql_columns(sql, NULL, "", history->natural.names, history->natural.n, NULL);
}

/* One state a member and moment; _is_new where an attribute whose history is kept is not as in the state before. */
static void add_steps(const History *history, PipelineSql *sql, const SqlRelation *states) {
    pipeline_sql_add(sql, "SELECT *, CASE WHEN false");
    for (size_t i = 0; i < history->dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &history->dimension->attributes[i];
        if (attribute->is_key || attribute->scd != 2) continue;
        pipeline_sql_add(sql, " OR (row_number() OVER (PARTITION BY ");
        add_natural(history, sql);
        pipeline_sql_add(sql, " ORDER BY _t) > 1 AND %I IS DISTINCT FROM lag(%I) OVER (PARTITION BY ", &attribute->name,
                         &attribute->name);
        add_natural(history, sql);
        pipeline_sql_add(sql, " ORDER BY _t))");
    }
    pipeline_sql_add(sql, " THEN 1 ELSE 0 END AS _is_new FROM (SELECT ");
    for (size_t i = 0; i < history->dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &history->dimension->attributes[i];
        pipeline_sql_add(sql, attribute->is_key ? "%I, " : "min(%I) AS %I, ", &attribute->name, &attribute->name);
    }
    pipeline_sql_add(sql, "_t, max(_next) AS _next FROM %R GROUP BY ", states);
    add_natural(history, sql);
    pipeline_sql_add(sql, ", _t) AS m");
}

static ErrCode make_versions(const History *history, const SqlRelation *states, const SqlRelation **ret_versions,
                             Err *err) {
    const ModelDimension *dimension = history->dimension;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(history, &sql, err);
    pipeline_sql_add(&sql, "SELECT ");
    for (size_t i = 0; i < dimension->n_attributes; i++) pipeline_sql_add(&sql, "%I, ", &dimension->attributes[i].name);
    pipeline_sql_add(&sql, "CASE WHEN _nth > 0 THEN _from END AS _from, CASE WHEN _nth < _last THEN _until "
                           "WHEN _end < " END " THEN _end END AS _to, _nth = _last AND _end = " END
                           " AS _is_current FROM (SELECT *, max(_nth) OVER (PARTITION BY ");
    add_natural(history, &sql);
    pipeline_sql_add(&sql, ") AS _last, max(_next) OVER (PARTITION BY ");
    add_natural(history, &sql);
    pipeline_sql_add(&sql, ") AS _end, lead(_from) OVER (PARTITION BY ");
    add_natural(history, &sql);
    pipeline_sql_add(&sql, " ORDER BY _nth) AS _until FROM (SELECT ");
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        pipeline_sql_add(&sql, attribute->is_key ? "%I, " : "min(%I) AS %I, ", &attribute->name, &attribute->name);
    }
    pipeline_sql_add(&sql, "_nth, min(_t) AS _from, max(_next) AS _next FROM (SELECT ");
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        if (attribute->is_key || attribute->scd == 2) {
            pipeline_sql_add(&sql, "%I, ", &attribute->name);
            continue;
        }
        pipeline_sql_add(&sql, "first_value(%I) OVER (PARTITION BY ", &attribute->name);
        add_natural(history, &sql);
        pipeline_sql_add(&sql, " ORDER BY _t DESC) AS %I, ", &attribute->name);
    }
    pipeline_sql_add(&sql, "_t, _next, sum(_is_new) OVER (PARTITION BY ");
    add_natural(history, &sql);
    pipeline_sql_add(&sql, " ORDER BY _t ROWS UNBOUNDED PRECEDING) AS _nth FROM (");
    add_steps(history, &sql, states);
    pipeline_sql_add(&sql, ") AS s) AS i GROUP BY ");
    add_natural(history, &sql);
    pipeline_sql_add(&sql, ", _nth) AS v) AS w");
    return pipeline_temp_sql(history->ctx, history->conn, S("_versions"), &sql, ret_versions);
}

ErrCode pipeline_history_versions(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                  const SqlRelation *scope, const SqlRelation **ret_versions, Err *err) {
    History history = {.ctx = ctx,
                       .conn = warehouse->conn,
                       .dimension = dimension,
                       .path = &dimension->path,
                       .scope = model_path_scope(ctx->arena, &dimension->path),
                       .key = pipeline_silver_key(ctx->arena, dimension->path.table),
                       .natural = pipeline_natural_key(ctx->arena, dimension),
                       .values = ARENA_ARRAY(ctx->arena, const SqlExpr *, dimension->n_attributes),
                       .tables = ARENA_ARRAY(ctx->arena, const SqlRelation *, dimension->path.n_joins + 1)};
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        TRY(expr_compile(&history.scope, dimension->attributes[i].expr, &history.values[i], err));
        history.values[i] = pipeline_as(ctx->arena, history.values[i], dimension->attributes[i].type);
    }
    const SqlRelation *points, *states;
    TRY(make_tables(&history, scope, err));
    TRY(make_points(&history, &points, err));
    TRY(make_states(&history, points, scope, &states, err));
    return make_versions(&history, states, ret_versions, err);
}
