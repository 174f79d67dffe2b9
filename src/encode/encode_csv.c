/*
 * CSV by RFC 4180, with LF for line ends: a header row of names, then raw values, not those a person reads; times with a grain
 * are written as its periods. Quotes stand only where they are needed. A null is an empty field, an empty text is "", so the two
 * can be told apart; a null that is all of its row is "" as well, since readers skip empty lines.
 *
 * Values that a spreadsheet would take for formulas (=, +, -, @ in front) are left as they are: this is a format for programs,
 * and a changed value could not be read back.
 *
 * The hot loop writes into the output block in place: nothing is allocated for a cell, a row or a batch.
 */
#include "encode/encode_internal.h"

typedef struct CsvState {
    EncodeOut out;
    bool is_shown; /* the open table is the document's first */
    bool has_table;
} CsvState;

static CsvState *state_of(const Writer *w) {
    return w->state;
}

static void csv_open(Writer *w) {
    CsvState *state = ARENA_NEW(w->arena, CsvState);
    w->state = state;
    encode_out_init(&state->out, w->arena, w->sink, &w->failure);
}

static inline bool needs_quotes(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= '\r' && (c == '\n' || c == '\r')) return true;
        if (c == '"' || c == ',') return true;
    }
    return s.n == 0;
}

static void put_quoted(EncodeOut *out, Str s) {
    encode_out_char(out, '"');
    while (s.n) {
        const char *quote = memchr(s.p, '"', s.n);
        size_t n = quote ? (size_t)(quote - s.p) + 1 : s.n;
        encode_out_add(out, (Str){s.p, n});
        if (quote) encode_out_char(out, '"');
        s = str_slice(s, n, s.n);
    }
    encode_out_char(out, '"');
}

static inline void put_text(EncodeOut *out, Str s) {
    if (needs_quotes(s))
        put_quoted(out, s);
    else
        encode_out_add(out, s);
}

static ErrCode csv_table_begin(Writer *w, UNUSED Str name) {
    CsvState *state = state_of(w);
    state->is_shown = !state->has_table;
    state->has_table = true;
    if (!state->is_shown || !w->n_columns) return ERR_OK;
    for (size_t i = 0; i < w->n_columns; i++) {
        if (i) encode_out_char(&state->out, ',');
        put_text(&state->out, w->columns[i].name);
    }
    encode_out_char(&state->out, '\n');
    return state->out.failed;
}

static inline void put_cell(EncodeOut *out, const Column *column, size_t row, const WriterColumn *shown) {
    if (column_is_null(column, row)) return;
    if (column->type.kind == TYPE_TEXT || column->type.kind == TYPE_JSON)
        put_text(out, column_str(column, row));
    else
        out->n += encode_cell_print(encode_out_room(out, ENCODE_CELL_BYTES), column, row, shown);
}

static ErrCode csv_rows(Writer *w, const Batch *batch) {
    CsvState *state = state_of(w);
    EncodeOut *out = &state->out;
    if (!state->is_shown || !batch->n_columns) return ERR_OK;
    for (size_t row = 0; row < batch->n_rows && !out->failed; row++) {
        if (batch->n_columns == 1 && column_is_null(batch->columns, row)) encode_out_add(out, S("\"\""));
        for (size_t i = 0; i < batch->n_columns; i++) {
            put_cell(out, &batch->columns[i], row, &w->columns[i]);
            encode_out_char(out, i + 1 < batch->n_columns ? ',' : '\n');
        }
    }
    return out->failed;
}

static ErrCode csv_table_end(UNUSED Writer *w) {
    return ERR_OK;
}

/* Beside the document, where its reader can see it: standard error, say. */
static ErrCode csv_note(Writer *w, Str line) {
    const Sink *notes = &w->options.notes;
    if (!notes->write || !line.n) return ERR_OK;
    TRY(notes->write(notes->arg, line, &w->failure));
    return notes->write(notes->arg, S("\n"), &w->failure);
}

static ErrCode csv_finish(Writer *w) {
    encode_out_flush(&state_of(w)->out);
    return state_of(w)->out.failed;
}

static ErrCode csv_flush(Writer *w) {
    encode_out_flush(&state_of(w)->out);
    return state_of(w)->out.failed;
}

const WriterKind WRITER_KIND_CSV = {
    .name = "csv",
    .open = csv_open,
    .table_begin = csv_table_begin,
    .rows = csv_rows,
    .table_end = csv_table_end,
    .flush = csv_flush,
    .note = csv_note,
    .finish = csv_finish,
};
