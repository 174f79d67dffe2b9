/* The words of a query, asked as a question, give the same query back: for all that the grammar has words for. */
#include "said_fixture.h"

enum { FLOOR = 95 }; /* percent; only moves up */

/* What may stand in each place of a query; every combination is said and asked. */
static const char *const MEASURES[] = {"\"trips\"", "\"distance\",\"riders\"",
                                       "{\"expr\":\"share(trips)\",\"as\":\"trips_share\"}"};
static const char *const GROUPS[] = {"", "\"bike\"", "\"weather\"", "\"start.city\"", "\"started_at.weekday\""};
static const char *const TIMES[] = {"",
                                    "\"range\":\"2021\"",
                                    "\"range\":\"2020-12\"",
                                    "\"range\":[\"2020-12\",\"2021-01\"]",
                                    "\"range\":\"last month\"",
                                    "\"range\":[\"2020-12\",null]",
                                    "\"grain\":\"month\"",
                                    "\"grain\":\"month\",\"range\":\"2021\""};
static const char *const TESTS[] = {"", "{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Drizzle\"]}",
                                    "{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Rain\",\"Snow\"]}",
                                    "{\"member\":\"weather\",\"op\":\"not_in\",\"values\":[\"Fog\"]}",
                                    "{\"expr\":\"long\"}"};
static const char *const TOPS[] = {"", "\"order\":[[\"trips\",\"desc\"]],\"limit\":2",
                                   "\"order\":[[\"trips\",\"asc\"]],\"limit\":1"};

typedef struct Round {
    Said *s;
    size_t n, n_same;
} Round;

static Str part(Arena *arena, Str all, const char *key, const char *open, const char *text, const char *close) {
    if (!*text) return all;
    return arena_printf(arena, "%.*s%s\"%s\":%s%s%s", STR_ARG(all), all.n ? "," : "", key, open, text, close);
}

/* Keys in one order, as the language prints them. */
static Str canonical(Said *s, Str json) {
    Buf buf CLEANUP(buf_release);
    JsonWriter w;
    const Query *query;
    buf_init(&buf, 1 << 16);
    json_writer_init(&w, sink_of_buf(&buf), false, &s->f.err);
    OK(&s->f, query_parse_text(&s->f.ctx, json, &query, &s->f.err));
    query_print(&w, query);
    OK(&s->f, json_writer_finish(&w));
    return arena_str(s->f.arena, buf_str(&buf));
}

static void go_round(Round *r, Str json) {
    Said *s = r->s;
    const AskResult *result;
    Str words = ask_say(s->f.arena, s->f.model, said_query(s, arena_cstr(s->f.arena, json))),
        wanted = canonical(s, json);
    OK(&s->f, ask_read(&s->f.ctx, s->engine, words, NULL, &result, &s->f.err));
    Str got =
        result->n_readings && result->status != ASK_DECLINED ? canonical(s, result->readings[0].json) : S("nothing");
    r->n++;
    if (str_eq(got, wanted))
        r->n_same++;
    else
        print_message("%.*s\n  %.*s\n  %.*s\n", STR_ARG(words), STR_ARG(wanted), STR_ARG(got));
}

static void one(Round *r, size_t m, size_t g, size_t t, size_t w, size_t o) {
    Arena *arena = r->s->f.arena;
    bool has_groups = *GROUPS[g] || strstr(TIMES[t], "grain");
    bool is_ranked = *TOPS[o] && (m != 0 || !has_groups || (*GROUPS[g] && strstr(TIMES[t], "grain")));
    if (is_ranked || (m == 2 && !*GROUPS[g])) return; /* nothing to rank by, or no parts */
    Str all = part(arena, (Str){0}, "measures", "[", MEASURES[m], "]");
    all = part(arena, all, "dimensions", "[", GROUPS[g], "]");
    all = part(arena, all, "time", "{", TIMES[t], "}");
    all = part(arena, all, "where", "[", TESTS[w], "]");
    if (*TOPS[o]) all = arena_printf(arena, "%.*s,%s", STR_ARG(all), TOPS[o]);
    go_round(r, arena_printf(arena, "{%.*s}", STR_ARG(all)));
}

TEST(readings_asked_again) {
    Round r = {.s = *state};
    for (size_t m = 0; m < COUNT_OF(MEASURES); m++)
        for (size_t g = 0; g < COUNT_OF(GROUPS); g++)
            for (size_t t = 0; t < COUNT_OF(TIMES); t++)
                for (size_t w = 0; w < COUNT_OF(TESTS); w++)
                    for (size_t o = 0; o < COUNT_OF(TOPS); o++) one(&r, m, g, t, w, o);
    print_message("%zu of %zu queries come back from their words\n", r.n_same, r.n);
    assert_true(r.n_same * 100 >= r.n * FLOOR);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(readings_asked_again)};
    return cmocka_run_group_tests(tests, said_open, said_close);
}
