/*
 * What the model promises, proved on silver: that declared keys are keys, that each attribute of a dimension depends on its natural
 * key, that rows are as tables declare them (pipeline_check_rows.c) and that what they name is there (pipeline_check_reach.c). All
 * findings are told at once, each at its place in the pack, with numbers, examples and the ways out.
 *
 * A dimension's attributes are laid side by side, once, in a temporary table over its path: profile/ counts there, and facts look
 * for members there. A table's key is proved on the table itself.
 */
#include "pipeline/pipeline_internal.h"
#include "profile/profile.h"

void pipeline_check_add(const DataCheck *check, bool is_error, ModelPlace place, Str message) {
    ModelFindings *findings = check->findings;
    findings->n_errors += is_error;
    if (findings->n >= MODEL_MAX_FINDINGS) {
        findings->is_cut = true;
        return;
    }
    ModelFinding *more = ARENA_ARRAY(check->ctx->arena, ModelFinding, findings->n + 1);
    for (size_t i = 0; i < findings->n; i++) more[i] = findings->at[i];
    more[findings->n] =
        (ModelFinding){.is_error = is_error, .code = is_error ? ERR_DATA : ERR_OK, .place = place, .message = message};
    findings->at = more;
    findings->n++;
}

static Str examples_text(Arena *arena, const ProfileViolation *violation) {
    Str text = S("");
    for (size_t i = 0; i < violation->n_examples; i++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? "; " : "", STR_ARG(violation->examples[i]));
    return text;
}

static Str list_text(Arena *arena, const Str *names, size_t n) {
    Str text = S("");
    for (size_t i = 0; i < n; i++)
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? ", " : "", STR_ARG(names[i]));
    return text;
}

/* ---- dimensions ----------------------------------------------------------------------------------------------------- */

static ErrCode attributes_table(const Ctx *ctx, EngineConn *conn, const ModelDimension *dimension,
                                EngineTable *ret_table, Err *err) {
    Arena *arena = ctx->arena;
    ExprScope scope = model_path_scope(arena, &dimension->path);
    SelectDraft draft = {.arena = arena, .is_distinct = true};
    EngineColumn *columns = ARENA_ARRAY(arena, EngineColumn, dimension->n_attributes);
    TRY(pipeline_draft_path(&draft, &dimension->path, &scope, NULL, err));
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        const SqlExpr *value;
        TRY(expr_compile(&scope, attribute->expr, &value, err));
        pipeline_draft_item(&draft, pipeline_as(arena, value, attribute->type), attribute->name);
        columns[i] = (EngineColumn){.name = attribute->name, .type = attribute->type};
    }
    Str name = pipeline_name(arena, "_check_", dimension->name);
    const SqlRelation *relation;
    TRY(pipeline_temp_table(ctx, conn, name, pipeline_draft_end(&draft), &relation, err));
    *ret_table =
        (EngineTable){.name = name, .relation = relation, .columns = columns, .n_columns = dimension->n_attributes};
    return ERR_OK;
}

/* *ret_members: its attributes, a row a member; the caller drops it. */
static ErrCode check_dimension(const DataCheck *check, const ModelDimension *dimension, const SqlRelation **ret_members,
                               Err *err) {
    Arena *arena = check->ctx->arena;
    EngineTable table;
    TRY(attributes_table(check->ctx, check->conn, dimension, &table, err));
    *ret_members = table.relation;
    if (dimension->n_attributes == dimension->n_key) return ERR_OK;
    Str *key = ARENA_ARRAY(arena, Str, dimension->n_key);
    for (size_t i = 0; i < dimension->n_key; i++) key[i] = dimension->attributes[dimension->key[i]].name;
    ProfileDependency *dependencies = ARENA_ARRAY(arena, ProfileDependency, dimension->n_attributes);
    const ModelAttribute **attributes = ARENA_ARRAY(arena, const ModelAttribute *, dimension->n_attributes);
    size_t n = 0;
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        if (dimension->attributes[i].is_key) continue;
        attributes[n] = &dimension->attributes[i];
        dependencies[n++] = (ProfileDependency){key, dimension->n_key, dimension->attributes[i].name};
    }
    const Profile *profile;
    TRY(profile_table(check->ctx, check->conn, &table, NULL, 0, dependencies, n, &profile, err));
    for (size_t i = 0; i < n; i++) {
        const ProfileViolation *violation = &profile->dependencies[i];
        if (violation->holds) continue;
        Str message = arena_printf(
            arena,
            "attribute '%.*s' of dimension '%.*s' does not depend on its key (%.*s): %" PRId64
            " key%s with several values (%.*s); widen the key, or make it an attribute of the fact",
            STR_ARG(attributes[i]->name), STR_ARG(dimension->name), STR_ARG(list_text(arena, key, dimension->n_key)),
            violation->n_violators, violation->n_violators == 1 ? "" : "s", STR_ARG(examples_text(arena, violation)));
        pipeline_check_add(check, true, attributes[i]->place, message);
    }
    return ERR_OK;
}

