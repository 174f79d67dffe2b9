/*
 * The guard of delivery full: a file replaces what its input held, so one that was cut short, or is another one, would delete
 * rows. Before anything is taken in, the rows that the file before gave a table are compared with the new ones, told apart as the
 * warehouse tells them: by key, else by content and count (so that a changed row of a table without a key counts as gone).
 */
#include "pipeline/pipeline_internal.h"

static ErrCode cannot_tell(const ReadFile *file, const Err *cause, Err *err) {
    bool is_other = cause->code == ERR_CANCELLED || cause->code == ERR_TIMEOUT || cause->code == ERR_TOO_LARGE;
    if (is_other) {
        if (err) *err = *cause;
        return cause->code;
    }
    err_set(
        err, ERR_CONFLICT,
        "the file that input '%.*s' holds ('%.*s') cannot be read any more, so that it cannot be told how many rows "
        "would be deleted: %s; to replace it whatever it holds, load with --replace",
        STR_ARG(file->input->name), STR_ARG(file->name), cause->message);
    err_detail(err, "%s", cause->detail);
    return ERR_CONFLICT;
}

/* The rows that the files of before make; *ret_file: one of them, NULL: there is none. */
static ErrCode read_before(const Ctx *ctx, Reader *reader, const ModelTable *table, const ReadFile **ret_file,
                           ReadTable *ret_rows, Err *err) {
    const ReadFile *last = NULL;
    Err cause;
    for (size_t f = 0; f < reader->n_files; f++) {
        ReadFile *file = &reader->files[f];
        bool is_wanted = false;
        for (size_t m = 0; m < reader->model->n_mappings; m++)
            is_wanted |= reader->model->mappings[m].table == table &&
                         pipeline_read_is_mapped(reader, &reader->model->mappings[m], f);
        if (!file->is_before || !is_wanted) continue;
        if (!file->rows && pipeline_read_file(ctx, reader, f, &cause)) {
            file->rows = NULL;
            return cannot_tell(file, &cause, err);
        }
        last = file;
    }
    if (last && pipeline_read_table(ctx, reader, table, READ_BEFORE, ret_rows, &cause))
        return cannot_tell(last, &cause, err);
    *ret_file = last;
    return ERR_OK;
}

static ErrCode count_gone(const Ctx *ctx, Reader *reader, const ReadTable *before, const ReadTable *after,
                          int64_t *ret_n, Err *err) {
    const ModelTable *table = after->table;
    size_t n = table->n_key ? table->n_key : table->n_columns;
    Str *names = ARENA_ARRAY(ctx->arena, Str, n);
    for (size_t i = 0; i < n; i++) names[i] = table->columns[table->n_key ? table->key[i] : i].name;
    SqlColumnList identity = {names, n};
    Value gone;
    TRY(engine_valuef(ctx, reader->conn, &gone, err,
                      "SELECT count(*) FROM (SELECT %C FROM %R EXCEPT ALL SELECT %C FROM %R)", &identity, before->rows,
                      &identity, after->rows));
    *ret_n = gone.i;
    return ERR_OK;
}

static ErrCode too_many(const Reader *reader, const ReadTable *before, const ReadFile *old, int64_t n_gone,
                        int max_percent, Err *err) {
    const ModelTable *table = before->table;
    err_set(
        err, ERR_CONFLICT,
        "taking the file in would delete %" PRId64 " of the %" PRId64
        " rows that table '%.*s' has from '%.*s'%s, and at "
        "most %d %% go unasked; if the file is whole, load it again with --replace, else get a whole one (nothing was "
        "taken in)",
        n_gone, before->n_rows, STR_ARG(table->name), STR_ARG(old->name),
        table->n_key ? "" : " (it has no key, so that changed rows count as well)", max_percent);
    for (size_t f = 0; f < reader->n_files; f++)
        if (!reader->files[f].is_before && reader->files[f].input == old->input)
            err_at(err, reader->files[f].name, 0, 0);
    return ERR_CONFLICT;
}

ErrCode pipeline_load_guard(const Ctx *ctx, Reader *reader, const ReadTable *rows, int max_percent, Err *err) {
    const ReadFile *old = NULL;
    ReadTable before = {0};
    int64_t n_gone;
    TRY(read_before(ctx, reader, rows->table, &old, &before, err));
    if (!old || !before.n_rows) return ERR_OK;
    TRY(count_gone(ctx, reader, &before, rows, &n_gone, err));
    return n_gone * 100 > before.n_rows * max_percent ? too_many(reader, &before, old, n_gone, max_percent, err)
                                                      : ERR_OK;
}
