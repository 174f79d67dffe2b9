/*
 * A question's words and what they may be in the index: themselves, their stem, or, where nobody knows them, what they were meant to be:
 * with a space less or more ("cake stand", "officesupplies"), or misspelt.
 */
#include "ask/ask_values_find_internal.h"

#include <stdlib.h>

enum {
    FIRST_YEAR = 1900,
    LAST_YEAR = 2099,
    MIN_HALF_BYTES = 3 /* of a word that is taken for two */
};

static const char *const FUNCTION_WORDS[] = {
    "a",    "about", "all",   "am",    "an",   "and",   "any",   "are",   "as",   "at",    "be",    "been",
    "but",  "by",    "can",   "could", "did",  "do",    "does",  "each",  "else", "ever",  "every", "for",
    "from", "give",  "had",   "has",   "have", "he",    "her",   "his",   "how",  "i",     "if",    "in",
    "into", "is",    "it",    "its",   "list", "many",  "me",    "more",  "most", "much",  "my",    "no",
    "not",  "of",    "off",   "on",    "only", "or",    "other", "our",   "out",  "over",  "per",   "she",
    "show", "so",    "some",  "such",  "than", "that",  "the",   "their", "them", "then",  "there", "these",
    "they", "this",  "those", "to",    "too",  "under", "up",    "us",    "was",  "we",    "were",  "what",
    "when", "where", "which", "who",   "whom", "whose", "why",   "will",  "with", "would", "you",   "your",
};

/* ---- one word ------------------------------------------------------------------------------------------------------- */

static int by_word(const void *a, const void *b) {
    const Str *text = a;
    return str_cmp(*text, str_of(*(const char *const *)b));
}

static bool is_function_word(Str text) {
    return bsearch(&text, FUNCTION_WORDS, COUNT_OF(FUNCTION_WORDS), sizeof(*FUNCTION_WORDS), by_word) != NULL;
}

/* Whether a column that may be seen has the stem, as this word (VALUES_NONE: as any). */
static bool has_seen(const Find *find, uint32_t stem, uint32_t word) {
    size_t n, n_words;
    const ValuesPosting *places = values_postings(find->values, stem, &n);
    if (!find->lookup->unseen) return true;
    for (size_t i = 0; i < n; i++) {
        const ValuesValue *value = values_value(find->values, places[i].value);
        const uint32_t *words = values_words_of(find->values, value, &n_words);
        bool is_it = word == (uint32_t)VALUES_NONE || (places[i].place < n_words && words[places[i].place] == word);
        if (is_it && find_is_seen(find, value->set)) return true;
    }
    return false;
}

static bool is_word_seen(const void *arg, uint32_t word) {
    const Find *find = arg;
    return has_seen(find, values_word(find->values, word)->stem, word);
}

static void read_misspelt(Find *find, FindWord *word) {
    ValuesNear near[FIND_MAX_NEAR];
    const ValuesFilter filter = {is_word_seen, find};
    size_t n = values_near(find->values, word->text, &filter, near, FIND_MAX_NEAR);
    for (size_t i = 0; i < n; i++) {
        const ValuesWord *found = values_word(find->values, near[i].word);
        Str text = values_text(find->values, found->text);
        word->readings[word->n_readings++] = (FindReading){.stem = found->stem,
                                                           .word = near[i].word,
                                                           .n_edits = near[i].n_edits,
                                                           .is_other_letter = text.n && text.p[0] != word->text.p[0]};
    }
}

static bool is_indexed(const Find *find, Str text, FindReading *ret) {
    uint32_t word = values_find_word(find->values, text);
    if (word == (uint32_t)VALUES_NONE || !is_word_seen(find, word)) return false;
    *ret = (FindReading){.word = word, .stem = values_word(find->values, word)->stem};
    return true;
}

static void add_reading(FindWord *word, FindReading reading) {
    word->readings[word->n_readings++] = reading;
}

static FindWord word_of(Find *find, size_t at, Str text) {
    const AskToken *token = &find->tokens[at];
    FindWord word = {.token = at, .last = at, .text = text};
    FindReading own = {.word = (uint32_t)VALUES_NONE};
    bool is_year = text.n == 4 && token->number >= FIRST_YEAR && token->number <= LAST_YEAR;
    word.is_vague = token->kind == ASK_TOKEN_NUMBER && (text.n <= FIND_SHORT_NUMBER_BYTES || is_year);
    word.is_function = token->kind == ASK_TOKEN_WORD && is_function_word(text);
    const AskLookup *lookup = find->lookup;
    word.is_known = word.is_function || (lookup->is_known && lookup->is_known(lookup->arg, token->norm));
    if (!is_indexed(find, text, &own)) {
        own.stem = values_find_stem(find->values, ask_values_stem(find->arena, token, text));
        if (!has_seen(find, own.stem, (uint32_t)VALUES_NONE)) own.stem = (uint32_t)VALUES_NONE;
    }
    if (own.stem != (uint32_t)VALUES_NONE) add_reading(&word, own);
    return word;
}

