/*
 * Dictionary forms of words by WordNet's way (morphy(7WN)).
 */
#include "ask/ask_words_internal.h"

#include <string.h>

enum { WORD_BYTES_MAX = 64, LEMMA_BYTES_MIN = 3 };

/* An ending, and what stands in its place in the lemma. In WordNet's order: the first that gives a known word counts. */
typedef struct Ending {
    AskPart part;
    Str from, to;
} Ending;

static const Ending ENDINGS[] = {
    {ASK_NOUN, S_INIT("ses"), S_INIT("s")},      {ASK_NOUN, S_INIT("xes"), S_INIT("x")},
    {ASK_NOUN, S_INIT("zes"), S_INIT("z")},      {ASK_NOUN, S_INIT("ches"), S_INIT("ch")},
    {ASK_NOUN, S_INIT("shes"), S_INIT("sh")},    {ASK_NOUN, S_INIT("s"), S_INIT("")},
    {ASK_NOUN, S_INIT("men"), S_INIT("man")},    {ASK_NOUN, S_INIT("ies"), S_INIT("y")},
    {ASK_VERB, S_INIT("s"), S_INIT("")},         {ASK_VERB, S_INIT("ies"), S_INIT("y")},
    {ASK_VERB, S_INIT("es"), S_INIT("e")},       {ASK_VERB, S_INIT("es"), S_INIT("")},
    {ASK_VERB, S_INIT("ed"), S_INIT("e")},       {ASK_VERB, S_INIT("ed"), S_INIT("")},
    {ASK_VERB, S_INIT("ing"), S_INIT("e")},      {ASK_VERB, S_INIT("ing"), S_INIT("")},
    {ASK_ADJECTIVE, S_INIT("er"), S_INIT("")},   {ASK_ADJECTIVE, S_INIT("est"), S_INIT("")},
    {ASK_ADJECTIVE, S_INIT("er"), S_INIT("e")},  {ASK_ADJECTIVE, S_INIT("est"), S_INIT("e")},
    {ASK_ADJECTIVE, S_INIT("ier"), S_INIT("y")}, {ASK_ADJECTIVE, S_INIT("iest"), S_INIT("y")},
};

/* An irregular form's lemma; empty where it is none. */
static Str irregular(const WordTable *table, Str word, AskPart part) {
    uint32_t from = 0, to = table->n_forms;
    while (from < to) { /* the first that is not before the word */
        uint32_t middle = from + (to - from) / 2;
        const WordForm *form = &table->forms[middle];
        if (str_cmp((Str){table->text + form->form, form->n_form}, word) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < table->n_forms; from++) {
        const WordForm *form = &table->forms[from];
        if (!str_eq((Str){table->text + form->form, form->n_form}, word)) break;
        if (form->part == part) return (Str){table->text + form->lemma, form->n_lemma};
    }
    return (Str){0};
}

/* What an ending's rules make of the word; empty where nothing known. */
static Str regular(const WordTable *table, Str word, AskPart part) {
    char text[WORD_BYTES_MAX];
    if (word.n > WORD_BYTES_MAX || (part == ASK_NOUN && str_ends(word, S("ss")))) return (Str){0};
    for (size_t i = 0; i < COUNT_OF(ENDINGS); i++) {
        const Ending *ending = &ENDINGS[i];
        if (ending->part != part || !str_ends(word, ending->from)) continue;
        size_t n = word.n - ending->from.n;
        if (n + ending->to.n < LEMMA_BYTES_MIN) continue;
        memcpy(text, word.p, n);
        if (ending->to.n) memcpy(text + n, ending->to.p, ending->to.n); /* never longer than what went */
        uint32_t found = words_find(table, (Str){text, n + ending->to.n});
        if (found != WORD_NONE && words_has_part(table, found, part)) return words_text(table, found);
    }
    return (Str){0};
}

/* Comparisons. "after" and "rather" are adverbs, "offer" and "best" nouns, though they look or are listed as forms of adjectives. */
static Str comparison(const AskWords *words, Str word) {
    if (str_ends(word, S("er")) && ask_words_has(words, word, ASK_ADVERB)) return (Str){0};
    Str lemma = irregular(&words->table, word, ASK_ADJECTIVE);
    return lemma.n ? lemma : regular(&words->table, word, ASK_ADJECTIVE);
}

static Str lemma_of_any(const AskWords *words, Str word) {
    const WordTable *table = &words->table;
    Str lemma = irregular(table, word, ASK_NOUN);
    if (!lemma.n) lemma = irregular(table, word, ASK_VERB);
    if (!lemma.n) lemma = regular(table, word, ASK_NOUN);
    if (lemma.n || ask_words_has(words, word, ASK_NOUN)) return lemma;
    lemma = regular(table, word, ASK_VERB);
    return lemma.n ? lemma : comparison(words, word);
}

Str ask_lemma(const AskWords *words, Str word, AskPart part) {
    Str lemma = part == ASK_ANY_PART ? lemma_of_any(words, word) : irregular(&words->table, word, part);
    if (!lemma.n && part != ASK_ANY_PART) lemma = regular(&words->table, word, part);
    return lemma.n ? lemma : word;
}

void ask_lemmatise(const AskWords *words, AskToken *tokens, size_t n_tokens) {
    for (size_t i = 0; i < n_tokens; i++)
        if (tokens[i].kind == ASK_TOKEN_WORD) tokens[i].lemma = ask_lemma(words, tokens[i].norm, ASK_ANY_PART);
}
