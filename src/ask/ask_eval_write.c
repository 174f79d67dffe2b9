/* A report as text and JSON. */
#include "ask/ask_eval.h"

#include <math.h>

enum { TABLE_ROWS = 256 };

static Value ratio(double x) {
    return isnan(x) ? value_null(TYPE(TYPE_FLOAT64)) : value_float(x);
}

static Value count(size_t n) {
    return value_int((int64_t)n);
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

typedef struct Table {
    Writer *w;
    BatchBuilder *builder;
    size_t n_columns;
} Table;

static ErrCode table_begin(Table *table, Arena *arena, Writer *w, Str name, const WriterColumn *columns, size_t n,
                           Err *err) {
    Str *names = ARENA_ARRAY(arena, Str, n);
    Type *types = ARENA_ARRAY(arena, Type, n);
    for (size_t i = 0; i < n; i++) {
        names[i] = columns[i].name;
        types[i] = columns[i].type;
    }
    *table = (Table){w, batch_builder_new(arena, n, names, types, TABLE_ROWS), n};
    return writer_table_begin(w, name, columns, n, err);
}

static ErrCode table_flush(Table *table, Err *err) {
    TRY(writer_rows(table->w, batch_builder_batch(table->builder), err));
    batch_builder_clear(table->builder);
    return ERR_OK;
}

static ErrCode table_row(Table *table, const Value *values, Err *err) {
    for (size_t i = 0; i < table->n_columns; i++) batch_builder_set(table->builder, i, values[i]);
    batch_builder_next_row(table->builder);
    return batch_builder_is_full(table->builder) ? table_flush(table, err) : ERR_OK;
}

static ErrCode table_end(Table *table, Err *err) {
    TRY(table_flush(table, err));
    return writer_table_end(table->w, err);
}

#define TEXT_COLUMN(name_) \
    { .name = S_INIT(name_), .type = {.kind = TYPE_TEXT}, .decimals = -1 }
#define COUNT_COLUMN(name_) \
    { .name = S_INIT(name_), .type = {.kind = TYPE_INT64}, .format = S_INIT("integer"), .decimals = -1 }
#define RATIO_COLUMN(name_) \
    { .name = S_INIT(name_), .type = {.kind = TYPE_FLOAT64}, .format = S_INIT("percent"), .decimals = -1 }

/* ---- parts ---------------------------------------------------------------------------------------------------------- */

static ErrCode write_counts(Arena *arena, Writer *w, Str name, const AskEvalCount *counts, size_t n, Err *err) {
    static const WriterColumn columns[] = {
        TEXT_COLUMN("name"),       COUNT_COLUMN("questions"), RATIO_COLUMN("accuracy"), RATIO_COLUMN("coverage"),
        RATIO_COLUMN("precision"), COUNT_COLUMN("right"),     COUNT_COLUMN("wrong"),    COUNT_COLUMN("missed")};
    Table table;
    TRY(table_begin(&table, arena, w, name, columns, COUNT_OF(columns), err));
    for (size_t i = 0; i < n; i++) {
        const AskEvalCount *c = &counts[i];
        const Value row[] = {
            value_text(c->name),          count(c->n),       ratio(ask_eval_accuracy(c)), ratio(ask_eval_coverage(c)),
            ratio(ask_eval_precision(c)), count(c->n_right), count(c->n_wrong),           count(c->n_missed)};
        TRY(table_row(&table, row, err));
    }
    return table_end(&table, err);
}

static ErrCode write_bins(Arena *arena, Writer *w, const AskEvalReport *report, Err *err) {
    static const WriterColumn columns[] = {COUNT_COLUMN("results"), RATIO_COLUMN("from"), RATIO_COLUMN("to"),
                                           RATIO_COLUMN("confidence"), RATIO_COLUMN("right")};
    Table table;
    TRY(table_begin(&table, arena, w, S("calibration"), columns, COUNT_OF(columns), err));
    for (size_t i = 0; i < report->n_bins; i++) {
        const AskEvalBin *bin = &report->bins[i];
        const Value row[] = {count(bin->n), ratio(bin->from), ratio(bin->to), ratio(bin->mean), ratio(bin->right)};
        TRY(table_row(&table, row, err));
    }
    return table_end(&table, err);
}

static ErrCode write_misses(Arena *arena, Writer *w, const AskEvalReport *report, Err *err) {
    static const WriterColumn columns[] = {TEXT_COLUMN("id"),      TEXT_COLUMN("kind"),        TEXT_COLUMN("verdict"),
                                           TEXT_COLUMN("status"),  RATIO_COLUMN("confidence"), TEXT_COLUMN("question"),
                                           TEXT_COLUMN("reading"), TEXT_COLUMN("query"),       TEXT_COLUMN("message"),
                                           TEXT_COLUMN("got"),     TEXT_COLUMN("gold")};
    Table table;
    TRY(table_begin(&table, arena, w, S("misses"), columns, COUNT_OF(columns), err));
    for (size_t i = 0; i < report->n_scores; i++) {
        const AskEvalScore *s = &report->scores[i];
        if (s->verdict != ASK_EVAL_WRONG && s->verdict != ASK_EVAL_MISSED) continue;
        const Value row[] = {value_text(s->item->id),
                             value_text(s->item->kind),
                             value_text(str_of(ask_eval_verdict_name(s->verdict))),
                             value_text(str_of(ask_status_name(s->status))),
                             ratio(s->confidence),
                             value_text(s->item->question),
                             value_text(s->reading),
                             value_text(s->query),
                             value_text(s->message),
                             value_text(s->got),
                             value_text(s->wanted)};
        TRY(table_row(&table, row, err));
    }
    return table_end(&table, err);
}

/* The same for a person: a paragraph each, for lines of a table would be cut. */
static ErrCode note_miss(Arena *arena, Writer *w, const AskEvalScore *s, Err *err) {
    Str head =
        arena_printf(arena, "%.*s (%.*s): %s, %s with confidence %.2f", STR_ARG(s->item->id), STR_ARG(s->item->kind),
                     ask_eval_verdict_name(s->verdict), ask_status_name(s->status), s->confidence);
    TRY(writer_note(w, head, err));
    const struct {
        const char *title;
        Str text;
    } lines[] = {{"question", s->item->question}, {"reading", s->reading}, {"query", s->query},
                 {"message", s->message},         {"got", s->got},         {"gold", s->wanted}};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (!lines[i].text.n) continue;
        TRY(writer_note(w, arena_printf(arena, "  %-8s  %.*s", lines[i].title, STR_ARG(lines[i].text)), err));
    }
    return writer_note(w, S(""), err);
}

