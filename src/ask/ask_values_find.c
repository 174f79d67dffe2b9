/*
 * Looking up: which runs of a question's words are values, or parts of them.
 *
 *   1. each word of the question gets its readings: its stem, else, where nobody knows it, the stems of the words nearest to it
 *   2. whole values: at each place, the hash of ever longer runs of stems is looked for among the values' hashes
 *   3. parts: each rare stem's places in values are seeds, which grow to both sides as long as question and value agree word by word
 *      (and, apart from that, leaving out words of the value)
 *   4. what was found alike (same column, same run) becomes one match; a part must be rare in its column and say something, and gives
 *      way to a longer run
 *
 * A stem with more than MAX_SEEDS places is no seed: a part made of such words alone is not found. All work is bounded by the number
 * of words times such constants.
 */
#include "ask/ask_values_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_NEAR = 4,          /* readings of a misspelt word */
    MAX_SEEDS = 2048,      /* places of a stem */
    MAX_ALL_SEEDS = 32768, /* of all stems of a question */
    MAX_BRANCHES = 4096,   /* runs tried because of misspelt words, in one question */
    MAX_SPELLINGS = 4,     /* of what several values have in common */
    RARE_VALUES = 50,      /* a part is rare in a column if so many of its values have it, or so many per cent */
    RARE_PERCENT = 5,
    SHORT_NUMBER_BYTES = 2,
    FIRST_YEAR = 1900,
    LAST_YEAR = 2099
};

/* Closed-class words: alone they mean no part of a value, and no part begins or ends with them. */
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

typedef struct Reading {
    uint32_t stem;
    uint32_t word; /* VALUES_NONE: only the stem is known */
    int n_edits;
    bool is_other_letter; /* the first letter differs */
} Reading;

typedef struct Word {
    size_t token;
    Str text;
    Reading readings[MAX_NEAR];
    size_t n_readings;
    bool is_function;
    bool is_vague; /* a number of one or two digits, or one that is a year as well: alone it means no part of a value */
    bool is_known; /* to the caller */
} Word;

/* A run of the question in a value. */
typedef struct Hit {
    uint32_t set;
    uint32_t from; /* words of the question, half-open */
    uint32_t to;
    uint32_t value;
    uint32_t place; /* of the run's first word in the value */
    bool has_gaps;  /* in the value */
} Hit;

typedef VEC(Hit) Hits;

typedef struct Found {
    AskValueMatch match;
    uint32_t set;
    bool has_gaps;
} Found;

typedef struct Find {
    Arena *arena;
    const AskValues *values;
    const AskToken *tokens;
    Word *words;
    uint32_t n;
    Hits whole;
    Hits parts;
    size_t n_branches;
    VEC(Found) found;
} Find;

/* ---- 1: readings ---------------------------------------------------------------------------------------------------- */

static int by_word(const void *a, const void *b) {
    const Str *text = a;
    return str_cmp(*text, str_of(*(const char *const *)b));
}

static bool is_function_word(Str text) {
    return bsearch(&text, FUNCTION_WORDS, COUNT_OF(FUNCTION_WORDS), sizeof(*FUNCTION_WORDS), by_word) != NULL;
}

static void read_misspelt(Find *find, Word *word) {
    ValuesNear near[MAX_NEAR];
    size_t n = values_near(find->values, word->text, near, MAX_NEAR);
    for (size_t i = 0; i < n; i++) {
        const ValuesWord *found = values_word(find->values, near[i].word);
        Str text = values_text(find->values, found->text);
        word->readings[word->n_readings++] = (Reading){.stem = found->stem,
                                                       .word = near[i].word,
                                                       .n_edits = near[i].n_edits,
                                                       .is_other_letter = text.n && text.p[0] != word->text.p[0]};
    }
}

