/*
 * Making an index of what the one before has and what is new. Values of a set are gathered in their order: taken over with their words, or
 * split into words where they are new. Words and stems are numbered in the order of their texts, which those of the index before are in
 * already; so nothing is sorted but what is new. Then values' words are turned around into postings of stems, and all is written in one go:
 * the same bytes, whether there was an index before or not.
 *
 * Everything is in memory until then: some 100 bytes a value and 20 a word of one.
 */
#include "ask/ask_values_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX_BYTES = 1 << 30, SCRATCH_BYTES = 1 << 20, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
enum { MAX_WORD_BYTES = 4 * ASK_VALUE_MAX_BYTES }; /* without accents some letters are two */

/* Not zeroed: what is as large as the index is written once. */
#define ROOM(arena, Type, count) ((Type *)arena_alloc((arena), (size_t)(count) * sizeof(Type)))

typedef struct Entry {
    Str text;
    uint32_t id;
    uint32_t stem; /* of a word: the stem's id */
} Entry;

/* Words, or stems, while they are gathered. Ids: those of the index before have their numbers there, new ones follow. */
typedef struct Table {
    ValuesSection section;
    uint32_t n_before;
    Map *map; /* of the new ones */
    VEC(Entry *) fresh;
    uint32_t *n_uses;  /* by id */
    uint32_t *numbers; /* by id: the place in the file, of those that are used */
    uint32_t *ids;     /* by number, as what follows */
    ValuesText *texts;
    uint32_t n;
} Table;

typedef struct Draft {
    Arena *arena;
    Arena *scratch; /* of a value */
    const AskValues *before;
    Table words;
    Table stems;
    Buf text;
    VEC(ValuesSet) sets;
    VEC(ValuesText) names;
    VEC(ValuesValue) values;
    VEC(uint32_t) value_words; /* ids */
    size_t n_left_out;         /* of the set: without words, or of too many */
    bool is_damaged;           /* the index before is, or its rows are not those that became fewer */
} Draft;

