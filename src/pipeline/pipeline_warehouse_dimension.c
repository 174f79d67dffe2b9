/*
 * One dimension: the versions of its members as silver and bronze tell them, compared with gold; only rows that differ are touched.
 *
 * A member is a set natural key: rows in which part of it is null belong to the unknown member (-1, attributes null), which every
 * dimension has. Where the path has several rows of a member (a dimension read off a fact's table) its attributes are equal in
 * all of them, for they depend on the key; should they not, the least value stands, whatever order the rows come in.
 *
 * Which members: all, or those that the batch touches (_scope). Silver has those that are there now. Bronze is asked only for what
 * silver cannot tell: versions, where a history is kept, and members that are gone (docs/decisions/0007).
 */
#include "pipeline/pipeline_internal.h"

typedef struct Dim {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelDimension *dimension;
    const SqlRelation *gold;
    SilverKey key;
    Str surrogate;
    bool is_whole;               /* to be made anew, whatever stands there */
    bool has_history;            /* an attribute's is kept */
    bool has_past;               /* bronze knows more of the path's tables than that rows came once */
    const SqlRelation *scope;    /* natural keys of the members to look at; NULL: all */
    const SqlRelation *versions; /* attributes…, _from, _to, _is_current */
    const SqlRelation *wanted;   /* as gold, for the members in scope */
} Dim;

static void start(const Dim *dim, PipelineSql *sql, Err *err) {
    pipeline_sql_init(sql, dim->ctx->arena, engine_dialect(engine_of(dim->warehouse->conn)), err);
}

static void add_attributes(const Dim *dim, PipelineSql *sql, const char *alias) {
    Str table = str_of(alias);
    for (size_t i = 0; i < dim->dimension->n_attributes; i++)
        pipeline_sql_add(sql, i ? ", %I.%I" : "%I.%I", &table, &dim->dimension->attributes[i].name);
}

/* ---- which members -------------------------------------------------------------------------------------------------- */

static bool is_key_local(const Dim *dim) {
    for (size_t i = 0; i < dim->dimension->n_key; i++)
        if (!pipeline_path_is_local(dim->ctx->arena, &dim->dimension->path,
                                    dim->dimension->attributes[dim->dimension->key[i]].expr))
            return false;
    return true;
}

/* Whether bronze knows more of a table than that its rows came once. */
static ErrCode has_past(const Dim *dim, const ModelTable *table, bool *ret_has_past, Err *err) {
    Value value;
    TRY(engine_valuef(dim->ctx, dim->warehouse->conn, &value, err, "SELECT EXISTS (SELECT 1 FROM %R WHERE _op <> 'I')",
                      pipeline_bronze(dim->ctx->arena, table)));
    *ret_has_past = value.b;
    return ERR_OK;
}

static ErrCode find_past(Dim *dim, Err *err) {
    const ModelPath *path = &dim->dimension->path;
    TRY(has_past(dim, path->table, &dim->has_past, err));
    for (size_t i = 0; i < path->n_joins && !dim->has_past; i++)
        TRY(has_past(dim, path->joins[i].table, &dim->has_past, err));
    return ERR_OK;
}

/* select distinct natural key from …, whose FROM entry is the path's first table under its name. */
static ErrCode draft_natural(const Dim *dim, SelectDraft *draft, Err *err) {
    ExprScope scope = model_path_scope(dim->ctx->arena, &dim->dimension->path);
    draft->is_distinct = true;
    for (size_t i = 0; i < dim->dimension->n_key; i++) {
        const ModelAttribute *attribute = &dim->dimension->attributes[dim->dimension->key[i]];
        const SqlExpr *value;
        TRY(expr_compile(&scope, attribute->expr, &value, err));
        value = pipeline_as(dim->ctx->arena, value, attribute->type);
        pipeline_draft_item(draft, value, attribute->name);
        pipeline_draft_where(draft, sql_call1(dim->ctx->arena, SQL_FN_IS_SET, value));
    }
    return ERR_OK;
}

