#pragma once
/* The trips of tests/golden/query with an engine for questions about them. */
#include "query/query_fixture.h"

#include "ask/ask.h"

#include <unistd.h>

typedef struct Said {
    Fixture f;
    char path[64];
    AskValues *values;
    const AskEngine *engine;
} Said;

static inline void said_engine(Said *s) {
    Fixture *f = &s->f;
    const AskGrammar *grammar;
    const AskWords *words;
    const char *share = NULL;
    Str text, file = S("share/starling/ask/english.grammar");
    OK(f, ask_values_build(&f->ctx, f->conn, f->model, NULL, NULL, s->path, &f->err));
    OK(f, ask_values_open(s->path, &s->values, &f->err));
    OK(f, file_read(f->arena, arena_cstr(f->arena, file), 1 << 20, &text, &f->err));
    OK(f, ask_grammar_parse(f->arena, text, file, &grammar, &f->err));
    OK(f, path_share(f->arena, "", &share, &f->err));
    OK(f, ask_words_open(f->arena, share, &words, &f->err));
    OK(f, ask_engine_new(f->arena, f->model, grammar, s->values, words, &s->engine, &f->err));
}

static inline int said_open(void **state) {
    static Said said;
    said = (Said){.path = "/tmp/starling said.XXXXXX"};
    int fd = mkstemp(said.path);
    assert_true(fd >= 0);
    close(fd);
    fixture_open(&said.f);
    said_engine(&said);
    *state = &said;
    return 0;
}

static inline int said_close(void **state) {
    Said *s = *state;
    ask_values_close(s->values);
    unlink(s->path);
    fixture_free(&s->f);
    return 0;
}

static inline const Query *said_query(Said *s, const char *json) {
    const Query *query = NULL;
    if (query_parse_text(&s->f.ctx, str_of(json), &query, &s->f.err)) fail_msg("%s: %s", json, s->f.err.message);
    return query;
}

static inline const char *said(Said *s, const char *json) {
    return arena_cstr(s->f.arena, ask_say(s->f.arena, s->f.model, said_query(s, json)));
}