static ErrCode check_dimensions(const DataCheck *check, const Model *model, const SqlRelation **members, Err *err) {
    for (size_t i = 0; i < model->n_dimensions; i++) {
        const ModelDimension *dimension = &model->dimensions[i];
        TRY(check_dimension(check, dimension, &members[i], err));
        TRY(pipeline_check_joins(check, "dimension", dimension->name, &dimension->path, err));
    }
    return ERR_OK;
}

static ErrCode check_facts(const DataCheck *check, const Model *model, const SqlRelation *const *members, Err *err) {
    for (size_t i = 0; i < model->n_facts; i++) {
        const ModelFact *fact = &model->facts[i];
        TRY(pipeline_check_joins(check, "fact", fact->name, &fact->path, err));
        for (size_t r = 0; r < fact->n_roles; r++)
            TRY(pipeline_check_role(check, fact, &fact->roles[r], members[fact->roles[r].dimension - model->dimensions],
                                    err));
    }
    return ERR_OK;
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static ErrCode check_key(const DataCheck *check, const ModelTable *table, Err *err) {
    if (!table->n_key) return ERR_OK;
    Arena *arena = check->ctx->arena;
    EngineColumn *columns = ARENA_ARRAY(arena, EngineColumn, table->n_columns);
    for (size_t i = 0; i < table->n_columns; i++)
        columns[i] = (EngineColumn){.name = table->columns[i].name, .type = table->columns[i].type};
    EngineTable silver = {.schema = S("silver"),
                          .name = table->name,
                          .relation = pipeline_silver(arena, table),
                          .columns = columns,
                          .n_columns = table->n_columns};
    SilverKey names = pipeline_silver_key(arena, table);
    ProfileKey key = {names.names, names.n};
    const Profile *profile;
    TRY(profile_table(check->ctx, check->conn, &silver, &key, 1, NULL, 0, &profile, err));
    const ProfileViolation *violation = &profile->keys[0];
    if (violation->holds) return ERR_OK;
    Str message =
        arena_printf(arena,
                     "the key (%.*s) of table '%.*s' does not tell its rows apart: %" PRId64
                     " value%s more than once (%.*s); widen it",
                     STR_ARG(list_text(arena, names.names, names.n)), STR_ARG(table->name), violation->n_violators,
                     violation->n_violators == 1 ? " stands" : "s stand", STR_ARG(examples_text(arena, violation)));
    pipeline_check_add(check, true, table->place, message);
    return ERR_OK;
}

ErrCode pipeline_check_data(const Ctx *ctx, EngineConn *warehouse, const Model *model, ModelFindings *findings,
                            Err *err) {
    const DataCheck check = {.ctx = ctx, .conn = warehouse, .findings = findings};
    const SqlRelation **members = ARENA_ARRAY(ctx->arena, const SqlRelation *, model->n_dimensions + 1);
    for (size_t i = 0; i < model->n_tables; i++) {
        const ModelTable *table = &model->tables[i];
        TRY(check_key(&check, table, err));
        TRY(pipeline_check_rows(&check, table, err));
        TRY(pipeline_check_references(&check, table, err));
    }
    TRY(check_dimensions(&check, model, members, err));
    TRY(check_facts(&check, model, members, err));
    for (size_t i = 0; i < model->n_dimensions; i++) TRY(pipeline_temp_drop(ctx, warehouse, members[i], err));
    return ERR_OK;
}
