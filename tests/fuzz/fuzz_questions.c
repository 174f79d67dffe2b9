/*
 * ask_eval_set_read: a set is read, or refused at a line. And what is compared of its texts: values of any kind, as the answers and gold
 * of a set, are the same as themselves, in any order of the columns.
 */
#include "fuzz.h"

#include "ask/ask_eval.h"

enum { VALUES_MAX = 24 };

/* What stands between commas: numbers, texts, and nothing for a null. */
static size_t read_values(Str text, Value *values) {
    size_t n = 0;
    while (text.p && n < VALUES_MAX) {
        Str word = str_split_next(&text, ',');
        double number;
        int64_t whole;
        if (str_to_int64(word, &whole))
            values[n++] = value_int(whole);
        else if (str_to_double(word, &number))
            values[n++] = value_float(number);
        else
            values[n++] = word.n ? value_text(word) : value_null(TYPE(TYPE_TEXT));
    }
    return n;
}

static void check_same(Arena *arena, Str text) {
    Value values[VALUES_MAX], turned[VALUES_MAX];
    size_t n = read_values(text, values) / 2;
    const TimeGrain grains[2] = {TIME_GRAIN_NONE, TIME_GRAIN_NONE};
    const Str names[2] = {S_INIT("a"), S_INIT("b")};
    for (size_t row = 0; row < n; row++) {
        turned[2 * row] = values[2 * row + 1];
        turned[2 * row + 1] = values[2 * row];
    }
    const AskEvalResult gold = {2, names, grains, values, n}, got = {2, names, grains, turned, n};
    assert(ask_eval_is_same(arena, &gold, &got, true));
    assert(ask_eval_is_same(arena, &gold, &got, false));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str text = {(const char *)data, n_bytes};
    const AskEvalSet *set = NULL;
    Err err = {0};
    ErrCode code = ask_eval_set_read(arena, text, S("set"), &set, &err);
    assert(code == err.code && !set == (code != ERR_OK));
    assert(!code || ((code == ERR_INVALID || code == ERR_TOO_LARGE) && err.line > 0));
    for (size_t i = 0; set && i < set->n_items; i++) {
        assert(set->items[i].id.n && set->items[i].question.n && set->items[i].follows < (ptrdiff_t)i);
        check_same(arena, set->items[i].question);
    }
    if (utf8_is_valid(text)) check_same(arena, text);
    return 0;
}
