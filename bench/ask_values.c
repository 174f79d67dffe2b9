/* The index of values: making it of 100,000 invented ones, making it again from the one before, changing ten values of each set, opening it, and looking up questions of
 * 15 words: names, parts of names, misspelt ones, words of no value. All in CPU time.
 *   ask_values [VALUES] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ask/ask_values_internal.h"

enum { RUNS = 2000 };

static uint64_t state = 42;

static size_t below(size_t n) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(state >> 33) % n;
}

/* Of the processor, so that others on the machine do not count. */
static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* A word of some language; the first ones of `n` come up most, as in any language. */
static Str word_of(Arena *arena, size_t n) {
    static const char *const heads[] = {"b", "br", "c", "ch", "d", "f", "g",  "gl", "h", "k",
                                        "l", "m",  "n", "p",  "r", "s", "st", "t",  "v", "w"};
    static const char *const bodies[] = {"a", "e", "i", "o", "u", "ai", "ea", "ou"};
    static const char *const tails[] = {"n", "r", "l", "s", "t", "nd", "rk", "m"};
    size_t i = below(1 + below(n)), rest = i;
    Str word = S("");
    for (int k = 0; k < 2 + (i % 3 == 0); k++) {
        const char *head = heads[rest % 20], *body = bodies[rest / 20 % 8], *tail = tails[rest / 160 % 8];
        word = arena_printf(arena, "%.*s%s%s%s", STR_ARG(word), head, body, tail);
        rest = rest * 7919 + 104729;
    }
    return word;
}

/* Ids as orders have them, names of people, names of things, places. */
static Str value_of(Arena *arena, size_t set, size_t i) {
    if (set == 0) return arena_printf(arena, "CA-%zu-%06zu", 2011 + i % 4, i);
    size_t n = set == 1 ? 2 : 1 + below(6);
    Str text = S("");
    for (size_t k = 0; k < n; k++) {
        Str word = word_of(arena, 20000);
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), k ? " " : "", STR_ARG(word));
    }
    return set == 2 && below(4) == 0 ? arena_printf(arena, "%.*s %zu oz", STR_ARG(text), below(128)) : text;
}

static ValuesInput set_of(Arena *arena, Str name, size_t set, size_t n_values) {
    Map *seen = map_new(arena);
    ValuesInput input = {.key = name, .values = ARENA_ARRAY(arena, TextRows, n_values), .n_names = 1};
    Str *names = ARENA_NEW(arena, Str);
    *names = name;
    input.names = names;
    for (size_t i = 0; i < n_values; i++) {
        Str text = value_of(arena, set, i);
        if (!map_put(seen, text, &seen)) input.values[input.n_values++] = (TextRows){text, 1};
    }
    return input;
}