/* The first table's rows as they were before or after the batch's records. */
static const SqlSelect *images(const Dim *dim, const SqlRelation *records, const char *prefix) {
    Arena *arena = dim->ctx->arena;
    const ModelTable *table = dim->dimension->path.table;
    SelectDraft draft = {.arena = arena};
    for (size_t i = 0; i < table->n_columns; i++)
        pipeline_draft_item(
            &draft,
            sql_column(arena, S("r"), pipeline_name(arena, prefix, table->columns[i].name), table->columns[i].type),
            table->columns[i].name);
    pipeline_draft_from(&draft, SQL_JOIN_NONE, records, S("r"), NULL);
    return pipeline_draft_end(&draft);
}

/* Members that the first table's records name, before or after. */
static ErrCode scope_of_records(const Dim *dim, const SqlRelation *scope, Err *err) {
    static const char *const prefixes[] = {"before_", "after_"};
    const TableChange *change = pipeline_change_of(dim->warehouse, dim->dimension->path.table);
    for (size_t i = 0; i < COUNT_OF(prefixes) && change->is_changed; i++) {
        SelectDraft draft = {.arena = dim->ctx->arena};
        pipeline_draft_from_select(&draft, SQL_JOIN_NONE, images(dim, change->records, prefixes[i]),
                                   dim->dimension->path.table->name, NULL);
        TRY(draft_natural(dim, &draft, err));
        TRY(pipeline_insert(dim->ctx, dim->warehouse->conn, scope, pipeline_draft_end(&draft), NULL, err));
    }
    return ERR_OK;
}

/* The path's tables with every row that bronze has ever had. */
static ErrCode make_ever(const Dim *dim, const SqlRelation *const **ret_tables, Err *err) {
    Arena *arena = dim->ctx->arena;
    const ModelPath *path = &dim->dimension->path;
    const SqlRelation **tables = ARENA_ARRAY(arena, const SqlRelation *, path->n_joins + 1);
    for (size_t i = 0; i <= path->n_joins; i++) {
        const ModelTable *table = i ? path->joins[i - 1].table : path->table;
        TableColumns columns = pipeline_table_columns(arena, table);
        tables[i] = sql_relation_table(arena, S(""), arena_printf(arena, "_ever%zu", i));
        PipelineSql sql CLEANUP(pipeline_sql_release);
        start(dim, &sql, err);
        pipeline_sql_add(&sql, "CREATE OR REPLACE TEMPORARY VIEW %R AS SELECT ", tables[i]);
        pipeline_sql_columns(&sql, "b", "after_", columns.names, columns.n, "");
        pipeline_sql_add(&sql, " FROM %R AS b WHERE _op <> 'D'", pipeline_bronze(arena, table));
        TRY(pipeline_sql_exec(dim->ctx, dim->warehouse->conn, &sql, NULL));
    }
    *ret_tables = tables;
    return ERR_OK;
}

/* Members whose rows reach something that changed, or, where there is a past, have ever done so: what comes late was always so. */
static ErrCode scope_of_joins(const Dim *dim, const SqlRelation *scope, Err *err) {
    Arena *arena = dim->ctx->arena;
    const ModelPath *path = &dim->dimension->path;
    ExprScope names = model_path_scope(arena, path);
    const SqlRelation *const *tables = NULL;
    for (size_t i = 0; i < path->n_joins; i++) {
        const ModelJoin *join = &path->joins[i];
        const TableChange *change = pipeline_change_of(dim->warehouse, join->table);
        if (!change->is_changed) continue;
        if (dim->has_past && !tables) TRY(make_ever(dim, &tables, err));
        const SqlExpr **values;
        SelectDraft draft = {.arena = arena}, there = {.arena = arena};
        TRY(pipeline_path_values(join, &names, &values, err));
        TRY(pipeline_draft_path_for(&draft, path, &names, tables, values, join->table->n_key, err));
        TRY(draft_natural(dim, &draft, err));
        pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
        pipeline_draft_from(&there, SQL_JOIN_NONE, change->keys, S("_v"), NULL);
        for (size_t k = 0; k < join->table->n_key; k++) {
            Str key = pipeline_name(arena, KEY_, join->table->columns[join->table->key[k]].name);
            pipeline_draft_where(
                &there, sql_call2(arena, SQL_FN_EQ, sql_column(arena, S("_v"), key, values[k]->type), values[k]));
        }
        pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), false));
        TRY(pipeline_insert(dim->ctx, dim->warehouse->conn, scope, pipeline_draft_end(&draft), NULL, err));
    }
    return ERR_OK;
}

