/* Sources by their kind, and the calls that each capture mode's descriptor answers. */
#include "pipeline/pipeline_internal.h"

ErrCode pipeline_source_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                             Source **ret_source, Err *err) {
    switch (source->kind) {
    case MODEL_SOURCE_MANAGED:
    case MODEL_SOURCE_ATTACHED: return pipeline_source_sqlite_open(ctx, project, source, ret_source, err);
    case MODEL_SOURCE_FILES: break;
    }
    return pipeline_source_files_open(ctx, project, source, ret_source, err);
}

const SourceMode *source_mode(const Source *source) {
    return &source->vtable->mode;
}

Str source_name(const Source *source) {
    return source->source->name;
}

ErrCode source_snapshot(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                        Position *ret_position, bool *ret_is_same, Err *err) {
    return source->vtable->snapshot(ctx, source, from, ret_reader, ret_position, ret_is_same, err);
}

const ModelTable *const *source_reader_tables(const SourceReader *reader, size_t *ret_n) {
    *ret_n = reader->n_tables;
    return reader->tables;
}

ErrCode source_reader_open(const Ctx *ctx, SourceReader *reader, const ModelTable *table, EngineStream **ret_rows,
                           Err *err) {
    return pipeline_reader_open_part(ctx, reader, table, SIZE_MAX, ret_rows, err);
}

const SourcePart *pipeline_reader_parts(const Ctx *ctx, const SourceReader *reader, const ModelTable *table,
                                        size_t *ret_n) {
    *ret_n = 0;
    bool is_files = reader->source->vtable == &PIPELINE_SOURCE_FILES;
    return is_files ? pipeline_source_files_parts(ctx, reader, table, ret_n) : NULL;
}

ErrCode pipeline_reader_open_part(const Ctx *ctx, SourceReader *reader, const ModelTable *table, size_t part,
                                  EngineStream **ret_rows, Err *err) {
    return reader->source->vtable->reader_open(ctx, reader, table, part, ret_rows, err);
}

void source_reader_close(SourceReader *reader) {
    if (reader) reader->source->vtable->reader_close(reader);
}

ErrCode source_changes(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                       Position *ret_position, SourceNews *ret_news, Str *ret_why, Err *err) {
    if (!source->vtable->changes)
        return err_set(err, ERR_UNSUPPORTED, "source '%.*s' is read by mode '%s', which has no log of changes",
                       STR_ARG(source->source->name), source->vtable->mode.name);
    return source->vtable->changes(ctx, source, from, ret_reader, ret_position, ret_news, ret_why, err);
}

ErrCode source_reader_count(const Ctx *ctx, SourceReader *reader, const ModelTable *table, int64_t *ret_n, Err *err) {
    if (reader->source->vtable->count) return reader->source->vtable->count(ctx, reader, table, ret_n, err);
    *ret_n = -1;
    return ERR_OK;
}

ErrCode source_ack(const Ctx *ctx, Source *source, const Position *position, Err *err) {
    return source->vtable->ack ? source->vtable->ack(ctx, source, position, err) : ERR_OK;
}

void source_close(Source *source) {
    if (source) source->vtable->close(source);
}
