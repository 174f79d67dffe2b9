/*
 * Walks over WordNet's graph: word -> its senses (synsets) -> their members and links, and word -> its word links.
 *
 * A relation is told by two senses. The rarer they are, the less it weighs: everything is related to everything by some sense. The
 * weights and the formula are those of docs/vectors.md.
 */
#include "ask/ask_words_internal.h"

static const struct {
    const char *name;
    double weight;
} RELATIONS[ASK_RELATION_COUNT] = {
#define X(kind, name, weight) [kind] = {name, weight},
    ASK_RELATION_TABLE(X)
#undef X
};

enum { RANKS_MAX = 12 }; /* of two senses together: what is rarer relates words that nobody would */
static const double SIBLING_WEIGHT = 0.35;

const char *ask_relation_name(AskRelationKind kind) {
    return RELATIONS[kind].name;
}

/* The weight of a relation between senses of these ranks. */
static double weigh(double weight, uint8_t rank, uint8_t other_rank) {
    return weight / (1 + 0.15 * MIN_OF(rank + other_rank, 6));
}

static AskRelationKind kind_of(uint8_t link) {
    switch ((WordLinkKind)link) {
    case LINK_BROADER: return ASK_BROADER;
    case LINK_NARROWER: return ASK_NARROWER;
    case LINK_DERIVED: return ASK_DERIVED;
    case LINK_ANTONYM: return ASK_ANTONYM;
    default: return ASK_SIMILAR;
    }
}

/* The rank that a synset has among a word's senses of its part. */
static uint8_t rank_of(const WordTable *table, uint32_t word, uint32_t synset) {
    for (uint32_t i = table->senses.start[word]; i < table->senses.start[word + 1]; i++)
        if (packed_index(table->senses.at[i]) == synset) return packed_byte(table->senses.at[i]);
    return UINT8_MAX; /* not in a table that compile.py wrote */
}

/* The best relations so far, the heaviest first. */
typedef struct Best {
    const WordTable *table;
    uint32_t word; /* asked for: no relation of its own */
    AskRelation *out;
    size_t n, cap;
} Best;

static bool is_heavier(const AskRelation *a, const AskRelation *b) {
    return a->weight > b->weight || (a->weight >= b->weight && a->kind < b->kind);
}

/* Keeps `out` sorted; of two relations to one word (antonymy apart) only the heavier one stays. */
static void offer(Best *best, AskRelation relation, uint32_t word) {
    if (word == best->word) return;
    relation.word = words_text(best->table, word);
    relation.weight = weigh(RELATIONS[relation.kind].weight, relation.rank, relation.other_rank);
    if (best->n == best->cap && (best->cap == 0 || !is_heavier(&relation, &best->out[best->n - 1]))) return;
    size_t hole = best->n; /* the slot that becomes free */
    for (size_t i = 0; i < best->n; i++) {
        const AskRelation *other = &best->out[i];
        /* Words are equal only if they are the same text in the table. */
        if (other->word.p != relation.word.p || (other->kind == ASK_ANTONYM) != (relation.kind == ASK_ANTONYM))
            continue;
        if (!is_heavier(&relation, other)) return;
        hole = i;
        break;
    }
    if (hole == best->n) {
        if (best->n < best->cap)
            best->n++;
        else
            hole--; /* the lightest goes */
    }
    for (; hole > 0 && is_heavier(&relation, &best->out[hole - 1]); hole--) best->out[hole] = best->out[hole - 1];
    best->out[hole] = relation;
}

static void offer_members(Best *best, AskRelation relation, uint32_t synset) {
    const WordLists *members = &best->table->members;
    for (uint32_t i = members->start[synset]; i < members->start[synset + 1]; i++) {
        relation.other_rank = rank_of(best->table, members->at[i], synset);
        offer(best, relation, members->at[i]);
    }
}

static void offer_sense(Best *best, uint32_t sense) {
    const WordTable *table = best->table;
    uint32_t synset = packed_index(sense);
    int n_narrower = 0;
    AskRelation relation = {.kind = ASK_SYNONYM, .part = words_part_of(table, synset), .rank = packed_byte(sense)};
    offer_members(best, relation, synset);
    for (uint32_t i = table->links.start[synset]; i < table->links.start[synset + 1]; i++) {
        relation.kind = kind_of(packed_byte(table->links.at[i]));
        if (relation.kind == ASK_NARROWER && n_narrower++ >= ASK_NARROWER_MAX) continue; /* the most used come first */
        offer_members(best, relation, packed_index(table->links.at[i]));
    }
}