static void read_word(Find *find, const AskToken *token, const AskKnownWords *known, Word *word) {
    Reading own = {.word = values_find_word(find->values, word->text)};
    bool is_indexed = own.word != (uint32_t)VALUES_NONE;
    own.stem = is_indexed ? values_word(find->values, own.word)->stem
                          : values_find_stem(find->values, ask_values_stem(find->arena, token, word->text));
    word->is_function = token->kind == ASK_TOKEN_WORD && is_function_word(word->text);
    bool is_year = word->text.n == 4 && token->number >= FIRST_YEAR && token->number <= LAST_YEAR;
    word->is_vague = token->kind == ASK_TOKEN_NUMBER && (word->text.n <= SHORT_NUMBER_BYTES || is_year);
    word->is_known = word->is_function || (known && known->is_known(known->arg, token->norm));
    if (own.stem != (uint32_t)VALUES_NONE)
        word->readings[word->n_readings++] = own;
    else if (!word->is_known && token->kind == ASK_TOKEN_WORD)
        read_misspelt(find, word);
}

static void read_words(Find *find, size_t n_tokens, const AskKnownWords *known) {
    find->words = ARENA_ARRAY(find->arena, Word, n_tokens);
    for (size_t i = 0; i < n_tokens; i++) {
        Word word = {.token = i, .text = ask_values_word(find->arena, &find->tokens[i])};
        if (!word.text.n) continue;
        read_word(find, &find->tokens[i], known, &word);
        find->words[find->n++] = word;
    }
}

/* ---- 2: whole values ------------------------------------------------------------------------------------------------ */

typedef struct Run {
    uint32_t from;
    uint32_t n;
    uint32_t stems[ASK_VALUE_MAX_WORDS];
} Run;

static bool is_run(const AskValues *values, const ValuesValue *value, const Run *run) {
    size_t n;
    const uint32_t *words = values_words_of(values, value, &n);
    if (n != run->n) return false;
    for (size_t i = 0; i < n; i++)
        if (values_word(values, words[i])->stem != run->stems[i]) return false;
    return true;
}

static void see_run(Find *find, const Run *run, uint64_t hash) {
    size_t n_pairs;
    const ValuesPair *pairs = values_pairs(find->values, VALUES_PHRASES, values_hash_end(hash), &n_pairs);
    for (size_t i = 0; i < n_pairs; i++) {
        const ValuesValue *value = values_value(find->values, pairs[i].id);
        if (!is_run(find->values, value, run)) continue;
        Hit hit = {.set = value->set, .from = run->from, .to = run->from + run->n, .value = pairs[i].id};
        VEC_PUSH(find->arena, &find->whole, hit);
    }
}

static void grow_run(Find *find, Run *run, uint64_t hash) {
    uint32_t at = run->from + run->n;
    if (run->n) see_run(find, run, hash);
    if (at >= find->n || run->n >= MIN_OF(find->values->header->max_words, (uint32_t)ASK_VALUE_MAX_WORDS)) return;
    const Word *word = &find->words[at];
    for (size_t i = 0; i < word->n_readings; i++) {
        bool is_misspelt = word->readings[i].n_edits > 0;
        if (is_misspelt && find->n_branches++ >= MAX_BRANCHES) return;
        run->stems[run->n++] = word->readings[i].stem;
        grow_run(find, run, values_hash_next(hash, word->readings[i].stem));
        run->n--;
    }
}

static void find_whole(Find *find) {
    for (uint32_t i = 0; i < find->n; i++) {
        Run run = {.from = i};
        grow_run(find, &run, 0);
    }
}

/* ---- 3: parts ------------------------------------------------------------------------------------------------------- */

/* The reading of a question's word that a value's word fits; NULL: none. */
static const Reading *reading_of(const Find *find, uint32_t at, uint32_t value_word) {
    const Word *word = &find->words[at];
    uint32_t stem = values_word(find->values, value_word)->stem;
    for (size_t i = 0; i < word->n_readings; i++)
        if (word->readings[i].stem == stem) return &word->readings[i];
    return NULL;
}

