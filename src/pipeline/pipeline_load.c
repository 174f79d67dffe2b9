/*
 * load: files in, all of them or none.
 *
 * Phases: the inputs are told apart and hashed; every file is read and checked in full; rows for managed tables go into one
 * transaction of SQLite; files for a files source are copied into the inbox; the transaction is committed; what was taken in is
 * written down. An inbox file counts only once it is written down, so a failure before that leaves nothing that is seen: neither
 * the copies nor the rolled back rows.
 *
 * The file that an input took in last is not taken in again: its rows may have been edited since. An older one is news, for
 * others came after it, except where files only add up. With quarantine a file is news if it was taken in without before.
 */
#include "base/base_fault.h"
#include "pipeline/pipeline_internal.h"

#include <sys/stat.h>

enum { LOAD_CACHE_KIB = 64 * 1024 };

typedef struct LoadFile {
    const ModelInput *input;
    const char *path;           /* NULL: none, it is… */
    const Generated *generated; /* …made by a script */
    Str name;
    Str hash;
    Str stored;            /* path within the inbox; empty: not stored */
    bool is_known;         /* taken in before, so that there is nothing to do */
    bool is_again;         /* taken in before, but others came after it */
    int64_t n_rows_before; /* of the known one */
    bool has_managed;      /* makes rows of managed tables */
    bool has_files;        /* is kept for a files source */
    int64_t n_bytes;
    ptrdiff_t read; /* index among the reader's files; -1: not read */
    int64_t n_rows;
} LoadFile;

typedef struct Load {
    const Ctx *ctx;
    const PipelineProject *project;
    LoadOptions options;
    LoadFile *files;
    size_t n_files;
    const MetaFile *metas;
    size_t n_metas;
    Reader *reader;
    EngineDb *db;
    EngineConn *conn;
    bool is_begun; /* its transaction */
    VEC(ReadTable) tables;
    VEC(LoadCounts) counts;
} Load;

/* ---- what is to be loaded ------------------------------------------------------------------------------------------- */

