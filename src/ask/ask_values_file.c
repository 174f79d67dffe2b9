/* The index's file: opened by mapping it, read through accessors that check every number that comes from it. */
#include "ask/ask_values_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are read in place");

const char VALUES_MAGIC[8] = "STARVAL";

size_t values_record_bytes(ValuesSection section) {
    static const size_t bytes[VALUES_SECTION_COUNT] = {[VALUES_TEXT] = 1,
                                                       [VALUES_SETS] = sizeof(ValuesSet),
                                                       [VALUES_NAMES] = sizeof(ValuesText),
                                                       [VALUES_VALUES] = sizeof(ValuesValue),
                                                       [VALUES_VALUE_WORDS] = sizeof(uint32_t),
                                                       [VALUES_WORDS] = sizeof(ValuesWord),
                                                       [VALUES_STEMS] = sizeof(ValuesStem),
                                                       [VALUES_POSTINGS] = sizeof(ValuesPosting),
                                                       [VALUES_PHRASES] = sizeof(ValuesPair),
                                                       [VALUES_PIECES] = sizeof(ValuesPair)};
    return bytes[section];
}

/* ---- opening -------------------------------------------------------------------------------------------------------- */

static bool is_sound(const AskValues *values) {
    const ValuesHeader *header = values->header;
    Str checked = {values->file, offsetof(ValuesHeader, check)};
    bool is_ours = memcmp(header->magic, VALUES_MAGIC, sizeof(VALUES_MAGIC)) == 0 && header->format == VALUES_FORMAT &&
                   header->n_bytes == values->n_bytes && header->check == str_hash(checked);
    for (int i = 0; is_ours && i < VALUES_SECTION_COUNT; i++) {
        uint64_t at = header->sections[i].at, n = header->sections[i].n;
        is_ours = at % 8 == 0 && at <= values->n_bytes && n < UINT32_MAX &&
                  n <= (values->n_bytes - at) / values_record_bytes((ValuesSection)i);
    }
    return is_ours;
}

static ErrCode map_file(const char *path, AskValues *values, Err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOT_FOUND, "there is no value index '%s'; it is made by a sync", path);
    if (fd < 0) return err_set(err, ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    struct stat info;
    bool is_file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    size_t n_bytes = is_file ? (size_t)info.st_size : 0;
    void *file = n_bytes >= sizeof(ValuesHeader) ? mmap(NULL, n_bytes, PROT_READ, MAP_SHARED, fd, 0) : NULL;
    close(fd);
    if (file == MAP_FAILED) return err_set(err, ERR_IO, "cannot map '%s': %s", path, strerror(errno));
    values->file = file;
    values->n_bytes = n_bytes;
    values->header = file;
    if (file && is_sound(values)) return ERR_OK;
    return err_set(err, ERR_DATA, "'%s' is damaged or no value index of this program; remove it, it is made again",
                   path);
}

ErrCode ask_values_open(const char *path, AskValues **ret_values, Err *err) {
    Arena *arena = arena_new(0);
    AskValues *values = ARENA_NEW(arena, AskValues);
    values->arena = arena;
    ErrCode code = map_file(path, values, err);
    if (code) {
        ask_values_close(values);
        return code;
    }
    for (int i = 0; i < VALUES_SECTION_COUNT; i++) {
        values->sections[i] = values->file + values->header->sections[i].at;
        values->n[i] = (uint32_t)values->header->sections[i].n;
    }
    *ret_values = values;
    return ERR_OK;
}

void ask_values_close(AskValues *values) {
    if (!values) return;
    if (values->file) munmap((void *)(uintptr_t)values->file, values->n_bytes);
    arena_free(values->arena);
}

bool ask_values_same(const AskValues *a, const AskValues *b) {
    return memcmp(a->header, b->header, sizeof(ValuesHeader)) == 0;
}

int64_t ask_values_version(const AskValues *values) {
    return values->header->data_version;
}

Str ask_values_model(const AskValues *values) {
    return (Str){values->header->model, strnlen(values->header->model, HASH_TEXT_BYTES)};
}

size_t ask_values_count_of(const AskValues *values, Str member) {
    for (uint32_t i = 0; i < values->n[VALUES_SETS]; i++) {
        const ValuesSet *set = values_set(values, i);
        for (uint32_t k = 0; k < set->n_names; k++)
            if (str_eq(values_name(values, set->names + k), member)) return set->n_values;
    }
    return 0;
}