typedef struct SeenValue {
    uint32_t id;
    const ValuesValue *record;
    const uint32_t *words;
    size_t n_words;
} SeenValue;

static void add_part(Find *find, const SeenValue *value, uint32_t from, uint32_t to, uint32_t place, bool has_gaps) {
    while (from < to && find->words[from].is_function) from++, place++; /* places of what has gaps are not used */
    while (to > from && find->words[to - 1].is_function) to--;
    Hit hit = {
        .set = value->record->set, .from = from, .to = to, .value = value->id, .place = place, .has_gaps = has_gaps};
    if (from < to) VEC_PUSH(find->arena, &find->parts, hit);
}

static bool has_readings(const Find *find, uint32_t at) {
    return at < find->n && find->words[at].n_readings;
}

/* From a run of neighbours on: further words of the question, to either side, that the value has further on in that order. */
static void add_with_gaps(Find *find, const SeenValue *value, uint32_t from, uint32_t to, uint32_t first,
                          size_t behind) {
    uint32_t left = from, right = to;
    for (size_t place = behind; has_readings(find, right) && place < value->n_words; place++)
        if (reading_of(find, right, value->words[place])) right++;
    for (uint32_t place = first; left > 0 && has_readings(find, left - 1) && place > 0; place--)
        if (reading_of(find, left - 1, value->words[place - 1])) left--;
    if (left < from || right > to) add_part(find, value, left, right, 0, true);
}

/* `is_enough`: the one word may be all. */
static void grow_seed(Find *find, uint32_t at, ValuesPosting seed, bool is_enough) {
    uint32_t from = at, first = seed.place, to = at + 1;
    bool has_neighbours = has_readings(find, to) || (at > 0 && has_readings(find, at - 1));
    if (!is_enough && !has_neighbours) return;
    SeenValue value = {.id = seed.value, .record = values_value(find->values, seed.value)};
    value.words = values_words_of(find->values, value.record, &value.n_words);
    if (seed.place >= value.n_words) return;
    size_t behind = seed.place + (size_t)1;
    while (from > 0 && first > 0 && reading_of(find, from - 1, value.words[first - 1])) from--, first--;
    while (to < find->n && behind < value.n_words && reading_of(find, to, value.words[behind])) to++, behind++;
    if (is_enough || to - from > 1) add_part(find, &value, from, to, first, false);
    add_with_gaps(find, &value, from, to, first, behind);
}

/* The places of one reading of a word. */
typedef struct Seeds {
    uint32_t at;
    const ValuesPosting *places;
    size_t n;
} Seeds;