size_t ask_words_related(const AskWords *words, Str word, AskRelation *out, size_t cap) {
    const WordTable *table = &words->table;
    uint32_t found = words_find(table, word);
    if (found == WORD_NONE) return 0;
    Best best = {.table = table, .word = found, .out = out, .cap = cap};
    for (uint32_t i = table->senses.start[found]; i < table->senses.start[found + 1]; i++)
        offer_sense(&best, table->senses.at[i]);
    for (uint32_t i = table->link_start[found]; i < table->link_start[found + 1]; i++) {
        const WordLink *link = &table->word_links[i];
        AskRelation relation = {.kind = kind_of(packed_byte(link->target)),
                                .part = (AskPart)link->part,
                                .rank = link->rank,
                                .other_rank = link->target_rank};
        offer(&best, relation, packed_index(link->target));
    }
    return best.n;
}

/* --- Two words --------------------------------------------------------------------------------------------------------- */

/* The words that a text may stand for: itself and its lemmas, each once. */
typedef struct Readings {
    uint32_t at[1 + ASK_ANY_PART];
    size_t n;
} Readings;

static Readings readings_of(const AskWords *words, Str word) {
    Readings readings = {0};
    for (int part = -1; part < ASK_ANY_PART; part++) {
        Str lemma = part < 0 ? word : ask_lemma(words, word, (AskPart)part);
        uint32_t found = words_find(&words->table, lemma);
        bool is_new = found != WORD_NONE;
        for (size_t i = 0; i < readings.n && is_new; i++) is_new = readings.at[i] != found;
        if (is_new) readings.at[readings.n++] = found;
    }
    return readings;
}

static bool shares_broader(const WordTable *table, uint32_t a, uint32_t b) {
    const WordLists *links = &table->links;
    for (uint32_t i = links->start[a]; i < links->start[a + 1]; i++) {
        if (packed_byte(links->at[i]) != LINK_BROADER) continue;
        for (uint32_t j = links->start[b]; j < links->start[b + 1]; j++)
            if (links->at[j] == links->at[i]) return true;
    }
    return false;
}

static bool has_link(const WordTable *table, uint32_t from, uint32_t to) {
    bool has = false;
    for (uint32_t i = table->links.start[from]; i < table->links.start[from + 1] && !has; i++)
        has = packed_index(table->links.at[i]) == to;
    return has;
}

/* Two words' senses, pair by pair; and their word links. */
static void add_pair(const WordTable *table, uint32_t a, uint32_t b, AskNearness *sum, double *sibling) {
    const WordLists *senses = &table->senses;
    for (uint32_t i = senses->start[a]; i < senses->start[a + 1]; i++) {
        for (uint32_t j = senses->start[b]; j < senses->start[b + 1]; j++) {
            uint32_t sa = packed_index(senses->at[i]), sb = packed_index(senses->at[j]);
            uint8_t ra = packed_byte(senses->at[i]), rb = packed_byte(senses->at[j]);
            if (ra + rb > RANKS_MAX) continue;
            if (sa == sb)
                sum->near = MAX_OF(sum->near, weigh(RELATIONS[ASK_SYNONYM].weight, ra, rb));
            else if (has_link(table, sa, sb))
                sum->near = MAX_OF(sum->near, weigh(RELATIONS[ASK_SIMILAR].weight, ra, rb));
            else if (shares_broader(table, sa, sb))
                *sibling = MAX_OF(*sibling, weigh(SIBLING_WEIGHT, ra, rb));
        }
    }
    for (uint32_t i = table->link_start[a]; i < table->link_start[a + 1]; i++) {
        const WordLink *link = &table->word_links[i];
        if (packed_index(link->target) != b) continue;
        if (packed_byte(link->target) == LINK_ANTONYM)
            sum->is_antonym = true;
        else
            sum->near = MAX_OF(sum->near, weigh(RELATIONS[ASK_DERIVED].weight, link->rank, link->target_rank));
    }
}

AskNearness ask_words_nearness(const AskWords *words, Str a, Str b) {
    AskNearness sum = {0};
    double sibling = 0;
    Readings as = readings_of(words, a), bs = readings_of(words, b);
    for (size_t i = 0; i < as.n; i++)
        for (size_t j = 0; j < bs.n; j++)
            if (as.at[i] == bs.at[j])
                sum.near = 1;
            else
                add_pair(&words->table, as.at[i], bs.at[j], &sum, &sibling);
    sum.is_sibling = sibling > sum.near;
    if (sum.is_sibling) sum.near = sibling;
    return sum;
}

bool ask_words_are_antonyms(const AskWords *words, Str a, Str b) {
    return ask_words_nearness(words, a, b).is_antonym;
}