static const char *question_of(Arena *arena, const ValuesInput *sets, size_t n_sets) {
    static const char *const words[] = {"what", "were", "the",   "total", "sales", "of",
                                        "in",   "by",   "month", "for",   "and"};
    Str text = S("");
    for (size_t n = 0; n < 15;) {
        const ValuesInput *set = &sets[below(n_sets)];
        Str piece = str_of(words[below(COUNT_OF(words))]);
        if (below(4) == 0) piece = set->values[below(set->n_values)].text;
        if (below(8) == 0) { /* misspelt */
            char *p = arena_dup(arena, piece.p, piece.n);
            p[below(piece.n)] = 'x';
            piece = (Str){p, piece.n};
        }
        text = arena_printf(arena, "%.*s %.*s", STR_ARG(text), STR_ARG(piece));
        n++;
        for (size_t i = 0; i < piece.n; i++) n += piece.p[i] == ' ';
    }
    return arena_cstr(arena, text);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static ErrCode look_up(Arena *arena, const AskValues *values, const ValuesInput *sets, size_t n_sets, Err *err) {
    static double times[RUNS];
    size_t n_matches = 0;
    for (size_t i = 0; i < RUNS; i++) {
        Arena *scratch CLEANUP(arena_freep) = arena_new(0);
        const AskToken *tokens = NULL;
        const AskValueMatch *matches = NULL;
        size_t n_tokens = 0, n = 0;
        TRY(ask_tokenize(scratch, str_of(question_of(arena, sets, n_sets)), &tokens, &n_tokens, err));
        double from = now_us();
        ask_values_find(scratch, values, tokens, n_tokens, NULL, 200, &matches, &n);
        times[i] = now_us() - from;
        n_matches += n;
    }
    qsort(times, RUNS, sizeof(*times), by_value);
    printf("look-up of 15 words  median %.0f us, p99 %.0f us, most %.0f us (goal: 1,000), %.1f matches a question\n",
           times[RUNS / 2], times[RUNS * 99 / 100], times[RUNS - 1], (double)n_matches / RUNS);
    return ERR_OK;
}

/* Ten values of each set go, and as many new ones come. */
static ErrCode change(const ValuesInput *sets, size_t n_sets, const AskValues *before, const char *path, Err *err) {
    enum { CHANGED = 10 };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    ValuesInput *changes = arena_dup(arena, sets, n_sets * sizeof(*sets));
    for (size_t i = 0; i < n_sets; i++) {
        ValuesInput *change = &changes[i];
        change->is_change = true;
        change->values = ARENA_ARRAY(arena, TextRows, 2 * CHANGED);
        change->n_values = 0;
        for (size_t k = 0; k < CHANGED && k < sets[i].n_values; k++) {
            Str text = sets[i].values[k * (sets[i].n_values / CHANGED)].text;
            change->values[change->n_values++] = (TextRows){text, -1};
            change->values[change->n_values++] = (TextRows){arena_printf(arena, "%.*s B", STR_ARG(text)), 1};
        }
    }
    return values_write(changes, n_sets, &(ValuesStamp){.data_version = 3}, before, path, err);
}

static ErrCode run(Arena *arena, size_t n_values, const char *path, Err *err) {
    size_t part = n_values / 4;
    const ValuesInput sets[] = {set_of(arena, S("order_id"), 0, part), set_of(arena, S("person.name"), 1, part),
                                set_of(arena, S("thing.name"), 2, part), set_of(arena, S("place.name"), 3, part)};
    AskValues *before = NULL, *values = NULL;
    double t0 = now_us();
    TRY(values_write(sets, COUNT_OF(sets), &(ValuesStamp){.data_version = 1}, NULL, path, err));
    double t1 = now_us();
    TRY(ask_values_open(path, &before, err));
    double t2 = now_us();
    TRY(values_write(sets, COUNT_OF(sets), &(ValuesStamp){.data_version = 2}, before, path, err));
    double t3 = now_us();
    TRY(change(sets, COUNT_OF(sets), before, path, err));
    double t4 = now_us();
    TRY(ask_values_open(path, &values, err));
    printf("%zu values, %.1f MB: made in %.0f ms, again in %.0f ms, changed in %.0f ms (goal: 30), opened in %.0f us "
           "(goal: 5,000)\n",
           ask_values_count(values), (double)values->n_bytes / 1e6, (t1 - t0) / 1000, (t3 - t2) / 1000,
           (t4 - t3) / 1000, t2 - t1);
    ErrCode code = look_up(arena, values, sets, COUNT_OF(sets), err);
    ask_values_close(before);
    ask_values_close(values);
    return code;
}

int main(int argc, char **argv) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    char path[] = "/tmp/starling values.XXXXXX";
    Err err = {0};
    int fd = mkstemp(path);
    if (fd < 0) return 1;
    close(fd);
    ErrCode code = run(arena, argc > 1 ? (size_t)atol(argv[1]) : 100000, path, &err);
    unlink(path);
    if (code) fprintf(stderr, "%s\n", err.message);
    return code != ERR_OK;
}