static int by_rarity(const void *a, const void *b) {
    const Seeds *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* How many of the places are in values before this one. */
static size_t places_before(const Seeds *seeds, uint32_t value) {
    size_t low = 0, high = seeds->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (seeds->places[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_rare(size_t n, size_t n_of_set) {
    bool is_few = n <= RARE_VALUES || n * 100 <= n_of_set * RARE_PERCENT;
    return n == 1 || (is_few && n * 2 <= n_of_set);
}

/* Column by column, for a word that is common in one may still be part of a rare run there, but is none alone. */
static void grow_seeds(Find *find, const Seeds *seeds) {
    for (uint32_t i = 0; i < find->values->n[VALUES_SETS]; i++) {
        const ValuesSet *set = values_set(find->values, i);
        size_t from = places_before(seeds, set->values), to = places_before(seeds, set->values + set->n_values);
        size_t n_values = 0;
        for (size_t k = from; k < to; k++)
            n_values += k == from || seeds->places[k].value != seeds->places[k - 1].value;
        bool is_enough = is_rare(n_values, set->n_values) && !find->words[seeds->at].is_vague;
        for (size_t k = from; k < to; k++) grow_seed(find, seeds->at, seeds->places[k], is_enough);
    }
}

/* The rarest first, so that the most telling are there when all that may be looked at has been. */
static void find_parts(Find *find) {
    VEC(Seeds) seeds = {0};
    size_t n_seen = 0;
    for (uint32_t i = 0; i < find->n; i++) {
        const Word *word = &find->words[i];
        for (size_t r = 0; r < word->n_readings && !word->is_function; r++) {
            Seeds one = {.at = i};
            one.places = values_postings(find->values, word->readings[r].stem, &one.n);
            if (one.n <= MAX_SEEDS) VEC_PUSH(find->arena, &seeds, one);
        }
    }
    if (seeds.n) qsort(seeds.at, seeds.n, sizeof(Seeds), by_rarity);
    for (size_t i = 0; i < seeds.n && n_seen + seeds.at[i].n <= MAX_ALL_SEEDS; i++) {
        n_seen += seeds.at[i].n;
        grow_seeds(find, &seeds.at[i]);
    }
}

/* ---- how well ------------------------------------------------------------------------------------------------------- */

typedef struct Fit {
    AskMatch how;    /* of the words: EXACT, STEM, EDIT1, EDIT2 */
    bool is_derived; /* one stem, but not singular and plural */
    double cost;
} Fit;

/* "phone" and "phones", "box" and "boxes", "city" and "cities" */
static bool is_singular_of(Str one, Str many) {
    if (str_starts(many, one)) {
        Str ending = str_slice(many, one.n, many.n);
        return str_eq(ending, S("s")) || str_eq(ending, S("es"));
    }
    return str_ends(one, S("y")) && str_ends(many, S("ies")) && many.n == one.n + 2 &&
           str_starts(many, str_slice(one, 0, one.n - 1));
}

static void fit_word(const Find *find, uint32_t at, uint32_t value_word, Fit *fit, size_t *n_misspelt) {
    const Reading *reading = reading_of(find, at, value_word);
    if (!reading) return; /* left out, or damage */
    if (!reading->n_edits) {
        if (reading->word == value_word) return;
        Str asked = find->words[at].text,
            stored = values_text(find->values, values_word(find->values, value_word)->text);
        fit->how = MAX_OF(fit->how, ASK_MATCH_STEM);
        fit->is_derived |= !is_singular_of(asked, stored) && !is_singular_of(stored, asked);
        return;
    }
    fit->how = MAX_OF(fit->how, reading->n_edits > 1 ? ASK_MATCH_EDIT2 : ASK_MATCH_EDIT1);
    if (reading->is_other_letter) fit->cost += ASK_COST_FIRST_LETTER;
    if ((*n_misspelt)++) fit->cost += ASK_COST_NEXT_EDIT;
}

/* The run from..to in the value, whose words begin there at `place`; of what has gaps, where they are found one after the other. */
static Fit fit_of(const Find *find, const Hit *hit, uint32_t from, uint32_t to) {
    Fit fit = {0};
    size_t n, n_misspelt = 0, place = hit->has_gaps ? 0 : hit->place + (from - hit->from);
    const uint32_t *words = values_words_of(find->values, values_value(find->values, hit->value), &n);
    for (uint32_t at = from; at < to && place < n; place++) {
        if (hit->has_gaps && !reading_of(find, at, words[place])) continue;
        fit_word(find, at++, words[place], &fit, &n_misspelt);
    }
    if (fit.how == ASK_MATCH_STEM) fit.cost += fit.is_derived ? ASK_COST_DERIVED : ASK_COST_STEM;
    if (fit.how == ASK_MATCH_EDIT1) fit.cost += ASK_COST_EDIT1;
    if (fit.how == ASK_MATCH_EDIT2) fit.cost += ASK_COST_EDIT2;
    return fit;
}

static Str text_of_hit(const Find *find, const Hit *hit) {
    return values_text(find->values, values_value(find->values, hit->value)->text);
}

/* The tokens of a run as they are written, without what is between them. */
static Str written(const Find *find, uint32_t from, uint32_t to) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, ASK_MAX_BYTES);
    for (size_t i = find->words[from].token; i <= find->words[to - 1].token; i++) buf_add(&buf, find->tokens[i].text);
    return arena_str(find->arena, buf_str(&buf));
}

/* Two texts but for white space; `is_folded`: and for case. */
static bool is_same(const Find *find, Str a, Str b, bool is_folded) {
    if (is_folded) {
        a = utf8_fold(find->arena, a);
        b = utf8_fold(find->arena, b);
    }
    size_t i = 0, k = 0;
    for (;;) {
        uint32_t x = 0, y = 0;
        size_t next;
        while (i < a.n && (next = utf8_decode(str_slice(a, i, a.n), &x), utf8_class(x) == UTF8_SPACE)) i += next;
        while (k < b.n && (next = utf8_decode(str_slice(b, k, b.n), &y), utf8_class(y) == UTF8_SPACE)) k += next;
        if (i >= a.n || k >= b.n) return i >= a.n && k >= b.n;
        if (x != y) return false;
        i += utf8_decode(str_slice(a, i, a.n), &x);
        k += utf8_decode(str_slice(b, k, b.n), &y);
    }
}

/* ---- 4: matches ----------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
    const Hit *x = a, *y = b;
    const uint32_t keys[][2] = {{x->set, y->set}, {x->has_gaps, y->has_gaps}, {x->from, y->from},
                                {y->to, x->to},   {x->value, y->value},       {x->place, y->place}};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i][0] != keys[i][1]) return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Sorted; of each value and run once. */
static void put_in_order(Hits *hits) {
    size_t n = 0;
    if (hits->n) qsort(hits->at, hits->n, sizeof(Hit), by_place);
    for (size_t i = 0; i < hits->n; i++) {
        Hit *last = n ? &hits->at[n - 1] : NULL, *hit = &hits->at[i];
        bool is_again = last && last->set == hit->set && last->has_gaps == hit->has_gaps && last->from == hit->from &&
                        last->to == hit->to && last->value == hit->value;
        if (!is_again) hits->at[n++] = *hit;
    }
    hits->n = n;
}

static bool is_same_run(const Hit *a, const Hit *b) {
    return a->set == b->set && a->from == b->from && a->to == b->to && a->has_gaps == b->has_gaps;
}

/* A match for each member of the set. */
static void add_matches(Find *find, const Hit *hit, AskValueMatch match) {
    const ValuesSet *set = values_set(find->values, hit->set);
    match.from = find->words[hit->from].token;
    match.to = find->words[hit->to - 1].token + 1;
    match.is_number = set->is_number != 0;
    for (uint32_t i = 0; i < MIN_OF(set->n_names, find->values->n[VALUES_NAMES]); i++) {
        match.member = values_name(find->values, set->names + i);
        VEC_PUSH(find->arena, &find->found, (Found){.match = match, .set = hit->set, .has_gaps = hit->has_gaps});
    }
}

/* What makes a whole value doubtful although its words are there. */
static double whole_cost(const Find *find, const Hit *hit, AskMatch how, bool has_rivals) {
    const Word *first = &find->words[hit->from];
    bool is_function = true, is_alone = hit->to == hit->from + 1;
    bool is_number = find->tokens[first->token].kind == ASK_TOKEN_NUMBER && first->text.n <= SHORT_NUMBER_BYTES;
    for (uint32_t i = hit->from; i < hit->to; i++) is_function &= find->words[i].is_function;
    double cost = is_alone && is_number ? ASK_COST_SHORT_NUMBER : 0;
    if (how != ASK_MATCH_EXACT || (!is_function && !has_rivals)) return cost;
    Str text = written(find, hit->from, hit->to), value = text_of_hit(find, hit);
    if (is_function && !is_same(find, text, value, false)) cost += ASK_COST_FUNCTION;
    if (has_rivals && !is_same(find, text, value, true)) cost += ASK_COST_PUNCTUATION;
    return cost;
}

/* Whole values of one run that fit alike, of the n from `hits` on that `costs` are of. */
static void add_whole(Find *find, const Hit *hits, const Fit *fits, size_t n, size_t first) {
    Str *same = ARENA_ARRAY(find->arena, Str, n);
    size_t n_same = 0;
    for (size_t i = 0; i < n; i++) {
        if (fits[i].cost != fits[first].cost) continue;
        if (i < first) return; /* it is among those of an earlier one */
        same[n_same++] = text_of_hit(find, &hits[i]);
    }
    AskValueMatch match = {.value = same[0],
                           .n_values = n_same,
                           .values = same,
                           .is_prefix = true,
                           .how = fits[first].how,
                           .cost = fits[first].cost};
    add_matches(find, &hits[first], match);
}

static void match_whole(Find *find) {
    for (size_t i = 0, end; i < find->whole.n; i = end) {
        const Hit *hits = find->whole.at + i;
        for (end = i + 1; end < find->whole.n && is_same_run(hits, &find->whole.at[end]);) end++;
        Fit fits[ASK_MATCH_MAX_VALUES];
        size_t n = MIN_OF(end - i, (size_t)ASK_MATCH_MAX_VALUES);
        for (size_t k = 0; k < n; k++) {
            fits[k] = fit_of(find, &hits[k], hits[k].from, hits[k].to);
            fits[k].cost += whole_cost(find, &hits[k], fits[k].how, n > 1);
        }
        for (size_t k = 0; k < n; k++) add_whole(find, hits, fits, n, k);
    }
}

static bool is_whole_run(const Find *find, const Hit *part) {
    for (size_t i = 0; i < find->whole.n; i++) {
        const Hit *hit = &find->whole.at[i];
        if (hit->set == part->set && hit->from == part->from && hit->to == part->to) return true;
    }
    return false;
}

static size_t n_content_words(const Find *find, const Hit *hit) {
    size_t n = 0;
    for (uint32_t i = hit->from; i < hit->to; i++) n += !find->words[i].is_function && !find->words[i].is_vague;
    return n;
}

static bool has_digit(Str text) {
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9') return true;
    return false;
}

/* Whether the words before and at `at` are one code, written without a space: "CA-2014-1234", "64oz". */
static bool is_within_code(const Find *find, uint32_t at) {
    if (at == 0 || at >= find->n) return false;
    const Word *before = &find->words[at - 1], *word = &find->words[at];
    for (size_t i = before->token + 1; i <= word->token; i++)
        if (!find->tokens[i].is_joined) return false;
    return has_digit(before->text) || has_digit(word->text);
}

/* Values of one column that have a run, from hits of it and of longer ones. */
typedef struct Part {
    Hit run;
    size_t n_with;   /* values that have it, however well */
    size_t n_values; /* that have it as well as any does */
    Fit fit;
    Str *values;                           /* the first of these */
    uint32_t places[ASK_MATCH_MAX_VALUES]; /* of the run in them */
    bool is_prefix;
    size_t n_words; /* of the shortest value */
} Part;

static void count_value(Find *find, Part *part, const Hit *hit) {
    const ValuesValue *value = values_value(find->values, hit->value);
    Fit fit = fit_of(find, hit, part->run.from, part->run.to);
    bool is_better = !part->n_values || fit.cost < part->fit.cost;
    if (fit.is_derived) return;
    if (!is_better && fit.cost > part->fit.cost) return;
    if (is_better) {
        part->n_values = 0;
        part->fit = fit;
        part->is_prefix = true;
        part->n_words = value->n_words;
    }
    uint32_t place = hit->place + (part->run.from - hit->from);
    if (part->n_values < ASK_MATCH_MAX_VALUES) {
        part->values[part->n_values] = text_of_hit(find, hit);
        part->places[part->n_values] = place;
    }
    part->n_values++;
    part->is_prefix &= !hit->has_gaps && place == 0;
    part->n_words = MIN_OF(part->n_words, (size_t)value->n_words);
}

static int by_value(const void *a, const void *b) {
    const Hit *x = *(const Hit *const *)a, *y = *(const Hit *const *)b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Of the n hits of one column, all without gaps or all with them, those of the part's run and of longer ones; `with` has room for
 * all. False: too many values have the run. */
static bool count_part(Find *find, const Hit *hits, size_t n, const Hit **with, Part *part) {
    size_t n_with = 0;
    for (size_t i = 0; i < n; i++)
        if (hits[i].from <= part->run.from && hits[i].to >= part->run.to) with[n_with++] = &hits[i];
    qsort(with, n_with, sizeof(*with), by_value);
    for (size_t i = 0; i < n_with; i++) part->n_with += i == 0 || with[i]->value != with[i - 1]->value;
    if (!is_rare(part->n_with, values_set(find->values, part->run.set)->n_values)) return false;
    part->values = ARENA_ARRAY(find->arena, Str, MIN_OF(part->n_with, (size_t)ASK_MATCH_MAX_VALUES));
    for (size_t i = 0; i < n_with; i++)
        if (i == 0 || with[i]->value != with[i - 1]->value) count_value(find, part, with[i]);
    return part->n_values > 0;
}

/* What the run is in a value, as it stands there. */
static Str part_in(Find *find, Str text, size_t first, size_t n_words) {
    size_t n_tokens, n = 0, from = 0, to = 0;
    const AskToken *tokens;
    if (ask_tokenize(find->arena, text, &tokens, &n_tokens, NULL)) return text;
    for (size_t i = 0; i < n_tokens; i++) {
        if (!ask_values_word(find->arena, &tokens[i]).n) continue;
        if (n == first) from = tokens[i].from;
        if (++n == first + n_words) to = tokens[i].to;
    }
    return str_slice(text, from, to);
}

/* The spelling of the run that most of the first values have. */
static Str common_part(Find *find, const Part *part) {
    Str folded[MAX_SPELLINGS], best = {0};
    size_t n = MIN_OF(part->n_values, (size_t)MAX_SPELLINGS), n_best = 0;
    for (size_t i = 0; i < n; i++) folded[i] = utf8_fold(find->arena, part->values[i]);
    for (size_t i = 0; i < n && n_best < n; i++) {
        Str spelling = part_in(find, part->values[i], part->places[i], part->run.to - part->run.from);
        Str what = utf8_fold(find->arena, spelling);
        size_t n_with = 0;
        for (size_t k = 0; k < n; k++) n_with += str_find(folded[k], what) >= 0;
        if (n_with <= n_best) continue;
        n_best = n_with;
        best = spelling;
    }
    return best;
}

static void add_part_match(Find *find, const Part *part) {
    double n_words = (double)(part->run.to - part->run.from);
    double rest = part->n_words ? 1 - n_words / (double)part->n_words : 0;
    AskValueMatch match = {.value = part->values[0],
                           .n_values = part->n_values,
                           .values = part->values,
                           .is_prefix = part->is_prefix,
                           .how = MAX_OF(part->fit.how, ASK_MATCH_PARTIAL),
                           .cost = part->fit.cost + ASK_COST_PARTIAL + ASK_COST_REST * MAX_OF(rest, 0.0)};
    if (part->run.has_gaps) match.cost += ASK_COST_GAP;
    if (part->n_values > 1) match.common = common_part(find, part);
    add_matches(find, &part->run, match);
}

/* A word that the caller knows, alone and with another ending, is taken for what the caller knows. */
static bool is_known_elsewhere(const Find *find, const Part *part) {
    return part->run.to == part->run.from + 1 && part->fit.how == ASK_MATCH_STEM &&
           find->words[part->run.from].is_known;
}

/* Hits of one column, without gaps first. */
static void match_parts_of(Find *find, const Hit *hits, size_t n) {
    const Hit **with = ARENA_ARRAY(find->arena, const Hit *, n);
    size_t n_unbroken = 0;
    while (n_unbroken < n && !hits[n_unbroken].has_gaps) n_unbroken++;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && is_same_run(&hits[i - 1], &hits[i])) continue;
        Part part = {.run = hits[i]};
        bool has_gaps = hits[i].has_gaps;
        if (is_within_code(find, hits[i].from) || is_within_code(find, hits[i].to)) continue;
        if (is_whole_run(find, &part.run) || n_content_words(find, &part.run) < (has_gaps ? 2 : 1)) continue;
        const Hit *from = has_gaps ? hits + n_unbroken : hits;
        if (!count_part(find, from, has_gaps ? n - n_unbroken : n_unbroken, with, &part)) continue;
        bool is_unclear = has_gaps && part.n_with > 1; /* there is no text in common to look for */
        if (!is_unclear && !is_known_elsewhere(find, &part)) add_part_match(find, &part);
    }
}

static void match_parts(Find *find) {
    for (size_t i = 0, end; i < find->parts.n; i = end) {
        for (end = i + 1; end < find->parts.n && find->parts.at[end].set == find->parts.at[i].set;) end++;
        match_parts_of(find, find->parts.at + i, end - i);
    }
}

/* ---- all ------------------------------------------------------------------------------------------------------------ */

static int by_set(const void *a, const void *b) {
    const Found *x = a, *y = b;
    if (x->set != y->set) return x->set < y->set ? -1 : 1;
    return str_cmp(x->match.member, y->match.member);
}

/* A part gives way to a longer run of the same member that is no more doubtful in kind, and, with gaps, to one without. */
static bool is_covered(const Found *part, const Found *other) {
    const AskValueMatch *inner = &part->match, *outer = &other->match;
    bool is_around = outer->from <= inner->from && outer->to >= inner->to;
    bool is_longer = outer->to - outer->from > inner->to - inner->from;
    if (inner->how < ASK_MATCH_PARTIAL || !is_around) return false;
    return is_longer ? outer->how <= inner->how : part->has_gaps && !other->has_gaps;
}

/* The matches that no other of their member covers. */
static size_t keep_matches(Find *find, AskValueMatch *kept) {
    size_t n = 0, n_found = find->found.n;
    Found *found = find->found.at;
    if (n_found) qsort(found, n_found, sizeof(Found), by_set);
    for (size_t i = 0, end; i < n_found; i = end) {
        for (end = i + 1; end < n_found && by_set(&found[i], &found[end]) == 0;) end++;
        for (size_t k = i; k < end; k++) {
            bool is_kept = true;
            for (size_t o = i; o < end && is_kept; o++) is_kept = !is_covered(&found[k], &found[o]);
            if (is_kept) kept[n++] = found[k].match;
        }
    }
    return n;
}

static int by_cost(const void *a, const void *b) {
    const AskValueMatch *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to > y->to ? -1 : 1;
    int order = str_cmp(x->member, y->member);
    return order ? order : str_cmp(x->value, y->value);
}

static int by_run(const void *a, const void *b) {
    const AskValueMatch *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to > y->to ? -1 : 1;
    return by_cost(a, b);
}

void ask_values_find(Arena *arena, const AskValues *values, const AskToken *tokens, size_t n_tokens,
                     const AskKnownWords *known, size_t max, const AskValueMatch **ret_matches, size_t *ret_n) {
    Find find = {.arena = arena, .values = values, .tokens = tokens};
    read_words(&find, n_tokens, known);
    find_whole(&find);
    find_parts(&find);
    put_in_order(&find.whole);
    put_in_order(&find.parts);
    match_whole(&find);
    match_parts(&find);
    AskValueMatch *kept = ARENA_ARRAY(arena, AskValueMatch, find.found.n);
    size_t n = keep_matches(&find, kept);
    qsort(kept, n, sizeof(*kept), by_cost);
    n = MIN_OF(n, max);
    qsort(kept, n, sizeof(*kept), by_run);
    *ret_matches = kept;
    *ret_n = n;
}
