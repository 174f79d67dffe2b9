/*
 * Making an index of lists of values: split them into words (those of an index before are copied), number words and stems in the
 * order of their texts, turn values' words around into postings of stems, and write it all in one go.
 *
 * Everything is in memory until then: some 60 bytes a value and 20 a word of one.
 */
#include "ask/ask_values_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX_BYTES = 1 << 30, SCRATCH_BYTES = 1 << 20 };

/* A word or stem while it is gathered. `number` is its place in the file. */
typedef struct Entry {
    Str text;
    struct Entry *stem; /* of a word */
    uint32_t number;
    uint32_t at;         /* in the text section */
    uint32_t n_postings; /* of a stem */
    uint32_t postings;
} Entry;

typedef struct Table {
    Map *map;
    VEC(Entry *) entries;
} Table;

typedef struct Draft {
    Arena *arena;
    Arena *scratch; /* of a value */
    const AskValues *before;
    Entry **before_words; /* one a word of `before`, NULL: not met yet */
    Table words;
    Table stems;
    Buf text;
    VEC(ValuesSet) sets;
    VEC(ValuesText) names;
    VEC(ValuesValue) values;
    VEC(Entry *) value_words;
    uint32_t max_words;
    size_t n_left_out; /* of the set: too long, or without words */
} Draft;

static void free_draft(Draft *draft) {
    buf_release(&draft->text);
    arena_free(draft->scratch);
    arena_free(draft->arena);
}

/* ---- splitting ------------------------------------------------------------------------------------------------------ */

static ValuesText put_text(Draft *draft, Str text) {
    ValuesText put = {(uint32_t)draft->text.n, (uint32_t)text.n};
    buf_add(&draft->text, text);
    return put;
}

static Entry *entry_of(Draft *draft, Table *table, Str text) {
    Entry *entry = map_get(table->map, text);
    if (entry) return entry;
    entry = ARENA_NEW(draft->arena, Entry);
    entry->text = arena_str(draft->arena, text);
    map_put(table->map, entry->text, entry);
    VEC_PUSH(draft->arena, &table->entries, entry);
    return entry;
}

static Entry *word_of(Draft *draft, Str word, Str stem) {
    Entry *entry = entry_of(draft, &draft->words, word);
    if (!entry->stem) entry->stem = entry_of(draft, &draft->stems, stem);
    return entry;
}

/* The words of a text; 0: it has none that can be found, or too many. */
static size_t split(Draft *draft, Str text, Entry *words[ASK_VALUE_MAX_WORDS]) {
    const AskToken *tokens;
    size_t n_tokens, n = 0;
    if (arena_used(draft->scratch) > SCRATCH_BYTES) arena_reset(draft->scratch);
    if (text.n > ASK_VALUE_MAX_BYTES || ask_tokenize(draft->scratch, text, &tokens, &n_tokens, NULL)) return 0;
    for (size_t i = 0; i < n_tokens; i++) {
        Str word = ask_values_word(draft->scratch, &tokens[i]);
        if (!word.n) continue;
        if (n == ASK_VALUE_MAX_WORDS) return 0;
        words[n++] = word_of(draft, word, ask_values_stem(draft->scratch, &tokens[i], word));
    }
    return n;
}

static size_t copy_split(Draft *draft, const ValuesValue *value, Entry *words[ASK_VALUE_MAX_WORDS]) {
    const AskValues *before = draft->before;
    size_t n;
    const uint32_t *ids = values_words_of(before, value, &n);
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= before->n[VALUES_WORDS]) return 0; /* damaged: the value is split anew */
        Entry **known = &draft->before_words[ids[i]];
        const ValuesWord *word = values_word(before, ids[i]);
        Str stem = values_text(before, values_stem(before, word->stem)->text), text = values_text(before, word->text);
        if (!*known && stem.n && text.n) *known = word_of(draft, text, stem);
        if (!*known) return 0;
        words[i] = *known;
    }
    return n;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static void add_value(Draft *draft, Str text, Entry *const *words, size_t n_words) {
    ValuesValue value = {.text = put_text(draft, text),
                         .words = (uint32_t)draft->value_words.n,
                         .n_words = (uint16_t)n_words,
                         .set = (uint16_t)draft->sets.n};
    for (size_t i = 0; i < n_words; i++) {
        VEC_PUSH(draft->arena, &draft->value_words, words[i]);
        words[i]->stem->n_postings++;
    }
    draft->max_words = MAX_OF(draft->max_words, (uint32_t)n_words);
    VEC_PUSH(draft->arena, &draft->values, value);
}

