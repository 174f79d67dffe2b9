#pragma once
/*
 * For encode/ only: the writer's common half, the descriptor every format fills in, and the block of bytes on its way out.
 *
 * encode_writer.c keeps the order of calls (what is open, nothing after the end) and the first failure; a format is called only
 * when both are well, so it needs no checks of its own. A new format is a file with a WriterKind and a line in KINDS.
 */
#include "encode/encode.h"

#include <string.h>

enum { WRITER_DEPTH_MAX = 32, ENCODE_OUT_BYTES = 64 * 1024 };

/* ---- bytes out ------------------------------------------------------------------------------------------------------ */

/* A fixed block that goes to the sink when it is full, so that a document of any size needs no more memory. After a failure it
 * swallows what comes. */
typedef struct EncodeOut {
    Sink sink;
    Err *err; /* receives the first failure */
    ErrCode failed;
    size_t n;
    char *p; /* ENCODE_OUT_BYTES */
} EncodeOut;

void encode_out_init(EncodeOut *out, Arena *arena, Sink sink, Err *err);
void encode_out_flush(EncodeOut *out);
void encode_out_add_long(EncodeOut *out, Str bytes); /* any length */

/* Where the next n bytes (at most ENCODE_OUT_BYTES) may be written; out->n is raised by who has written them. */
static inline char *encode_out_room(EncodeOut *out, size_t n_bytes) {
    if (n_bytes > ENCODE_OUT_BYTES - out->n) encode_out_flush(out);
    return out->p + out->n;
}

static inline void encode_out_char(EncodeOut *out, char c) {
    *encode_out_room(out, 1) = c;
    out->n++;
}

static inline void encode_out_add(EncodeOut *out, Str bytes) {
    if (bytes.n > ENCODE_OUT_BYTES - out->n) {
        encode_out_add_long(out, bytes);
        return;
    }
    if (bytes.n) memcpy(out->p + out->n, bytes.p, bytes.n);
    out->n += bytes.n;
}

/* ---- the writer ----------------------------------------------------------------------------------------------------- */

typedef enum WriterLevel { WRITER_IN_OBJECT, WRITER_IN_LIST } WriterLevel;

/* One format. What is NULL is not shown by it. Each gives its first failure, whose text is in w->failure. */
typedef struct WriterKind {
    const char *name; /* as writer_format_parse reads it */
    void (*open)(Writer *w);
    void (*release)(Writer *w); /* at the reset of the writer's arena, whatever came before; may be NULL */
    ErrCode (*field)(Writer *w, Str name, Str title, Value value);
    ErrCode (*tree)(Writer *w, Str name, const Json *json);
    ErrCode (*begin)(Writer *w, Str name, WriterLevel level); /* w->levels is still without it */
    ErrCode (*end)(Writer *w, WriterLevel level);
    ErrCode (*table_begin)(Writer *w, Str name); /* w->columns are set */
    ErrCode (*rows)(Writer *w, const Batch *batch);
    ErrCode (*table_end)(Writer *w);
    ErrCode (*flush)(Writer *w); /* hands on the rows it holds back; NULL: it holds them for a reason */
    ErrCode (*note)(Writer *w, Str line);
    ErrCode (*error)(Writer *w, const Err *error); /* of the operation, when nothing is open any more */
    ErrCode (*finish)(Writer *w);
} WriterKind;

extern const WriterKind WRITER_KIND_JSON;
extern const WriterKind WRITER_KIND_TEXT;
extern const WriterKind WRITER_KIND_CSV;

struct Writer {
    const WriterKind *kind;
    WriterOptions options;
    Arena *arena; /* the caller's */
    Sink sink;    /* that counts what goes to… */
    Sink outside; /* …the caller's */
    bool has_left;
    int64_t flushed_us; /* 0: not yet */
    void *state;        /* the format's */

    WriterLevel levels[WRITER_DEPTH_MAX]; /* what is open; the document itself is not counted */
    int depth;
    bool has_table[WRITER_DEPTH_MAX +
                   1]; /* by depth: a table without a name stands there, and there is place for one only */
    bool is_in_table;
    bool is_finished;
    Arena *table_arena; /* of the open table: its columns, and what the format keeps for it */
    const WriterColumn *columns;
    size_t n_columns;

    ErrCode failed;
    bool is_broken; /* the failure is the format's or the sink's, so what was written so far cannot be ended well */
    Err failure;
};

static inline bool writer_is_in_list(const Writer *w) {
    return w->depth && w->levels[w->depth - 1] == WRITER_IN_LIST;
}

/* ---- cells ---------------------------------------------------------------------------------------------------------- */

enum { ENCODE_CELL_BYTES = MAX_OF(MAX_OF((int)DECIMAL_TEXT_MAX, (int)REAL_TEXT_MAX), (int)TIME_TEXT_MAX) };

/* Plain text of a cell that is not null and neither text nor json; times as `shown` says. Returns its length. */
size_t encode_cell_print(char out[ENCODE_CELL_BYTES], const Column *column, size_t row, const WriterColumn *shown);
