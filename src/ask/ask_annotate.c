/*
 * The lattice: for every token, which runs that begin there mean something. Words of lists, phrases of the model, values of the
 * data, all kept side by side; a word that nobody knows is looked for among those that are, a letter or two away.
 */
#include "ask/ask_internal.h"

static const double RELATED_LEAST = .55; /* synonyms farther away are none */

/* ---- spans ---------------------------------------------------------------------------------------------------------- */

static void doubt(const AskParse *p, AskSpan *span, AskFeature feature, double amount) {
    if (amount == 0 || span->n_doubts == ASK_MAX_DOUBTS) return;
    span->doubts[span->n_doubts] = (AskDoubt){feature, amount};
    span->cost += ask_doubt_cost(p, &span->doubts[span->n_doubts++]);
}

/* ---- lists ---------------------------------------------------------------------------------------------------------- */

static bool word_fits(const AskToken *token, Str word) {
    return str_eq(token->norm, word) || str_eq(token->lemma, word);
}

/* The end of the phrase, or 0. */
static size_t phrase_end(const AskParse *p, const AskListEntry *entry, size_t from) {
    Str rest = entry->phrase;
    size_t at = from;
    while (rest.p) {
        Str word = str_split_next(&rest, ' ');
        bool is_hyphen = at > from && at + 1 < p->n && p->tokens[at].is_joined && str_eq(p->tokens[at].norm, S("-"));
        if (is_hyphen && !word_fits(&p->tokens[at], word)) at++;
        if (at >= p->n || !word_fits(&p->tokens[at], word)) return 0;
        at++;
    }
    return at;
}

static void add_lists(AskParse *p, size_t at, Str first) {
    for (const AskListEntry *entry = map_get(p->grammar->first, first); entry; entry = entry->next) {
        size_t to = phrase_end(p, entry, at);
        if (!to) continue;
        bool is_there = false;
        for (size_t i = 0; i < p->lists[at].n; i++)
            is_there |= p->lists[at].at[i].list == entry->list && p->lists[at].at[i].to == to;
        if (!is_there)
            VEC_PUSH(p->arena, &p->lists[at], (AskMatchedList){.list = entry->list, .value = entry->value, .to = to});
    }
}

/* ---- phrases -------------------------------------------------------------------------------------------------------- */

/* A plural is as good as the word itself; another word of the same stem is not. */
static void doubt_ending(const AskParse *p, AskSpan *span, Str said, Str meant) {
    if (str_eq(said, meant)) return;
    Str shorter = said.n < meant.n ? said : meant, longer = said.n < meant.n ? meant : said;
    bool is_plural = str_starts(longer, shorter) && (longer.n - shorter.n <= 2 && longer.p[longer.n - 1] == 's');
    bool is_ies = longer.n > 3 && str_ends(longer, S("ies")) && str_ends(shorter, S("y")) && longer.n == shorter.n + 2;
    bool is_verb = str_ends(said, S("ed")) || str_ends(said, S("ing"));
    doubt(p, span, is_plural || is_ies ? ASK_FEATURE_PLURAL : is_verb ? ASK_FEATURE_VERB : ASK_FEATURE_INFLECTED, 1);
}

