/*
 * Text for a terminal: titled fields, tables and notes.
 *
 * A run of fields is held back until something else comes, so that their values stand below each other. A table holds back up to
 * BUFFERED_ROWS rows to see how wide its columns are; from then on the widths are fixed and rows pass through. Where the terminal
 * is too narrow the widest columns of text are cut first; numbers are never cut, since a cut number is another number.
 *
 * All foreign text goes through utf8_printable: a value can neither move the cursor nor start a line of its own.
 */
#include "encode/encode_internal.h"

enum {
    BUFFERED_ROWS = 1000,
    BUFFERED_FIELDS = 200,
    CELL_BYTES_DEFAULT = 200,
    CUT_WIDTH_MIN = 8, /* a column of text is not cut below this, … */
    GAP = 2            /* … and so many spaces stand between columns */
};

typedef enum TextBlock { TEXT_BLOCK_NONE, TEXT_BLOCK_FIELDS, TEXT_BLOCK_TABLE, TEXT_BLOCK_NOTE } TextBlock;

typedef struct TextField {
    Str title;
    Str value;
} TextField;

typedef struct TextColumn {
    size_t width;
    bool is_right;
    bool is_cut; /* what is wider is cut; otherwise it sticks out */
    Str title;
} TextColumn;

typedef struct TextState {
    EncodeOut out;
    TextBlock last;  /* what was written before */
    bool is_blank;   /* the line before is blank, or there is none */
    size_t n_spaces; /* due before the next text on this line: none are left at its end */

    Arena *field_arena;
    VEC(TextField) fields;

    TextColumn *columns; /* in the table's arena */
    Arena *cell_arena;   /* texts of the rows held back, or of the batch that passes */
    Str *cells;          /* n_rows * n_columns; NULL once the columns have their widths */
    size_t n_rows;
} TextState;

static TextState *state_of(const Writer *w) {
    return w->state;
}

static void text_open(Writer *w) {
    TextState *state = ARENA_NEW(w->arena, TextState);
    w->state = state;
    encode_out_init(&state->out, w->arena, w->sink, &w->failure);
    state->is_blank = true;
    state->field_arena = arena_new(0);
    state->cell_arena = arena_new(0);
}

static void text_release(Writer *w) {
    arena_free(state_of(w)->field_arena);
    arena_free(state_of(w)->cell_arena);
}

/* ---- lines ---------------------------------------------------------------------------------------------------------- */

static void put_text(TextState *state, Str s) {
    if (!s.n) return;
    for (; state->n_spaces; state->n_spaces--) encode_out_char(&state->out, ' ');
    encode_out_add(&state->out, s);
    state->is_blank = false;
}

static void end_line(TextState *state) {
    state->n_spaces = 0;
    encode_out_char(&state->out, '\n');
}

/* Two blank lines on end, or one at the start, say nothing. */
static void put_blank_line(TextState *state) {
    if (state->is_blank) return;
    end_line(state);
    state->is_blank = true;
}

/* ---- fields --------------------------------------------------------------------------------------------------------- */

/* The lines of a value stand below its first. */
static void put_field(TextState *state, const TextField *field, size_t width) {
    put_text(state, field->title);
    put_text(state, S(":"));
    state->n_spaces = width - utf8_width(field->title) + 1;
    Str rest = field->value;
    do {
        put_text(state, utf8_printable(state->field_arena, str_split_next(&rest, '\n'), 0));
        end_line(state);
        state->n_spaces = width + 2;
    } while (rest.p);
    state->n_spaces = 0;
}

/* A table stands free: what follows it would look like a row. */
static void begin_block(TextState *state, TextBlock block) {
    bool is_table = block == TEXT_BLOCK_TABLE && state->last == TEXT_BLOCK_FIELDS;
    if (is_table || state->last == TEXT_BLOCK_TABLE) put_blank_line(state);
    state->last = block;
}

static void flush_fields(TextState *state) {
    if (!state->fields.n) return;
    begin_block(state, TEXT_BLOCK_FIELDS);
    size_t width = 0;
    for (size_t i = 0; i < state->fields.n; i++) width = MAX_OF(width, utf8_width(state->fields.at[i].title));
    for (size_t i = 0; i < state->fields.n; i++) put_field(state, &state->fields.at[i], width);
    memset(&state->fields, 0, sizeof(state->fields));
    arena_reset(state->field_arena);
}

