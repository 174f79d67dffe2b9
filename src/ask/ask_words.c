/*
 * words.bin: WordNet as tools/wordnet/compile.py wrote it, mapped and read in place. Little-endian, every section a multiple of four
 * bytes long:
 *
 *   head       "STARWORD", then u32: version, words, synsets, senses, links, word links, irregular forms, bytes of text, and
 *              the first synset of verbs, adjectives and adverbs
 *   words      u32 start of each one's text (one more for the end), in binary order of the text
 *   senses     u32 start for each word, then u32 synset | rank << 24
 *   members    u32 start for each synset, then u32 word
 *   links      u32 start for each synset, then u32 synset | kind << 24
 *   word links u32 start for each word, then WordLink
 *   forms      WordForm, sorted
 *   text
 *
 * Everything that is used as an index is checked here once, so that look-ups need not.
 */
#include "ask/ask_words_internal.h"

#include <string.h>

enum { WORDS_VERSION = 1, HEAD_NUMBERS = 11, HEAD_NUMBERS_MAX = 16, MAGIC_BYTES = 8, WORDS_MAX_BYTES = 64 << 20 };
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the tables are read in place");
static_assert(sizeof(WordLink) == 8 && sizeof(WordForm) == 12, "as compile.py packs them");

ErrCode words_corrupt(const char *path, const char *what, Err *err) {
    err_ignore(err_set(err, ERR_CORRUPT, "'%s' is damaged; build or install Starling again", path));
    return err_detail(err, "%s", what);
}

ErrCode words_check_head(Str bytes, const char *path, const char magic[8], uint32_t version, size_t n_numbers,
                         uint32_t *ret_numbers, Err *err) {
    if (bytes.n < MAGIC_BYTES + n_numbers * sizeof(uint32_t) || memcmp(bytes.p, magic, MAGIC_BYTES) != 0)
        return words_corrupt(path, "magic", err);
    uint32_t numbers[HEAD_NUMBERS_MAX];
    memcpy(numbers, bytes.p + MAGIC_BYTES, n_numbers * sizeof(uint32_t));
    if (numbers[0] != version)
        return err_set(err, ERR_VERSION,
                       "'%s' is of version %u and this program reads version %u; install both together", path,
                       numbers[0], version);
    memcpy(ret_numbers, numbers, n_numbers * sizeof(uint32_t));
    return ERR_OK;
}

bool words_are_starts(const uint32_t *starts, size_t n, uint32_t end) {
    bool is_ok = starts[0] == 0 && starts[n] == end;
    for (size_t i = 0; i < n && is_ok; i++) is_ok = starts[i] <= starts[i + 1];
    return is_ok;
}

/* The indices of a list of packed numbers are below `end`, the bytes above them below `byte_end`. */
static bool are_packed(const uint32_t *packed, size_t n, uint32_t end, uint32_t byte_end) {
    bool is_ok = true;
    for (size_t i = 0; i < n; i++) is_ok &= packed_index(packed[i]) < end && packed_byte(packed[i]) < byte_end;
    return is_ok;
}

static bool are_links(const WordLink *links, size_t n, uint32_t n_words) {
    bool is_ok = true;
    for (size_t i = 0; i < n; i++)
        is_ok &= packed_index(links[i].target) < n_words && packed_byte(links[i].target) < LINK_END &&
                 links[i].part < ASK_ANY_PART && links[i].target_part < ASK_ANY_PART;
    return is_ok;
}

static bool are_forms(const WordForm *forms, size_t n, uint32_t n_text) {
    bool is_ok = true;
    for (size_t i = 0; i < n; i++)
        is_ok &= forms[i].form <= n_text && forms[i].n_form <= n_text - forms[i].form && forms[i].lemma <= n_text &&
                 forms[i].n_lemma <= n_text - forms[i].lemma && forms[i].part < ASK_ANY_PART;
    return is_ok;
}

/* Takes n numbers of 32 bits off the front of *rest. */
static const uint32_t *take(Str *rest, size_t n) {
    const uint32_t *at = (const uint32_t *)(const void *)rest->p;
    *rest = str_slice(*rest, n * sizeof(uint32_t), rest->n);
    return at;
}