static void add_phrases(AskParse *p, size_t from) {
    Str key = {0}, norm = {0};
    for (size_t to = from; to < p->n && to - from < p->engine->longest; to++) {
        if (p->tokens[to].kind == ASK_TOKEN_PUNCT) {
            if (to == from || !p->tokens[to].is_joined) return;
            continue;
        }
        if (to > from && p->is_free[to]) continue; /* "units have been returned" */
        key = arena_printf(p->arena, "%.*s%.*s", STR_ARG(key), STR_ARG(p->tokens[to].stem));
        norm = arena_printf(p->arena, "%.*s%.*s", STR_ARG(norm), STR_ARG(p->tokens[to].norm));
        for (const AskPhrase *phrase = map_get(p->engine->phrases, key); phrase; phrase = phrase->next) {
            AskSpan span = {.to = to + 1, .sense = phrase->sense};
            doubt(p, &span, ASK_FEATURE_PHRASE, phrase->cost);
            if (phrase->sense->kind != ASK_SENSE_EVENT) doubt_ending(p, &span, norm, phrase->norm);
            VEC_PUSH(p->arena, &p->spans[from], span);
        }
    }
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

/* A word of the model, the grammar or the language is no misspelt value. */
static bool knows_word(void *arg, Str norm) {
    const AskEngine *engine = arg;
    if (map_get(engine->words, norm)) return true;
    return engine->english &&
           ask_words_has(engine->english, ask_lemma(engine->english, norm, ASK_ANY_PART), ASK_ANY_PART);
}

/* Words that mean something else are seldom a part of a value. */
static void doubt_words(const AskParse *p, const AskValueMatch *match, AskSpan *span) {
    size_t n_known = 0, n_words = 0, n_english = 0;
    for (size_t i = match->from; i < match->to; i++) {
        if (p->tokens[i].kind == ASK_TOKEN_PUNCT) continue;
        n_words++;
        n_english += p->engine->english && ask_words_has(p->engine->english, p->tokens[i].lemma, ASK_ANY_PART);
        n_known += p->tokens[i].kind == ASK_TOKEN_NUMBER || map_get(p->engine->said, p->tokens[i].norm) ||
                   map_get(p->engine->said, p->tokens[i].stem);
    }
    bool is_whole = match->how <= ASK_MATCH_STEM, is_one = n_known == n_words && n_words == 1;
    if (is_whole && is_one) doubt(p, span, ASK_FEATURE_VALUE_KNOWN, match->how == ASK_MATCH_EXACT ? .25 : 1);
    if (is_whole) return;
    if (n_words) doubt(p, span, ASK_FEATURE_VALUE_KNOWN, (double)n_known / (double)n_words);
    if (n_english == n_words) doubt(p, span, ASK_FEATURE_VALUE_ENGLISH, 1);
}

/* Letter by letter as the data has it, but for capitals: "Mexico" is not "México". */
static bool is_as_written(const AskParse *p, const AskValueMatch *match, size_t from, size_t to) {
    Str first = p->tokens[from].text, last = p->tokens[to - 1].text;
    Str said = {.p = first.p, .n = (size_t)(last.p + last.n - first.p)};
    return match->how != ASK_MATCH_EXACT || str_eq_nocase(match->value, said);
}

/* Of dimensions that have the same value, the one that the pack gives its fact first: too little to keep from asking back. */
static double member_turn(const ModelMember *member) {
    if (!member->fact || !member->role) return 0;
    return (double)(member->role - member->fact->roles);
}

static void add_value(AskParse *p, const AskValueMatch *match, size_t from, size_t to, bool is_place) {
    AskSense *sense = ARENA_NEW(p->arena, AskSense);
    *sense = (AskSense){.kind = ASK_SENSE_VALUE,
                        .name = match->member,
                        .value = match->n_values > 1 && match->common.n ? match->common : match->value,
                        .n_values = match->n_values,
                        .values = match->values,
                        .n_alike = match->n_values > 1 && !match->common.n ? match->n_values : 0,
                        .is_prefix = match->is_prefix,
                        .is_number = match->is_number,
                        .is_edit = match->how >= ASK_MATCH_EDIT1,
                        .words = match->value};
    if (model_member(p->model, NULL, match->member, &sense->member, NULL)) return;
    AskSpan span = {.to = to, .sense = sense};
    doubt(p, &span, ASK_FEATURE_VALUE, match->cost);
    if (is_place)
        doubt(p, &span, ASK_FEATURE_PLACE, 1);
    else
        doubt_words(p, match, &span);
    doubt(p, &span, ASK_FEATURE_TURN, member_turn(&sense->member));
    if (!is_as_written(p, match, from, to)) doubt(p, &span, ASK_FEATURE_WRITTEN, 1);
    VEC_PUSH(p->arena, &p->spans[from], span);
}

/* What a place is called elsewhere: "UK", "German" where the data has "United Kingdom", "Germany". */
static void add_place(AskParse *p, size_t from, size_t to, const AskPlace *place) {
    const AskLookup anything = {.unseen = p->engine->unseen};
    for (size_t f = 0; f < place->n_forms; f++) {
        const AskToken *tokens;
        const AskValueMatch *matches;
        size_t n_tokens, n;
        if (ask_tokenize(p->arena, place->forms[f], &tokens, &n_tokens, NULL)) continue;
        ask_values_find(p->arena, p->engine->values, tokens, n_tokens, &anything, 16, &matches, &n);
        for (size_t i = 0; i < n; i++)
            if (matches[i].how == ASK_MATCH_EXACT && matches[i].to - matches[i].from == n_tokens)
                add_value(p, &matches[i], from, to, true);
    }
}

/* The member that has most places of a kind: where a place that no value has would stand. */
static Str member_of_places(AskParse *p, Str kind) {
    enum { MEMBERS = 16, TRIED = 80 };
    const AskLookup anything = {.unseen = p->engine->unseen};
    Str members[MEMBERS];
    size_t counts[MEMBERS] = {0}, n_members = 0, best = 0, n_tried = 0;
    for (size_t i = 0; i < ask_places_count(p->engine->english) && n_tried < TRIED; i++) {
        const AskPlace *place = ask_places_at(p->engine->english, i);
        const AskToken *tokens;
        const AskValueMatch *matches;
        size_t n_tokens, n;
        if (!str_eq(place->kind, kind) || ask_tokenize(p->arena, place->canonical, &tokens, &n_tokens, NULL)) continue;
        n_tried++;
        ask_values_find(p->arena, p->engine->values, tokens, n_tokens, &anything, 8, &matches, &n);
        for (size_t k = 0; k < n; k++) {
            if (matches[k].how != ASK_MATCH_EXACT || matches[k].to - matches[k].from != n_tokens) continue;
            size_t m = 0;
            while (m < n_members && !str_eq(members[m], matches[k].member)) m++;
            if (m == n_members && n_members < MEMBERS) members[n_members++] = matches[k].member;
            if (m < MEMBERS && ++counts[m] > counts[best]) best = m;
        }
    }
    return n_members && counts[best] > 2 ? members[best] : (Str){0};
}

/* A place that everybody knows and the data does not have: so it can be said. */
static void add_missing_place(AskParse *p, size_t from, size_t to, const AskPlace *place) {
    Str member = member_of_places(p, place->kind);
    if (!member.n) member = member_of_places(p, ask_places_at(p->engine->english, 0)->kind);
    AskSense *sense = ARENA_NEW(p->arena, AskSense);
    *sense = (AskSense){.kind = ASK_SENSE_VALUE,
                        .name = member,
                        .value = place->canonical,
                        .n_values = 1,
                        .is_missing = true,
                        .words = place->canonical};
    if (!member.n || model_member(p->model, NULL, member, &sense->member, NULL)) return;
    AskSpan span = {.to = to, .sense = sense};
    doubt(p, &span, ASK_FEATURE_PLACE, 1);
    VEC_PUSH(p->arena, &p->spans[from], span);
}

/* "Iceland" is not "Ireland" misspelt. */
static void drop_misspelt(AskParse *p, size_t from, size_t to) {
    size_t kept = 0;
    for (size_t i = 0; i < p->spans[from].n; i++) {
        const AskSpan *span = &p->spans[from].at[i];
        if (span->to != to || span->sense->kind != ASK_SENSE_VALUE || !span->sense->is_edit)
            p->spans[from].at[kept++] = *span;
    }
    p->spans[from].n = kept;
}

static void add_places(AskParse *p) {
    enum { WORDS = 4, FOUND = 4 };
    for (size_t from = 0; from < p->n && p->engine->english; from++)
        for (size_t to = from + 1; to <= p->n && to <= from + WORDS; to++) {
            AskPlaceMatch found[FOUND];
            Str first = p->tokens[from].text, last = p->tokens[to - 1].text;
            Str phrase = {.p = first.p, .n = (size_t)(last.p + last.n - first.p)};
            size_t n = ask_places_find(p->engine->english, phrase, found, FOUND);
            bool is_value = false;
            if (n && found[0].is_cased && !found[0].is_code) drop_misspelt(p, from, to);
            for (size_t v = 0; v < p->spans[from].n; v++) is_value |= p->spans[from].at[v].to == to;
            for (size_t i = 0; i < n; i++)
                if (!found[i].is_code || found[i].is_cased) add_place(p, from, to, found[i].place);
            for (size_t v = 0; v < p->spans[from].n; v++) is_value |= p->spans[from].at[v].to == to;
            if (n && !is_value && found[0].is_cased && !found[0].is_code)
                add_missing_place(p, from, to, found[0].place);
        }
}

static void add_values(AskParse *p) {
    const AskValueMatch *matches;
    size_t n;
    if (!p->engine->values) return;
    const AskLookup known = {.is_known = knows_word, .arg = (void *)(uintptr_t)p->engine, .unseen = p->engine->unseen};
    ask_values_find(p->arena, p->engine->values, p->tokens, p->n, &known, 64, &matches, &n);
    for (size_t i = 0; i < n; i++) add_value(p, &matches[i], matches[i].from, matches[i].to, false);
    add_places(p);
}

/* "start in Bonn", where a place has two roles: the role's name shortly before a value tells which is meant. */
static void prefer_role(AskParse *p, size_t from, AskSpan *span) {
    enum { BACK = 3 };
    const AskToken *role;
    size_t n;
    const ModelMember *member = &span->sense->member;
    bool has_role = span->sense->kind == ASK_SENSE_VALUE && member->role && member->dimension &&
                    !str_eq(member->role->name, member->dimension->name);
    if (!has_role || ask_tokenize(p->arena, member->role->name, &role, &n, NULL) || n != 1) return;
    for (size_t at = from; at-- > 0 && at + BACK >= from;) {
        if (str_eq(p->tokens[at].stem, role[0].stem)) {
            doubt(p, span, ASK_FEATURE_ROLE, -1);
            p->is_role[at] = true;
            return;
        }
        if (p->spans[at].n) return;
    }
}

static void prefer_roles(AskParse *p) {
    for (size_t from = 1; from < p->n; from++)
        for (size_t v = 0; v < p->spans[from].n; v++) prefer_role(p, from, &p->spans[from].at[v]);
}

/* ---- other words for what the model says ---------------------------------------------------------------------------- */

/* Who does it is not what it is done with: no "ride" for "rider". */
static bool is_doer_of(Str said, Str word) {
    return said.n > word.n && (str_ends(said, S("er")) || str_ends(said, S("or"))) &&
           str_starts(said, str_slice(word, 0, word.n - 1));
}

/* A word that means nothing here, by its synonyms. */
static void add_related(AskParse *p, size_t at) {
    enum { RELATED = 40 };
    AskRelation related[RELATED];
    const AskWords *english = p->engine->english;
    if (!english || p->tokens[at].kind != ASK_TOKEN_WORD || p->spans[at].n || p->lists[at].n) return;
    size_t n = ask_words_related(english, p->tokens[at].lemma, related, RELATED);
    for (size_t i = 0; i < n; i++) {
        bool is_near = related[i].kind == ASK_SYNONYM || related[i].kind == ASK_DERIVED;
        if (!is_near || related[i].weight < RELATED_LEAST) continue;
        if (related[i].kind == ASK_DERIVED && is_doer_of(p->tokens[at].lemma, related[i].word)) continue;
        const AskToken *word;
        size_t n_words;
        if (ask_tokenize(p->arena, related[i].word, &word, &n_words, NULL) || n_words != 1) continue;
        const AskPhrase *phrase = map_get(p->engine->phrases, word->stem);
        for (; phrase; phrase = phrase->next) {
            if (phrase->n_words != 1) continue;
            AskSpan span = {.to = at + 1, .sense = phrase->sense};
            doubt(p, &span, ASK_FEATURE_SYNONYM, 1);
            doubt(p, &span, ASK_FEATURE_SYNONYM_FAR, 1 - related[i].weight);
            VEC_PUSH(p->arena, &p->spans[at], span);
        }
    }
}

/* ---- typing errors -------------------------------------------------------------------------------------------------- */

static bool is_known(const AskParse *p, const AskToken *token) {
    return token->kind != ASK_TOKEN_WORD || map_get(p->engine->words, token->norm) ||
           map_get(p->engine->words, token->stem) || map_get(p->engine->words, token->lemma);
}

/* The one known word nearest to what was typed. */
static Str nearest_word(const AskParse *p, Str word) {
    int cap = word.n >= 8 ? 2 : 1, best = cap + 1;
    Str found = {0};
    for (size_t i = 0; i < p->engine->vocabulary.n; i++) {
        Str known = p->engine->vocabulary.at[i];
        if (known.n < 4 || known.n > word.n + (size_t)cap || word.n > known.n + (size_t)cap) continue;
        int distance = str_distance(word, known, cap);
        if (distance >= best) continue;
        best = distance;
        found = known;
    }
    return best <= cap ? found : (Str){0};
}

static void correct(AskParse *p, size_t at) {
    AskToken *token = &p->tokens[at];
    if (token->norm.n < 4) return;
    Str word = nearest_word(p, token->norm);
    if (!word.n && token->stem.n > 4) word = nearest_word(p, token->stem); /* "regons": no plural is known */
    if (!word.n) return;
    const AskToken *tokens;
    size_t n;
    if (ask_tokenize(p->arena, word, &tokens, &n, NULL) || n != 1) return;
    VEC_PUSH(p->arena, &p->notes, arena_printf(p->arena, "'%.*s' read as '%.*s'", STR_ARG(token->text), STR_ARG(word)));
    p->read_as[at] = word;
    token->norm = tokens[0].norm;
    token->lemma = tokens[0].lemma;
    token->stem = tokens[0].stem;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

/* A verb, adjective or adverb of the language: it may be left out more easily than what would be a thing. */
static bool is_no_noun(const AskParse *p, size_t at) {
    const AskWords *english = p->engine->english;
    Str lemma = p->tokens[at].lemma;
    return english && !ask_words_has(english, lemma, ASK_NOUN) && ask_words_has(english, lemma, ASK_ANY_PART);
}

/* "nevertheless", "comparatively": says how, not what. Those that do are in the grammar's lists. */
static bool is_adverb(const AskParse *p, size_t at) {
    const AskWords *english = p->engine->english;
    Str norm = p->tokens[at].norm;
    return english && !p->spans[at].n && !p->lists[at].n && ask_words_has(english, norm, ASK_ADVERB) &&
           !ask_words_has(english, norm, ASK_NOUN) && !ask_words_has(english, norm, ASK_VERB) &&
           !ask_words_has(english, norm, ASK_ADJECTIVE);
}

/* Of two the one that weighs less. */
static AskFeature lighter(const AskParse *p, AskFeature a, AskFeature b) {
    return p->engine->weights->at[b] < p->engine->weights->at[a] ? b : a;
}

/* The word is also a condition of the model: "paid". */
static bool is_condition(const AskParse *p, size_t at) {
    bool is_so = false;
    for (size_t i = 0; i < p->spans[at].n; i++) {
        const AskSense *sense = p->spans[at].at[i].sense;
        is_so |= sense->kind == ASK_SENSE_FILTER ||
                 (sense->kind == ASK_SENSE_MEMBER && sense->member.type.kind == TYPE_BOOL);
    }
    return is_so;
}

static AskFeature skip_feature(const AskParse *p, size_t at) {
    if (map_get(p->engine->units, p->tokens[at].norm) && !p->spans[at].n) return ASK_FEATURE_SKIP_UNIT;
    if (is_adverb(p, at)) return ASK_FEATURE_SKIP_EVENT;
    AskFeature skip = p->spans[at].n                                     ? ASK_FEATURE_SKIP_SENSE
                      : p->tokens[at].kind == ASK_TOKEN_NUMBER           ? ASK_FEATURE_SKIP_NUMBER
                      : is_no_noun(p, at) || is_known(p, &p->tokens[at]) ? ASK_FEATURE_SKIP_KNOWN
                                                                         : ASK_FEATURE_SKIP_UNKNOWN;
    for (size_t i = 0; i < p->lists[at].n; i++) {
        int list = p->lists[at].at[i].list;
        if (p->lists[at].at[i].to != at + 1) continue;
        if (list == p->grammar->list_free || list == p->grammar->list_filler) return ASK_FEATURE_SKIP_FREE;
        if (list == p->grammar->list_weighty) return ASK_FEATURE_SKIP_SENSE;
        skip = lighter(p, skip, list == p->grammar->list_event ? ASK_FEATURE_SKIP_EVENT : ASK_FEATURE_SKIP_LIST);
    }
    return skip;
}

static AskDoubt skip_doubt(const AskParse *p, size_t at) {
    if (p->tokens[at].kind == ASK_TOKEN_PUNCT)
        return (AskDoubt){ASK_FEATURE_SKIP_LIST, str_eq(p->tokens[at].text, S("%"))};
    AskFeature feature = skip_feature(p, at);
    return (AskDoubt){feature, feature == ASK_FEATURE_SKIP_EVENT && is_condition(p, at) ? 2 : 1};
}

bool ask_begins(const AskParse *p, size_t at, int list) {
    for (size_t k = 0; k < p->lists[at].n; k++)
        if (p->lists[at].at[k].list == list && list >= 0) return true;
    return false;
}

void ask_ease(AskParse *p, size_t at, AskFeature feature) {
    p->skip[at].feature = lighter(p, p->skip[at].feature, feature);
}

/* "did we grant", "have we won": the verb of what is recorded, where nothing else has the word. */
static bool is_our_doing(const AskParse *p, size_t at) {
    const AskWords *english = p->engine->english;
    bool is_ours = at > 0 && (str_eq(p->tokens[at - 1].norm, S("we")) || str_eq(p->tokens[at - 1].norm, S("you")));
    bool is_verb = english && ask_words_has(english, p->tokens[at].lemma, ASK_VERB) && !p->lists[at].n;
    for (size_t i = 0; i < p->spans[at].n; i++) is_verb &= p->spans[at].at[i].sense->kind == ASK_SENSE_VALUE;
    return is_ours && is_verb;
}

/* Phrases that say little, and what a verb says that stands for none of the model's. */
static void ease_phrases(AskParse *p) {
    for (size_t at = 0; at < p->n; at++) {
        for (size_t k = 0; k < p->lists[at].n; k++) {
            const AskMatchedList *phrase = &p->lists[at].at[k];
            bool is_filler =
                phrase->list == p->grammar->list_filler && phrase->to > at + 1; /* one word is so already */
            for (size_t i = at; is_filler && i < phrase->to; i++) ask_ease(p, i, ASK_FEATURE_SKIP_FREE);
        }
        if (!is_our_doing(p, at)) continue;
        p->skip[at] = (AskDoubt){ASK_FEATURE_SKIP_EVENT, 1};
        p->is_known[at] = true;
    }
}

/* Words that no value spells out are looked for among the known ones. */
static void correct_all(AskParse *p) {
    for (size_t i = 0; i < p->n; i++) {
        bool is_in_value = false;
        for (size_t k = 0; k <= i; k++)
            for (size_t v = 0; v < p->spans[k].n; v++)
                is_in_value |= p->spans[k].at[v].to > i && p->spans[k].at[v].cost < ASK_COST_EDIT1;
        bool is_word = p->engine->english && ask_words_has(p->engine->english, p->tokens[i].lemma, ASK_ANY_PART);
        if (!is_known(p, &p->tokens[i]) && !is_in_value && !is_word) correct(p, i);
    }
}

/* "US" in a question that is not all in capitals is no "us". */
static bool is_capitals(const AskParse *p, size_t at) {
    Str text = p->tokens[at].text;
    if (text.n < 2 || p->tokens[at].kind != ASK_TOKEN_WORD) return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 'A' || text.p[i] > 'Z') return false;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->tokens[i].text.n; k++)
            if (p->tokens[i].text.p[k] >= 'a' && p->tokens[i].text.p[k] <= 'z') return true;
    return false;
}

