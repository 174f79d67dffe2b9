/*
 * The first two bytes say where the input is cut: a question, and what is written over a sound index of values behind its header, from a
 * place that the input names. The question is split and looked up in the sound index and in the damaged one: tokens lie in the question,
 * one behind the other; matches of the sound one name its values; nothing is read outside of either.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask/ask_values_internal.h"

static AskValues *sound;
static char *damaged_file;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    static Str names[] = {S_INIT("a.name"), S_INIT("b.name")};
    static TextRows texts[] = {{S_INIT("Red Apple"), 1},    {S_INIT("Green Apple Pie"), 1},
                               {S_INIT("St. Louis"), 1},    {S_INIT("C\xC3\xB4te d'Ivoire"), 1},
                               {S_INIT("Bags & Boxes"), 1}, {S_INIT("Peach 64 oz"), 1},
                               {S_INIT("US"), 1},           {S_INIT("CA-2014-1234"), 1},
                               {S_INIT("Technology"), 1},   {S_INIT("The North Face"), 1}};
    static TextRows numbers[] = {{S_INIT("1"), 1}, {S_INIT("12"), 1}, {S_INIT("2014"), 1}};
    ValuesInput sets[] = {{.key = S("a"), .names = names, .n_names = 2, .values = texts, .n_values = COUNT_OF(texts)},
                          {.key = S("c"),
                           .names = names,
                           .n_names = 1,
                           .is_number = true,
                           .values = numbers,
                           .n_values = COUNT_OF(numbers)}};
    char path[] = "/tmp/starling fuzz.XXXXXX";
    Err err = {0};
    int fd = mkstemp(path);
    assert(fd >= 0);
    close(fd);
    ErrCode code = values_write(sets, COUNT_OF(sets), &(ValuesStamp){.data_version = 1}, NULL, path, &err);
    assert(!code);
    code = ask_values_open(path, &sound, &err);
    assert(!code);
    unlink(path);
    damaged_file = malloc(sound->n_bytes);
    assert(damaged_file);
    return 0;
}

static void check_tokens(Str question, const AskToken *tokens, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const AskToken *token = &tokens[i];
        assert(token->from < token->to && token->to <= question.n && (!i || token->from >= tokens[i - 1].to));
        assert(str_eq(token->text, str_slice(question, token->from, token->to)));
        assert(token->norm.n && token->lemma.n && token->stem.n && utf8_is_valid(token->norm));
    }
}

static void look(Arena *arena, const AskValues *values, const AskToken *tokens, size_t n_tokens) {
    const AskValueMatch *matches = NULL;
    size_t n = 0;
    ask_values_find(arena, values, tokens, n_tokens, NULL, 50, &matches, &n);
    assert(n <= 50);
    for (size_t i = 0; i < n; i++) {
        const AskValueMatch *match = &matches[i];
        assert(match->from < match->to && match->to <= n_tokens && match->n_values && match->cost >= 0);
        bool has_common = false;
        for (size_t k = 0; k < match->n_values && k < ASK_MATCH_MAX_VALUES; k++)
            has_common |= str_find(match->values[k], match->common) >= 0;
        assert(values != sound || (match->value.n && match->member.n && has_common));
        str_hash(match->value);
        str_hash(match->common);
    }
}

static void damage(AskValues *damaged, Str bytes) {
    memcpy(damaged_file, sound->file, sound->n_bytes);
    *damaged = *sound;
    damaged->file = damaged_file;
    for (int i = 0; i < VALUES_SECTION_COUNT; i++)
        damaged->sections[i] = damaged_file + damaged->header->sections[i].at;
    if (bytes.n <= 2) return;
    size_t n_body = sound->n_bytes - sizeof(ValuesHeader);
    size_t at = ((size_t)(unsigned char)bytes.p[0] << 8 | (unsigned char)bytes.p[1]) % n_body;
    memcpy(damaged_file + sizeof(ValuesHeader) + at, bytes.p + 2, MIN_OF(bytes.n - 2, n_body - at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    if (n_bytes < 2) return 0;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str input = {(const char *)data + 2, n_bytes - 2};
    size_t cut = ((size_t)data[0] << 8 | data[1]) % (input.n + 1);
    Str question = str_slice(input, 0, input.n - cut), bytes = str_slice(input, input.n - cut, input.n);
    const AskToken *tokens = NULL;
    size_t n = 0;
    Err err = {0};
    ErrCode code = ask_tokenize(arena, question, &tokens, &n, &err);
    assert(code == err.code && code != ERR_INTERNAL);
    if (code) return 0;
    AskValues damaged;
    damage(&damaged, bytes);
    check_tokens(question, tokens, n);
    look(arena, sound, tokens, n);
    look(arena, &damaged, tokens, n);
    return 0;
}
