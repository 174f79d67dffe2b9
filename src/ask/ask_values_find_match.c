/*
 * What was found alike (same column, same run) becomes one match. A part must be rare in its column and say something.
 */
#include "ask/ask_values_find_internal.h"

#include <stdlib.h>

enum {
    MAX_SPELLINGS = 5, /* values looked at for what they have in common */
    CHANCE_BYTES = 6   /* of a misspelt word that means a part of a value */
};

/* ---- how well ------------------------------------------------------------------------------------------------------- */

typedef struct Fit {
    AskMatch how;    /* of the words: EXACT, STEM, EDIT1, EDIT2 */
    bool is_derived; /* one stem, but not singular and plural */
    double cost;
    double more; /* on top of the worst word's, while words are gone through */
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

/* What the misspelling of one word costs. */
static double edit_cost(const FindReading *reading) {
    if (reading->is_respaced) return ASK_COST_SPACE;
    double cost = reading->n_edits > 1 ? ASK_COST_EDIT2 : ASK_COST_EDIT1;
    return cost + (reading->is_other_letter ? ASK_COST_FIRST_LETTER : 0);
}

/* A word of the question in its value: the worst counts, and each misspelt one but the first. */
static void fit_word(const Find *find, uint32_t at, uint32_t value_word, Fit *fit, size_t *n_misspelt) {
    const FindReading *reading = find_reading(find, at, value_word);
    double cost = ASK_COST_STEM;
    if (!reading || (!reading->n_edits && reading->word == value_word)) return; /* left out, or damage; exact */
    if (reading->n_edits) {
        fit->how = MAX_OF(fit->how, reading->n_edits > 1 ? ASK_MATCH_EDIT2 : ASK_MATCH_EDIT1);
        cost = edit_cost(reading);
        if ((*n_misspelt)++) fit->more += ASK_COST_NEXT_EDIT;
    } else {
        Str asked = find->words[at].text;
        Str stored = values_text(find->values, values_word(find->values, value_word)->text);
        bool is_derived = !is_singular_of(asked, stored) && !is_singular_of(stored, asked);
        fit->how = MAX_OF(fit->how, ASK_MATCH_STEM);
        fit->is_derived |= is_derived;
        if (is_derived) cost = ASK_COST_DERIVED;
    }
    fit->cost = MAX_OF(fit->cost, cost);
}

/* The run from..to in the value, whose words begin there at `place`; of what has gaps, where they are found one after the other. */
static Fit fit_of(const Find *find, const FindHit *hit, uint32_t from, uint32_t to) {
    Fit fit = {0};
    size_t n, n_misspelt = 0, place = hit->has_gaps ? 0 : hit->place + (from - hit->from);
    const uint32_t *words = values_words_of(find->values, values_value(find->values, hit->value), &n);
    for (uint32_t at = from; at < to && place < n; place++) {
        if (hit->has_gaps && !find_reading(find, at, words[place])) continue;
        fit_word(find, at++, words[place], &fit, &n_misspelt);
    }
    fit.cost += fit.more;
    return fit;
}

static Str text_of_hit(const Find *find, const FindHit *hit) {
    return values_text(find->values, values_value(find->values, hit->value)->text);
}

/* The tokens of a run as they are written, without what is between them. */
static Str written(const Find *find, uint32_t from, uint32_t to) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, ASK_MAX_BYTES);
    for (size_t i = find->words[from].token; i <= find->words[to - 1].last; i++) buf_add(&buf, find->tokens[i].text);
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

/* ---- matches -------------------------------------------------------------------------------------------------------- */

static bool is_same_run(const FindHit *a, const FindHit *b) {
    return a->set == b->set && a->from == b->from && a->to == b->to && a->has_gaps == b->has_gaps;
}

/* A match for each member of the set. */
static void add_matches(Find *find, const FindHit *hit, AskValueMatch match) {
    const ValuesSet *set = values_set(find->values, hit->set);
    match.from = find->words[hit->from].token;
    match.to = find->words[hit->to - 1].last + 1;
    match.is_number = set->is_number != 0;
    for (uint32_t i = 0; i < MIN_OF(set->n_names, find->values->n[VALUES_NAMES]); i++) {
        match.member = values_name(find->values, set->names + i);
        VEC_PUSH(find->arena, &find->found, (FoundMatch){.match = match, .set = hit->set, .has_gaps = hit->has_gaps});
    }
}

/* What makes a whole value doubtful although its words are there. */
static double whole_cost(const Find *find, const FindHit *hit, AskMatch how, bool has_rivals) {
    const FindWord *first = &find->words[hit->from];
    bool is_function = true, is_alone = hit->to == hit->from + 1;
    bool is_number = find->tokens[first->token].kind == ASK_TOKEN_NUMBER && first->text.n <= FIND_SHORT_NUMBER_BYTES;
    for (uint32_t i = hit->from; i < hit->to; i++) is_function &= find->words[i].is_function;
    double cost = is_alone && is_number ? ASK_COST_SHORT_NUMBER : 0;
    has_rivals &= how == ASK_MATCH_EXACT;
    if (!is_function && !has_rivals) return cost;
    Str text = written(find, hit->from, hit->to), value = text_of_hit(find, hit);
    if (is_function && !is_same(find, text, value, false)) cost += ASK_COST_FUNCTION;
    if (has_rivals && !is_same(find, text, value, true)) cost += ASK_COST_PUNCTUATION;
    return cost;
}

