/*
 * Whether keys that rows name are there: declared references, joins of paths, and members of dimensions. A null names nothing and is
 * no finding. What a row names is grouped by key first, so that each key is looked for once, however many rows name it.
 */
#include "pipeline/pipeline_internal.h"

/* Who names keys: rows under construction, whose items are the keys as the target calls them. */
typedef struct Naming {
    SelectDraft draft;
    const Str *names;
    size_t n;
    const SqlRelation *target;
} Naming;

typedef struct Lost {
    int64_t n_rows; /* that name a key which is not there */
    int64_t n_named;
    int64_t n_keys;
    Str examples;
} Lost;

static ErrCode count_lost(const DataCheck *check, const SqlRelation *named, const SqlRelation *lost,
                          const Naming *naming, Lost *ret_lost, Err *err) {
    int64_t counts[3];
    TRY(pipeline_ints(check->ctx, check->conn, counts, COUNT_OF(counts), err,
                      "SELECT (SELECT CAST(coalesce(sum(_n), 0) AS BIGINT) FROM %R), "
                      "(SELECT CAST(coalesce(sum(_n), 0) AS BIGINT) FROM %R), (SELECT count(*) FROM %R)",
                      lost, named, lost));
    *ret_lost = (Lost){.n_rows = counts[0], .n_named = counts[1], .n_keys = counts[2]};
    if (!ret_lost->n_rows) return ERR_OK;
    return pipeline_key_examples(check->ctx, check->conn, lost, "", naming->names, naming->n, &ret_lost->examples, err);
}

static ErrCode find_lost(const DataCheck *check, Naming *naming, Lost *ret_lost, Err *err) {
    Arena *arena = check->ctx->arena;
    const SqlRelation *named, *lost;
    PipelineSql sql CLEANUP(pipeline_sql_release);
    naming->draft.n_group = naming->n;
    pipeline_draft_item(&naming->draft, sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), S("_n"));
    TRY(pipeline_temp_table(check->ctx, check->conn, S("_check_named"), pipeline_draft_end(&naming->draft), &named,
                            err));
    pipeline_sql_init(&sql, arena, engine_dialect(engine_of(check->conn)), err);
    pipeline_sql_add(&sql, "SELECT k.* FROM %R AS k WHERE ", named);
    for (size_t i = 0; i < naming->n; i++) pipeline_sql_add(&sql, "k.%I IS NOT NULL AND ", &naming->names[i]);
    pipeline_sql_add(&sql, "NOT EXISTS (SELECT 1 FROM %R AS m WHERE ", naming->target);
    pipeline_sql_same(&sql, "k", "", "m", "", naming->names, naming->n, false);
    pipeline_sql_add(&sql, ")");
    TRY(pipeline_temp_sql(check->ctx, check->conn, S("_check_lost"), &sql, &lost));
    TRY(count_lost(check, named, lost, naming, ret_lost, err));
    TRY(pipeline_temp_drop(check->ctx, check->conn, lost, err));
    return pipeline_temp_drop(check->ctx, check->conn, named, err);
}

/* "2 of 5 rows (40.0 %) name a key that is not there (id=9)" */
static Str lost_text(Arena *arena, const Lost *lost) {
    return arena_printf(arena, "%" PRId64 " of %" PRId64 " rows (%.1f %%) name a key that is not there (%.*s)",
                        lost->n_rows, lost->n_named, 100.0 * (double)lost->n_rows / (double)lost->n_named,
                        STR_ARG(lost->examples));
}

/* ---- references ----------------------------------------------------------------------------------------------------- */