static ErrCode make_scope(Dim *dim, Err *err) {
    const SqlRelation *all = sql_relation_table(dim->ctx->arena, S(""), S("_scope_all"));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "CREATE OR REPLACE TEMPORARY TABLE %R (", all);
    for (size_t i = 0; i < dim->key.n; i++)
        pipeline_sql_add(&sql, i ? ", %I %T" : "%I %T", &dim->key.names[i], &dim->key.types[i]);
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_sql_exec(dim->ctx, dim->warehouse->conn, &sql, NULL));
    TRY(scope_of_records(dim, all, err));
    TRY(scope_of_joins(dim, all, err));
    dim->scope = sql_relation_table(dim->ctx->arena, S(""), S("_scope"));
    return engine_execf(dim->ctx, dim->warehouse->conn, NULL, err,
                        "CREATE OR REPLACE TEMPORARY TABLE %R AS SELECT DISTINCT * FROM %R", dim->scope, all);
}

/* ---- members as they are now ---------------------------------------------------------------------------------------- */

/* select key…, min(other)… from path where key is set and in scope group by key */
static ErrCode members_select(const Dim *dim, const SqlSelect **ret_select, Err *err) {
    Arena *arena = dim->ctx->arena;
    const ModelDimension *dimension = dim->dimension;
    ExprScope scope = model_path_scope(arena, &dimension->path);
    SelectDraft draft = {.arena = arena, .n_group = dimension->n_key}, there = {.arena = arena};
    TRY(pipeline_draft_path(&draft, &dimension->path, &scope, NULL, err));
    for (int is_key = 1; is_key >= 0; is_key--) {
        for (size_t i = 0; i < dimension->n_attributes; i++) {
            const ModelAttribute *attribute = &dimension->attributes[i];
            if (attribute->is_key != (is_key == 1)) continue;
            const SqlExpr *value;
            TRY(expr_compile(&scope, attribute->expr, &value, err));
            value = pipeline_as(arena, value, attribute->type);
            if (is_key) pipeline_draft_where(&draft, sql_call1(arena, SQL_FN_IS_SET, value));
            if (is_key)
                pipeline_draft_where(
                    &there,
                    sql_call2(arena, SQL_FN_EQ, sql_column(arena, S("_v"), attribute->name, attribute->type), value));
            pipeline_draft_item(&draft, is_key ? value : sql_call1(arena, SQL_FN_MIN, value), attribute->name);
        }
    }
    if (dim->scope) {
        pipeline_draft_item(&there, pipeline_int(arena, 1), S("one"));
        pipeline_draft_from(&there, SQL_JOIN_NONE, dim->scope, S("_v"), NULL);
        pipeline_draft_where(&draft, sql_exists(arena, pipeline_draft_end(&there), false));
    }
    *ret_select = pipeline_draft_end(&draft);
    return ERR_OK;
}

/* ---- versions ------------------------------------------------------------------------------------------------------- */

/* Members in scope that silver has not (any more): of all members, those that bronze has ever named. */
static ErrCode make_gone(const Dim *dim, const SqlRelation *members, const SqlRelation **ret_gone, int64_t *ret_n,
                         Err *err) {
    const SqlRelation *ever = dim->scope;
    if (!ever) {
        SelectDraft draft = {.arena = dim->ctx->arena};
        const SqlRelation *bronze = pipeline_bronze(dim->ctx->arena, dim->dimension->path.table);
        pipeline_draft_from_select(&draft, SQL_JOIN_NONE, images(dim, bronze, "after_"),
                                   dim->dimension->path.table->name, NULL);
        TRY(draft_natural(dim, &draft, err));
        TRY(pipeline_temp_table(dim->ctx, dim->warehouse->conn, S("_ever"), pipeline_draft_end(&draft), &ever, err));
    }
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT * FROM %R AS e WHERE NOT EXISTS (SELECT 1 FROM %R AS m WHERE ", ever, members);
    pipeline_sql_same(&sql, "m", "", "e", "", dim->key.names, dim->key.n, false);
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_temp_sql(dim->ctx, dim->warehouse->conn, S("_gone"), &sql, ret_gone));
    Value n;
    TRY(engine_valuef(dim->ctx, dim->warehouse->conn, &n, err, "SELECT count(*) FROM %R", *ret_gone));
    *ret_n = n.i;
    return ERR_OK;
}