/* Whole values of one run that fit alike, of the n from `hits` on, which `fits` are of. */
static void add_whole(Find *find, const FindHit *hits, const Fit *fits, size_t n, size_t first) {
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
        const FindHit *hits = find->whole.at + i;
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

static bool is_whole_run(const Find *find, const FindHit *part) {
    for (size_t i = 0; i < find->whole.n; i++) {
        const FindHit *hit = &find->whole.at[i];
        if (hit->set == part->set && hit->from == part->from && hit->to == part->to) return true;
    }
    return false;
}

static size_t n_content_words(const Find *find, const FindHit *hit) {
    size_t n = 0;
    for (uint32_t i = hit->from; i < hit->to; i++) n += !find->words[i].is_function && !find->words[i].is_vague;
    return n;
}

/* Values of one column that have a run, from hits of it and of longer ones. */
typedef struct Part {
    FindHit run;
    size_t n_with;   /* values that have it, however well */
    size_t n_values; /* that have it as well as any does */
    Fit fit;
    Str *values;                           /* the first of these */
    uint32_t places[ASK_MATCH_MAX_VALUES]; /* of the run in them */
    bool is_prefix;
    size_t n_words; /* of the shortest value */
} Part;

static void count_value(Find *find, Part *part, const FindHit *hit) {
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
    const FindHit *x = *(const FindHit *const *)a, *y = *(const FindHit *const *)b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Of the n hits of one column, all without gaps or all with them, those of the part's run and of longer ones; `with` has room for
 * all. False: too many values have the run. */
static bool count_part(Find *find, const FindHit *hits, size_t n, const FindHit **with, Part *part) {
    size_t n_with = 0;
    for (size_t i = 0; i < n; i++)
        if (hits[i].from <= part->run.from && hits[i].to >= part->run.to) with[n_with++] = &hits[i];
    qsort(with, n_with, sizeof(*with), by_value);
    for (size_t i = 0; i < n_with; i++) part->n_with += i == 0 || with[i]->value != with[i - 1]->value;
    if (!find_is_rare(part->n_with, values_set(find->values, part->run.set)->n_values)) return false;
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
    if (match.cost > ASK_COST_MAX) return;
    if (part->n_values > 1) match.common = common_part(find, part);
    add_matches(find, &part->run, match);
}

/* One word alone is no part of a value if the caller knows it, and with another ending; or if it is short or much misspelt: nearly
 * everything is like something. */
static bool is_chance(const Find *find, const Part *part) {
    const FindWord *word = &find->words[part->run.from];
    if (part->run.to - part->run.from > 1 || part->fit.how == ASK_MATCH_EXACT) return false;
    if (part->fit.how == ASK_MATCH_STEM) return word->is_known;
    if (word->readings[0].is_respaced) return false;
    return part->fit.how == ASK_MATCH_EDIT2 || word->text.n < CHANCE_BYTES || word->readings[0].is_other_letter;
}

/* Hits of one column, without gaps first. */
static void match_parts_of(Find *find, const FindHit *hits, size_t n) {
    const FindHit **with = ARENA_ARRAY(find->arena, const FindHit *, n);
    size_t n_unbroken = 0;
    while (n_unbroken < n && !hits[n_unbroken].has_gaps) n_unbroken++;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && is_same_run(&hits[i - 1], &hits[i])) continue;
        Part part = {.run = hits[i]};
        bool has_gaps = hits[i].has_gaps;
        if (find_is_within(find, hits[i].from) || find_is_within(find, hits[i].to)) continue;
        if (is_whole_run(find, &part.run) || n_content_words(find, &part.run) < (has_gaps ? 2 : 1)) continue;
        const FindHit *from = has_gaps ? hits + n_unbroken : hits;
        if (!count_part(find, from, has_gaps ? n - n_unbroken : n_unbroken, with, &part)) continue;
        bool is_unclear = has_gaps && part.n_with > 1; /* there is no text in common to look for */
        if (!is_unclear && !is_chance(find, &part)) add_part_match(find, &part);
    }
}

static void match_parts(Find *find) {
    for (size_t i = 0, end; i < find->parts.n; i = end) {
        for (end = i + 1; end < find->parts.n && find->parts.at[end].set == find->parts.at[i].set;) end++;
        match_parts_of(find, find->parts.at + i, end - i);
    }
}

void find_matches(Find *find) {
    match_whole(find);
    match_parts(find);
}