/* Whether what stands in the brackets that begin here leaves something out: it is said of the figures, then. */
static bool leaves_out(const AskParse *p, size_t at) {
    int not_so = ask_grammar_list(p->grammar, S("not")), aside = ask_grammar_list(p->grammar, S("aside"));
    for (; at < p->n && !str_eq(p->tokens[at].text, S(")")); at++)
        for (size_t k = 0; k < p->lists[at].n; k++)
            if ((p->lists[at].at[k].list == not_so || p->lists[at].at[k].list == aside) &&
                p->lists[at].at[k].value == 1)
                return true;
    return false;
}

/* What stands in brackets explains what stands before them. */
static void ease_brackets(AskParse *p) {
    bool is_inside = false;
    for (size_t i = 0; i < p->n; i++) {
        if (str_eq(p->tokens[i].text, S("("))) is_inside = !leaves_out(p, i);
        p->is_aside[i] = is_inside;
        if (is_inside) ask_ease(p, i, ASK_FEATURE_SKIP_BRACKETS);
        p->is_known[i] |= is_inside;
        if (str_eq(p->tokens[i].text, S(")"))) is_inside = false;
    }
}

/* The model's units are words for units, too: "15 km or more". */
static void add_units(AskParse *p) {
    int list = ask_grammar_list(p->grammar, S("unitword"));
    for (size_t i = 0; i < p->n; i++)
        if (map_get(p->engine->units, p->tokens[i].norm))
            VEC_PUSH(p->arena, &p->lists[i], (AskMatchedList){.list = list, .to = i + 1});
}