static ErrCode table_open(Arena *arena, const char *path, WordTable *ret_table, Err *err) {
    Str bytes = {0};
    uint32_t head[HEAD_NUMBERS] = {0};
    TRY(file_map(arena, path, WORDS_MAX_BYTES, &bytes, err));
    TRY(words_check_head(bytes, path, "STARWORD", WORDS_VERSION, HEAD_NUMBERS, head, err));
    const size_t n_words = head[1], n_synsets = head[2], n_senses = head[3], n_links = head[4], n_word_links = head[5];
    const size_t n_forms = head[6], n_text = head[7];
    size_t n_numbers = HEAD_NUMBERS + 3 * (n_words + 1) + 2 * (n_synsets + 1) + 2 * n_senses + n_links +
                       2 * n_word_links + 3 * n_forms;
    if (bytes.n != MAGIC_BYTES + n_numbers * sizeof(uint32_t) + n_text) return words_corrupt(path, "size", err);

    Str rest = str_slice(bytes, MAGIC_BYTES + HEAD_NUMBERS * sizeof(uint32_t), bytes.n);
    WordTable table = {.n_words = head[1], .n_synsets = head[2], .n_forms = head[6]};
    table.text_start = take(&rest, n_words + 1);
    table.senses.start = take(&rest, n_words + 1);
    table.senses.at = take(&rest, n_senses);
    table.members.start = take(&rest, n_synsets + 1);
    table.members.at = take(&rest, n_senses);
    table.links.start = take(&rest, n_synsets + 1);
    table.links.at = take(&rest, n_links);
    table.link_start = take(&rest, n_words + 1);
    table.word_links = (const WordLink *)(const void *)take(&rest, 2 * n_word_links);
    table.forms = (const WordForm *)(const void *)take(&rest, 3 * n_forms);
    table.text = rest.p;
    uint32_t words_end = table.text_start[n_words];
    table.part_start[0] = 0;
    memcpy(table.part_start + 1, head + 8, 3 * sizeof(uint32_t));
    table.part_start[4] = head[2];

    if (words_end > n_text || !words_are_starts(table.text_start, n_words, words_end))
        return words_corrupt(path, "text", err);
    if (!words_are_starts(table.part_start, ASK_ANY_PART, head[2])) return words_corrupt(path, "parts", err);
    if (!words_are_starts(table.senses.start, n_words, head[3]) || !are_packed(table.senses.at, n_senses, head[2], 256))
        return words_corrupt(path, "senses", err);
    if (!words_are_starts(table.members.start, n_synsets, head[3]) ||
        !are_packed(table.members.at, n_senses, head[1], 1))
        return words_corrupt(path, "members", err);
    if (!words_are_starts(table.links.start, n_synsets, head[4]) ||
        !are_packed(table.links.at, n_links, head[2], LINK_END))
        return words_corrupt(path, "links", err);
    if (!words_are_starts(table.link_start, n_words, head[5]) || !are_links(table.word_links, n_word_links, head[1]))
        return words_corrupt(path, "word links", err);
    if (!are_forms(table.forms, n_forms, head[7])) return words_corrupt(path, "forms", err);
    *ret_table = table;
    return ERR_OK;
}

ErrCode ask_words_open(Arena *arena, const char *folder, const AskWords **ret_words, Err *err) {
    AskWords *words = ARENA_NEW(arena, AskWords);
    TRY(table_open(arena, path_join(arena, folder, "words.bin"), &words->table, err));
    TRY(vectors_open(arena, path_join(arena, folder, "vectors.bin"), &words->vectors, err));
    TRY(places_open(arena, path_join(arena, folder, "places.tsv"), &words->places, err));
    *ret_words = words;
    return ERR_OK;
}

Str words_text(const WordTable *table, uint32_t word) {
    uint32_t from = table->text_start[word];
    return (Str){table->text + from, table->text_start[word + 1] - from};
}

uint32_t words_find(const WordTable *table, Str word) {
    uint32_t from = 0, to = table->n_words;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = str_cmp(words_text(table, middle), word);
        if (order == 0) return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return WORD_NONE;
}

AskPart words_part_of(const WordTable *table, uint32_t synset) {
    AskPart part = ASK_NOUN;
    while (synset >= table->part_start[part + 1]) part++;
    return part;
}

bool words_has_part(const WordTable *table, uint32_t word, AskPart part) {
    if (part == ASK_ANY_PART) return true;
    bool has = false;
    for (uint32_t i = table->senses.start[word]; i < table->senses.start[word + 1] && !has; i++)
        has = words_part_of(table, packed_index(table->senses.at[i])) == part;
    return has;
}

bool ask_words_has(const AskWords *words, Str word, AskPart part) {
    uint32_t found = words_find(&words->table, word);
    return found != WORD_NONE && words_has_part(&words->table, found, part);
}