/* Members as they are now, each with one version. */
static ErrCode versions_of_members(Dim *dim, const SqlRelation *members, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT ");
    add_attributes(dim, &sql, "m");
    pipeline_sql_add(
        &sql, ", CAST(NULL AS TIMESTAMP) AS _from, CAST(NULL AS TIMESTAMP) AS _to, true AS _is_current FROM %R AS m",
        members);
    return pipeline_temp_sql(dim->ctx, dim->warehouse->conn, S("_dimension"), &sql, &dim->versions);
}

static ErrCode make_versions(Dim *dim, Err *err) {
    const SqlSelect *select;
    const SqlRelation *members, *gone, *past;
    bool is_all = dim->has_past && (dim->has_history || !is_key_local(dim));
    if (is_all)
        return pipeline_history_versions(dim->ctx, dim->warehouse, dim->dimension, dim->scope, &dim->versions, err);
    TRY(members_select(dim, &select, err));
    TRY(pipeline_temp_table(dim->ctx, dim->warehouse->conn, S("_members"), select, &members, err));
    TRY(versions_of_members(dim, members, err));
    if (!dim->has_past) return ERR_OK;
    int64_t n_gone;
    TRY(make_gone(dim, members, &gone, &n_gone, err));
    if (!n_gone) return ERR_OK;
    TRY(pipeline_history_versions(dim->ctx, dim->warehouse, dim->dimension, gone, &past, err));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "INSERT INTO %R SELECT ", dim->versions);
    add_attributes(dim, &sql, "p");
    pipeline_sql_add(&sql, ", _from, _to, _is_current FROM %R AS p", past);
    return pipeline_sql_exec(dim->ctx, dim->warehouse->conn, &sql, NULL);
}

/* ---- the difference ------------------------------------------------------------------------------------------------- */

/* The rows as gold should have them. */
static ErrCode make_wanted(Dim *dim, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT k.%I, ", &dim->surrogate);
    add_attributes(dim, &sql, "v");
    pipeline_sql_add(&sql, ", v._from AS _valid_from, v._to AS _valid_to, v._is_current FROM %R AS v JOIN %R AS k ON ",
                     dim->versions, pipeline_key_map(dim->ctx->arena, dim->dimension));
    pipeline_sql_same(&sql, "k", "", "v", "", dim->key.names, dim->key.n, false);
    pipeline_sql_add(&sql, " AND k._from IS NOT DISTINCT FROM v._from");
    if (!dim->scope) {
        pipeline_sql_add(&sql, " UNION ALL SELECT %d", (int64_t)MODEL_UNKNOWN_KEY);
        for (size_t i = 0; i < dim->dimension->n_attributes; i++) pipeline_sql_add(&sql, ", NULL");
        pipeline_sql_add(&sql, ", NULL, NULL, true");
    }
    return pipeline_temp_sql(dim->ctx, dim->warehouse->conn, S("_wanted"), &sql, &dim->wanted);
}

/* Gold's rows of the members in scope. */
static ErrCode make_old(const Dim *dim, const SqlRelation **ret_old, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT g.*, g.rowid AS _row FROM %R AS g", dim->gold);
    if (dim->scope) {
        pipeline_sql_add(&sql, " WHERE EXISTS (SELECT 1 FROM %R AS s WHERE ", dim->scope);
        pipeline_sql_same(&sql, "s", "", "g", "", dim->key.names, dim->key.n, false);
        pipeline_sql_add(&sql, ")");
    }
    return pipeline_temp_sql(dim->ctx, dim->warehouse->conn, S("_old"), &sql, ret_old);
}