static ErrCode unknown_input(const Ctx *ctx, const Model *model, Str name, Err *err) {
    Str *names = ARENA_ARRAY(ctx->arena, Str, model->n_inputs + 1), list = S("");
    for (size_t i = 0; i < model->n_inputs; i++) {
        names[i] = model->inputs[i].name;
        list = arena_printf(ctx->arena, "%.*s%s%.*s", STR_ARG(list), i ? ", " : "", STR_ARG(names[i]));
    }
    Str nearest = str_nearest(name, names, model->n_inputs);
    if (nearest.n)
        return err_set(err, ERR_UNKNOWN_NAME, "no input '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(nearest));
    return err_set(err, ERR_UNKNOWN_NAME, "no input '%.*s'; the pack has: %.*s", STR_ARG(name), STR_ARG(list));
}

static void find_known(const Load *load, LoadFile *file) {
    bool is_latest_only = file->has_managed || file->input->delivery == MODEL_DELIVERY_FULL;
    for (size_t i = 0; i < load->n_metas; i++) {
        const MetaFile *meta = &load->metas[i];
        if (!str_eq(meta->input, file->input->name)) continue;
        bool is_same = str_eq(meta->hash, file->hash) && (!file->has_files || meta->path.n);
        file->is_again |= is_same;
        if (is_same && (meta->is_quarantine || !load->options.is_quarantine)) {
            file->is_known = true;
            file->n_rows_before = meta->n_rows;
        } else if (is_latest_only && !is_same) {
            file->is_known = false; /* another came after it */
        }
    }
    if (file->is_known) file->is_again = false;
}

static void find_kinds(const Model *model, LoadFile *file) {
    for (size_t m = 0; m < model->n_mappings; m++) {
        if (model->mappings[m].input != file->input) continue;
        bool is_managed = model->mappings[m].table->source->kind == MODEL_SOURCE_MANAGED;
        if (is_managed)
            file->has_managed = true;
        else
            file->has_files = true;
    }
}

static ErrCode describe(Load *load, const PipelineInput *input, LoadFile *file, Err *err) {
    const Ctx *ctx = load->ctx;
    const Model *model = load->project->model;
    *file = (LoadFile){.input = model_input(model, input->input), .read = -1};
    if (!file->input) return unknown_input(ctx, model, input->input, err);
    file->name = str_of(input->path);
    TRY(path_real(ctx->arena, input->path, &file->path, err));
    struct stat status;
    if (stat(file->path, &status)) return err_set(err, ERR_IO, "the file '%s' cannot be looked at", input->path);
    if (!S_ISREG(status.st_mode)) return err_set(err, ERR_INVALID, "'%s' is no file; name one", input->path);
    file->n_bytes = status.st_size;
    find_kinds(model, file);
    if (file->has_managed && load->options.is_quarantine)
        return err_set(err, ERR_UNSUPPORTED,
                       "--quarantine is for files that go straight to the warehouse; input '%.*s' fills tables of the "
                       "operational database, whose own checks hold: correct the file, and load it without",
                       STR_ARG(file->input->name));
    TRY(hash_file(ctx, file->path, &file->hash, err));
    find_known(load, file);
    return ERR_OK;
}

/* The same bytes named twice for one input count once. */
static bool is_repeated(const Load *load, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (load->files[i].input == load->files[index].input && str_eq(load->files[i].hash, load->files[index].hash))
            return true;
    return false;
}

static ErrCode describe_all(Load *load, const PipelineInput *inputs, size_t n_inputs, Err *err) {
    MetaFile *metas;
    TRY(meta_files(load->ctx, load->project->meta, load->project->name, &metas, &load->n_metas, err));
    load->metas = metas;
    load->files = ARENA_ARRAY(load->ctx->arena, LoadFile, n_inputs);
    for (size_t i = 0; i < n_inputs; i++) {
        TRY(describe(load, &inputs[i], &load->files[load->n_files], err));
        if (is_repeated(load, load->n_files)) continue;
        const LoadFile *file = &load->files[load->n_files++];
        bool is_whole = file->has_files && file->input->delivery == MODEL_DELIVERY_FULL;
        for (size_t other = 0; other + 1 < load->n_files && is_whole; other++)
            if (load->files[other].input == file->input)
                return err_set(err, ERR_INVALID,
                               "input '%.*s' takes one file, which is its whole content; two were given",
                               STR_ARG(file->input->name));
    }
    return ERR_OK;
}

/* What a person loaded is not replaced by what a script makes up. */
static ErrCode check_replaced(const Load *load, const LoadFile *file, Err *err) {
    const MetaFile *before = NULL;
    for (size_t i = 0; i < load->n_metas && file->has_files; i++)
        if (str_eq(load->metas[i].input, file->input->name) && load->metas[i].path.n) before = &load->metas[i];
    if (!before || str_eq(before->name, file->name)) return ERR_OK;
    return err_set(err, ERR_CONFLICT,
                   "input '%.*s' holds the file '%.*s', which generated rows would replace; generate into a project of "
                   "its own",
                   STR_ARG(file->input->name), STR_ARG(before->name));
}

static ErrCode describe_generated(Load *load, const Generated *generated, Err *err) {
    const ModelGenerator *generator = &load->project->model->generator;
    MetaFile *metas;
    TRY(meta_files(load->ctx, load->project->meta, load->project->name, &metas, &load->n_metas, err));
    load->metas = metas;
    load->files = ARENA_ARRAY(load->ctx->arena, LoadFile, generator->n_inputs);
    for (size_t i = 0; i < generator->n_inputs; i++) {
        LoadFile *file = &load->files[load->n_files++];
        *file = (LoadFile){.input = generator->inputs[i],
                           .generated = generated,
                           .name = generated->name,
                           .hash = generated->hash,
                           .n_bytes = (int64_t)generated->text.n,
                           .read = -1};
        find_kinds(load->project->model, file);
        find_known(load, file);
        TRY(check_replaced(load, file, err));
    }
    return ERR_OK;
}

/* ---- what the managed database still has ---------------------------------------------------------------------------- */

static bool is_filled_from(const Load *load, const ModelTable *table, const ModelInput *input) {
    const Model *model = load->project->model;
    for (size_t m = 0; m < model->n_mappings; m++)
        if (model->mappings[m].table == table && model->mappings[m].input == input)
            return table->source->kind == MODEL_SOURCE_MANAGED;
    return false;
}

static ErrCode open_managed(Load *load, Err *err) {
    return load->conn ? ERR_OK : pipeline_managed_open(load->ctx, load->project, &load->db, &load->conn, err);
}

static ErrCode has_rows_of(Load *load, const LoadFile *file, bool *ret_has_rows, Err *err) {
    const Model *model = load->project->model;
    bool has_rows = false;
    if (file_exists(load->project->oltp_path)) TRY(open_managed(load, err));
    for (size_t t = 0; t < model->n_tables && load->conn && !has_rows; t++) {
        if (!is_filled_from(load, &model->tables[t], file->input)) continue;
        Value n;
        TRY(engine_valuef(load->ctx, load->conn, &n, err, "SELECT count(*) FROM (SELECT 1 FROM %I LIMIT 1)",
                          &model->tables[t].name));
        has_rows = n.i > 0;
    }
    *ret_has_rows = has_rows;
    return ERR_OK;
}

/* A file is not known to a database that was made anew since. */
static ErrCode forget_lost(Load *load, Err *err) {
    for (size_t i = 0; i < load->n_files; i++) {
        LoadFile *file = &load->files[i];
        bool has_rows = true;
        if (file->is_known && file->has_managed) TRY(has_rows_of(load, file, &has_rows, err));
        if (!has_rows) file->is_known = false;
    }
    return ERR_OK;
}

/* ---- reading and checking ------------------------------------------------------------------------------------------- */

static bool has_guard(const Load *load) {
    return !load->options.is_replace && load->options.max_deleted_percent < 100;
}

/* What the file's input holds until now, where the file would replace it. */
static const MetaFile *file_before(const Load *load, const LoadFile *file) {
    const MetaFile *before = NULL;
    if (file->is_known || file->generated || !file->has_files || file->input->delivery != MODEL_DELIVERY_FULL)
        return NULL;
    for (size_t i = 0; i < load->n_metas; i++)
        if (str_eq(load->metas[i].input, file->input->name) && load->metas[i].path.n) before = &load->metas[i];
    return before;
}

static ReadFile read_of_before(const Load *load, const LoadFile *file, const MetaFile *before) {
    Arena *arena = load->ctx->arena;
    const char *path = path_join(arena, load->project->inbox, arena_cstr(arena, before->path));
    err_ignore(path_real(arena, path, &path, NULL)); /* gone: reading will tell */
    return (ReadFile){.input = file->input,
                      .path = path,
                      .name = before->name,
                      .is_quarantine = before->is_quarantine,
                      .is_before = true};
}

static ErrCode read_files(Load *load, Err *err) {
    ReadFile *files = ARENA_ARRAY(load->ctx->arena, ReadFile, 2 * load->n_files);
    size_t n = 0;
    for (size_t i = 0; i < load->n_files; i++) {
        LoadFile *file = &load->files[i];
        file->n_rows = file->is_known ? file->n_rows_before : 0;
        if (file->is_known) continue;
        file->read = (ptrdiff_t)n;
        Str name = path_base(arena_cstr(load->ctx->arena, file->name));
        if (file->generated)
            name = arena_printf(load->ctx->arena, "%.*s, table %.*s", STR_ARG(name), STR_ARG(file->input->name));
        files[n++] = (ReadFile){.input = file->input,
                                .path = file->path,
                                .generated = file->generated,
                                .name = name,
                                .is_quarantine = load->options.is_quarantine};
    }
    if (!n) return ERR_OK;
    for (size_t i = 0; i < load->n_files && has_guard(load); i++) {
        const MetaFile *before = file_before(load, &load->files[i]);
        if (before) files[n++] = read_of_before(load, &load->files[i], before);
    }
    TRY(pipeline_reader_open(load->ctx, load->project, files, n, &load->reader, err));
    for (size_t i = 0; i < load->n_files; i++) {
        LoadFile *file = &load->files[i];
        if (file->read < 0) continue;
        file->n_rows = load->reader->files[file->read].n_rows;
    }
    return ERR_OK;
}

static const LoadFile *file_of_table(const Load *load, const ModelTable *table) {
    const Model *model = load->project->model;
    for (size_t m = 0; m < model->n_mappings; m++)
        for (size_t f = 0; f < load->n_files; f++)
            if (model->mappings[m].table == table && model->mappings[m].input == load->files[f].input &&
                load->files[f].read >= 0)
                return &load->files[f];
    return NULL;
}

static ErrCode check_tables(Load *load, Err *err) {
    const Model *model = load->project->model;
    for (size_t t = 0; t < model->n_tables && load->reader; t++) {
        if (!file_of_table(load, &model->tables[t])) continue;
        TRY(ctx_check(load->ctx, err));
        ReadTable rows;
        TRY(pipeline_read_table(load->ctx, load->reader, &model->tables[t], READ_ALL, &rows, err));
        VEC_PUSH(load->ctx->arena, &load->tables, rows);
    }
    for (size_t i = 0; i < load->tables.n && has_guard(load); i++)
        if (load->tables.at[i].table->source->kind == MODEL_SOURCE_FILES)
            TRY(pipeline_load_guard(load->ctx, load->reader, &load->tables.at[i], load->options.max_deleted_percent,
                                    err));
    FAULT_POINT("load.read");
    return ERR_OK;
}

/* ---- the managed database ------------------------------------------------------------------------------------------- */

static ErrCode load_tables(Load *load, Err *err) {
    for (size_t i = 0; i < load->tables.n; i++) {
        const ReadTable *rows = &load->tables.at[i];
        const LoadFile *file = file_of_table(load, rows->table);
        if (!file || rows->table->source->kind != MODEL_SOURCE_MANAGED) continue;
        int64_t from_us = clock_monotonic(load->ctx->clock);
        LoadCounts counts = {
            .table = rows->table->name, .input = file->input->name, .file = file->name, .n_read = file->n_rows};
        counts.is_again = file->is_again;
        TRY(pipeline_load_rows(load->ctx, load->conn, load->reader, rows, &counts, err));
        counts.duration_us = clock_monotonic(load->ctx->clock) - from_us;
        VEC_PUSH(load->ctx->arena, &load->counts, counts);
    }
    for (size_t i = 0; i < load->tables.n; i++)
        if (load->tables.at[i].table->source->kind == MODEL_SOURCE_MANAGED)
            TRY(pipeline_load_check_references(load->ctx, load->conn, load->reader, &load->tables.at[i],
                                               load->tables.at, load->tables.n, err));
    return ERR_OK;
}

static void count_known(Load *load) {
    const Model *model = load->project->model;
    for (size_t i = 0; i < load->n_files; i++) {
        const LoadFile *file = &load->files[i];
        for (size_t t = 0; t < model->n_tables && file->is_known; t++) {
            if (!is_filled_from(load, &model->tables[t], file->input)) continue;
            LoadCounts counts = {.input = file->input->name,
                                 .file = file->name,
                                 .table = model->tables[t].name,
                                 .n_read = file->n_rows,
                                 .n_same = file->n_rows,
                                 .is_known = true};
            VEC_PUSH(load->ctx->arena, &load->counts, counts);
        }
    }
}

static ErrCode begin_managed(Load *load, Err *err) {
    bool has_news = false;
    for (size_t i = 0; i < load->n_files; i++) has_news |= load->files[i].has_managed && !load->files[i].is_known;
    count_known(load);
    if (!has_news) return ERR_OK;
    TRY(open_managed(load, err));
    /* Room for the pages of a large load: written out before the commit, they would be read back for the indexes. */
    TRY(engine_execf(load->ctx, load->conn, NULL, err, "PRAGMA cache_size = -%d", (int64_t)LOAD_CACHE_KIB));
    TRY(engine_begin(load->ctx, load->conn, true, err));
    load->is_begun = true;
    return load_tables(load, err);
}

/* ---- the inbox ------------------------------------------------------------------------------------------------------ */

static const char *ending_of(const ReadFile *file) {
    if (file->generated) return "csv";
    switch (file->format) {
    case SQL_FILE_PARQUET: return "parquet";
    case SQL_FILE_JSON: return file->is_gzip ? "json.gz" : "json";
    case SQL_FILE_CSV: break;
    }
    return file->is_gzip ? "csv.gz" : "csv";
}

/* The copy is hashed again: the file may have changed while it was read. */
static ErrCode store_copy(const Ctx *ctx, const LoadFile *file, const char *path, Err *err) {
    Str hash;
    if (!file_exists(path)) TRY(file_copy_atomic(ctx, file->path, path, err));
    TRY(hash_file(ctx, path, &hash, err));
    if (str_eq(hash, file->hash)) return ERR_OK;
    err_ignore(file_remove_tree(path, NULL));
    return err_set(err, ERR_CONFLICT, "the file '%.*s' changed while it was read; load it again", STR_ARG(file->name));
}

static ErrCode store(Load *load, LoadFile *file, Err *err) {
    const Ctx *ctx = load->ctx;
    const char *inbox = load->project->inbox;
    const char *folder = path_join(ctx->arena, inbox, arena_cstr(ctx->arena, file->input->name));
    TRY(file_make_dir(inbox, err));
    TRY(file_make_dir(folder, err));
    const char *ending = ending_of(&load->reader->files[file->read]);
    Str stored = arena_printf(ctx->arena, "%.*s/%.*s.%s", STR_ARG(file->input->name), STR_ARG(file->hash), ending);
    const char *path = path_join(ctx->arena, inbox, arena_cstr(ctx->arena, stored));
    if (file->generated)
        TRY(pipeline_generate_store(ctx, load->reader, (size_t)file->read, path, err));
    else
        TRY(store_copy(ctx, file, path, err));
    file->stored = stored;
    return ERR_OK;
}

static int64_t n_wrong_of(const Load *load, const ModelTable *table, const LoadFile *file) {
    for (size_t i = 0; i < load->tables.n && file->read >= 0; i++)
        if (load->tables.at[i].table == table && load->tables.at[i].n_wrong)
            return load->tables.at[i].n_wrong[file->read];
    return 0;
}

static ErrCode store_all(Load *load, Err *err) {
    const Model *model = load->project->model;
    for (size_t i = 0; i < load->n_files; i++) {
        LoadFile *file = &load->files[i];
        if (!file->has_files) continue;
        int64_t from_us = clock_monotonic(load->ctx->clock);
        if (!file->is_known) TRY(store(load, file, err));
        for (size_t m = 0; m < model->n_mappings; m++) {
            const ModelTable *table = model->mappings[m].table;
            if (model->mappings[m].input != file->input || table->source->kind == MODEL_SOURCE_MANAGED) continue;
            LoadCounts counts = {
                .input = file->input->name, .file = file->name, .table = table->name, .n_read = file->n_rows};
            counts.is_known = file->is_known;
            counts.is_again = file->is_again;
            counts.n_wrong = n_wrong_of(load, table, file);
            bool adds_nothing = file->is_known || (file->is_again && file->input->delivery == MODEL_DELIVERY_APPEND);
            int64_t n_good = MAX_OF(file->n_rows - counts.n_wrong, INT64_C(0));
            counts.n_inserted = adds_nothing ? 0 : n_good;
            counts.n_same = adds_nothing ? n_good : 0;
            counts.duration_us = clock_monotonic(load->ctx->clock) - from_us;
            VEC_PUSH(load->ctx->arena, &load->counts, counts);
        }
    }
    return ERR_OK;
}

/* ---- the verb ------------------------------------------------------------------------------------------------------- */

static ErrCode write_down(Load *load, Err *err) {
    MetaFile *metas = ARENA_ARRAY(load->ctx->arena, MetaFile, load->n_files);
    size_t n = 0;
    for (size_t i = 0; i < load->n_files; i++) {
        const LoadFile *file = &load->files[i];
        if (file->is_known) continue;
        metas[n++] = (MetaFile){.input = file->input->name,
                                .name = path_base(arena_cstr(load->ctx->arena, file->name)),
                                .path = file->stored,
                                .hash = file->hash,
                                .n_bytes = file->n_bytes,
                                .n_rows = file->n_rows,
                                .at_us = clock_now(load->ctx->clock),
                                .is_quarantine = load->options.is_quarantine};
    }
    return meta_files_add(load->ctx, load->project->meta, load->project->name, metas, n, err);
}

static ErrCode take_in(Load *load, Err *err) {
    TRY(forget_lost(load, err));
    TRY(read_files(load, err));
    TRY(check_tables(load, err));
    TRY(begin_managed(load, err));
    TRY(store_all(load, err));
    TRY(ctx_check(load->ctx, err));
    FAULT_POINT("load.stored");
    if (load->is_begun) TRY(engine_commit(load->ctx, load->conn, err));
    FAULT_POINT("load.committed");
    TRY(write_down(load, err));
    FAULT_POINT("load.written");
    return ERR_OK;
}

static void release(Load *load) {
    engine_disconnect(load->conn);
    engine_close(load->db);
    pipeline_reader_close(load->reader);
}

static ErrCode write_steps(const Load *load, int64_t run, int64_t *ret_n_rows, Err *err) {
    *ret_n_rows = 0;
    for (size_t i = 0; i < load->counts.n; i++) {
        const LoadCounts *counts = &load->counts.at[i];
        MetaStep step = {.name = S("load"),
                         .table = counts->table,
                         .verdict = counts->n_wrong
                                        ? arena_printf(load->ctx->arena, "%" PRId64 " set aside", counts->n_wrong)
                                        : S("ok"),
                         .n_read = counts->n_read,
                         .n_inserted = counts->n_inserted,
                         .n_updated = counts->n_updated,
                         .duration_us = counts->duration_us};
        TRY(meta_run_step(load->ctx, load->project->meta, run, &step, err));
        *ret_n_rows += counts->n_inserted + counts->n_updated;
    }
    return ERR_OK;
}

static ErrCode run(Load *load, Err *err) {
    const PipelineProject *project = load->project;
    int64_t run_id, n_rows;
    Str kind = load->n_files && load->files[0].generated ? S("generate") : S("load");
    TRY(meta_run_begin(load->ctx, project->meta, project->name, kind, S(""), &run_id, err));
    Err cause;
    ErrCode code = take_in(load, &cause);
    release(load);
    if (code) {
        Ctx ctx = *load->ctx; /* a cancelled run still gets its end written */
        ctx.deadline_us = 0;
        ctx.cancel = NULL;
        char text[ERR_MESSAGE_MAX + ERR_FILE_MAX];
        err_format(&cause, text, sizeof(text));
        err_ignore(meta_run_end(&ctx, project->meta, run_id, META_FAILED, 0, str_of(text), NULL));
        if (err) *err = cause;
        return code;
    }
    TRY(write_steps(load, run_id, &n_rows, err));
    return meta_run_end(load->ctx, project->meta, run_id, META_DONE, n_rows, S(""), err);
}

ErrCode pipeline_load(const Ctx *ctx, const PipelineProject *project, const PipelineInput *inputs, size_t n_inputs,
                      const LoadOptions *options, LoadCounts **ret_counts, size_t *ret_n, Err *err) {
    TRY(ctx_require(ctx, PERMISSION_WRITE_DATA, err));
    Load load = {.ctx = ctx, .project = project, .options = {.max_deleted_percent = LOAD_MAX_DELETED_PERCENT}};
    if (options) load.options = *options;
    TRY(describe_all(&load, inputs, n_inputs, err));
    TRY(run(&load, err));
    *ret_counts = load.counts.at;
    *ret_n = load.counts.n;
    return ERR_OK;
}

ErrCode pipeline_load_generated(const Ctx *ctx, const PipelineProject *project, const Generated *generated,
                                LoadCounts **ret_counts, size_t *ret_n, Err *err) {
    Load load = {.ctx = ctx, .project = project};
    TRY(describe_generated(&load, generated, err));
    TRY(run(&load, err));
    *ret_counts = load.counts.at;
    *ret_n = load.counts.n;
    return ERR_OK;
}