/* ---- spaces --------------------------------------------------------------------------------------------------------- */

/* No value has it as it is. */
static bool is_missing(const FindWord *word) {
    return !word->n_readings || word->readings[0].n_edits > 0;
}

/* "cake stand" where values have "cakestand" and not both words: the word before becomes the two. */
static bool join_to_last(Find *find, const FindWord *word) {
    FindWord *last = find->n ? &find->words[find->n - 1] : NULL;
    FindReading reading;
    bool may_join = last && last->last + 1 == word->token && !last->is_function && !word->is_function &&
                    (is_missing(last) || is_missing(word)) && values_is_letters(last->text) &&
                    values_is_letters(word->text);
    if (!may_join) return false;
    Str text = arena_printf(find->arena, "%.*s%.*s", STR_ARG(last->text), STR_ARG(word->text));
    if (!is_indexed(find, text, &reading)) return false;
    reading.n_edits = 1;
    reading.is_respaced = true;
    last->last = word->last;
    last->text = text;
    last->n_readings = 0;
    last->is_known &= word->is_known;
    add_reading(last, reading);
    return true;
}

/* "officesupplies": the two halves that values have, the shorter as long as can be. */
static bool add_halves(Find *find, const FindWord *word) {
    FindReading first, second;
    size_t n = word->text.n, best = 0;
    if (word->is_known || !values_is_letters(word->text)) return false;
    for (size_t i = MIN_HALF_BYTES; i + MIN_HALF_BYTES <= n; i++) {
        bool is_better = MIN_OF(i, n - i) > MIN_OF(best, n - best);
        if (is_better && is_indexed(find, str_slice(word->text, 0, i), &first) &&
            is_indexed(find, str_slice(word->text, i, n), &second))
            best = i;
    }
    if (!best) return false;
    FindWord halves[] = {*word, *word};
    for (size_t i = 0; i < COUNT_OF(halves); i++) {
        FindReading reading = {0};
        halves[i].text = i ? str_slice(word->text, best, n) : str_slice(word->text, 0, best);
        if (!is_indexed(find, halves[i].text, &reading)) return false;
        reading.n_edits = i == 0;
        reading.is_respaced = i == 0;
        add_reading(&halves[i], reading);
        find->words[find->n++] = halves[i];
    }
    return true;
}

/* ---- all ------------------------------------------------------------------------------------------------------------ */

void find_words(Find *find, size_t n_tokens) {
    find->words = ARENA_ARRAY(find->arena, FindWord, n_tokens * 2); /* each may be two */
    for (size_t i = 0; i < n_tokens; i++) {
        Str text = ask_values_word(find->arena, &find->tokens[i]);
        if (!text.n) continue;
        FindWord word = word_of(find, i, text);
        bool is_lost = !word.n_readings && !word.is_known && find->tokens[i].kind == ASK_TOKEN_WORD;
        if (join_to_last(find, &word)) continue;
        if (is_lost && add_halves(find, &word)) continue;
        if (is_lost) read_misspelt(find, &word);
        find->words[find->n++] = word;
    }
}

const FindReading *find_reading(const Find *find, uint32_t at, uint32_t value_word) {
    const FindWord *word = &find->words[at];
    uint32_t stem = values_word(find->values, value_word)->stem;
    for (size_t i = 0; i < word->n_readings; i++)
        if (word->readings[i].stem == stem) return &word->readings[i];
    return NULL;
}

static bool has_digit(Str text) {
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9') return true;
    return false;
}

bool find_is_split(const Find *find, uint32_t at) {
    return at > 0 && at < find->n && find->words[at - 1].last == find->words[at].token;
}

bool find_is_within(const Find *find, uint32_t at) {
    if (at == 0 || at >= find->n) return false;
    if (find_is_split(find, at)) return true;
    const FindWord *before = &find->words[at - 1], *word = &find->words[at];
    for (size_t i = before->last + 1; i <= word->token; i++)
        if (!find->tokens[i].is_joined) return false;
    return has_digit(before->text) || has_digit(word->text);
}