/* The attributes whose texts are accounted for. */
static Str *text_columns(const Dim *dim, size_t *ret_n) {
    const ModelDimension *dimension = dim->dimension;
    Str *names = ARENA_ARRAY(dim->ctx->arena, Str, dimension->n_attributes);
    *ret_n = 0;
    for (size_t i = 0; i < dimension->n_attributes; i++)
        if (pipeline_texts_has(dimension->attributes[i].type)) names[(*ret_n)++] = dimension->attributes[i].name;
    return names;
}

/* "_delta": each version that differs, with the row it takes the place of (_row, null: none) and its texts, whether it stays (_stays),
 * and whether a fact may find another version for it (_is_moved: it came, went, or has other bounds). */
static ErrCode make_delta(const Dim *dim, const SqlRelation *old, const SqlRelation **ret_delta, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT w.* EXCLUDE (%I), coalesce(w.%I, o.%I) AS %I", &dim->surrogate, &dim->surrogate,
                     &dim->surrogate, &dim->surrogate);
    for (size_t i = 0; i < dim->key.n; i++) {
        Str name = pipeline_name(sql.arena, KEY_, dim->key.names[i]);
        pipeline_sql_add(&sql, ", coalesce(w.%I, o.%I) AS %I", &dim->key.names[i], &dim->key.names[i], &name);
    }
    pipeline_sql_add(&sql,
                     ", o._row, w.%I IS NOT NULL AS _stays, o._row IS NULL OR w.%I IS NULL OR "
                     "w._valid_from IS DISTINCT FROM o._valid_from OR w._valid_to IS DISTINCT FROM o._valid_to OR "
                     "w._is_current IS DISTINCT FROM o._is_current AS _is_moved, "
                     "coalesce(o._is_current, false) AS _was_there, coalesce(w._is_current, false) AS _is_there",
                     &dim->surrogate, &dim->surrogate);
    size_t n_texts;
    const Str *texts = text_columns(dim, &n_texts);
    pipeline_texts_before(&sql, texts, n_texts);
    pipeline_sql_add(&sql, " FROM %R AS w FULL JOIN %R AS o ON w.%I = o.%I WHERE o._row IS NULL OR w.%I IS NULL",
                     dim->wanted, old, &dim->surrogate, &dim->surrogate, &dim->surrogate);
    for (size_t i = 0; i < dim->dimension->n_attributes; i++) {
        const Str *name = &dim->dimension->attributes[i].name;
        pipeline_sql_add(&sql, " OR w.%I IS DISTINCT FROM o.%I", name, name);
    }
    pipeline_sql_add(&sql,
                     " OR w._valid_from IS DISTINCT FROM o._valid_from OR w._valid_to IS DISTINCT FROM o._valid_to "
                     "OR w._is_current IS DISTINCT FROM o._is_current");
    return pipeline_temp_sql(dim->ctx, dim->warehouse->conn, S("_delta"), &sql, ret_delta);
}

static ErrCode count_delta(const Dim *dim, const SqlRelation *delta, TableCounts *counts, int64_t *ret_n_moved,
                           Err *err) {
    int64_t n[4];
    TRY(pipeline_ints(
        dim->ctx, dim->warehouse->conn, n, COUNT_OF(n), err,
        "SELECT count(*) FILTER (WHERE _row IS NULL), count(*) FILTER (WHERE _row IS NOT NULL AND _stays), "
        "count(*) FILTER (WHERE NOT _stays), count(*) FILTER (WHERE _is_moved) FROM %R",
        delta));
    counts->n_inserted = n[0];
    counts->n_updated = n[1];
    counts->n_deleted = n[2];
    *ret_n_moved = n[3];
    return ERR_OK;
}

