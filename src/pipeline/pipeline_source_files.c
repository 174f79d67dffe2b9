/*
 * Capture mode "file": files in the project's inbox, as `load` took them in, through the pack's mappings.
 *
 *   delivery full     the newest file of an input is its whole content
 *   delivery append   every file adds its rows, told apart by (hash of the file, number); the same bytes twice add them once
 *
 * A snapshot stands for the moment at which the newest of its files was taken in.
 *
 * The position names the last file of every input and a hash of what makes rows of files (tables, mappings, zone), so that a file
 * is read again when the same bytes mean other rows. A table none of whose inputs moved is left out of a snapshot.
 */
#include "pipeline/pipeline_internal.h"

#define FILES_EPOCH "files-1"

/* What is known of an input's files. */
typedef struct InputState {
    const ModelInput *input;
    int64_t read_id;        /* last file read before; 0: none */
    const MetaFile *newest; /* NULL: none yet */
    bool is_moved;
} InputState;

typedef struct FilesReader {
    SourceReader head;
    Reader *reader; /* over the files below */
    ReadFile *files;
    const MetaFile **metas; /* of each */
    size_t n_files;
} FilesReader;

/* ---- positions ------------------------------------------------------------------------------------------------------ */

static bool is_of_source(const Source *source, const ModelMapping *mapping) {
    return mapping->table->source == source->source;
}

static bool is_input_used(const Source *source, const ModelInput *input) {
    const Model *model = source->project->model;
    for (size_t i = 0; i < model->n_mappings; i++)
        if (model->mappings[i].input == input && is_of_source(source, &model->mappings[i])) return true;
    return false;
}

/* Of everything that decides what rows a file gives. */
static ErrCode meaning_hash(const Ctx *ctx, const Source *source, Str *ret_hash, Err *err) {
    const Model *model = source->project->model;
    Buf text CLEANUP(buf_release);
    buf_init(&text, 4 << 20);
    buf_add(&text, source->source->time_zone);
    for (size_t m = 0; m < model->n_mappings; m++) {
        const ModelMapping *mapping = &model->mappings[m];
        if (!is_of_source(source, mapping)) continue;
        buf_printf(&text, "\n%.*s <- %.*s", STR_ARG(mapping->table->name), STR_ARG(mapping->input->name));
        for (size_t i = 0; i < mapping->table->n_columns; i++) {
            char type[TYPE_TEXT_MAX];
            Str expr = mapping->exprs[i] ? expr_print(ctx->arena, mapping->exprs[i]) : S("");
            buf_printf(&text, "\n %.*s %s %d = ", STR_ARG(mapping->table->columns[i].name),
                       type_print(mapping->table->columns[i].type, type), mapping->table->columns[i].is_not_null);
            buf_add(&text, expr);
        }
        for (size_t i = 0; i < mapping->table->n_key; i++) buf_printf(&text, "\n key %zu", mapping->table->key[i]);
        if (mapping->where) buf_add(&text, expr_print(ctx->arena, mapping->where));
        buf_printf(&text, "\n %d", mapping->input->delivery);
    }
    TRY(buf_check(&text, "the mappings", err));
    *ret_hash = str_slice(hash_text(ctx->arena, buf_str(&text)), 0, 16);
    return ERR_OK;
}

/* "input=ID:HASH;…" -> the ID of one input; 0 when it is not there. */
static int64_t id_in_token(Str token, Str input) {
    while (token.p) {
        Str entry = str_split_next(&token, ';');
        Str name = str_split_next(&entry, '=');
        int64_t id;
        if (str_eq(name, input) && str_to_int64(str_split_next(&entry, ':'), &id)) return id;
    }
    return 0;
}

static ErrCode make_position(const Ctx *ctx, const InputState *inputs, size_t n_inputs, Str meaning,
                             Position *ret_position, Err *err) {
    Buf token CLEANUP(buf_release);
    buf_init(&token, 1 << 20);
    buf_printf(&token, "meaning=%.*s", STR_ARG(meaning));
    for (size_t i = 0; i < n_inputs; i++) {
        const MetaFile *file = inputs[i].newest;
        if (file)
            buf_printf(&token, ";%.*s=%" PRId64 ":%.*s", STR_ARG(inputs[i].input->name), file->id,
                       STR_ARG(str_slice(file->hash, 0, 16)));
    }
    TRY(buf_check(&token, "the position", err));
    *ret_position = (Position){.epoch = S(FILES_EPOCH), .token = arena_str(ctx->arena, buf_str(&token))};
    return ERR_OK;
}

/* ---- which tables and files ----------------------------------------------------------------------------------------- */

