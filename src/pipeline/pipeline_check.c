/*
 * What the model promises, proved on silver: that declared keys are keys, and that each attribute of a dimension depends on its
 * natural key.
 *
 * A dimension's attributes are laid side by side, once, in a temporary table over its path, and profile/ counts there; a table's
 * key is proved on the table itself. Findings stand at the attribute in the pack, with examples and the two ways out.
 */
#include "pipeline/pipeline_internal.h"
#include "profile/profile.h"

static void add_finding(Arena *arena, ModelFindings *findings, ModelPlace place, Str message) {
    if (findings->n >= MODEL_MAX_FINDINGS) {
        findings->is_cut = true;
        return;
    }
    ModelFinding *more = ARENA_ARRAY(arena, ModelFinding, findings->n + 1);
    for (size_t i = 0; i < findings->n; i++) more[i] = findings->at[i];
    more[findings->n] = (ModelFinding){.is_error = true, .place = place, .message = message};
    findings->at = more;
    findings->n++;
    findings->n_errors++;
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

static ErrCode check_dimension(const Ctx *ctx, EngineConn *conn, const ModelDimension *dimension,
                               ModelFindings *findings, Err *err) {
    Arena *arena = ctx->arena;
    if (dimension->n_attributes == dimension->n_key) return ERR_OK;
    EngineTable table;
    TRY(attributes_table(ctx, conn, dimension, &table, err));
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
    TRY(profile_table(ctx, conn, &table, NULL, 0, dependencies, n, &profile, err));
    for (size_t i = 0; i < n; i++) {
        const ProfileViolation *violation = &profile->dependencies[i];
        if (violation->holds) continue;
        Str message = arena_printf(
            arena,
            "attribute '%.*s' of dimension '%.*s' does not depend on its key (%.*s): %" PRId64
            " key%s with several values (%.*s); widen the key, or make it an attribute of the fact",
            STR_ARG(attributes[i]->name), STR_ARG(dimension->name), STR_ARG(list_text(arena, key, dimension->n_key)),
            violation->n_violators, violation->n_violators == 1 ? "" : "s", STR_ARG(examples_text(arena, violation)));
        add_finding(arena, findings, attributes[i]->place, message);
    }
    return pipeline_temp_drop(ctx, conn, table.relation, err);
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static ErrCode check_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, ModelFindings *findings,
                           Err *err) {
    if (!table->n_key) return ERR_OK;
    Arena *arena = ctx->arena;
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
    TRY(profile_table(ctx, conn, &silver, &key, 1, NULL, 0, &profile, err));
    const ProfileViolation *violation = &profile->keys[0];
    if (violation->holds) return ERR_OK;
    Str message = arena_printf(
        arena, "the key (%.*s) of table '%.*s' does not tell its rows apart: %" PRId64 " value%s more than once (%.*s)",
        STR_ARG(list_text(arena, names.names, names.n)), STR_ARG(table->name), violation->n_violators,
        violation->n_violators == 1 ? " stands" : "s stand", STR_ARG(examples_text(arena, violation)));
    add_finding(arena, findings, table->place, message);
    return ERR_OK;
}

ErrCode pipeline_check_data(const Ctx *ctx, EngineConn *warehouse, const Model *model, ModelFindings *findings,
                            Err *err) {
    for (size_t i = 0; i < model->n_tables; i++) TRY(check_table(ctx, warehouse, &model->tables[i], findings, err));
    for (size_t i = 0; i < model->n_dimensions; i++)
        TRY(check_dimension(ctx, warehouse, &model->dimensions[i], findings, err));
    return ERR_OK;
}
