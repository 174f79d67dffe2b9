/*
 * How an index stands to the warehouse: which batch it was made of, and which tables of gold have had other attributes since. An index
 * whose batch the warehouse does not know is one of another warehouse (it was removed and built again), whatever its number.
 */
#include "ask/ask_values_internal.h"
#include "model/model_relation.h"

static void close_stream(EngineStream **stream) {
    engine_stream_close(*stream);
}

static ErrCode read_newest(const Ctx *ctx, EngineConn *conn, ValuesState *state, Err *err) {
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    TRY(engine_queryf(ctx, conn, &stream, err, "SELECT version, id FROM %R ORDER BY version DESC LIMIT 1",
                      model_relation_batch(ctx->arena)));
    TRY(engine_stream_next(stream, &batch, err));
    if (!batch || !batch->n_rows) return ERR_OK;
    state->stamp.data_version = column_int(&batch->columns[0], 0);
    state->stamp.batch = str_hash(column_str(&batch->columns[1], 0));
    return ERR_OK;
}

/* Whether the warehouse went on from the batch that the index is of. */
static ErrCode read_descent(const Ctx *ctx, EngineConn *conn, const AskValues *before, ValuesState *state, Err *err) {
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    Value version = value_int(before->header->data_version);
    TRY(engine_queryf(ctx, conn, &stream, err, "SELECT id FROM %R WHERE version = %V", model_relation_batch(ctx->arena),
                      &version));
    TRY(engine_stream_next(stream, &batch, err));
    state->is_descendant =
        batch && batch->n_rows && str_hash(column_str(&batch->columns[0], 0)) == before->header->batch;
    return ERR_OK;
}

static ptrdiff_t column_named(const Batch *columns, const char *name) {
    for (size_t i = 0; i < columns->n_columns; i++)
        if (str_eq(columns->columns[i].name, str_of(name))) return (ptrdiff_t)i;
    return -1;
}

/* A warehouse of an older version of this program does not say of any. */
static ErrCode read_versions(const Ctx *ctx, EngineConn *conn, ValuesState *state, Err *err) {
    EngineStream *stream CLEANUP(close_stream) = NULL;
    const Batch *batch = NULL;
    TRY(engine_queryf(ctx, conn, &stream, err, "SELECT * FROM %R", model_relation_built(ctx->arena)));
    ptrdiff_t name = column_named(engine_stream_columns(stream), "name");
    ptrdiff_t version = column_named(engine_stream_columns(stream), "attributes_version");
    if (name < 0 || version < 0) return ERR_OK;
    for (;;) {
        TRY(engine_stream_next(stream, &batch, err));
        if (!batch) return ERR_OK;
        for (size_t row = 0; row < batch->n_rows; row++) {
            Value at = column_value(&batch->columns[version], row);
            int64_t *known = arena_dup(ctx->arena, &at.i, sizeof(at.i));
            if (!at.is_null)
                map_put(state->versions, arena_str(ctx->arena, column_str(&batch->columns[name], row)), known);
        }
    }
}

ErrCode values_state_read(const Ctx *ctx, EngineConn *conn, const AskValues *before, ValuesState *ret, Err *err) {
    ValuesState state = {.versions = map_new(ctx->arena)};
    TRY(read_newest(ctx, conn, &state, err));
    if (before) TRY(read_descent(ctx, conn, before, &state, err));
    if (state.is_descendant) TRY(read_versions(ctx, conn, &state, err));
    if (before) state.since = before->header->data_version;
    state.is_same = state.is_descendant && state.since == state.stamp.data_version;
    *ret = state;
    return ERR_OK;
}

bool values_state_has_changed(const ValuesState *state, Str table) {
    const int64_t *version = map_get(state->versions, table);
    return !state->is_same && (!version || *version > state->since);
}

const TableTexts *values_state_texts(const ValuesState *state, const ModelTexts *texts, Str table) {
    const int64_t *version = map_get(state->versions, table);
    const TableTexts *found = model_texts_find(texts, table);
    bool fits = version && found && !found->is_whole && found->since <= state->since && found->until == *version;
    return fits ? found : NULL;
}
