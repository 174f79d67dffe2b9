/*
 * What the warehouse holds -> an index. One SELECT DISTINCT a column, in one transaction with the data version. Which columns: a
 * dimension's attributes once, under the names of all roles that use it (its own name where none does), and facts' attributes.
 */
#include "ask/ask_values_internal.h"
#include "model/model_relation.h"

#include <string.h>

typedef struct Source {
    const SqlRelation *relation;
    Str column;
    Type type;
    const ModelDimension *dimension; /* NULL: of a fact */
    ValuesInput input;
} Source;

typedef VEC(Source) Sources;

static void close_stream(EngineStream **stream) {
    engine_stream_close(*stream);
}

/* ---- which columns -------------------------------------------------------------------------------------------------- */

static bool is_indexed(const ModelLabel *label, Type type) {
    return !label->is_hidden && (type.kind == TYPE_TEXT || type.kind == TYPE_INT64);
}

/* The names of a dimension's attribute: one a role's name. */
static void name_attribute(Arena *arena, const Model *model, const ModelDimension *dimension,
                           const ModelAttribute *attribute, ValuesInput *input) {
    VEC(Str) names = {0};
    ModelMember member = {.kind = MODEL_MEMBER_ATTRIBUTE,
                          .type = attribute->type,
                          .label = &attribute->label,
                          .dimension = dimension,
                          .attribute = attribute};
    for (size_t f = 0; f < model->n_facts; f++) {
        for (size_t r = 0; r < model->facts[f].n_roles; r++) {
            if (model->facts[f].roles[r].dimension != dimension) continue;
            member.role = &model->facts[f].roles[r];
            Str name = model_member_name(arena, &member);
            bool is_new = true;
            for (size_t i = 0; i < names.n; i++) is_new &= !str_eq(names.at[i], name);
            if (is_new) VEC_PUSH(arena, &names, name);
        }
    }
    if (!names.n) VEC_PUSH(arena, &names, model_member_name(arena, &member));
    input->names = names.at;
    input->n_names = names.n;
}

static void add_dimensions(Arena *arena, const Model *model, Sources *sources) {
    for (size_t d = 0; d < model->n_dimensions; d++) {
        const ModelDimension *dimension = &model->dimensions[d];
        for (size_t a = 0; a < dimension->n_attributes; a++) {
            const ModelAttribute *attribute = &dimension->attributes[a];
            if (dimension->label.is_hidden || !is_indexed(&attribute->label, attribute->type)) continue;
            Source source = {.relation = model_relation_dimension(arena, dimension),
                             .column = attribute->name,
                             .type = attribute->type,
                             .dimension = dimension};
            source.input.key =
                arena_printf(arena, "dimension %.*s.%.*s", STR_ARG(dimension->name), STR_ARG(attribute->name));
            name_attribute(arena, model, dimension, attribute, &source.input);
            VEC_PUSH(arena, sources, source);
        }
    }
}

