#pragma once
/* For ask/ only: what times are made of; each is an action of the grammar (ask_internal.h). */
#include "ask/ask_internal.h"

/* clang-format off */
#define ASK_TIME_ACTIONS(X) \
    X(year) X(month) X(quarter) X(half) X(day) X(iso) X(relative) X(past) X(to_date) X(named_day) X(axis) X(span) \
    X(span_days) X(part_of) X(fiscal) X(list) X(since) X(until) X(pass) X(weekdays)
/* clang-format on */
#define X(name) \
    bool ask_time_##name(AskParse *p, const AskNode *const *args, const int *literals, size_t n_args, AskNode *ret);
ASK_TIME_ACTIONS(X)
#undef X
/* A time without a year in the year of another, or NULL. */
const AskTime *ask_time_in_year(Arena *arena, const AskTime *yearless, int year);
/* The period before or after one, "2013" -> "2012"; empty when `period` is none of the calendar. */
Str ask_time_shift(Arena *arena, Str period, int64_t n);
/* "last year" as the year that it is, in ctx->arena; what has no such name as it is. */
const AskTime *ask_time_in_dates(const Ctx *ctx, const AskTime *time);
/* "the first half" beside one of a year: which other half or quarter of it; NULL: of none. */
const AskTime *ask_time_sibling(AskParse *p, const AskTime *time, int which);
/* So many units later, or of the time's own periods where these are longer. */
const AskTime *ask_time_moved(const Ctx *ctx, const AskTime *time, int n, TimeGrain unit);