static ErrCode check_reference(const DataCheck *check, const ModelTable *table, const ModelReference *reference,
                               Err *err) {
    Arena *arena = check->ctx->arena;
    SilverKey key = pipeline_silver_key(arena, reference->target);
    Naming naming = {
        .draft = {.arena = arena}, .names = key.names, .n = key.n, .target = pipeline_silver(arena, reference->target)};
    Lost lost;
    pipeline_draft_from(&naming.draft, SQL_JOIN_NONE, pipeline_silver(arena, table), table->name, NULL);
    for (size_t i = 0; i < key.n; i++) {
        const ModelColumn *column = &table->columns[reference->columns[i]];
        pipeline_draft_item(&naming.draft, sql_column(arena, table->name, column->name, column->type), key.names[i]);
    }
    TRY(find_lost(check, &naming, &lost, err));
    if (!lost.n_rows) return ERR_OK;
    pipeline_check_add(
        check, true, reference->place,
        arena_printf(arena,
                     "the reference from table '%.*s' to '%.*s' is broken: %.*s; load what is missing, or take the "
                     "reference out of the pack",
                     STR_ARG(table->name), STR_ARG(reference->target->name), STR_ARG(lost_text(arena, &lost))));
    return ERR_OK;
}

ErrCode pipeline_check_references(const DataCheck *check, const ModelTable *table, Err *err) {
    for (size_t i = 0; i < table->n_references; i++) TRY(check_reference(check, table, &table->references[i], err));
    return ERR_OK;
}

/* ---- joins ---------------------------------------------------------------------------------------------------------- */

static ErrCode check_join(const DataCheck *check, const char *kind, Str owner, const ModelPath *path,
                          const ModelJoin *join, Err *err) {
    Arena *arena = check->ctx->arena;
    ExprScope scope = model_path_scope(arena, path);
    SilverKey key = pipeline_silver_key(arena, join->table);
    Naming naming = {
        .draft = {.arena = arena}, .names = key.names, .n = key.n, .target = pipeline_silver(arena, join->table)};
    const SqlExpr **values;
    Lost lost;
    TRY(pipeline_path_values(join, &scope, &values, err));
    TRY(pipeline_draft_path_for(&naming.draft, path, &scope, NULL, values, key.n, err));
    for (size_t i = 0; i < key.n; i++) pipeline_draft_item(&naming.draft, values[i], key.names[i]);
    TRY(find_lost(check, &naming, &lost, err));
    if (!lost.n_rows) return ERR_OK;
    pipeline_check_add(
        check, false, join->place,
        arena_printf(arena,
                     "the join to '%.*s' in %s '%.*s' does not reach: %.*s; what comes from there is null for these "
                     "rows: load what is missing, or correct 'on'",
                     STR_ARG(join->alias), kind, STR_ARG(owner), STR_ARG(lost_text(arena, &lost))));
    return ERR_OK;
}

ErrCode pipeline_check_joins(const DataCheck *check, const char *kind, Str owner, const ModelPath *path, Err *err) {
    for (size_t i = 0; i < path->n_joins; i++) TRY(check_join(check, kind, owner, path, &path->joins[i], err));
    return ERR_OK;
}

/* ---- members -------------------------------------------------------------------------------------------------------- */

ErrCode pipeline_check_role(const DataCheck *check, const ModelFact *fact, const ModelRole *role,
                            const SqlRelation *members, Err *err) {
    Arena *arena = check->ctx->arena;
    ExprScope scope = model_path_scope(arena, &fact->path);
    SilverKey key = pipeline_natural_key(arena, role->dimension);
    Naming naming = {.draft = {.arena = arena}, .names = key.names, .n = key.n, .target = members};
    const SqlExpr **values = ARENA_ARRAY(arena, const SqlExpr *, key.n);
    Lost lost;
    for (size_t i = 0; i < key.n; i++) {
        TRY(expr_compile(&scope, role->key_exprs[i], &values[i], err));
        values[i] = pipeline_as(arena, values[i], key.types[i]);
    }
    TRY(pipeline_draft_path_for(&naming.draft, &fact->path, &scope, NULL, values, key.n, err));
    for (size_t i = 0; i < key.n; i++) pipeline_draft_item(&naming.draft, values[i], key.names[i]);
    TRY(find_lost(check, &naming, &lost, err));
    if (!lost.n_rows) return ERR_OK;
    pipeline_check_add(
        check, false, role->place,
        arena_printf(arena,
                     "dimension '%.*s' of fact '%.*s' lacks members: %.*s; these rows count under no member: load what "
                     "is missing, or correct the key",
                     STR_ARG(role->name), STR_ARG(fact->name), STR_ARG(lost_text(arena, &lost))));
    return ERR_OK;
}
