/*
 * What the warehouse holds -> an index. A column whose table has the attributes that it had for the index before is taken from that; what is told
 * of what became of its texts is added to it; else it is read, one SELECT a column. All in one transaction with the data version. Which
 * columns: a dimension's attributes once, under the names of all roles that use it (its own name where none does), and facts' attributes.
 */
#include "ask/ask_values_internal.h"
#include "model/model_relation.h"

typedef struct Source {
    const SqlRelation *relation;
    Str table; /* its name */
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
                             .table = arena_printf(arena, "dim_%.*s", STR_ARG(dimension->name)),
                             .column = attribute->name,
                             .type = attribute->type,
                             .dimension = dimension};
            source.input.is_number = source.type.kind == TYPE_INT64;
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
            Source source = {.relation = model_relation_fact(arena, fact),
                             .table = arena_printf(arena, "fact_%.*s", STR_ARG(fact->name)),
                             .column = column->name,
                             .type = column->type};
            source.input.is_number = source.type.kind == TYPE_INT64;
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

/* select column, count(*) from table where column is set group by column */
static const SqlSelect *select_values(Arena *arena, const Source *source) {
    SqlSelect *select = sql_select_new(arena);
    SqlItem *items = ARENA_ARRAY(arena, SqlItem, 2);
    SqlFrom *from = ARENA_NEW(arena, SqlFrom);
    const SqlExpr *column = sql_column(arena, S("t"), source->column, source->type);
    const SqlExpr *is_set = sql_call1(arena, SQL_FN_IS_SET, column);
    items[0] = (SqlItem){.expr = column, .alias = source->column};
    items[1] = (SqlItem){.expr = sql_call(arena, SQL_FN_COUNT_ALL, NULL, 0), .alias = S("_rows")};
    *from = (SqlFrom){.relation = source->relation, .alias = S("t")};
    select->items = items;
    select->n_items = 2;
    select->group_by = ARENA_NEW(arena, size_t);
    select->n_group_by = 1;
    select->from = from;
    select->n_from = 1;
    select->where = source->dimension ? sql_and(arena, current_rows(arena, source->dimension), is_set) : is_set;
    return select;
}

static size_t max_of(const ValuesInput *input) {
    return input->is_number ? ASK_MEMBER_MAX_NUMBERS : ASK_MEMBER_MAX_VALUES;
}

static ErrCode read_values(const Ctx *ctx, EngineConn *conn, Source *source, Err *err) {
    ValuesInput *input = &source->input;
    SqlText sql;
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    VEC(TextRows) values = {0};
    TRY(sql_print_select(ctx->arena, engine_dialect(engine_of(conn)), select_values(ctx->arena, source), &sql, err));
    TRY(engine_query(ctx, conn, &sql, &stream, err));
    while (values.n <= max_of(input)) {
        TRY(engine_stream_next(stream, &batch, err));
        if (!batch) break;
        for (size_t row = 0; row < batch->n_rows; row++) {
            Str text = value_print(ctx->arena, column_value(&batch->columns[0], row));
            if (text.n > ASK_VALUE_MAX_BYTES) continue;
            VEC_PUSH(ctx->arena, &values, (TextRows){arena_str(ctx->arena, text), column_int(&batch->columns[1], row)});
        }
    }
    input->is_cut = values.n > max_of(input);
    input->values = values.at;
    input->n_values = values.n;
    return ERR_OK;
}

/* What became of the column's texts since the index before. `table` NULL: nothing. */
static void take_changes(Arena *arena, const TableTexts *table, Source *source) {
    ValuesInput *input = &source->input;
    input->is_change = true;
    for (size_t i = 0; table && i < table->columns.n; i++) {
        const ColumnTexts *column = &table->columns.at[i];
        if (!str_eq(column->column, source->column)) continue;
        input->values = ARENA_ARRAY(arena, TextRows, map_count(column->rows));
        for (size_t k = 0; k < map_count(column->rows); k++) {
            const TextRows *row = map_value_at(column->rows, k);
            if (row->n && row->text.n <= ASK_VALUE_MAX_BYTES) input->values[input->n_values++] = *row;
        }
    }
}

static ErrCode read_all(const Ctx *ctx, EngineConn *conn, const AskValues *before, const ModelTexts *texts,
                        Sources *sources, ValuesStamp *ret_stamp, Err *err) {
    ValuesState state;
    TRY(values_state_read(ctx, conn, before, &state, err));
    for (size_t i = 0; i < sources->n; i++) {
        Source *source = &sources->at[i];
        ctx_progress(ctx, S("Reading values"), (int64_t)i, (int64_t)sources->n);
        const ValuesSet *set = values_set_of(before, source->input.key);
        bool is_there = set && (set->is_number != 0) == source->input.is_number;
        const TableTexts *table = values_state_texts(&state, texts, source->table);
        if (is_there && (table || !values_state_has_changed(&state, source->table)))
            take_changes(ctx->arena, values_state_has_changed(&state, source->table) ? table : NULL, source);
        else
            TRY(read_values(ctx, conn, source, err));
    }
    *ret_stamp = state.stamp;
    return ERR_OK;
}

static Sources sources_of(Arena *arena, const Model *model) {
    Sources sources = {0};
    add_dimensions(arena, model, &sources);
    add_facts(arena, model, &sources);
    return sources;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static ErrCode build(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *before,
                     const ModelTexts *texts, const char *path, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx job = *ctx;
    job.arena = arena;
    Sources sources = sources_of(arena, model);
    ValuesStamp stamp;
    TRY(engine_begin(&job, conn, false, err));
    ErrCode code = read_all(&job, conn, before, texts, &sources, &stamp, err);
    engine_rollback(conn); /* nothing was written */
    TRY(code);
    stamp.model = model->hash;
    ValuesInput *inputs = ARENA_ARRAY(arena, ValuesInput, sources.n);
    int64_t n_read = 0;
    for (size_t i = 0; i < sources.n; i++) {
        inputs[i] = sources.at[i].input;
        n_read += !inputs[i].is_change;
    }
    log_event(LOG_INFO, "ask.values_read", LOG_INT("columns", (int64_t)sources.n), LOG_INT("read", n_read));
    return values_write(inputs, sources.n, &stamp, before, path, err);
}

ErrCode ask_values_build(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *before,
                         const ModelTexts *texts, const char *path, Err *err) {
    Err damaged = {0};
    ErrCode code = before ? build(ctx, conn, model, before, texts, path, &damaged) : ERR_DATA;
    if (code == ERR_DATA) return build(ctx, conn, model, NULL, NULL, path, err);
    if (code && err) *err = damaged;
    return code;
}

ErrCode ask_values_stand(const Ctx *ctx, EngineConn *conn, const Model *model, const AskValues *values,
                         AskValuesStand *ret_stand, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx job = *ctx;
    job.arena = arena;
    ValuesState state;
    TRY(values_state_read(&job, conn, values, &state, err));
    *ret_stand = ASK_VALUES_CURRENT;
    Sources sources = sources_of(arena, model);
    for (size_t i = 0; i < sources.n; i++)
        if (values_state_has_changed(&state, sources.at[i].table)) *ret_stand = ASK_VALUES_BEHIND;
    if (!state.is_descendant || !str_eq(ask_values_model(values), model->hash)) *ret_stand = ASK_VALUES_OTHER;
    return ERR_OK;
}
