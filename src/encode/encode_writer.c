/*
 * The common half of every writer: it checks that calls come in an order that gives a document, keeps the first failure, and
 * hands on to the format's descriptor. A call out of order is a fault of ours (ERR_INTERNAL), never of the data.
 */
#include "encode/encode_internal.h"

enum { LIVE_US = 50000 };

static const WriterKind *const KINDS[] = {
    [WRITER_TEXT] = &WRITER_KIND_TEXT,
    [WRITER_JSON] = &WRITER_KIND_JSON,
    [WRITER_CSV] = &WRITER_KIND_CSV,
};

bool writer_format_parse(Str name, WriterFormat *ret_format) {
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (str_eq(name, str_of(KINDS[i]->name))) {
            *ret_format = (WriterFormat)i;
            return true;
        }
    }
    return false;
}

/* ---- bytes out ------------------------------------------------------------------------------------------------------ */

void encode_out_init(EncodeOut *out, Arena *arena, Sink sink, Err *err) {
    *out = (EncodeOut){.sink = sink, .err = err, .p = arena_alloc(arena, ENCODE_OUT_BYTES)};
}

void encode_out_flush(EncodeOut *out) {
    if (out->n && !out->failed) out->failed = out->sink.write(out->sink.arg, (Str){out->p, out->n}, out->err);
    out->n = 0;
}

void encode_out_add_long(EncodeOut *out, Str bytes) {
    encode_out_flush(out);
    if (bytes.n <= ENCODE_OUT_BYTES)
        encode_out_add(out, bytes);
    else if (!out->failed)
        out->failed = out->sink.write(out->sink.arg, bytes, out->err);
}

/* ---- life and order ------------------------------------------------------------------------------------------------- */

static void writer_release(void *arg) {
    Writer *w = arg;
    if (w->kind->release) w->kind->release(w);
    arena_free(w->table_arena);
}

static ErrCode write_outside(void *arg, Str bytes, Err *err) {
    Writer *w = arg;
    w->has_left |= bytes.n > 0;
    return w->outside.write(w->outside.arg, bytes, err);
}

bool writer_has_left(const Writer *w) {
    return w->has_left;
}

void writer_divert(Writer *w, Sink sink) {
    w->outside = sink;
}

Writer *writer_new(Arena *arena, Sink sink, const WriterOptions *options) {
    Writer *w = ARENA_NEW(arena, Writer);
    w->kind = KINDS[options->format];
    w->options = *options;
    w->arena = arena;
    w->sink = (Sink){write_outside, w};
    w->outside = sink;
    w->table_arena = arena_new(0);
    arena_on_reset(arena, writer_release, w);
    w->kind->open(w);
    return w;
}

WriterFormat writer_format(const Writer *w) {
    return w->options.format;
}

/* Keeps a failure, whose text is in w->failure already, and tells it. */
static ErrCode writer_refuse(Writer *w, ErrCode code, Err *err) {
    w->failed = code;
    if (err) *err = w->failure;
    return code;
}

static ErrCode writer_misuse(Writer *w, const char *what, Err *err) {
    return writer_refuse(w, err_set(&w->failure, ERR_INTERNAL, "result writer: %s", what), err);
}

/* The same for what a format gave. */
static ErrCode writer_done(Writer *w, ErrCode code, Err *err) {
    if (!code) return ERR_OK;
    w->is_broken = true;
    return writer_refuse(w, code, err);
}

/* Before anything that may not stand inside a table. */
static ErrCode writer_ready(Writer *w, Err *err) {
    if (w->failed) return writer_refuse(w, w->failed, err);
    if (w->is_finished) return writer_misuse(w, "something after the end of the document", err);
    if (w->is_in_table) return writer_misuse(w, "something else than rows in an open table", err);
    return ERR_OK;
}

ErrCode writer_finish(Writer *w, Err *err) {
    TRY(writer_ready(w, err));
    if (w->depth) return writer_misuse(w, "an object or list was left open", err);
    w->is_finished = true;
    return writer_done(w, w->kind->finish(w), err);
}

/* What is open is closed by the formats' own calls; the first of them that fails ends it. */
static ErrCode writer_end_early(Writer *w, const Err *error) {
    if (w->is_in_table) TRY(w->kind->table_end(w));
    w->is_in_table = false;
    while (w->depth) {
        WriterLevel level = w->levels[--w->depth];
        if (w->kind->end) TRY(w->kind->end(w, level));
    }
    if (w->kind->error) TRY(w->kind->error(w, error));
    return w->kind->finish(w);
}

ErrCode writer_fail(Writer *w, const Err *error, Err *err) {
    if (w->is_broken) return writer_refuse(w, w->failed, err);
    if (w->is_finished) return writer_misuse(w, "a failure after the end of the document", err);
    w->is_finished = true;
    return writer_done(w, writer_end_early(w, error), err);
}

