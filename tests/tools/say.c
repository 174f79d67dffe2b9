/* Queries in words, for tests in scripts:  say PACK_FOLDER <QUERIES >WORDS   a line each. */
#include <stdio.h>

#include "ask/ask.h"

enum { QUERIES_MAX_BYTES = 64 << 20 };

static ErrCode say_all(const Ctx *ctx, const Model *model, Str text, Err *err) {
    while (text.p) {
        Str line = str_trim(str_split_next(&text, '\n'));
        const Query *query;
        if (!line.n) continue;
        TRY(query_parse_text(ctx, line, &query, err));
        Str words = ask_say(ctx->arena, model, query);
        printf("%.*s\n", (int)words.n, words.p);
    }
    return ERR_OK;
}

int main(int argc, char **argv) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Ctx ctx = {.arena = arena, .security = &SECURITY_OWNER, .clock = CLOCK_SYSTEM};
    ModelFindings findings = {0};
    Model *model;
    Str text;
    Err err = {0};
    if (argc != 2) return 2;
    ErrCode code = model_load(arena, argv[1], &model, &findings, &err);
    if (!code) code = file_read(arena, "/dev/stdin", QUERIES_MAX_BYTES, &text, &err);
    if (!code) code = say_all(&ctx, model, text, &err);
    if (code) fprintf(stderr, "say: %s %s\n", err.file, err.message);
    return code ? 1 : 0;
}