static void free_draft(Draft *draft) {
    buf_release(&draft->text);
    arena_free(draft->scratch);
    arena_free(draft->arena);
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */

static ValuesText put_text(Draft *draft, Str text) {
    ValuesText put = {(uint32_t)draft->text.n, (uint32_t)text.n};
    buf_add(&draft->text, text);
    return put;
}

/* *ret_fresh: NULL where the index before has it. */
static uint32_t id_of(Draft *draft, Table *table, Str text, Entry **ret_fresh) {
    uint32_t id = (uint32_t)VALUES_NONE;
    *ret_fresh = NULL;
    if (table->n_before)
        id = table->section == VALUES_WORDS ? values_find_word(draft->before, text)
                                            : values_find_stem(draft->before, text);
    if (id != (uint32_t)VALUES_NONE) return id;
    Entry *entry = map_get(table->map, text);
    if (!entry) {
        entry = ARENA_NEW(draft->arena, Entry);
        entry->text = arena_str(draft->arena, text);
        entry->id = table->n_before + (uint32_t)table->fresh.n;
        entry->stem = (uint32_t)VALUES_NONE;
        map_put(table->map, entry->text, entry);
        VEC_PUSH(draft->arena, &table->fresh, entry);
    }
    *ret_fresh = entry;
    return entry->id;
}

static uint32_t stem_of(const Draft *draft, uint32_t word) {
    uint32_t n_before = draft->words.n_before;
    return word < n_before ? values_word(draft->before, word)->stem : draft->words.fresh.at[word - n_before]->stem;
}

/* The words of a text; 0: it has none that can be found, or too many. */
static size_t split(Draft *draft, Str text, uint32_t words[ASK_VALUE_MAX_WORDS]) {
    const AskToken *tokens;
    size_t n_tokens, n = 0;
    if (arena_used(draft->scratch) > SCRATCH_BYTES) arena_reset(draft->scratch);
    if (text.n > ASK_VALUE_MAX_BYTES || ask_tokenize(draft->scratch, text, &tokens, &n_tokens, NULL)) return 0;
    for (size_t i = 0; i < n_tokens; i++) {
        Str word = ask_values_word(draft->scratch, &tokens[i]);
        Entry *fresh, *fresh_stem;
        if (!word.n) continue;
        if (n == ASK_VALUE_MAX_WORDS) return 0;
        words[n++] = id_of(draft, &draft->words, word, &fresh);
        if (fresh && fresh->stem == (uint32_t)VALUES_NONE)
            fresh->stem = id_of(draft, &draft->stems, ask_values_stem(draft->scratch, &tokens[i], word), &fresh_stem);
    }
    return n;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
    return str_cmp(((const TextRows *)a)->text, ((const TextRows *)b)->text);
}

static void add_value(Draft *draft, Str text, const uint32_t *words, size_t n_words, int64_t n_rows) {
    ValuesValue value = {.text = put_text(draft, text),
                         .words = (uint32_t)draft->value_words.n,
                         .n_words = (uint16_t)n_words,
                         .set = (uint16_t)draft->sets.n,
                         .n_rows = (uint32_t)MIN_OF(n_rows, (int64_t)UINT32_MAX)};
    for (size_t i = 0; i < n_words; i++) VEC_PUSH(draft->arena, &draft->value_words, words[i]);
    VEC_PUSH(draft->arena, &draft->values, value);
}

static void split_value(Draft *draft, const TextRows *value) {
    uint32_t words[ASK_VALUE_MAX_WORDS];
    size_t n = split(draft, value->text, words);
    if (n) add_value(draft, value->text, words, n, value->n);
    if (!n) draft->n_left_out++;
}

static Str text_before(const Draft *draft, uint32_t value) {
    return values_text(draft->before, values_value(draft->before, value)->text);
}

/* The index before's, as often as it stands there now. */
static void take_value(Draft *draft, uint32_t at, int64_t n_rows) {
    const AskValues *before = draft->before;
    size_t n;
    const uint32_t *words = values_words_of(before, values_value(before, at), &n);
    for (size_t i = 0; i < n; i++)
        draft->is_damaged |=
            words[i] >= draft->words.n_before || values_word(before, words[i])->stem >= draft->stems.n_before;
    Str text = text_before(draft, at);
    draft->is_damaged |= n_rows < 0 || n == 0 || text.n == 0 || text.n > ASK_VALUE_MAX_BYTES;
    if (n_rows > 0 && !draft->is_damaged) add_value(draft, text, words, n, n_rows);
}

/* The first value of the index before that is not before the text. */
static uint32_t seek(const Draft *draft, uint32_t from, uint32_t to, Str text) {
    uint32_t step = 1;
    while (step < to - from && str_cmp(text_before(draft, from + step), text) < 0) from += step, step *= 2;
    uint32_t low = from, high = MIN_OF(to, from + step + 1);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_cmp(text_before(draft, middle), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_values(Draft *draft, const ValuesInput *input, const ValuesSet *before) {
    uint32_t at = before ? before->values : 0, end = before ? at + before->n_values : 0;
    draft->is_damaged |= before && (end < at || end > draft->before->n[VALUES_VALUES]);
    if (input->n_values) qsort(input->values, input->n_values, sizeof(TextRows), by_text);
    for (size_t i = 0; i < input->n_values && !draft->is_damaged; i++) {
        const TextRows *value = &input->values[i];
        uint32_t to = seek(draft, at, end, value->text);
        for (; input->is_change && at < to; at++) take_value(draft, at, values_value(draft->before, at)->n_rows);
        at = to;
        bool is_there = at < end && str_eq(text_before(draft, at), value->text);
        int64_t n_more = input->is_change && is_there ? values_value(draft->before, at)->n_rows : 0;
        if (is_there)
            take_value(draft, at++, value->n + n_more);
        else if (value->n > 0)
            split_value(draft, value);
    }
    for (; input->is_change && at < end && !draft->is_damaged; at++)
        take_value(draft, at, values_value(draft->before, at)->n_rows);
}

/* So many that none is kept. */
static bool is_cut(const ValuesInput *input, const ValuesSet *before, size_t n_values) {
    bool was_cut = input->is_change && before && before->is_cut;
    size_t max = input->is_number ? ASK_MEMBER_MAX_NUMBERS : ASK_MEMBER_MAX_VALUES;
    bool is_cut = was_cut || input->is_cut || n_values > max;
    if (is_cut && !was_cut)
        log_event(input->is_number ? LOG_DEBUG : LOG_WARN, "ask.values_cut", LOG_TEXT("member", input->key),
                  LOG_INT("max", (int64_t)max));
    return is_cut;
}

static void add_set(Draft *draft, const ValuesInput *input) {
    const ValuesSet *before = values_set_of(draft->before, input->key);
    size_t first = draft->values.n, first_word = draft->value_words.n;
    ValuesSet set = {.values = (uint32_t)first,
                     .names = (uint32_t)draft->names.n,
                     .n_names = (uint32_t)input->n_names,
                     .is_number = input->is_number};
    draft->n_left_out = 0;
    set.key = put_text(draft, input->key);
    for (size_t i = 0; i < input->n_names; i++) VEC_PUSH(draft->arena, &draft->names, put_text(draft, input->names[i]));
    size_t text = draft->text.n;
    if (!input->is_cut) add_values(draft, input, before);
    set.is_cut = is_cut(input, before, draft->values.n - first);
    if (set.is_cut) {
        draft->values.n = first;
        draft->value_words.n = first_word;
        draft->text.n = text;
    }
    set.n_values = (uint32_t)(draft->values.n - first);
    VEC_PUSH(draft->arena, &draft->sets, set);
    if (draft->n_left_out)
        log_event(LOG_DEBUG, "ask.values_left_out", LOG_TEXT("member", input->key),
                  LOG_INT("n", (int64_t)draft->n_left_out));
}

/* ---- turned around -------------------------------------------------------------------------------------------------- */

static void count_uses(Draft *draft) {
    draft->words.n_uses = ARENA_ARRAY(draft->arena, uint32_t, draft->words.n_before + draft->words.fresh.n);
    draft->stems.n_uses = ARENA_ARRAY(draft->arena, uint32_t, draft->stems.n_before + draft->stems.fresh.n);
    for (size_t i = 0; i < draft->value_words.n; i++) {
        draft->words.n_uses[draft->value_words.at[i]]++;
        draft->stems.n_uses[stem_of(draft, draft->value_words.at[i])]++;
    }
}

static int by_entry(const void *a, const void *b) {
    return str_cmp((*(Entry *const *)a)->text, (*(Entry *const *)b)->text);
}

/* Those that are used get their numbers, in the order of their texts; what is not used any more goes. */
static void number(Draft *draft, Table *table) {
    size_t n = table->n_before + table->fresh.n, n_fresh = table->fresh.n;
    Str last = {0};
    table->numbers = ROOM(draft->arena, uint32_t, n);
    table->ids = ROOM(draft->arena, uint32_t, n);
    table->texts = ROOM(draft->arena, ValuesText, n);
    Entry **all_fresh = arena_dup(draft->arena, table->fresh.at, n_fresh * sizeof(Entry *));
    qsort(all_fresh, n_fresh, sizeof(Entry *), by_entry);
    for (uint32_t i = 0, k = 0; i < table->n_before || k < n_fresh;) {
        const Entry *fresh = k < n_fresh ? all_fresh[k] : NULL;
        Str text = i < table->n_before ? values_text_of(draft->before, table->section, i) : (Str){0};
        bool is_fresh = fresh && (i == table->n_before || str_cmp(fresh->text, text) < 0);
        uint32_t id = is_fresh ? fresh->id : i;
        if (is_fresh) text = fresh->text, k++;
        if (!is_fresh) i++;
        if (!table->n_uses[id]) continue;
        draft->is_damaged |= str_cmp(last, text) >= 0 || text.n > MAX_WORD_BYTES;
        last = text;
        table->ids[table->n] = id;
        table->texts[table->n] = put_text(draft, text);
        table->numbers[id] = table->n++;
    }
}

/* What a section is written from. */
typedef struct Section {
    const void *records;
    size_t n;
} Section;

static Section stems_of(Draft *draft) {
    const Table *stems = &draft->stems;
    ValuesStem *records = ROOM(draft->arena, ValuesStem, stems->n);
    uint32_t postings = 0;
    for (uint32_t i = 0; i < stems->n; i++) {
        records[i] = (ValuesStem){stems->texts[i], postings, stems->n_uses[stems->ids[i]]};
        postings += records[i].n_postings;
    }
    return (Section){records, stems->n};
}

static Section words_of(Draft *draft) {
    const Table *words = &draft->words;
    ValuesWord *records = ROOM(draft->arena, ValuesWord, words->n);
    for (uint32_t i = 0; i < words->n; i++)
        records[i] = (ValuesWord){words->texts[i], draft->stems.numbers[stem_of(draft, words->ids[i])]};
    return (Section){records, words->n};
}

/* Ids become numbers. */
static Section value_words_of(Draft *draft) {
    uint32_t *records = draft->value_words.at;
    for (size_t i = 0; i < draft->value_words.n; i++) records[i] = draft->words.numbers[records[i]];
    return (Section){records, draft->value_words.n};
}

/* From here on of what is written: values' words with their numbers, words with their stems. */
typedef struct Written {
    const uint32_t *value_words;
    const ValuesWord *words;
    const ValuesStem *stems;
} Written;

static Section postings_of(Draft *draft, const Written *written) {
    ValuesPosting *records = ROOM(draft->arena, ValuesPosting, draft->value_words.n);
    uint32_t *n_put = ARENA_ARRAY(draft->arena, uint32_t, draft->stems.n);
    for (size_t v = 0; v < draft->values.n; v++)
        for (uint32_t i = 0; i < draft->values.at[v].n_words; i++) {
            uint32_t stem = written->words[written->value_words[draft->values.at[v].words + i]].stem;
            records[written->stems[stem].postings + n_put[stem]++] = (ValuesPosting){(uint32_t)v, i};
        }
    return (Section){records, draft->value_words.n};
}

/* By hash; what stands in the order of its ids stays so. */
static Section sorted(Draft *draft, ValuesPair *pairs, size_t n) {
    ValuesPair *from = pairs, *to = ROOM(draft->arena, ValuesPair, n);
    for (int shift = 0; shift < 32; shift += DIGIT_BITS) {
        size_t at[DIGITS + 1] = {0};
        for (size_t i = 0; i < n; i++) at[(from[i].hash >> shift) % DIGITS + 1]++;
        for (size_t d = 1; d < DIGITS; d++) at[d] += at[d - 1];
        for (size_t i = 0; i < n; i++) to[at[(from[i].hash >> shift) % DIGITS]++] = from[i];
        ValuesPair *swap = from;
        from = to;
        to = swap;
    }
    return (Section){from, n};
}

static Section phrases_of(Draft *draft, const Written *written) {
    ValuesPair *pairs = ROOM(draft->arena, ValuesPair, draft->values.n);
    for (size_t v = 0; v < draft->values.n; v++) {
        const ValuesValue *value = &draft->values.at[v];
        uint64_t hash = 0;
        for (uint32_t i = 0; i < value->n_words; i++)
            hash = values_hash_next(hash, written->words[written->value_words[value->words + i]].stem);
        pairs[v] = (ValuesPair){values_hash_end(hash), (uint32_t)v};
    }
    return sorted(draft, pairs, draft->values.n);
}

static Section pieces_of(Draft *draft) {
    ValuesPair *pairs = ROOM(draft->arena, ValuesPair, (size_t)draft->words.n * VALUES_MAX_PIECES);
    size_t n_pairs = 0;
    for (uint32_t i = 0; i < draft->words.n; i++) {
        uint32_t hashes[VALUES_MAX_PIECES];
        Str word = str_slice(buf_str(&draft->text), draft->words.texts[i].at,
                             (size_t)draft->words.texts[i].at + draft->words.texts[i].n);
        size_t n = values_is_editable(word) ? values_pieces(word, hashes) : 0;
        for (size_t k = 0; k < n; k++) pairs[n_pairs++] = (ValuesPair){hashes[k], i};
    }
    return sorted(draft, pairs, n_pairs);
}

/* ---- the file ------------------------------------------------------------------------------------------------------- */

static void seal(ValuesHeader *header, const ValuesStamp *stamp) {
    header->data_version = stamp->data_version;
    header->batch = stamp->batch;
    if (stamp->model.n) memcpy(header->model, stamp->model.p, MIN_OF(stamp->model.n, sizeof(header->model)));
    header->check = str_hash((Str){(const char *)header, offsetof(ValuesHeader, check)});
}

static size_t n_bytes_of(const Section *sections, int i) {
    return sections[i].n * values_record_bytes((ValuesSection)i);
}

typedef struct File {
    ValuesHeader header;
    const Section *sections;
} File;

static ErrCode fill(void *arg, Sink sink, Err *err) {
    static const char zeroes[8] = {0};
    const File *file = arg;
    size_t n = sizeof(file->header);
    TRY(sink.write(sink.arg, (Str){(const char *)&file->header, n}, err));
    for (int i = 0; i < VALUES_SECTION_COUNT; i++) {
        TRY(sink.write(sink.arg, (Str){zeroes, file->header.sections[i].at - n}, err));
        TRY(sink.write(sink.arg, (Str){file->sections[i].records, n_bytes_of(file->sections, i)}, err));
        n = file->header.sections[i].at + n_bytes_of(file->sections, i);
    }
    return ERR_OK;
}

static ErrCode write_file(const Draft *draft, const Section *sections, const ValuesStamp *stamp, const char *path,
                          Err *err) {
    File file = {.header = {.format = VALUES_FORMAT}, .sections = sections};
    size_t n = sizeof(file.header);
    for (size_t i = 0; i < draft->values.n; i++)
        file.header.max_words = MAX_OF(file.header.max_words, (uint32_t)draft->values.at[i].n_words);
    memcpy(file.header.magic, VALUES_MAGIC, sizeof(file.header.magic));
    for (int i = 0; i < VALUES_SECTION_COUNT; i++) {
        n += (8 - n % 8) % 8;
        file.header.sections[i].at = n;
        file.header.sections[i].n = sections[i].n;
        n += n_bytes_of(sections, i);
    }
    if (n > VALUES_MAX_BYTES)
        return err_set(err, ERR_TOO_LARGE, "the value index would have %zu bytes, more than %d", n,
                       (int)VALUES_MAX_BYTES);
    file.header.n_bytes = n;
    seal(&file.header, stamp);
    return file_stream_atomic(path, fill, &file, err);
}

static ErrCode write_draft(Draft *draft, const ValuesStamp *stamp, const char *path, Err *err) {
    count_uses(draft);
    number(draft, &draft->words);
    number(draft, &draft->stems);
    TRY(buf_check(&draft->text, "the texts of the value index", err));
    if (draft->is_damaged) return err_set(err, ERR_DATA, "the index before is damaged");
    Section sections[VALUES_SECTION_COUNT] = {[VALUES_TEXT] = {draft->text.p, draft->text.n},
                                              [VALUES_SETS] = {draft->sets.at, draft->sets.n},
                                              [VALUES_NAMES] = {draft->names.at, draft->names.n},
                                              [VALUES_VALUES] = {draft->values.at, draft->values.n},
                                              [VALUES_VALUE_WORDS] = value_words_of(draft),
                                              [VALUES_WORDS] = words_of(draft),
                                              [VALUES_STEMS] = stems_of(draft)};
    const Written written = {.value_words = sections[VALUES_VALUE_WORDS].records,
                             .words = sections[VALUES_WORDS].records,
                             .stems = sections[VALUES_STEMS].records};
    sections[VALUES_POSTINGS] = postings_of(draft, &written);
    sections[VALUES_PHRASES] = phrases_of(draft, &written);
    sections[VALUES_PIECES] = pieces_of(draft);
    return write_file(draft, sections, stamp, path, err);
}

/* There will be about as many as before. */
static void begin_with(Draft *draft) {
    const AskValues *before = draft->before;
    draft->words.n_before = before->n[VALUES_WORDS];
    draft->stems.n_before = before->n[VALUES_STEMS];
    draft->values.cap = before->n[VALUES_VALUES] + (size_t)1;
    draft->values.at = ROOM(draft->arena, ValuesValue, draft->values.cap);
    draft->value_words.cap = before->n[VALUES_VALUE_WORDS] + (size_t)1;
    draft->value_words.at = ROOM(draft->arena, uint32_t, draft->value_words.cap);
}

ErrCode values_write(const ValuesInput *sets, size_t n_sets, const ValuesStamp *stamp, const AskValues *before,
                     const char *path, Err *err) {
    Draft draft CLEANUP(free_draft) = {.arena = arena_new(0),
                                       .scratch = arena_new(0),
                                       .before = before,
                                       .words = {.section = VALUES_WORDS},
                                       .stems = {.section = VALUES_STEMS}};
    buf_init(&draft.text, VALUES_MAX_BYTES);
    draft.words.map = map_new(draft.arena);
    draft.stems.map = map_new(draft.arena);
    if (before) begin_with(&draft);
    if (n_sets > UINT16_MAX) return err_set(err, ERR_TOO_LARGE, "the project has %zu columns of texts", n_sets);
    for (size_t i = 0; i < n_sets && !draft.is_damaged; i++) add_set(&draft, &sets[i]);
    if (draft.is_damaged) return err_set(err, ERR_DATA, "the index before is damaged");
    if (draft.values.n > ASK_VALUES_MAX)
        return err_set(err, ERR_TOO_LARGE,
                       "the project has %zu texts that questions could name, more than %d; hide attributes of it",
                       draft.values.n, (int)ASK_VALUES_MAX);
    return write_draft(&draft, stamp, path, err);
}