/* Both lists are sorted, so one walk finds what was there before. */
static void add_values(Draft *draft, const ValuesInput *input) {
    const ValuesSet *before = values_set_of(draft->before, input->key);
    uint32_t at = before ? before->values : 0, end = before ? at + before->n_values : 0;
    if (input->n_values) qsort(input->values, input->n_values, sizeof(Str), by_text);
    for (size_t i = 0; i < input->n_values; i++) {
        Entry *words[ASK_VALUE_MAX_WORDS];
        Str text = input->values[i];
        size_t n_words = 0;
        int order = -1;
        while (at < end &&
               (order = str_cmp(values_text(draft->before, values_value(draft->before, at)->text), text)) < 0)
            at++;
        if (at < end && order == 0) n_words = copy_split(draft, values_value(draft->before, at), words);
        if (!n_words) n_words = split(draft, text, words);
        if (n_words) add_value(draft, text, words, n_words);
        if (!n_words) draft->n_left_out++;
    }
}

static void add_set(Draft *draft, const ValuesInput *input) {
    uint32_t first = (uint32_t)draft->values.n, names = (uint32_t)draft->names.n;
    draft->n_left_out = 0;
    ValuesText key = put_text(draft, input->key);
    for (size_t i = 0; i < input->n_names; i++) VEC_PUSH(draft->arena, &draft->names, put_text(draft, input->names[i]));
    add_values(draft, input);
    VEC_PUSH(draft->arena, &draft->sets,
             (ValuesSet){.key = key,
                         .names = names,
                         .n_names = (uint32_t)input->n_names,
                         .values = first,
                         .n_values = (uint32_t)draft->values.n - first,
                         .is_number = input->is_number});
    if (draft->n_left_out)
        log_event(LOG_DEBUG, "ask.values_left_out", LOG_TEXT("member", input->key),
                  LOG_INT("n", (int64_t)draft->n_left_out));
}

/* ---- turned around -------------------------------------------------------------------------------------------------- */

static int by_entry(const void *a, const void *b) {
    return str_cmp((*(Entry *const *)a)->text, (*(Entry *const *)b)->text);
}

static void number_entries(Draft *draft, Table *table) {
    if (table->entries.n) qsort(table->entries.at, table->entries.n, sizeof(Entry *), by_entry);
    for (size_t i = 0; i < table->entries.n; i++) {
        table->entries.at[i]->number = (uint32_t)i;
        table->entries.at[i]->at = put_text(draft, table->entries.at[i]->text).at;
    }
}

static ValuesText text_of(const Entry *entry) {
    return (ValuesText){entry->at, (uint32_t)entry->text.n};
}