static const InputState *state_of(const InputState *inputs, size_t n, const ModelInput *input) {
    for (size_t i = 0; i < n; i++)
        if (inputs[i].input == input) return &inputs[i];
    return NULL;
}

/* A table moved when one of its inputs did; all of them must be delivered alike. */
static ErrCode add_tables(const Source *source, const InputState *inputs, size_t n_inputs, FilesReader *reader,
                          Err *err) {
    const Model *model = source->project->model;
    for (size_t t = 0; t < model->n_tables; t++) {
        const ModelTable *table = &model->tables[t];
        bool is_moved = false;
        const ModelInput *first = NULL;
        for (size_t m = 0; m < model->n_mappings; m++) {
            const ModelMapping *mapping = &model->mappings[m];
            if (mapping->table != table || !is_of_source(source, mapping)) continue;
            if (!first) first = mapping->input;
            if (first->delivery != mapping->input->delivery) {
                err_set(err, ERR_UNSUPPORTED,
                        "table '%.*s' is made from inputs of different deliveries ('%.*s' and '%.*s')",
                        STR_ARG(table->name), STR_ARG(first->name), STR_ARG(mapping->input->name));
                return err_at(err, mapping->place.file, mapping->place.line, mapping->place.column);
            }
            const InputState *state = state_of(inputs, n_inputs, mapping->input);
            is_moved |= state && state->is_moved;
        }
        if (is_moved) reader->head.tables[reader->head.n_tables++] = table;
    }
    return ERR_OK;
}

/* Of each file, whether its bytes came for its input before. */
static const bool *find_repeated(const Ctx *ctx, const MetaFile *files, size_t n_files) {
    bool *is_repeated = ARENA_ARRAY(ctx->arena, bool, n_files);
    Map *seen = map_new(ctx->arena);
    for (size_t i = 0; i < n_files; i++) {
        if (!files[i].path.n) continue;
        Str name = arena_printf(ctx->arena, "%.*s %.*s", STR_ARG(files[i].input), STR_ARG(files[i].hash));
        is_repeated[i] = map_put(seen, name, (void *)(uintptr_t)&files[i]) != NULL;
    }
    return is_repeated;
}

static bool is_made_from(const Model *model, const ModelTable *table, const ModelInput *input) {
    for (size_t m = 0; m < model->n_mappings; m++)
        if (model->mappings[m].table == table && model->mappings[m].input == input) return true;
    return false;
}

static bool is_needed(const FilesReader *reader, const Model *model, const ModelInput *input) {
    for (size_t t = 0; t < reader->head.n_tables; t++)
        if (is_made_from(model, reader->head.tables[t], input)) return true;
    return false;
}

/* A file whose rows cannot be read any more may be taken in again with quarantine, so one of the times is enough. */
static bool has_quarantine(const MetaFile *files, size_t n_files, const MetaFile *file) {
    for (size_t f = 0; f < n_files; f++)
        if (files[f].is_quarantine && str_eq(files[f].input, file->input) && str_eq(files[f].hash, file->hash))
            return true;
    return false;
}

static void add_files(const Ctx *ctx, const Source *source, const InputState *inputs, size_t n_inputs,
                      const MetaFile *files, size_t n_files, const bool *is_repeated, FilesReader *reader) {
    reader->files = ARENA_ARRAY(ctx->arena, ReadFile, n_files);
    reader->metas = ARENA_ARRAY(ctx->arena, const MetaFile *, n_files);
    for (size_t i = 0; i < n_files; i++) {
        const MetaFile *file = &files[i];
        const ModelInput *input = model_input(source->project->model, file->input);
        const InputState *state = input ? state_of(inputs, n_inputs, input) : NULL;
        if (!state || !file->path.n || !is_needed(reader, source->project->model, input)) continue;
        bool is_append = input->delivery == MODEL_DELIVERY_APPEND;
        if (is_append ? file->id <= state->read_id || is_repeated[i] : file != state->newest) continue;
        const char *path = path_join(ctx->arena, source->project->inbox, arena_cstr(ctx->arena, file->path));
        reader->metas[reader->n_files] = file;
        reader->files[reader->n_files++] = (ReadFile){
            .input = input, .path = path, .name = file->name, .is_quarantine = has_quarantine(files, n_files, file)};
        reader->head.at_us = MAX_OF(reader->head.at_us, file->at_us);
    }
}

/* ---- the descriptor ------------------------------------------------------------------------------------------------- */

static ErrCode open_files(const Ctx *ctx, const Source *source, FilesReader *reader, Err *err) {
    const PipelineProject *project = source->project;
    for (size_t i = 0; i < reader->n_files; i++)
        TRY(path_real(ctx->arena, reader->files[i].path, &reader->files[i].path, err));
    return pipeline_reader_open(ctx, project, reader->files, reader->n_files, &reader->reader, err);
}

