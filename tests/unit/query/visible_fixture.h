#pragma once
/* What the tests of members that only some may see share: which ones are hidden, and the model without them to compare with. */
#include "query_fixture.h"

/* The hidden members; in the model to compare with they are not there. */
static const char *const HIDDEN[][3] = {
    {"      id: {}\n      name: {}\n      plan", "      id: {}\n      name: {visible_to: [desk, board]}\n      plan",
     "      id: {}\n      plan"},
    {"      weather: {}\n", "      weather: {visible_to: [board]}\n", ""},
    {"      minutes: {format: integer, unit: min, aggregate: avg}\n",
     "      minutes: {format: integer, unit: min, aggregate: avg, synonyms: [length of a ride], visible_to: [board]}\n",
     ""},
    {"  dry: {expr: \"weather = 'Dry'\"}\n",
     "  dry: {expr: \"weather = 'Dry'\", synonyms: [no rain], visible_to: [board]}\n", ""},
    {"  easy: {expr: dry and not long, title: Easy trips}\n", "  easy: {expr: dry and not long, visible_to: [board]}\n",
     ""},
    {"  minutes:\n    expr: sum(minutes)\n", "", ""},
    {"  cost:\n    expr: sum(cost)\n",
     "  cost:\n    expr: sum(cost)\n    synonyms: [spending]\n    visible_to: [board]\n", NULL},
};

static inline Str replace(Arena *arena, Str text, const char *from, const char *to) {
    ptrdiff_t at = str_find(text, str_of(from));
    if (at < 0) fail_msg("not in the pack: %s", from);
    return arena_printf(arena, "%.*s%s%.*s", (int)at, text.p, to,
                        STR_ARG(str_slice(text, (size_t)at + strlen(from), text.n)));
}

/* Puts an open fixture on the golden pack with each of HIDDEN as its form 1 (restricted) or 2 (absent). */
static inline void fixture_form(Fixture *f, int form) {
    Str text = {0};
    OK(f, file_read(f->arena, GOLDEN_FOLDER "/pack.yaml", 1 << 20, &text, &f->err));
    for (size_t i = 0; i < COUNT_OF(HIDDEN); i++)
        if (HIDDEN[i][form]) text = replace(f->arena, text, HIDDEN[i][0], HIDDEN[i][form]);
    if (form == 2)
        text = replace(f->arena, text,
                       "  cost:\n    expr: sum(cost)\n    format: currency\n    unit: EUR\n"
                       "    adjectives: {high: [expensive, pricey], low: [cheap]}\n",
                       "");
    Model *model = NULL;
    OK(f, model_parse(f->arena, text, S("pack.yaml"), NULL, &model, NULL, &f->err));
    snapshot_release(f->snapshot);
    f->snapshot = snapshot_new(7);
    f->model = model;
    snapshot_set(f->snapshot, SNAPSHOT_MODEL, model, NULL);
    f->ctx.snapshot = f->snapshot;
}

static inline Security rider_of(const Str *roles, size_t n) {
    return (Security){.user = S("somebody"), .permissions = 1u << PERMISSION_READ_DATA, .roles = roles, .n_roles = n};
}