static ErrCode text_field(Writer *w, UNUSED Str name, Str title, Value value) {
    TextState *state = state_of(w);
    if (!title.n) return ERR_OK;
    TextField field = {
        .title = arena_str(state->field_arena, utf8_printable(state->field_arena, title, 0)),
        .value = format_value(state->field_arena, value, NULL),
    };
    VEC_PUSH(state->field_arena, &state->fields, field);
    if (state->fields.n >= BUFFERED_FIELDS) flush_fields(state);
    return state->out.failed;
}

/* ---- notes ---------------------------------------------------------------------------------------------------------- */

static ErrCode text_note(Writer *w, Str line) {
    TextState *state = state_of(w);
    flush_fields(state);
    begin_block(state, TEXT_BLOCK_NOTE);
    if (!line.n) put_blank_line(state);
    while (line.n) {
        put_text(state, utf8_printable(state->cell_arena, str_split_next(&line, '\n'), 0));
        end_line(state);
    }
    arena_reset(state->cell_arena);
    return state->out.failed;
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static Str cell_text(const Writer *w, const Column *column, size_t row, const WriterColumn *shown) {
    TextState *state = state_of(w);
    if (column_is_null(column, row)) return S("");
    size_t max_bytes = w->options.max_cell_bytes ? w->options.max_cell_bytes : CELL_BYTES_DEFAULT;
    bool is_text = column->type.kind == TYPE_TEXT || column->type.kind == TYPE_JSON;
    if (is_text) return utf8_printable(state->cell_arena, column_str(column, row), max_bytes);
    return utf8_printable(state->cell_arena, format_value(state->cell_arena, column_value(column, row), shown), 0);
}

/* In a table's first rows the texts are borrowed from a batch that moves on. */
static void keep_row(Writer *w, const Batch *batch, size_t row) {
    TextState *state = state_of(w);
    Str *cells = state->cells + state->n_rows++ * w->n_columns;
    for (size_t i = 0; i < w->n_columns; i++)
        cells[i] = arena_str(state->cell_arena, cell_text(w, &batch->columns[i], row, &w->columns[i]));
}

/* The table's width if no column that may be cut is wider than `cap`. */
static size_t width_at(const TextColumn *columns, size_t n_columns, size_t cap) {
    size_t width = n_columns ? (n_columns - 1) * GAP : 0;
    for (size_t i = 0; i < n_columns; i++)
        width += columns[i].is_cut ? MIN_OF(columns[i].width, cap) : columns[i].width;
    return width;
}

static void fit_columns(TextColumn *columns, size_t n_columns, size_t max_width) {
    size_t cap = 0;
    for (size_t i = 0; i < n_columns; i++) cap = MAX_OF(cap, columns[i].width);
    while (cap > CUT_WIDTH_MIN && width_at(columns, n_columns, cap) > max_width) cap--;
    for (size_t i = 0; i < n_columns; i++) {
        if (columns[i].is_cut) columns[i].width = MIN_OF(columns[i].width, cap);
    }
}

static void put_cell(TextState *state, Str cell, const TextColumn *column) {
    size_t width = utf8_width(cell);
    bool is_too_wide = width > column->width;
    if (is_too_wide && column->is_cut) {
        cell = utf8_prefix(cell, column->width - 1);
        width = utf8_width(cell) + 1;
    }
    size_t n_pad = column->width > width ? column->width - width : 0;
    if (column->is_right) state->n_spaces += n_pad;
    put_text(state, cell);
    if (is_too_wide && column->is_cut) put_text(state, S("…"));
    if (!column->is_right) state->n_spaces += n_pad;
}

static void put_row(TextState *state, const Str *cells, size_t n_columns) {
    for (size_t i = 0; i < n_columns; i++) {
        if (i) state->n_spaces += GAP;
        put_cell(state, cells[i], &state->columns[i]);
    }
    end_line(state);
    state->is_blank = false; /* a row of nulls is a row */
}

static void put_heading(TextState *state, size_t n_columns) {
    for (size_t i = 0; i < n_columns; i++) {
        TextColumn column = state->columns[i];
        column.is_cut = true;
        if (i) state->n_spaces += GAP;
        put_cell(state, column.title, &column);
    }
    end_line(state);
    for (size_t i = 0; i < n_columns; i++) {
        if (i) state->n_spaces += GAP;
        for (size_t n = 0; n < state->columns[i].width; n++) put_text(state, S("─"));
    }
    end_line(state);
}

/* A column is as wide as its widest cell and its heading; the heading of numbers that cannot be cut gives way where the terminal
 * is narrow. */
static void size_columns(const Writer *w) {
    TextState *state = state_of(w);
    TextColumn *columns = state->columns;
    size_t max_width = w->options.width > 0 ? (size_t)w->options.width : SIZE_MAX;
    for (size_t i = 0; i < w->n_columns; i++) {
        columns[i].width = 1;
        for (size_t row = 0; row < state->n_rows; row++)
            columns[i].width = MAX_OF(columns[i].width, utf8_width(state->cells[row * w->n_columns + i]));
        size_t title_width = utf8_width(columns[i].title);
        if (columns[i].is_cut) columns[i].width = MAX_OF(columns[i].width, title_width);
    }
    /* Numbers first without their headings, then with as much of them as there is room for. */
    fit_columns(columns, w->n_columns, max_width);
    for (size_t i = 0; i < w->n_columns; i++) {
        size_t title_width = utf8_width(columns[i].title), used = width_at(columns, w->n_columns, SIZE_MAX);
        if (columns[i].is_cut || title_width <= columns[i].width) continue;
        size_t room = max_width > used ? max_width - used : 0;
        columns[i].width += MIN_OF(title_width - columns[i].width, room);
    }
}

/* Ends the holding back: the heading and what was held back go out. */
static void release_rows(const Writer *w) {
    TextState *state = state_of(w);
    size_columns(w);
    put_heading(state, w->n_columns);
    for (size_t row = 0; row < state->n_rows; row++) put_row(state, state->cells + row * w->n_columns, w->n_columns);
    state->cells = NULL;
    arena_reset(state->cell_arena);
}

static ErrCode text_table_begin(Writer *w, UNUSED Str name) {
    TextState *state = state_of(w);
    flush_fields(state);
    begin_block(state, TEXT_BLOCK_TABLE);
    state->columns = ARENA_ARRAY(w->table_arena, TextColumn, w->n_columns);
    for (size_t i = 0; i < w->n_columns; i++) {
        const WriterColumn *column = &w->columns[i];
        bool is_number = type_is_number(column->type) && !str_eq(column->format, S("text"));
        state->columns[i] = (TextColumn){
            .is_right = is_number,
            .is_cut = !is_number && w->options.width > 0,
            .title = utf8_printable(w->table_arena, column->title.n ? column->title : column->name, CELL_BYTES_DEFAULT),
        };
    }
    state->n_rows = 0;
    state->cells = ARENA_ARRAY(state->cell_arena, Str, size_mul(BUFFERED_ROWS, w->n_columns));
    return state->out.failed;
}

static ErrCode text_rows(Writer *w, const Batch *batch) {
    TextState *state = state_of(w);
    size_t row = 0;
    for (; row < batch->n_rows && state->cells; row++) {
        keep_row(w, batch, row);
        if (state->n_rows == BUFFERED_ROWS) release_rows(w);
    }
    if (row == batch->n_rows) return state->out.failed;
    Str *cells = ARENA_ARRAY(state->cell_arena, Str, w->n_columns);
    for (; row < batch->n_rows && !state->out.failed; row++) {
        for (size_t i = 0; i < w->n_columns; i++) cells[i] = cell_text(w, &batch->columns[i], row, &w->columns[i]);
        put_row(state, cells, w->n_columns);
    }
    arena_reset(state->cell_arena);
    return state->out.failed;
}

static ErrCode text_table_end(Writer *w) {
    TextState *state = state_of(w);
    if (state->cells) release_rows(w);
    return state->out.failed;
}

static ErrCode text_finish(Writer *w) {
    TextState *state = state_of(w);
    flush_fields(state);
    encode_out_flush(&state->out);
    return state->out.failed;
}

const WriterKind WRITER_KIND_TEXT = {
    .name = "table",
    .open = text_open,
    .release = text_release,
    .field = text_field,
    .table_begin = text_table_begin,
    .rows = text_rows,
    .table_end = text_table_end,
    .note = text_note,
    .finish = text_finish,
};
