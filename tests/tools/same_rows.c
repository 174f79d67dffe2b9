/* The program's rule of when an answer is right, for a script that compares it with another telling of it (same_rows.py).
 *   same_rows           each line of the input is {"gold": [[…]], "got": [[…]], "ordered": true}; each gives a line, 1 or 0 */
#include <stdio.h>
#include <stdlib.h>

#include "ask/ask_eval.h"

static const JsonLimits LIMITS = {.max_bytes = 16 << 20, .max_depth = 8, .max_values = 4000000};

static Value value_of(const Json *json) {
    switch (json->kind) {
    case JSON_TRUE: return value_bool(true);
    case JSON_FALSE: return value_bool(false);
    case JSON_INT: return value_int(json->i);
    case JSON_REAL: return value_float(json->f);
    case JSON_TEXT: return value_text(json->s);
    default: return value_null(TYPE(TYPE_NULL));
    }
}

static AskEvalResult result_of(Arena *arena, const Json *rows) {
    AskEvalResult result = {.n_rows = rows->array.n, .n_columns = rows->array.n ? rows->array.at[0]->array.n : 0};
    Value *cells = ARENA_ARRAY(arena, Value, result.n_rows * result.n_columns + 1);
    for (size_t row = 0; row < result.n_rows; row++)
        for (size_t i = 0; i < result.n_columns; i++)
            cells[row * result.n_columns + i] = value_of(rows->array.at[row]->array.at[i]);
    result.cells = cells;
    result.names = ARENA_ARRAY(arena, Str, result.n_columns + 1);
    result.grains = ARENA_ARRAY(arena, TimeGrain, result.n_columns + 1);
    return result;
}

int main(void) {
    char *line = NULL;
    size_t cap = 0;
    Arena *arena = arena_new(0);
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0; arena_reset(arena)) {
        const Json *json = NULL;
        Err err;
        if (json_parse(arena, (Str){line, (size_t)n}, &LIMITS, &json, &err)) {
            (void)fprintf(stderr, "same_rows: %s\n", err.message);
            return 1;
        }
        AskEvalResult gold = result_of(arena, json_get(json, S("gold"))),
                      got = result_of(arena, json_get(json, S("got")));
        printf("%d\n", ask_eval_is_same(arena, &gold, &got, json_is(json_get(json, S("ordered")), JSON_TRUE)));
    }
    arena_free(arena);
    free(line);
    return 0;
}
