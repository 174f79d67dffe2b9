#pragma once
/* What the tests of encode/ share: a writer into a buffer, and a table in which every type and every awkward value stands. */
#include "test.h"

#include "encode/encode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct Doc {
    Arena *arena;
    Buf buf;
    Writer *w;
    Err err;
} Doc;

#define OK(doc, expr)                                                                  \
    do {                                                                               \
        ErrCode ok_code_ = (expr);                                                     \
        if (ok_code_) fail_msg("%s: %d %s", #expr, (int)ok_code_, (doc)->err.message); \
    } while (0)

static inline void doc_open(Doc *doc, WriterOptions options) {
    *doc = (Doc){.arena = arena_new(0)};
    buf_init(&doc->buf, 1 << 28);
    doc->w = writer_new(doc->arena, sink_of_buf(&doc->buf), &options);
}

static inline void doc_free(Doc *doc) {
    arena_free(doc->arena);
    buf_release(&doc->buf);
}

/* What was written, NUL-terminated, in the document's arena. */
static inline const char *doc_text(Doc *doc) {
    return arena_cstr(doc->arena, buf_str(&doc->buf));
}

static inline const char *doc_finish(Doc *doc) {
    OK(doc, writer_finish(doc->w, &doc->err));
    return doc_text(doc);
}

static inline void assert_text(const char *got, const char *wanted) {
    if (strcmp(got, wanted) == 0) return;
    print_error("--- wanted\n%s--- got\n", wanted); /* cmocka cuts messages */
    for (Str rest = str_of(got); rest.p;) {
        Str line = str_split_next(&rest, '\n');
        print_error("%.*s\n", STR_ARG(line));
    }
    fail();
}

enum { ALL_COLUMNS = 10 };

static const WriterColumn ALL[ALL_COLUMNS] = {
    {.name = S_INIT("id"),
     .type = {.kind = TYPE_INT64},
     .decimals = -1,
     .role = S_INIT("dimension"),
     .member = S_INIT("line.id")},
    {.name = S_INIT("name"), .type = {.kind = TYPE_TEXT}, .decimals = -1, .title = S_INIT("Name")},
    {.name = S_INIT("amount"),
     .type = {.kind = TYPE_DECIMAL, .precision = 38, .scale = 2},
     .decimals = -1,
     .title = S_INIT("Amount"),
     .format = S_INIT("currency"),
     .unit = S_INIT("GBP"),
     .role = S_INIT("measure")},
    {.name = S_INIT("ratio"),
     .type = {.kind = TYPE_FLOAT64},
     .decimals = -1,
     .format = S_INIT("percent"),
     .bucket = S_INIT("0.1")},
    {.name = S_INIT("is_open"), .type = {.kind = TYPE_BOOL}, .decimals = -1},
    {.name = S_INIT("day"), .type = {.kind = TYPE_DATE}, .decimals = -1},
    {.name = S_INIT("month"),
     .type = {.kind = TYPE_DATE},
     .decimals = -1,
     .grain = TIME_GRAIN_MONTH,
     .role = S_INIT("time")},
    {.name = S_INIT("at"), .type = {.kind = TYPE_TIMESTAMP}, .decimals = -1},
    {.name = S_INIT("extra"), .type = {.kind = TYPE_JSON}, .decimals = -1},
    {.name = S_INIT("nothing"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

static inline Int128 big(const char *digits) {
    Int128 number = 0;
    assert_true(decimal_parse(str_of(digits), 38, 0, &number));
    return number;
}

/* Three rows: plain, extreme, null. */
static inline const Batch *all_rows(Arena *arena) {
    Str names[ALL_COLUMNS];
    Type types[ALL_COLUMNS];
    for (size_t i = 0; i < ALL_COLUMNS; i++) {
        names[i] = ALL[i].name;
        types[i] = ALL[i].type;
    }
    int64_t day = time_days_of((Civil){2014, 3, 7});
    const Value rows[2][ALL_COLUMNS - 1] = {
        {value_int(2014), value_text(S("Ann, \"A\"")), value_decimal(123450, 38, 2), value_float(0.125),
         value_bool(true), value_date(day), value_date(day),
         value_timestamp(day * TIME_US_PER_DAY + 37230 * TIME_US_PER_SECOND), value_json(S("{\"a\":[1,null]}"))},
        {value_int(INT64_C(9007199254740993)), value_text(S("日本\x1b[31m\n\xF0\x9F\x98\x80")),
         value_decimal(-big("99999999999999999999999999999999999999"), 38, 2), value_float(NAN), value_bool(false),
         value_date(time_days_of((Civil){1, 1, 1})), value_date(time_days_of((Civil){9999, 12, 31})),
         value_timestamp(-1), value_json(S("not json"))},
    };
    BatchBuilder *builder = batch_builder_new(arena, ALL_COLUMNS, names, types, 3);
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        for (size_t i = 0; i < COUNT_OF(rows[r]); i++) batch_builder_set(builder, i, rows[r][i]);
        batch_builder_next_row(builder);
    }
    batch_builder_next_row(builder);
    return batch_builder_batch(builder);
}

static inline void write_all_rows(Doc *doc, Str name) {
    OK(doc, writer_table_begin(doc->w, name, ALL, ALL_COLUMNS, &doc->err));
    OK(doc, writer_rows(doc->w, all_rows(doc->arena), &doc->err));
    OK(doc, writer_table_end(doc->w, &doc->err));
}

/* A table of one column of texts. */
static inline const Batch *text_rows(Arena *arena, const char *const *texts, size_t n) {
    Str name = S("text");
    Type type = TYPE(TYPE_TEXT);
    BatchBuilder *builder = batch_builder_new(arena, 1, &name, &type, n);
    for (size_t i = 0; i < n; i++) {
        if (texts[i]) batch_builder_set(builder, 0, value_text(str_of(texts[i])));
        batch_builder_next_row(builder);
    }
    return batch_builder_batch(builder);
}

static const WriterColumn TEXT_COLUMN = {.name = S_INIT("text"), .type = {.kind = TYPE_TEXT}, .decimals = -1};