static int by_hash(const void *a, const void *b) {
    const ValuesPair *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* What a section is written from. */
typedef struct Section {
    const void *records;
    size_t n;
} Section;

static Section postings_of(Draft *draft) {
    ValuesPosting *postings = ARENA_ARRAY(draft->arena, ValuesPosting, draft->value_words.n);
    uint32_t n = 0;
    for (size_t i = 0; i < draft->stems.entries.n; i++) {
        Entry *stem = draft->stems.entries.at[i];
        stem->postings = n;
        n += stem->n_postings;
        stem->n_postings = 0; /* counted again as they are put */
    }
    for (size_t v = 0; v < draft->values.n; v++)
        for (uint32_t i = 0; i < draft->values.at[v].n_words; i++) {
            Entry *stem = draft->value_words.at[draft->values.at[v].words + i]->stem;
            postings[stem->postings + stem->n_postings++] = (ValuesPosting){(uint32_t)v, i};
        }
    return (Section){postings, n};
}

static Section phrases_of(Draft *draft) {
    ValuesPair *pairs = ARENA_ARRAY(draft->arena, ValuesPair, draft->values.n);
    for (size_t v = 0; v < draft->values.n; v++) {
        const ValuesValue *value = &draft->values.at[v];
        uint64_t hash = 0;
        for (uint32_t i = 0; i < value->n_words; i++)
            hash = values_hash_next(hash, draft->value_words.at[value->words + i]->stem->number);
        pairs[v] = (ValuesPair){values_hash_end(hash), (uint32_t)v};
    }
    qsort(pairs, draft->values.n, sizeof(*pairs), by_hash);
    return (Section){pairs, draft->values.n};
}

static Section pieces_of(Draft *draft) {
    VEC(ValuesPair) pairs = {0};
    for (size_t i = 0; i < draft->words.entries.n; i++) {
        uint32_t hashes[VALUES_MAX_PIECES];
        const Entry *word = draft->words.entries.at[i];
        size_t n = values_is_editable(word->text) ? values_pieces(word->text, hashes) : 0;
        for (size_t k = 0; k < n; k++) VEC_PUSH(draft->arena, &pairs, (ValuesPair){hashes[k], word->number});
    }
    if (pairs.n) qsort(pairs.at, pairs.n, sizeof(ValuesPair), by_hash);
    return (Section){pairs.at, pairs.n};
}

static Section words_of(Draft *draft) {
    size_t n = draft->words.entries.n;
    ValuesWord *words = ARENA_ARRAY(draft->arena, ValuesWord, n);
    for (size_t i = 0; i < n; i++) {
        const Entry *word = draft->words.entries.at[i];
        words[i] = (ValuesWord){text_of(word), word->stem->number};
    }
    return (Section){words, n};
}

static Section stems_of(Draft *draft) {
    size_t n = draft->stems.entries.n;
    ValuesStem *stems = ARENA_ARRAY(draft->arena, ValuesStem, n);
    for (size_t i = 0; i < n; i++) {
        const Entry *stem = draft->stems.entries.at[i];
        stems[i] = (ValuesStem){text_of(stem), stem->postings, stem->n_postings};
    }
    return (Section){stems, n};
}

static Section value_words_of(Draft *draft) {
    uint32_t *ids = ARENA_ARRAY(draft->arena, uint32_t, draft->value_words.n);
    for (size_t i = 0; i < draft->value_words.n; i++) ids[i] = draft->value_words.at[i]->number;
    return (Section){ids, draft->value_words.n};
}

/* ---- the file ------------------------------------------------------------------------------------------------------- */

static void seal(ValuesHeader *header, const ValuesStamp *stamp) {
    header->data_version = stamp->data_version;
    header->batch = stamp->batch;
    memset(header->model, 0, sizeof(header->model));
    if (stamp->model.n) memcpy(header->model, stamp->model.p, MIN_OF(stamp->model.n, sizeof(header->model)));
    header->check = str_hash((Str){(const char *)header, offsetof(ValuesHeader, check)});
}

static ErrCode write_file(const Section *sections, ValuesHeader *header, const ValuesStamp *stamp, const char *path,
                          Err *err) {
    Buf file CLEANUP(buf_release);
    static const char zeroes[8] = {0};
    buf_init(&file, VALUES_MAX_BYTES);
    buf_add(&file, (Str){(const char *)header, sizeof(*header)}); /* its room */
    for (int i = 0; i < VALUES_SECTION_COUNT; i++) {
        buf_add(&file, (Str){zeroes, (8 - file.n % 8) % 8});
        header->sections[i].at = file.n;
        header->sections[i].n = sections[i].n;
        buf_add(&file, (Str){sections[i].records, sections[i].n * values_record_bytes((ValuesSection)i)});
    }
    TRY(buf_check(&file, "the value index", err));
    header->n_bytes = file.n;
    seal(header, stamp);
    memcpy(file.p, header, sizeof(*header));
    return file_write_atomic(path, buf_str(&file), err);
}

static ErrCode write_draft(Draft *draft, const ValuesStamp *stamp, const char *path, Err *err) {
    number_entries(draft, &draft->words);
    number_entries(draft, &draft->stems);
    Section sections[VALUES_SECTION_COUNT] = {
        [VALUES_SETS] = {draft->sets.at, draft->sets.n},
        [VALUES_NAMES] = {draft->names.at, draft->names.n},
        [VALUES_VALUES] = {draft->values.at, draft->values.n},
        [VALUES_VALUE_WORDS] = value_words_of(draft),
        [VALUES_WORDS] = words_of(draft),
        [VALUES_POSTINGS] = postings_of(draft),
        [VALUES_PHRASES] = phrases_of(draft),
        [VALUES_PIECES] = pieces_of(draft),
    };
    sections[VALUES_STEMS] = stems_of(draft); /* after their postings have places */
    sections[VALUES_TEXT] = (Section){draft->text.p, draft->text.n};
    TRY(buf_check(&draft->text, "the texts of the value index", err));
    ValuesHeader header = {.format = VALUES_FORMAT, .max_words = draft->max_words};
    memcpy(header.magic, VALUES_MAGIC, sizeof(header.magic));
    return write_file(sections, &header, stamp, path, err);
}

ErrCode values_write(const ValuesInput *sets, size_t n_sets, const ValuesStamp *stamp, const AskValues *before,
                     const char *path, Err *err) {
    Draft draft CLEANUP(free_draft) = {.arena = arena_new(0), .scratch = arena_new(0), .before = before};
    buf_init(&draft.text, VALUES_MAX_BYTES);
    draft.words.map = map_new(draft.arena);
    draft.stems.map = map_new(draft.arena);
    if (before) draft.before_words = ARENA_ARRAY(draft.arena, Entry *, before->n[VALUES_WORDS]);
    size_t n_values = 0;
    for (size_t i = 0; i < n_sets; i++) n_values += sets[i].n_values;
    if (n_values > ASK_VALUES_MAX || n_sets > UINT16_MAX)
        return err_set(err, ERR_TOO_LARGE,
                       "the project has %zu texts that questions could name, more than %d; hide attributes of it",
                       n_values, (int)ASK_VALUES_MAX);
    for (size_t i = 0; i < n_sets; i++) add_set(&draft, &sets[i]);
    return write_draft(&draft, stamp, path, err);
}

/* ---- of what has not changed ---------------------------------------------------------------------------------------- */

static bool is_same_set(const AskValues *before, const ValuesSet *set, const ValuesInput *input) {
    uint32_t at = 0;
    bool is_same = str_eq(values_text(before, set->key), input->key) && set->n_names == input->n_names &&
                   (set->is_number != 0) == input->is_number;
    for (uint32_t i = 0; is_same && i < input->n_names; i++)
        is_same = str_eq(values_name(before, set->names + i), input->names[i]);
    if (input->n_values) qsort(input->values, input->n_values, sizeof(Str), by_text);
    for (size_t i = 0; is_same && i < input->n_values; i++) {
        if (input->values[i].n > ASK_VALUE_MAX_BYTES) continue; /* left out */
        is_same = at < set->n_values &&
                  str_eq(values_text(before, values_value(before, set->values + at++)->text), input->values[i]);
    }
    return is_same && at == set->n_values;
}

static bool is_same(const AskValues *before, const ValuesInput *sets, size_t n_sets) {
    bool is_same = before && before->n[VALUES_SETS] == n_sets;
    for (uint32_t i = 0; is_same && i < n_sets; i++) is_same = is_same_set(before, values_set(before, i), &sets[i]);
    return is_same;
}

typedef struct Copy {
    ValuesHeader header;
    Str rest;
} Copy;

static ErrCode write_copy(void *arg, Sink sink, Err *err) {
    const Copy *copy = arg;
    TRY(sink.write(sink.arg, (Str){(const char *)&copy->header, sizeof(copy->header)}, err));
    return sink.write(sink.arg, copy->rest, err);
}

ErrCode values_bring(const ValuesInput *sets, size_t n_sets, const ValuesStamp *stamp, const AskValues *before,
                     const char *path, Err *err) {
    if (!is_same(before, sets, n_sets)) return values_write(sets, n_sets, stamp, before, path, err);
    Copy copy = {.header = *before->header,
                 .rest = {before->file + sizeof(ValuesHeader), before->n_bytes - sizeof(ValuesHeader)}};
    seal(&copy.header, stamp);
    return file_stream_atomic(path, write_copy, &copy, err);
}
