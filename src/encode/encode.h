#pragma once
/*
 * encode/: what an operation writes its result to, and how results leave the program.
 *
 * A Writer takes one document: fields, nested objects and lists, tables of batches as they stream, and notes. Each format shows
 * what suits its reader: JSON everything but notes; text the titled fields, tables and notes; CSV the first table alone (notes go beside it). The first
 * failure (a full disk, a reader that left) is kept and returned by every later call and by writer_finish. One thread at a time.
 * Of compressed files it knows whether they are whole.
 */
#include "base/base.h"

typedef enum WriterFormat { WRITER_TEXT, WRITER_JSON, WRITER_CSV } WriterFormat;
NODISCARD bool writer_format_parse(Str name, WriterFormat *ret_format); /* "table", "json", "csv" */

/* A column as it is shown. Everything but name and type may be empty. */
typedef struct WriterColumn {
    Str name;
    Type type;
    Str title;  /* text tables' heading; empty: the name */
    Str format; /* currency percent number integer text date, weekday (1 Monday … 7) */
    Str unit;
    int decimals;     /* -1: by format */
    TimeGrain grain;  /* dates and timestamps are shown as periods of it */
    int fiscal_month; /* with which fiscal years begin */
    Str bucket;       /* width of the buckets whose lower ends the values are; may be empty */
    bool is_local;    /* timestamps are of the reporting zone, not UTC: written without Z */
    Str member;       /* JSON only, as are role and unit */
    Str role;
} WriterColumn;

typedef struct WriterOptions {
    WriterFormat format;
    int width;      /* terminal columns; 0: unbounded. Wider text tables have their longest cells cut */
    bool is_pretty; /* JSON with indents */
    bool is_live;   /* somebody waits for the rows: the first ones go out at once, then what is there every 50 ms */
    size_t max_cell_bytes; /* text tables; 0: 200 */
    Sink notes;            /* CSV: where notes go, a line each; without write: nowhere */
} WriterOptions;

typedef struct Writer Writer;

/* Owned by the arena; the sink is borrowed. */
Writer *writer_new(Arena *arena, Sink sink, const WriterOptions *options);
WriterFormat writer_format(const Writer *w);
/* Whether any byte of the document has gone to the sink. */
bool writer_has_left(const Writer *w);
/* What has not gone to the sink goes to this one, and all that follows. */
void writer_divert(Writer *w, Sink sink);
/* A field; text shows it as "title: value" when title is not empty. */
NODISCARD ErrCode writer_field(Writer *w, Str name, Str title, Value value, Err *err);
/* JSON that stands already as a tree (JSON only). */
NODISCARD ErrCode writer_tree(Writer *w, Str name, const Json *json, Err *err);
/* Nested object or list under `name` (ignored inside a list); machine formats only. Closed in order. */
NODISCARD ErrCode writer_object_begin(Writer *w, Str name, Err *err);
NODISCARD ErrCode writer_object_end(Writer *w, Err *err);
NODISCARD ErrCode writer_list_begin(Writer *w, Str name, Err *err);
NODISCARD ErrCode writer_list_end(Writer *w, Err *err);
/* A table: JSON "columns": [{name,type,…}], "rows": [[…]] at this level, where there is place for one (named tables, and those in a
 * list: inside an object of their own). The columns are copied. */
NODISCARD ErrCode writer_table_begin(Writer *w, Str name, const WriterColumn *columns, size_t n_columns, Err *err);
NODISCARD ErrCode writer_rows(Writer *w, const Batch *batch, Err *err);
NODISCARD ErrCode writer_table_end(Writer *w, Err *err);
/* A line, or several, for the person; text only. Empty: a blank line, unless there is one or nothing before it. */
NODISCARD ErrCode writer_note(Writer *w, Str line, Err *err);
/* Ends a document whose operation failed: closes what is open and, in JSON, adds "error": {code, message, at, line, column}; then
 * flushes, so that even a failure in mid-stream leaves well-formed output. Instead of writer_finish. */
NODISCARD ErrCode writer_fail(Writer *w, const Err *error, Err *err);
/* Ends the document and hands the last bytes to the sink; what the sink itself holds back (a FILE's buffer) is its owner's. */
NODISCARD ErrCode writer_finish(Writer *w, Err *err);

/* Bytes compressed on their way to a sink; in the arena. flushed: what was written so far can be read at the other end. */
typedef struct GzipOut GzipOut;
GzipOut *gzip_out_new(Arena *arena, Sink sink);
NODISCARD ErrCode gzip_out_write(GzipOut *out, Str bytes, bool is_flushed, Err *err);
NODISCARD ErrCode gzip_out_finish(GzipOut *out, Err *err);

/* Whether a gzip file is whole: every member's data, CRC and length, a fixed block at a time. ERR_DATA placed at the file's name
 * when it is cut off or damaged, ERR_IO; cancel and deadline of ctx are looked at every block. */
NODISCARD ErrCode gzip_check(const Ctx *ctx, const char *path, Err *err);

/* A value as people read it, "" for null; see base_format.h. column may be NULL. */
Str format_value(Arena *arena, Value value, const WriterColumn *column);