static ErrCode note_misses(Arena *arena, Writer *w, const AskEvalReport *report, Err *err) {
    for (size_t i = 0; i < report->n_scores; i++) {
        const AskEvalScore *s = &report->scores[i];
        if (s->verdict == ASK_EVAL_WRONG || s->verdict == ASK_EVAL_MISSED) TRY(note_miss(arena, w, s, err));
    }
    return ERR_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

static ErrCode write_times(Arena *arena, Writer *w, const char *name, const char *title, const AskEvalTimes *times,
                           Err *err) {
    if (writer_format(w) == WRITER_TEXT)
        return writer_field(w, str_of(name), str_of(title),
                            value_text(arena_printf(arena, "%.2f ms median, %.2f ms p90, %.2f ms p99, %.2f ms at most",
                                                    (double)times->p50 / 1000, (double)times->p90 / 1000,
                                                    (double)times->p99 / 1000, (double)times->max / 1000)),
                            err);
    TRY(writer_object_begin(w, str_of(name), err));
    TRY(writer_field(w, S("p50"), S(""), value_int(times->p50), err));
    TRY(writer_field(w, S("p90"), S(""), value_int(times->p90), err));
    TRY(writer_field(w, S("p99"), S(""), value_int(times->p99), err));
    TRY(writer_field(w, S("max"), S(""), value_int(times->max), err));
    return writer_object_end(w, err);
}

static ErrCode write_ratio(Arena *arena, Writer *w, Str name, const char *title, double x, Str of, Err *err) {
    static const WriterColumn column = {.format = S_INIT("percent"), .decimals = -1};
    if (writer_format(w) != WRITER_TEXT) return writer_field(w, name, S(""), ratio(x), err);
    Str text = isnan(x) ? S("none") : format_value(arena, value_float(x), &column);
    return writer_field(w, name, str_of(title), value_text(arena_printf(arena, "%.*s%.*s", STR_ARG(text), STR_ARG(of))),
                        err);
}

static Str of_counts(Arena *arena, size_t n, const char *what, size_t whole, const char *of) {
    return arena_printf(arena, " (%zu %s of %zu %s)", n, what, whole, of);
}

static ErrCode write_figures(Arena *arena, Writer *w, const AskEvalReport *report, Err *err) {
    const AskEvalCount *all = &report->all;
    TRY(writer_field(w, S("questions"), S("Questions"), count(report->n_scores), err));
    TRY(writer_field(w, S("judged"), S("Judged"), count(all->n), err));
    TRY(write_ratio(arena, w, S("accuracy"), "Accuracy", ask_eval_accuracy(all),
                    of_counts(arena, all->n_right, "right", all->n, "judged"), err));
    TRY(write_ratio(arena, w, S("coverage"), "Coverage", ask_eval_coverage(all),
                    of_counts(arena, all->n_covered, "answered", all->n_due, "that have an answer"), err));
    TRY(write_ratio(arena, w, S("precision"), "Precision", ask_eval_precision(all),
                    of_counts(arena, all->n_right_answered, "right", all->n_answered, "answered"), err));
    TRY(writer_field(w, S("wrong"), S("Wrong"), count(all->n_wrong), err));
    TRY(writer_field(w, S("missed"), S("Missed"), count(all->n_missed), err));
    for (size_t l = 0; l < ASK_EVAL_LEVELS; l++) {
        int percent = ASK_EVAL_LEVEL_PERCENT[l];
        Str name = arena_printf(arena, "precision_at_%d", percent),
            title = arena_printf(arena, "Precision at %d %%", percent);
        TRY(write_ratio(arena, w, name, title.p, report->precision_at[l], S(""), err));
    }
    TRY(write_ratio(arena, w, S("calibration_error"), "Calibration error", report->error, S(""), err));
    TRY(write_times(arena, w, "read_us", "Text to query", &report->read, err));
    return write_times(arena, w, "all_us", "Text to answer", &report->whole, err);
}

ErrCode ask_eval_report_write(const AskEvalReport *report, Writer *w, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    TRY(write_figures(arena, w, report, err));
    TRY(write_counts(arena, w, S("dbs"), report->dbs, report->n_dbs, err));
    if (report->n_kinds) TRY(write_counts(arena, w, S("kinds"), report->kinds, report->n_kinds, err));
    TRY(write_bins(arena, w, report, err));
    return writer_format(w) == WRITER_TEXT ? note_misses(arena, w, report, err) : write_misses(arena, w, report, err);
}
