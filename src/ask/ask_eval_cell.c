/* When a gold value and an answer's are the same: see ask_eval_is_same. */
#include "ask/ask_eval_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what a text says ----------------------------------------------------------------------------------------------- */

static const Str WEEKDAYS[] = {S_INIT("monday"), S_INIT("tuesday"),  S_INIT("wednesday"), S_INIT("thursday"),
                               S_INIT("friday"), S_INIT("saturday"), S_INIT("sunday")};
static const struct {
    Str word;
    int8_t value;
} YES_NO[] = {{S_INIT("yes"), 1}, {S_INIT("true"), 1}, {S_INIT("no"), 0}, {S_INIT("false"), 0}};

static void read_time(Arena *arena, EvalCell *cell) {
    Str upper = utf8_upper(arena, cell->text); /* 2014-q1 */
    int64_t to_us;
    if (time_parse_period(upper, &cell->from_us, &to_us, &cell->grain)) {
        if (cell->grain != TIME_GRAIN_HOUR) return;
        cell->is_instant = true;
    } else if (upper.n > 10 && time_parse_timestamp(upper, &cell->from_us)) {
        cell->is_instant = true;
    } else {
        cell->grain = TIME_GRAIN_NONE;
        return;
    }
    cell->grain = TIME_GRAIN_DAY;
}

static void read_text(Arena *arena, EvalCell *cell, Str text) {
    cell->kind = EVAL_CELL_TEXT;
    cell->text = str_trim(utf8_fold(arena, text));
    for (size_t i = 0; i < COUNT_OF(YES_NO); i++)
        if (str_eq(cell->text, YES_NO[i].word)) cell->yes_no = YES_NO[i].value;
    for (size_t i = 0; i < COUNT_OF(WEEKDAYS); i++)
        if (str_eq(cell->text, WEEKDAYS[i])) cell->weekday = (int8_t)(i + 1);
    bool is_number =
        cell->text.n && *cell->text.p >= '0' && *cell->text.p <= '9' && str_to_int64(cell->text, &cell->whole);
    cell->is_digits = is_number && (cell->text.n == 2 || (cell->text.n == 4 && cell->whole >= 1000));
    if (cell->text.n >= 4 && *cell->text.p >= '0' && *cell->text.p <= '9') read_time(arena, cell);
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

EvalCell ask_eval_cell_whole(int64_t whole) {
    return (EvalCell){.kind = EVAL_CELL_WHOLE, .whole = whole, .number = (double)whole, .yes_no = -1};
}

/* A date or timestamp as results show it. */
static Str time_text(Arena *arena, Value value, TimeGrain grain) {
    char out[TIME_TEXT_MAX];
    int64_t us = value.type.kind == TYPE_DATE ? value.i * TIME_US_PER_DAY : value.i;
    if (grain == TIME_GRAIN_NONE) return value_print(arena, value);
    return arena_str(arena, (Str){out, time_print_period(grain, us, out)});
}

EvalCell ask_eval_cell(Arena *arena, Value value, TimeGrain grain) {
    EvalCell cell = {.kind = EVAL_CELL_NULL, .yes_no = -1};
    if (value.is_null) return cell;
    switch (value.type.kind) {
    case TYPE_BOOL: return ask_eval_cell_whole(value.b);
    case TYPE_INT64: return ask_eval_cell_whole(value.i);
    case TYPE_DECIMAL:
    case TYPE_FLOAT64:
        cell.kind = EVAL_CELL_NUMBER;
        cell.number = value_to_double(value);
        break;
    case TYPE_DATE:
    case TYPE_TIMESTAMP: read_text(arena, &cell, time_text(arena, value, grain)); break;
    case TYPE_TEXT:
    case TYPE_JSON: read_text(arena, &cell, value.s); break;
    default: break;
    }
    return cell;
}

/* ---- the same ------------------------------------------------------------------------------------------------------- */

/* 4 significant figures, however near these are to where they are rounded. */
static bool is_same_number(double gold, double got) {
    char a[32], b[32];
    if (fabs(gold - got) <= 1e-6 * fabs(gold)) return true;
    if (fabs(gold - got) > 2e-3 * fabs(gold)) return false; /* cannot be */
    (void)snprintf(a, sizeof(a), "%.4g", gold);
    (void)snprintf(b, sizeof(b), "%.4g", got);
    return strcmp(a, b) == 0;
}

static bool is_same_time(const EvalCell *gold, const EvalCell *got) {
    if (!gold->grain || !got->grain) return false;
    if (gold->is_instant) return got->is_instant && gold->from_us == got->from_us;
    if (got->is_instant) return time_trunc(TIME_GRAIN_DAY, got->from_us) == gold->from_us;
    bool has_day = gold->grain == TIME_GRAIN_DAY || got->grain == TIME_GRAIN_DAY;
    return gold->from_us == got->from_us && (gold->grain == got->grain || has_day);
}

/* The first day of a year, or the year as text. */
static bool is_year(const EvalCell *cell, int64_t year) {
    if (cell->is_digits && cell->text.n == 4) return cell->whole == year;
    EvalCell start = {.grain = TIME_GRAIN_YEAR};
    if (year < 1 || year > 9999) return false;
    start.from_us = time_days_of((Civil){(int)year, 1, 1}) * TIME_US_PER_DAY;
    return is_same_time(&start, cell);
}

static bool is_same_text(const EvalCell *gold, const EvalCell *got) {
    if (got->kind == EVAL_CELL_WHOLE)
        return gold->weekday ? gold->weekday == got->whole : gold->is_digits && gold->whole == got->whole;
    return got->kind == EVAL_CELL_TEXT && (str_eq(gold->text, got->text) || is_same_time(gold, got));
}

bool ask_eval_cell_is_same(const EvalCell *gold, const EvalCell *got, double factor) {
    if (gold->kind == EVAL_CELL_NULL || got->kind == EVAL_CELL_NULL) return gold->kind == got->kind;
    if (gold->kind == EVAL_CELL_TEXT) return is_same_text(gold, got);
    if (got->kind == EVAL_CELL_TEXT) {
        bool is_yes_no = gold->number == 0 || gold->number == 1;
        if (is_yes_no) return got->yes_no >= 0 && (double)got->yes_no == gold->number;
        return gold->kind == EVAL_CELL_WHOLE && is_year(got, gold->whole);
    }
    if (gold->kind == EVAL_CELL_WHOLE)
        return got->kind == EVAL_CELL_WHOLE ? gold->whole == got->whole : gold->number == got->number;
    return is_same_number(gold->number, got->number * factor);
}