/* "at least one" has no "least one" in it. */
static void drop_inside_comparisons(AskParse *p) {
    int more = ask_grammar_list(p->grammar, S("more"));
    for (size_t at = 0; at < p->n; at++)
        for (size_t k = 0; k < p->lists[at].n; k++)
            for (size_t i = at + 1; p->lists[at].at[k].list == more && i < p->lists[at].at[k].to; i++)
                p->lists[i].n = 0;
}

void ask_annotate(AskParse *p) {
    size_t room = p->n + 1;
    p->spans = arena_zalloc(p->arena, room, sizeof(*p->spans));
    p->lists = arena_zalloc(p->arena, room, sizeof(*p->lists));
    p->is_free = ARENA_ARRAY(p->arena, bool, room);
    p->skip = ARENA_ARRAY(p->arena, AskDoubt, room);
    p->read_as = ARENA_ARRAY(p->arena, Str, room);
    p->is_role = ARENA_ARRAY(p->arena, bool, room);
    p->is_aside = ARENA_ARRAY(p->arena, bool, room);
    p->is_known = ARENA_ARRAY(p->arena, bool, room);
    add_values(p);
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->tokens[i].text, S(","))) p->tokens[i].norm = p->tokens[i].lemma = S("comma");
    size_t n_notes = p->notes.n;
    correct_all(p);
    if (p->notes.n > n_notes) {
        for (size_t i = 0; i < p->n; i++) p->spans[i].n = 0;
        add_values(p);
    }
    for (size_t i = 0; i < p->n; i++) {
        add_lists(p, i, p->tokens[i].norm);
        if (!p->lists[i].n && !str_eq(p->tokens[i].norm, p->tokens[i].lemma)) add_lists(p, i, p->tokens[i].lemma);
        Str verb = p->engine->english && str_ends(p->tokens[i].norm, S("ing")) && !p->lists[i].n
                       ? ask_lemma(p->engine->english, p->tokens[i].norm, ASK_VERB)
                       : (Str){0};
        if (verb.n && !str_eq(verb, p->tokens[i].norm)) {
            p->tokens[i].lemma = verb;
            add_lists(p, i, verb);
        }
        p->is_free[i] =
            (p->tokens[i].is_joined && str_eq(p->tokens[i].norm, S("-"))) || str_eq(p->tokens[i].text, S(":"));
        for (size_t k = 0; k < p->lists[i].n; k++)
            p->is_free[i] |= p->lists[i].at[k].list == p->grammar->list_free && p->lists[i].at[k].to == i + 1;
    }
    add_units(p);
    drop_inside_comparisons(p);
    prefer_roles(p);
    for (size_t i = 0; i < p->n; i++) add_phrases(p, i);
    for (size_t i = 0; i < p->n; i++) add_related(p, i);
    for (size_t i = 0; i < p->n; i++) {
        p->skip[i] = skip_doubt(p, i);
        p->is_known[i] = p->spans[i].n || p->lists[i].n || p->tokens[i].kind != ASK_TOKEN_WORD ||
                         is_known(p, &p->tokens[i]) || is_adverb(p, i);
        if (p->is_role[i]) p->skip[i] = (AskDoubt){ASK_FEATURE_SKIP_FREE, 1};
        if (is_capitals(p, i) && p->spans[i].n) {
            p->is_free[i] = false;
            p->skip[i] = (AskDoubt){ASK_FEATURE_SKIP_SENSE, 1};
        }
    }
    ease_phrases(p);
    ease_brackets(p);
    ask_ease_talk(p);
}