static ErrCode files_snapshot(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                              Position *ret_position, bool *ret_is_same, Err *err) {
    const Model *model = source->project->model;
    MetaFile *files;
    size_t n_files, n_inputs = 0;
    Str meaning;
    TRY(meta_files(ctx, source->project->meta, source->project->name, &files, &n_files, err));
    TRY(meaning_hash(ctx, source, &meaning, err));
    const bool *is_repeated = find_repeated(ctx, files, n_files);
    bool is_known = str_eq(from->epoch, S(FILES_EPOCH)) &&
                    str_starts(from->token, arena_printf(ctx->arena, "meaning=%.*s", STR_ARG(meaning)));
    InputState *inputs = ARENA_ARRAY(ctx->arena, InputState, model->n_inputs);
    bool is_any_moved = false;
    for (size_t i = 0; i < model->n_inputs; i++) {
        if (!is_input_used(source, &model->inputs[i])) continue;
        InputState *state = &inputs[n_inputs++];
        *state = (InputState){.input = &model->inputs[i],
                              .read_id = is_known ? id_in_token(from->token, model->inputs[i].name) : 0};
        bool is_append = state->input->delivery == MODEL_DELIVERY_APPEND;
        for (size_t f = 0; f < n_files; f++) {
            if (!str_eq(files[f].input, state->input->name) || !files[f].path.n) continue;
            if (!is_append || !is_repeated[f]) state->newest = &files[f];
        }
        state->is_moved = state->newest && state->newest->id != state->read_id;
        is_any_moved |= state->is_moved;
    }
    Position position;
    TRY(make_position(ctx, inputs, n_inputs, meaning, &position, err));
    if (is_any_moved) {
        FilesReader *reader = ARENA_NEW(ctx->arena, FilesReader);
        reader->head = (SourceReader){.source = source,
                                      .at_us = INT64_MIN,
                                      .tables = ARENA_ARRAY(ctx->arena, const ModelTable *, model->n_tables)};
        TRY(add_tables(source, inputs, n_inputs, reader, err));
        add_files(ctx, source, inputs, n_inputs, files, n_files, is_repeated, reader);
        TRY(open_files(ctx, source, reader, err));
        *ret_reader = &reader->head;
    }
    *ret_is_same = !is_any_moved;
    *ret_position = position;
    return ERR_OK;
}

static bool is_append_table(const FilesReader *reader, const ModelTable *table) {
    const Model *model = reader->head.source->project->model;
    for (size_t m = 0; m < model->n_mappings; m++)
        if (model->mappings[m].table == table) return model->mappings[m].input->delivery == MODEL_DELIVERY_APPEND;
    return false;
}

const SourcePart *pipeline_source_files_parts(const Ctx *ctx, const SourceReader *head, const ModelTable *table,
                                              size_t *ret_n) {
    const FilesReader *reader = (const FilesReader *)head;
    SourcePart *parts = ARENA_ARRAY(ctx->arena, SourcePart, reader->n_files);
    *ret_n = 0;
    for (size_t i = 0; i < reader->n_files && is_append_table(reader, table); i++)
        if (is_made_from(head->source->project->model, table, reader->files[i].input))
            parts[(*ret_n)++] = (SourcePart){i, reader->metas[i]->hash, reader->metas[i]->at_us};
    return parts;
}

static ErrCode files_reader_open(const Ctx *ctx, SourceReader *head, const ModelTable *table, size_t part,
                                 EngineStream **ret_rows, Err *err) {
    FilesReader *reader = (FilesReader *)head;
    ReadTable rows;
    TRY(pipeline_read_table(ctx, reader->reader, table, part, &rows, err));
    return pipeline_read_stream(ctx, reader->reader, &rows, READ_IN_FILE_ORDER, NULL, ret_rows, err);
}

static void files_reader_close(SourceReader *head) {
    pipeline_reader_close(((FilesReader *)head)->reader);
}

static void files_source_close(Source *source) {
    (void)source;
}

const SourceVtable PIPELINE_SOURCE_FILES = {
    .mode = {.name = "file", .has_log = false, .sees_deletes = true},
    .snapshot = files_snapshot,
    .reader_open = files_reader_open,
    .reader_close = files_reader_close,
    .close = files_source_close,
};

ErrCode pipeline_source_files_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                   Source **ret_source, Err *err) {
    (void)err;
    Source *files = ARENA_NEW(ctx->arena, Source);
    *files = (Source){.vtable = &PIPELINE_SOURCE_FILES, .source = source, .project = project};
    *ret_source = files;
    return ERR_OK;
}
