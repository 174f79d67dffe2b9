/*
 * Where the index has runs of a question's words.
 *
 *   whole values: at each place, the hash of ever longer runs of stems is looked for among the values' hashes
 *   parts: each rare stem's places in values are seeds, which grow to both sides as long as question and value agree word by word (and,
 *   apart from that, leaving out words of the value)
 *
 * A stem with more than MAX_SEEDS places is no seed: a part made of such words alone is not found. All work is bounded by the number
 * of words times such constants.
 */
#include "ask/ask_values_find_internal.h"

#include <stdlib.h>

enum {
    MAX_SEEDS = 2048,      /* places of a stem */
    MAX_ALL_SEEDS = 32768, /* of all stems of a question */
    MAX_BRANCHES = 4096    /* runs tried because of misspelt words, in one question */
};

/* ---- whole values --------------------------------------------------------------------------------------------------- */

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
    if (find_is_split(find, run->from + run->n)) return;
    const ValuesPair *pairs = values_pairs(find->values, VALUES_PHRASES, values_hash_end(hash), &n_pairs);
    for (size_t i = 0; i < n_pairs; i++) {
        const ValuesValue *value = values_value(find->values, pairs[i].id);
        if (!find_is_seen(find, value->set) || !is_run(find->values, value, run)) continue;
        FindHit hit = {.set = value->set, .from = run->from, .to = run->from + run->n, .value = pairs[i].id};
        VEC_PUSH(find->arena, &find->whole, hit);
    }
}

static void grow_run(Find *find, Run *run, uint64_t hash) {
    uint32_t at = run->from + run->n;
    if (run->n) see_run(find, run, hash);
    if (at >= find->n || run->n >= MIN_OF(find->values->header->max_words, (uint32_t)ASK_VALUE_MAX_WORDS)) return;
    const FindWord *word = &find->words[at];
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
        if (!find_is_split(find, i)) grow_run(find, &run, 0);
    }
}

/* ---- parts ---------------------------------------------------------------------------------------------------------- */

typedef struct SeenValue {
    uint32_t id;
    const ValuesValue *record;
    const uint32_t *words;
    size_t n_words;
} SeenValue;

/* A run of a value's words, without words of grammar at its ends. `is_enough`: a single word may be all. */
static void add_part(Find *find, const SeenValue *value, FindHit hit, bool is_enough) {
    while (hit.from < hit.to && find->words[hit.from].is_function) hit.from++, hit.place++;
    while (hit.to > hit.from && find->words[hit.to - 1].is_function) hit.to--;
    hit.set = value->record->set;
    hit.value = value->id;
    bool is_part = hit.to - hit.from > 1 || (hit.to > hit.from && is_enough);
    if (is_part) VEC_PUSH(find->arena, &find->parts, hit);
}

static bool has_readings(const Find *find, uint32_t at) {
    return at < find->n && find->words[at].n_readings;
}

/* From a run of neighbours on: further words of the question, to either side, that the value has further on in that order. */
static void add_with_gaps(Find *find, const SeenValue *value, uint32_t from, uint32_t to, uint32_t first,
                          size_t behind) {
    uint32_t left = from, right = to;
    for (size_t place = behind; has_readings(find, right) && place < value->n_words; place++)
        if (find_reading(find, right, value->words[place])) right++;
    for (uint32_t place = first; left > 0 && has_readings(find, left - 1) && place > 0; place--)
        if (find_reading(find, left - 1, value->words[place - 1])) left--;
    FindHit hit = {.from = left, .to = right, .has_gaps = true}; /* it has no one place */
    if (left < from || right > to) add_part(find, value, hit, false);
}

static void grow_seed(Find *find, uint32_t at, ValuesPosting seed, bool is_enough) {
    uint32_t from = at, first = seed.place, to = at + 1;
    bool has_neighbours = has_readings(find, to) || (at > 0 && has_readings(find, at - 1));
    if (!is_enough && !has_neighbours) return;
    SeenValue value = {.id = seed.value, .record = values_value(find->values, seed.value)};
    value.words = values_words_of(find->values, value.record, &value.n_words);
    if (seed.place >= value.n_words) return;
    size_t behind = seed.place + (size_t)1;
    while (from > 0 && first > 0 && find_reading(find, from - 1, value.words[first - 1])) from--, first--;
    while (to < find->n && behind < value.n_words && find_reading(find, to, value.words[behind])) to++, behind++;
    FindHit hit = {.from = from, .to = to, .place = first};
    add_part(find, &value, hit, is_enough);
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

bool find_is_rare(size_t n, size_t n_of_set) {
    bool is_few = n <= FIND_RARE_VALUES || n * 100 <= n_of_set * FIND_RARE_PERCENT;
    return n == 1 || (is_few && n * 2 <= n_of_set);
}

/* Column by column, for a word that is common in one may still be part of a rare run there, but is none alone. */
static void grow_seeds(Find *find, const Seeds *seeds) {
    for (uint32_t i = 0; i < find->values->n[VALUES_SETS]; i++) {
        const ValuesSet *set = values_set(find->values, i);
        if (!find_is_seen(find, i)) continue;
        size_t from = places_before(seeds, set->values), to = places_before(seeds, set->values + set->n_values);
        size_t n_values = 0;
        for (size_t k = from; k < to; k++)
            n_values += k == from || seeds->places[k].value != seeds->places[k - 1].value;
        bool is_enough = find_is_rare(n_values, set->n_values) && !find->words[seeds->at].is_vague;
        for (size_t k = from; k < to; k++) grow_seed(find, seeds->at, seeds->places[k], is_enough);
    }
}

/* The rarest first, so that the most telling are there when all that may be looked at has been. */
static void find_parts(Find *find) {
    VEC(Seeds) seeds = {0};
    size_t n_seen = 0;
    for (uint32_t i = 0; i < find->n; i++) {
        const FindWord *word = &find->words[i];
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

/* ---- all ------------------------------------------------------------------------------------------------------------ */

static int by_place(const void *a, const void *b) {
    const FindHit *x = a, *y = b;
    const uint32_t keys[][2] = {{x->set, y->set}, {x->has_gaps, y->has_gaps}, {x->from, y->from},
                                {y->to, x->to},   {x->value, y->value},       {x->place, y->place}};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i][0] != keys[i][1]) return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Sorted; of each value and run once. */
static void put_in_order(FindHits *hits) {
    size_t n = 0;
    if (hits->n) qsort(hits->at, hits->n, sizeof(FindHit), by_place);
    for (size_t i = 0; i < hits->n; i++) {
        FindHit *last = n ? &hits->at[n - 1] : NULL, *hit = &hits->at[i];
        bool is_again = last && last->set == hit->set && last->has_gaps == hit->has_gaps && last->from == hit->from &&
                        last->to == hit->to && last->value == hit->value;
        if (!is_again) hits->at[n++] = *hit;
    }
    hits->n = n;
}

void find_hits(Find *find) {
    find_whole(find);
    find_parts(find);
    put_in_order(&find->whole);
    put_in_order(&find->parts);
}