size_t ask_values_count(const AskValues *values) {
    return values->n[VALUES_VALUES];
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static const void *record(const AskValues *values, ValuesSection section, uint32_t i) {
    static const uint64_t zeroes[8] = {0};
    static_assert(sizeof(ValuesSet) <= sizeof(zeroes), "the largest record");
    if (i >= values->n[section]) return zeroes;
    return (const char *)values->sections[section] + (size_t)i * values_record_bytes(section);
}

/* How many of the n records from `from` on there are. */
static size_t n_within(const AskValues *values, ValuesSection section, uint32_t from, uint32_t n) {
    uint32_t all = values->n[section];
    return from >= all ? 0 : MIN_OF(n, all - from);
}

const ValuesSet *values_set(const AskValues *values, uint32_t i) {
    return record(values, VALUES_SETS, i);
}

const ValuesSet *values_set_of(const AskValues *values, Str key) {
    for (uint32_t i = 0; values && i < values->n[VALUES_SETS]; i++)
        if (str_eq(values_text(values, values_set(values, i)->key), key)) return values_set(values, i);
    return NULL;
}

const ValuesValue *values_value(const AskValues *values, uint32_t i) {
    return record(values, VALUES_VALUES, i);
}

const ValuesWord *values_word(const AskValues *values, uint32_t i) {
    return record(values, VALUES_WORDS, i);
}

const ValuesStem *values_stem(const AskValues *values, uint32_t i) {
    return record(values, VALUES_STEMS, i);
}

Str values_text(const AskValues *values, ValuesText text) {
    size_t n = n_within(values, VALUES_TEXT, text.at, text.n);
    return n == text.n && n ? (Str){(const char *)values->sections[VALUES_TEXT] + text.at, n} : (Str){0};
}

Str values_text_of(const AskValues *values, ValuesSection section, uint32_t i) {
    const ValuesText *text = record(values, section, i);
    return values_text(values, *text);
}

Str values_name(const AskValues *values, uint32_t i) {
    return values_text_of(values, VALUES_NAMES, i);
}

const uint32_t *values_words_of(const AskValues *values, const ValuesValue *value, size_t *ret_n) {
    *ret_n = n_within(values, VALUES_VALUE_WORDS, value->words, MIN_OF(value->n_words, ASK_VALUE_MAX_WORDS));
    return record(values, VALUES_VALUE_WORDS, value->words);
}

const ValuesPosting *values_postings(const AskValues *values, uint32_t stem, size_t *ret_n) {
    const ValuesStem *found = values_stem(values, stem);
    *ret_n = n_within(values, VALUES_POSTINGS, found->postings, found->n_postings);
    return record(values, VALUES_POSTINGS, found->postings);
}

const ValuesPair *values_pairs(const AskValues *values, ValuesSection section, uint32_t hash, size_t *ret_n) {
    const ValuesPair *pairs = values->sections[section];
    size_t low = 0, high = values->n[section];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pairs[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    size_t n = 0;
    while (n < VALUES_MAX_PAIRS && low + n < values->n[section] && pairs[low + n].hash == hash) n++;
    *ret_n = n;
    return pairs + low;
}

static uint32_t find_text(const AskValues *values, ValuesSection section, Str what) {
    uint32_t low = 0, high = values->n[section];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_cmp(values_text_of(values, section, middle), what);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)VALUES_NONE;
}

uint32_t values_find_word(const AskValues *values, Str word) {
    return find_text(values, VALUES_WORDS, word);
}

uint32_t values_find_stem(const AskValues *values, Str stem) {
    return find_text(values, VALUES_STEMS, stem);
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */

Str ask_values_word(Arena *arena, const AskToken *token) {
    switch (token->kind) {
    case ASK_TOKEN_WORD: return str_eq(token->norm, S("'s")) ? (Str){0} : utf8_unaccent(arena, token->norm);
    case ASK_TOKEN_PUNCT: return str_eq(token->norm, S("&")) ? S("and") : (Str){0};
    case ASK_TOKEN_NUMBER: break;
    }
    char *p = arena_alloc(arena, token->norm.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < token->norm.n; i++)
        if (token->norm.p[i] != ',' && token->norm.p[i] != ' ') p[n++] = token->norm.p[i];
    return (Str){p, n};
}

Str ask_values_stem(Arena *arena, const AskToken *token, Str word) {
    const AskToken *plain;
    size_t n;
    if (token->kind != ASK_TOKEN_WORD) return word;
    if (str_eq(word, token->norm)) return token->stem;
    bool is_word = !ask_tokenize(arena, word, &plain, &n, NULL) && n == 1;
    return is_word ? plain[0].stem : word;
}