static void add_facts(Arena *arena, const Model *model, Sources *sources) {
    for (size_t f = 0; f < model->n_facts; f++) {
        const ModelFact *fact = &model->facts[f];
        for (size_t c = 0; c < fact->n_columns; c++) {
            const ModelFactColumn *column = &fact->columns[c];
            if (column->kind != MODEL_COLUMN_ATTRIBUTE || !is_indexed(&column->label, column->type)) continue;
            ModelMember member = {.kind = MODEL_MEMBER_COLUMN,
                                  .type = column->type,
                                  .label = &column->label,
                                  .fact = fact,
                                  .column = column};
            Str *name = ARENA_NEW(arena, Str);
            *name = model_member_name(arena, &member);
            Source source = {
                .relation = model_relation_fact(arena, fact), .column = column->name, .type = column->type};
            source.input.key = arena_printf(arena, "fact %.*s.%.*s", STR_ARG(fact->name), STR_ARG(column->name));
            source.input.names = name;
            source.input.n_names = 1;
            VEC_PUSH(arena, sources, source);
        }
    }
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

/* The current members; not the unknown one. */
static const SqlExpr *current_rows(Arena *arena, const ModelDimension *dimension) {
    Str key = arena_printf(arena, "%.*s_key", STR_ARG(dimension->name));
    const SqlExpr *is_current = sql_column(arena, S("t"), S("_is_current"), TYPE(TYPE_BOOL));
    const SqlExpr *is_known = sql_call2(arena, SQL_FN_NE, sql_column(arena, S("t"), key, TYPE(TYPE_INT64)),
                                        sql_literal(arena, value_int(MODEL_UNKNOWN_KEY)));
    return sql_and(arena, is_current, is_known);
}

static const SqlSelect *select_values(Arena *arena, const Source *source, int64_t limit) {
    SqlSelect *select = sql_select_new(arena);
    SqlItem *item = ARENA_NEW(arena, SqlItem);
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    SqlOrder *order = ARENA_NEW(arena, SqlOrder);
    const SqlExpr *column = sql_column(arena, S("t"), source->column, source->type);
    const SqlExpr *is_set = sql_call1(arena, SQL_FN_IS_SET, column);
    *item = (SqlItem){.expr = column, .alias = source->column};
    *from = (SqlFrom){.relation = source->relation, .alias = S("t")};
    *order = (SqlOrder){.expr = column};
    select->is_distinct = true;
    select->items = item;
    select->n_items = 1;
    select->from = from;
    select->n_from = 1;
    select->where = source->dimension ? sql_and(arena, current_rows(arena, source->dimension), is_set) : is_set;
    select->order = order;
    select->n_order = 1;
    select->limit = limit;
    return select;
}

/* One more than allowed is asked for, to tell that there are more. */
static ErrCode read_values(const Ctx *ctx, EngineConn *conn, Source *source, Err *err) {
    bool is_number = source->type.kind == TYPE_INT64;
    size_t max = is_number ? ASK_MEMBER_MAX_NUMBERS : ASK_MEMBER_MAX_VALUES;
    SqlText sql;
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    VEC(Str) values = {0};
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(conn)),
                         select_values(ctx->arena, source, (int64_t)max + 1), &sql, err));
    TRY(engine_query(ctx, conn, &sql, &stream, err));
    for (;;) {
        TRY(engine_stream_next(stream, &batch, err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            Str text = value_print(ctx->arena, column_value(&batch->columns[0], row));
            VEC_PUSH(ctx->arena, &values, arena_str(ctx->arena, text));
        }
    }
    if (values.n > max) {
        log_event(is_number ? LOG_DEBUG : LOG_WARN, "ask.values_cut", LOG_TEXT("member", source->input.key),
                  LOG_INT("max", (int64_t)max));
        values.n = is_number ? 0 : max;
    }
    source->input.is_number = is_number;
    source->input.values = values.at;
    source->input.n_values = values.n;
    return ERR_OK;
}

static ErrCode read_version(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Err *err) {
    Value version;
    const SqlRelation *batches = model_relation_batch(ctx->arena);
    TRY(engine_valuef(ctx, conn, &version, err, "SELECT max(version) FROM %R", batches));
    *ret_version = version.is_null ? 0 : version.i;
    return ERR_OK;
}

static ErrCode read_all(const Ctx *ctx, EngineConn *conn, Sources *sources, int64_t *ret_version, Err *err) {
    TRY(read_version(ctx, conn, ret_version, err));
    for (size_t i = 0; i < sources->n; i++) {
        ctx_progress(ctx, S("Reading values"), (int64_t)i, (int64_t)sources->n);
        TRY(read_values(ctx, conn, &sources->at[i], err));
    }
    return ERR_OK;
}

ErrCode ask_values_build(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *before,
                         const char *path, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx job = *ctx;
    job.arena = arena;
    Sources sources = {0};
    int64_t version = 0;
    add_dimensions(arena, model, &sources);
    add_facts(arena, model, &sources);
    TRY(engine_begin(&job, conn, false, err));
    ErrCode code = read_all(&job, conn, &sources, &version, err);
    engine_rollback(conn); /* nothing was written */
    TRY(code);
    ValuesInput *inputs = ARENA_ARRAY(arena, ValuesInput, sources.n);
    for (size_t i = 0; i < sources.n; i++) inputs[i] = sources.at[i].input;
    return values_write(inputs, sources.n, version, model->hash, before, path, err);
}