/* ---- fields, objects, lists, notes ---------------------------------------------------------------------------------- */

ErrCode writer_field(Writer *w, Str name, Str title, Value value, Err *err) {
    TRY(writer_ready(w, err));
    return w->kind->field ? writer_done(w, w->kind->field(w, name, title, value), err) : ERR_OK;
}

ErrCode writer_tree(Writer *w, Str name, const Json *json, Err *err) {
    TRY(writer_ready(w, err));
    return w->kind->tree ? writer_done(w, w->kind->tree(w, name, json), err) : ERR_OK;
}

static ErrCode writer_begin(Writer *w, Str name, WriterLevel level, Err *err) {
    TRY(writer_ready(w, err));
    if (w->depth == WRITER_DEPTH_MAX) {
        ErrCode code =
            err_set(&w->failure, ERR_TOO_LARGE, "the result would be nested more than %d deep", WRITER_DEPTH_MAX);
        return writer_refuse(w, code, err);
    }
    if (w->kind->begin) TRY(writer_done(w, w->kind->begin(w, name, level), err));
    w->levels[w->depth++] = level;
    w->has_table[w->depth] = false;
    return ERR_OK;
}

static ErrCode writer_end(Writer *w, WriterLevel level, Err *err) {
    TRY(writer_ready(w, err));
    if (w->depth == 0 || w->levels[w->depth - 1] != level)
        return writer_misuse(w, "an end that does not fit what is open", err);
    w->depth--;
    return w->kind->end ? writer_done(w, w->kind->end(w, level), err) : ERR_OK;
}

ErrCode writer_object_begin(Writer *w, Str name, Err *err) {
    return writer_begin(w, name, WRITER_IN_OBJECT, err);
}

ErrCode writer_object_end(Writer *w, Err *err) {
    return writer_end(w, WRITER_IN_OBJECT, err);
}

ErrCode writer_list_begin(Writer *w, Str name, Err *err) {
    return writer_begin(w, name, WRITER_IN_LIST, err);
}

ErrCode writer_list_end(Writer *w, Err *err) {
    return writer_end(w, WRITER_IN_LIST, err);
}

ErrCode writer_note(Writer *w, Str line, Err *err) {
    TRY(writer_ready(w, err));
    return w->kind->note ? writer_done(w, w->kind->note(w, line), err) : ERR_OK;
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

/* The columns outlive the caller's: their texts are needed until the table's end. */
static const WriterColumn *copy_columns(Arena *arena, const WriterColumn *columns, size_t n_columns) {
    WriterColumn *copy = ARENA_ARRAY(arena, WriterColumn, n_columns);
    for (size_t i = 0; i < n_columns; i++) {
        copy[i] = columns[i];
        Str *const texts[] = {&copy[i].name, &copy[i].title,  &copy[i].format,
                              &copy[i].unit, &copy[i].member, &copy[i].role};
        for (size_t t = 0; t < COUNT_OF(texts); t++) *texts[t] = arena_str(arena, *texts[t]);
    }
    return copy;
}

ErrCode writer_table_begin(Writer *w, Str name, const WriterColumn *columns, size_t n_columns, Err *err) {
    TRY(writer_ready(w, err));
    if (!name.n && !writer_is_in_list(w)) {
        if (w->has_table[w->depth]) return writer_misuse(w, "two tables without a name in one place", err);
        w->has_table[w->depth] = true;
    }
    arena_reset(w->table_arena);
    w->columns = copy_columns(w->table_arena, columns, n_columns);
    w->n_columns = n_columns;
    TRY(writer_done(w, w->kind->table_begin(w, name), err));
    w->is_in_table = true;
    return ERR_OK;
}

/* The clock of the machine, which no result depends on. */
static ErrCode flush_in_time(Writer *w) {
    int64_t now_us = clock_monotonic(CLOCK_SYSTEM);
    if (w->flushed_us && now_us - w->flushed_us < LIVE_US) return ERR_OK;
    w->flushed_us = now_us;
    return w->kind->flush(w);
}

ErrCode writer_rows(Writer *w, const Batch *batch, Err *err) {
    if (w->failed) return writer_refuse(w, w->failed, err);
    if (!w->is_in_table) return writer_misuse(w, "rows outside a table", err);
    if (batch->n_columns != w->n_columns)
        return writer_misuse(w, "rows of another number of columns than their table", err);
    TRY(writer_done(w, w->kind->rows(w, batch), err));
    return w->options.is_live && w->kind->flush ? writer_done(w, flush_in_time(w), err) : ERR_OK;
}

ErrCode writer_table_end(Writer *w, Err *err) {
    if (w->failed) return writer_refuse(w, w->failed, err);
    if (!w->is_in_table) return writer_misuse(w, "the end of a table that was not begun", err);
    w->is_in_table = false;
    return writer_done(w, w->kind->table_end(w), err);
}