/* Members for whose facts another version may hold now. */
static ErrCode note_moved(const Dim *dim, const SqlRelation *delta, Err *err) {
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "SELECT DISTINCT ");
    for (size_t i = 0; i < dim->key.n; i++) {
        Str name = pipeline_name(sql.arena, KEY_, dim->key.names[i]);
        pipeline_sql_add(&sql, i ? ", %I AS %I" : "%I AS %I", &name, &dim->key.names[i]);
    }
    pipeline_sql_add(&sql, " FROM %R WHERE _is_moved", delta);
    Str name = pipeline_name(dim->ctx->arena, "_moved_", dim->dimension->name);
    return pipeline_temp_sql(dim->ctx, dim->warehouse->conn, name, &sql,
                             &dim->warehouse->moved[dim->dimension - dim->warehouse->model->dimensions]);
}

static ErrCode note_texts(const Dim *dim, const SqlRelation *delta, Err *err) {
    size_t n;
    const Str *columns = text_columns(dim, &n);
    if (dim->is_whole) {
        pipeline_texts_whole(dim->warehouse, dim->gold);
        return ERR_OK;
    }
    return pipeline_texts_note(dim->ctx, dim->warehouse, dim->gold, delta, columns, n, err);
}

static ErrCode bring_gold(const Dim *dim, TableCounts *counts, Err *err) {
    const SqlRelation *old, *delta;
    int64_t n_moved = 0;
    TRY(make_old(dim, &old, err));
    TRY(make_delta(dim, old, &delta, err));
    TRY(count_delta(dim, delta, counts, &n_moved, err));
    if (counts->n_inserted + counts->n_updated + counts->n_deleted == 0) return ERR_OK;
    TRY(note_texts(dim, delta, err));
    if (n_moved) TRY(note_moved(dim, delta, err));
    TRY(engine_execf(dim->ctx, dim->warehouse->conn, NULL, err,
                     "DELETE FROM %R WHERE rowid IN (SELECT _row FROM %R WHERE _row IS NOT NULL)", dim->gold, delta));
    PipelineSql sql CLEANUP(pipeline_sql_release);
    start(dim, &sql, err);
    pipeline_sql_add(&sql, "INSERT INTO %R (%I, ", dim->gold, &dim->surrogate);
    for (int is_select = 0; is_select <= 1; is_select++) {
        if (is_select) pipeline_sql_add(&sql, ") SELECT %I, ", &dim->surrogate);
        for (size_t i = 0; i < dim->dimension->n_attributes; i++)
            pipeline_sql_add(&sql, "%I, ", &dim->dimension->attributes[i].name);
        pipeline_sql_add(&sql, "_valid_from, _valid_to, _is_current");
    }
    pipeline_sql_add(&sql, " FROM %R WHERE _stays ORDER BY %I", delta, &dim->surrogate);
    return pipeline_sql_exec(dim->ctx, dim->warehouse->conn, &sql, NULL);
}

ErrCode pipeline_gold_dimension_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                        bool is_whole, TableCounts *counts, Err *err) {
    Dim dim = {.ctx = ctx,
               .warehouse = warehouse,
               .dimension = dimension,
               .gold = model_relation_dimension(ctx->arena, dimension),
               .is_whole = is_whole,
               .key = pipeline_natural_key(ctx->arena, dimension),
               .surrogate = arena_printf(ctx->arena, "%.*s_key", STR_ARG(dimension->name))};
    for (size_t i = 0; i < dimension->n_attributes; i++) dim.has_history |= dimension->attributes[i].scd == 2;
    bool is_scoped = !is_whole && !pipeline_path_is_first(warehouse, &dimension->path) && is_key_local(&dim);
    TRY(find_past(&dim, err));
    if (is_scoped) TRY(make_scope(&dim, err));
    TRY(make_versions(&dim, err));
    int64_t n_new;
    TRY(pipeline_keys_extend(ctx, warehouse, dimension, dim.versions, &n_new, err));
    TRY(make_wanted(&dim, err));
    Value n;
    TRY(engine_valuef(ctx, warehouse->conn, &n, err, "SELECT count(*) FROM %R", dim.wanted));
    counts->n_read = n.i;
    return bring_gold(&dim, counts, err);
}
